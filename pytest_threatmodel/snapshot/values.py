"""Elements and kinds as plain data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from collections.abc import Mapping
from enum import Enum
from math import isfinite
from pathlib import Path
from typing import Any

from pytest_threatmodel.analysis.sensitivity import sensitivities
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.enums import TLSVersion
from pytest_threatmodel.model.errors import shown
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.node import Node
from pytest_threatmodel.model.origin import Inherited
from pytest_threatmodel.model.origin import Origin
from pytest_threatmodel.model.origin import Place
from pytest_threatmodel.model.predicates import around
from pytest_threatmodel.model.protocols import PROTECTED
from pytest_threatmodel.model.vocabulary import Vocabulary
from pytest_threatmodel.snapshot.shape import ElementShape
from pytest_threatmodel.snapshot.shape import FieldShape
from pytest_threatmodel.snapshot.shape import FlowShape
from pytest_threatmodel.snapshot.shape import KindShape
from pytest_threatmodel.snapshot.shape import OriginShape

#: What elements say under keys of their own, or not as a value.
_ELSEWHERE = frozenset({"name", "controls"})


class Values:
    """Turns the elements of one model into plain data.

    Args:
        labels: label of every element.
        root: to which paths are relative.
    """

    def __init__(self, labels: Mapping[str, Element], root: Path) -> None:
        self._elements = labels
        self._root = str(root)
        self._files: dict[str, str] = {}
        self._labels = {id(element): label for label, element in labels.items()}
        self._sensitivity = sensitivities(labels.values())

    def label(self, element: Element | None) -> str | None:
        """The label of an element, None for one that is left out of the model."""
        return self._labels.get(id(element))

    def file(self, path: str) -> str:
        """A path relative to the root, with slashes; what lies on another drive keeps its last part only."""
        if path not in self._files:
            try:
                shown = os.path.relpath(path, self._root)
            except ValueError:
                shown = os.path.basename(path)
            self._files[path] = shown.replace(os.sep, "/")
        return self._files[path]

    def plain(self, value: Any) -> Any:
        """A field's value: enumerations as their names, elements as labels, collections as lists."""
        if isinstance(value, Enum):
            return value.name
        if isinstance(value, Element):
            return self.label(value)
        if isinstance(value, frozenset):
            return sorted(value)
        if isinstance(value, list | tuple):
            found = [self.plain(item) for item in value]
            return [item for item in found if item is not None]
        if isinstance(value, Mapping):
            return {str(key): self.plain(item) for key, item in value.items()}
        if value is None:
            return None
        # Subclasses of text and numbers do not cross from one process to another, and JSON has no infinity.
        kinds = (bool, int, str) if isinstance(value, float) and not isfinite(value) else (bool, int, float, str)
        return next((kind(value) for kind in kinds if isinstance(value, kind)), shown(value))

    def element(self, element: Element) -> ElementShape:
        """One element."""
        label = self._labels[id(element)]
        return {
            "label": label,
            "name": str(element.name),
            "kind": element.kind(),
            "description": str(element.description),
            "in_scope": element.inScope,
            "file": self.file(element.place.file),
            "line": element.place.line,
            "boundary": self.label(element.inBoundary),
            "levels": sorted(element.levels),
            "values": self._given(element),
            "controls": self._given(element.controls),
            "origins": dict(self._origins(element)),
            "sensitivity": self._sensitivity[id(element)].name,
            "flow": self._flow(element) if isinstance(element, Dataflow) else None,
        }

    def _given(self, node: Node) -> dict[str, Any]:
        given = node.facts.given.items()
        return {name: self.plain(value) for name, value in given if name not in _ELSEWHERE}

    def _origins(self, element: Element) -> Iterator[tuple[str, OriginShape]]:
        for name, origin in element.facts.origins.items():
            if name not in _ELSEWHERE:
                yield name, self._origin(origin)
        for name, origin in element.controls.facts.origins.items():
            yield f"controls.{name}", self._origin(origin)

    def _origin(self, origin: Origin) -> OriginShape:
        place = origin.place or Place("", 0)
        owner, field = (origin.owner, origin.field) if isinstance(origin, Inherited) else ("", "")
        file = self.file(place.file) if place.file else ""
        return {"file": file, "line": place.line, "owner": str(owner), "field": field}

    def _flow(self, flow: Dataflow) -> FlowShape:
        return {
            "source": self._labels.get(id(flow.source), ""),
            "sink": self._labels.get(id(flow.sink), ""),
            "order": flow.order,
            "protocol": str(flow.protocol),
            "port": flow.dstPort,
            "encrypted": is_encrypted(flow),
            "is_response": flow.isResponse,
            "response_to": self.label(flow.responseTo),
            "response": self.label(flow.response),
            "data": self.plain(flow.data),
            "note": str(flow.note),
            "crosses": self.plain(_crossed(flow)),
        }


def is_encrypted(flow: Dataflow) -> bool:
    """Whether what the flow carries is protected in transit, by whatever means."""
    said = flow.controls.isEncrypted or flow.usesVPN or flow.tlsVersion is not TLSVersion.NONE
    return said or flow.protocol in PROTECTED


def _crossed(flow: Dataflow) -> list[Element]:
    """The boundaries around one end only: left ones from the inside out, then entered ones from the outside in."""
    source, sink = list(around(flow.source)), list(around(flow.sink))
    left = [boundary for boundary in source if boundary not in sink]
    return left + [boundary for boundary in reversed(sink) if boundary not in source]


def kind_shape(name: str, vocabulary: Vocabulary, values: Values) -> KindShape:
    """A kind with its fields."""
    info = vocabulary.kinds[name]
    fields = {field: _field(known, values) for field, known in info.fields.items() if field not in _ELSEWHERE}
    return {"kinds": list(info.bases), "fields": fields}


def _field(field: Field[Any, Any], values: Values) -> FieldShape:
    return {
        "role": field.role,
        "type": str(field.type),
        "default": values.plain(field.default),
        "doc": field.doc,
    }
