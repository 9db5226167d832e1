"""The parts of the Markdown summary that name things: each bounded, so that a comment holds them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from pytest_threatmodel.artifacts.findings import findings
from pytest_threatmodel.artifacts.findings import fixes
from pytest_threatmodel.artifacts.markdown.text import code
from pytest_threatmodel.artifacts.markdown.text import lines
from pytest_threatmodel.artifacts.markdown.text import prose
from pytest_threatmodel.artifacts.markdown.text import table
from pytest_threatmodel.snapshot.comparison import changes
from pytest_threatmodel.snapshot.comparison import headline
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.read import is_open
from pytest_threatmodel.snapshot.shape import ComparedShape
from pytest_threatmodel.snapshot.shape import DecisionShape
from pytest_threatmodel.snapshot.shape import PairShape

_NAME: Final = 60
_SENTENCE: Final = 100


def worst_findings(reader: Reader, rows: int) -> list[str]:
    """A table of the worst open findings, and how many more there are.

    Args:
        reader: of the snapshot.
        rows: how many are named.
    """
    waiting = [pair for pair in findings(reader.snapshot) if is_open(pair)]
    if not waiting:
        return []
    header = ["Severity", "Threat", "Element", "Fix", "Line"]
    named = [table(header, (_row(pair, reader) for pair in waiting[:rows]))] if rows else []
    return ["### Open findings", *named, *_more(len(waiting) - rows)]


def _row(pair: PairShape, reader: Reader) -> list[str]:
    threat, element = reader.threats[pair["threat"]], reader.elements[pair["element"]]
    return [
        pair["severity"],
        f"{code(threat['id'], _NAME)} {prose(threat['title'], _SENTENCE)}",
        code(element["label"], _NAME),
        code(pair["fixes"][0], _SENTENCE) if pair.get("fixes") else prose(fixes(pair), _SENTENCE),
        code(f"{element['file']}:{element['line']}", _NAME),
    ]


def comparison(reader: Reader, rows: int) -> list[str]:
    """What is new, worsened or resolved since earlier runs; nothing where nothing was compared.

    Args:
        reader: of the snapshot.
        rows: how many of each are named.
    """
    made = reader.snapshot.get("comparison")
    if made is None:
        return []
    told = (_listed(title, list(map(_entry, entries)), rows) for title, entries in changes(made).items())
    return ["### Since earlier runs", prose(headline(made), _SENTENCE * 3), *(text for texts in told for text in texts)]


def _entry(entry: ComparedShape) -> str:
    why = f": {prose(entry['why'], _SENTENCE * 2)}" if entry["why"] else ""
    return f"{code(entry['pair'], _NAME * 2)}, {entry['severity']}{why}"


def attention(reader: Reader, rows: int) -> list[str]:
    """What else somebody must look at: wrong decisions, ends of decisions, what did not work.

    Args:
        reader: of the snapshot.
        rows: how many of each are named.
    """
    snapshot = reader.snapshot
    today = date.fromisoformat(snapshot["run"]["today"])
    days = snapshot["run"]["expiry_notice"]
    broken = [pair["id"] for pair in snapshot["pairs"] if pair["verdict"] == "error"]
    interrupted = snapshot["run"]["interrupted"]
    expired = [decision for decision in snapshot["decisions"] if decision["expired"]]
    ending = [decision for decision in snapshot["decisions"] if _ends_soon(decision, today, days)]
    told = [
        *_listed("Problems with decisions", [prose(text, _SENTENCE * 2) for text in snapshot["problems"]], rows),
        *_listed("Expired decisions", [_ended(decision) for decision in expired], rows),
        *_listed(f"Decisions that end within {days} days", [_ended(decision) for decision in ending], rows),
        *_listed("Rules that could not be evaluated", [code(name, _NAME) for name in broken], rows),
        *_listed("Notices", [prose(text, _SENTENCE * 2) for text in snapshot["notices"]], rows),
    ]
    if interrupted:
        told.append(f"The run was interrupted: {prose(interrupted, _SENTENCE * 2)}")
    return ["### Needs attention", *told] if told else []


def _ends_soon(decision: DecisionShape, today: date, days: int) -> bool:
    if not decision["until"] or decision["expired"]:
        return False
    return (date.fromisoformat(decision["until"]) - today).days <= days


def _ended(decision: DecisionShape) -> str:
    owner = f", owner {prose(decision['owner'], _NAME)}" if decision["owner"] else ""
    place = code(f"{decision['file']}:{decision['line']}", _NAME)
    return f"{decision['until']}{owner}: {prose(decision['reason'], _SENTENCE)} ({place})"


def _listed(title: str, items: list[str], rows: int) -> Iterator[str]:
    if items:
        yield lines(f"**{title}** ({len(items):,})", "", *(f"- {item}" for item in items[:rows])).rstrip()
        yield from _more(len(items) - rows)


def _more(number: int) -> list[str]:
    return [f"And {number:,} more."] if number > 0 else []
