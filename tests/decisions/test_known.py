"""Findings beside those of earlier runs: each is of one sort, and none is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_threatmodel.decisions.known import Comparison
from pytest_threatmodel.decisions.known import Earlier
from pytest_threatmodel.decisions.known import Known
from pytest_threatmodel.decisions.known import Past
from pytest_threatmodel.library.threat import SEVERITIES
from tests.analysis.models import threat
from tests.analysis.models import verdicts_of

ROOT = Path("/repo")
FILE = "/repo/sub/threatmodel_shop.py"
LABELS = ("A", "B", "C", "D")
#: Which elements are there, and whether each is a finding.
MODELS = st.dictionaries(st.sampled_from(LABELS), st.booleans())
RULE = threat("target.usesCache", targets=("Server",), severity="medium")


def earlier(findings: dict[str, tuple[str, str]], created: str = "2026-01-02T00:00:00Z", **changed: Any) -> Earlier:
    """A run in which the rule `T1` had findings: label -> severity and status of a decision."""
    values = {
        "source": f"old.json ({created[:10]})",
        "model": "sub/threatmodel_shop.py",
        "created": created,
        "findings": {f"T1[{label}]": Past("T1", label, *past) for label, past in findings.items()},
        "threats": frozenset({"T1"}),
        "kinds": frozenset({"Server", "Element"}),
        "packs": {"own": "1"},
    }
    return Earlier(**{**values, **changed})


def compared(model: dict[str, bool], *runs: Earlier, rule: Any = RULE, decided: bool = False) -> Comparison:
    source = "tm = TM('Shop')\n" + "".join(f"Server({name!r}, usesCache={model[name]})\n" for name in model)
    return Known(ROOT, runs).compare(verdicts_of(source, rule), FILE, lambda pair: decided)


def sorts(comparison: Comparison) -> dict[str, list[str]]:
    """The names of elements by sort, for sorts that have some."""
    return {sort: [each.element for each in entries] for sort, entries in comparison.found.items() if entries}


@given(MODELS, st.dictionaries(st.sampled_from(LABELS), st.sampled_from(SEVERITIES)))
def test_every_finding_of_now_and_then_is_of_one_sort(model: dict[str, bool], past: dict[str, str]) -> None:
    comparison = compared(model, earlier({label: (word, "") for label, word in past.items()}))
    now = {label for label, vulnerable in model.items() if vulnerable}
    found = sorts(comparison)
    assert sorted(label for labels in found.values() for label in labels) == sorted(now | set(past))
    assert set(found.get("new", ())) == now - set(past)
    assert set(found.get("resolved", ())) == set(past) - now
    rose = {label for label in now & set(past) if past[label] in ("low", "info")}
    assert set(found.get("worsened", ())) == rose == {label for _, label in comparison.fails}
    assert {label for _, label in comparison.passes} == now & set(past) - rose


@given(st.dictionaries(st.sampled_from(LABELS), st.tuples(st.sampled_from(SEVERITIES), st.sampled_from(["", "open"]))))
def test_what_is_known_crosses_to_workers(findings: dict[str, tuple[str, str]]) -> None:
    run = earlier(findings)
    assert Earlier.of_plain(json.loads(json.dumps(run.plain()))) == run


@given(st.lists(MODELS, min_size=1, max_size=4), st.randoms())
def test_the_newest_run_counts_in_whatever_order_they_are_given(history: list[dict[str, bool]], random: Any) -> None:
    runs = [
        earlier({label: ("medium", "") for label, vulnerable in model.items() if vulnerable}, f"2026-01-0{day}")
        for day, model in enumerate(history, 1)
    ]
    newest = runs[-1]
    random.shuffle(runs)
    model = dict.fromkeys(LABELS, True)
    comparison = compared(model, *runs)
    assert comparison.against == newest.source
    assert sorts(comparison) == sorts(compared(model, newest))


def test_exists_since_names_the_first_run_without_a_gap() -> None:
    runs = [
        earlier({"A": ("medium", "")} if there else {}, f"2026-01-0{day}") for day, there in enumerate([1, 0, 1, 1])
    ]
    (why,) = compared({"A": True}, *runs).passes.values()
    assert why == "exists since old.json (2026-01-02)"


def test_another_model_is_not_compared_with() -> None:
    comparison = compared({"A": True}, earlier({"A": ("medium", "")}, model="threatmodel_shop.py"))
    assert (comparison.against, sorts(comparison)) == ("", {"new": ["A"]})


@pytest.mark.parametrize(("decided", "sort"), [(False, "worsened"), (True, "unchanged")])
def test_a_decision_of_then_must_still_be_there(decided: bool, sort: str) -> None:
    comparison = compared({"A": True}, earlier({"A": ("medium", "accepted")}), decided=decided)
    assert sorts(comparison) == {sort: ["A"]}


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ({"A": False}, "not-applicable"),
        ({"B": False}, "the element is gone, or has another name"),
    ],
)
def test_what_is_resolved_says_why(model: dict[str, bool], why: str) -> None:
    (entry,) = compared(model, earlier({"A": ("medium", "")})).found["resolved"]
    assert entry.why == why


def test_a_finding_of_a_threat_that_is_gone_is_resolved_for_that() -> None:
    (entry,) = compared(
        {"A": True}, earlier({"A": ("medium", "")}), rule=threat("target.usesCache", "T2", targets=("Server",))
    ).found["resolved"]
    assert entry.why == "the threat is no longer in the library"


def test_a_threat_that_stands_for_another_keeps_its_findings() -> None:
    rule = threat("target.usesCache", "T2", targets=("Server",), severity="medium", replaces=("T1",))
    comparison = compared({"A": True}, earlier({"A": ("medium", "")}), rule=rule)
    assert sorts(comparison) == {"unchanged": ["A"]}


@pytest.mark.parametrize(
    ("changed", "since", "is_new_rule"),
    [
        # It met an element then.
        ({}, "", False),
        # A server was there, and it met none.
        ({"threats": frozenset()}, "", True),
        # Nothing that it concerns was there: only the version can tell.
        ({"threats": frozenset(), "kinds": frozenset({"Actor"})}, "", False),
        ({"threats": frozenset(), "kinds": frozenset({"Actor"}), "packs": {"own": "1.9"}}, "1.10", True),
        ({"threats": frozenset(), "kinds": frozenset({"Actor"}), "packs": {"own": "1.10"}}, "1.9", False),
        ({"threats": frozenset(), "kinds": frozenset({"Actor"}), "packs": {"own": ""}}, "1.9", False),
        ({"threats": frozenset(), "kinds": frozenset(), "packs": {}}, "", True),
    ],
)
def test_a_rule_is_new_only_where_that_is_certain(changed: dict[str, Any], since: str, is_new_rule: bool) -> None:
    rule = threat("target.usesCache", targets=("Server",), since=since)
    comparison = compared({"A": True}, earlier({}, **changed), rule=rule)
    assert sorts(comparison) == {"new_rules" if is_new_rule else "new": ["A"]}


def test_another_model_of_the_same_packs_tells_what_the_library_had() -> None:
    run = earlier({}, threats=frozenset())
    other = earlier({}, model="threatmodel_other.py")
    assert sorts(compared({"A": True}, run, other)) == {"new": ["A"]}
