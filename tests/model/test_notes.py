"""Notes: overrides, assumptions, and the lists in which they and marks stand."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import ModelProblems
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.notes import Assumption
from pytest_threatmodel.model.notes import Finding

FINDING: Any = Finding
ASSUMPTION: Any = Assumption


def test_an_override_says_only_what_is_stated() -> None:
    finding = Finding(threat_id="AC01", severity="low")
    assert (finding.threat_id, finding.severity) == ("AC01", "low")
    assert (finding.cvss, finding.response, finding.likelihood) == (None, None, None)
    assert finding.place.file == __file__
    assert repr(finding) == "<Finding AC01>"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"threat_id": "AC01", "severty": "low"}, "Finding() has no argument 'severty'; did you mean 'severity'?"),
        ({"threat_id": "AC01", "xyzzy": 1}, "Finding() has no argument 'xyzzy' ("),
        ({"threat_id": "AC01", "reason": 1}, "Finding(): reason = 1 is not accepted, expected text"),
        ({"threat_id": 1}, "Finding(): threat_id = 1 is not accepted, expected text"),
        ({"threat_id": "AC01", "cvss": 9.8}, "Finding(): cvss = 9.8 is not accepted, expected text"),
    ],
)
def test_a_wrong_override_names_what_is_wrong(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(ModelError) as caught:
        FINDING(**arguments)
    assert str(caught.value).startswith(text)
    assert "test_notes.py" in str(caught.value)


def test_an_override_needs_its_threat() -> None:
    with pytest.raises(TypeError, match="threat_id"):
        FINDING(severity="low")


def test_an_assumption_has_a_name_and_may_exclude_threats() -> None:
    assumption = Assumption("The network is private", exclude=["AA01", "DE*"], description="By contract.")
    assert (assumption.name, assumption.exclude) == ("The network is private", ("AA01", "DE*"))
    assert Assumption("One", exclude="AA01").exclude == ("AA01",)
    assert Assumption("None").exclude == ()
    assert Assumption("Many", exclude={"B", "C", "A"}).exclude == ("A", "B", "C")
    assert repr(assumption) == "<Assumption 'The network is private'>"


@pytest.mark.parametrize("arguments", [{"name": 3}, {"name": "x", "exclude": [3]}, {"name": "x", "exclude": (None,)}])
def test_a_wrong_assumption_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match=r"Assumption\(\) takes a name and threat ids as text"):
        ASSUMPTION(**arguments)


def test_notes_are_given_as_argument_assigned_or_appended() -> None:
    first, second = Finding(threat_id="AC01"), Finding(threat_id="AC02")
    early = Server("Early", overrides=[first, second], assumptions=[Assumption("Private")], marks=["any"])
    late = Server("Late")
    late.overrides = [first]
    late.overrides.append(second)
    late.assumptions.append(Assumption("Private"))
    late.marks += ["any"]
    assert early.overrides == late.overrides == [first, second]
    assert len(early.assumptions) == len(late.assumptions) == 1
    assert early.marks == late.marks == ["any"]


def test_one_note_is_a_list_of_one() -> None:
    web, only = Server("Web"), Finding(threat_id="AC01")
    web.overrides = only
    web.assumptions = (Assumption("Private"),)
    web.marks = "any"
    assert web.overrides == [only]
    assert [assumption.name for assumption in web.assumptions] == ["Private"]
    assert web.marks == ["any"]


def test_every_element_has_lists_of_its_own() -> None:
    given = [Finding(threat_id="AC01")]
    web, other = Server("Web", overrides=given), Server("Other")
    web.marks.append("any")
    given.append(Finding(threat_id="AC02"))
    assert (other.marks, other.overrides) == ([], [])
    assert len(web.overrides) == 1


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("overrides", "AC01", "Finding(...) or a list of them"),
        ("overrides", ["AC01"], "Finding(...) or a list of them"),
        ("overrides", None, "Finding(...) or a list of them"),
        ("assumptions", "Private", "Assumption(...) or a list of them"),
        ("assumptions", [Finding(threat_id="AC01")], "Assumption(...) or a list of them"),
        ("marks", None, "a list"),
    ],
)
def test_what_does_not_belong_there_is_refused(name: str, value: Any, expected: str) -> None:
    web = Server("Web")
    with pytest.raises(ModelError) as caught:
        setattr(web, name, value)
    assert caught.value.problem.startswith(f'Server "Web": {name} = ')
    assert caught.value.problem.endswith(f"is not accepted, expected {expected}")


def test_what_was_appended_wrongly_is_a_complaint_about_the_model() -> None:
    tm = Model("Shop", assumptions=[Assumption("Private")])
    tm.assumptions.append("x")  # type: ignore[arg-type]
    web = Server("Web")
    web.overrides.append("AC01")  # type: ignore[arg-type]
    web.assumptions.append(None)  # type: ignore[arg-type]
    with pytest.raises(ModelProblems) as caught:
        tm.check()
    assert [problem.problem for problem in caught.value.problems] == [
        "Model \"Shop\": assumptions hold 'x', expected Assumption(...) or a list of them",
        'Server "Web": assumptions hold None, expected Assumption(...) or a list of them',
        "Server \"Web\": overrides hold 'AC01', expected Finding(...) or a list of them",
    ]


def test_two_overrides_of_one_threat_contradict_each_other() -> None:
    tm = Model("Shop")
    Server("Web", overrides=[Finding(threat_id="AC01"), Finding(threat_id="AC02"), Finding(threat_id="AC01")])
    with pytest.raises(ModelProblems, match='Server "Web" has 2 overrides of AC01, expected one'):
        tm.check()
