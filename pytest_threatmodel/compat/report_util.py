"""pytm's ReportUtils, which scripts call and patch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_threatmodel.compat.finding import Finding
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.kinds import Boundary


def _of_finding(name: str) -> Callable[[Any], str]:
    def get(obj: Any) -> str:
        return str(getattr(obj, name) or "") if isinstance(obj, Finding) else ""

    return get


class ReportUtils:
    """What templates of pytm call on elements and findings."""

    @staticmethod
    def getParentName(element: Any) -> str:
        """The name of the boundary around a boundary."""
        if not isinstance(element, Boundary):
            return _not_for(element, "getParentName")
        return "" if element.inBoundary is None else element.inBoundary.name

    @staticmethod
    def getNamesOfParents(element: Any) -> list[str] | str:
        """The names of the boundaries around a boundary, innermost first."""
        if not isinstance(element, Boundary):
            return _not_for(element, "getNamesOfParents")
        return [parent.name for parent in element.parents()]

    @staticmethod
    def getInScopeFindings(element: Any) -> list[Finding]:
        """The findings of an element that is in scope."""
        if not isinstance(element, Element) or not element.inScope:
            return []
        return list(element.findings)  # type: ignore[attr-defined]  # found by the file's own names

    @staticmethod
    def getFindingCount(element: Any) -> str:
        """How many findings an element has."""
        if not isinstance(element, Element):
            return _not_for(element, "getFindingCount")
        return str(len(element.findings))  # type: ignore[attr-defined]  # found by the file's own names

    @staticmethod
    def getElementType(element: Any) -> str:
        """The kind of an element."""
        return element.kind() if isinstance(element, Element) else _not_for(element, "getElementType")

    getThreatId = staticmethod(_of_finding("threat_id"))
    getFindingDescription = staticmethod(_of_finding("description"))
    getFindingTarget = staticmethod(_of_finding("target"))
    getFindingSeverity = staticmethod(_of_finding("severity"))
    getFindingMitigations = staticmethod(_of_finding("mitigations"))
    getFindingReferences = staticmethod(_of_finding("references"))
    getFindingExample = staticmethod(_of_finding("example"))


def _not_for(element: Any, method: str) -> str:
    # An answer and no exception, as in pytm: a template goes on with it.
    return f"ERROR: {method} is not for {type(element).__name__}"
