"""The oracle: verdicts, mitigating sets, open facts and fixes by trying everything, straight from design section 2.

It has its own small trees for conditions and its own way to evaluate them on the model's elements, so that it shares
nothing with what it judges but the elements and the roles of their fields.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import product
from math import prod
from typing import Any

from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.enums import ENUMS
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.protocols import STRONGER
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import loading

#: What the drawing says: left open by nobody, and no fact that somebody should correct.
SETTLED = frozenset({"isResponse"})
OTHER_TEXT = "a text that no condition names"
MISSING: Any = object()
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">=": operator.ge,
    "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
}


@dataclass(frozen=True)
class Leaf:
    """One field by itself, or compared with a constant.

    Args:
        place: "target", "target.source", "target.sink", or a variable.
        field: with "controls." in front where it is one.
        sign: an operator, or "" for the field by itself.
        constant: to compare with.
    """

    place: str
    field: str
    sign: str = ""
    constant: Any = None

    def __str__(self) -> str:
        read = f"{self.place}.{self.field}"
        if not self.sign:
            return read
        return f"{read} {self.sign} {self.constant if isinstance(self.constant, Enum) else repr(self.constant)}"


@dataclass(frozen=True)
class Join:
    """Conditions joined by "and" or "or"."""

    word: str
    parts: tuple[Tree, ...]

    def __str__(self) -> str:
        return f"({f' {self.word} '.join(map(str, self.parts))})"


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    part: Tree

    def __str__(self) -> str:
        return f"(not {self.part})"


@dataclass(frozen=True)
class Loop:
    """`any` or `all` over the data or the inputs of a place."""

    word: str
    variable: str
    place: str
    field: str
    part: Tree

    def __str__(self) -> str:
        return f"{self.word}({self.part} for {self.variable} in {self.place}.{self.field})"


Tree = Leaf | Join | Not | Loop
Places = dict[str, Element]
#: (element, field): what can be changed.
Key = tuple[Element, str]
World = dict[Key, Any]
KeySet = frozenset[Key]


def field_of(element: Element, name: str) -> Field[Any, Any] | None:
    """The field of an element, or of its controls."""
    name = name.removeprefix("controls.") if (own := name.startswith("controls.")) else name
    return type(element.own_controls).fields[name] if own else type(element).fields.get(name)


def given(key: Key) -> dict[str, Any]:
    """What was stated or inherited where the key leads."""
    element, name = key
    return element.own_controls.facts.given if name.startswith("controls.") else element.facts.given


def is_given(key: Key) -> bool:
    """Whether a value was stated or inherited."""
    return key[1].removeprefix("controls.") in given(key)


def actual(key: Key) -> Any:
    """The value that counts; MISSING where the kind has no such field."""
    field = field_of(*key)
    return MISSING if field is None else given(key).get(key[1].removeprefix("controls."), field.default)


def default(key: Key) -> Any:
    """What counts while nobody says anything."""
    field = field_of(*key)
    assert field is not None
    return field.default


def place(places: Places, text: str) -> Element:
    """The element that stands at a place."""
    name, _, end = text.partition(".")
    element: Element = getattr(places[name], end) if end else places[name]
    return element


def holds(tree: Tree, places: Places, world: World) -> bool:
    """Whether a condition is true, with the values of `world` before the actual ones."""
    match tree:
        case Leaf():
            key = (place(places, tree.place), tree.field)
            value = world[key] if key in world else actual(key)
            if not tree.sign:
                return value is not MISSING and bool(value)
            return value is not MISSING and OPERATORS[tree.sign](value, tree.constant)
        case Not():
            return not holds(tree.part, places, world)
        case Join():
            return (all if tree.word == "and" else any)(holds(part, places, world) for part in tree.parts)
        case Loop():
            key = (place(places, tree.place), tree.field)
            items = world[key] if key in world else actual(key)
            inner = (holds(tree.part, {**places, tree.variable: item}, world) for item in items)
            return (all if tree.word == "all" else any)(inner)


class Oracle:
    """Everything that can be said about one condition on one element.

    Args:
        tree: the condition.
        target: the element.
    """

    def __init__(self, tree: Tree, target: Element) -> None:
        self._tree = tree
        self._places = {"target": target}
        self._invented: dict[Element, Data] = {}
        self._texts = sorted({text for leaf in leaves(tree) for text in _texts(leaf)})
        #: Every field that the condition can ever read.
        self.keys = list(dict.fromkeys(self._keys(tree, self._places)))

    def _keys(self, tree: Tree, places: Places) -> Iterator[Key]:
        match tree:
            case Leaf():
                key = (place(places, tree.place), tree.field)
                if field_of(*key) is not None:
                    yield key
            case Not():
                yield from self._keys(tree.part, places)
            case Join():
                for part in tree.parts:
                    yield from self._keys(part, places)
            case Loop():
                yield from self._keys_of_items(tree, places)

    def _keys_of_items(self, tree: Loop, places: Places) -> Iterator[Key]:
        key = (place(places, tree.place), tree.field)
        items = list(actual(key))
        if tree.field == "data":
            yield key
            if not is_given(key):
                items = [self._invent(key[0])]
        for item in items:
            yield from self._keys(tree.part, {**places, tree.variable: item})

    def _invent(self, owner: Element) -> Data:
        """A piece of data that the owner may turn out to have."""
        if owner not in self._invented:
            with loading(Load("<oracle>")):
                self._invented[owner] = Data("?")
        return self._invented[owner]

    def is_invented(self, key: Key) -> bool:
        """Whether it is a field of data that nobody named."""
        return key[0] in self._invented.values()

    def _role(self, key: Key) -> str:
        field = field_of(*key)
        assert field is not None
        return field.role

    def _domain(self, key: Key) -> list[Any]:
        field = field_of(*key)
        assert field is not None
        if key[1] == "data":
            return [(), (self._invent(key[0]),)]
        if field.type.shape == "enum":
            return list(ENUMS[field.type.of])
        if field.type.shape == "text":
            return list(dict.fromkeys([field.default, *self._texts, OTHER_TEXT]))
        return [False, True]

    def _absent(self) -> dict[Key, list[Any]]:
        """What is done against threats, each as it is and as if nobody had said it."""
        said = [key for key in self.keys if self._role(key) != "fact" and is_given(key)]
        return {key: [actual(key), default(key)] for key in said if actual(key) != default(key)}

    def _open(self) -> dict[Key, list[Any]]:
        """What nobody said, with every value that it may have."""
        unsaid = [key for key in self.keys if self._role(key) != "control" and not is_given(key)]
        unsaid = [key for key in unsaid if key[1] not in SETTLED]
        return {key: self._domain(key) for key in unsaid}

    def _stronger(self) -> dict[Key, list[Any]]:
        """What is done against threats, each as it is and with all that is stronger."""
        return {
            key: [actual(key), *stronger(key, actual(key))]
            for key in self.keys
            if self._role(key) != "fact" and not self.is_invented(key)
        }

    def effort(self) -> int:
        """How many evaluations the longest enumeration takes."""
        return max(prod(map(len, choice.values())) for choice in (self._absent(), self._open(), self._stronger()))

    def _minimal(self, choice: dict[Key, list[Any]], goal: bool) -> set[KeySet]:
        """The smallest sets of fields that have to be different for the condition to be `goal`."""
        changed = set()
        for values in product(*choice.values()):
            world = dict(zip(choice, values, strict=True))
            if holds(self._tree, self._places, world) is goal:
                changed.add(frozenset(key for key, value in world.items() if value != actual(key)))
        return {keys for keys in changed if not any(smaller < keys for smaller in changed)}

    def is_true(self, world: World | None = None) -> bool:
        """Whether the condition is true, with other values where given."""
        return holds(self._tree, self._places, world or {})

    def mitigating(self) -> set[KeySet]:
        """The smallest sets of controls and protections that keep the condition false."""
        return self._minimal(self._absent(), True)

    def undetermined(self) -> set[KeySet]:
        """The smallest sets of unstated facts that could make the condition true."""
        return self._minimal(self._open(), True)

    def fixes(self) -> set[KeySet]:
        """The smallest sets of controls and protections that would make the condition false."""
        return self._minimal(self._stronger(), False)

    def correctable(self) -> set[Key]:
        """The facts of which another value alone would make the condition false."""
        facts = [key for key in self.keys if self._role(key) == "fact" and key[1] not in ("data", *SETTLED)]
        return {key for key in facts if any(not self.is_true({key: value}) for value in self._domain(key))}

    def verdict(self) -> Verdict:
        """The verdict as design section 2 words it."""
        if self.is_true():
            return Verdict.VULNERABLE
        if self.mitigating():
            return Verdict.MITIGATED
        return Verdict.UNDETERMINED if self.undetermined() else Verdict.NOT_APPLICABLE


def stronger(key: Key, now: Any) -> list[Any]:
    """The values that protect more."""
    if isinstance(now, bool):
        return [] if now else [True]
    if isinstance(now, Enum):
        return [member for member in type(now) if member.value > now.value]
    return list(STRONGER.get(now, ()))


def leaves(tree: Tree) -> Iterator[Leaf]:
    """The leaves of a tree."""
    match tree:
        case Leaf():
            yield tree
        case Join():
            for part in tree.parts:
                yield from leaves(part)
        case _:
            yield from leaves(tree.part)


def _texts(leaf: Leaf) -> tuple[str, ...]:
    if isinstance(leaf.constant, str):
        return (leaf.constant,)
    return leaf.constant if isinstance(leaf.constant, tuple) else ()
