"""Reading files of other tools as data: JSON or YAML, within limits, and never as code."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from typing import Final
from typing import NoReturn

from pytest_threatmodel.importers.fault import ImportFault
from pytest_threatmodel.model.errors import shown

#: Models of thousands of components stay below 10 MB.
MOST_BYTES: Final = 16 * 1024 * 1024
MOST_NODES: Final = 500_000
MOST_DEPTH: Final = 64


def read_document(file: Path) -> dict[str, Any]:
    """The mapping that a JSON or YAML file holds: dictionaries with text as keys, lists, and scalars.

    Args:
        file: the file; what it holds decides how it is read, and its ending only where both would do.

    Raises:
        ImportFault: the file cannot be read, is too large, too deep, damaged, or holds something else.
    """
    text = _text(file)
    if text.lstrip().startswith(("{", "[")) and file.suffix.lower() not in (".yaml", ".yml"):
        document = _json(file, text)
    else:
        # Only YAML needs PyYAML, which is an extra.
        from pytest_threatmodel.importers.yaml_reader import read_yaml

        document = read_yaml(file, text)
    if not isinstance(document, dict):
        raise ImportFault(file, f"a mapping was expected, the file holds {_what(document)}")
    return document


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a path that no file can have
        raise ImportFault(file, f"cannot be read: {getattr(error, 'strerror', '') or error} ({file})") from None
    check_size(file, len(raw), MOST_BYTES)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise ImportFault(file, "is not UTF-8", where=f"line {line}, byte {column}") from None
    if not text.strip():
        raise ImportFault(file, "is empty")
    return text


def check_size(file: Path, size: int, most: int) -> None:
    """Refuse what is larger than `most` bytes, before it is parsed."""
    if size > most:
        raise ImportFault(file, f"is too large, expected at most {most // 2**20} MB")


def _json(file: Path, text: str) -> Any:
    # Counted in strings too: cheap, and before anything is built. A document of real size is far below.
    if text.count(",") + text.count("[") + text.count("{") > 4 * MOST_NODES:
        raise ImportFault(file, f"has too many parts, expected at most {MOST_NODES}")

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping = dict(found)
        if len(mapping) < len(found):
            twice = next(key for key, count in Counter(key for key, _ in found).items() if count > 1)
            raise ImportFault(file, f"the key {shown(twice)} stands twice in one mapping")
        return mapping

    def constant(name: str) -> NoReturn:
        raise ImportFault(file, f"{name} is no number of JSON")

    try:
        document = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ImportFault(file, f"is damaged, or no JSON: {error.msg}", where=where) from None
    except RecursionError:
        raise ImportFault(file, f"is nested too deeply, expected at most {MOST_DEPTH} levels") from None
    except ValueError:  # a number of thousands of digits
        raise ImportFault(file, "holds a number that is too long") from None
    _measure(file, document)
    return document


def _measure(file: Path, document: Any) -> None:
    """Hold the limits of depth and of parts, without recursion."""
    count, open_ = 0, [iter([document])]
    while open_:
        value = next(open_[-1], open_)
        if value is open_:
            open_.pop()
            continue
        count += 1
        if count > MOST_NODES:
            raise ImportFault(file, f"has too many parts, expected at most {MOST_NODES}")
        if isinstance(value, dict | list):
            if len(open_) > MOST_DEPTH:
                raise ImportFault(file, f"is nested too deeply, expected at most {MOST_DEPTH} levels")
            open_.append(_parts(value))


def _parts(value: dict[str, Any] | list[Any]) -> Iterator[Any]:
    return iter(value.values() if isinstance(value, dict) else value)


def _what(document: object) -> str:
    return "a list" if isinstance(document, list) else f"only {shown(document)}"
