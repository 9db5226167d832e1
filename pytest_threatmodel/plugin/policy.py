"""The policy in a run: an item for each model, lines in the closing section, and an exit code that `-k` cannot mend."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import pytest

from pytest_threatmodel.decisions.policy import Policy
from pytest_threatmodel.decisions.policy_check import RunFacts
from pytest_threatmodel.decisions.policy_check import model_violations
from pytest_threatmodel.decisions.policy_check import run_violations
from pytest_threatmodel.plugin.failure import FailureText
from pytest_threatmodel.plugin.item import in_one_line
from pytest_threatmodel.plugin.session import Run
from pytest_threatmodel.plugin.session import run_key
from pytest_threatmodel.plugin.weakenings import changed_packs

if TYPE_CHECKING:
    from pytest_threatmodel.plugin.collect import ThreatModelFile

#: Under which the controller tells workers whether all models are collected.
_NARROWED: Final = "threatmodel_narrowed"
#: Where it is kept in a process.
_narrowed_key = pytest.StashKey[str]()


class PolicyViolation(Exception):
    """A model or the run does what the policy does not allow."""


class PolicyItem(pytest.Item):
    """What a model file does against the policy, as one test; the run as a whole belongs to the first model.

    Args:
        policy: of the run; the item passes where nothing is violated.
    """

    parent: ThreatModelFile
    obj = None
    _found: list[str] | None = None

    def __init__(self, *, policy: Policy, **keywords: Any) -> None:
        super().__init__(**keywords)
        self._policy = policy

    def iter_markers_with_node(self, name: str | None = None) -> Iterator[tuple[Any, pytest.Mark]]:
        """Its own marks alone: a file that marks itself `skip` does not switch the policy off."""
        return ((self, mark) for mark in self.own_markers if name in (None, mark.name))

    def runtest(self) -> None:
        # Not at collection: conftest files decide after it.
        self._found = violations(self._policy, self.parent, self.config.stash[run_key])
        if self._found:
            raise PolicyViolation

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        found = self._found
        if not isinstance(excinfo.value, PolicyViolation) or not found:
            return super().repr_failure(excinfo, style)
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        return FailureText(
            lambda: "\n".join(found),
            lambda: f"{found[0]}{more}",
            str(self.path),
            1,
            one_line=in_one_line(self.config),
        )

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.name


def violations(policy: Policy, file: ThreatModelFile, run: Run) -> list[str]:
    """What a model file violates; the first that was collected also answers for the run.

    Args:
        policy: of the run.
        file: after its decisions were judged.
        run: after all files were collected.
    """
    first = next(iter(run.collected.values()), None) is file
    packs = [pack.name for pack in run.library.packs]
    marks = file.own_markers
    return [
        *(violations_of_run(policy, run, file.config) if first else ()),
        *model_violations(policy, run.ground, file.verdicts, file.decided, file_marks=marks, run_packs=packs),
    ]


def violations_of_run(policy: Policy, run: Run, config: pytest.Config) -> list[str]:
    """What the run violates as a whole."""
    left_out, replaced = changed_packs(run)
    models = [(path, file.model.key) for path, file in run.collected.items()]
    facts = RunFacts(
        packs=[pack.name for pack in run.library.packs],
        left_out=left_out,
        replaced=replaced,
        exclude=run.settings.exclude,
        # Files that cannot be loaded are errors already.
        models=None if config.stash.get(_narrowed_key, "") else [*models, *((path, "") for path in run.unloaded)],
    )
    return run_violations(policy, run.ground, facts)


class PolicyOfRun:
    """Holds a run to its policy where no item can: with no model, and where its items were not selected."""

    def __init__(self, config: pytest.Config, policy: Policy) -> None:
        self._config = config
        self._policy = policy
        self._run = config.stash[run_key]
        self._failed = False
        sent = getattr(config, "workerinput", None)
        config.stash[_narrowed_key] = _narrowed(config) if sent is None else sent.get(_NARROWED, "")

    def pytest_report_header(self) -> str:
        return f"threat model policy: {self._policy.name}"

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        # A worker gets its paths from the controller, and cannot tell whether somebody typed them.
        node.workerinput[_NARROWED] = self._config.stash[_narrowed_key]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if hasattr(self._config, "workerinput"):
            return
        fine = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        if fine and any(found for _, found in self._violations()):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            self._failed = True

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say why a quiet run fails that shows no failing test; others have the closing section."""
        if self._failed and self._config.get_verbosity() < 0:
            for line in self.lines():
                terminalreporter.line(line, red=True)

    def lines(self) -> Iterator[str]:
        """What the closing section says."""
        narrowed = self._config.stash[_narrowed_key]
        if self._policy.required_models and narrowed:
            yield f"policy: required models are not looked for, as {narrowed}"
        for file, found in self._violations():
            if not file:
                yield from (f"policy: {text}" for text in found)
            elif found:
                yield f"policy: {len(found)} violation{'s' * (len(found) > 1)}, see {file}::policy"

    def _violations(self) -> Iterable[tuple[str, list[str]]]:
        """Model file and what it violates; without a model, what the run does."""
        if not self._run.summaries:
            return [("", violations_of_run(self._policy, self._run, self._config))]
        return [(each["file"], each["policy"]) for each in self._run.summaries]


def _narrowed(config: pytest.Config) -> str:
    """Why this run may leave models out that a whole run collects; empty for a whole run."""
    if config.getoption("lf", False):
        return "--lf runs what failed last"
    source = pytest.Config.ArgsSource
    if config.args_source is source.TESTPATHS:
        return ""
    if config.getoption("pyargs", False):
        return "the command line names packages"
    root = (config.inipath.parent if config.inipath is not None else config.rootpath).resolve()
    start = config.invocation_params.dir
    if any("::" not in arg and root.is_relative_to((start / arg).resolve()) for arg in config.args):
        return ""
    typed = config.args_source is source.ARGS
    return "the command line names paths" if typed else "pytest was started below the folder of its ini file"
