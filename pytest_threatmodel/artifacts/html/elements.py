"""The elements and the data of a model, as the page lists them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from typing import Final

from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.read import is_open
from pytest_threatmodel.snapshot.shape import ElementShape
from pytest_threatmodel.snapshot.shape import FlowShape
from pytest_threatmodel.snapshot.shape import OriginShape

#: Said elsewhere in the same place: by the name, the ends, or the list of flows.
_ELSEWHERE: Final = frozenset({"name", "description", "inBoundary", "source", "sink", "inputs", "outputs", "inScope"})


@dataclass(frozen=True, slots=True)
class Link:
    """An element to go to.

    Args:
        label: names it.
        number: of its anchor.
    """

    label: str
    number: int


@dataclass(frozen=True, slots=True)
class Stated:
    """A value that somebody stated, here or on the element that it comes from.

    Args:
        field: "controls.isHardened".
        value: as text.
        where: "line 12", "from Web Server".
    """

    field: str
    value: str
    where: str


@dataclass(frozen=True, slots=True)
class Part:
    """An element of the model.

    Args:
        number: of its anchor.
        shape: as in the snapshot.
        boundary: around it.
        stated: its values.
        ends: source and sink of a flow.
        open: severity and number of its open findings, the worst first.
        pairs: how many threats were looked at.
    """

    number: int
    shape: ElementShape
    boundary: Link | None
    stated: list[Stated]
    ends: list[Link]
    open: list[tuple[str, int]]
    pairs: int


@dataclass(frozen=True, slots=True)
class Carried:
    """A flow that carries data.

    Args:
        flow: it.
        ends: source and sink.
        shape: what only flows have.
    """

    flow: Link
    ends: list[Link]
    shape: FlowShape


@dataclass(frozen=True, slots=True)
class DataRow:
    """Data, and where it flows.

    Args:
        link: to it.
        shape: as in the snapshot.
        marks: what it is beside its class: "personal data", "credentials".
        flows: that carry it.
    """

    link: Link
    shape: ElementShape
    marks: list[str]
    flows: list[Carried]


def elements(reader: Reader) -> list[Part]:
    """All elements, in or out of scope, as created."""
    waiting: Counter[tuple[str, str]] = Counter()
    pairs: Counter[str] = Counter()
    for pair in reader.snapshot["pairs"]:
        pairs[pair["element"]] += 1
        waiting[pair["element"], pair["severity"]] += is_open(pair)
    return [
        Part(
            number=reader.numbers[label],
            shape=shape,
            boundary=None if shape["boundary"] is None else _link(shape["boundary"], reader),
            stated=list(_stated(shape)),
            ends=_ends(shape, reader),
            open=[(word, waiting[label, word]) for word in SEVERITIES if waiting[label, word]],
            pairs=pairs[label],
        )
        for label, shape in reader.elements.items()
    ]


def data_rows(reader: Reader) -> list[DataRow]:
    """The data of the model with the flows that carry it."""
    carried: dict[str, list[Carried]] = {}
    for label, shape in reader.elements.items():
        flow = shape["flow"]
        if flow is None:
            continue
        for datum in flow["data"]:
            carried.setdefault(datum, []).append(Carried(_link(label, reader), _ends(shape, reader), flow))
    return [
        DataRow(_link(label, reader), shape, list(_marks(shape, reader)), carried.get(label, []))
        for label, shape in reader.elements.items()
        if reader.is_a(shape, "Data")
    ]


def _marks(shape: ElementShape, reader: Reader) -> Iterator[str]:
    for field, text in (("isPII", "personal data"), ("isCredentials", "credentials")):
        if reader.value(shape, field):
            yield text


def _ends(shape: ElementShape, reader: Reader) -> list[Link]:
    flow = shape["flow"]
    return [] if flow is None else [_link(flow["source"], reader), _link(flow["sink"], reader)]


def _link(label: str, reader: Reader) -> Link:
    return Link(label, reader.numbers[label])


def _stated(shape: ElementShape) -> Iterator[Stated]:
    values = shape["values"] | {f"controls.{name}": value for name, value in shape["controls"].items()}
    for field, value in values.items():
        origin = shape["origins"].get(field)
        if origin is not None and field not in _ELSEWHERE:
            yield Stated(field, _value_text(value), _where(origin, shape))


def _value_text(value: Any) -> str:
    return (", ".join(map(str, value)) or "none") if isinstance(value, list) else str(value)


def _where(origin: OriginShape, shape: ElementShape) -> str:
    if origin["owner"]:
        return f"from {origin['owner']}"
    if not origin["line"]:
        return ""
    return f"line {origin['line']}" if origin["file"] == shape["file"] else f"{origin['file']}:{origin['line']}"
