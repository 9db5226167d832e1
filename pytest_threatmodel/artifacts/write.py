"""Writing: whole files or none, and one fault costs one file."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.format import Format
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.names import stems
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.snapshot.shape import Snapshot

_LONGEST_LINE: Final = 500


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file that was written.

    Args:
        path: where it is.
        name: relative to the folder of artifacts, with slashes.
        format: what it is.
        file: of the model.
    """

    path: Path
    name: str
    format: Format
    file: str


@dataclass(slots=True)
class Written:
    """What writing came to.

    Args:
        artifacts: that were written, by model and format.
        index: the page that links them; None where it could not be written.
        problems: what was not written, and what is not as it was asked for, a line each.
    """

    artifacts: list[Artifact] = field(default_factory=list)
    index: Path | None = None
    problems: list[str] = field(default_factory=list)


def write_artifacts(
    snapshots: Sequence[Snapshot], formats: Sequence[Format], folder: Path, request: Request
) -> Written:
    """Write each model in each format, and an index of what was written.

    Args:
        snapshots: one a model.
        formats: that were asked for.
        folder: where they go; it is made when something is written.
        request: how they are to be made.
    """
    written = Written()
    names = stems(snapshot["model"]["file"] for snapshot in snapshots)
    for snapshot in snapshots:
        stem = names[snapshot["model"]["file"]]
        linked = replace(request, report=_report_beside(stem, formats))
        for each in formats:
            _write_one(snapshot, each, f"{stem}{each.suffix}", folder, linked, written)
    if written.artifacts:
        _write_index(snapshots, folder, request, written)
    return written


def _report_beside(stem: str, formats: Sequence[Format]) -> str:
    """The address of a model's HTML report as its other artifacts link to it; empty where none is asked for."""
    html = (each.suffix for each in formats if (each.group, each.name) == ("report", "html"))
    return next((quote(f"{PurePosixPath(stem).name}{suffix}") for suffix in html), "")


def _write_one(snapshot: Snapshot, form: Format, name: str, folder: Path, request: Request, written: Written) -> None:
    def warn(line: str) -> None:
        written.problems.append(f"{escape(name)}: {line}")

    try:
        path = write_file(folder, name, form.render(snapshot, replace(request, warn=warn)))
    except Exception as error:  # whatever a format does, the others and the results are kept
        written.problems.append(f"could not write {escape(name)}: {told(error)}")
    else:
        written.artifacts.append(Artifact(path, name, form, snapshot["model"]["file"]))


def _write_index(snapshots: Sequence[Snapshot], folder: Path, request: Request, written: Written) -> None:
    from pytest_threatmodel.artifacts.index import index_page

    try:
        page = index_page(snapshots, written.artifacts, redact=request.redact)
        written.index = write_file(folder, "index.html", page)
    except Exception as error:  # as for the artifacts themselves
        written.problems.append(f"could not write index.html: {told(error)}")


def write_file(folder: Path, name: str, content: str | bytes) -> Path:
    """Write a file whole: beside its place first, then moved there in one step.

    Args:
        folder: that it must lie in, at any depth; it is made if it is not there.
        name: relative to the folder, with slashes.
        content: text is written as UTF-8.

    Raises:
        ArtifactError: the name leads out of the folder.
        OSError: the file cannot be written; what was there before is as it was.
    """
    path = folder.joinpath(*name.split("/"))
    if ".." in path.relative_to(folder).parts:
        raise ArtifactError(f"{escape(name)} leads out of {folder}")
    data = content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not by tempfile, whose files nobody else may read.
    beside = path.parent / f".{secrets.token_hex(8)}.part"
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    return path


def told(error: Exception) -> str:
    """An error in one line for people."""
    if isinstance(error, OSError) and error.strerror:
        text = error.strerror if error.filename is None else f"{error.strerror}: {error.filename}"
    elif isinstance(error, ArtifactError):
        text = str(error)
    else:
        text = f"{type(error).__name__}: {error}"
    line = escape(" ".join(text.split()))
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 3]}..."
