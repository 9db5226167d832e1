"""The terminal: a header line with packs and threats, and the closing section with the models."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from itertools import groupby
from typing import Any
from typing import Final

import pytest

from pytest_threatmodel.analysis.lint import lint_lines
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.plugin.compare import told
from pytest_threatmodel.plugin.session import POLICY
from pytest_threatmodel.plugin.session import run_key
from pytest_threatmodel.plugin.weakenings import bounded
from pytest_threatmodel.plugin.weakenings import lines as weakened
from pytest_threatmodel.plugin.weakenings import of_run

#: How many places of resolved findings are named.
_NAMED: Final = 3
#: So many controls without proof are named for each model.
_MISSING: Final = 5


class Terminal:
    """Writes header and closing section; fails a run that should have collected a model and did not."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._run = config.stash[run_key]

    def pytest_report_header(self) -> list[str]:
        lines = [f"threat models: {len(self._run.library)} threats from {_packs(self._run.library.packs)}"]
        later, version = self._run.library.later, self._run.settings.library
        if version:
            lines.append(f"threat models: {_many(later, 'later threat')} left out, threatmodel_library = {version}")
        if self._run.ground.today_given:
            lines.append(f"threat models: decisions are judged by {self._run.ground.today}, --threatmodel-today")
        return lines

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        controls = not hasattr(self._config, "workerinput")
        missing = self._run.settings.required and not self._run.summaries
        if controls and missing and exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._config.get_verbosity() < 0:
            return
        verbose = self._config.get_verbosity() > 0
        lines = closing_lines(self._run.summaries, list(self._run.unloaded), self._run.excluded, verbose=verbose)
        if self._run.summaries:
            lines += weakened(bounded(of_run(self._run)), verbose)
        linted = [each["lint"] for each in self._run.summaries if each["lint"]]
        lines += lint_lines(linted, every=verbose) if linted else ()
        lines += told(self._run.ground.known, (each["file"] for each in self._run.summaries))
        if not self._run.summaries and self._run.settings.required:
            lines.append("threatmodel_required is set: a run without a model fails")
        policy = self._config.pluginmanager.get_plugin(POLICY)
        lines += policy.lines() if policy is not None else ()
        if self._config.get_verbosity() > 1:
            lines += [f"standard protocol for pairs: {reason}" for reason in self._run.standard_protocol]
        terminalreporter.section("threat model", blue=True)
        for line in lines:
            terminalreporter.line(line)


def closing_lines(
    summaries: list[dict[str, Any]], unloaded: list[str], excluded: int, *, verbose: bool = False
) -> list[str]:
    """The closing section: a few lines a model, or why there is none.

    Args:
        summaries: of `summary.summary`.
        unloaded: the files that could not be loaded.
        excluded: how many pairs were deselected.
        verbose: with the details of what is only counted otherwise.
    """
    if not summaries and not unloaded:
        return ["no model collected: model files are named threatmodel_*.py, or as ini threatmodel_files says"]
    lines = [line for each in summaries for line in _model_lines(each, verbose)]
    lines += [f"{file}: could not be loaded" for file in unloaded]
    if excluded:
        lines.append(f"{_many(excluded, 'pair')} deselected by --threatmodel-exclude")
    return lines


def _packs(packs: Iterable[Pack]) -> str:
    """The packs in order; those of one version say it once: `core, llm, web 1.0, acme 2.1`."""
    groups = groupby(packs, key=lambda pack: pack.version)
    return ", ".join(f"{', '.join(pack.name for pack in group)} {version}".rstrip() for version, group in groups)


def _model_lines(figures: dict[str, Any], verbose: bool) -> list[str]:
    elements = _many(figures["elements"], "element")
    if figures["out_of_scope"]:
        elements += f" ({figures['out_of_scope']} out of scope)"
    verdicts = _counted(figures["verdicts"]) or "none"
    pairs = _many(figures["pairs"], "pair")
    lines = [
        f"{figures['file']}: {escape(figures['name'])}, {elements}, {pairs}: {verdicts}",
        f"  findings: {_counted(figures['findings']) or 'none'}",
    ]
    if figures["decisions"]:
        lines.append(f"  decisions: {_counted(figures['decisions'])}")
    if figures["resolved"]:
        lines.append(f"  resolved: {_places(figures['resolved'])}; close what the register knows as open")
    lines += _unbound(figures["unbound"], verbose)
    lines += [f"  {line}" for line in weakened(figures["weakenings"], verbose)]
    if figures.get("fixes"):
        lines += ["  what would close most:", *(f"    {fix}" for fix in figures["fixes"])]
    lines += [f"  {line}" for line in figures["comparison"]]
    lines += _evidence_lines(figures.get("evidence"))
    lines += [f"  {line}" for line in figures.get("idle", ())]
    if figures["unstated"]:
        lines += ["  never stated, and how many threats it would settle:"]
        lines += [f"    {escape(each)}" for each in figures["unstated"]]
    return lines + [f"  {notice}" for notice in figures["notices"]]


def _places(places: list[str]) -> str:
    more = f" and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
    return f"{', '.join(places[:_NAMED])}{more}"


def _unbound(unbound: list[str], verbose: bool) -> Iterator[str]:
    """The line that counts the decisions without facts, and under -v which they are."""
    for number, text in enumerate(unbound if verbose else unbound[:1]):
        yield f"    {text}" if number else f"  not bound to facts: {text}"


def _evidence_lines(figures: dict[str, Any] | None) -> list[str]:
    """What tests prove, and what they do not."""
    if figures is None:
        return []
    pairs = [
        f"{_many(figures[key], 'mitigated pair')} {word}"
        for key, word in (("reopened", "re-opened"), ("not reopened", "without proof"))
        if figures.get(key)
    ]
    controls = len(figures["carrying"])
    proven = controls - len(figures["missing"])
    told = ", ".join([f"{proven} of {_many(controls, 'control')} proven", *pairs])
    missing = figures["missing"][:_MISSING]
    more = len(figures["missing"]) - len(missing)
    return [
        f"  evidence: {told}",
        *(f"    {escape(each)}" for each in missing),
        *([f"    and {more} more"] if more else []),
    ]


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {word}" for word, count in counts.items())


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
