"""The model: a system as a whole, its elements, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar
from typing import TypeVar

from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.enums import Action
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import ModelProblems
from pytest_threatmodel.model.errors import shown
from pytest_threatmodel.model.fields import Bool
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.fields import Text
from pytest_threatmodel.model.fields import Texts
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.fields import fact
from pytest_threatmodel.model.fields import named
from pytest_threatmodel.model.fields import texts
from pytest_threatmodel.model.inherit import inherit
from pytest_threatmodel.model.kinds import Actor
from pytest_threatmodel.model.kinds import Asset
from pytest_threatmodel.model.kinds import Boundary
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.model.labels import labels
from pytest_threatmodel.model.node import Node
from pytest_threatmodel.model.notes import Assumption
from pytest_threatmodel.model.notes import NoteList
from pytest_threatmodel.model.notes import note_list
from pytest_threatmodel.model.origin import Place
from pytest_threatmodel.model.origin import caller
from pytest_threatmodel.model.origin import caller_within
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import current
from pytest_threatmodel.model.registry import load_for_model

if TYPE_CHECKING:
    from pytest_threatmodel.model.imported import Imported

    AssumptionList = NoteList[Assumption]
    ActionField = Field[Action, "Action | str"]

E = TypeVar("E", bound=Element)


class Model(Node):
    """A system: the elements that one model file describes, and how they are read.

    Elements join the model of the file in which they are made; there is nothing to add by hand.
    """

    name: Text = named(kw_only=False)
    description: Text = fact(default="", doc="What the system is, in a sentence or two.")
    key: Text = fact(default="", doc="Stands for the model in registers, where its file may move.")
    threatsFile: Texts = texts(default=(), doc="Threat files of this model, relative to the model file.")
    isOrdered: Bool = fact(default=False, doc="Flows without an order are numbered as they are written.")
    mergeResponses: Bool = fact(default=False, doc="A response is drawn together with its request.")
    ignoreUnused: Bool = fact(default=False, doc="Elements that no flow touches are left out.")
    onDuplicates: ActionField = fact(
        default=Action.NO_ACTION, doc="What to do with flows that are the same but for name, order and note."
    )

    assumptions: AssumptionList = note_list(Assumption, default=())

    _plain: ClassVar[frozenset[str]] = frozenset({"facts", "place", "load", "imported", "assumptions"})
    _settable: ClassVar[frozenset[str]] = frozenset({"assumptions"})
    if TYPE_CHECKING:
        load: ClassVar[Load]
        place: ClassVar[Place]
        #: What came with the file of another tool, if the model was read from one.
        imported: ClassVar[Imported | None]

    def __init__(self, name: str, **values: Any) -> None:
        load = current()
        object.__setattr__(self, "place", caller_within(load.file) if load.is_file else caller())
        load = load_for_model(self.place.file)
        object.__setattr__(self, "load", load)
        object.__setattr__(self, "imported", None)
        for field, value in {"name": name, **values}.items():
            setattr(self, field, value)
        load.models.append(self)

    def _set_other(self, name: str, value: Any) -> None:
        if self.load.other is None:
            raise self.unknown(name)
        self.load.other.take(self, name, value)

    def describe(self) -> str:
        return f'{type(self).__name__} "{escape(self.facts.given.get("name", ""))}"'

    def __repr__(self) -> str:
        return f"<{self.describe()}>"

    def attribute_names(self) -> Iterator[str]:
        yield from super().attribute_names()
        yield from self._settable

    @property
    def elements(self) -> list[Element]:
        """Every element as created, boundaries and data included."""
        made = self.load.elements
        if not self.ignoreUnused:
            return list(made)
        used = self._used()
        return [element for element in made if id(element) in used]

    def _used(self) -> set[int]:
        """The ids of what flows touch: flows, their ends and data, and the boundaries around the ends."""
        used: set[int] = set()
        for flow in self._of(Dataflow, self.load.elements):
            used.update(map(id, (flow, flow.source, flow.sink, *flow.data)))
            used.update(id(boundary) for end in (flow.source, flow.sink) for boundary in _parents(end))
        return used

    @staticmethod
    def _of(kind: type[E], elements: list[Element]) -> list[E]:
        return [element for element in elements if isinstance(element, kind)]

    @property
    def dataflows(self) -> list[Dataflow]:
        """The flows by order, those without an order first, as created."""
        return sorted(self._of(Dataflow, self.elements), key=lambda flow: flow.order)

    @property
    def boundaries(self) -> list[Boundary]:
        """The trust boundaries as created."""
        return self._of(Boundary, self.elements)

    @property
    def data(self) -> list[Data]:
        """The data as created."""
        return self._of(Data, self.elements)

    @property
    def actors(self) -> list[Actor]:
        """The actors as created."""
        return self._of(Actor, self.elements)

    @property
    def assets(self) -> list[Asset]:
        """Servers, datastores, processes and the other assets, as created."""
        return self._of(Asset, self.elements)

    def labels(self) -> list[str]:
        """One label an element, in the order of `elements`."""
        return labels(self.elements)

    def __getitem__(self, label: str) -> Element:
        """The element of this label, key or name.

        Raises:
            ModelError: there is none, or there are several of this name.
        """
        if not isinstance(label, str):
            raise ModelError(f"{self.describe()}: elements are found by label, got {shown(label)}")
        by_label = dict(zip(self.labels(), self.elements, strict=True))
        if label in by_label:
            return by_label[label]
        named = [key for key, element in by_label.items() if element.name == label]
        if len(named) == 1:
            return by_label[named[0]]
        if named:
            raise ModelError(f"{self.describe()} has {len(named)} elements {label!r}: {', '.join(map(repr, named))}")
        raise ModelError(f"{self.describe()} has no element {label!r}", hint=did_you_mean(label, by_label))

    def check(self) -> bool:
        """Complete the model by inheritance and look for what is wrong with it.

        Returns:
            True; for scripts in the wild, which test the result.

        Raises:
            ModelProblems: every complaint at once.
        """
        problems = list(self._problems())
        if problems:
            raise ModelProblems(problems)
        inherit(self)
        return True

    def _problems(self) -> Iterator[ModelError]:
        yield from _notes(self, "assumptions")
        for complain in (_names, _keys, _cycles, _strangers, _responses, _overrides):
            yield from complain(self.load.elements)
        if not self.name.strip():
            yield ModelError("the model has no name", place=self.place)
        if self.key != self.key.strip() or not self.key.isprintable():
            expected = "expected text of one line without blanks around it"
            yield ModelError(f"{self.describe()}: key is {shown(self.key)}, {expected}", place=self.place)
        if self.onDuplicates is Action.RESTRICT:
            yield from _duplicates(self.duplicates())

    def duplicates(self) -> list[tuple[Dataflow, Dataflow]]:
        """Pairs of flows that are the same but for name, order, note and response."""
        by_ends: dict[tuple[int, int], list[Dataflow]] = {}
        for flow in self.dataflows:
            by_ends.setdefault((id(flow.source), id(flow.sink)), []).append(flow)
        return [
            (left, right)
            for flows in by_ends.values()
            for left, right in combinations(flows, 2)
            if _compared(left) == _compared(right)
        ]


_IGNORED = frozenset({"name", "key", "note", "order", "response", "responseTo"})


def _compared(flow: Dataflow) -> tuple[dict[str, Any], dict[str, Any]]:
    return _stated(flow), _stated(flow.controls)


def _stated(node: Node) -> dict[str, Any]:
    """What the author wrote, without what inheritance added: checking twice must find the same."""
    given = {**node.facts.given, **node.facts.stated}
    return {name: value for name, value in given.items() if node.is_stated(name) and name not in _IGNORED}


def _parents(element: Element) -> list[Boundary]:
    parents: list[Boundary] = []
    boundary = element.inBoundary
    while boundary is not None and boundary not in parents:
        parents.append(boundary)
        boundary = boundary.inBoundary
    return parents


def _notes(node: Model | Element, name: str) -> Iterator[ModelError]:
    """What was appended to a list of notes and is none."""
    kept: NoteList[Any] = getattr(type(node), name)
    for wrong in kept.wrong(getattr(node, name)):
        text = f"{node.describe()}: {name} hold {shown(wrong)}, expected {kept.expected()}"
        yield ModelError(text, place=node.place)


def _names(elements: list[Element]) -> Iterator[ModelError]:
    for element in elements:
        if not element.name.strip():
            yield ModelError(f"an element of kind {element.kind()} has an empty name", place=element.place)


def _keys(elements: list[Element]) -> Iterator[ModelError]:
    first: dict[str, Element] = {}
    for element in elements:
        if element.key and first.setdefault(element.key, element) is not element:
            text = f"{element.describe()}: key {element.key!r} is that of {first[element.key].describe()}"
            yield ModelError(f"{text} as well ({first[element.key].place})", place=element.place)


def _cycles(elements: list[Element]) -> Iterator[ModelError]:
    for element in elements:
        if isinstance(element, Boundary) and element in _parents(element):
            yield ModelError(f"{element.describe()} is inside itself", place=element.place)


def _strangers(elements: list[Element]) -> Iterator[ModelError]:
    """Relations to elements that some other model made."""
    own = {id(element) for element in elements}
    for element in elements:
        for name, field in type(element).fields.items():
            if field.is_relation and name in element.facts.given and name != "controls":
                value = element.facts.given[name]
                for other in value if isinstance(value, tuple) else (value,):
                    if other is not None and id(other) not in own:
                        text = f"{element.describe()}: {name} is {other.describe()}, which belongs to another model"
                        yield ModelError(text, place=element.place)


def _responses(elements: list[Element]) -> Iterator[ModelError]:
    for element in elements:
        if not isinstance(element, Dataflow):
            continue
        for other in (element.response, element.responseTo):
            if other is element:
                yield ModelError(f"{element.describe()} is its own response", place=element.place)


def _overrides(elements: list[Element]) -> Iterator[ModelError]:
    for element in elements:
        yield from _notes(element, "assumptions")
        problems = list(_notes(element, "overrides"))
        yield from problems
        ids = Counter(finding.threat_id for finding in element.overrides if not problems)
        for threat_id, count in ids.items():
            if count > 1:
                text = f"{element.describe()} has {count} overrides of {threat_id}, expected one"
                yield ModelError(text, place=element.place)


def _duplicates(pairs: list[tuple[Dataflow, Dataflow]]) -> Iterator[ModelError]:
    for left, right in pairs:
        text = f"{right.describe()} duplicates {left.describe()} ({left.place})"
        yield ModelError(text, place=right.place)
