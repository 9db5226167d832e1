"""The shipped packs: that what each threat says agrees with what it asks, and that its examples hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.examples import broken_examples
from pytest_threatmodel.analysis.examples import build_example
from pytest_threatmodel.analysis.explain import Explanation
from pytest_threatmodel.analysis.explain import explain
from pytest_threatmodel.analysis.rulebook import Rulebook
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.library import load_library
from pytest_threatmodel.library.threat import Example

#: OWASP's lists, each with its edition: Top 10, LLM, agentic applications, mobile, IoT, Kubernetes, MCP, API, CI/CD.
_OWASP = r"(A|LLM|ASI|M|I|K|MCP)(0[1-9]|10):20\d\d|API([1-9]|10):2023|CICD-SEC-([1-9]|10):2022"
every_threat = pytest.mark.parametrize("id", [threat.id for threat in load_library()])


@cache
def shipped() -> Library:
    return load_library()


@cache
def explanations(id: str) -> dict[str, list[Explanation]]:
    """Why a threat has its verdicts on the elements of its vulnerable and of its safe examples."""
    threat = shipped()[id]
    alone = Library([replace(pack, threats=(threat,)) for pack in shipped().packs])
    return {
        "vulnerable": [explained(alone, example) for example in threat.vulnerable],
        "safe": [explained(alone, example) for example in threat.safe],
    }


def explained(library: Library, example: Example) -> Explanation:
    model, element = build_example(example, library.vocabulary.declared)
    verdicts = evaluate(model, library)
    (row,) = (row for row in verdicts.rows if row.element is element)
    return explain(verdicts, row, 0)


def controls(explanation: Explanation) -> Iterator[str]:
    """The controls that close the finding or carry the mitigation."""
    for changes in (*explanation.fixes, *explanation.carried_by):
        yield from (change.name for change in changes if change.record._kind == "Controls")


@every_threat
def test_its_examples_hold(id: str) -> None:
    assert list(broken_examples(shipped()[id], Rulebook(shipped()))) == []


@every_threat
def test_it_has_an_example_of_both_sorts_for_each_kind_that_it_targets(id: str) -> None:
    threat = shipped()[id]
    kinds = shipped().vocabulary.kinds
    for examples in (threat.vulnerable, threat.safe):
        shown = {base for example in examples for base in kinds[example.kind].bases}
        assert set(threat.targets) <= shown


@every_threat
def test_it_fires_only_where_somebody_said_or_left_out_something(id: str) -> None:
    """There is a control or protection that answers it: an example of it is mitigated, and a finding has a fix."""
    assert Verdict.MITIGATED in {one.verdict for one in explanations(id)["safe"]}
    assert any(one.fixes for one in explanations(id)["vulnerable"])


@every_threat
def test_its_mitigation_names_the_controls_that_answer_it(id: str) -> None:
    """Every control that closes an example's finding, or keeps a safe one from being one."""
    threat = shipped()[id]
    answers = {name for found in explanations(id).values() for one in found for name in controls(one)}
    missing = {name for name in answers if not re.search(rf"\b{name}\b", threat.mitigation)}
    # Some threats are answered by a protection of the element alone.
    assert answers or not any("controls." in path for path in shipped().condition(id).reads)
    assert not missing


@every_threat
def test_its_mitigation_names_no_control_that_is_not_there(id: str) -> None:
    threat = shipped()[id]
    named = set(re.findall(r"\bcontrols\.(\w+)", threat.mitigation))
    assert named <= shipped().vocabulary.kinds["Controls"].fields.keys()
    reads = {path.rpartition(".")[2] for path in shipped().condition(id).reads}
    assert named <= reads


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


@every_threat
def test_its_taxonomy_is_well_formed(id: str) -> None:
    threat = shipped()[id]
    assert threat.linddun if threat.pack == "privacy" else threat.stride
    assert threat.cwe
    assert threat.likelihood
    for numbers in (threat.cwe, threat.capec):
        assert len(set(numbers)) == len(numbers)
        assert all(1 <= number <= 2000 for number in numbers)
    for entry in threat.owasp:
        assert re.fullmatch(
            r"(A|LLM|ASI|M|I|K|MCP)(0[1-9]|10):20\d\d|API([1-9]|10):2023|CICD-SEC-([1-9]|10):2022", entry
        )
    for entry in threat.asvs:
        assert re.fullmatch(r"v5\.0\.0-\d+\.\d+\.\d+", entry)


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
def test_its_adjustments_evaluate_and_change_something(id: str) -> None:
    """On every example, each to a yes or no; another severity than the threat's own, for a reason."""
    threat = shipped()[id]
    (rule,) = (rule for rule in Rulebook(shipped()).rules_for(threat.targets[0]) if rule.threat.id == id)
    assert len(rule.adjustments) == len(threat.adjust)
    for adjust in threat.adjust:
        assert adjust.severity != threat.severity
        assert adjust.why
    told = {(adjust.severity, adjust.why) for adjust in threat.adjust} | {(threat.severity, "")}
    for found in explanations(id).values():
        assert {(one.severity, one.severity_why) for one in found} <= told


@every_threat
def test_it_began_with_a_version_of_the_pack(id: str) -> None:
    assert shipped()[id].since == "1.0"


@every_threat
def test_it_says_all_that_an_entry_says(id: str) -> None:
    threat = shipped()[id]
    assert threat.rationale
    assert threat.example
    assert threat.references


def test_no_two_conditions_are_equal_on_one_kind() -> None:
    found = Counter((kind, shipped().condition(one.id).tree) for one in shipped() for kind in one.targets)
    assert not [kind for (kind, _), count in found.items() if count > 1]


def test_no_two_threats_tell_the_same() -> None:
    for texts in ([one.description for one in shipped()], [one.mitigation for one in shipped()]):
        assert not [text for text, count in Counter(texts).items() if count > 1]


def test_the_fields_of_packs_are_read_by_its_conditions() -> None:
    read = {path.rpartition(".")[2] for threat in shipped() for path in shipped().condition(threat.id).reads}
    assert {field.name for field in shipped().fields} <= read
