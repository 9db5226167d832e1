"""What a register should say after a run: which findings become open entries, and which entries are settled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from datetime import date
from datetime import timedelta
from pathlib import Path
from typing import Any
from typing import Final

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.decide import Decided
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import is_pattern
from pytest_threatmodel.decisions.judge import judge
from pytest_threatmodel.decisions.matching import PairKey
from pytest_threatmodel.decisions.register import Entry
from pytest_threatmodel.decisions.register import Register
from pytest_threatmodel.decisions.register import RegisterFile
from pytest_threatmodel.decisions.seen import seen
from pytest_threatmodel.library.threat import Severity
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.model.origin import Place

#: Severity -> the days in which a finding is to be fixed, where the ini file says nothing.
DAYS: Final[Mapping[Severity, int]] = {"critical": 30, "high": 45, "medium": 60, "low": 90, "info": 90}

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
    """

    since: date
    days: Mapping[Severity, int]
    owner: str


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


def settled_entries(
    verdicts: Verdicts, register: Register, path: Path, key: str
) -> list[tuple[RegisterFile, Entry, str]]:
    """The entries whose model and threats are loaded, with why they are no longer needed; empty where they are.

    Args:
        verdicts: of the model.
        register: as it was read.
        path: of the model file.
        key: of the model; empty where it has none.
    """
    library = verdicts.rulebook.library
    found = {(row.rules[column].threat.id, row.label): row.verdicts[column] for row, column in verdicts.pairs()}
    return [
        (file, entry, _why(entry.decision, verdicts, found) if entry.decision.status == "open" else "")
        for file, entry in register.for_model(path, key)
        if entry.names_model(file, path, key) and all(threat in library for threat in entry.decision.threats)
    ]


def _why(decision: Decision, verdicts: Verdicts, found: Mapping[PairKey, Verdict]) -> str:
    """Why a finding that was open is none any more; empty while it is."""
    if is_pattern(decision.element) and decision.element not in verdicts.labels:
        return ""
    element = verdicts.labels.get(decision.element)
    if element is None:
        return "the model has no such element"
    if not element.inScope:
        return "the element is out of scope"
    words = [_word(found.get((threat, decision.element))) for threat in decision.threats]
    return "" if "" in words else ", ".join(dict.fromkeys(words))


def _word(verdict: Verdict | None) -> str:
    if verdict is None:
        return "the threat does not concern the element"
    # A rule that cannot be evaluated says nothing about the finding.
    return "" if verdict in (Verdict.VULNERABLE, Verdict.ERROR) else verdict.value


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
    for row, column in findings:
        if _is_nameable(row.label, row.element):
            decision = _open(verdicts, row, column, changes.target, terms)
            pair = (decision.threats[0], row.label)
            changes.additions[pair] = decision
            decided.outcomes[pair] = judge(Verdict.VULNERABLE, decision, today=terms.since)
            decided.made.append(decision)
    unnamed = dict.fromkeys(row.label for row, _ in findings if not _is_nameable(row.label, row.element))
    for label in unnamed:
        changes.left.append(f"findings of {label!r} not added: an entry cannot name it, give the element a key")


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
    return Decision(
        status="open",
        threats=(threat,),
        element=row.label,
        reason="",
        owner=terms.owner,
        until=terms.since + timedelta(days=terms.days[now.severity]),
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


def _is_nameable(label: str, element: Element) -> bool:
    """Whether the label stays the element's: a number that it has got changes with the elements before it."""
    numbered = re.search(r" #[0-9]+$", label) and not element.key and label != escape(element.name)
    return is_name(label) and not numbered


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
