"""The element: the base of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar
from typing import TypeAlias
from typing import cast

from pytest_threatmodel.model import legacy
from pytest_threatmodel.model import predicates
from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.enums import Classification
from pytest_threatmodel.model.enums import TLSVersion
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import ValueProblem
from pytest_threatmodel.model.errors import shown
from pytest_threatmodel.model.fields import Bool
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.fields import FieldType
from pytest_threatmodel.model.fields import Ints
from pytest_threatmodel.model.fields import Text
from pytest_threatmodel.model.fields import Texts
from pytest_threatmodel.model.fields import fact
from pytest_threatmodel.model.fields import levels
from pytest_threatmodel.model.fields import named
from pytest_threatmodel.model.fields import relation
from pytest_threatmodel.model.fields import texts
from pytest_threatmodel.model.generated import ElementPackFields
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.model.notes import Assumption
from pytest_threatmodel.model.notes import Finding
from pytest_threatmodel.model.notes import NoteList
from pytest_threatmodel.model.notes import note_list
from pytest_threatmodel.model.origin import Place
from pytest_threatmodel.model.origin import caller
from pytest_threatmodel.model.origin import caller_within
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import current

if TYPE_CHECKING:
    from pytest_threatmodel.model.kinds import Boundary
    from pytest_threatmodel.model.kinds import Dataflow

    ClassificationField = Field[Classification, "Classification | str"]
    TLSVersionField = Field[TLSVersion, "TLSVersion | str"]
    BoundaryField: TypeAlias = "Field[Boundary | None, Boundary | None]"
    MarkList = NoteList[Any]
    FindingList = NoteList[Finding]
    AssumptionList = NoteList[Assumption]
    ControlsField = Field[Controls, "Controls | Mapping[str, object]"]


class _ControlsField(Field[Any, Any]):
    """The controls of an element: one object an element, which takes over what is assigned."""

    def __get__(self, node: Any, owner: Any) -> Any:
        return self if node is None else node.own_controls

    def __set__(self, node: Any, value: Any) -> None:
        if not isinstance(value, Controls | Mapping):
            raise node.misfit("controls", value, ValueProblem("Controls(...) or a dictionary of controls"), caller())
        node.own_controls.take(value)


def _controls(*, default: None, doc: str) -> Any:
    return _ControlsField(FieldType("one", "Controls"), default, doc=doc)


class Element(ElementPackFields):
    """A part of the system."""

    # Without an annotation, so that type checkers do not count it: each kind says where its name stands.
    name = cast("Text", named(kw_only=False))
    key: Text = fact(
        default="", doc="A stable label for ids and decisions, where the name may change or is not unique."
    )
    description: Text = fact(default="", doc="What it is, in a sentence or two.")
    inBoundary: BoundaryField = relation(of="Boundary", default=None, doc="The trust boundary around it.")
    inScope: Bool = fact(default=True, doc="Whether threats against it are looked at.")
    scopeReason: Text = fact(default="", doc="Why threats against it are not looked at, where it is out of scope.")
    maxClassification: ClassificationField = fact(
        default=Classification.UNKNOWN, doc="The most sensitive class of data that it may handle."
    )
    minTLSVersion: TLSVersionField = fact(default=TLSVersion.NONE, doc="The oldest TLS version that it may accept.")
    levels: Ints = levels(default=frozenset({0}), doc="The levels of detail on which it is drawn.")
    sourceFiles: Texts = texts(default=(), doc="Where its source code is, relative to the model file.")
    controls: ControlsField = _controls(default=None, doc="What is done on it against threats.")
    marks: MarkList = note_list(None, default=())
    overrides: FindingList = note_list(Finding, default=())
    assumptions: AssumptionList = note_list(Assumption, default=())

    #: The names of the positional arguments.
    _positional: ClassVar[tuple[str, ...]] = ("name",)
    _plain: ClassVar[frozenset[str]] = frozenset(
        {"facts", "load", "place", "imported_from", "own_controls", "marks", "overrides", "assumptions"}
    )
    _settable: ClassVar[frozenset[str]] = frozenset({"marks", "overrides", "assumptions"})
    #: The place in the file of another tool that it was read from, for messages; empty for all others.
    imported_from: ClassVar[str] = ""
    if TYPE_CHECKING:
        load: ClassVar[Load]
        place: ClassVar[Place]
        own_controls: ClassVar[Controls]

    # Not in __init__: an own kind may set fields before it calls super().__init__(), and that call is not the line
    # that makes the element.
    def __new__(cls, *args: Any, **keywords: Any) -> Any:
        element, load = super().__new__(cls), current()
        set_plain = object.__setattr__
        set_plain(element, "load", load)
        set_plain(element, "place", caller_within(load.file) if load.is_file else caller())
        set_plain(element, "own_controls", Controls())
        set_plain(element.own_controls, "owner", element)
        return element

    def __init__(self, *positional: Any, **values: Any) -> None:
        for name, value in self._arguments(positional, values).items():
            setattr(self, name, value)
        self.load.add(self)

    def _arguments(self, positional: tuple[Any, ...], values: dict[str, Any]) -> dict[str, Any]:
        if len(positional) > len(self._positional):
            takes = ", ".join(self._positional)
            raise ModelError(
                f"{type(self).__name__}() takes {takes} by position, got {len(positional)}", place=caller()
            )
        for name in self._positional[: len(positional)]:
            if name in values:
                raise ModelError(f"{type(self).__name__}() got {name} twice", place=caller())
        arguments = dict(zip(self._positional, positional, strict=False)) | values
        missing = [name for name in self._positional if name not in arguments]
        if missing:
            raise ModelError(f"{type(self).__name__}() needs {', '.join(missing)}", place=caller())
        return arguments

    @classmethod
    def kind(cls) -> str:
        """The kind's name in the vocabulary."""
        return cls.__name__

    @classmethod
    def kinds(cls) -> tuple[str, ...]:
        """The kind and all that it is a special case of, nearest first, up to Element."""
        return tuple(base.__name__ for base in cls.__mro__ if issubclass(base, Element))

    def describe(self) -> str:
        name = self.facts.given.get("name")
        return self.kind() if name is None else f'{self.kind()} "{escape(name)}"'

    def __repr__(self) -> str:
        return f"<{self.describe()}>"

    def __str__(self) -> str:
        return f"{self.kind()}({self.name})"

    def declared_fields(self) -> dict[str, Field[Any, Any]]:
        """The fields that packs declare for it, by name."""
        return self.load.declared_for(type(self).kinds())

    def _set_other(self, name: str, value: Any) -> None:
        declared = self.declared_fields().get(name)
        if declared is not None:
            self.state(declared, value)
        elif self.load.other is not None:
            self.load.other.take(self, name, value)
        elif not legacy.set_flat(self, name, value):
            raise self.unknown(name)

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take any attribute for granted.
        def __getattr__(self, name: str) -> Any:
            if not name.startswith("__"):
                field = self.declared_fields().get(name)
                if field is not None and (not field.optional or name in self.facts.given):
                    return self.facts.given.get(name, field.default)
                if self.load.other is not None:
                    return self.load.other.find(self, name)
                found = legacy.get_flat(self, name)
                if found is not legacy.NOTHING:
                    return found
            raise self.unknown(name)

    def attribute_names(self) -> Iterator[str]:
        yield from super().attribute_names()
        yield from self.declared_fields()
        yield from sorted(self._settable)
        yield from legacy.names_for(self)

    def oneOf(self, *kinds_or_elements: Any) -> bool:
        """Whether it is of one of these kinds, or one of these elements."""
        return predicates.one_of(self, _wanted(kinds_or_elements))

    def inside(self, *boundaries: Any) -> bool:
        """Whether one of these boundaries is around it, at any depth."""
        return predicates.inside(self, _wanted(boundaries))

    def enters(self, *boundaries: Any) -> bool:
        """Whether this flow goes into one of these boundaries from outside."""
        return predicates.enters(self, _wanted(boundaries))

    def exits(self, *boundaries: Any) -> bool:
        """Whether this flow goes out of one of these boundaries."""
        return predicates.exits(self, _wanted(boundaries))

    def crosses(self, *boundaries: Any) -> bool:
        """Whether this flow goes into or out of one of these boundaries."""
        return predicates.crosses(self, _wanted(boundaries))

    def checkTLSVersion(self, flows: list[Dataflow] | tuple[Dataflow, ...]) -> bool:
        """Whether one of these flows uses an older TLS version than this element may accept."""
        return any(flow.tlsVersion < self.minTLSVersion for flow in flows)


def _wanted(asked: tuple[Any, ...]) -> tuple[Any, ...]:
    """What a predicate is asked about; a name would match nothing, and the answer would look true."""
    for item in asked:
        if not isinstance(item, Element) and not (isinstance(item, type) and issubclass(item, Element)):
            raise ModelError(f"an element or a kind is asked for, got {shown(item)}", place=caller())
    return asked
