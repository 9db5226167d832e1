"""`--threatmodel-register=update`: the register is brought up to what a run finds, and written once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pytest

from pytest_threatmodel.artifacts.write import told
from pytest_threatmodel.artifacts.write import write_file
from pytest_threatmodel.decisions.codeowners import find_codeowners
from pytest_threatmodel.decisions.codeowners import owner_of
from pytest_threatmodel.decisions.decide import decide
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.register_edit import Closure
from pytest_threatmodel.decisions.register_edit import EditError
from pytest_threatmodel.decisions.register_edit import edit
from pytest_threatmodel.decisions.register_update import Changes
from pytest_threatmodel.decisions.register_update import Terms
from pytest_threatmodel.decisions.register_update import add_open
from pytest_threatmodel.decisions.register_update import find_target
from pytest_threatmodel.decisions.register_update import settled_entries
from pytest_threatmodel.decisions.register_update import terms_of
from pytest_threatmodel.decisions.register_update import without
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.plugin.session import Run
from pytest_threatmodel.plugin.session import run_key
from pytest_threatmodel.plugin.session import shown_path
from pytest_threatmodel.plugin.update_options import UpdateSettings
from pytest_threatmodel.plugin.xdist import SentText

if TYPE_CHECKING:
    from pytest_threatmodel.plugin.collect import ThreatModelFile


class RegisterUpdate:
    """Works out what each model means for its register while models are collected, and writes when all is over.

    Every worker of xdist works out the same, one sends it, and the controller writes.
    """

    def __init__(self, config: pytest.Config, settings: UpdateSettings) -> None:
        self._config = config
        self._run: Run = config.stash[run_key]
        self._settings = settings
        self._changes: dict[str, Changes] = {}
        self._read = {file.path: _digest(file.path) for file in self._run.ground.register.files}
        self._sent = SentText("register")
        self._interrupted = False
        self._lines: list[str] = []
        self._problems: list[str] = []
        if config.pluginmanager.hasplugin("xdist"):
            config.pluginmanager.register(self._sent)

    def decided(self, file: ThreatModelFile, marks: list[Any], made: Decided) -> Decided:
        """What is decided about a model once the register is up to date.

        Args:
            file: that was evaluated.
            marks: of the file.
            made: what was decided before.
        """
        if self._config.getoption("collectonly"):
            return made
        ground = self._run.ground
        changes = Changes(find_target(ground.register, file.path, file.model.key))
        changes.settled = settled_entries(file.verdicts, ground, file.path)
        gone = [entry for _, entry, why in changes.settled if why]
        if gone:
            rest = replace(ground, register=without(ground.register, gone))
            made = decide(file.verdicts, marks, rest, str(file.path))
        add_open(changes, file.verdicts, made, self._terms(file.path))
        self._changes[file.shown_path] = changes
        return made

    def _terms(self, path: Path) -> Terms | None:
        owner = self._settings.owner or self._owner(path)
        return Terms(self._run.ground.today, self._settings.days, owner) if owner else None

    def _owner(self, path: Path) -> str | None:
        root = self._config.rootpath
        owners = find_codeowners(root)
        try:
            return owner_of(owners.read_text("utf-8"), path.relative_to(root).as_posix()) if owners else None
        except (OSError, ValueError):
            return None

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        # pytest raises its own sorts of KeyboardInterrupt, under -x for one.
        self._interrupted = excinfo.type is KeyboardInterrupt

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        try:
            if hasattr(self._config, "workeroutput"):
                if self._sent.is_asked(self._config):
                    self._sent.send(self._config, json.dumps(self._plain()))
                return
            self._finish()
        except Exception as error:  # the results of the run come first
            self._problems.append(f"register not written: {told(error)}")
        if self._problems and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _plain(self) -> dict[str, Any]:
        """What was worked out, as it is sent."""
        return {
            "unloaded": list(self._run.unloaded),
            "read": {str(path): digest for path, digest in self._read.items()},
            "models": [
                _plain(name, changes, self._run.collected[name].decided)
                for name, changes in self._changes.items()
                if name in self._run.collected
            ],
        }

    def _finish(self) -> None:
        if self._config.getoption("collectonly"):
            self._lines.append("nothing is written under --collect-only")
            return
        if self._interrupted:
            self._problems.append("nothing is written: the run was interrupted")
            return
        found = self._received() if self._config.pluginmanager.hasplugin("dsession") else self._plain()
        if found is None:
            self._problems.append("nothing is written: no worker told what it found")
        elif found["unloaded"]:
            names = ", ".join(found["unloaded"])
            self._problems.append(f"nothing is written: {names} could not be loaded")
        else:
            self._write(found)

    def _received(self) -> dict[str, Any] | None:
        received: dict[str, Any] | None = json.loads(self._sent.text) if self._sent.text else None
        return received

    def _write(self, found: dict[str, Any]) -> None:
        for model in found["models"]:
            self._problems += (f"{model['file']}: {line}" for line in model["left"])
        for file in self._run.ground.register.files:
            name = escape(shown_path(self._config, file.path))
            merged = _Merged(str(file.path), found["models"])
            try:
                if merged.additions or merged.closures:
                    _rewrite(file.path, found["read"][str(file.path)], merged, self._run.ground.today)
            except (OSError, EditError, UnicodeDecodeError) as error:
                self._problems.append(f"{name}: not written: {_told(error)}")
            else:
                self._lines.append(f"{name}: {merged.told(len(file.entries) + len(file.bad))}")

    # After the section of threat models.
    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._config.get_verbosity() >= 0:
            for line in self._lines:
                terminalreporter.write_line(f"register: {line}")
        for problem in self._problems:
            terminalreporter.write_line(f"register: {problem}", red=True)


def _plain(name: str, changes: Changes, decided: Decided) -> dict[str, Any]:
    target = changes.target
    return {
        "file": name,
        "register": "" if target is None else str(target.file.path),
        "additions": []
        if target is None
        else [
            _dated(terms_of(decision, target.model))
            for pair, decision in changes.additions.items()
            # A conftest may have decided otherwise since.
            if decided.outcomes[pair].decision is decision
        ],
        "settled": [[str(file.path), entry.number, why] for file, entry, why in changes.settled],
        "left": changes.left,
    }


def _dated(terms: dict[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in terms.items()}


class _Merged:
    """What all models mean for one register.

    Args:
        register: its path.
        models: what each was found to mean.
    """

    def __init__(self, register: str, models: list[dict[str, Any]]) -> None:
        self.additions = list(self._additions(register, models))
        why: dict[int, list[str]] = {}
        for model in models:
            for path, number, reason in model["settled"]:
                if path == register:
                    why.setdefault(number, []).append(reason)
        #: How many entries are about models and threats that were loaded.
        self.met = len(why)
        #: Entry -> why it is settled: for every model that it is about.
        self.closures = {number: reasons[0] for number, reasons in why.items() if all(reasons)}

    @staticmethod
    def _additions(register: str, models: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for model in models:
            if model["register"] == register:
                for terms in model["additions"]:
                    days = {key: date.fromisoformat(terms[key]) for key in ("since", "until")}
                    yield {**terms, **days}

    def told(self, entries: int) -> str:
        """What was done, in one line."""
        left = entries - self.met
        text = f"{len(self.additions)} added as open, {len(self.closures)} closed"
        return f"{text}, {left} left alone (other models, packs or several models)" if left else text


def _rewrite(path: Path, before: str, merged: _Merged, today: date) -> None:
    if _digest(path) != before:
        raise EditError("it has changed since this run began, run again")
    place = path.resolve()
    there = place.exists()
    text = place.read_bytes().decode("utf-8") if there else ""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    closures = [Closure(number, today, why) for number, why in merged.closures.items()]
    after = mark + edit(text.removeprefix(mark), merged.additions, closures)
    if not there:
        write_file(place.parent, place.name, after)
        return
    # A file that may not be written could be replaced all the same.
    place.open("r+b").close()
    mode = place.stat().st_mode
    write_file(place.parent, place.name, after)
    place.chmod(mode)


def _digest(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""
    except OSError as error:
        return told(error)


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, EditError) else told(error)
