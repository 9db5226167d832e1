"""pytm's `load` and `loads`: a model that stands in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO
from typing import Any
from typing import Final

from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import shown
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.kinds import KINDS
from pytest_threatmodel.model.kinds import Boundary
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.origin import caller

_LISTS: Final = ("boundaries", "data", "elements", "flows")
_KINDS: Final = {kind.__name__: kind for kind in KINDS if kind not in (Boundary, Data, Dataflow)}


class Reader:
    """Makes models of one load.

    Args:
        tm: the class of the models.
    """

    def __init__(self, tm: type[Model]) -> None:
        self._tm = tm

    def load(self, fp: IO[str]) -> Model:
        """The model in an open file.

        Raises:
            ModelError: it is not JSON, or no model.
        """
        return self.loads(fp.read())

    def loads(self, s: str) -> Model:
        """The model in a text.

        Raises:
            ModelError: it is not JSON, or no model.
        """
        try:
            document = json.loads(s)
        except (ValueError, TypeError, RecursionError) as error:
            raise _wrong(f"not JSON: {error}") from None
        if not isinstance(document, dict) or "name" not in document:
            raise _wrong("expected an object with a name")
        values = {name: value for name, value in document.items() if name not in _LISTS}
        model = self._tm(values.pop("name"), **values)
        _Elements(document).make()
        return model


class _Elements:
    """The elements of one document; they name each other by name."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._boundaries: dict[str, Element] = {}
        self._data: dict[str, Element] = {}
        self._elements: dict[str, Element] = {}

    def make(self) -> None:
        inside = {}
        for name, values in self._of("boundaries"):
            inside[name] = values.pop("inBoundary", None)
            self._boundaries[name] = Boundary(name, **values)
        for name, around in inside.items():
            if around is not None:
                boundary = self._boundary(around, name)
                self._boundaries[name].inBoundary = boundary  # type: ignore[assignment]  # they are nothing else
        for name, values in self._of("data"):
            # What carries and processes it follows from the flows.
            kept = {key: value for key, value in values.items() if key not in ("carriedBy", "processedBy")}
            self._data[name] = Data(name, **kept)
        for name, values in self._of("elements"):
            self._elements[name] = self._kind(values, name)(name, **self._linked(values, name))
        for name, values in self._of("flows"):
            source, sink = (self._end(values.pop(end, None), name, end) for end in ("source", "sink"))
            Dataflow(source, sink, name, **self._linked(values, name))

    def _of(self, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
        items = self._document.get(key, [])
        if not isinstance(items, list):
            raise _wrong(f"{key} is {shown(items)}, expected a list")
        for number, item in enumerate(items, 1):
            if not isinstance(item, dict) or not isinstance(item.get("name"), str):
                raise _wrong(f"{key}, item {number}: expected an object with a name, got {shown(item)}")
            yield item["name"], {name: value for name, value in item.items() if name != "name"}

    def _kind(self, values: dict[str, Any], name: str) -> type[Element]:
        kind = values.pop("__class__", "Asset")
        if not isinstance(kind, str) or kind not in _KINDS:
            raise _wrong(f"element {name!r}: unknown kind {shown(kind)}", did_you_mean(str(kind), _KINDS))
        return _KINDS[kind]

    def _linked(self, values: dict[str, Any], name: str) -> dict[str, Any]:
        if values.get("inBoundary") is not None:
            values["inBoundary"] = self._boundary(values["inBoundary"], name)
        if isinstance(values.get("data"), list):
            values["data"] = [self._data.get(each, each) if isinstance(each, str) else each for each in values["data"]]
        return values

    def _boundary(self, wanted: Any, name: str) -> Element:
        return _found(self._boundaries, wanted, f"{name!r}: inBoundary")

    def _end(self, wanted: Any, name: str, end: str) -> Element:
        return _found({**self._boundaries, **self._elements}, wanted, f"flow {name!r}: {end}")


def _found(known: dict[str, Element], wanted: Any, where: str) -> Element:
    if isinstance(wanted, str) and wanted in known:
        return known[wanted]
    raise _wrong(f"{where} is {shown(wanted)}, which is not there", did_you_mean(str(wanted), known))


def _wrong(problem: str, hint: str | None = None) -> ModelError:
    return ModelError(f"JSON model: {problem}", place=caller(), hint=hint)
