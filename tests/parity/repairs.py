"""What differs from pytm on purpose, done to the real pytm: runs in pytm's own environment, by `oracle_script.py`.

Each repair is one known difference. With all of them pytm must find exactly what we find.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

#: The module whose functions pytm's model calls.
pytm: Any = importlib.import_module("pytm.pytm")
#: pytm 1.4 is written with pydantic, pytm 1.3 with descriptors that can be set once.
IS_PYDANTIC = hasattr(pytm.Element, "model_fields")

Patches = list[Any]
REPAIRS: dict[str, Callable[[], Patches]] = {}


def repair(make: Callable[[], Patches]) -> Callable[[], Patches]:
    """Register what repairs one difference, under the function's name."""
    REPAIRS[make.__name__.replace("_", "-")] = make
    return make


@contextmanager
def repaired(names: list[str]) -> Iterator[None]:
    """Apply some repairs for a while."""
    with ExitStack() as stack:
        for name, make in REPAIRS.items():
            if name in names:
                for change in make():
                    stack.enter_context(change)
        yield


def is_stated(node: Any, name: str) -> bool:
    """Whether a value was set on an element or on controls."""
    if IS_PYDANTIC:
        return name in node.model_fields_set
    return node in getattr(type(node), name).data


def put(node: Any, name: str, value: Any) -> None:
    """Set a value, whether or not it was set before."""
    if IS_PYDANTIC:
        setattr(node, name, value)
    else:
        getattr(type(node), name).data[node] = value


def _around(element: Any) -> list[Any]:
    found = []
    boundary = element.inBoundary
    while boundary is not None:
        found.append(boundary)
        boundary = boundary.inBoundary
    return found


def _is_one(boundary: Any, wanted: tuple[Any, ...]) -> bool:
    return any(isinstance(boundary, one) if inspect.isclass(one) else boundary is one for one in wanted)


def _between(outer: Any, inner: Any, wanted: tuple[Any, ...]) -> bool:
    others = _around(outer)
    return any(_is_one(one, wanted) for one in _around(inner) if not any(one is other for other in others))


def _is_flow(element: Any) -> bool:
    return isinstance(element, pytm.Dataflow)


@repair
def nested_boundaries() -> Patches:
    """pytm looks at the innermost boundary alone, and a flow enters one only from outside of all."""
    return [
        patch.multiple(
            pytm.Element,
            inside=lambda self, *wanted: any(_is_one(one, wanted) for one in _around(self)),
            enters=lambda self, *wanted: _is_flow(self) and _between(self.source, self.sink, wanted),
            exits=lambda self, *wanted: _is_flow(self) and _between(self.sink, self.source, wanted),
            crosses=lambda self, *wanted: (
                _is_flow(self)
                and (_between(self.source, self.sink, wanted) or _between(self.sink, self.source, wanted))
            ),
        )
    ]


@repair
def target_in_loops() -> Patches:
    """pytm cannot read `target` inside any(...) but for the collection: the condition ends in a NameError."""
    original = pytm.Threat.apply
    names = pytm.Threat._build_eval_globals() if IS_PYDANTIC else vars(pytm)

    def apply(self: Any, target: Any) -> Any:
        names["target"] = target
        return original(self, target)

    return [patch.dict(names), patch.object(pytm.Threat, "apply", apply)]


@repair
def names_in_conditions() -> Patches:
    """pytm 1.4 forgot some of its kinds among the names that a condition may use."""
    if not IS_PYDANTIC:
        return []
    missing = {"LLM": pytm.LLM, "Data": pytm.Data}
    return [patch.dict(pytm.Threat._build_eval_globals(), missing)]


@repair
def ended_conditions() -> Patches:
    """A condition that reads what is not there stops the run of pytm 1.3; it is false in 1.4."""
    if IS_PYDANTIC:
        return []
    original = pytm.Threat.apply

    def apply(self: Any, target: Any) -> Any:
        try:
            return original(self, target)
        except (AttributeError, NameError, TypeError):
            return False

    return [patch.object(pytm.Threat, "apply", apply)]


@repair
def encryption_at_rest() -> Patches:
    """pytm writes the store's encryption at rest onto data, which other stores share."""
    original = pytm.Data._safeset

    def safeset(self: Any, name: str, value: Any) -> None:
        if name not in ("isDestEncryptedAtRest", "isSourceEncryptedAtRest"):
            original(self, name, value)

    return [patch.object(pytm.Data, "_safeset", safeset)]


@repair
def fields_of_packs() -> Patches:
    """The packs here ask processes and functions as well whether they parse XML; in pytm a rule ends there."""
    kinds = (pytm.Process, pytm.Lambda)
    return [patch.object(kind, "usesXMLParser", False, create=True) for kind in kinds]


@repair
def overrides_that_find() -> Patches:
    """An override makes a finding in pytm where its threat does not apply, whatever the kind."""
    original = pytm.TM.resolve

    def resolve(self: Any) -> None:
        original(self)
        threats = {threat.id: threat for threat in pytm.TM._threats}
        self.findings[:] = [found for found in self.findings if threats[found.threat_id].apply(found.element)]

    return [patch.object(pytm.TM, "resolve", resolve)]


@repair
def data_as_target() -> Patches:
    """pytm evaluates no threat on data, though threats may target it; here data is an element as well."""
    original = pytm.TM.resolve

    def as_element(data: Any) -> Any:
        """An element with the fields of the data; it is in no model."""
        element = pytm.Element(data.name)
        pytm.TM._elements.pop()
        names = type(data).model_fields if IS_PYDANTIC else [name for name in dir(data) if name[0] != "_"]
        for name in names:
            if name != "name":
                setattr(element, name, getattr(data, name))
        return element

    def applies(threat: Any, data: Any) -> bool:
        targets = threat.target
        if pytm.Data not in targets and pytm.Element not in targets:
            return False
        threat.target = (pytm.Element,)
        try:
            return bool(threat.apply(as_element(data)))
        finally:
            threat.target = targets

    def resolve(self: Any) -> None:
        original(self)
        assumed = [id_ for one in self.assumptions for id_ in getattr(one, "exclude", ())]
        used = [id(data) for flow in pytm.TM._flows for data in flow.data]
        for data in pytm.TM._data:
            for threat in pytm.TM._threats:
                seen = not self.ignoreUnused or id(data) in used
                if seen and threat.id not in assumed and applies(threat, data):
                    self.findings.append(SimpleNamespace(threat_id=threat.id, element=data))

    return [patch.object(pytm.TM, "resolve", resolve)]


@repair
def invented_element() -> Patches:
    """An override that names no element brings an element "invalid" into the model of pytm 1.3."""
    if IS_PYDANTIC:
        return []
    original = pytm.Finding.__init__

    def init(self: Any, *args: Any, **values: Any) -> None:
        before = len(pytm.TM._elements)
        original(self, *args, **values)
        del pytm.TM._elements[before:]

    return [patch.object(pytm.Finding, "__init__", init)]


@repair
def retired_threats() -> Patches:
    """pytm 1.3 knows no mark for threats that are kept for the record only."""
    if IS_PYDANTIC:
        return []
    original = pytm.TM._add_threats

    def add(self: Any) -> None:
        with patch.object(pytm, "json", SimpleNamespace(load=load)):
            original(self)

    def load(file: Any) -> Any:
        return [threat for threat in importlib.import_module("json").load(file) if "DEPRECATED" not in threat]

    return [patch.object(pytm.TM, "_add_threats", add)]
