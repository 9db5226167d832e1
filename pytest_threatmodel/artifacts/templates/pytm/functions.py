"""The functions that `{item:call:NAME}` calls; their names and answers are pytm's."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Final

from pytest_threatmodel.artifacts.templates.pytm.values import Many
from pytest_threatmodel.artifacts.templates.pytm.values import Method
from pytest_threatmodel.artifacts.templates.pytm.values import Thing
from pytest_threatmodel.artifacts.templates.pytm.values import Value
from pytest_threatmodel.artifacts.templates.pytm.values import what

Function = Callable[[Value], Value]


def _element(function: Callable[[Thing], Value]) -> Function:
    """A function of elements; anything else is said to be none, in the report, as pytm does."""

    def checked(value: Value) -> Value:
        if isinstance(value, Thing) and "findings" in value.attributes and "inScope" in value.attributes:
            return function(value)
        return f"(no element: {what(value)})"

    return checked


def _finding(attribute: str) -> Function:
    """A function that gives an attribute of a finding, and nothing of anything else."""

    def read(value: Value) -> Value:
        return value.attributes[attribute] if isinstance(value, Thing) and value.kind == "Finding" else ""

    return read


def _parents(boundary: Thing) -> list[Thing]:
    method = boundary.attributes["parents"]
    found = method.call() if isinstance(method, Method) else None
    return [each for each in found.items if isinstance(each, Thing)] if isinstance(found, Many) else []


def _parent_name(boundary: Thing) -> Value:
    found = _parents(boundary)
    return found[0].attributes["name"] if found else ""


def _in_scope_findings(element: Thing) -> Value:
    return element.attributes["findings"] if element.attributes["inScope"] else Many([])


def _finding_count(element: Thing) -> Value:
    found = element.attributes["findings"]
    return len(found.items) if isinstance(found, Many) else 0


#: Name -> function.
FUNCTIONS: Final[Mapping[str, Function]] = {
    "getParentName": _element(_parent_name),
    "getNamesOfParents": _element(lambda boundary: Many([each.attributes["name"] for each in _parents(boundary)])),
    "getInScopeFindings": _element(_in_scope_findings),
    "getFindingCount": _element(_finding_count),
    "getElementType": _element(lambda element: element.kind),
    "getThreatId": _finding("threat_id"),
    "getFindingDescription": _finding("description"),
    "getFindingTarget": _finding("target"),
    "getFindingSeverity": _finding("severity"),
    "getFindingMitigations": _finding("mitigations"),
    "getFindingReferences": _finding("references"),
    "getFindingExample": _finding("example"),
}
