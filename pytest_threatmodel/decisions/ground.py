"""The ground that decisions stand on, beside the model: the same for all models of a run."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from datetime import date
from typing import Final

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.checks import Checks
from pytest_threatmodel.decisions.gate import Gate
from pytest_threatmodel.decisions.known import Known
from pytest_threatmodel.decisions.policy import Policy
from pytest_threatmodel.decisions.register import Register
from pytest_threatmodel.decisions.unstated import UnstatedFacts
from pytest_threatmodel.library.threat import SEVERITIES
from pytest_threatmodel.library.threat import Severity

#: A changed condition only asks for review for so many days, unless somebody says otherwise.
CONDITION_GRACE: Final = 30
#: A new rule fails after so many days, unless somebody says otherwise.
NEW_RULES_GRACE: Final = 30


@dataclass(frozen=True, slots=True)
class Ground:
    """By what the decisions of a run are judged.

    Args:
        today: the day, in UTC, by which they expire.
        gate: which findings fail, where nobody decided anything.
        register: the decisions that stand beside the models.
        policy: what may weaken the gate; None where nobody limits it.
        known: the findings of earlier runs, which fail nothing; None where nothing is compared.
        unproven: the lowest severity from which on a mitigation fails when tests do not prove it; None where proof is
            not required.
        checks: how decisions are reviewed.
        today_given: whether somebody named the day, rather than the clock.
        unstated: from when on facts that nobody stated fail.
        condition_grace: for how many days a changed condition only asks for review of the decisions on it.
        new_rules_grace: for how many days after its release a new rule fails nothing.
    """

    today: date
    gate: Gate = field(default_factory=Gate)
    register: Register = field(default_factory=Register)
    policy: Policy | None = None
    known: Known | None = None
    unproven: Severity | None = None
    checks: Checks = field(default_factory=Checks)
    today_given: bool = False
    unstated: UnstatedFacts = field(default_factory=UnstatedFacts)
    condition_grace: int = CONDITION_GRACE
    new_rules_grace: int = NEW_RULES_GRACE

    def awaits_proof(self, row: Row, column: int) -> bool:
        """Whether a mitigated pair counts as a finding where its controls are not proven.

        Args:
            row: the element.
            column: of the rule.
        """
        if self.unproven is None or row.verdicts[column] is not Verdict.MITIGATED:
            return False
        return SEVERITIES.index(severity(row, column)[0]) <= SEVERITIES.index(self.unproven)

    @property
    def judged_on(self) -> date:
        """The day by which pairs are judged; the first of all where decisions that have expired fail nothing."""
        return self.today if self.checks.action("expired") == "fail" else date.min
