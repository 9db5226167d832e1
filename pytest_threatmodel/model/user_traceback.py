"""Tracebacks cut to the lines that the user wrote."""

from __future__ import annotations

import os
import re
import sys
import traceback
from pathlib import Path
from types import TracebackType

from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.fields import did_you_mean

#: What Python says of a name that a package lacks; the brackets hold the path of the package.
_NO_NAME = re.compile(r"(?P<what>cannot import name '(?P<name>\w+)' from 'pytest_threatmodel') \(.*\)")
_OWN = str(Path(__file__).resolve().parents[1]) + os.sep
#: What runs between the user's lines when a file is loaded: the import system, and whatever ships with pytest.
_MACHINERY = (
    "<frozen importlib",
    f"{os.sep}_pytest{os.sep}",
    f"{os.sep}pluggy{os.sep}",
    f"{os.sep}importlib{os.sep}",
)


def _is_users(frame: traceback.FrameSummary) -> bool:
    name = frame.filename
    return not name.startswith(_OWN) and not any(part in name for part in _MACHINERY)


def user_traceback(error: BaseException) -> str:
    """The error as Python prints it, without the frames of this package and of the import system.

    Args:
        error: what was raised while the user's file ran.
    """
    lines = _frames(error.__traceback__)
    text = _with_hint(_last_line(error))
    if isinstance(error, SyntaxError) or not lines:
        return text
    return "".join(["Traceback (your lines only):\n", *traceback.format_list(lines)]) + text


def _last_line(error: BaseException) -> str:
    """What Python says at the end, without its own guess at an attribute where the error has a better one."""
    if isinstance(error, ModelError):
        return f"{type(error).__module__}.{type(error).__qualname__}: {error}"
    return "".join(traceback.format_exception_only(type(error), error)).rstrip()


def _with_hint(text: str) -> str:
    """The text; where a name of this package is not there, with the nearest one instead of the package's path."""
    missing = _NO_NAME.search(text)
    if missing is None:
        return text
    # The package is there, since the user's file has asked it for the name; no room imports it.
    names: list[str] = sys.modules[__name__.partition(".")[0]].__dict__["__all__"]
    hint = did_you_mean(missing["name"], names)
    return _NO_NAME.sub(rf"\g<what>{'; ' + hint if hint else ''}", text)


def _frames(tb: TracebackType | None) -> list[traceback.FrameSummary]:
    return [frame for frame in traceback.extract_tb(tb) if _is_users(frame)]
