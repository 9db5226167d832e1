"""Which findings wait for a change of the model."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.decisions.decide import decide
from pytest_threatmodel.decisions.decision import accept
from pytest_threatmodel.decisions.decision import exclude
from pytest_threatmodel.decisions.decision import read_decision
from pytest_threatmodel.decisions.gate import Gate
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.decisions.judge import Outcome
from pytest_threatmodel.decisions.waiting import waiting
from tests.analysis.models import FILE
from tests.analysis.models import SHOP
from tests.analysis.models import library_of
from tests.analysis.models import model_of
from tests.analysis.models import threat

TODAY = date(2026, 11, 24)


def waits(mark: Any = None, *, hardened: bool = False, lowest: Any = "info") -> bool:
    """Whether the pair of the web server waits, under a decision and a gate."""
    library = library_of(threat("not target.controls.isHardened", targets=("Server",), severity="medium"))
    model = model_of(SHOP + f"web.controls.isHardened = {hardened}", library)
    if mark is not None:
        model["Web Server"].marks = [mark]
    verdicts = evaluate(model, library)
    gate = Gate(lowest)
    decided = decide(verdicts, [], Ground(TODAY, gate), FILE)
    return waiting(decided, gate, FILE)(verdicts.rows[0], 0)


def test_what_fails_waits_and_what_passes_would() -> None:
    assert waits()
    assert waits(hardened=True)


def test_what_the_gate_lets_pass_does_not_wait() -> None:
    assert not waits(lowest="high")
    assert not waits(lowest="high", hardened=True)
    assert waits(lowest="medium")


@pytest.mark.parametrize("hardened", [False, True])
def test_what_was_decided_does_not_wait(hardened: bool) -> None:
    assert not waits(accept("T1", reason="known", owner="me"), hardened=hardened)
    assert not waits(exclude("T1", reason="not here"), hardened=hardened)


def test_what_was_decided_too_long_ago_waits() -> None:
    assert waits(accept("T1", reason="known", owner="me", until="2020-01-01"))


def test_what_is_known_and_to_be_fixed_waits() -> None:
    """Such decisions stand in registers only."""
    library = library_of(threat("not target.controls.isHardened", targets=("Server",)))
    verdicts = evaluate(model_of(SHOP, library), library)
    decided = decide(verdicts, [], Ground(TODAY), FILE)
    known = replace(read_decision(accept("T1", reason="known", owner="me"), verdicts.model.place), status="open")
    decided.outcomes["T1", "Web Server"] = Outcome("xfailed", "known", known)
    assert waiting(decided, Gate(), FILE)(verdicts.rows[0], 0)
    decided.outcomes["T1", "Web Server"] = Outcome("xfailed", "known", replace(known, status="accepted"))
    assert not waiting(decided, Gate(), FILE)(verdicts.rows[0], 0)
