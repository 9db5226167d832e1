"""Decisions that came with the file of another tool, put on the pairs that they speak of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from functools import lru_cache
from typing import Final

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.matching import PairKey
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model.imported import SourceThreat

#: So many notices of a file are told one by one; the rest is a number.
MOST_NOTICES: Final = 20


@dataclass(slots=True)
class ImportedDecisions:
    """What the file of another tool decides.

    Attributes:
        by_pair: the decision on each pair that the file speaks of and the model file does not.
        notices: what could not be put on a pair, and what else in the file nobody reads; each a line, not too many.
    """

    by_pair: dict[PairKey, Decision] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


def imported_decisions(verdicts: Verdicts, decided: frozenset[PairKey]) -> ImportedDecisions:
    """The decisions of the file that a model was read from.

    A threat of the file speaks of those pairs of its element whose threat has its title, or that it is known to mean.
    Where it is known to mean none of them, those count that share a weakness with it.
    Where a threat that is open there speaks of the same pair, nothing is decided. An acceptance counts on findings
    only: what the other tool accepted and the model answers is no decision that went stale.

    Args:
        verdicts: of the model.
        decided: the pairs that the model file decides by itself; it is nearer.
    """
    found, source = ImportedDecisions(), verdicts.model.imported
    if source is None:
        return found
    said, notices = _on_pairs(verdicts, source.threats)
    verdict_of = {(row.rules[column].threat.id, row.label): row.verdicts[column] for row, column in verdicts.pairs()}
    for pair, threats in said.items():
        undecided = [threat for threat in threats if threat.status is None]
        made = [threat for threat in threats if threat.status is not None]
        if not made or pair in decided:
            continue
        if undecided:
            notices.append(
                f"{made[0].origin}: {made[0].title!r} decides nothing on {pair[0]}[{pair[1]}]: "
                f"{undecided[0].title!r} is open there ({undecided[0].origin})"
            )
            continue
        decision = _decision(pair, made)
        if decision.excludes or verdict_of[pair] is Verdict.VULNERABLE:
            found.by_pair[pair] = decision
    found.notices = list(_bounded([*notices, *(f"{source.file}: {notice}" for notice in source.notices)], source.file))
    return found


def _on_pairs(
    verdicts: Verdicts, threats: tuple[SourceThreat, ...]
) -> tuple[dict[PairKey, list[SourceThreat]], list[str]]:
    """The pairs that threats of the file speak of, and a line for each threat that speaks of none.

    An importer may put one threat of a file on several elements: on all that a wildcard names, on a flow and its ends.
    """
    rows = {id(row.element): row for row in verdicts.rows}
    said: dict[PairKey, list[SourceThreat]] = {}
    mute: dict[tuple[str, str], list[SourceThreat]] = {}
    speaking: set[tuple[str, str]] = set()
    for threat in threats:
        row = rows.get(id(threat.element))
        pairs = [] if row is None else [(id_, row.label) for id_ in _counterparts(row, threat)]
        for pair in pairs:
            said.setdefault(pair, []).append(threat)
        if pairs:
            speaking.add((threat.origin, threat.title))
        else:
            mute.setdefault((threat.origin, threat.title), []).append(threat)
    return said, [_mute(threats) for key, threats in mute.items() if key not in speaking]


def _mute(threats: list[SourceThreat]) -> str:
    first = threats[0]
    where = first.element.describe() + (f" and on {len(threats) - 1} more" if len(threats) > 1 else "")
    known = "is its counterpart, or " if first.ours else ""
    text = f"no threat on {where} {known}has this title or one of its weaknesses"
    return f"{first.origin}: {first.title!r} ({first.status or 'open'}): {text}"


def _counterparts(row: Row, threat: SourceThreat) -> Iterator[str]:
    title = _plain(threat.title)
    rules: list[Threat] = [rule.threat for rule in row.rules]
    known = any(ours.id in threat.ours for ours in rules)
    for ours in rules:
        means = ours.id in threat.ours if known else not threat.cwe.isdisjoint(ours.cwe)
        if means or (title and title == _plain(ours.title)):
            yield ours.id


@lru_cache(maxsize=4096)
def _plain(title: str) -> str:
    """A title without case and punctuation."""
    words = "".join(char if char.isalnum() else " " for char in title.casefold())
    return " ".join(words.split())


def _decision(pair: PairKey, threats: list[SourceThreat]) -> Decision:
    """One decision of all that the file says about a pair: an accepted risk is still one where another is excluded."""
    return Decision(
        status="accepted" if any(threat.status == "accepted" for threat in threats) else "excluded",
        threats=(pair[0],),
        element=pair[1],
        reason="; ".join(dict.fromkeys(threat.reason for threat in threats)),
        owner=next((threat.owner for threat in threats if threat.owner), None),
        until=min((threat.until for threat in threats if threat.until), default=None),
        ticket=None,
        facts=None,
        place=threats[0].element.place,
        spelled=", ".join(dict.fromkeys(f"{threat.title!r} in {threat.origin}" for threat in threats)),
        source="import",
    )


def _bounded(lines: list[str], file: str) -> Iterator[str]:
    lines = list(dict.fromkeys(lines))
    yield from lines[:MOST_NOTICES]
    if len(lines) > MOST_NOTICES:
        yield f"{file}: {len(lines) - MOST_NOTICES} more of these"
