"""Which pairs a field can matter to, as far as the text of conditions tells."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_threatmodel.analysis.draft import Draft
from pytest_threatmodel.analysis.rulebook import Rule
from pytest_threatmodel.analysis.search import Changes
from pytest_threatmodel.analysis.wording import owner_of
from pytest_threatmodel.library.condition.nodes import Node
from pytest_threatmodel.library.condition.nodes import Read
from pytest_threatmodel.library.condition.nodes import Relation
from pytest_threatmodel.library.condition.nodes import Target
from pytest_threatmodel.library.condition.nodes import walk


class Affected:
    """The pairs whose conditions name a field: of the element itself, or of any other.

    Args:
        draft: of the model.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._numbers = {id(row.element): number for number, row in enumerate(draft.rows)}
        self._near: dict[tuple[str, str], list[int]] = {}
        self._far: dict[str, list[tuple[int, int]]] = {}
        self._read: dict[int, tuple[frozenset[str], frozenset[str]]] = {}

    def pairs(self, effects: Changes) -> Iterator[tuple[int, int]]:
        """The pairs that may change, each once: the number of a row, and a column."""
        found: dict[tuple[int, int], None] = {}
        for change in effects:
            number = self._numbers.get(id(owner_of(change.record)))
            if number is not None:
                found.update(dict.fromkeys((number, column) for column in self._columns(number, change.name)))
            found.update(dict.fromkeys(self._elsewhere(change.name)))
        yield from found

    def _columns(self, number: int, name: str) -> list[int]:
        """The rules that read a field of their target."""
        row = self._draft.rows[number]
        key = (row.element.kind(), name)
        if key not in self._near:
            self._near[key] = [column for column, rule in enumerate(row.rules) if name in self._reads(rule)[0]]
        return self._near[key]

    def _elsewhere(self, name: str) -> list[tuple[int, int]]:
        """The pairs that read a field of some other element."""
        if name not in self._far:
            self._far[name] = [
                (number, column)
                for number, row in enumerate(self._draft.rows)
                for column, rule in enumerate(row.rules)
                if name in self._reads(rule)[1]
            ]
        return self._far[name]

    def _reads(self, rule: Rule) -> tuple[frozenset[str], frozenset[str]]:
        """The fields that a rule reads of its target or the target's controls, and those of others."""
        known = self._read.get(id(rule))
        if known is None:
            reads = [node for node in walk(rule.condition.tree) if isinstance(node, Read)]
            near = frozenset(node.name for node in reads if _is_near(node.owner))
            known = self._read[id(rule)] = near, frozenset(node.name for node in reads if not _is_near(node.owner))
        return known


def _is_near(owner: Node) -> bool:
    return isinstance(owner, Target) or (
        isinstance(owner, Relation) and owner.name == "controls" and isinstance(owner.owner, Target)
    )
