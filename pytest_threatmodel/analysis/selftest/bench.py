"""The bench on which threats are checked: a library bound to its kinds, and the examples as built models."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pytest_threatmodel.analysis.examples import ExampleError
from pytest_threatmodel.analysis.examples import build_example
from pytest_threatmodel.analysis.records import Record
from pytest_threatmodel.analysis.records import make_records
from pytest_threatmodel.analysis.rulebook import Rule
from pytest_threatmodel.analysis.rulebook import Rulebook
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.threat import Example
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model.element import Element


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One example of a threat, built.

    Args:
        name: as messages have it: "vulnerable example 2".
        wanted: whether the threat must fire on it.
        example: as the pack states it.
        element: that it describes.
        record: what the rule sees.
    """

    name: str
    wanted: bool
    example: Example
    element: Element
    record: Record


class Bench:
    """Everything that the checks of a library share; examples are built once.

    Args:
        library: whose threats are checked.
        own: kinds of elements that a model's author made.
    """

    def __init__(self, library: Library, own: Iterable[type[Element]] = ()) -> None:
        self.library: Final = library
        self.rulebook: Final = Rulebook(library)
        self._own = tuple(own)
        self._cases: dict[str, tuple[list[Case], dict[str, str]]] = {}

    def rule(self, threat: Threat) -> Rule:
        """The threat with its compiled condition."""
        rules = self.rulebook.rules_for(threat.targets[0])
        return next(rule for rule in rules if rule.threat.id == threat.id)

    def cases(self, threat: Threat) -> list[Case]:
        """The examples of a threat that describe an element of its kinds."""
        return self._built(threat)[0]

    def unusable(self, threat: Threat) -> dict[str, str]:
        """The examples that describe none, and why."""
        return self._built(threat)[1]

    def cases_of_kind(self, threat: Threat, kind: str) -> list[Case]:
        """The examples of a threat that are of a kind, or of a special case of it."""
        kinds = self.library.vocabulary.kinds
        return [case for case in self.cases(threat) if kind in kinds[case.example.kind].bases]

    def _built(self, threat: Threat) -> tuple[list[Case], dict[str, str]]:
        if threat.id not in self._cases:
            self._cases[threat.id] = self._build(threat)
        return self._cases[threat.id]

    def _build(self, threat: Threat) -> tuple[list[Case], dict[str, str]]:
        cases, unusable = [], {}
        for wanted, word, examples in ((True, "vulnerable", threat.vulnerable), (False, "safe", threat.safe)):
            for number, example in enumerate(examples, start=1):
                name = f"{word} example {number}"
                try:
                    cases.append(self._case(threat, name, wanted, example))
                except ExampleError as error:
                    unusable[name] = str(error)
        return cases, unusable

    def _case(self, threat: Threat, name: str, wanted: bool, example: Example) -> Case:
        element, record = self.build(example)
        bases = self.library.vocabulary.kinds[element.kind()].bases
        if set(bases).isdisjoint(threat.targets):
            raise ExampleError(f"{element.kind()} is no target of the threat")
        return Case(name, wanted, example, element, record)

    def build(self, example: Example) -> tuple[Element, Record]:
        """The element of an example, and what rules see of it.

        Raises:
            ExampleError: it describes none.
        """
        vocabulary = self.library.vocabulary
        model, element = build_example(example, vocabulary.declared, self._own)
        elements = model.load.elements
        return element, make_records(elements, vocabulary)[elements.index(element)]
