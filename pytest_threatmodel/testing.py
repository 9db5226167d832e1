"""Checks for people who write packs of threats, as plain functions: for tests of their own, in whichever runner.

    from pytest_threatmodel.testing import assert_pack

    def test_our_pack() -> None:
        assert_pack("acme.toml")

`pytest acme.toml --threatmodel-selftest` makes the same checks, with a test for each threat.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.examples import ExampleError
from pytest_threatmodel.analysis.examples import build_example
from pytest_threatmodel.analysis.selftest.check import Selftest
from pytest_threatmodel.analysis.selftest.flaw import Flaw
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.one_file import library_with
from pytest_threatmodel.library.threat import Example

__all__ = ["ExampleError", "Flaw", "LibraryError", "Verdict", "assert_pack", "check_pack", "verdict_on"]


def check_pack(path: str | os.PathLike[str]) -> list[Flaw]:
    """What is wrong with the threats of a pack, in its order; nothing where all keep the rules.

    The shipped packs stand beside it, as in a run: no condition may mean the same as one of theirs.

    Args:
        path: the file of the pack, TOML or pytm's JSON.

    Raises:
        LibraryError: it is no pack, or cannot be used; the text has everything that is wrong with it.
    """
    library, pack = library_with(Path(path))
    selftest = Selftest(library)
    return [flaw for threat in pack.threats for flaw in selftest.flaws(library[threat.id])]


def assert_pack(path: str | os.PathLike[str]) -> None:
    """Fail where something is wrong with a threat of a pack.

    Args:
        path: the file of the pack, TOML or pytm's JSON.

    Raises:
        AssertionError: with a line for each flaw.
        LibraryError: it is no pack, or cannot be used.
    """
    flaws = check_pack(path)
    if flaws:
        raise AssertionError("\n".join(map(str, flaws)))


def verdict_on(path: str | os.PathLike[str], threat: str, example: Mapping[str, Any]) -> Verdict:
    """The verdict of a threat on an element that is described as examples in packs are.

    Args:
        path: the file of the pack.
        threat: the id of the threat, in that pack or a shipped one.
        example: `{"kind": "Server", "usesXMLParser": True}`, with controls and neighbours as tables.

    Raises:
        ExampleError: the example describes no element, or one that the threat does not target.
        LibraryError: it is no pack, or cannot be used, or there is no such threat.
    """
    library, _ = library_with(Path(path))
    wanted = library[threat]
    if not isinstance(example.get("kind"), str):
        raise ExampleError('says no kind, expected {"kind": "Server", ...}')
    values = {key: value for key, value in example.items() if key != "kind"}
    model, element = build_example(Example(example["kind"], values), library.vocabulary.declared)
    for row in evaluate(model, library).rows:
        if row.element is element:
            for rule, verdict in zip(row.rules, row.verdicts, strict=True):
                if rule.threat.id == wanted.id:
                    return verdict
    raise ExampleError(f"{element.kind()} is no target of {threat}, or is out of scope")
