"""Findings and threats by pytm's names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pytest_threatmodel.artifacts.templates.pytm.values import Encoded
from pytest_threatmodel.artifacts.templates.pytm.values import Many
from pytest_threatmodel.artifacts.templates.pytm.values import Thing
from pytest_threatmodel.artifacts.templates.pytm.values import Value
from pytest_threatmodel.artifacts.templates.pytm.values import encoded
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.read import status
from pytest_threatmodel.snapshot.read import word
from pytest_threatmodel.snapshot.shape import AssumptionShape
from pytest_threatmodel.snapshot.shape import PairShape
from pytest_threatmodel.snapshot.shape import ThreatShape

#: pytm's words for the severities, the worst first.
_WORDS: Final = dict(zip(SEVERITIES, ("Very High", "High", "Medium", "Low", "Very Low"), strict=True))


class Findings:
    """The findings of a model, in pytm's order and numbered as pytm does.

    Args:
        reader: of the snapshot.
        things: label -> element.
    """

    def __init__(self, reader: Reader, things: Mapping[str, Thing]) -> None:
        self._reader = reader
        self._things = things
        self._assumptions = reader.snapshot["model"]["assumptions"]
        # A threat has many findings, and encoding takes longer than anything else about them.
        self._texts = {id: _texts(rule) for id, rule in reader.threats.items()}
        self.all: list[Value] = []
        self.excluded: list[Value] = []
        self._on: dict[str, list[Value]] = {}
        self._worst: dict[str, int] = {}
        for pair in reader.snapshot["pairs"]:
            if pair["verdict"] == "vulnerable":
                self._add(pair)

    def _add(self, pair: PairShape) -> None:
        if status(pair) == "excluded":
            self.excluded.append(self._finding(pair, len(self.excluded) + 1))
            return
        found = self._finding(pair, len(self.all) + 1)
        label = pair["element"]
        self.all.append(found)
        self._on.setdefault(label, []).append(found)
        self._worst[label] = max(self.worst(label), len(SEVERITIES) - SEVERITIES.index(pair["severity"]))

    def on(self, label: str) -> list[Value]:
        """The findings on an element."""
        return self._on.get(label, [])

    def worst(self, label: str) -> int:
        """The severity of the worst of them as pytm counts it: 5 for very high, 1 for very low, 0 without any."""
        return self._worst.get(label, 0)

    def _finding(self, pair: PairShape, number: int) -> Thing:
        element, rule = self._things[pair["element"]], self._reader.threats[pair["threat"]]
        target = escape(self._reader.elements[pair["element"]]["name"])
        severity = _WORDS[pair["severity"]]
        texts = self._texts[rule["id"]]
        shown = Encoded(f"{encoded(repr(target))}: {texts['description']}\n{texts['details']}\n{severity}")

        def attributes() -> dict[str, Value]:
            return {
                **texts,
                "id": str(number),
                "threat_id": rule["id"],
                "target": target,
                "element": element,
                "severity": severity,
                "likelihood": encoded(pair.get("likelihood", rule["likelihood"])),
                "cvss": encoded(pair.get("cvss", "")),
                "response": encoded(self._response(pair)),
                "assumption": self._assumption(pair),
            }

        return Thing("Finding", shown, attributes)

    def _assumption(self, pair: PairShape) -> Value:
        """What excludes a finding; exclusions by other means than an assumption read as one."""
        decision = self._reader.decision(pair)
        if decision is None or status(pair) != "excluded":
            return None
        reason = decision["reason"]
        said = next((each for each in self._assumptions if _reason(each) == reason), None)
        return assumption(said or {"name": reason, "description": "", "exclude": decision["threats"]})

    def _response(self, pair: PairShape) -> str:
        """What is done about it: what the element states, else that it is accepted, and why."""
        decision = self._reader.decision(pair)
        if "response" in pair or decision is None or status(pair) not in ("known", "accepted"):
            return pair.get("response", "")
        return f"{word(decision)}: {decision['reason'] or 'to be fixed'}"


def threat(rule: ThreatShape) -> Thing:
    """A threat of the library."""

    def attributes() -> dict[str, Value]:
        return {
            **_texts(rule),
            "id": rule["id"],
            "severity": _WORDS[rule["severity"]],
            "likelihood": encoded(rule["likelihood"]),
            "prerequisites": encoded(rule["prerequisites"]),
            "target": Many(rule["targets"]),
        }

    return Thing("Threat", f"Threat({rule['id']})", attributes)


def _texts(rule: ThreatShape) -> dict[str, Value]:
    return {
        "description": encoded(rule["title"]),
        "details": encoded(rule["description"]),
        "mitigations": encoded(rule["mitigation"]),
        "example": encoded(rule["example"]),
        "references": encoded(", ".join(rule["references"])),
        "condition": encoded(rule["condition"]),
    }


def assumption(shape: AssumptionShape) -> Thing:
    """An assumption of the model."""
    name = escape(shape["name"])

    def attributes() -> dict[str, Value]:
        return {"name": name, "description": shape["description"], "exclude": Many(shape["exclude"])}

    return Thing("Assumption", name, attributes)


def _reason(shape: AssumptionShape) -> str:
    """What an exclusion gives as its reason where the assumption makes it."""
    return f"{shape['name']}: {shape['description']}" if shape["description"] else shape["name"]
