"""One file that was written for pytm, while and after it is loaded: what it states beside the vocabulary."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

from pytest_threatmodel.compat.hints import hint
from pytest_threatmodel.compat.own_fields import OwnField
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.model import legacy
from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import UnknownAttribute
from pytest_threatmodel.model.errors import shown
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.node import Node
from pytest_threatmodel.model.origin import Place
from pytest_threatmodel.model.origin import Stated
from pytest_threatmodel.model.origin import caller
from pytest_threatmodel.model.registry import Load

if TYPE_CHECKING:
    from pytest_threatmodel.compat.finding import Finding
    from pytest_threatmodel.compat.threat import Threat


#: What pytm's model has for its diagrams.
_DOES_NOTHING: Final = frozenset({"colormap"})


@dataclass(frozen=True, slots=True)
class Swallowed:
    """An attribute that pytm takes without a word and reads nowhere.

    Args:
        kind: of the element, or "Controls", or "TM".
        name: the attribute.
        place: where it was first written.
        text: what it counts as here.
        own: whether it is kept as one that the author made up, which threats of the file may read.
    """

    kind: str
    name: str
    place: Place
    text: str
    own: bool

    def problem(self) -> ModelError:
        """The same as an error."""
        return ModelError(f"{self.kind}.{self.name}: {self.text}", place=self.place)

    def __str__(self) -> str:
        return f"{self.place}: {self.kind}.{self.name}: {self.text}"


class PytmFile:
    """What pytm keeps beside the model, for one load; takes the attributes that no kind has.

    Args:
        load: of the file.
        library: the threats of the run.
    """

    def __init__(self, load: Load, library: Library) -> None:
        self.load = load
        self.library = library
        #: None until the file asks for its threats or adds one.
        self.threats: list[Threat] | None = None
        self.threats_excluded: list[str] = []
        self.findings: list[Finding] = []
        self.excluded_findings: list[Finding] = []
        #: The models that `TM.reset()` dropped, and where.
        self.dropped: list[str] = []
        #: The findings that the file put on elements, by the id of the element.
        self._written: dict[int, list[Any]] = {}
        self._swallowed: dict[tuple[str, str], Swallowed] = {}

    def take(self, node: Node, name: str, value: Any) -> None:
        """Keep an attribute that the node's kind does not have."""
        if name.startswith("_"):
            object.__setattr__(node, name, value)
        elif not isinstance(node, Element | Controls):
            self._keep_on_model(node, name, value)
        elif name == "findings" and isinstance(node, Element):
            self._written[id(node)] = list(value)
            self._note(node, name, "findings that a file writes itself are no tests; they are kept for its reports")
        elif not isinstance(node, Element) or not self._counts(node, name, value):
            self._keep(node, name, value)

    def find(self, node: Node, name: str) -> Any:
        """The findings of an element, or what an old flat name stands for.

        Raises:
            UnknownAttribute: it is neither.
        """
        if isinstance(node, Element):
            if name == "findings":
                found = [finding for finding in self.findings if finding.element is node]
                return found or self._written.setdefault(id(node), [])
            value = legacy.get_flat(node, name)
            if value is not legacy.NOTHING:
                return value
        raise node.unknown(name)

    def note_argument(self, kind: str, name: str, known: Iterable[str]) -> None:
        """Note an argument that objects of a kind do not have."""
        near = did_you_mean(name, known)
        text = "kept, and read nowhere"
        self.note(kind, name, text if near is None else f"{text}; {near}", own=False)

    def swallowed(self, read: Callable[[str], bool]) -> list[Swallowed]:
        """What pytm swallowed, without the attributes of the author's own that some threat of the file reads."""
        return [each for each in self._swallowed.values() if not (each.own and read(each.name))]

    def own_kinds(self) -> Iterable[type[Element]]:
        """The kinds of the elements and those above them."""
        kinds = dict.fromkeys(map(type, self.load.elements))
        return dict.fromkeys(base for kind in kinds for base in kind.__mro__ if issubclass(base, Element))

    def _counts(self, element: Element, name: str, value: Any) -> bool:
        """State what an old flat name stands for, where that is clear and the value fits."""
        try:
            found = legacy.meant(element, name)
            if found is None:
                return False
            node, field = found
            setattr(node, field, value)
        except ModelError:
            return False
        dotted = f"controls.{field}" if isinstance(node, Controls) else field
        node.facts.origins[field] = Stated(caller(), name)
        self._note(element, name, f"counts as {dotted}; pytm itself reads it nowhere since version 1.2", own=False)
        return True

    def _keep_on_model(self, model: Node, name: str, value: Any) -> None:
        if hasattr(type(model), name):
            raise model.unknown(name)
        if name not in type(model)._plain:
            object.__setattr__(model, name, value)
        if name not in _DOES_NOTHING:
            near = hint(model, name)
            text = "pytm keeps it and reads it nowhere"
            self._note(model, name, text if near is None else f"{text}; did you mean {near!r}?")

    def _keep(self, node: Node, name: str, value: Any) -> None:
        kind = _kind(node)
        fields = self.load.own_fields.setdefault(kind, {})
        if name not in fields:
            fields[name] = OwnField(name, value, node)
        node.state(fields[name], value)
        self._note(node, name, _advice(node, name, value))

    def _note(self, node: Node, name: str, text: str, *, own: bool = True) -> None:
        self.note(_kind(node), name, text, own=own)

    def note(self, kind: str, name: str, text: str, *, own: bool = False) -> None:
        """Note what is swallowed, once for a name and kind."""
        if (kind, name) not in self._swallowed:
            self._swallowed[kind, name] = Swallowed(kind, name, caller(), text, own)


def _kind(node: Node) -> str:
    return node.kind() if isinstance(node, Element) else type(node).__name__


def _advice(node: Node, name: str, value: Any) -> str:
    text = "no rule of a library reads it"
    if isinstance(node, Element):
        try:
            found = legacy.meant(node, name)
        except UnknownAttribute as ambiguous:
            return f"ambiguous, so that it counts as nothing: {ambiguous.hint}"
        if found is not None:
            owner, field = found
            dotted = field if owner is node else f"controls.{field}"
            return f"{shown(value)} is no value of {dotted}, so that it counts as nothing"
    near = hint(node, name)
    return text if near is None else f"{text}; did you mean {near!r}?"
