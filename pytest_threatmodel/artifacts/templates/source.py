"""Template files: what is read of them, which language they are in, and what their mistakes look like."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from typing import Literal

from pytest_threatmodel.artifacts.findings import cut
from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.model.labels import escape

Language = Literal["jinja", "pytm"]

#: In bytes. Longer ones are no templates, but reports or worse.
LONGEST: Final = 1_000_000
_LONGEST_MESSAGE: Final = 500
_JINJA_ENDINGS: Final = (".jinja2", ".jinja", ".j2")
_JINJA_MARK: Final = re.compile(r"\{#-?\s*jinja2?\s*-?#\}")


@dataclass(frozen=True, slots=True)
class Source:
    """A template as it was read.

    Args:
        path: of the file.
        text: of it, its lines ended by line feeds.
    """

    path: Path
    text: str

    @property
    def language(self) -> Language:
        """Told by the ending, or by the comment `{# jinja #}` in the first line."""
        if self.path.name.lower().endswith(_JINJA_ENDINGS):
            return "jinja"
        return "jinja" if _JINJA_MARK.search(self.text.partition("\n")[0]) else "pytm"


def output_name(name: str) -> str:
    """What a template makes, by its name: `report.md.j2` makes `report.md`, `report.j2` a `report.txt`."""
    ending = next((ending for ending in _JINJA_ENDINGS if name.lower().endswith(ending)), "")
    bare = name[: len(name) - len(ending)]
    return bare if not ending or "." in bare.strip(".") else f"{bare}.txt"


def ending_of(name: str) -> str:
    """The ending of what a template makes, in lower case: ".md"."""
    return Path(output_name(name)).suffix.lower()


def mistake(name: str, message: str, line: int = 1, column: int = 0) -> ArtifactError:
    """The error that a mistake in a template is told by.

    Args:
        name: of the file.
        message: what is wrong.
        line: counted from 1.
        column: counted from 1; 0 where it is not known.
    """
    place = f"line {line}, column {column}" if column else f"line {line}"
    text = cut(escape(" ".join(message.split())), _LONGEST_MESSAGE)
    return ArtifactError(f"template {escape(name)}, {place}: {text}")


def read_source(path: Path) -> Source:
    """Read a template.

    Args:
        path: of the file.

    Raises:
        ArtifactError: there is no such file, or it is no template.
    """
    name = path.name
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ArtifactError(f"template {escape(name)} is no file")
        with path.open("rb") as file:
            data = file.read(LONGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        why = getattr(error, "strerror", None) or str(error)
        raise ArtifactError(f"template {escape(name)} cannot be read: {why}") from None
    if len(data) > LONGEST:
        raise ArtifactError(f"template {escape(name)} is longer than {LONGEST:,} bytes")
    text = _decoded(data, name)
    if not text.strip():
        raise mistake(name, "the template is empty")
    return Source(path, text)


def _decoded(data: bytes, name: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise mistake(name, "this is not UTF-8", data.count(b"\n", 0, error.start) + 1) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
