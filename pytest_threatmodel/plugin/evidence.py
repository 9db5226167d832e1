"""Evidence in a run: tests that prove controls run before the pairs that need them, and settle their outcome."""

from __future__ import annotations

import json
from collections.abc import Generator
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import pytest

from pytest_threatmodel.decisions.earlier import fingerprint
from pytest_threatmodel.decisions.earlier import read_earlier
from pytest_threatmodel.decisions.evidence import Claim
from pytest_threatmodel.decisions.evidence import ControlKey
from pytest_threatmodel.decisions.junit_evidence import OUTCOME
from pytest_threatmodel.decisions.ledger import Ledger
from pytest_threatmodel.plugin import evidence_options
from pytest_threatmodel.plugin.evidence_claims import Claims
from pytest_threatmodel.plugin.evidence_claims import Reader
from pytest_threatmodel.plugin.evidence_junit import commit
from pytest_threatmodel.plugin.evidence_junit import tell_junit
from pytest_threatmodel.plugin.evidence_options import EvidenceSettings
from pytest_threatmodel.plugin.evidence_pairs import ModelProofs
from pytest_threatmodel.plugin.item import ThreatItem
from pytest_threatmodel.plugin.session import EVIDENCE
from pytest_threatmodel.plugin.session import run_key
from pytest_threatmodel.plugin.summary import summary

if TYPE_CHECKING:
    from pytest_threatmodel.plugin.collect import ThreatModelFile
    from pytest_threatmodel.snapshot.shape import ProofShape
    from pytest_threatmodel.snapshot.shape import Snapshot


DISTRIBUTED: Final = (
    "ini setting threatmodel_evidence = require: with several workers none knows what the tests of the others prove. "
    "Run the tests first with -o threatmodel_evidence=report --junitxml=evidence.xml, "
    "then with --threatmodel-evidence-from=evidence.xml; or run with -n 0"
)


def register(config: pytest.Config) -> None:
    """Look at evidence in this run.

    Raises:
        pytest.UsageError: settings are wrong, or the run cannot have what they require.
    """
    settings = evidence_options.read(config)
    run = config.stash[run_key]
    if settings.required:
        if not settings.earlier and workers(config) > 1:
            raise pytest.UsageError(DISTRIBUTED)
        run.ground = replace(run.ground, unproven=settings.lowest)
    config.pluginmanager.register(Evidence(config, settings), EVIDENCE)


class Evidence:
    """Reads the claims of tests, notes what becomes of them, and settles the pairs that need them."""

    def __init__(self, config: pytest.Config, settings: EvidenceSettings) -> None:
        self._config = config
        self._run = config.stash[run_key]
        self._settings = settings
        self._claims = Claims()
        self._words: dict[str, str] = {}
        self._away: frozenset[str] = frozenset()
        self._narrowed = is_narrowed(config)
        is_told = settings.earlier or config.getoption("xmlpath", None)
        self._commit = commit(config.rootpath) if is_told else ""
        self._earlier = read_earlier(settings.earlier, self._commit, settings.age)
        self._proofs: dict[str, ModelProofs] = {}
        self._digests: dict[str, str] = {}
        self._told: dict[str, list[ProofShape]] = {}

    # First, and registered last, so that nobody orders the items after it.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, object, object]:
        collected = [item for item in items if type(item) is not ThreatItem]
        result = yield
        complete = not self._narrowed and not self._run.unloaded
        self._claims = Reader(self._run.collected, complete=complete, cap=self._settings.cap).read(collected)
        selected = {item.nodeid for item in items}
        away = {claim.test for claim in self._claims.all if claim.test not in selected}
        # A test that a model names and that is not there is only missing where all are collected.
        self._away = frozenset(away if self._narrowed else away - self._claims.missing.keys())
        for shown, file in self._run.collected.items():
            self._proofs[shown] = ModelProofs(file, self._ledger(shown, file), self._settings, self._run.ground)
        if self._settings.required:
            items[:] = self._in_order(items)
        return result

    def _ledger(self, shown: str, file: ThreatModelFile) -> Ledger:
        claims = [claim for claim in self._claims.all if claim.model == shown]
        digest = self._digests[shown] = fingerprint(file.verdicts, file.path.read_bytes())
        return self._ledger_of(shown, digest, claims)

    def _ledger_of(self, model: str, digest: str, claims: list[Claim]) -> Ledger:
        """The ledger of a model; workers, which do not know each other's tests, go by earlier runs alone."""
        return Ledger(
            [*claims, *self._earlier.claims(model, digest)],
            {} if self._settings.required and workers(self._config) > 1 else self._words,
            self._earlier.words(model, digest),
            self._away,
            narrowed=self._narrowed and not self._settings.earlier,
            doubts=self._earlier.doubts(model, digest),
        )

    def _in_order(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """The items, with pairs that stand before their evidence at the end."""
        place = {item.nodeid: number for number, item in enumerate(items)}
        last: dict[tuple[str, ControlKey], int] = {}
        for claim in self._claims.all:
            key = (claim.model, claim.control)
            last[key] = max(last.get(key, -1), place.get(claim.test, -1))
        early = [number for number, item in enumerate(items) if self._is_early(item, number, last)]
        moved = set(early)
        return [item for number, item in enumerate(items) if number not in moved] + [items[number] for number in early]

    def _is_early(self, item: pytest.Item, number: int, last: dict[tuple[str, ControlKey], int]) -> bool:
        if not last or type(item) is not ThreatItem:
            return False
        shown, proofs = item.parent.shown_path, self._proofs[item.parent.shown_path]
        if not proofs.concerns(item.row, item.column):
            return False
        return any(last.get((shown, control), -1) > number for control in proofs.carrying(item.row, item.column))

    # First, and registered last: the short way to run pairs takes the outcome that stands then.
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        if type(item) is not ThreatItem or not self._settings.required:
            return
        proofs = self._proofs[item.parent.shown_path]
        if proofs.concerns(item.row, item.column):
            outcome, lost = proofs.settle(item.row, item.column)
            item.take(outcome, lost if lost is not None and lost.reopens else None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        problem = self._claims.problems.get(item.nodeid)
        if problem is not None:
            pytest.fail(problem, pytrace=False)

    # First, so that whoever reads the report finds the outcome in it.
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "setup":
            # A rerun begins anew.
            self._words.pop(report.nodeid, None)
        note(self._words, report)
        if report.when == "teardown" and report.nodeid in self._claims.tests:
            word = self._words.get(report.nodeid, "failed")
            report.user_properties.append((OUTCOME, json.dumps([report.nodeid, word])))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        run = self._run
        if not self._config.pluginmanager.hasplugin("dsession"):
            for proofs in self._proofs.values():
                # Of several workers none knows what the tests of the others prove.
                if self._settings.required or workers(self._config) < 2:
                    proofs.settle_all()
            run.summaries[:] = [self._summary(file) for file in run.collected.values()]
        if not hasattr(self._config, "workerinput"):
            for each in run.summaries:
                self._tell(each["evidence"], each["file"])
            tell_junit(self._config, self._commit, run.summaries)

    def _summary(self, file: ThreatModelFile) -> dict[str, Any]:
        made = summary(file, self._run)
        made["evidence"] = {
            **self._proofs[file.shown_path].figures(),
            "digest": self._digests[file.shown_path],
            "claims": [[claim.test, *claim.control] for claim in self._claims.all if claim.model == file.shown_path],
            "away": sorted(self._away),
        }
        return made

    def _tell(self, figures: dict[str, Any], model: str) -> None:
        """Add what is proven, where the outcomes of all tests are known."""
        if self._config.pluginmanager.hasplugin("dsession"):
            self._away = frozenset(figures["away"])
        claims = [Claim(test, model, (label, control)) for test, label, control in figures["claims"]]
        ledger = self._ledger_of(model, figures["digest"], claims)
        shapes = [_shape(ledger, (label, name)) for label, name in figures["carrying"]]
        figures["missing"] = [f'"{each["element"]}" {each["control"]}: {each["why"]}' for each in shapes if each["why"]]
        self._told[model.replace("\\", "/")] = shapes

    def put_on(self, snapshots: Iterable[Snapshot]) -> None:
        """Add to snapshots what is proven.

        Args:
            snapshots: of the models.
        """
        for each in snapshots:
            each["proofs"] = self._told.get(each["model"]["file"], [])


def _shape(ledger: Ledger, control: ControlKey) -> ProofShape:
    label, name = control
    proof = ledger.proof(control)
    tests = list(ledger.claims.get(control, ()))
    return {"element": label, "control": name, "state": proof.state, "why": proof.why, "tests": tests}


def workers(config: pytest.Config) -> int:
    """Among how many workers xdist distributes the tests; 0 for none."""
    given: dict[str, object] | None = getattr(config, "workerinput", None)
    if given is not None:
        return int(str(given.get("workercount", 1)))
    if config.getoption("dist", "no") == "no":
        return 0
    # "3*popen" are three.
    counts = (text.partition("*")[0] for text in config.getoption("tx", None) or ())
    return sum(int(count) if count.isdecimal() else 1 for count in counts)


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
