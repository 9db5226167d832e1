"""The shipped packs: every threat keeps the rules of the selftest, and says all that a threat of ours says."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pytest

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.examples import build_example
from pytest_threatmodel.analysis.selftest.bench import Bench
from pytest_threatmodel.analysis.selftest.check import Selftest
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.library.threat import Example

every_threat = pytest.mark.parametrize("id", [threat.id for threat in load_library()])


@cache
def shipped() -> Library:
    return load_library()


@cache
def selftest() -> Selftest:
    return Selftest(shipped())


@cache
def bench() -> Bench:
    return Bench(shipped())


@every_threat
def test_it_keeps_the_rules(id: str) -> None:
    flaws = [str(flaw) for flaw in selftest().flaws(shipped()[id])]
    assert not flaws, "\n".join(flaws)


@every_threat
def test_it_says_all_that_an_entry_says(id: str) -> None:
    threat = shipped()[id]
    assert threat.linddun if threat.pack == "privacy" else threat.stride
    assert threat.cwe
    assert threat.likelihood
    assert threat.references
    assert threat.since == "1.0"
    assert threat.rationale
    assert threat.example


@every_threat
def test_its_references_are_links(id: str) -> None:
    threat = shipped()[id]
    assert len(set(threat.references)) == len(threat.references)
    assert all(re.fullmatch(r"https://[A-Za-z0-9.-]+/\S*", link) for link in threat.references)


@every_threat
def test_its_texts_are_sentences(id: str) -> None:
    threat = shipped()[id]
    for text in (threat.description, threat.mitigation):
        assert text[0].isupper()
        assert text.endswith(".")
        assert "  " not in text
    assert not threat.title.endswith(".")


@every_threat
def test_its_adjustments_change_something_for_a_reason(id: str) -> None:
    """Each evaluates to a yes or no on every example."""
    threat = shipped()[id]
    rule = bench().rule(threat)
    assert len(rule.adjustments) == len(threat.adjust)
    for holds, adjust in rule.adjustments:
        assert adjust.severity != threat.severity
        assert adjust.why
        assert {holds(case.record) for case in bench().cases(threat)} <= {True, False}


@pytest.mark.parametrize(
    "kind", ["Server", "Process", "Datastore", "Lambda", "LLM", "Agent", "ExternalEntity", "Actor"]
)
def test_what_nobody_described_meets_few_threats(kind: str) -> None:
    model, element = build_example(Example(kind, {}), shipped().vocabulary.declared)
    (row,) = (row for row in evaluate(model, shipped()).rows if row.element is element)
    found = [
        rule.threat for rule, verdict in zip(row.rules, row.verdicts, strict=True) if verdict is Verdict.VULNERABLE
    ]
    assert len([threat.id for threat in found if threat.pack != "core"]) <= 3


def test_no_two_threats_tell_the_same() -> None:
    for texts in ([one.description for one in shipped()], [one.mitigation for one in shipped()]):
        assert not [text for text, count in Counter(texts).items() if count > 1]


def test_the_fields_of_packs_are_read_by_its_conditions() -> None:
    read = {path.rpartition(".")[2] for threat in shipped() for path in shipped().condition(threat.id).reads}
    assert {field.name for field in shipped().fields} <= read
