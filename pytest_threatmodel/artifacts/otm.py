"""The Open Threat Model report: the system, and every finding as an instance of a threat with its state."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from typing import Final

from pytest_threatmodel.artifacts.findings import findings
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.importers.otm import CLASSES
from pytest_threatmodel.importers.otm_threats import OURS
from pytest_threatmodel.importers.otm_types import type_of
from pytest_threatmodel.model.kinds import KINDS
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.read import status
from pytest_threatmodel.snapshot.shape import ElementShape
from pytest_threatmodel.snapshot.shape import PairShape
from pytest_threatmodel.snapshot.shape import Snapshot
from pytest_threatmodel.snapshot.shape import ThreatShape

_KINDS: Final = frozenset(kind.__name__ for kind in KINDS)
_IMPACT: Final = {"critical": 100, "high": 75, "medium": 50, "low": 25, "info": 0}
#: Status -> state; what is open or only known is exposed.
_STATES: Final = {"excluded": "not-applicable", "accepted": "accepted"}
_LIKELIHOOD: Final = {"certain": 100, "very likely": 90, "likely": 75, "possible": 50, "unlikely": 25, "rare": 10}
#: What stands under keys of its own.
_ELSEWHERE: Final = frozenset({"description", "inScope"})


def render(snapshot: Snapshot, request: Request) -> str:
    """The model as a document of OTM 0.2, which `load()` reads again.

    What OTM has no word for stands in `attributes`, under a key of this package.

    Args:
        snapshot: of one model.
        request: has nothing to say here.
    """
    return json.dumps(_Document(snapshot).document(), indent=1, allow_nan=False) + "\n"


class _Document:
    """One snapshot, sorted by what OTM makes of its elements."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._reader = Reader(snapshot)
        self._findings: dict[str, list[PairShape]] = {}
        for pair in findings(snapshot):
            self._findings.setdefault(pair["element"], []).append(pair)
        self._nowhere = "no boundary"
        while self._nowhere in self._reader.elements:
            self._nowhere += " "

    def document(self) -> dict[str, Any]:
        model = self._reader.snapshot["model"]
        components = [self._component(each) for each in self._components()]
        zones = [self._zone(each) for each in self._of("Boundary")]
        if any(each["parent"]["trustZone"] == self._nowhere for each in components):
            zones.append(self._no_boundary())
        threats = [
            each
            for each in self._reader.snapshot["threats"]
            if any(pair["threat"] == each["id"] for pairs in self._findings.values() for pair in pairs)
        ]
        drawn = {"isOrdered": model["is_ordered"], "mergeResponses": model["merge_responses"]}
        return {
            "otmVersion": "0.2.0",
            "project": {
                "name": model["name"],
                "id": model["nodeid"],
                "description": model["description"],
                "attributes": {OURS: {**self._reader.snapshot["run"], **drawn}},
            },
            "assets": [self._asset(each) for each in self._of("Data")],
            "trustZones": zones,
            "components": components,
            "dataflows": [self._flow(each) for each in self._of("Dataflow")],
            "threats": [_threat(each) for each in threats],
            "mitigations": [_mitigation(each) for each in threats if each["mitigation"]],
        }

    def _of(self, kind: str) -> Iterator[ElementShape]:
        return (each for each in self._reader.elements.values() if self._reader.is_a(each, kind))

    def _components(self) -> Iterator[ElementShape]:
        others = ("Boundary", "Data", "Dataflow")
        return (each for each in self._reader.elements.values() if not any(self._reader.is_a(each, k) for k in others))

    def _component(self, element: ElementShape) -> dict[str, Any]:
        kinds = self._reader.snapshot["kinds"][element["kind"]]["kinds"]
        data = element["values"].get("data", [])
        return {
            **self._common(element),
            "type": type_of(next(kind for kind in kinds if kind in _KINDS)),
            "parent": {"trustZone": element["boundary"] or self._nowhere},
            "assets": {"processed": data, "stored": []},
        }

    def _zone(self, element: ElementShape) -> dict[str, Any]:
        parent = {"parent": {"trustZone": element["boundary"]}} if element["boundary"] else {}
        return {**self._common(element), "type": type_of("Boundary"), "risk": {"trustRating": 0}, **parent}

    def _no_boundary(self) -> dict[str, Any]:
        return {
            "id": self._nowhere,
            "name": "Outside of every boundary",
            "type": type_of("Boundary"),
            "risk": {"trustRating": 0},
            "attributes": {OURS: {"nowhere": True}},
        }

    def _asset(self, element: ElementShape) -> dict[str, Any]:
        level = self._reader.value(element, "classification")
        confidentiality = CLASSES.index(level) * 25 if level in CLASSES else 0
        risk = {"confidentiality": confidentiality, "integrity": 0, "availability": 0}
        return {**self._common(element), "risk": {**risk, "comment": "Of these figures only confidentiality is known."}}

    def _flow(self, element: ElementShape) -> dict[str, Any]:
        flow, made = element["flow"], self._common(element)
        assert flow is not None
        links = {"responseTo": flow["response_to"], "boundary": element["boundary"]}
        made["attributes"][OURS].update({key: label for key, label in links.items() if label})
        ends = {"source": flow["source"], "destination": flow["sink"]}
        return {**made, **ends, "bidirectional": False, "assets": flow["data"]}

    def _common(self, element: ElementShape) -> dict[str, Any]:
        ours: dict[str, Any] = {"values": dict(self._stated(element))}
        if re.search(r" #[0-9]+$", element["label"]) and element["label"] != escape(element["name"]):
            # Which of several is the second depends on their order, which OTM does not keep.
            ours["values"].setdefault("key", element["label"])
        if not element["in_scope"]:
            ours["outOfScope"] = True
        return {
            "id": element["label"],
            "name": element["name"],
            "description": element["description"],
            "threats": [self._instance(pair) for pair in self._findings.get(element["label"], [])],
            "attributes": {OURS: ours},
        }

    def _stated(self, element: ElementShape) -> Iterator[tuple[str, Any]]:
        """What the author stated, but for relations, which OTM has in its own way or not at all."""
        fields = self._reader.snapshot["kinds"][element["kind"]]["fields"]
        for name, value in element["values"].items():
            type_ = fields[name]["type"]
            relation = type_ in _KINDS or type_.startswith("list of ")
            if not relation and name not in _ELSEWHERE and _is_stated(element, name):
                yield name, value
        for name, value in element["controls"].items():
            if _is_stated(element, f"controls.{name}"):
                yield f"controls.{name}", value

    def _instance(self, pair: PairShape) -> dict[str, Any]:
        decision, threat = self._reader.decision(pair), self._reader.threats[pair["threat"]]
        state = _STATES.get(status(pair), "exposed")
        made: dict[str, Any] = {"threat": pair["threat"], "state": state, "mitigations": []}
        if threat["mitigation"]:
            made["mitigations"].append({"mitigation": pair["threat"], "state": "required"})
        if decision is not None and status(pair) != "open":
            terms = {key: value for key, value in decision.items() if key in ("reason", "owner", "until") and value}
            made["attributes"] = {OURS: terms}
        return made


def _is_stated(element: ElementShape, name: str) -> bool:
    origin = element["origins"].get(name)
    return origin is not None and not origin["owner"]


def _threat(threat: ThreatShape) -> dict[str, Any]:
    likelihood = _LIKELIHOOD.get(threat["likelihood"])
    return {
        "id": threat["id"],
        "name": threat["title"],
        "description": threat["description"],
        "categories": [word.capitalize() for word in (*threat["stride"], *threat.get("linddun", []))],
        "cwes": [f"CWE-{number}" for number in threat["cwe"]],
        "risk": {"likelihood": likelihood, "impact": _IMPACT[threat["severity"]]},
        "tags": [*threat["owasp"], *(f"CAPEC-{number}" for number in threat["capec"])],
        "attributes": {OURS: {"pack": threat["pack"]}},
    }


def _mitigation(threat: ThreatShape) -> dict[str, Any]:
    return {
        "id": threat["id"],
        "name": f"Mitigation of {threat['id']}",
        "description": threat["mitigation"],
        "riskReduction": 100,
        "attributes": {OURS: {"pack": threat["pack"]}},
    }
