"""Other values that a field might have: absent controls, unstated facts, stronger protections."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from typing import Final

from pytest_threatmodel.analysis.records import Record
from pytest_threatmodel.analysis.records import blank_record
from pytest_threatmodel.analysis.rulebook import Rule
from pytest_threatmodel.analysis.rulebook import Rulebook
from pytest_threatmodel.library.condition.nodes import Choices
from pytest_threatmodel.library.condition.nodes import Compare
from pytest_threatmodel.library.condition.nodes import Constant
from pytest_threatmodel.library.condition.nodes import Node
from pytest_threatmodel.library.condition.nodes import Read
from pytest_threatmodel.library.condition.nodes import walk
from pytest_threatmodel.model.enums import ENUMS
from pytest_threatmodel.model.fields import Field

#: What the drawing itself says: nobody leaves these open, their default is an answer.
_SETTLED: Final = frozenset(
    {"name", "key", "description", "inScope", "scopeReason", "levels", "sourceFiles", "isResponse", "order", "note"}
)
#: Stands for any text that no condition names.
_OTHER_TEXT: Final = "(something else)"


class OtherValues:
    """The other values that one rule looks at, for its three questions.

    Args:
        rulebook: for the fields.
        rule: for the constants at which the condition can change.
    """

    def __init__(self, rulebook: Rulebook, rule: Rule) -> None:
        self._rulebook = rulebook
        self._rule = rule
        self._invented: dict[int, tuple[Record]] = {}

    def absent(self, record: Record, name: str) -> Iterable[Any]:
        """The unstated value of a control or protection that somebody gave."""
        field = self._rulebook.field(record, name)
        if field is None or field.role == "fact" or name not in record._given:
            return ()
        return () if record._given[name] == field.default else (field.default,)

    def open(self, record: Record, name: str) -> Iterable[Any]:
        """The values that an unstated fact may turn out to have."""
        field = self._rulebook.field(record, name)
        if field is None or field.role == "control" or name in record._given or name in _SETTLED:
            return ()
        return self._domain(record, field)

    def every(self, record: Record, name: str) -> Iterable[Any]:
        """All other values that anybody may state: of facts, controls and protections alike."""
        field = self._rulebook.field(record, name)
        if field is None or (name in _SETTLED and name != "isResponse"):
            return ()
        now = getattr(record, name)
        return [value for value in (field.default, *self._domain(record, field)) if value != now]

    def other_facts(self, record: Record, name: str) -> Iterable[Any]:
        """The values that a fact might have if what is said, or taken for granted, is untrue."""
        field = self._rulebook.field(record, name)
        if field is None or field.role != "fact" or name in _SETTLED or name == "data":
            return ()
        now = getattr(record, name)
        return [value for value in (field.default, *self._domain(record, field)) if value != now]

    def stronger(self, record: Record, name: str) -> Iterable[Any]:
        """The values of a control or protection that protect more."""
        field = self._rulebook.field(record, name)
        if field is None or field.role == "fact":
            return ()
        now = getattr(record, name)
        better = field.stronger_than(now)
        if not better and field.type.shape == "text" and now == field.default:
            return self._named_texts(field)
        return better

    def _named_texts(self, field: Field[Any, Any]) -> list[str]:
        """The values with which the condition compares the field, then the known ones; any says more than no value."""
        sides = ((node.left, node.right) for node in walk(self._rule.condition.tree) if isinstance(node, Compare))
        named = [
            value
            for left, right in sides
            if isinstance(left, Read) and left.name == field.name
            for value in _constants(right)
            if isinstance(value, str) and value
        ]
        return list(dict.fromkeys([*named, *field.known]))

    def _domain(self, record: Record, field: Field[Any, Any]) -> list[Any]:
        if field.name == "data":
            return [self._some_data(record)]
        shape, default = field.type.shape, field.default
        if shape == "bool":
            return [not default]
        if shape == "enum":
            return [member for member in ENUMS[field.type.of] if member is not default]
        if shape == "text":
            texts = [value for value in self._rule.constants if isinstance(value, str)]
            return [value for value in (*texts, _OTHER_TEXT) if value != default]
        if shape == "int":
            # Without a number in it, the condition compares this one with another field.
            numbers = [value for value in self._rule.constants if isinstance(value, int)] or [default]
            return [value for number in numbers for value in (number, number - 1, number + 1) if value != default]
        return []

    def _some_data(self, record: Record) -> tuple[Record]:
        """One piece of data of which nothing is known, the same each time."""
        known = self._invented.get(id(record))
        if known is None:
            known = self._invented[id(record)] = (blank_record("Data", self._rulebook.vocabulary, record._node),)
        return known


def _constants(node: Node) -> tuple[Any, ...]:
    """What stands on the right of a comparison."""
    match node:
        case Constant():
            return (node.value,)
        case Choices():
            return node.values
    return ()
