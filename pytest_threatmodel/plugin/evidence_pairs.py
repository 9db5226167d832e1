"""The pairs of one model that need evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.decisions.evidence import Carriers
from pytest_threatmodel.decisions.evidence import ControlKey
from pytest_threatmodel.decisions.evidence import Lost
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.decisions.judge import Outcome
from pytest_threatmodel.decisions.ledger import Ledger
from pytest_threatmodel.decisions.settle import settle
from pytest_threatmodel.plugin.evidence_options import EvidenceSettings

if TYPE_CHECKING:
    from pytest_threatmodel.plugin.collect import ThreatModelFile


class ModelProofs:
    """Settles the mitigated pairs of a model by its ledger.

    Args:
        file: the model.
        ledger: of the model.
        settings: of evidence.
        ground: by which pairs are judged.
    """

    def __init__(self, file: ThreatModelFile, ledger: Ledger, settings: EvidenceSettings, ground: Ground) -> None:
        self._file = file
        self._ledger = ledger
        self._settings = settings
        self._ground = ground
        # Where proof is not required it is shown for the same pairs.
        self._concerns = replace(ground, unproven=settings.lowest)
        self._carriers = Carriers(file.verdicts)

    def concerns(self, row: Row, column: int) -> bool:
        """Whether a pair needs proof."""
        return self._concerns.awaits_proof(row, column)

    def carrying(self, row: Row, column: int) -> frozenset[ControlKey]:
        """The controls on which a pair's mitigation may rest."""
        return self._carriers.carrying(row, column)

    def settle(self, row: Row, column: int) -> tuple[Outcome, Lost | None]:
        """Judge a pair by what is known now."""
        lost = self._lost(row, column)
        return settle(self._file.decided, self._ground, row, column, lost), lost

    def _lost(self, row: Row, column: int) -> Lost | None:
        lost = self._carriers.lost(row, column, self._ledger.proof)
        if lost is None or not self._settings.required:
            return lost
        return replace(lost, reopens=lost.state == "unproven" or self._settings.fail_partial)

    def settle_all(self) -> None:
        """Judge all pairs, also those that did not run here; where proof is not required, note what lacks it."""
        for row, column in self._file.verdicts.pairs():
            if not self.concerns(row, column):
                continue
            if self._settings.required:
                self.settle(row, column)
                continue
            lost = self._lost(row, column)
            if lost is not None:
                self._file.decided.unproven[row.rules[column].threat.id, row.label] = lost

    def figures(self) -> dict[str, Any]:
        """The controls that carry mitigations, and the pairs that lack proof; plain data, as xdist demands."""
        controls: dict[ControlKey, None] = {}
        for row, column in self._file.verdicts.pairs():
            if self.concerns(row, column):
                controls.update(dict.fromkeys(sorted(self.carrying(row, column))))
        lost = self._file.decided.unproven.values()
        return {
            "carrying": [list(control) for control in controls],
            "reopened": sum(each.reopens for each in lost),
            "not reopened": sum(not each.reopens for each in lost),
        }
