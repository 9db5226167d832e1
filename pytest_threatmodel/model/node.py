"""What carries fields: the base of elements, controls and models."""

from __future__ import annotations

import copy
import inspect
import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar
from typing import dataclass_transform

from pytest_threatmodel.model import fields
from pytest_threatmodel.model import notes
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import UnknownAttribute
from pytest_threatmodel.model.errors import ValueProblem
from pytest_threatmodel.model.errors import shown
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.fields import FieldType
from pytest_threatmodel.model.origin import Inherited
from pytest_threatmodel.model.origin import Origin
from pytest_threatmodel.model.origin import Place
from pytest_threatmodel.model.origin import Stated
from pytest_threatmodel.model.origin import caller
from pytest_threatmodel.model.proven import ProvenBy

if TYPE_CHECKING:
    from collections.abc import Mapping


class Facts:
    """What is known of one node.

    Attributes:
        given: field name -> value, for the fields that were stated or inherited; any other is unstated.
        origins: field name -> where that value comes from.
        stated: field name -> what the author stated, for collections that inheritance made longer.
        proofs: name of a control -> the tests that the author says prove it.
    """

    __slots__ = ("given", "origins", "proofs", "stated")

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}
        self.origins: dict[str, Origin] = {}
        self.stated: dict[str, Any] = {}
        self.proofs: dict[str, tuple[str, ...]] = {}

    def forget_inherited(self) -> None:
        """Keep only what the author stated."""
        self.given.update(self.stated)
        self.stated.clear()
        for name in [name for name, origin in self.origins.items() if isinstance(origin, Inherited)]:
            del self.given[name]
            del self.origins[name]


@dataclass_transform(
    kw_only_default=True,
    field_specifiers=(
        fields.fact,
        fields.control,
        fields.protection,
        fields.named,
        fields.endpoint,
        fields.relation,
        fields.collection,
        fields.texts,
        fields.levels,
        notes.note_list,
    ),
)
class Node:
    """A thing with fields, whose values remember whether and where they were stated."""

    #: The fields of the kind by name, inherited ones first.
    fields: ClassVar[Mapping[str, Field[Any, Any]]] = {}
    #: Attributes that are no fields; no field can have their names.
    _plain: ClassVar[frozenset[str]] = frozenset({"facts"})
    #: Those of them that the author may set.
    _settable: ClassVar[frozenset[str]] = frozenset()

    if TYPE_CHECKING:
        facts: ClassVar[Facts]

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        annotations = _annotations(cls)
        for name in dict.fromkeys((*vars(cls), *annotations)):
            _declare(cls, name, annotations.get(name))
        declared = {
            name: field
            for base in reversed(cls.__mro__)
            for name, field in vars(base).items()
            if isinstance(field, Field)
        }
        cls.fields = declared

    def __new__(cls, *args: Any, **keywords: Any) -> Any:
        node = super().__new__(cls)
        object.__setattr__(node, "facts", Facts())
        return node

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take any attribute for granted.
        def __setattr__(self, name: str, value: Any) -> None:
            if name in type(self).fields or name in self._settable or _is_property(type(self), name):
                object.__setattr__(self, name, value)
            else:
                self._set_other(name, value)

    def _set_other(self, name: str, value: Any) -> None:
        """An attribute that the kind itself does not have is set; kinds that know more names override this."""
        raise self.unknown(name)

    def unknown(self, name: str) -> UnknownAttribute:
        """The error for an attribute that does not exist here."""
        found = _found_on(type(self).__mro__, name)
        if found is not None:
            hint = None if hasattr(found, "__get__") else 'a field of an own kind is annotated: `name: str = ""`'
            return UnknownAttribute(f"{self.describe()}: {name!r} is no field", place=caller(), hint=hint)

        # pytest asks every object in a model file for attributes that it cannot have, and reads no message.
        def hint_for_it() -> str | None:
            return fields.did_you_mean(name, self.attribute_names())

        return UnknownAttribute(f"{self.describe()} has no attribute {name!r}", place=caller(), hint=hint_for_it)

    def attribute_names(self) -> Iterator[str]:
        """The names that the author may set."""
        yield from type(self).fields

    def describe(self) -> str:
        """The node in words, for messages."""
        return type(self).__name__

    def state(self, field: Field[Any, Any], value: Any) -> None:
        """Keep a value that the author wrote.

        Raises:
            ModelError: the value does not fit; names element, field, value, what was expected and the place.
        """
        place = caller()
        tests: tuple[str, ...] = ()
        try:
            if isinstance(value, ProvenBy):
                if field.role != "control":
                    raise ValueProblem("a plain value: only controls are proven by tests")
                value, tests = value.value, value.tests
            converted = field.convert(value)
        except ValueProblem as problem:
            raise self.misfit(field.name, value, problem, place) from None
        self.facts.proofs.pop(field.name, None)
        if tests:
            self.facts.proofs[field.name] = tests
        self.facts.given[field.name] = converted
        self.facts.origins[field.name] = Stated(place)
        self.facts.stated.pop(field.name, None)

    def misfit(self, name: str, value: Any, problem: ValueProblem, place: Place) -> ModelError:
        """The error for a value that does not fit its field."""
        text = f"{self.describe()}: {name} = {shown(value)} is not accepted, expected {problem.expected}"
        return ModelError(text, place=place, hint=problem.hint)

    def inherit(self, name: str, value: Any, owner: str, field: str, place: Place | None = None) -> None:
        """Keep a value that comes from elsewhere, unless the author stated one."""
        if name not in self.facts.given:
            self.facts.given[name] = value
            self.facts.origins[name] = Inherited(owner, field, place)

    def inherit_more(self, name: str, values: tuple[Any, ...], owner: str, field: str) -> None:
        """Add to a collection what comes from elsewhere; what the author stated stays in front."""
        before = self.facts.given.get(name, ())
        merged = tuple(dict.fromkeys((*before, *values)))
        if merged == before:
            return
        if self.is_stated(name):
            self.facts.stated.setdefault(name, before)
        self.facts.given[name] = merged
        self.facts.origins.setdefault(name, Inherited(owner, field, None))

    def is_stated(self, name: str) -> bool:
        """Whether the author wrote a value for the field."""
        return isinstance(self.facts.origins.get(name), Stated)


def _annotations(cls: type[Node]) -> dict[str, str]:
    """The annotations of the class itself, as they are written."""
    if sys.version_info >= (3, 14):
        # Their values would need names that only type checkers import.
        import annotationlib

        return annotationlib.get_annotations(cls, format=annotationlib.Format.STRING)
    return {name: str(annotation) for name, annotation in inspect.get_annotations(cls).items()}


def _found_on(bases: tuple[type, ...], name: str) -> Any:
    """The class attribute of this name, or None."""
    return next((vars(base)[name] for base in bases if name in vars(base)), None)


def _is_property(cls: type[Node], name: str) -> bool:
    """Whether the class lets the name be set by a descriptor of its own."""
    if name.startswith("__"):
        # What Python itself keeps on an object, such as `__dict__`, is nothing that a model states.
        return False
    found = _found_on(cls.__mro__, name)
    return found.fset is not None if isinstance(found, property) else hasattr(type(found), "__set__")


def _declare(cls: type[Node], name: str, annotation: str | None) -> None:
    """Make a field of what stands in a user's own kind.

    `rendersMarkdown: bool = False` is a new field, `usesCache = True` another default of a field that is there.
    """
    value = vars(cls).get(name)
    known = _found_on(cls.__mro__[1:], name)
    if name.startswith("_") or (annotation is not None and re.match(r"(\w+\.)*ClassVar\b", annotation)):
        return
    if isinstance(value, Field):
        field = value
    elif hasattr(value, "__get__"):
        return
    elif isinstance(known, Field):
        field = _with_default(cls, known, value)
    elif annotation is not None:
        field = Field(_own_type(cls, name, value), value)
    else:
        return
    if name in cls._plain or (known is not None and not isinstance(known, Field)):
        text = f"{cls.__name__}: {name!r} means something else on every element; choose another name for the field"
        raise ModelError(text, place=caller())
    if field is not value:
        field.__set_name__(cls, name)
        setattr(cls, name, field)


def _own_type(cls: type[Node], name: str, default: Any) -> FieldType:
    type_ = fields.scalar_type(default)
    if type_ is not None:
        return type_
    text = f"{cls.__name__}: the default of the field {name!r} must be {fields.SCALARS}, got {shown(default)}"
    raise ModelError(text, place=caller(), hint="what is no field is annotated with ClassVar")


def _with_default(cls: type[Node], known: Field[Any, Any], value: Any) -> Field[Any, Any]:
    try:
        if known.is_relation:
            raise ValueProblem("to be set on each element")
        field = copy.copy(known)
        field.default = known.convert(value)
    except ValueProblem as problem:
        text = f"{cls.__name__}: {known.name} = {shown(value)} is not accepted, expected {problem.expected}"
        raise ModelError(text, place=caller(), hint=problem.hint) from None
    return field
