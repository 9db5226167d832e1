"""Collection: which files are models, and the items that they become."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Iterable
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.analysis.ids import pair_name
from pytest_threatmodel.compat.loading import load_file
from pytest_threatmodel.decisions.decide import decide
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.loading import LoadError
from pytest_threatmodel.plugin.importing import read_by_hook
from pytest_threatmodel.plugin.item import DecisionsItem
from pytest_threatmodel.plugin.item import ThreatItem
from pytest_threatmodel.plugin.session import Run
from pytest_threatmodel.plugin.session import run_key
from pytest_threatmodel.plugin.session import shown_path
from pytest_threatmodel.plugin.summary import summary
from pytest_threatmodel.plugin.warnings import ThreatModelWarning
from pytest_threatmodel.tm import TM


class Collection:
    """Collects model files and deselects what `--threatmodel-exclude` names."""

    def __init__(self, config: pytest.Config) -> None:
        self._run = config.stash[run_key]

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Collect model files whose name does not end in .py; the others come by pytest_pycollect_makemodule."""
        if file_path.suffix == ".py" or not self._matches(file_path):
            return None
        return ThreatModelFile.from_parent(parent, path=file_path)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makemodule(self, module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
        if self._matches(module_path) or self._named_as_model(module_path, parent.session):
            return ThreatModelFile.from_parent(parent, path=module_path)
        return None

    def _matches(self, path: Path) -> bool:
        return any(path.match(pattern) for pattern in self._run.settings.files)

    def _named_as_model(self, path: Path, session: pytest.Session) -> bool:
        """Whether a file on the command line can be nothing else: it is neither a test file nor a conftest."""
        if not session.isinitpath(path) or path.name in ("conftest.py", "__init__.py"):
            return False
        return not any(path.match(pattern) for pattern in self._run.python_files)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        patterns = self._run.settings.exclude
        if not patterns:
            return
        dropped = [item for item in items if isinstance(item, ThreatItem) and item.is_of(patterns)]
        if dropped:
            gone = set(map(id, dropped))
            items[:] = [item for item in items if id(item) not in gone]
            self._run.excluded += len(dropped)
            config.hook.pytest_deselected(items=dropped)

    def pytest_collection_finish(self) -> None:
        """Sum the models up, now that every conftest has added its marks."""
        self._run.summaries[:] = [summary(file, self._run) for file in self._run.collected.values()]


class ThreatModelFile(pytest.Module):
    """A model file: one item a pair, one for decisions that are wrong, and the file's own test functions."""

    model: TM
    verdicts: Verdicts
    decided: Decided
    shown_path: str

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        run = self.config.stash[run_key]
        self.shown_path = shown_path(self.config, self.path)
        run.unloaded[self.shown_path] = None
        try:
            self._load(run)
        except pytest.skip.Exception:
            del run.unloaded[self.shown_path]
            raise
        self._warn(self.decided)
        del run.unloaded[self.shown_path]
        # A file that is named twice is collected twice with --keep-duplicates, and told of once.
        run.collected[self.shown_path] = self
        return [*self._pairs(), *self._decisions(), *self._stale(run), *super().collect(), *self._policy(run)]

    def _load(self, run: Run) -> None:
        try:
            loaded, library = load_file(
                self.path,
                run.library,
                self._builder(),
                partial(read_by_hook, self),
                strict=run.settings.strict,
                own=run.pytm,
                packs=run.pytm is None,
            )
            self.verdicts = evaluate(loaded.model, library)
            _check_overrides(self.verdicts)
            self.model = loaded.model  # type: ignore[assignment]  # model files make a TM
            self.obj = loaded.module
            self._take_marks(getattr(loaded.module, "pytestmark", ()))
            self.decided = decide(self.verdicts, self._file_marks, run.ground, str(self.path))
            if run.update is not None:
                self.decided = run.update.decided(self, self._file_marks, self.decided)
        except LoadError as error:
            _skip_as_meant(error.__cause__)
            raise self.CollectError(error.problem) from None
        except LibraryError as error:
            raise self.CollectError(f"threat library: {error}") from None
        except ModelError as error:
            raise self.CollectError(str(error)) from None

    def _builder(self) -> str | None:
        builders = self.config.stash[run_key].settings.builders
        return next((function for pattern, function in builders.items() if self.path.match(pattern)), None)

    def _take_marks(self, marks: Any) -> None:
        """Keep the file's marks: pytest does this itself where it imports the module."""
        self._file_marks: list[Any] = list(marks) if isinstance(marks, list | tuple) else [marks]
        for mark in self._file_marks:
            plain = getattr(mark, "mark", mark)
            if not isinstance(plain, pytest.Mark):
                raise self.CollectError(f"pytestmark holds {mark!r}, expected marks, accept(...) or exclude(...)")
            self.own_markers.append(plain)
            self.keywords[plain.name] = plain

    def _warn(self, decided: Decided) -> None:
        """Warn once a name; where warnings are errors, they join the file's failing decisions."""
        speaks = getattr(self.config, "workerinput", {}).get("workerid", "gw0") == "gw0"
        for text in decided.warnings:
            try:
                # The other workers warn nobody, but must collect the same items where warnings are errors.
                with contextlib.nullcontext() if speaks else warnings.catch_warnings(record=True):
                    self.warn(ThreatModelWarning(text))
            except ThreatModelWarning as warning:
                decided.problems.append(str(warning))

    def _pairs(self) -> Iterator[ThreatItem]:
        for row in self.verdicts.rows:
            for column, rule in enumerate(row.rules):
                name = pair_name(rule.threat.id, row.label)
                # pytest#15045: without an explicit nodeid, names with brackets are lost to --lf, --ff and --sw.
                yield ThreatItem.from_parent(self, name=name, nodeid=f"{self.nodeid}::{name}", row=row, column=column)

    def _decisions(self) -> Iterator[DecisionsItem]:
        if self.decided.problems:
            yield DecisionsItem.from_parent(self, name="decisions", problems=tuple(self.decided.problems))
        if self.decided.unstated:
            yield DecisionsItem.from_parent(self, name="unstated", problems=tuple(self.decided.unstated))

    def _stale(self, run: Run) -> Iterator[pytest.Item]:
        days = run.settings.stale_days
        if days is not None:
            from pytest_threatmodel.plugin.stale import stale_items

            yield from stale_items(self, days)

    def _policy(self, run: Run) -> Iterator[pytest.Item]:
        policy = run.ground.policy
        if policy is not None:
            from pytest_threatmodel.plugin.policy import PolicyItem

            yield PolicyItem.from_parent(self, name="policy", policy=policy)


def _check_overrides(verdicts: Verdicts) -> None:
    """Read every severity that the author overrides, while a wrong one is still an error of the file."""
    for row in verdicts.rows:
        if row.element.overrides:
            for column in range(len(row.rules)):
                severity(row, column)


def _skip_as_meant(cause: BaseException | None) -> None:
    """Let a file skip itself by unittest's exception, as pytest does; to others it is an error like any."""
    unittest = sys.modules.get("unittest")
    if unittest is not None and isinstance(cause, unittest.SkipTest):
        raise pytest.skip.Exception(str(cause), allow_module_level=True) from None


def matches(threat_id: str, patterns: tuple[str, ...]) -> bool:
    """Whether a threat id is one of these, or fits one of these patterns."""
    return any(threat_id == pattern or fnmatchcase(threat_id, pattern) for pattern in patterns)
