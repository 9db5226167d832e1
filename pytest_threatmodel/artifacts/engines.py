"""The programs that lay out diagrams: which there are, and what happens when one of them fails."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import distribution
from pathlib import Path
from typing import Final
from typing import TypeVar

from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.program import run

Made = TypeVar("Made")

_PURE: Final = "graphviz-pure"
#: An engine with less time than this is not even started.
_LEAST: Final = 0.2


class Incomplete(ArtifactError):
    """A drawing is there, but an engine says that it is not as it should be."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that speaks as Graphviz's `dot` does.

    Args:
        name: for people.
        path: of the program.
    """

    name: str
    path: str


def engines(configured: str, *, pure: bool = True) -> list[Engine]:
    """The engines of this machine, the one to be tried first in front.

    Args:
        configured: by the setting `threatmodel_dot`; a path or a command, or empty.
        pure: with graphviz-pure, which does not have every format.

    Raises:
        ArtifactError: the configured one is not there.
    """
    found = [*_configured(configured), *_on_path(), *(_installed() if pure else ())]
    once: dict[str, Engine] = {}
    for engine in found:
        # Started by the path as it is found: a link's name may say what the program does.
        once.setdefault(os.path.realpath(engine.path), engine)
    return list(once.values())


def _configured(name: str) -> Iterator[Engine]:
    if name:
        path = shutil.which(str(Path(name).expanduser()))
        if path is None:
            raise ArtifactError(f"setting threatmodel_dot: there is no program {name!r}")
        yield Engine(name, path)


def _on_path() -> Iterator[Engine]:
    path = shutil.which("dot")
    if path is not None:
        yield Engine("dot", path)


def _installed() -> Iterator[Engine]:
    """The command of graphviz-pure, also where the environment's programs are not on PATH."""
    try:
        files = distribution(_PURE).files or []
    except PackageNotFoundError:
        return
    for file in files:
        path = Path(str(file.locate()))
        if path.stem == _PURE and path.is_file():
            yield Engine(_PURE, str(path))
            return


def laid_out(
    text: str,
    arguments: Sequence[str],
    request: Request,
    read: Callable[[bytes], Made],
    *,
    pure: bool = True,
    whole: bool = False,
) -> Made:
    """What the first engine makes that can; the others get a part of the time only.

    Args:
        text: in DOT.
        arguments: of the engine, which name the format.
        request: names an engine and the seconds for all of them, and is told of those that failed.
        read: takes what an engine printed, and raises ArtifactError where that is not what it should be.
        pure: whether graphviz-pure can make it.
        whole: refuse a drawing that an engine says something is missing from; else it is taken with a warning.

    Raises:
        Incomplete: such a drawing was refused; other engines are not asked.
        ArtifactError: there is no engine, or all of them failed.
    """
    waiting = engines(request.dot, pure=pure)
    end = time.monotonic() + request.seconds
    failed: list[str] = []
    while waiting:
        engine = waiting.pop(0)
        left = end - time.monotonic()
        try:
            made, lost = _made(engine, text, arguments, left / 2 if waiting else left, read)
        except ArtifactError as error:
            failed.append(f"{engine.name}: {error}")
            continue
        if lost and whole:
            raise Incomplete(lost)
        if failed:
            request.warn(f"{'; '.join(failed)}; laid out by {engine.name} instead")
        if lost:
            request.warn(lost)
        return made
    raise ArtifactError(_help(failed, pure=pure))


def _made(
    engine: Engine,
    text: str,
    arguments: Sequence[str],
    seconds: float,
    read: Callable[[bytes], Made],
) -> tuple[Made, str]:
    """What one engine makes, and what it says is missing from it; empty for nothing."""
    if seconds < _LEAST:
        raise ArtifactError("no time was left for it")
    ran = run([engine.path, *arguments], text.encode(), seconds)
    try:
        made = read(ran.output)
    except ArtifactError as error:
        raise ArtifactError(f"{error}{_ended(ran.status)}{_first(ran.errors)}") from None
    if ran.status < 0:
        raise ArtifactError(f"it crashed{_ended(ran.status)}")
    # Graphviz ends so when it gives up a line, and draws the rest.
    return made, f"{engine.name} says that something is missing{_first(ran.errors)}" if ran.status else ""


def _ended(status: int) -> str:
    if status < 0:
        return f" (signal {-status})"
    return f" (status {status})" if status else ""


def _first(errors: str) -> str:
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    return f": {lines[0][:200]}" if lines else ""


def _help(failed: list[str], *, pure: bool) -> str:
    cause = f"no program could lay it out ({'; '.join(failed)})" if failed else "there is no program to lay it out"
    what = "Graphviz or graphviz-pure" if pure else "Graphviz, as graphviz-pure makes no PDF"
    return f"{cause}; install {what}, or take the text of --threatmodel-dfd=dot"
