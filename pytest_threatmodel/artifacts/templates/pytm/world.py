"""A snapshot as templates for pytm see it: a model, elements, data, threats and findings by pytm's names."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any
from typing import Final

from pytest_threatmodel.artifacts.templates.pytm.findings import Findings
from pytest_threatmodel.artifacts.templates.pytm.findings import assumption
from pytest_threatmodel.artifacts.templates.pytm.findings import threat
from pytest_threatmodel.artifacts.templates.pytm.values import Many
from pytest_threatmodel.artifacts.templates.pytm.values import Method
from pytest_threatmodel.artifacts.templates.pytm.values import Thing
from pytest_threatmodel.artifacts.templates.pytm.values import Value
from pytest_threatmodel.model.enums import Classification
from pytest_threatmodel.model.enums import DatastoreType
from pytest_threatmodel.model.enums import Lifetime
from pytest_threatmodel.model.enums import TLSVersion
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.shape import ElementShape
from pytest_threatmodel.snapshot.shape import Snapshot

_ENUMS: Final[Mapping[str, type[Enum]]] = {
    each.__name__: each for each in (Classification, DatastoreType, Lifetime, TLSVersion)
}
#: Collections of elements: name -> kind. The first four are pytm's own.
_KINDS: Final = {
    "dataflows": "Dataflow",
    "assets": "Asset",
    "actors": "Actor",
    "boundaries": "Boundary",
    "servers": "Server",
    "datastores": "Datastore",
    "processes": "Process",
    "lambdas": "Lambda",
    "externals": "ExternalEntity",
    "llms": "LLM",
    "agents": "Agent",
}
#: What each collection holds, by the name that a template gives it.
COLLECTIONS: Final = ("elements", "data", *_KINDS, "findings", "threats")
#: Which fields may have several lines; others stand in cells of tables.
_PROSE: Final = ("description", "note")
#: Which fields pytm sorts by name.
_SORTED: Final = ("carriedBy", "processedBy")


class World:
    """The values that a template begins with.

    Args:
        snapshot: of one model.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._reader = Reader(snapshot)
        #: The types of fields that name an element.
        self._relations = {kind for shape in snapshot["kinds"].values() for kind in shape["kinds"]}
        self._things = {label: self._element(each) for label, each in self._reader.elements.items()}
        self._findings = Findings(self._reader, self._things)

    def names(self) -> dict[str, Value]:
        """Name -> value."""
        elements = self._snapshot["elements"]
        found: dict[str, Value] = {
            "tm": self._model(),
            "findings": Many(self._findings.all),
            "threats": Many([threat(each) for each in self._snapshot["threats"]]),
            "elements": self._those(each for each in elements if each["kind"] != "Data"),
            "data": self._those(each for each in elements if each["kind"] == "Data"),
        }
        for name, kind in _KINDS.items():
            found[name] = self._those(each for each in elements if self._reader.is_a(each, kind))
        found["dataflows"] = self._those(sorted((each for each in elements if each["flow"]), key=_order))
        return found

    def _those(self, elements: Iterable[ElementShape]) -> Many:
        return Many([self._things[each["label"]] for each in elements])

    def _model(self) -> Thing:
        model = self._snapshot["model"]
        return _thing(
            "TM",
            f"TM({escape(model['name'])})",
            name=escape(model["name"]),
            description=model["description"],
            isOrdered=model["is_ordered"],
            mergeResponses=model["merge_responses"],
            assumptions=Many([assumption(each) for each in model["assumptions"]]),
            findings=Many(self._findings.all),
            excluded_findings=Many(self._findings.excluded),
        )

    def _element(self, element: ElementShape) -> Thing:
        name = escape(element["name"])
        return Thing(element["kind"], f"{element['kind']}({name})", lambda: self._attributes(element, name))

    def _attributes(self, element: ElementShape, name: str) -> dict[str, Value]:
        fields = self._snapshot["kinds"][element["kind"]]["fields"]
        values = {
            field: self._value(field, shape["type"], self._reader.value(element, field))
            for field, shape in fields.items()
        }
        found = self._findings.on(element["label"])
        controls = self._controls(element)
        order = _order(element)
        return {
            **controls.attributes,  # where models for the first pytm had them
            **values,
            "name": name,
            "controls": controls,
            "findings": Many(found),
            "severity": self._findings.worst(element["label"]),
            "display_name": Method(lambda: name if order == -1 else f"({order}) {name}"),
            "parents": Method(lambda: self._parents(element)),
        }

    def _controls(self, element: ElementShape) -> Thing:
        fields = self._snapshot["kinds"]["Controls"]["fields"]
        values = {name: element["controls"].get(name, shape["default"]) for name, shape in fields.items()}
        shown = " ".join(f"{name}={value!r}" for name, value in values.items())
        return Thing("Controls", shown, lambda: values)

    def _parents(self, element: ElementShape) -> Many:
        found: list[Value] = []
        boundary = element["boundary"]
        while boundary is not None:
            found.append(self._things[boundary])
            boundary = self._reader.elements[boundary]["boundary"]
        return Many(found)

    def _value(self, field: str, type: str, value: Any) -> Value:
        if isinstance(value, list):
            return self._many(field, type, value)
        if type in _ENUMS and isinstance(value, str):
            return _member(_ENUMS[type], value)
        if type in self._relations and value in self._things:
            return self._things[value]
        if isinstance(value, str):
            return value if field in _PROSE else escape(value)
        return value if isinstance(value, int) else None

    def _many(self, field: str, type: str, values: list[Any]) -> Many:
        if not type.startswith("list of "):
            return Many(values)
        labels = [label for label in values if label in self._things]
        if field in _SORTED:
            labels.sort(key=self._name)
        things = [self._things[label] for label in labels]
        if type != "list of Data" or not things:
            return Many(things)
        return Many(things, ", ".join(sorted(set(map(self._name, labels)))))

    def _name(self, label: str) -> str:
        return escape(self._reader.elements[label]["name"])


def _thing(kind: str, shown: str, **attributes: Value) -> Thing:
    return Thing(kind, shown, lambda: attributes)


def _order(element: ElementShape) -> int:
    return -1 if element["flow"] is None else element["flow"]["order"]


@cache
def _member(enum: type[Enum], name: str) -> Thing:
    value: Any = enum[name].value
    label = Method(lambda: str(value).lower().replace("_", " "))
    return _thing(enum.__name__, f"{enum.__name__}.{name}", name=name, value=value, label=label)
