"""The repairs of what pytm makes of flows and their data before it judges them: what `repairs.py` says holds here."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from tests.parity.repairs import IS_PYDANTIC
from tests.parity.repairs import Patches
from tests.parity.repairs import is_stated
from tests.parity.repairs import put
from tests.parity.repairs import pytm
from tests.parity.repairs import repair

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
