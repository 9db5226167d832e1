"""Test items for the threats of packs: that each keeps the rules of a good threat."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from pytest_threatmodel.analysis.selftest.check import Selftest
from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.files import expanded
from pytest_threatmodel.library.files import shipped_files
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.library.one_file import is_shipped
from pytest_threatmodel.library.one_file import library_with
from pytest_threatmodel.library.one_file import pack_of
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.plugin import options
from pytest_threatmodel.plugin.failure import FailureText
from pytest_threatmodel.plugin.item import in_one_line
from pytest_threatmodel.plugin.selftest_options import looks_like_pack
from pytest_threatmodel.plugin.selftest_options import named_packs
from pytest_threatmodel.plugin.selftest_options import only_packs
from pytest_threatmodel.plugin.selftest_options import tests_packs
from pytest_threatmodel.plugin.session import packs_of_plugins
from pytest_threatmodel.plugin.session import shown_path

_SUFFIXES = (".toml", ".json")
_settings_key = pytest.StashKey[options.Settings]()
#: The checks of the files that stand in the library of the run, made once.
_common_key = pytest.StashKey[Selftest]()


class BrokenRule(Exception):
    """A threat breaks a rule of the selftest."""


def register(config: pytest.Config) -> None:
    """Collect packs in this run."""
    config.stash[_settings_key] = options.read(config)
    _add_packs(config)
    config.pluginmanager.register(PackCollection())


def _add_packs(config: pytest.Config) -> None:
    """With `--threatmodel-selftest` and no pack on the command line, name those of the library.

    They take the place of the folders in which pytest would have looked, and stand beside paths that somebody typed.
    """
    typed = config.args_source is pytest.Config.ArgsSource.ARGS
    if not tests_packs(config) or named_packs(config) or (typed and only_packs(config)):
        return
    try:
        more = expanded(config.stash[_settings_key].threats)
    except LibraryError as error:
        raise pytest.UsageError(f"threat library: {error}") from None
    files = [str(path) for path in (*shipped_files().values(), *more)]
    config.args[:] = [*config.args, *files] if typed else files


class PackCollection:
    """Collects packs that are named on the command line, and no others."""

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        if file_path.suffix.lower() not in _SUFFIXES or not parent.session.isinitpath(file_path):
            return None
        settings = parent.config.stash[_settings_key]
        if any(file_path.match(pattern) for pattern in settings.files):
            return None
        if tests_packs(parent.config) or looks_like_pack(file_path):
            return PackFile.from_parent(parent, path=file_path, nodeid=_nodeid(file_path, parent))
        return None


def _nodeid(path: Path, parent: pytest.Collector) -> str | None:
    """What stands before the ids: pytest has no good name for files outside the root, where installed packs are."""
    if path.is_relative_to(parent.config.rootpath):
        return None
    return f"threats/{path.name}" if is_shipped(path) else shown_path(parent.config, path).replace(os.sep, "/")


class PackFile(pytest.File):
    """A pack: one item a threat."""

    def collect(self) -> Iterable[pytest.Item]:
        try:
            pack, selftest = self._load()
        except LibraryError as error:
            raise self.CollectError(f"threat pack: {error}") from None
        for threat in pack.threats:
            # pytest#15045: without an explicit nodeid, names with brackets are lost to --lf, --ff and --sw.
            nodeid = f"{self.nodeid}::{threat.id}"
            yield ThreatTest.from_parent(self, name=threat.id, nodeid=nodeid, threat=threat, selftest=selftest)

    def _load(self) -> tuple[Pack, Selftest]:
        """The pack and the checks of the library in which it stands."""
        threats = self.config.stash[_settings_key].threats
        if not is_shipped(self.path) and self.path.resolve() not in {path.resolve() for path in expanded(threats)}:
            library, pack = library_with(self.path, threats, packs_of_plugins(self.config))
            return pack, Selftest(library)
        if _common_key not in self.config.stash:
            library = load_library(extra=threats, plugin_packs=packs_of_plugins(self.config))
            self.config.stash[_common_key] = Selftest(library)
        common = self.config.stash[_common_key]
        return pack_of(common.library, self.path), common


class ThreatTest(pytest.Item):
    """Whether one threat keeps the rules.

    Args:
        threat: of the pack.
        selftest: of the library that holds it.
    """

    #: For plugins that look for a test's function.
    obj = None

    def __init__(self, *, threat: Threat, selftest: Selftest, **keywords: Any) -> None:
        super().__init__(**keywords)
        self._threat = threat
        self._selftest = selftest
        self._found: list[str] = []

    def runtest(self) -> None:
        # As short as node ids: what was named on the command line is read by its full path.
        place, shown = f"{self.path}:", f"{shown_path(self.config, self.path)}:"
        self._found = [str(flaw).replace(place, shown) for flaw in self._selftest.flaws(self._threat)]
        if self._found:
            raise BrokenRule

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        found = self._found
        if not isinstance(excinfo.value, BrokenRule) or not found:
            return super().repr_failure(excinfo, style)
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        return FailureText(
            lambda: "\n".join(found),
            lambda: f"{found[0]}{more}",
            str(self.path),
            self._threat.line or 1,
            one_line=in_one_line(self.config),
        )

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, (self._threat.line or 1) - 1, self.name
