"""What `--stale_days` prints."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_threatmodel.analysis.history import HistoryError
from pytest_threatmodel.analysis.stale import CodeCheck
from pytest_threatmodel.analysis.stale import with_code
from pytest_threatmodel.cli.errors import FAULT
from pytest_threatmodel.cli.errors import ScriptError
from pytest_threatmodel.cli.script import Script


def stale_lines(script: Script, days: int) -> Iterator[str]:
    """The elements whose code has moved on, and how.

    Args:
        script: whose model it is.
        days: how many days code may be newer than the model.

    Raises:
        ScriptError: git cannot say.
    """
    check = CodeCheck(script.file, days)
    elements = with_code(script.model)
    fresh = 0
    for label, element in elements:
        try:
            found = check.check(element)
        except HistoryError as error:
            raise ScriptError(f"--stale_days: {error}", FAULT) from None
        yield from (f"{label}: {line}" for line in found.lines())
        fresh += not found
    yield _summary(fresh, len(elements), days, script.name)


def _summary(fresh: int, elements: int, days: int, file: str) -> str:
    if not elements:
        return f"No element of {file} names sourceFiles."
    late = f"more than {days} day{'s' if days != 1 else ''} after" if days else "after"
    return f"{fresh} of {elements} elements with sourceFiles are up to date: no code changed {late} {file}."
