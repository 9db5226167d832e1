"""Evidence in a run: tests that prove controls run before the pairs that need them, and settle their outcome."""

from __future__ import annotations

from collections.abc import Generator
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import pytest

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.decisions.evidence import Carriers
from pytest_threatmodel.decisions.evidence import ControlKey
from pytest_threatmodel.decisions.evidence import Lost
from pytest_threatmodel.decisions.evidence import Proof
from pytest_threatmodel.decisions.judge import Outcome
from pytest_threatmodel.decisions.ledger import Ledger
from pytest_threatmodel.decisions.settle import settle
from pytest_threatmodel.plugin import evidence_options
from pytest_threatmodel.plugin.evidence_claims import Claims
from pytest_threatmodel.plugin.evidence_claims import Reader
from pytest_threatmodel.plugin.evidence_options import EvidenceSettings
from pytest_threatmodel.plugin.item import ThreatItem
from pytest_threatmodel.plugin.session import run_key
from pytest_threatmodel.plugin.summary import summary

if TYPE_CHECKING:
    from pytest_threatmodel.plugin.collect import ThreatModelFile


DISTRIBUTED: Final = (
    "ini setting threatmodel_evidence = require: with several workers none knows what the tests of the others prove. "
    "Run with -n 0"
)


def register(config: pytest.Config) -> None:
    """Look at evidence in this run.

    Raises:
        pytest.UsageError: settings are wrong, or the run cannot have what they require.
    """
    settings = evidence_options.read(config)
    run = config.stash[run_key]
    if settings.required:
        if workers(config) > 1:
            raise pytest.UsageError(DISTRIBUTED)
        run.ground = replace(run.ground, unproven=settings.lowest)
    config.pluginmanager.register(Evidence(config, settings))


class Evidence:
    """Reads the claims of tests, notes what becomes of them, and settles the pairs that need them."""

    def __init__(self, config: pytest.Config, settings: EvidenceSettings) -> None:
        self._config = config
        self._run = config.stash[run_key]
        self._settings = settings
        self._claims = Claims()
        self._words: dict[str, str] = {}
        self._ledger = Ledger()
        self._carriers: dict[ThreatModelFile, Carriers] = {}

    # First, and registered last, so that nobody orders the items after it.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None, object, object]:
        collected = [item for item in items if type(item) is not ThreatItem]
        result = yield
        narrowed = is_narrowed(config)
        complete = not narrowed and not self._run.unloaded
        reader = Reader(self._run.collected, complete=complete, cap=self._settings.cap)
        self._claims = reader.read(collected)
        selected = {item.nodeid for item in items}
        away = {claim.test for claim in self._claims.all if claim.test not in selected}
        if not narrowed:
            away -= self._claims.missing.keys()
        self._ledger = Ledger(self._claims.all, self._words, away, narrowed=narrowed)
        if self._settings.required:
            items[:] = self._in_order(items)
        return result

    def _in_order(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """The items, with pairs that stand before their evidence at the end."""
        place = {item.nodeid: number for number, item in enumerate(items)}
        last: dict[tuple[str, ControlKey], int] = {
            key: max(place.get(test, -1) for test in tests) for key, tests in self._ledger.claims.items()
        }
        early = [number for number, item in enumerate(items) if self._is_early(item, number, last)]
        moved = set(early)
        return [item for number, item in enumerate(items) if number not in moved] + [items[number] for number in early]

    def _is_early(self, item: pytest.Item, number: int, last: dict[tuple[str, ControlKey], int]) -> bool:
        if type(item) is not ThreatItem or not self._needs_proof(item.row, item.column):
            return False
        file = item.parent
        controls = self._carriers_of(file).carrying(item.row, item.column)
        return any(last.get((file.shown_path, control), -1) > number for control in controls)

    def _needs_proof(self, row: Row, column: int) -> bool:
        return replace(self._run.ground, unproven=self._settings.lowest).awaits_proof(row, column)

    def _carriers_of(self, file: ThreatModelFile) -> Carriers:
        if file not in self._carriers:
            self._carriers[file] = Carriers(file.verdicts)
        return self._carriers[file]

    # First, and registered last: the short way to run pairs takes the outcome that stands then.
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        if type(item) is ThreatItem and self._settings.required and self._needs_proof(item.row, item.column):
            outcome, lost = self._settle(item.parent, item.row, item.column)
            item.take(outcome, lost if lost is not None and lost.reopens else None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        problem = self._claims.problems.get(item.nodeid)
        if problem is not None:
            pytest.fail(problem, pytrace=False)

    # First, so that whoever reads the report finds the properties in it.
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "setup":
            # A rerun begins anew.
            self._words.pop(report.nodeid, None)
        note(self._words, report)

    def _settle(self, file: ThreatModelFile, row: Row, column: int) -> tuple[Outcome, Lost | None]:
        lost = self._lost(file, row, column)
        return settle(file.decided, self._run.ground, row, column, lost), lost

    def _lost(self, file: ThreatModelFile, row: Row, column: int) -> Lost | None:
        def proof(control: ControlKey) -> Proof:
            return self._ledger.proof(file.shown_path, control)

        lost = self._carriers_of(file).lost(row, column, proof)
        if lost is None or not self._settings.required:
            return lost
        return replace(lost, reopens=lost.state == "unproven" or self._settings.fail_partial)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        for file in self._run.collected.values():
            for row, column in self._pairs(file):
                if self._settings.required:
                    self._settle(file, row, column)
                else:
                    lost = self._lost(file, row, column)
                    if lost is not None:
                        file.decided.unproven[row.rules[column].threat.id, row.label] = lost
        self._run.summaries[:] = [self._summary(file) for file in self._run.collected.values()]

    def _pairs(self, file: ThreatModelFile) -> Iterable[tuple[Row, int]]:
        return ((row, column) for row, column in file.verdicts.pairs() if self._needs_proof(row, column))

    def _summary(self, file: ThreatModelFile) -> dict[str, Any]:
        controls: dict[ControlKey, None] = {}
        for row, column in self._pairs(file):
            controls.update(dict.fromkeys(sorted(self._carriers_of(file).carrying(row, column))))
        proofs = {control: self._ledger.proof(file.shown_path, control) for control in controls}
        unproven = [(control, proof) for control, proof in proofs.items() if proof.state != "proven"]
        lost = file.decided.unproven.values()
        made = summary(file, self._run)
        made["evidence"] = {
            "controls": len(controls),
            "proven": len(controls) - len(unproven),
            "reopened": sum(each.reopens for each in lost),
            "not reopened": sum(not each.reopens for each in lost),
            "required": self._settings.required,
            "missing": [f'"{label}" {name}: {proof.why}' for (label, name), proof in unproven],
        }
        return made


def workers(config: pytest.Config) -> int:
    """Among how many workers xdist distributes the tests; 0 for none."""
    given: dict[str, object] | None = getattr(config, "workerinput", None)
    if given is not None:
        return int(str(given.get("workercount", 1)))
    tx: list[str] | None = config.getoption("tx", None)
    return len(tx or ()) if config.getoption("dist", "no") != "no" else 0


def note(words: dict[str, str], report: pytest.TestReport) -> None:
    """Note what became of a test: the worst of its phases.

    Args:
        words: node id -> what became of it.
        report: of one phase.
    """
    before = words.get(report.nodeid)
    if before not in (None, "passed"):
        return
    expected = hasattr(report, "wasxfail")
    if report.skipped:
        words[report.nodeid] = "xfailed" if expected else "skipped"
    elif not report.passed:
        words[report.nodeid] = "failed"
    elif report.when == "call":
        words[report.nodeid] = "xpassed" if expected else "passed"


def is_narrowed(config: pytest.Config) -> bool:
    """Whether tests may exist that were not even collected: files or node ids were named, or failures asked for."""
    if config.getoption("lf", False) or config.getoption("stepwise", False):
        return True
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        return False
    folder = config.invocation_params.dir
    return any("::" in name or (folder / name).is_file() for name in config.args)
