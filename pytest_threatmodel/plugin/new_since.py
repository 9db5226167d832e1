"""The findings at a git revision: its models, evaluated once by a pytest of their own on a copy of its files."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from pytest_threatmodel.analysis.revision import Revision
from pytest_threatmodel.analysis.revision import RevisionError
from pytest_threatmodel.analysis.revision import copy_files
from pytest_threatmodel.analysis.revision import find_revision
from pytest_threatmodel.decisions.known import Earlier
from pytest_threatmodel.snapshot.earlier import read_report

#: Seconds that the models of the revision may take.
_PATIENCE: Final = 600.0
#: How much of what pytest said is told where it failed.
_MOST_LINES: Final = 20
#: What makes another pytest of this one's children; git's hooks name another repository.
_NOT_PASSED_ON: Final = ("PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER", "GIT_DIR", "GIT_WORK_TREE")
#: What settings of that time must not do: needs of plugins, counts only, a failing gate, further artifacts.
_SETTINGS: Final = (
    "addopts=",
    "required_plugins=",
    "filterwarnings=",
    "threatmodel_redact=false",
    "threatmodel_required=false",
    "threatmodel_fail_on=info",
    "threatmodel_dfd=",
    "threatmodel_seq=",
)
_PLUGINS: Final = ("no:cacheprovider", "no:xdist")
#: The exit codes after which the models that were loaded have reports.
_ENDED: Final = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
_UNLOADED: Final = re.compile(r"_+ ERROR collecting (.+?) _+")
#: What begins another part of what pytest says.
_SEPARATOR: Final = re.compile(r"([=_-])\1* .* \1+")


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a revision had.

    Args:
        earlier: its models.
        notes: what could not be had, each a sentence.
    """

    earlier: list[Earlier]
    notes: list[str]


def baseline(config: pytest.Config, name: str, files: tuple[str, ...]) -> Baseline:
    """The findings at a revision.

    Args:
        config: of this run, for its root, ini file, arguments and plugins.
        name: of the revision.
        files: patterns of model files.

    Raises:
        pytest.UsageError: the revision cannot be had, or its models cannot be evaluated.
    """
    try:
        revision = find_revision(config.rootpath, name)
        with tempfile.TemporaryDirectory(prefix="threatmodel-") as folder:
            return _Run(config, revision, Path(os.path.realpath(folder)), files).result()
    except RevisionError as error:
        raise pytest.UsageError(f"--threatmodel-new-since: {error}") from None


class _Run:
    """One pytest on a copy of a revision.

    Args:
        config: of this run.
        revision: that is looked at.
        folder: an empty one.
        files: patterns of model files.
    """

    def __init__(self, config: pytest.Config, revision: Revision, folder: Path, files: tuple[str, ...]) -> None:
        self._config = config
        self._revision = revision
        self._files = files
        self._copy = folder / "copy"
        self._made = folder / "made"
        self._root = self._copy / revision.below

    def result(self) -> Baseline:
        self._copy.mkdir()
        left_out = copy_files(self._revision, self._copy)
        notes = [f"{self._revision.name}: {path} leads out of the repository and was left out" for path in left_out]
        if (self._copy / ".gitmodules").is_file():
            notes.append(f"{self._revision.name}: submodules were left out, models in them have no earlier run")
        models = sorted(set(self._models()))
        if not models:
            return Baseline([], [*notes, f"{self._revision.name} has no model files"])
        said = self._evaluate(models)
        earlier = list(self._read())
        return Baseline(earlier, [*notes, *self._unloaded(models, earlier, said)])

    def _models(self) -> Iterator[Path]:
        """The model files that the arguments of this run name, as they were."""
        for argument in self._config.args:
            path = self._copied(self._config.invocation_params.dir / argument.partition("::")[0])
            if path is None:
                continue
            if path.is_dir():
                yield from (each for each in path.rglob("*") if self._is_model(each))
            elif path.is_file() and (self._is_model(path) or not self._is_test(path)):
                yield path

    def _copied(self, path: Path) -> Path | None:
        """Where a path of the repository is in the copy; None for one outside of it."""
        try:
            return self._copy / Path(os.path.realpath(path)).relative_to(os.path.realpath(self._revision.top))
        except ValueError:
            return None

    def _is_model(self, path: Path) -> bool:
        return path.is_file() and any(path.match(pattern) for pattern in self._files)

    def _is_test(self, path: Path) -> bool:
        names = ("conftest.py", "__init__.py", *self._config.getini("python_files"))
        return any(path.match(name) for name in names)

    def _evaluate(self, models: list[Path]) -> str:
        """Run pytest, and return what it said."""
        command = [sys.executable, "-m", "pytest", *self._arguments(), *map(str, models)]
        environment = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
        try:
            done = subprocess.run(
                command,
                cwd=self._root if self._root.is_dir() else self._copy,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=_PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise RevisionError(f"the models of {self._revision.name} took longer than {_PATIENCE:g} s") from None
        except OSError as error:
            raise RevisionError(f"pytest does not start: {error}") from None
        said = done.stdout.decode("utf-8", "replace")
        if done.returncode not in _ENDED:
            raise RevisionError(f"pytest ended with {done.returncode} on {self._revision.source}:\n{self._cut(said)}")
        return said

    def _arguments(self) -> Iterator[str]:
        """What that pytest is told: to load models and make reports, and to run nothing."""
        yield from (
            "--threatmodel-report=json",
            f"--threatmodel-output={self._made}",
            "--threatmodel-collect-artifacts",
        )
        yield from ("--collect-only", "--continue-on-collection-errors", f"--rootdir={self._root}")
        given = [name for name in self._config.getoption("plugins", None) or [] if name not in _PLUGINS]
        for name in (*given, *_PLUGINS):
            yield from ("-p", name)
        inipath = self._config.inipath and (self._copied(self._config.inipath) or self._config.inipath)
        if inipath and inipath.is_file():
            yield from ("-c", str(inipath))
        own = self._config.getoption("override_ini", None) or []
        for setting in (*own, f"threatmodel_files={shlex.join(self._files)}", *_SETTINGS):
            yield from ("-o", setting)

    def _cut(self, said: str) -> str:
        """The end of what pytest said, with the copy's path taken away."""
        lines = said.replace(f"{self._copy}{os.sep}", "").strip().splitlines()
        more = [f"... {len(lines) - _MOST_LINES} lines before"] if len(lines) > _MOST_LINES else []
        return "\n".join(f"  {line[:200]}" for line in (*more, *lines[-_MOST_LINES:]))

    def _read(self) -> Iterator[Earlier]:
        for path in sorted(self._made.rglob("*.json")):
            source, created = self._revision.source, self._revision.created
            yield read_report(path.read_bytes(), path.name, source=source, created=created)

    def _unloaded(self, models: list[Path], earlier: list[Earlier], said: str) -> Iterator[str]:
        """A sentence for each model file that has no report, with the reason."""
        loaded = {each.model for each in earlier}
        reasons = _reasons(said)
        for path in models:
            name = os.path.relpath(path, self._root).replace(os.sep, "/")
            if name not in loaded:
                why = reasons.get(name, "pytest says nothing of it").replace(f"{self._copy}{os.sep}", "")
                yield f"{name} did not load at {self._revision.name}, so all its findings are new: {why}"


def _reasons(said: str) -> dict[str, str]:
    """File -> the last line that pytest said of the error while it was collected."""
    reasons, file = {}, ""
    for line in said.splitlines():
        begins = _UNLOADED.fullmatch(line)
        if begins:
            file = begins[1]
        elif _SEPARATOR.fullmatch(line):
            file = ""
        elif file and line.strip():
            reasons[file] = line.strip()[:200]
    return reasons
