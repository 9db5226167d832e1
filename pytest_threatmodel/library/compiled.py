"""The shipped packs in a form that loads fast; `write_compiled` writes it.

A wheel carries it beside the packs; a checkout has none until somebody writes one, and is only slower without. What it
holds was checked when it was written. It counts only while it is whole, this version of the code wrote it, and the
pack's file is the one that it was made of; else the file itself is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from typing import Final

from pytest_threatmodel.library.encoded import decoded_pack
from pytest_threatmodel.library.encoded import encode
from pytest_threatmodel.library.threat import Pack

#: The file's name, in the folder of the packs.
NAME: Final = "compiled.json"
_PACKAGE: Final = Path(__file__).parents[1]
#: What decides how a pack is read and which conditions are right.
_ROOMS: Final = ("model", "library")


def compiled_text(packs: Mapping[Path, Pack]) -> str:
    """The text of the file.

    Args:
        packs: the checked packs by the files that they were read from.
    """
    entries = {path.name: {"of": _digest(path.read_bytes()), "pack": encode(pack)} for path, pack in packs.items()}
    body = json.dumps({"by": _code(), "packs": entries}, ensure_ascii=False, separators=(",", ":"))
    return f"{_digest(body.encode())}\n{body}\n"


def compiled_packs(files: Iterable[Path]) -> dict[Path, Pack]:
    """Those of the files that are there in compiled form, with their packs.

    Args:
        files: of packs, all in one folder.
    """
    wanted = list(files)
    document = _document(wanted[0].with_name(NAME)) if wanted else {}
    return dict(_usable(wanted, document))


def _usable(files: list[Path], document: Mapping[str, Any]) -> Iterator[tuple[Path, Pack]]:
    for path in files:
        entry = document.get(path.name)
        try:
            if entry is not None and entry["of"] == _digest(path.read_bytes()):
                yield path, decoded_pack(entry["pack"])
        except (OSError, KeyError, TypeError, ValueError):
            # Reading the file itself says what is wrong with it.
            continue


def _document(path: Path) -> Mapping[str, Any]:
    """The entries of the file; none where it cannot be trusted."""
    try:
        seal, _, body = path.read_text(encoding="utf-8").partition("\n")
        if seal != _digest(body.rstrip("\n").encode()):
            return {}
        document = json.loads(body)
        packs = document["packs"] if document["by"] == _code() else {}
        return packs if isinstance(packs, dict) else {}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def _code() -> str:
    """By which another version of the code is known, whatever version it calls itself."""
    paths = sorted(path for room in _ROOMS for path in (_PACKAGE / room).rglob("*.py"))
    return _digest(b"\0".join(path.read_bytes() for path in paths))


def _digest(raw: bytes) -> str:
    return sha256(raw).hexdigest()
