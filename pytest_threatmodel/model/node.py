"""What carries fields: the base of elements, controls and models."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import get_annotations
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar
from typing import dataclass_transform

from pytest_threatmodel.model import fields
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import UnknownAttribute
from pytest_threatmodel.model.errors import ValueProblem
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.origin import Inherited
from pytest_threatmodel.model.origin import Origin
from pytest_threatmodel.model.origin import Place
from pytest_threatmodel.model.origin import Stated
from pytest_threatmodel.model.origin import caller

if TYPE_CHECKING:
    from collections.abc import Mapping


class Facts:
    """What is known of one node.

    Attributes:
        given: field name -> value, for the fields that were stated or inherited; any other is unstated.
        origins: field name -> where that value comes from.
    """

    __slots__ = ("given", "origins")

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}
        self.origins: dict[str, Origin] = {}

    def forget_inherited(self) -> None:
        """Keep only what the author stated."""
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
    ),
)
class Node:
    """A thing with fields, whose values remember whether and where they were stated."""

    #: The fields of the kind by name, inherited ones first.
    fields: ClassVar[Mapping[str, Field[Any, Any]]] = {}
    #: Plain attributes that are no fields.
    _plain: ClassVar[frozenset[str]] = frozenset({"facts"})

    if TYPE_CHECKING:
        facts: ClassVar[Facts]

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        for name, annotation in get_annotations(cls).items():
            _declare(cls, name, str(annotation))
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

    def __setattr__(self, name: str, value: Any) -> None:
        if name in type(self).fields or name in self._plain:
            object.__setattr__(self, name, value)
        else:
            self._set_other(name, value)

    def _set_other(self, name: str, value: Any) -> None:
        """An attribute that the kind itself does not have is set; kinds that know more names override this."""
        raise self.unknown(name)

    def unknown(self, name: str) -> UnknownAttribute:
        """The error for an attribute that does not exist here."""
        hint = fields.did_you_mean(name, self.attribute_names())
        return UnknownAttribute(f"{self.describe()} has no attribute {name!r}", place=caller(), hint=hint)

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
        try:
            converted = field.convert(value)
        except ValueProblem as problem:
            raise self.misfit(field.name, value, problem, place) from None
        self.facts.given[field.name] = converted
        self.facts.origins[field.name] = Stated(place)

    def misfit(self, name: str, value: Any, problem: ValueProblem, place: Place) -> ModelError:
        """The error for a value that does not fit its field."""
        shown = repr(value)
        shown = shown if len(shown) <= 80 else shown[:77] + "..."
        text = f"{self.describe()}: {name} = {shown} is not accepted, expected {problem.expected}"
        return ModelError(text, place=place, hint=problem.hint)

    def inherit(self, name: str, value: Any, owner: str, field: str, place: Place | None = None) -> None:
        """Keep a value that comes from elsewhere, unless the author stated one."""
        if name not in self.facts.given:
            self.facts.given[name] = value
            self.facts.origins[name] = Inherited(owner, field, place)

    def is_stated(self, name: str) -> bool:
        """Whether the author wrote a value for the field."""
        return isinstance(self.facts.origins.get(name), Stated)


def _declare(cls: type[Node], name: str, annotation: str) -> None:
    """Make a field of a plain annotated default in a user's own kind (`rendersMarkdown: bool = False`)."""
    default = cls.__dict__.get(name)
    if name.startswith("_") or isinstance(default, Field) or annotation.startswith("ClassVar"):
        return
    type_ = fields.scalar_type(default)
    if type_ is not None:
        field: Field[Any, Any] = Field(type_, default)
        field.__set_name__(cls, name)
        setattr(cls, name, field)
