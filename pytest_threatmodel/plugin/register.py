"""Entries of registers that speak of several models: what is wrong once all of them are collected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.decisions.decision import is_pattern
from pytest_threatmodel.decisions.register import RegisterFile
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.plugin.item import DecisionsItem
from pytest_threatmodel.plugin.session import run_key
from pytest_threatmodel.plugin.session import shown_path

if TYPE_CHECKING:
    from pytest_threatmodel.plugin.collect import ThreatModelFile

#: How many models that are not there are named.
_NAMED = 5


class Registers:
    """Looks at the registers when every model is collected.

    Args:
        config: of the run.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._run = config.stash[run_key]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for register in self._run.ground.register.files:
            # A model that is not loaded may need what the others do not.
            if self._run.unloaded or not self._is_whole(register):
                continue
            for file, text, fails in self._unneeded(register):
                if fails:
                    _fail(file, text, items)
                else:
                    file.decided.notices.append(text)
            models = self._models(register)
            if models:
                models[0].decided.notices += self._strangers(register, models)

    def _is_whole(self, register: RegisterFile) -> bool:
        """Whether the run collects the register's whole folder; else there are models that nobody looks at."""
        here = register.folder.resolve()
        base = self._config.invocation_params.dir
        given = (base / arg for arg in self._config.args if "::" not in arg)
        return any(path.resolve() in (here, *here.parents) for path in given)

    def _models(self, register: RegisterFile) -> list[ThreatModelFile]:
        return [file for file in self._run.collected.values() if register.relative(file.path) is not None]

    def _unneeded(self, register: RegisterFile) -> Iterator[tuple[ThreatModelFile, str, bool]]:
        """The entries that no model needs: the first for which each counts, what is wrong, and whether that fails."""
        needed: set[int] = set()
        wrong: dict[int, tuple[ThreatModelFile, str, bool]] = {}
        for file in self._models(register):
            needed.update(file.decided.shared - file.decided.unneeded.keys())
            for number, (text, fails) in file.decided.unneeded.items():
                wrong.setdefault(number, (file, text, fails))
        for entry in register.entries:
            number = id(entry.decision)
            if number in wrong and number not in needed:
                yield wrong[number]

    def _strangers(self, register: RegisterFile, models: list[ThreatModelFile]) -> Iterator[str]:
        """A line on the entries of models that were not loaded."""
        known = dict.fromkeys(
            name for file in models for name in (file.model.key, register.relative(file.path)) if name
        )
        counts: dict[str, int] = {}
        for entry in register.entries:
            if entry.model and not is_pattern(entry.model) and entry.model not in known:
                counts[entry.model] = counts.get(entry.model, 0) + 1
        if not counts:
            return
        names = [repr(name) + _guess(name, known) for name in counts]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        what = "entry of a model" if sum(counts.values()) == 1 else "entries of models"
        where = shown_path(self._config, Path(register.path))
        yield f"{where}: {sum(counts.values())} {what} not in this run: {', '.join(names[:_NAMED])}{more}"


def _guess(name: str, known: dict[str, None]) -> str:
    hint = did_you_mean(name, known)
    return "" if hint is None else f" ({hint})"


def _fail(file: ThreatModelFile, text: str, items: list[pytest.Item]) -> None:
    """Let the decisions of a model file fail by one more problem."""
    file.decided.problems.append(text)
    places = [number for number, item in enumerate(items) if item.parent is file]
    for number in places:
        item = items[number]
        if isinstance(item, DecisionsItem):
            item.problems = tuple(file.decided.problems)
            return
    made = DecisionsItem.from_parent(file, name="decisions", problems=tuple(file.decided.problems))
    items.insert(places[-1] + 1 if places else len(items), made)
