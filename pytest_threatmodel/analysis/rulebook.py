"""The rulebook: a library bound to the kinds of one model, compiled once."""

from __future__ import annotations

import ast
from collections.abc import Callable
from collections.abc import Hashable
from typing import Any
from typing import Final

from pytest_threatmodel.analysis.records import Record
from pytest_threatmodel.analysis.search import Traced
from pytest_threatmodel.analysis.shared import Steps
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.library.condition import Clause
from pytest_threatmodel.library.condition import Condition
from pytest_threatmodel.library.condition import clauses
from pytest_threatmodel.library.condition import compile_condition
from pytest_threatmodel.library.condition import digest
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.threat import Adjust
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.vocabulary import Vocabulary


class Rule:
    """A threat with its compiled condition.

    Args:
        threat: from the library.
        condition: the threat's, bound to the vocabulary.
        adjustments: what changes its severity, with bound conditions.
    """

    __slots__ = (
        "_digest",
        "adjustments",
        "clauses",
        "condition",
        "conjuncts",
        "constants",
        "holds",
        "signature",
        "threat",
        "traced",
    )

    def __init__(self, threat: Threat, condition: Condition, adjustments: tuple[tuple[Condition, Adjust], ...]) -> None:
        compiled = compile_condition(condition)
        self.threat = threat
        self.condition = condition
        self.holds: Callable[[Record], bool] = compiled.holds
        self.traced: Traced = compiled.traced
        self.signature: Callable[[Record], Hashable] = compiled.signature
        #: Each part compiles itself and words itself once, for all explanations of the rule.
        self.clauses = clauses(condition)
        #: What must be true for the condition to be true, each in its traced form.
        self.conjuncts = _conjuncts(self.clauses, self.traced)
        self.constants = _constants(threat.condition)
        self._digest = ""
        self.adjustments = [(compile_condition(when).holds, adjust) for when, adjust in adjustments]

    @property
    def digest(self) -> str:
        """By which a change of the condition is noticed."""
        self._digest = self._digest or digest(self.condition.syntax)
        return self._digest


def _conjuncts(parts: tuple[Clause, ...], whole: Traced) -> tuple[Traced, ...]:
    return (whole,) if any(part.joiner == "or" for part in parts) else tuple(part.traced for part in parts)


def _constants(source: str) -> tuple[Any, ...]:
    """The texts and numbers in a condition: the values at which it can change its mind."""
    values = [node.value for node in ast.walk(ast.parse(source.strip(), mode="eval")) if isinstance(node, ast.Constant)]
    return tuple(
        dict.fromkeys(value for value in values if isinstance(value, str | int) and not isinstance(value, bool))
    )


class Rulebook:
    """Which rules concern which kind, in the order of the library.

    Args:
        library: with every condition bound.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self.vocabulary: Final[Vocabulary] = library.vocabulary
        self._rules: dict[str, Rule] = {}
        self._by_kind: dict[str, tuple[Rule, ...]] = {}
        self._memory: dict[str, tuple[dict[Hashable, Verdict], ...]] = {}
        self._found: dict[str, tuple[dict[Hashable, dict[str, list[Steps]]], ...]] = {}
        self._facts: dict[str, tuple[dict[Hashable, dict[str, Any]], ...]] = {}

    def rules_for(self, kind: str) -> tuple[Rule, ...]:
        """The rules whose threats target elements of this kind."""
        if kind not in self._by_kind:
            self._by_kind[kind] = tuple(self._rule(threat) for threat in self.library.for_kind(kind))
        return self._by_kind[kind]

    def memory(self, kind: str) -> tuple[dict[Hashable, Verdict], ...]:
        """For each rule of a kind the verdicts known so far, by signature.

        Elements that look alike to a condition share one evaluation and one search; defaults differ between kinds, so
        kinds do not share.
        """
        if kind not in self._memory:
            self._memory[kind] = tuple({} for _ in self.rules_for(kind))
        return self._memory[kind]

    def found(self, kind: str) -> tuple[dict[Hashable, dict[str, list[Steps]]], ...]:
        """For each rule of a kind what searches for explanations found so far, by signature; shared as `memory` is."""
        if kind not in self._found:
            self._found[kind] = tuple({} for _ in self.rules_for(kind))
        return self._found[kind]

    def facts_read(self, kind: str) -> tuple[dict[Hashable, dict[str, Any]], ...]:
        """For each rule of a kind what conditions read, by signature; shared as `memory` is."""
        if kind not in self._facts:
            self._facts[kind] = tuple({} for _ in self.rules_for(kind))
        return self._facts[kind]

    def _rule(self, threat: Threat) -> Rule:
        rule = self._rules.get(threat.id)
        if rule is None:
            condition = self.library.condition(threat.id)
            rule = self._rules[threat.id] = Rule(threat, condition, self.library.adjustments(threat.id))
        return rule

    def field(self, record: Record, name: str) -> Field[Any, Any] | None:
        """The field behind a read, or None where the kind has none of that name."""
        return self.vocabulary.kinds[record._kind].fields.get(name)
