"""Formats: what a run can write, and what the writing is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from typing import Literal

from pytest_threatmodel.snapshot.shape import Snapshot

#: The option that asks for a format: `--threatmodel-dfd=svg`, `--threatmodel-seq=mmd`, `--threatmodel-report=json`.
Group = Literal["dfd", "seq", "report"]
#: What the colours of a data-flow diagram say.
Color = Literal["findings", "none"]


class ArtifactError(Exception):
    """An artifact cannot be made; the message is one line for people, and nothing else of the run is lost."""


@dataclass(frozen=True, slots=True)
class Request:
    """How artifacts are to be made.

    Args:
        levels: the levels of detail that diagrams show; None for all.
        redact: reports leave counts only.
        color: what the colours of data-flow diagrams say.
        report: the HTML report of the model, relative to the artifact, for links; empty where none is written.
        dot: the program that lays out data-flow diagrams; empty to look for one.
        plantuml: the program that draws sequence diagrams, with its arguments, or a `.jar`; empty for none.
        seconds: how long a program may take for one diagram, and a template of the user's own for its report.
        warn: takes one line for people, where an artifact is made but differs from what was asked for.
    """

    levels: frozenset[int] | None = None
    redact: bool = False
    color: Color = "findings"
    report: str = ""
    dot: str = ""
    plantuml: str = ""
    seconds: float = 25.0
    warn: Callable[[str], None] = field(default=lambda line: None)


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file that can be written for each model.

    Args:
        name: by which the option asks for it, "json".
        group: the option that does.
        suffix: how the file's name ends, after that of the model: ".json", ".seq.mmd".
        title: what it is, for `index.html` and help.
        render: makes the content from a snapshot. What it raises is told in one line, and costs nothing else.
        redacts: whether it heeds `Request.redact`; other formats are refused with `--threatmodel-redact`.
        explained: whether it reads why pairs have their verdict; without such a format that is not worked out.
    """

    name: str
    group: Group
    suffix: str
    title: str
    render: Callable[[Snapshot, Request], str | bytes]
    redacts: bool = False
    explained: bool = True
