"""Controls that name the tests which prove them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import shown
from pytest_threatmodel.model.origin import caller


@dataclass(frozen=True, slots=True)
class ProvenBy:
    """A control's value with the tests that prove it.

    Args:
        value: of the control.
        tests: node ids relative to the root folder, without the part in brackets for all parameters.
    """

    value: object
    tests: tuple[str, ...]


def proven_by(*tests: str, value: object = True) -> Any:
    """State a control together with the tests that prove it: `controls.validatesInput = proven_by("tests/...")`.

    Args:
        tests: node ids relative to pytest's root folder, `"tests/test_login.py::test_rejects_script"`; without the
            part in brackets all parameters of the test are meant.
        value: what the control is, for controls that are not just there or absent.

    Raises:
        ModelError: there is no test, or what is given is no node id.
    """
    if not tests:
        raise ModelError("proven_by() needs a test", place=caller())
    for test in tests:
        if not isinstance(test, str) or not all(test.partition("::")):
            text = f"proven_by({shown(test)}) names no test, expected a node id"
            raise ModelError(text, place=caller(), hint='as in "tests/test_login.py::test_rejects_script"')
    return ProvenBy(value, tuple(test.replace("\\", "/") for test in tests))
