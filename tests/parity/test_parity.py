"""The real pytm finds what we find, once the known differences are repaired in it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import note
from hypothesis import strategies as st

from tests.parity.differences import DIFFERENCES
from tests.parity.models import models
from tests.parity.oracle import Oracle
from tests.parity.oracle import OracleError
from tests.parity.oracle import our_findings
from tests.parity.oracle import threats_of

pytestmark = pytest.mark.programs


class Sides:
    """One version of pytm and, for our side, its threats."""

    def __init__(self, version: str) -> None:
        self.oracle = Oracle(version)
        self.threats = threats_of(self.oracle)


@pytest.fixture(scope="module", params=["1.3.1", "1.4.0"])
def sides(request: pytest.FixtureRequest) -> Iterator[Sides]:
    """The two sides; pytm runs until the last test of the module."""
    sides = Sides(request.param)
    yield sides
    sides.oracle.close()


@given(data=st.data())
def test_every_model_has_the_findings_of_pytm(sides: Sides, data: Any) -> None:
    """50 models a version in every run, 500 with the hypothesis profile "full"."""
    text = data.draw(models(sides.oracle))
    note(text.body)
    with tempfile.TemporaryDirectory() as folder:
        path = text.write(Path(folder))
        theirs = sides.oracle.findings(text, path.parent, sides.oracle.repairs)
        assert our_findings(path, sides.threats) == theirs


def test_every_difference_is_listed_with_a_model_and_a_reason(sides: Sides) -> None:
    assert set(sides.oracle.repairs) <= set(DIFFERENCES)
    assert all(len(reason) > 40 for reason in sides.oracle.repairs.values())


def test_every_difference_is_real(sides: Sides, tmp_path: Path) -> None:
    """Without the repair of one alone, pytm says something else about its model, or stops."""
    repairs = sides.oracle.repairs
    for name in repairs:
        text = DIFFERENCES[name]
        path = text.write(tmp_path)
        ours = our_findings(path, sides.threats)
        assert sides.oracle.findings(text, tmp_path, repairs) == ours, name
        try:
            theirs = sides.oracle.findings(text, tmp_path, [other for other in repairs if other != name])
        except OracleError:
            continue
        assert theirs != ours, name
