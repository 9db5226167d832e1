"""The Markdown reports: a summary that fits a comment, and everything that a reviewer needs."""

from __future__ import annotations

from typing import Final

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.markdown.advice import idle_controls
from pytest_threatmodel.artifacts.markdown.advice import improvements
from pytest_threatmodel.artifacts.markdown.comment import attention
from pytest_threatmodel.artifacts.markdown.comment import comparison
from pytest_threatmodel.artifacts.markdown.comment import worst_findings
from pytest_threatmodel.artifacts.markdown.counts import counts
from pytest_threatmodel.artifacts.markdown.counts import footer
from pytest_threatmodel.artifacts.markdown.counts import headline
from pytest_threatmodel.artifacts.markdown.details import decided_sections
from pytest_threatmodel.artifacts.markdown.details import open_findings
from pytest_threatmodel.artifacts.markdown.model import model_sections
from pytest_threatmodel.artifacts.markdown.text import code
from pytest_threatmodel.artifacts.markdown.text import folded
from pytest_threatmodel.artifacts.markdown.text import prose
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.shape import Snapshot

#: GitHub takes 65,536 characters in a comment; what is longer than this nobody reads there.
_LONGEST_SUMMARY: Final = 6_000
_MOST_ROWS: Final = 12


def summary(snapshot: Snapshot, request: Request) -> str:
    """What a pull request's comment says: the gate, counts, the worst open findings, and what needs attention.

    Args:
        snapshot: of one model.
        request: with `redact`, the report holds counts only.
    """
    if request.redact:
        return _document(*_redacted(snapshot))
    sizes = (_summary(snapshot, rows) for rows in range(_MOST_ROWS, 0, -1))
    return next((text for text in sizes if len(text) <= _LONGEST_SUMMARY), _summary(snapshot, 0))


def full(snapshot: Snapshot, request: Request) -> str:
    """Everything that a reviewer needs, open findings first.

    Args:
        snapshot: of one model.
        request: with `redact`, the report holds counts only; takes a warning where the sequence diagram fails.
    """
    if request.redact:
        return _document(*_redacted(snapshot))
    reader = Reader(snapshot)
    model = snapshot["model"]
    return _document(
        f"# Threat model {code(model['name'])}",
        prose(model["description"]),
        headline(snapshot),
        *counts(snapshot),
        *comparison(reader, _MOST_ROWS * 10),
        *open_findings(reader),
        *improvements(snapshot),
        *decided_sections(reader),
        *idle_controls(snapshot),
        *model_sections(reader, request),
        footer(snapshot),
    )


def _summary(snapshot: Snapshot, rows: int) -> str:
    reader = Reader(snapshot)
    return _document(
        f"## Threat model {code(snapshot['model']['name'], 60)}",
        headline(snapshot),
        *comparison(reader, rows),
        *worst_findings(reader, rows),
        *attention(reader, rows),
        *folded("Counts", *counts(snapshot)),
        footer(snapshot),
    )


def _redacted(snapshot: Snapshot) -> list[str]:
    return ["## Threat model", headline(snapshot), *counts(snapshot)]


def _document(*texts: str) -> str:
    return "\n\n".join(filter(None, texts)) + "\n"
