"""Test items for code that has moved on since the model was written (`threatmodel_stale_days`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pytest

from pytest_threatmodel.analysis.history import HistoryError
from pytest_threatmodel.analysis.history import Repositories
from pytest_threatmodel.analysis.ids import pair_name
from pytest_threatmodel.analysis.stale import CodeCheck
from pytest_threatmodel.analysis.stale import Staleness
from pytest_threatmodel.analysis.stale import with_code
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.plugin.failure import FailureText
from pytest_threatmodel.plugin.item import in_one_line

if TYPE_CHECKING:
    from pytest_threatmodel.plugin.collect import ThreatModelFile

#: The repositories that were asked, for all models of a run.
_repositories_key = pytest.StashKey[Repositories]()


class CodeHasMovedOn(Exception):
    """The code of an element changed after the model did, or is not where the model says."""


def stale_items(file: ThreatModelFile, days: int) -> Iterator[StaleItem]:
    """One item for each element that names source files.

    Args:
        file: that was loaded.
        days: how many days code may be newer than the model.
    """
    repositories = file.config.stash.setdefault(_repositories_key, Repositories())
    check = CodeCheck(file.path, days, repositories)
    for label, element in with_code(file.model):
        name = pair_name("stale", label)
        # pytest#15045: without an explicit nodeid, names with brackets are lost to --lf, --ff and --sw.
        yield StaleItem.from_parent(file, name=name, nodeid=f"{file.nodeid}::{name}", element=element, check=check)


class StaleItem(pytest.Item):
    """Whether the code of one element has moved on.

    Args:
        element: that names source files.
        check: of its model file.
    """

    #: For plugins that look for a test's function.
    obj = None

    def __init__(self, *, element: Element, check: CodeCheck, **keywords: Any) -> None:
        super().__init__(**keywords)
        self._element = element
        self._check = check
        self._found: Staleness | None = None

    def runtest(self) -> None:
        try:
            self._found = self._check.check(self._element)
        except HistoryError as error:
            pytest.skip(str(error))
        if self._found:
            raise CodeHasMovedOn

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if not isinstance(excinfo.value, CodeHasMovedOn) or self._found is None:
            return super().repr_failure(excinfo, style)
        lines = list(self._found.lines())
        return FailureText(
            lambda: "\n".join(self._text(lines)),
            lambda: lines[0],
            str(self.path),
            self._line() + 1,
            one_line=in_one_line(self.config),
        )

    def _text(self, lines: list[str]) -> Iterator[str]:
        yield f"{self._element.describe()}, {self._element.place}"
        yield from (f"  {line}" for line in lines)
        yield "Look whether the model still says what the code does, and commit the model file with what you changed."

    def _line(self) -> int:
        """The line in the model file that makes the element, counted from 0."""
        place = self._element.place
        return place.line - 1 if place.file == str(self.path) else 0

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self._line(), self.name
