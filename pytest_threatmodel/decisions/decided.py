"""What people decided about the pairs of one model, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from datetime import date
from typing import Any

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.evidence import Lost
from pytest_threatmodel.decisions.gate import Gate
from pytest_threatmodel.decisions.judge import Outcome
from pytest_threatmodel.decisions.known import Comparison
from pytest_threatmodel.decisions.matching import PairKey
from pytest_threatmodel.decisions.new_rules import let_pass


@dataclass
class Decided:
    """What people decided about the pairs of one model.

    Attributes:
        outcomes: for every pair whose outcome does not follow from its verdict alone.
        plain: element label -> the plain pytest marks on it.
        problems: what is wrong with the decisions, each a sentence.
        warnings: what does nothing.
        notices: what came with the file of another tool and decides nothing, or is not read; what the review tells.
        made: every decision that was read.
        resolved: the known findings of registers that are findings no more.
        shared: the ids of the register's decisions that count for other models too.
        unneeded: id of such a decision -> what is wrong with it, unless another model needs it, and whether that fails.
        reach: id of a decision that was read -> how many pairs it covers, findings or not.
        unstated: why the model leaves too much open, in lines; none where it does not.
        comparison: with earlier runs, where there is one.
        waiting: mitigated pairs that are findings only where their controls are not proven -> the decision on them, and
            whether it names that one pair.
        lapsed: those of them on which the decision does not hold any more -> why.
        unproven: pairs whose mitigation lacks proof, as far as the run knows.
        new_rules: ids of threats that are new -> the day from which their undecided findings fail.
    """

    outcomes: dict[PairKey, Outcome] = field(default_factory=dict)
    plain: dict[str, list[Any]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    made: list[Decision] = field(default_factory=list)
    resolved: list[Decision] = field(default_factory=list)
    shared: frozenset[int] = frozenset()
    unneeded: dict[int, tuple[str, bool]] = field(default_factory=dict)
    reach: dict[int, int] = field(default_factory=dict)
    unstated: list[str] = field(default_factory=list)
    comparison: Comparison | None = None
    waiting: dict[PairKey, tuple[Decision, bool]] = field(default_factory=dict)
    lapsed: dict[PairKey, str] = field(default_factory=dict)
    unproven: dict[PairKey, Lost] = field(default_factory=dict)
    new_rules: dict[str, date] = field(default_factory=dict)

    def verdict(self, row: Row, column: int) -> Verdict:
        """The verdict that counts: a mitigation that must be proven and is not, is none.

        Args:
            row: the element.
            column: of the rule.
        """
        lost = self.unproven.get((row.rules[column].threat.id, row.label)) if self.unproven else None
        return row.verdicts[column] if lost is None or not lost.reopens else Verdict.VULNERABLE

    def softens(self, gate: Gate, row: Row, column: int, file: str) -> str:
        """Why an undecided finding does not fail; empty where it does.

        Args:
            gate: from which severity on findings fail.
            row: the element.
            column: of the rule.
            file: the path of the model.

        Raises:
            ModelError: an override names no severity.
        """
        first = self.new_rules.get(row.rules[column].threat.id) if self.new_rules else None
        return gate.softens(row, column, file) or ("" if first is None else let_pass(first))

    def passes_as_new(self, pair: PairKey) -> date | None:
        """The day from which a finding fails that passes as its rule is new; None for others."""
        first, outcome = self.new_rules.get(pair[0]), self.outcomes.get(pair)
        if first is None or outcome is None or outcome.result != "xfailed" or outcome.decision is not None:
            return None
        return first if outcome.reason == let_pass(first) else None
