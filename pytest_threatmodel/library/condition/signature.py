"""Signatures: the source of a function that collects what was stated of all that a condition reads."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from itertools import combinations

from pytest_threatmodel.library.condition.emit import RECORD_NAME
from pytest_threatmodel.library.condition.emit import Writer
from pytest_threatmodel.library.condition.emit import indented
from pytest_threatmodel.library.condition.emit import tuple_of
from pytest_threatmodel.library.condition.nodes import ABSENT
from pytest_threatmodel.library.condition.nodes import INTS
from pytest_threatmodel.library.condition.nodes import MANY
from pytest_threatmodel.library.condition.nodes import NONE
from pytest_threatmodel.library.condition.nodes import OTHER
from pytest_threatmodel.library.condition.nodes import RECORD
from pytest_threatmodel.library.condition.nodes import TEXTS
from pytest_threatmodel.library.condition.nodes import Collection
from pytest_threatmodel.library.condition.nodes import Compare
from pytest_threatmodel.library.condition.nodes import Each
from pytest_threatmodel.library.condition.nodes import Fallback
from pytest_threatmodel.library.condition.nodes import Item
from pytest_threatmodel.library.condition.nodes import Loop
from pytest_threatmodel.library.condition.nodes import Node
from pytest_threatmodel.library.condition.nodes import Predicate
from pytest_threatmodel.library.condition.nodes import Read
from pytest_threatmodel.library.condition.nodes import Relation
from pytest_threatmodel.library.condition.nodes import Target
from pytest_threatmodel.library.condition.nodes import Type
from pytest_threatmodel.library.condition.nodes import Undeclared
from pytest_threatmodel.library.condition.nodes import Variable
from pytest_threatmodel.library.condition.nodes import children
from pytest_threatmodel.library.condition.nodes import walk


@dataclass(eq=False)
class _Spot:
    """A place where records stand: the target, the end of a relation, or the items of a collection.

    Args:
        type: of the records.
        steps: the relations from the target, those to collections with "[]".
        optional: the relation may lead nowhere from a record that is there.
        fields: what is read there; whether the value may have no hash.
        ones: relations to one record.
        manys: collections.
    """

    type: Type
    steps: tuple[str, ...] = ()
    optional: bool = False
    fields: dict[str, bool] = field(default_factory=dict)
    ones: dict[str, _Spot] = field(default_factory=dict)
    manys: dict[str, _Spot] = field(default_factory=dict)

    def one(self, node: Relation) -> _Spot:
        optional = node.partial or node.type.may(NONE)
        return self.ones.setdefault(node.name, _Spot(node.type, (*self.steps, node.name), optional))

    def many(self, node: Collection) -> _Spot:
        type_ = Type(frozenset({RECORD}), node.type.of, node.type.kinds)
        return self.manys.setdefault(node.name, _Spot(type_, (*self.steps, f"{node.name}[]")))

    @property
    def read(self) -> tuple[str, ...]:
        """What explanations may change there: fields, and data."""
        return (*self.fields, *(name for name in self.manys if name == "data"))

    @property
    def maybe(self) -> bool:
        """Whether there may be no record at all."""
        return self.type.may(NONE, ABSENT)

    @property
    def mixed(self) -> bool:
        """Whether the kind decides what is there."""
        relations = self.manys or any(name != "controls" for name in self.ones)
        return bool(self.steps) and len(self.type.kinds) > 1 and bool(self.fields or relations)

    @property
    def in_collection(self) -> bool:
        """Whether any number of records stand there."""
        return any(step.endswith("[]") for step in self.steps)

    @property
    def repeats(self) -> bool:
        """Whether one record may stand there several times.

        The items of one collection differ, but their relations may lead to one element. Controls are each
        element's own.
        """
        steps = self.steps[:-1] if self.steps[-1:] == ("controls",) else self.steps
        return any(step.endswith("[]") for step in steps[:-1])

    def below(self) -> Iterator[_Spot]:
        """The spot and all further ones."""
        yield self
        for spot in (*self.ones.values(), *self.manys.values()):
            yield from spot.below()


class _Spots:
    """The spots of one condition, its predicates with the loops around them, and groups of spots compared."""

    def __init__(self, tree: Node) -> None:
        target = next((node for node in walk(tree) if isinstance(node, Target)), None)
        self.start = _Spot(target.type if target else Type(frozenset({RECORD})))
        self.predicates: list[tuple[Predicate, tuple[Loop, ...]]] = []
        self.compared: list[list[_Spot]] = []
        self._items: dict[int, _Spot | None] = {}
        self._visit(tree, ())

    def _spot(self, node: Node) -> _Spot | None:
        """Where a node's record stands; for a collection, where its items do."""
        match node:
            case Target():
                return self.start
            case Variable():
                return self._items.get(node.number)
            case Item():
                return self._spot(node.collection)
            case Fallback():
                return self._spot(node.value)
            case Relation() | Collection():
                owner = self._spot(node.owner)
                if owner is None:
                    return None
                return owner.one(node) if isinstance(node, Relation) else owner.many(node)
        return None

    def _visit(self, node: Node, loops: tuple[Loop, ...]) -> None:
        if isinstance(node, Each):
            self._visit_each(node, loops)
            return
        for child in children(node):
            self._visit(child, loops)
        match node:
            case Relation() | Collection():
                self._spot(node)
            case Read():
                owner = self._spot(node.owner)
                if owner is not None:
                    owner.fields[node.name] = node.type.may(TEXTS, INTS, OTHER)
            case Compare() if node.left.type.may(RECORD, MANY) and node.right.type.may(RECORD, MANY):
                spots = (self._spot(part) for part in walk(node))
                self.compared.append([spot for spot in dict.fromkeys(spots) if spot is not None])
            case Predicate():
                self.predicates.append((node, loops))

    def _visit_each(self, node: Each, loops: tuple[Loop, ...]) -> None:
        for loop in node.loops:
            self._visit(loop.collection, loops)
            self._items[loop.variable.number] = self._spot(loop.collection)
            loops = (*loops, replace(loop, tests=()))
            for test in loop.tests:
                self._visit(test, loops)
        self._visit(node.element, loops)

    def groups(self) -> list[list[_Spot]]:
        """The spots whose records must be told apart: those compared, and those where one may stand twice."""
        by_field: dict[str, list[_Spot]] = {}
        for spot in self.start.below():
            for name in spot.read:
                by_field.setdefault(name, []).append(spot)
        found = {tuple(group): None for group in self.compared}
        for spots in by_field.values():
            group = [spot for spot in spots if spot.repeats or _overlaps(spot, spots)]
            if group:
                found[tuple(group)] = None
        return [list(group) for group in found]


def _overlaps(spot: _Spot, others: Iterable[_Spot]) -> bool:
    """Whether a record of this spot may stand at another one, too."""
    return any(other is not spot and other.type.kinds & spot.type.kinds for other in others)


def signature_lines(tree: Node, writer: Writer) -> list[str]:
    """The body of the function for the signature of a condition.

    It is a tuple: at each spot the kind where that is open, the stated values, and tuples for collections;
    then which records are the same where that matters; then what the predicates say.
    """
    spots = _Spots(tree)
    emitter = _Emitter(spots.groups())
    lines, parts = emitter.spot(spots.start, RECORD_NAME)
    asked = [_collected(node, loops) for node, loops in spots.predicates if _reached(loops)]
    bound = list(writer.bind(Target, asked))
    everything = [*parts, *emitter.same(), *(writer.text(node) for node in asked)]
    return [*bound, *emitter.before, *lines, f"return {tuple_of(everything)}"]


def _reached(loops: tuple[Loop, ...]) -> bool:
    return not any(isinstance(node, Undeclared) for loop in loops for node in walk(loop.collection))


def _collected(predicate: Predicate, loops: tuple[Loop, ...]) -> Node:
    """What the predicate says, for each item of the loops around it."""
    return Each("tuple", predicate, loops, predicate.type) if loops else predicate


class _Emitter:
    """Writes the statements and the parts of the signature.

    Args:
        groups: the spots whose records must be told apart.
    """

    def __init__(self, groups: list[list[_Spot]]) -> None:
        self.before: list[str] = []
        self._groups = groups
        self._names: dict[_Spot, str] = {}
        self._marks: dict[_Spot, list[str]] = {}
        self._count = 0
        self._same: list[str] = []
        for group in groups:
            self._open(group)

    def _new(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    def _open(self, group: list[_Spot]) -> None:
        """Collect the records of a group in a list, if there may be any number of them."""
        if any(spot.in_collection for spot in group):
            name = self._new("q")
            self.before.append(f"{name} = []")
            self._same.append(f"pattern({name})")
            for spot in group:
                self._marks.setdefault(spot, []).append(name)

    def same(self) -> list[str]:
        """The parts that say which records are the same."""
        single = [group for group in self._groups if not any(spot.in_collection for spot in group)]
        pairs = {pair: None for group in single for pair in combinations(group, 2)}
        return [*self._same, *(f"{self._names[left]} is {self._names[right]}" for left, right in pairs)]

    def spot(self, spot: _Spot, name: str) -> tuple[list[str], list[str]]:
        """Statements to run, and the parts to collect where the spot's record `name` is there."""
        self._names[spot] = name
        lines = [f"{mark}.append({name})" for mark in self._marks.get(spot, ())]
        parts = [f"{name}._kind"] if spot.mixed else []
        parts += [_given(name, field, unhashable) for field, unhashable in spot.fields.items()]
        for relation, one in spot.ones.items():
            self._one(one, _access(spot, name, relation, "M"), lines, parts)
        for relation, many in spot.manys.items():
            if relation == "data":
                parts.append(f'"data" in {name}._given')
            self._many(many, _access(spot, name, relation, "()"), lines, parts)
        return lines, parts

    def _one(self, spot: _Spot, access: str, lines: list[str], parts: list[str]) -> None:
        name = self._new("r")
        inner_lines, inner = self.spot(spot, name)
        lines += [f"{name} = {access}", *inner_lines]
        if not spot.optional:
            parts += inner
        elif inner:
            parts.append(f"({tuple_of(inner)} if {name} else None)")
        else:
            parts.append(f"(True if {name} else False)")

    def _many(self, spot: _Spot, access: str, lines: list[str], parts: list[str]) -> None:
        name, found = self._new("r"), self._new("s")
        inner_lines, inner = self.spot(spot, name)
        if not inner_lines and not inner:
            parts.append(f"len({access})")
            return
        body = [*inner_lines, f"{found}.append({inner[0] if len(inner) == 1 else tuple_of(inner)})"]
        lines += [f"{found} = []", f"for {name} in {access}:", *indented(body)]
        parts.append(f"tuple({found})")


def _given(name: str, field: str, unhashable: bool) -> str:
    given = f'{name}._given.get("{field}", U)'
    return f"frozen({given})" if unhashable else given


def _access(spot: _Spot, name: str, relation: str, otherwise: str) -> str:
    """The relation of a record that may not be there."""
    return f"({name}.{relation} if {name} else {otherwise})" if spot.maybe else f"{name}.{relation}"
