"""TOML from outside: parsed within limits, with the place of a mistake."""

from __future__ import annotations

import re
import tomllib
from typing import Any
from typing import Final

from pytest_threatmodel.library.errors import PackError
from pytest_threatmodel.library.errors import Problem

#: The most parts that a dotted key may have.
_LONGEST_KEY: Final = 32
_DOTTED = re.compile(
    rf"""(?<![\w-])(?:(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{_LONGEST_KEY}}}"""
)
_DECODE_ERROR = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """What a TOML text says.

    Args:
        text: of the file.
        file: how messages name it.

    Raises:
        PackError: it is not TOML, or nested too deeply.
    """
    _refuse_long_keys(text, file)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _DECODE_ERROR.fullmatch(str(error))
        message, line, column = found.groups() if found else (str(error), None, None)
        problem = Problem(
            f"not TOML: {message[:200]}",
            line=int(line) if line else text.count("\n") + 1,
            column=int(column) if column else None,
        )
    except RecursionError:
        problem = Problem("not TOML: nested too deeply")
    except ValueError:
        # Python refuses to read numbers of more than 4,300 digits.
        problem = Problem("not TOML: a number in it is too long")
    raise PackError(file, [problem]) from None


def _refuse_long_keys(text: str, file: str) -> None:
    """Refuse what tomllib needs memory for that grows with the square: 400 KB of one key could take all."""
    for number, line in enumerate(text.split("\n"), 1):
        # Counting first is fast, and hardly any line has so many dots.
        if line.count(".") >= _LONGEST_KEY and _DOTTED.search(line):
            message = f"nested too deeply: a key may have {_LONGEST_KEY} parts with dots between"
            raise PackError(file, [Problem(message, line=number)])
