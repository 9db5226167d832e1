"""Elements of ours from what an importer read."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from typing import TypeVar
from typing import cast

from pytest_threatmodel.importers.fault import ImportFault
from pytest_threatmodel.importers.fault import nearest_hint
from pytest_threatmodel.importers.fault import spot
from pytest_threatmodel.importers.parsed import Parsed
from pytest_threatmodel.importers.parsed import ParsedDecision
from pytest_threatmodel.importers.parsed import ParsedElement
from pytest_threatmodel.importers.parsed import ParsedFlow
from pytest_threatmodel.importers.read import MOST_DEPTH
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import shown
from pytest_threatmodel.model.imported import Imported
from pytest_threatmodel.model.imported import SourceThreat
from pytest_threatmodel.model.kinds import KINDS
from pytest_threatmodel.model.kinds import Boundary
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.kinds import Datastore
from pytest_threatmodel.model.labels import escape

T = TypeVar("T")

#: A notice that is longer is cut.
_LONGEST: Final = 300

_ONE: Final = {"boundaries": "boundary", "elements": "element", "flows": "flow", "data": "data"}
_KINDS: Final = {kind.__name__: kind for kind in KINDS}


def build(parsed: Parsed, file: Path) -> Imported:
    """Make the elements; they join the load in progress.

    Args:
        parsed: what an importer read.
        file: where from, for messages.

    Returns:
        What came with them and is no element.

    Raises:
        ImportFault: ids that stand twice or name nothing, boundaries that are inside themselves, a value that does not
            fit its field.
    """
    return _Builder(parsed, file).build()


def _line(text: str) -> str:
    """The text on one line, which is not too long: names and keys come from outside."""
    line = escape(" ".join(text.split()))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


class _Builder:
    """One build, and the elements that it has made so far, by the ids of the file."""

    def __init__(self, parsed: Parsed, file: Path) -> None:
        self._parsed = parsed
        self._file = file
        self._made: dict[str, dict[str, Element]] = {"boundaries": {}, "elements": {}, "flows": {}, "data": {}}
        #: Kind, field and hint -> the elements whose file states a field that there is not.
        self._left_out: dict[tuple[str, str, str | None], list[str]] = {}
        #: Elements come before boundaries of the same id.
        self._ends = ChainMap(self._made["elements"], self._made["boundaries"])

    def build(self) -> Imported:
        parsed = self._parsed
        for entries in (parsed.boundaries, parsed.data, parsed.elements, parsed.flows):
            self._check_ids(entries)
        for entry in self._outermost_first():
            self._made["boundaries"][entry.id] = self._element(entry)
        for entry in parsed.elements:
            self._made["elements"][entry.id] = self._element(entry)
        for entry in parsed.data:
            self._made["data"][entry.id] = self._element(entry)
        self._put_data()
        for flow in parsed.flows:
            self._made["flows"][flow.id] = self._flow(flow)
        self._put_responses()
        threats = tuple(self._threat(decision) for decision in parsed.decisions)
        notices = tuple(_line(notice) for notice in (*parsed.unmapped, *self._fieldless()))
        return Imported(escape(self._file.name), threats, notices)

    def _fieldless(self) -> Iterator[str]:
        """Fields that no kind and no loaded pack has, a line a kind and field."""
        for (_, name, hint), elements in self._left_out.items():
            more = f" ({len(elements)} elements)" if len(elements) > 1 else ""
            text = f"{elements[0]} has no field {shown(name)}, left out{more}"
            yield text if hint is None else f"{text}; {hint}"

    def _check_ids(self, entries: Iterable[ParsedElement | ParsedFlow]) -> None:
        first: dict[str, ParsedElement | ParsedFlow] = {}
        for entry in entries:
            if entry.id in first:
                raise self._fault(f"the id {shown(entry.id)} stands at {first[entry.id].place} as well", entry.place)
            first[entry.id] = entry

    def _outermost_first(self) -> Iterator[ParsedElement]:
        """The boundaries in the order of the file, but those around others before them."""
        by_id = {entry.id: entry for entry in self._parsed.boundaries}
        made: set[str] = set()
        for entry in self._parsed.boundaries:
            chain: dict[str, ParsedElement] = {}
            outer: ParsedElement | None = entry
            while outer is not None and outer.id not in made:
                if len(chain) >= MOST_DEPTH:
                    raise self._fault(f"boundaries are nested too deeply, expected at most {MOST_DEPTH}", outer.place)
                if outer.id in chain:
                    names = " in ".join(shown(each.name) for each in (*chain.values(), outer))
                    raise self._fault(f"boundaries are inside themselves: {names}", outer.place)
                chain[outer.id] = outer
                outer = None if outer.boundary is None else self._find(outer.boundary, by_id, "boundary", outer.place)
            made.update(chain)
            yield from reversed(chain.values())

    def _element(self, entry: ParsedElement) -> Element:
        if entry.kind not in _KINDS:
            raise self._fault(f"there is no kind {shown(entry.kind)}", entry.place, nearest_hint(entry.kind, _KINDS))
        element = _KINDS[entry.kind](self._name(entry))
        self._complete(element, entry)
        return element

    def _flow(self, flow: ParsedFlow) -> Dataflow:
        source, sink = (self._find(end, self._ends, "element", flow.place) for end in (flow.source, flow.sink))
        made = Dataflow(source, sink, self._name(flow))
        self._complete(made, flow)
        if flow.data:
            made.data = self._data_of(flow)
        return made

    def _complete(self, element: Element, entry: ParsedElement | ParsedFlow) -> None:
        """State what the file states, and nothing else: what is unstated may still be inherited."""
        object.__setattr__(element, "imported_from", spot(self._file, entry.place))
        if entry.description.strip():
            element.description = entry.description
        if entry.boundary is not None:
            boundary = self._find(entry.boundary, self._made["boundaries"], "boundary", entry.place)
            element.inBoundary = cast("Boundary", boundary)
        if not entry.in_scope:
            element.inScope = False
        for name, value in entry.values.items():
            self._state(element, name, value, entry.place)

    def _state(self, element: Element, name: str, value: object, place: str) -> None:
        """State a value, or tell that there is no such field: it may be one of a threat pack that is not loaded."""
        node, field = (element.controls, name[9:]) if name.startswith("controls.") else (element, name)
        fields = {**type(node).fields, **node.declared_fields()}
        known = [each for each, kept in fields.items() if not kept.is_relation and each != "name"]
        if field in known:
            try:
                setattr(node, field, value)
            except ModelError as error:
                raise self._fault(error.problem, place, error.hint) from None
        else:
            hint = nearest_hint(field, known)
            self._left_out.setdefault((element.kind(), name, hint), []).append(f"{place}: {element.describe()}")

    def _data_of(self, entry: ParsedElement | ParsedFlow) -> tuple[Data, ...]:
        known = self._made["data"]
        return tuple(cast("Data", self._find(id_, known, "data", entry.place)) for id_ in entry.data)

    def _put_responses(self) -> None:
        flows = self._made["flows"]
        for flow in self._parsed.flows:
            if flow.response_to is not None:
                made = cast("Dataflow", flows[flow.id])
                made.isResponse = True
                made.responseTo = cast("Dataflow", self._find(flow.response_to, flows, "flow", flow.place))

    def _put_data(self) -> None:
        """Say who handles which data; a store alone sends all it holds along each of its flows."""
        handlers: dict[Data, list[Element]] = {}
        lists = [("elements", self._parsed.elements), ("boundaries", self._parsed.boundaries)]
        for list_, entry in ((list_, entry) for list_, entries in lists for entry in entries):
            element, data = self._made[list_][entry.id], self._data_of(entry)
            for each in data:
                handlers.setdefault(each, []).append(element)
            if data and isinstance(element, Datastore):
                element.data = data
        for each, elements in handlers.items():
            each.processedBy = elements

    @staticmethod
    def _name(entry: ParsedElement | ParsedFlow) -> str:
        return entry.name if entry.name.strip() else entry.id

    def _find(self, id_: str, known: Mapping[str, T], what: str, place: str) -> T:
        if id_ in known:
            return known[id_]
        raise self._fault(f"there is no {what} with the id {shown(id_)}", place, nearest_hint(id_, known))

    def _threat(self, decision: ParsedDecision) -> SourceThreat:
        said = f"{decision.said}, says {self._file.name}"
        return SourceThreat(
            element=self._find(decision.element, self._made[decision.on], _ONE[decision.on], decision.place),
            title=_line(decision.title),
            cwe=frozenset(decision.cwe),
            status=decision.status,
            reason=escape(" ".join((f"{decision.reason} ({said})" if decision.reason.strip() else said).split())),
            owner=escape(decision.owner) if decision.owner else None,
            until=decision.until,
            origin=spot(self._file, decision.place),
            ours=frozenset(decision.ours),
        )

    def _fault(self, problem: str, place: str, hint: str | None = None) -> ImportFault:
        return ImportFault(self._file, problem, where=place, hint=hint)
