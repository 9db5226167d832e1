"""Improvements in words: `"Web Server": controls.validatesInput = True closes 9 findings, 3 of them high`."""

from __future__ import annotations

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.improve import Improvement
from pytest_threatmodel.analysis.wording import assignment
from pytest_threatmodel.analysis.wording import owner_of
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.labels import escape


class ImprovementText:
    """Words the improvements of one model; how the author calls its variables is not known, so elements have labels.

    Args:
        verdicts: for the labels.
    """

    def __init__(self, verdicts: Verdicts) -> None:
        self._labels = {id(element): label for label, element in verdicts.labels.items()}

    def line(self, improvement: Improvement) -> str:
        """The changes and what they do, on one line."""
        return f"{self.changes(improvement)} {self.does(improvement)}"

    def changes(self, improvement: Improvement) -> str:
        """What to write: `"Web Server": controls.validatesInput = True`."""
        parts = [f'"{self.label(owner_of(each.record))}": {assignment(each)}' for each in improvement.changes]
        return parts[0] if len(parts) == 1 else f"{' and '.join(parts)} together"

    def does(self, improvement: Improvement) -> str:
        """What becomes of the model: "closes 9 findings, 3 of them high"."""
        verb = "closes" if len(improvement.changes) == 1 else "close"
        number, worst = len(improvement.closes), improvement.worst
        if number == 1:
            text = f"{verb} 1 {worst} finding"
        elif improvement.of_worst == number:
            text = f"{verb} {number} findings, all {worst}"
        else:
            text = f"{verb} {number} findings, {improvement.of_worst} of them {worst}"
        opened = len(improvement.opens)
        return f"{text}, and {verb.replace('close', 'open')} {opened}" if opened else text

    def label(self, element: Element) -> str:
        """The label of an element; the name of one that the model does not show."""
        return self._labels.get(id(element)) or escape(element.name)
