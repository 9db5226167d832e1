"""What a register should say after a run: which findings become open entries, and which entries are settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from datetime import date
from datetime import timedelta
from pathlib import Path
from typing import Any
from typing import Final

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import is_pattern
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.decisions.judge import judge
from pytest_threatmodel.decisions.matching import PairKey
from pytest_threatmodel.decisions.register import Entry
from pytest_threatmodel.decisions.register import Register
from pytest_threatmodel.decisions.register import RegisterFile
from pytest_threatmodel.decisions.renamed import Renames
from pytest_threatmodel.decisions.seen import seen
from pytest_threatmodel.library.threat import Severity
from pytest_threatmodel.model.labels import counted
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.model.origin import Place

#: Severity -> the days in which a finding is to be fixed, where the ini file says nothing.
DAYS: Final[Mapping[Severity, int]] = {"critical": 30, "high": 45, "medium": 60, "low": 90, "info": 90}

#: Why an entry is closed whose element is not there; the element may have another name.
_GONE: Final = "the model has no such element"
#: So many elements that are not there are looked for under other names.
_TRACED: Final = 100

#: The most characters and wildcards of a name that a register is read with.
_LONGEST: Final = 4_000
_WILDCARDS: Final = 16


@dataclass(frozen=True, slots=True)
class Terms:
    """What every new entry says.

    Args:
        since: the day on which it is made.
        days: severity -> in how many days it is to be fixed.
        owner: who answers for it.
        last: the latest day until which it may stay open; None where only the days count.
    """

    since: date
    days: Mapping[Severity, int]
    owner: str
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Where the new entries of a model go.

    Args:
        file: the register.
        model: how entries name the model.
    """

    file: RegisterFile
    model: str


@dataclass(slots=True)
class Changes:
    """What follows from the verdicts of one model.

    Attributes:
        target: where the additions go; None where no register is for the model.
        additions: pair -> the new decision.
        settled: entries that are about this model, with why they are no longer needed, empty where they are.
        left: what is not added and why, a line each.
    """

    target: Target | None = None
    additions: dict[PairKey, Decision] = field(default_factory=dict)
    settled: list[tuple[RegisterFile, Entry, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def settled_entries(verdicts: Verdicts, ground: Ground, path: Path) -> list[tuple[RegisterFile, Entry, str]]:
    """The entries whose model and threats are loaded, with why they are no longer needed; empty where they are.

    Args:
        verdicts: of the model.
        ground: with the register as it was read.
        path: of the model file.
    """
    library, key = verdicts.rulebook.library, verdicts.model.key
    found = {
        (row.rules[column].threat.id, row.label): _settled(row.verdicts[column], ground.awaits_proof(row, column))
        for row, column in verdicts.pairs()
    }
    paths = {id(file): file.relative(path) for file in ground.register.files}
    return [
        (file, entry, _why(entry.decision, verdicts, found) if entry.decision.status == "open" else "")
        for file, entry in ground.register.for_model(path, key)
        if entry.names_model(paths[id(file)], key) and all(threat in library for threat in entry.decision.threats)
    ]


def _settled(verdict: Verdict, awaits_proof: bool) -> str:
    """Why a pair is no finding; empty where it is one, or may be: a rule that cannot be evaluated says nothing."""
    return "" if verdict in (Verdict.VULNERABLE, Verdict.ERROR) or awaits_proof else verdict.value


def _why(decision: Decision, verdicts: Verdicts, found: Mapping[PairKey, str]) -> str:
    """Why a finding that was open is none any more; empty while it is."""
    if is_pattern(decision.element) and decision.element not in verdicts.labels:
        return ""
    element = verdicts.labels.get(decision.element)
    if element is None:
        return _GONE
    if not element.inScope:
        return "the element is out of scope"
    pairs = [(threat, decision.element) for threat in decision.threats]
    words = [found.get(pair, "the threat does not concern the element") for pair in pairs]
    return "" if "" in words else ", ".join(dict.fromkeys(words))


def without(register: Register, gone: list[Entry]) -> Register:
    """The register without some entries.

    Args:
        register: as it was read.
        gone: the entries.
    """
    ids = set(map(id, gone))
    return Register(
        RegisterFile(
            file.path,
            file.folder,
            tuple(entry for entry in file.entries if id(entry) not in ids),
            file.closed,
            file.bad,
        )
        for file in register.files
    )


def nearest(register: Register, path: Path) -> RegisterFile | None:
    """The register in whose folder the model file lies, and no other's folder is nearer.

    Args:
        register: the registers of the run.
        path: of the model file.
    """
    around = [file for file in register.files if file.relative(path) is not None]
    return max(around, key=lambda file: len(file.folder.resolve().parts), default=None)


def find_target(register: Register, path: Path, key: str) -> Target | None:
    """Where the new entries of a model go; None where no register is for it, or an entry cannot name it.

    Args:
        register: the registers of the run.
        path: of the model file.
        key: of the model; empty where it has none.
    """
    file = nearest(register, path)
    model = key or (file.relative(path) if file else None) or ""
    return Target(file, model) if file is not None and is_name(model) else None


def undecided(verdicts: Verdicts, decided: Decided) -> list[tuple[Row, int]]:
    """The findings that fail because nobody decided anything: row and column of each.

    Args:
        verdicts: of the model.
        decided: what was decided about it.
    """
    return [
        (row, column)
        for row, column in verdicts.pairs()
        if row.verdicts[column] is Verdict.VULNERABLE
        and (row.rules[column].threat.id, row.label) not in decided.outcomes
    ]


def add_open(changes: Changes, verdicts: Verdicts, decided: Decided, terms: Terms | None) -> None:
    """Decide what is undecided: it is open from now on, in this run and in the register.

    Args:
        changes: of the model; the new entries are added.
        verdicts: of the model.
        decided: what was decided about it; the new entries are added.
        terms: what new entries say; None where nobody is known to own them.
    """
    findings = undecided(verdicts, decided)
    why = _refused(changes, decided, terms)
    if why and findings:
        changes.left.append(f"{_findings(len(findings))} not added: {why}")
    if why or changes.target is None or terms is None:
        return
    before = _renamed(changes, verdicts, decided)
    numbered = counted(verdicts.model.elements)
    unnamed: dict[str, None] = {}
    for row, column in findings:
        pair = (row.rules[column].threat.id, row.label)
        if row.label in numbered or not is_name(row.label):
            unnamed[row.label] = None
            continue
        decision = _open(verdicts, row, column, changes.target, _inherited(terms, before.get(pair)))
        changes.additions[pair] = decision
        decided.outcomes[pair] = judge(Verdict.VULNERABLE, decision, today=terms.since)
        decided.made.append(decision)
        decided.reach[id(decision)] = 1
    for label in unnamed:
        changes.left.append(f"findings of {label!r} not added: an entry cannot name it, give the element a key")


def _renamed(changes: Changes, verdicts: Verdicts, decided: Decided) -> dict[PairKey, Decision]:
    """The findings that were open under the former name of their element, with what was decided then."""
    gone = [number for number, (_, _, why) in enumerate(changes.settled) if why == _GONE]
    if not gone:
        return {}
    renames = Renames(verdicts, decided.outcomes, {decision.element for decision in decided.made})
    found: dict[PairKey, Decision] = {}
    for number in gone[:_TRACED]:
        file, entry, _ = changes.settled[number]
        likely = renames.likely(entry.decision)
        if likely is not None:
            changes.settled[number] = file, entry, f"the element is now {likely[0]!r}"
            found.update(((threat, likely[0]), entry.decision) for threat in entry.decision.threats)
    return found


def _inherited(terms: Terms, before: Decision | None) -> Terms:
    """The terms of a new entry; another name gives nobody more time."""
    return terms if before is None else replace(terms, since=before.since or terms.since, last=before.until)


def _refused(changes: Changes, decided: Decided, terms: Terms | None) -> str:
    """Why nothing may be added for a model; empty where it may."""
    if decided.problems:
        return "mend its decisions first, see decisions in its test results"
    if changes.target is None:
        return "no register is for this model, see ini threatmodel_register, and key= of TM"
    return (
        "" if terms else "CODEOWNERS names no owner of this file in the plain way, set ini threatmodel_register_owner"
    )


def _findings(count: int) -> str:
    return "1 finding" if count == 1 else f"{count} findings"


def _open(verdicts: Verdicts, row: Row, column: int, target: Target, terms: Terms) -> Decision:
    now = seen(verdicts, row, column)
    threat = row.rules[column].threat.id
    until = terms.since + timedelta(days=terms.days[now.severity])
    return Decision(
        status="open",
        threats=(threat,),
        element=row.label,
        reason="",
        owner=terms.owner,
        until=until if terms.last is None else min(until, terms.last),
        ticket=None,
        facts=now.facts,
        place=Place(str(target.file.path), 1),
        spelled=f"entry {threat}[{row.label}]",
        source="register",
        since=terms.since,
        severity=now.severity,
        sensitivity=now.sensitivity,
        condition=now.condition,
    )


def is_name(text: str) -> bool:
    """Whether a register can name it, and means the same when it is read.

    Args:
        text: the label of an element, or the key or path of a model.
    """
    plain = bool(text.strip()) and escape(text) == text and len(text) <= _LONGEST
    return plain and sum(map(text.count, "*?[")) <= _WILDCARDS


def terms_of(decision: Decision, model: str) -> dict[str, Any]:
    """The keys of an open entry and their values, in the order in which they are written.

    Args:
        decision: of the entry.
        model: how it names its model.
    """
    return {
        "threat": decision.threats[0],
        "element": decision.element,
        "model": model,
        "status": decision.status,
        "owner": decision.owner,
        "since": decision.since,
        "until": decision.until,
        "severity": decision.severity,
        "sensitivity": decision.sensitivity,
        "condition": decision.condition,
        "facts": decision.facts,
    }
