"""Finds the packs that are shipped, and reads files of threats within limits."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.errors import PackError
from pytest_threatmodel.library.errors import Problem
from pytest_threatmodel.library.errors import guess

#: The largest file that is read, in bytes.
LARGEST: Final = 5_000_000
#: The pack that comes before all others.
_FIRST: Final = "core"
_SUFFIXES: Final = (".toml", ".json")


def read_text(path: Path, shown_as: str, largest: int = LARGEST) -> str:
    """The text of a file of threats, or of another file that people write for us.

    Args:
        path: the file.
        shown_as: how messages name it.
        largest: the most bytes that are read.

    Raises:
        PackError: it can not be read, is too large, or is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            # One byte more than allowed is enough to know; the file may be endless.
            raw = file.read(largest + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such file can exist"
        raise PackError(shown_as, [Problem(f"can not be read: {reason}")]) from None
    if len(raw) > largest:
        raise PackError(shown_as, [Problem(f"too large: files are read up to {largest:,} bytes")])
    return _decoded(raw, shown_as)


def _decoded(raw: bytes, shown_as: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8: byte 0x{error.object[error.start]:02x}"
        raise PackError(shown_as, [Problem(message, line=line, hint="save the file as UTF-8")]) from None


def shipped_files() -> dict[str, Path]:
    """The shipped packs by name, in the order of a library: `core`, then the others by name.

    Raises:
        LibraryError: the installation has none; going on would find every model safe.
    """
    folder = _shipped_folder()
    paths = sorted(folder.rglob("*.toml"), key=lambda path: (path.stem != _FIRST, path.stem))
    if not paths:
        raise LibraryError(f"no threat packs in {str(folder)!r}: install pytest-threatmodel again", str(folder))
    return {path.stem: path for path in paths}


def _shipped_folder() -> Path:
    from importlib.resources import files

    try:
        return Path(str(files("pytest_threatmodel.threats")))
    except ModuleNotFoundError:
        # In the repository's root the package shadows an installed one, and its packs lie beside it.
        return Path(__file__).parents[2] / "threats"


def expanded(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The files of threats that these paths stand for, folders opened, each file once.

    Raises:
        LibraryError: there is no such file, a folder holds none, or a file is of another type.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        for file in _files_at(path):
            found.setdefault(file.resolve(), file)
    return tuple(found.values())


def _files_at(path: Path) -> list[Path]:
    try:
        entries = sorted(path.iterdir()) if path.is_dir() else [path]
        exists = path.exists()
    except (OSError, ValueError) as error:
        raise LibraryError(f"threats {str(path)!r} can not be read: {error}", str(path)) from None
    if not exists:
        raise LibraryError(f"no such file of threats: {str(path)!r}", str(path), (), _sibling(path))
    files = [entry for entry in entries if entry.suffix.lower() in _SUFFIXES]
    if not files:
        what = "holds no file" if path.is_dir() else "is no file"
        raise LibraryError(f"{str(path)!r} {what} of threats, expected .toml or .json", str(path))
    return files


def _sibling(path: Path) -> str | None:
    try:
        return guess(path.name, [entry.name for entry in path.parent.iterdir()])
    except OSError:
        return None
