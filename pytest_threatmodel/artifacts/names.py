"""The names of artifacts: from the model's path, unique, and never outside the folder that they belong to."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

#: The longest part of a path, in bytes: the usual limit is 255, and an ending comes after it.
_LONGEST: Final = 180
#: What some file system refuses, or reads as something else. The percent sign is what the others are written with.
_REFUSED: Final = frozenset('<>:"|?*\\%')
_SEPARATED: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
#: Stands for "..", by which a path leaves the root.
_UP: Final = "__up__"
#: What lies in the folder beside the artifacts of models.
_TAKEN: Final = frozenset({"index"})


def stems(files: Iterable[str]) -> dict[str, str]:
    """What the artifacts of each model are called before their ending: its path without `.py`.

    `shop/threatmodel_web.py` gives `shop/threatmodel_web`. Where two models would share a name, or that of the
    index, the ending stays.

    Args:
        files: paths of model files relative to the root, with slashes; each once.
    """
    names = {file: _safe_path(file) for file in files}
    found: dict[str, str] = {}
    # File systems may take two names that differ in case for one.
    taken: set[str] = {name.casefold() for name in _TAKEN}
    for file, name in names.items():
        short = name.removesuffix(".py")
        stem = short if short.casefold() not in taken else _unique(name, taken)
        taken.add(stem.casefold())
        found[file] = stem
    return found


def _unique(name: str, taken: set[str]) -> str:
    candidate, number = name, 2
    while candidate.casefold() in taken:
        candidate, number = f"{name}-{number}", number + 1
    return candidate


def _safe_path(file: str) -> str:
    parts = [_safe(part) for part in PurePosixPath(file).parts if part != "/"]
    return "/".join(parts) or "model"


def _safe(part: str) -> str:
    if part == "..":
        return _UP
    text = "".join(_quoted(char) if _is_unsafe(char) else char for char in part)
    # Windows drops dots and spaces at the end.
    text = re.sub(r"[. ]+$", lambda found: "".join(f"%{ord(char):02X}" for char in found.group()), text)
    if len(text.encode()) <= _LONGEST:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"{text.encode()[: _LONGEST - 20].decode(errors='ignore')}-{digest}"


def _is_unsafe(char: str) -> bool:
    return char in _REFUSED or unicodedata.category(char) in _SEPARATED


def _quoted(char: str) -> str:
    # quote() leaves what may stand in a URL as it is; a few of those are not wanted here.
    return quote(char, safe="", errors="surrogatepass")
