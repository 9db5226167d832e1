"""A model that is run as a script: its threats, its verdicts, its snapshot."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any
from typing import Final
from typing import cast

from pytest_threatmodel.analysis.bind import bind
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.examples import failing_examples
from pytest_threatmodel.analysis.notices import all_notices
from pytest_threatmodel.decisions.decide import decide
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.files import shipped_files
from pytest_threatmodel.library.installed import script_library
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.snapshot.blame import date_decisions
from pytest_threatmodel.snapshot.build import Circumstances
from pytest_threatmodel.snapshot.build import snapshot
from pytest_threatmodel.snapshot.run import describe_run
from pytest_threatmodel.snapshot.shape import OutcomeWord
from pytest_threatmodel.snapshot.shape import Snapshot

#: In a script every finding counts.
_FAIL_ON: Final = "info"


class Script:
    """A model without pytest. The ini file does not count: the packs are the shipped ones and those of entry points.

    Args:
        model: that was made by the file that runs, or by a module of its.
        exclude: threat ids and patterns whose pairs are left out.
    """

    def __init__(self, model: Model, exclude: tuple[str, ...] = ()) -> None:
        self.model = model
        self.file = Path(os.path.abspath(model.place.file))
        self.today = datetime.now(UTC).date()
        self._exclude = exclude
        self._snapshots: dict[bool, Snapshot] = {}

    @property
    def name(self) -> str:
        """The model file as messages call it."""
        return self.file.name

    @cached_property
    def root(self) -> Path:
        """To which paths are relative: the folder of the repository, else that of the model file."""
        folders = (folder for folder in self.file.parents if (folder / ".git").exists())
        return next(folders, self.file.parent)

    @cached_property
    def library(self) -> Library:
        """The threats that count for this model, its own files included.

        Raises:
            LibraryError: some cannot be used.
        """
        return bind(_checked_library(), self.model).library

    @cached_property
    def verdicts(self) -> Verdicts:
        """The verdicts of every pair.

        Raises:
            ModelError: the model is wrong.
            LibraryError: a threat file cannot be used.
        """
        self.model.check()
        return evaluate(self.model, _checked_library())

    @cached_property
    def decided(self) -> Decided:
        """What was decided about the pairs.

        Raises:
            ModelError: an override names no severity.
        """
        return decide(self.verdicts, _file_marks(self.file), Ground(self.today), str(self.file))

    @property
    def is_judged(self) -> bool:
        """Whether anything has asked for verdicts and decisions."""
        return "decided" in vars(self)

    def troubles(self) -> Iterator[str]:
        """What is wrong beside the model itself: decisions, and rules that cannot be evaluated."""
        yield from self.decided.problems
        yield from self.decided.warnings
        for (label, threat), error in self.verdicts.errors.items():
            yield f"rule error: {threat}[{label}]: {error}"

    def snapshot(self, *, explained: bool) -> Snapshot:
        """The model's snapshot.

        Args:
            explained: with the reasons of every pair.

        Raises:
            ModelError: the model is wrong.
            LibraryError: a threat file cannot be used.
        """
        if True not in self._snapshots and explained not in self._snapshots:
            self._snapshots[explained] = self._make_snapshot(explained)
        return self._snapshots.get(True) or self._snapshots[explained]

    def _make_snapshot(self, explained: bool) -> Snapshot:
        about = Circumstances(
            root=self.root,
            nodeid=os.path.relpath(self.file, self.root).replace(os.sep, "/"),
            today=self.today,
            run=describe_run(self.file.parent, _FAIL_ON, self.today),
            notices=tuple(all_notices(self.verdicts)),
        )
        made = snapshot(self.verdicts, self.decided, about, explained=explained)
        date_decisions(made["decisions"], self.root)
        made["pairs"] = [pair for pair in made["pairs"] if not self._is_excluded(pair["threat"])]
        made["threats"] = [threat for threat in made["threats"] if not self._is_excluded(threat["id"])]
        for pair in made["pairs"]:
            # There are no tests that could turn out otherwise.
            pair["outcome"] = cast(OutcomeWord, pair["judged"])
        return made

    def _is_excluded(self, threat: str) -> bool:
        return any(threat == pattern or fnmatchcase(threat, pattern) for pattern in self._exclude)


def _checked_library() -> Library:
    """The packs of scripts; those of other distributions are held to their examples when they are used."""
    library = script_library()
    shipped = shipped_files()
    for problem in failing_examples(library, [pack for pack in library.packs if pack.name not in shipped]):
        raise LibraryError(problem)
    return library


def _file_marks(file: Path) -> list[Any]:
    """The `pytestmark` of the script, else of the module that made the model."""
    made_in = [module for module in list(sys.modules.values()) if getattr(module, "__file__", None) == str(file)]
    for module in (sys.modules.get("__main__"), *made_in):
        marks = getattr(module, "pytestmark", None)
        if marks is not None:
            return list(marks) if isinstance(marks, list | tuple) else [marks]
    return []
