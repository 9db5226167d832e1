"""Evaluation: every verdict of a model, once."""

from __future__ import annotations

from collections.abc import Hashable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pytest_threatmodel.analysis.alternatives import OtherValues
from pytest_threatmodel.analysis.bind import bind
from pytest_threatmodel.analysis.records import Record
from pytest_threatmodel.analysis.records import make_records
from pytest_threatmodel.analysis.rulebook import Rule
from pytest_threatmodel.analysis.rulebook import Rulebook
from pytest_threatmodel.analysis.search import Alternatives
from pytest_threatmodel.analysis.search import is_reachable
from pytest_threatmodel.analysis.sensitivity import sensitivities
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.replaced import use_replacements
from pytest_threatmodel.library.threat import Severity
from pytest_threatmodel.library.threat import WordError
from pytest_threatmodel.library.threat import parse_severity
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.enums import Classification
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.notes import Finding


@dataclass(frozen=True, slots=True)
class Row:
    """One element in scope with the verdicts of every rule that concerns its kind.

    Args:
        element: of the model.
        label: its label.
        record: what the rules saw.
        rules: in the order of the library.
        verdicts: one a rule.
    """

    element: Element
    label: str
    record: Record
    rules: tuple[Rule, ...]
    verdicts: tuple[Verdict, ...]


class Verdicts:
    """The verdicts of a model; a pair is a row and a column, there is no object for it.

    Args:
        model: completed by inheritance.
        rulebook: bound to its kinds.
        rows: elements in scope that some rule concerns, as created.
        labels: label of every element, in or out of scope, as created.
    """

    def __init__(self, model: Model, rulebook: Rulebook, rows: list[Row], labels: dict[str, Element]) -> None:
        self.model: Final = model
        self.rulebook: Final = rulebook
        self.rows: Final = rows
        self.labels: Final = labels
        #: (row's label, threat id) -> what went wrong, for pairs that could not be evaluated.
        self.errors: Final[dict[tuple[str, str], str]] = {}

    def __len__(self) -> int:
        return sum(len(row.rules) for row in self.rows)

    def pairs(self) -> Iterator[tuple[Row, int]]:
        """Every pair: a row, and the column of the rule."""
        for row in self.rows:
            for column in range(len(row.rules)):
                yield row, column

    def sensitivity(self, element: Element) -> Classification:
        """The most sensitive class of the data that an element is, carries or processes."""
        return self._sensitivities[id(element)]

    @cached_property
    def _sensitivities(self) -> dict[int, Classification]:
        return sensitivities(self.labels.values())

    def row(self, label: str) -> Row | None:
        """The row of an element, or None when it is out of scope or unknown."""
        return next((row for row in self.rows if row.label == label), None)


def evaluate(model: Model, library: Library) -> Verdicts:
    """The verdict of every pair of a model.

    Args:
        model: completed by inheritance and checked.
        library: the threats that count.

    Raises:
        LibraryError: the model's own threat files cannot be used.
    """
    elements = model.elements
    rulebook = bind(library, model)
    use_replacements(model, rulebook.library)
    # Relations may lead to elements that `ignoreUnused` leaves out, so all of them get records.
    records = dict(
        zip(map(id, model.load.elements), make_records(model.load.elements, rulebook.vocabulary), strict=True)
    )
    labels = dict(zip(model.labels(), elements, strict=True))
    verdicts = Verdicts(model, rulebook, [], labels)
    for label, element in labels.items():
        rules = rulebook.rules_for(element.kind()) if element.inScope else ()
        if rules:
            record = records[id(element)]
            memory = rulebook.memory(element.kind())
            found = tuple(
                _verdict(rulebook, rule, known, record, label, verdicts.errors)
                for rule, known in zip(rules, memory, strict=True)
            )
            verdicts.rows.append(Row(element, label, record, rules, found))
    return verdicts


def _verdict(
    rulebook: Rulebook,
    rule: Rule,
    known: dict[Hashable, Verdict],
    record: Record,
    label: str,
    errors: dict[tuple[str, str], str],
) -> Verdict:
    try:
        signature = rule.signature(record)
        verdict = known.get(signature)
        if verdict is None:
            verdict = known[signature] = _find(rulebook, rule, record)
        return verdict
    except Exception as error:  # whatever a condition does, the other pairs keep their results
        errors[label, rule.threat.id] = f"{type(error).__name__}: {error}"
        return Verdict.ERROR


def _find(rulebook: Rulebook, rule: Rule, record: Record) -> Verdict:
    if rule.holds(record):
        return Verdict.VULNERABLE
    other = OtherValues(rulebook, rule)
    if _can_become_true(rule, record, other.absent):
        return Verdict.MITIGATED
    if _can_become_true(rule, record, other.open):
        return Verdict.UNDETERMINED
    return Verdict.NOT_APPLICABLE


def _can_become_true(rule: Rule, record: Record, alternatives: Alternatives) -> bool:
    """Whether other values can make the condition true.

    Where parts are joined by "and", each is asked alone first: one that cannot become true settles it, without going
    all ways through the others.
    """
    return all(is_reachable(part, record, alternatives, True) for part in rule.conjuncts) and (
        len(rule.conjuncts) == 1 or is_reachable(rule.traced, record, alternatives, True)
    )


def severity(row: Row, column: int) -> tuple[Severity, str]:
    """The severity that counts for a pair, and why it differs from the threat's own, if it does.

    An override on the element comes first, then the first circumstance of the threat that holds.

    Raises:
        ModelError: the override names no severity.
    """
    rule = row.rules[column]
    for override in row.element.overrides:
        if override.threat_id == rule.threat.id and override.severity is not None:
            return _stated_severity(override, override.severity), f"override in {override.place}"
    return rated_severity(row, column)


def rated_severity(row: Row, column: int) -> tuple[Severity, str]:
    """The severity of a pair by its threat alone, whatever the element overrides, and why it is not its pack's."""
    rule = row.rules[column]
    for holds, adjust in rule.adjustments:
        if holds(row.record):
            return adjust.severity, adjust.why
    return rule.threat.severity, rule.threat.severity_why if rule.threat.overridden else ""


def _stated_severity(override: Finding, word: str) -> Severity:
    try:
        return parse_severity(word)
    except WordError as error:
        text = f"override of {override.threat_id}: {error.message}"
        raise ModelError(text, place=override.place, hint=error.hint) from None
