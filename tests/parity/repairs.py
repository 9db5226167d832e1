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


_INHERITED = (
    ("", "protocol"),
    ("", "srcPort"),
    ("", "dstPort"),
    ("controls", "isEncrypted"),
    ("controls", "authenticatesDestination"),
    ("controls", "checksDestinationRevocation"),
)


def _node(flow: Any, place: str) -> Any:
    return flow.controls if place else flow


@repair
def stated_values() -> Patches:
    """pytm 1.4 overwrites what the author wrote, on a flow by what its sink or source says."""
    if not IS_PYDANTIC:
        return []
    original = pytm._apply_defaults

    def apply_defaults(flows: list[Any], data: Any) -> Any:
        nodes = [(_node(flow, place), name) for flow in flows for place, name in _INHERITED]
        nodes += [(one, name) for one in data for name in ("isCredentials", "credentialsLife")]
        stated = [(node, name, getattr(node, name)) for node, name in nodes if is_stated(node, name)]
        result = original(flows, data)
        for node, name, value in stated:
            put(node, name, value)
        return result

    return [patch.object(pytm, "_apply_defaults", apply_defaults)]


_FROM_REQUEST = (
    ("", "protocol", "protocol", "protocol"),
    ("", "srcPort", "dstPort", "port"),
    ("", "tlsVersion", "tlsVersion", None),
    ("controls", "isEncrypted", "isEncrypted", "isEncrypted"),
)


@repair
def response_from_request() -> Patches:
    """A response takes from its request before it asks the other end; in pytm it never asks its request."""
    original = pytm._apply_defaults

    def apply_defaults(flows: list[Any], data: Any) -> Any:
        wanted = [
            (_node(flow, place), name, _node(flow.responseTo, place), theirs)
            for flow in flows
            if flow.isResponse and flow.responseTo is not None
            for place, name, theirs, sinks in _FROM_REQUEST
            if not is_stated(_node(flow, place), name)
            and (
                is_stated(_node(flow.responseTo, place), theirs)
                or (sinks is not None and is_stated(_node(flow.responseTo.sink, place), sinks))
            )
        ]
        result = original(flows, data)
        for node, name, giver, theirs in wanted:
            put(node, name, getattr(giver, theirs))
        return result

    return [patch.object(pytm, "_apply_defaults", apply_defaults)]


@repair
def credentials_of_all_data() -> Patches:
    """pytm completes what is said about credentials only for data that some request carries."""
    original = pytm._apply_defaults

    def apply_defaults(flows: list[Any], data: Any) -> Any:
        open_ = [(one, not is_stated(one, "isCredentials"), not is_stated(one, "credentialsLife")) for one in data]
        result = original(flows, data)
        for one, flag_is_open, life_is_open in open_:
            if flag_is_open and one.credentialsLife is not pytm.Lifetime.NONE:
                put(one, "isCredentials", True)
            if life_is_open and one.isCredentials and one.credentialsLife is pytm.Lifetime.NONE:
                put(one, "credentialsLife", pytm.Lifetime.UNKNOWN)
        return result

    return [patch.object(pytm, "_apply_defaults", apply_defaults)]


@repair
def spelling_of_protocols() -> Patches:
    """pytm compares protocols letter by letter; here "http" is another spelling of "HTTP"."""
    original = pytm._apply_defaults

    def apply_defaults(flows: list[Any], data: Any) -> Any:
        for element in pytm.TM._elements:
            if getattr(element, "protocol", "") == "http":
                put(element, "protocol", "HTTP")
        return original(flows, data)

    return [patch.object(pytm, "_apply_defaults", apply_defaults)]


@repair
def several_answers() -> Patches:
    """Two responses that match one request stop the run of pytm 1.3; in 1.4 the last one is the answer."""
    if IS_PYDANTIC:
        return []
    original, put_once = pytm._match_responses, pytm.varElement.__set__

    def match_responses(flows: list[Any]) -> Any:
        with patch.object(pytm.varElement, "__set__", keep_first):
            return original(flows)

    def keep_first(self: Any, instance: Any, value: Any) -> None:
        if instance not in self.data:
            put_once(self, instance, value)

    return [patch.object(pytm, "_match_responses", match_responses)]


@repair
def innermost_boundaries() -> Patches:
    """pytm 1.4 takes the innermost boundary of an element for unused, with `ignoreUnused`."""
    if not IS_PYDANTIC:
        return []
    original = pytm._get_elements_and_boundaries

    def used(flows: list[Any]) -> Any:
        elements, boundaries = original(flows)
        return list({*elements, *boundaries}), boundaries

    return [patch.object(pytm, "_get_elements_and_boundaries", used)]


@repair
def equal_data() -> Patches:
    """In pytm 1.4 two pieces of data of one name and classification are one, whatever else they say."""
    if not IS_PYDANTIC:
        return []
    return [patch.multiple(pytm.Data, __eq__=lambda self, other: self is other, __hash__=object.__hash__)]
