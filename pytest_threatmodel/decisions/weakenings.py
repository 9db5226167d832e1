"""What weakens the gate of a model, whether or not a policy allows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from typing import Final
from typing import Literal

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import rated_severity
from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.analysis.ids import pair_name
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.library.threat import SEVERITIES
from pytest_threatmodel.library.threat import Severity
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.library.threat import parse_severity
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.model.origin import Place

Sort = Literal[
    "excluded",
    "out of scope",
    "lowered",
    "passes the gate",
    "new rule",
    "marked",
    "fail-on",
    "check",
    "day",
    "deselected",
    "left out",
    "replaced",
    "overridden",
]
#: The keys of a threat besides its severity that decide what it finds, and how bad that is.
_DECIDING: Final = frozenset({"condition", "targets", "adjust"})
#: pytest's own marks that keep a failure from failing.
SILENCING: Final = frozenset({"skip", "skipif", "xfail"})


@dataclass(frozen=True, slots=True)
class Weakening:
    """One thing because of which less fails than the library asks for.

    Args:
        sort: what sort of thing.
        what: the thing itself: a decision, an element, a pair, an option.
        reason: why, as its author says; empty where nobody said.
        pairs: on how many pairs it counts.
        place: where it is written; None for what holds for a whole run.
    """

    sort: Sort
    what: str
    reason: str = ""
    pairs: int = 0
    place: Place | None = None

    def __str__(self) -> str:
        place = "" if self.place is None else f"{self.place}: "
        return f"{place}{self.what}{f': {self.reason}' if self.reason else ''}"


@dataclass(frozen=True, slots=True)
class Lowering:
    """An override that lowers a severity.

    Args:
        pair: its name.
        before: what the threat says.
        after: what the override says.
        reason: why; empty where nobody said.
        place: of the override.
    """

    pair: str
    before: Severity
    after: Severity
    reason: str
    place: Place


def model_weakenings(verdicts: Verdicts, decided: Decided) -> list[Weakening]:
    """What weakens the gate of one model, beside what holds for the whole run.

    Args:
        verdicts: of the model.
        decided: what was decided about it.

    Raises:
        ModelError: an override names no severity.
    """
    return [
        *_excluded(decided),
        *(
            Weakening("out of scope", element.describe(), escape(element.scopeReason.strip()), 0, element.place)
            for element in verdicts.labels.values()
            if not element.inScope
        ),
        *(
            Weakening("lowered", f"{each.pair} from {each.before} to {each.after}", each.reason, 1, each.place)
            for each in lowerings(verdicts)
        ),
        *_passing(decided),
        *(
            Weakening("marked", f"pytest.mark.{mark.name}", "", 0, verdicts.labels[label].place)
            for label, mark in silencing_marks(decided)
        ),
    ]


def run_weakenings(
    ground: Ground, left_out: Iterable[str], replaced: Iterable[str], threats: Iterable[Threat] = ()
) -> list[Weakening]:
    """What weakens the gate of every model of a run.

    Args:
        ground: by what decisions are judged.
        left_out: names of the shipped packs that do not count.
        replaced: names of those in whose place others of that name count.
        threats: of the library, some of which packs may have changed.
    """
    gate, checks = str(ground.gate), ground.checks
    softened = (f"threatmodel_decision_checks: {check} = {checks.action(check)}" for check in checks.softened())
    return [
        *([Weakening("fail-on", f"--threatmodel-fail-on={gate}")] if gate != SEVERITIES[-1] else []),
        *(Weakening("check", text) for text in softened),
        *([Weakening("day", f"--threatmodel-today={ground.today}")] if ground.today_given else []),
        *(Weakening("left out", f"threat pack {name}") for name in left_out),
        *(Weakening("replaced", f"threat pack {name}") for name in replaced),
        *_overridden(threats),
    ]


def _overridden(threats: Iterable[Threat]) -> Iterator[Weakening]:
    """What packs changed about threats of other packs so that they may find less, or less severely."""
    for threat in threats:
        for each in threat.overridden:
            start = f"{each.key} of {threat.id} by pack {each.pack}"
            if each.key == "severity":
                if SEVERITIES.index(threat.severity) > SEVERITIES.index(parse_severity(each.before)):
                    what = f"{start}, {each.before} to {each.after}"
                    yield Weakening("overridden", what, each.reason, place=Place(each.file, each.line or 1))
            elif each.key in _DECIDING:
                yield Weakening("overridden", start, each.reason, place=Place(each.file, each.line or 1))


def deselected(verdicts: Verdicts, patterns: Sequence[str]) -> list[Weakening]:
    """The pairs of a model that `--threatmodel-exclude` deselects, by pattern.

    Args:
        verdicts: of the model.
        patterns: ids of threats, or patterns of them.
    """
    met = Counter(rule.threat.id for row in verdicts.rows for rule in row.rules)
    found = {name: sum(met[each] for each in met if each == name or fnmatchcase(each, name)) for name in patterns}
    return [Weakening("deselected", f"--threatmodel-exclude={name}", pairs=pairs) for name, pairs in found.items()]


def lowerings(verdicts: Verdicts) -> Iterator[Lowering]:
    """The overrides that make a finding count less.

    Args:
        verdicts: of the model.

    Raises:
        ModelError: an override names no severity.
    """
    for row in verdicts.rows:
        stated = {each.threat_id: each for each in row.element.overrides if each.severity is not None}
        for column in range(len(row.rules)) if stated else ():
            override = stated.get(row.rules[column].threat.id)
            if override is None:
                continue
            (before, _), (after, _) = rated_severity(row, column), severity(row, column)
            if SEVERITIES.index(after) > SEVERITIES.index(before):
                name = pair_name(override.threat_id, row.label)
                yield Lowering(name, before, after, escape((override.reason or "").strip()), override.place)


def silencing_marks(decided: Decided) -> Iterator[tuple[str, Any]]:
    """The marks of pytest itself on elements that keep a failure from failing: label and mark."""
    for label, marks in decided.plain.items():
        for mark in marks:
            plain = getattr(mark, "mark", mark)
            if getattr(plain, "name", "") in SILENCING:
                yield label, plain


def _excluded(decided: Decided) -> Iterator[Weakening]:
    covered: Counter[int] = Counter()
    made: dict[int, Decision] = {}
    for outcome in decided.outcomes.values():
        decision = outcome.decision
        if decision is not None and decision.excludes:
            covered[id(decision)] += 1
            made[id(decision)] = decision
    for key, decision in made.items():
        yield Weakening("excluded", decision.spelled, decision.reason, covered[key], decision.place)


def _passing(decided: Decided) -> Iterator[Weakening]:
    """The findings that nobody decided and that pass all the same, by why they do."""
    found: Counter[tuple[Sort, str]] = Counter(
        ("passes the gate" if decided.passes_as_new(pair) is None else "new rule", outcome.reason)
        for pair, outcome in decided.outcomes.items()
        if outcome.decision is None and outcome.result == "xfailed"
    )
    for (sort, reason), pairs in found.items():
        yield Weakening(sort, reason, pairs=pairs)


def told(weakenings: Iterable[Weakening]) -> list[tuple[str, list[str]]]:
    """What a closing section says: for each sort one line that counts, and the details.

    Args:
        weakenings: of a model or a run.
    """
    by_sort: dict[Sort, list[Weakening]] = {}
    for each in weakenings:
        by_sort.setdefault(each.sort, []).append(each)
    return [(_counted(sort, found), list(map(str, found))) for sort, found in by_sort.items()]


def _counted(sort: Sort, found: list[Weakening]) -> str:
    pairs = sum(each.pairs for each in found)
    silent = sum(not each.reason for each in found)
    unsaid = f", {silent} without a reason" if silent and silent < len(found) else ", without a reason" * bool(silent)
    match sort:
        case "excluded":
            return f"{_many(pairs, 'pair')} excluded by {_many(len(found), 'decision')}"
        case "out of scope":
            return f"{_many(len(found), 'element')} out of scope{unsaid}"
        case "lowered":
            return f"{_many(len(found), 'severity', 'severities')} lowered{unsaid}"
        case "passes the gate":
            return f"{_many(pairs, 'undecided finding')} let pass"
        case "new rule":
            return f"{_many(pairs, 'undecided finding')} let pass: {', '.join(sorted({each.what for each in found}))}"
        case "overridden":
            return f"{_many(len(found), 'rule')} made milder or changed by packs that extend others"
        case "marked":
            return f"{_many(len(found), 'element')} with marks of pytest that skip or expect failures"
        case "deselected":
            return f"{_many(pairs, 'pair')} deselected by --threatmodel-exclude"
        case "left out" | "replaced":
            return f"{_many(len(found), 'shipped threat pack')} {sort}"
        case _:
            return ", ".join(each.what for each in found)


def _many(count: int, one: str, several: str | None = None) -> str:
    return f"{count} {one if count == 1 else several or one + 's'}"
