"""The test items: one a pair, and one for the decisions of a file that are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pytest

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.analysis.explain import explain
from pytest_threatmodel.analysis.text import explanation_lines
from pytest_threatmodel.analysis.text import short_text
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.decision import MARKS
from pytest_threatmodel.decisions.decision import DecisionError
from pytest_threatmodel.decisions.decision import read_decision
from pytest_threatmodel.decisions.evidence import Lost
from pytest_threatmodel.decisions.facts import lapses
from pytest_threatmodel.decisions.judge import FAILED
from pytest_threatmodel.decisions.judge import PASSED
from pytest_threatmodel.decisions.judge import Outcome
from pytest_threatmodel.decisions.judge import judge
from pytest_threatmodel.decisions.matching import PairKey
from pytest_threatmodel.model.origin import Place
from pytest_threatmodel.plugin.failure import FailureText
from pytest_threatmodel.plugin.junit import properties
from pytest_threatmodel.plugin.session import run_key

if TYPE_CHECKING:
    from pytest_threatmodel.plugin.collect import ThreatModelFile


class ThreatFinding(Exception):
    """A threat applies to an element and is not controlled."""


class RuleError(Exception):
    """A threat's condition could not be evaluated."""


class DecisionFailure(Exception):
    """A decision is wrong, or no longer needed."""


class ThreatItem(pytest.Item):
    """One threat on one element.

    Args:
        row: the element with its verdicts.
        column: which of the row's rules this is.
    """

    parent: ThreatModelFile
    #: For plugins that look for a test's function.
    obj = None

    #: What is missing where the pair is mitigated and its controls are not proven: then it counts as a finding.
    lost: Lost | None = None
    _properties: list[tuple[str, object]] | None = None
    _has_sections = False

    def __init__(self, *, row: Row, column: int, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.row = row
        self.column = column
        rule = row.rules[column]
        verdict = row.verdicts[column]
        known = self.parent.decided.outcomes.get((rule.threat.id, row.label))
        self.outcome = known or (FAILED if verdict in (Verdict.VULNERABLE, Verdict.ERROR) else PASSED)
        #: How many marks the outcome put on the pair, which stand first.
        self._own_marks = self._mark(self.outcome)
        for mark in self.parent.decided.plain.get(row.label, ()):
            self.add_marker(mark)
        # pytest asks for it several times an item; reportinfo, path and name are worked out once.
        self.__dict__["location"] = (self.parent.shown_path, self._line(), self.name)

    def is_untouched(self) -> bool:
        """Whether every mark on the pair itself comes from its decision, and nobody added to its report."""
        return len(self.own_markers) == self._own_marks and not self._has_sections

    def add_report_section(self, when: str, key: str, content: str) -> None:
        """Add to the report, as other plugins do."""
        super().add_report_section(when, key, content)
        self._has_sections = True

    @property
    def verdict(self) -> Verdict:
        """What the threat means for the element; a mitigation that must be proven and is not, is none."""
        return self.row.verdicts[self.column] if self.lost is None else Verdict.VULNERABLE

    def is_of(self, patterns: tuple[str, ...]) -> bool:
        """Whether the threat is one of these ids or patterns, or stands for one of these ids now."""
        from pytest_threatmodel.plugin.collect import matches

        threat = self.row.rules[self.column].threat
        replaced = self.parent.verdicts.rulebook.library.replaced if threat.replaces else ()
        return matches(threat.id, patterns) or any(old in replaced and old in patterns for old in threat.replaces)

    def _mark(self, outcome: Outcome) -> int:
        """Let pytest itself skip the pair or expect its failure; gives the number of marks."""
        if outcome.result == "skipped":
            super().add_marker(pytest.mark.skip(reason=outcome.reason), append=False)
        elif outcome.result == "xfailed":
            mark = pytest.mark.xfail(reason=outcome.reason, raises=ThreatFinding, strict=True)
            super().add_marker(mark, append=False)
        else:
            return 0
        return 1

    def add_marker(self, marker: str | pytest.MarkDecorator, append: bool = True) -> None:
        """Add a mark, as a conftest does; one that decides is judged at once."""
        super().add_marker(marker, append)
        plain = getattr(marker, "mark", None)
        if getattr(plain, "name", None) in MARKS:
            self._decide(plain)

    def _decide(self, mark: Any) -> None:
        try:
            decision = read_decision(mark, Place(str(self.path), self._line() + 1))
            if not matches_pair(decision.threats, decision.element, self):
                return
            lapsed = lapses(decision, self.row.element)
        except DecisionError as error:
            outcome = Outcome("failed", str(error))
        else:
            today = self.config.stash[run_key].ground.judged_on
            outcome = judge(self.verdict, decision, today=today, lapsed=lapsed)
            if not decision.excludes and self.config.stash[run_key].ground.awaits_proof(self.row, self.column):
                self.parent.decided.waiting[self.key] = decision, False
                self.parent.decided.lapsed[self.key] = lapsed
        self.parent.decided.outcomes[self.key] = outcome
        self.take(outcome)

    @property
    def key(self) -> PairKey:
        """The pair, as decisions know it."""
        return self.row.rules[self.column].threat.id, self.row.label

    def take(self, outcome: Outcome, lost: Lost | None = None) -> None:
        """Have another outcome than the one that stood when the pair was collected.

        Args:
            outcome: that counts now.
            lost: what is missing for the mitigation to hold.
        """
        del self.own_markers[: self._own_marks]
        self.outcome, self.lost = outcome, lost
        self._own_marks = self._mark(outcome)

    def iter_markers_with_node(self, name: str | None = None) -> Iterator[tuple[Any, pytest.Mark]]:
        """The marks of pair, file and folders, the `threat` marks made when somebody asks.

        An xfail from further up counts only for findings: on a pair that passes it would be an XPASS.
        """
        if name in (None, "threat"):
            for mark in self._threat_marks():
                yield self, mark
        for node, mark in super().iter_markers_with_node(name):
            if mark.name != "xfail" or self.verdict in (Verdict.VULNERABLE, Verdict.ERROR):
                yield node, mark

    def _threat_marks(self) -> Iterator[pytest.Mark]:
        """One mark for each combination, since -m compares plain values and never lists."""
        threat = self.row.rules[self.column].threat
        rating, _ = severity(self.row, self.column)
        for stride, cwe in product(threat.stride or (None,), threat.cwe or (None,)):
            yield pytest.mark.threat(
                id=threat.id,
                element=self.row.label,
                kind=self.row.element.kind(),
                severity=rating,
                stride=stride,
                cwe=cwe,
                pack=threat.pack,
            ).mark

    @property
    def user_properties(self) -> list[tuple[str, object]]:
        """The JUnit properties of the pair, made when a report asks."""
        if self._properties is None:
            self._properties = properties(self)
        return self._properties

    @user_properties.setter
    def user_properties(self, value: list[tuple[str, object]]) -> None:
        # pytest.Item sets an empty list; what is set later, by whomever, stays.
        self._properties = value or None

    def runtest(self) -> None:
        if self.verdict is Verdict.ERROR:
            raise RuleError
        if self.verdict is Verdict.VULNERABLE:
            raise ThreatFinding
        if self.outcome.result == "failed":
            raise DecisionFailure

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if not isinstance(excinfo.value, ThreatFinding | RuleError | DecisionFailure):
            return super().repr_failure(excinfo, style)
        return self.failure()

    def failure(self) -> FailureText:
        """The text of the failure, made when somebody looks."""
        return FailureText(
            self._failure_text,
            self._failure_line,
            str(self.path),
            self._line() + 1,
            one_line=in_one_line(self.config),
        )

    def _lead(self) -> str:
        """What a failure says before the rest: the decision that does not hold, or that the rule failed."""
        if self.verdict is Verdict.ERROR and not self.outcome.reason:
            return "rule error"
        return self.outcome.reason if self.outcome.result == "failed" else ""

    def _failure_text(self) -> str:
        explanation = explain(self.parent.verdicts, self.row, self.column)
        lines = explanation_lines(explanation, lead=self._lead())
        if self.lost is not None:
            threat = self.row.rules[self.column].threat.id
            lines.append(f'fix   let tests prove it, or decide: accept("{threat}", reason=..., owner=..., until=...)')
        return "\n".join(lines)

    def _failure_line(self) -> str:
        explanation = explain(self.parent.verdicts, self.row, self.column, outline=True)
        return ": ".join(filter(None, (self._lead(), short_text(explanation))))

    def _line(self) -> int:
        """The line in the model file that makes the element, counted from 0."""
        place = self.row.element.place
        return place.line - 1 if place.file == str(self.path) else 0

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self._line(), self.name


def matches_pair(threats: tuple[str, ...], element: str, item: ThreatItem) -> bool:
    """Whether a decision that was put on an item reaches its pair."""
    from pytest_threatmodel.plugin.collect import matches

    return item.is_of(threats) and matches(item.row.label, (element,))


def in_one_line(config: pytest.Config) -> bool:
    """Whether failures are shown in one line each."""
    return bool(config.getoption("tbstyle", "auto") == "line")


def mark_report(report: pytest.TestReport) -> None:
    """Let the controller of xdist, which has no items, know that the report is a pair's."""
    report.threatmodel = True  # type: ignore[attr-defined]  # reports may carry attributes of plugins


def is_marked(report: pytest.TestReport) -> bool:
    """Whether the report is a pair's."""
    return getattr(report, "threatmodel", False)


class DecisionsItem(pytest.Item):
    """What is wrong with a model file's decisions, or is missing for any, as one failing test.

    Args:
        problems: each a line.
    """

    obj = None

    def __init__(self, *, problems: tuple[str, ...], **keywords: Any) -> None:
        super().__init__(**keywords)
        self.problems = problems

    def runtest(self) -> None:
        raise DecisionFailure

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if not isinstance(excinfo.value, DecisionFailure):
            return super().repr_failure(excinfo, style)
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        return FailureText(
            lambda: "\n".join(self.problems),
            lambda: f"{self.problems[0]}{more}",
            str(self.path),
            1,
            one_line=in_one_line(self.config),
        )

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.name
