"""Properties of matching and judging, with random decisions and labels."""

from __future__ import annotations

from datetime import date
from datetime import timedelta
from fnmatch import fnmatchcase
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.decision import MARKS
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import DecisionError
from pytest_threatmodel.decisions.decision import read_decision
from pytest_threatmodel.decisions.judge import judge
from pytest_threatmodel.decisions.judge import stale_decisions
from pytest_threatmodel.decisions.matching import PairKey
from pytest_threatmodel.decisions.matching import Scope
from pytest_threatmodel.decisions.matching import match
from pytest_threatmodel.model.origin import Place
from tests.decisions.made import accepted
from tests.decisions.made import excluded

THREATS = ("DE01", "DE02", "AA01", "A-1", "a.b")
#: Names with wildcards in them, patterns for others, and names that are neither.
NAMES = st.one_of(
    st.sampled_from(["Save (*)", "Save (all)", "[prod] db", "p db", "db", "what?", "*", "?*", "[!d]*", "[", "nothing"]),
    st.text("ab*?[]!-\n", min_size=1, max_size=4),
)
IDS = st.one_of(st.sampled_from(THREATS), st.sampled_from(["DE*", "*", "??01", "[A-Z]*", "A-1*", "XX", "de01", "Z*"]))
LABELS = st.dictionaries(NAMES, st.lists(st.sampled_from(THREATS), unique=True, max_size=4), max_size=6)


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    element = draw(st.one_of(st.just("*"), NAMES.filter(str.strip)))
    threats = draw(st.lists(IDS, min_size=1, max_size=3))
    make = accepted if draw(st.booleans()) else excluded
    return make(*threats, element=element, line=draw(st.integers(1, 99)))


def selected(name: str, names: Any) -> set[str]:
    """What a name means, by the contract's own words."""
    return {name} if name in names else {one for one in names if fnmatchcase(one, name)}


def expected(decision: Decision, labels: dict[str, list[str]], reach: set[str]) -> set[PairKey]:
    """Every pair that the decision names."""
    ids = set().union(*(selected(threat, THREATS) for threat in decision.threats))
    return {(threat, label) for label in reach for threat in labels[label] if threat in ids}


@given(LABELS, st.lists(decisions(), max_size=4), st.data())
def test_a_decision_covers_exactly_the_pairs_that_its_names_select(
    labels: dict[str, list[str]], on_file: list[Decision], data: st.DataObject
) -> None:
    """Exact names before patterns, the element before the file, the first where two meet, and never an exception."""
    on_elements = {label: data.draw(st.lists(decisions(), max_size=2)) for label in labels if data.draw(st.booleans())}
    matched = match(on_elements, on_file, Scope(labels, THREATS))
    near = [(one, {label}) for label, several in on_elements.items() for one in several]
    far = [(one, selected(one.element, labels)) for one in on_file]
    known = [
        (one, reach) for one, reach in near + far if reach and any(selected(each, THREATS) for each in one.threats)
    ]
    assert [one for one, _ in matched.covered] == [one for one, _ in known]
    for (decision, reach), (_, covered) in zip(known, matched.covered, strict=True):
        assert set(covered) == expected(decision, labels, reach)
        assert len(set(covered)) == len(covered)
    by_pair: dict[PairKey, Decision] = {}
    for decision, reach in near + far:
        for pair in expected(decision, labels, reach):
            by_pair.setdefault(pair, decision)
    assert matched.by_pair == by_pair


@given(LABELS, st.lists(decisions(), max_size=5))
def test_a_pair_of_two_decisions_on_the_file_is_an_error(labels: dict[str, list[str]], on_file: list[Decision]) -> None:
    """And there is no error of this kind without one."""
    matched = match({}, on_file, Scope(labels, THREATS))
    taken: dict[PairKey, Decision] = {}
    meet = False
    for decision in on_file:
        for pair in expected(decision, labels, selected(decision.element, labels)):
            meet |= taken.setdefault(pair, decision) is not decision
    assert any(error.problem.startswith("two decisions on") for error in matched.errors) is meet


@given(LABELS, decisions())
def test_what_selects_nothing_is_told_once(labels: dict[str, list[str]], decision: Decision) -> None:
    """An orphan where the name is literal, a warning where it is a pattern; what covers a pair is told by neither."""
    matched = match({}, [decision], Scope(labels, THREATS))
    told = [*map(str, matched.errors), *map(str, matched.orphans), *matched.warnings]
    empty = [threat for threat in decision.threats if not selected(threat, THREATS)]
    if not empty and (pairs := expected(decision, labels, selected(decision.element, labels))):
        assert pairs == set(matched.by_pair)
        assert told == []
    elif labels and not selected(decision.element, labels):
        assert any("no element matches" in text for text in told)
    for threat in set(empty):
        complaints = matched.warnings if set(threat) & set("*?[") else map(str, matched.orphans)
        assert any(f"no threat matches {threat!r}" in text for text in complaints)


ANYTHING: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.dates(), st.datetimes(), st.lists(st.integers())
)
TERMS = st.dictionaries(
    st.one_of(st.sampled_from(["element", "reason", "owner", "until", "ticket", "facts"]), st.text(max_size=6)),
    ANYTHING,
    max_size=5,
)


@given(st.sampled_from(sorted(MARKS)), st.lists(ANYTHING, max_size=3), TERMS)
def test_whatever_is_written_is_a_decision_or_an_error(name: str, threats: list[Any], terms: dict[str, Any]) -> None:
    """Never another exception."""
    place = Place("threatmodel_shop.py", 3)
    complaint = ""
    try:
        decision = read_decision(SimpleNamespace(name=name, args=tuple(threats), kwargs=terms), place)
    except DecisionError as error:
        complaint = str(error)
    if complaint:
        assert complaint.startswith("threatmodel_shop.py:3: ")
    else:
        assert decision.reason.strip()
        assert decision.threats == tuple(threats)
        assert decision.until is None or type(decision.until) is date


@given(
    st.sampled_from(Verdict),
    st.one_of(st.none(), decisions()),
    st.one_of(st.none(), st.integers(-2, 2)),
    st.sampled_from(["", "low severity"]),
    st.sampled_from(["", "re-review"]),
    st.booleans(),
)
def test_a_finding_passes_by_nothing(
    verdict: Verdict, decision: Decision | None, days: int | None, softened: str, lapsed: str, stale: bool
) -> None:
    """It fails, or somebody decided, or the threshold softens it; and only a stale acceptance makes green fail."""
    today = date(2026, 5, 1)
    if decision is not None and days is not None and decision.status == "accepted":
        decision = accepted(*decision.threats, until=today + timedelta(days))
    outcome = judge(verdict, decision, today=today, softened=softened, lapsed=lapsed, stale=stale)
    if decision is not None and decision.status == "excluded":
        assert outcome.result == "skipped"
    elif verdict in (Verdict.VULNERABLE, Verdict.ERROR):
        assert outcome.result in ("failed", "xfailed")
        holds = decision is not None and not decision.expired(today) and not lapsed
        decided = holds if decision is not None else bool(softened)
        assert (outcome.result == "xfailed") is (verdict is Verdict.VULNERABLE and decided)
    else:
        assert outcome.result == ("failed" if stale and decision is not None else "passed")


@given(LABELS, st.lists(decisions(), max_size=4), st.sets(st.sampled_from(THREATS)))
def test_a_stale_acceptance_has_no_finding_among_its_pairs(
    labels: dict[str, list[str]], on_file: list[Decision], found: set[str]
) -> None:
    covered = match({}, on_file, Scope(labels, THREATS)).covered
    stale = [decision for decision, _ in stale_decisions(covered, lambda pair: pair[0] in found)]
    for decision, pairs in covered:
        needed = any(threat in found for threat, _ in pairs)
        assert (decision in stale) is (decision.status == "accepted" and not needed)
