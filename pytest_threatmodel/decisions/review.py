"""The review: decisions that are stale, orphaned, overbroad, expired, ownerless or too long."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from datetime import date
from functools import cached_property
from typing import Final

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.decisions.checks import Check
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import is_pattern
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.decisions.judge import stale_decisions
from pytest_threatmodel.decisions.matching import Matched
from pytest_threatmodel.decisions.matching import Orphan
from pytest_threatmodel.decisions.matching import PairKey
from pytest_threatmodel.decisions.renamed import Renames
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.labels import counted

#: So many notices a check gives for one model; the others are counted.
_TOLD: Final = 5
#: For so many orphans a new name is looked for: each looks at every element.
_TRACED: Final = 10
_NUMBERED: Final = re.compile(r" #[0-9]+$")


@dataclass
class Review:
    """What is to be said of the decisions of one model.

    Attributes:
        problems: what fails, each a sentence.
        notices: what is told.
        stale: pairs that fail because the decision that names them is no longer needed.
        resolved: the known findings of registers that are findings no more.
        unneeded: id of a decision that counts for other models too -> what is wrong with it unless one of these needs
            it, and whether that fails.
    """

    problems: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    stale: set[PairKey] = field(default_factory=set)
    resolved: list[Decision] = field(default_factory=list)
    unneeded: dict[int, tuple[str, bool]] = field(default_factory=dict)


def review(
    matched: Matched,
    findings: frozenset[PairKey],
    near: Mapping[int, str],
    verdicts: Verdicts,
    ground: Ground,
    shared: frozenset[int] = frozenset(),
) -> Review:
    """Review the decisions of a model.

    Args:
        matched: the decisions, put on pairs.
        findings: the pairs that are findings, or may still become some in this run.
        near: id of each decision that stands on an element -> the element's label.
        verdicts: of the model.
        ground: by what they are judged.
        shared: the ids of the decisions that count for other models too.
    """
    reviewer = _Reviewer(matched, findings, near, verdicts, ground, shared)
    reviewed = Review(resolved=reviewer.resolved())
    checks: dict[Check, Iterable[str]] = {
        "orphaned": reviewer.orphaned(),
        "stale": reviewer.stale(reviewed.stale),
        "overbroad": reviewer.overbroad(),
        "ownerless": reviewer.ownerless(),
        "too-long": reviewer.too_long(),
    }
    for check, texts in checks.items():
        action = ground.checks.action(check)
        if action == "fail":
            reviewed.problems += dict.fromkeys(texts)
        elif action == "notice":
            reviewed.notices += _told(texts, check)
        reviewed.unneeded.update((number, (text, action == "fail")) for number, text in reviewer.deferred.items())
        reviewer.deferred.clear()
    if ground.checks.action("expired") != "off":
        reviewed.notices += _told(reviewer.expired(), "expired")
    return reviewed


def without_counted(decisions: Iterable[Decision], verdicts: Verdicts, problems: list[str]) -> list[Decision]:
    """The decisions but for those that name an element by a label that only counting made.

    Args:
        decisions: that name their element.
        verdicts: of the model.
        problems: takes why the others are refused.
    """
    decisions = list(decisions)
    if not any(_NUMBERED.search(decision.element) for decision in decisions):
        return decisions
    refused = counted(verdicts.model.elements)
    for decision in decisions:
        if decision.element in refused:
            place = verdicts.labels[decision.element].place
            problems.append(
                f"{decision.place}: {decision.spelled} is refused: {decision.element!r} is told by its number only and "
                f'may be another element tomorrow; give the one in {place} a key, key="...", and name that'
            )
    return [decision for decision in decisions if decision.element not in refused]


def ending(decisions: Iterable[Decision], ground: Ground) -> list[str]:
    """The decisions that end soon, the next first, each once.

    Args:
        decisions: of a model.
        ground: with the day, and how long before it they are told.
    """
    last = ground.today.toordinal() + ground.checks.notice
    soon = [
        (
            decision.until,
            f"{decision.place}: {decision.spelled} ends {_when(decision.until, ground.today)}{_owner(decision)}",
        )
        for decision in decisions
        if decision.until is not None and ground.today.toordinal() <= decision.until.toordinal() <= last
    ]
    told = [text for _, text in sorted(dict.fromkeys(soon))]
    rest = len(told) - _TOLD
    return told[:_TOLD] + ([f"{rest} more {'ends' if rest == 1 else 'end'} soon"] if rest > 0 else [])


def _when(until: date, today: date) -> str:
    days = (until - today).days
    if days == 0:
        return f"today, {until}"
    return f"on {until}, in {days} day{'' if days == 1 else 's'}"


def _owner(decision: Decision) -> str:
    return f"; its owner is {decision.owner}" if decision.owner else "; nobody owns it"


def _told(texts: Iterable[str], check: Check) -> Iterator[str]:
    """Notices, each once, and no more than people read."""
    told = list(dict.fromkeys(texts))
    yield from told[:_TOLD]
    if len(told) > _TOLD:
        yield f"{len(told) - _TOLD:,} more decisions like this; threatmodel_decision_checks = {check} = fail lists all"


class _Reviewer:
    """One method a check; each gives a sentence for every decision that does not pass it."""

    def __init__(
        self,
        matched: Matched,
        findings: frozenset[PairKey],
        near: Mapping[int, str],
        verdicts: Verdicts,
        ground: Ground,
        shared: frozenset[int],
    ) -> None:
        self._shared = shared
        #: What a check found of decisions that count for other models too: id -> sentence.
        self.deferred: dict[int, str] = {}
        self._matched = matched
        self._findings = findings
        self._near = near
        self._verdicts = verdicts
        self._ground = ground
        self._covered = matched.covered

    def orphaned(self) -> Iterator[str]:
        for number, orphan in enumerate(self._matched.orphans):
            hint = self._hint(orphan) if number < _TRACED else None
            yield from self._unless_shared(orphan.decision, f"{orphan}; {hint}" if hint else str(orphan))

    def _unless_shared(self, decision: Decision, text: str) -> Iterator[str]:
        if id(decision) in self._shared:
            self.deferred[id(decision)] = text
        else:
            yield text

    def resolved(self) -> list[Decision]:
        """The known findings that are findings no more: they were to be fixed, and fail nothing for being so."""
        stale = stale_decisions(self._covered, self._is_finding)
        return [decision for decision, _ in stale if decision.status == "open"]

    def _hint(self, orphan: Orphan) -> str | None:
        if orphan.what == "threat":
            return did_you_mean(orphan.name, (threat.id for threat in self._verdicts.rulebook.library.threats))
        spelled = did_you_mean(orphan.name, self._verdicts.labels)
        likely = self._renames.likely(orphan.decision)
        if likely is None or spelled == f"did you mean {likely[0]!r}?":
            return spelled
        return f"its likely new name is {likely[0]!r}: {likely[1]}"

    @cached_property
    def _renames(self) -> Renames:
        named = {decision.element for decision, _ in self._covered} | set(self._near.values())
        return Renames(self._verdicts, self._matched.by_pair, named)

    def stale(self, alone: set[PairKey]) -> Iterator[str]:
        """Those that are no longer needed; one that spells out its one pair fails that pair, which joins `alone`."""
        fails = self._ground.checks.action("stale") == "fail"
        for decision, pairs in stale_decisions(self._covered, self._is_finding):
            text = f"{decision.place}: {decision.spelled} is no longer needed: {_covers(len(pairs))}"
            if decision.status == "open":
                continue
            if (
                fails
                and id(decision) not in self._shared
                and names_one_pair(decision, pairs, id(decision) in self._near)
                and self._matched.by_pair[pairs[0]] is decision
            ):
                alone.update(pairs)
            else:
                yield from self._unless_shared(decision, text)

    def _is_finding(self, pair: PairKey) -> bool:
        return pair in self._findings

    def overbroad(self) -> Iterator[str]:
        total, widest = len(self._verdicts), self._ground.checks.widest
        for decision, pairs in self._covered:
            of_threats = any(map(is_pattern, decision.threats))
            of_elements = is_pattern(decision.element) and id(decision) not in self._near
            if of_threats and of_elements and len(pairs) == total:
                yield f"{decision.place}: {decision.spelled} reaches every threat on every element: name some"
            elif (of_threats or of_elements) and len(pairs) > widest:
                yield f"{decision.place}: {decision.spelled} reaches {len(pairs):,} pairs, more than {widest:,}"

    def expired(self) -> Iterator[str]:
        """Those whose pairs do not fail for it: because findings do not, or because there is none."""
        fails = self._ground.checks.action("expired") == "fail"
        for decision, pairs in self._covered:
            if not decision.expired(self._ground.today):
                continue
            if not fails or (decision.excludes and not any(map(self._is_finding, pairs))):
                yield f"{decision.place}: {decision.spelled} expired on {decision.until}{_owner(decision)}"

    def ownerless(self) -> Iterator[str]:
        for decision, _ in self._covered:
            if not decision.excludes and not decision.owner:
                yield f"{decision.place}: {decision.spelled} has no owner"

    def too_long(self) -> Iterator[str]:
        longest = self._ground.checks.longest
        for decision, _ in self._covered:
            if decision.until is None:
                if not decision.excludes:
                    yield f"{decision.place}: {decision.spelled} has no end: state until"
                continue
            days = (decision.until - (decision.since or self._ground.today)).days
            if days > longest:
                since = f"since {decision.since}" if decision.since else "from today"
                yield (
                    f"{decision.place}: {decision.spelled} ends on {decision.until}, {days:,} days {since}, "
                    f"more than {longest:,}"
                )


def names_one_pair(decision: Decision, pairs: list[PairKey], on_element: bool) -> bool:
    """Whether a decision spells out its one pair.

    Args:
        decision: any.
        pairs: that it covers.
        on_element: it stands on its element, which then need not be named.
    """
    if len(pairs) != 1 or decision.threats != (pairs[0][0],):
        return False
    return on_element or decision.element == pairs[0][1]


def _covers(pairs: int) -> str:
    if pairs == 0:
        return "it covers no pair"
    return "its pair is no finding" if pairs == 1 else f"none of its {pairs} pairs is a finding"
