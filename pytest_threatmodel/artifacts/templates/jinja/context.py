"""What jinja2 templates see: a snapshot, and answers to what reports ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import Final
from typing import cast

from pytest_threatmodel.artifacts import findings as wording
from pytest_threatmodel.artifacts.findings import findings
from pytest_threatmodel.artifacts.redaction import totals
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.read import is_open
from pytest_threatmodel.snapshot.read import status
from pytest_threatmodel.snapshot.shape import DecisionShape
from pytest_threatmodel.snapshot.shape import ElementShape
from pytest_threatmodel.snapshot.shape import PairShape
from pytest_threatmodel.snapshot.shape import Snapshot

#: What of a snapshot is a name of its own.
KEYS: Final = (
    "run",
    "model",
    "packs",
    "threats",
    "kinds",
    "elements",
    "pairs",
    "decisions",
    "problems",
    "weakenings",
    "notices",
    "improvements",
    "idle_controls",
    "version",
)


#: What pairs leave out where they have nothing to say; templates need not ask whether it is there.
OPTIONAL: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("decided", "reason", "new_rule", "severity_why", "likelihood", "cvss", "response", "error"), ""),
    **dict.fromkeys(("why", "fixes", "corrections", "mitigated_by", "controls", "unstated", "evidence"), ()),
}


class NameProblem(Exception):
    """A function is asked for something that is not there; the message is for people."""


def context(snapshot: Snapshot) -> dict[str, Any]:
    """Name -> value; `docs/reference/templates.md` lists them.

    Args:
        snapshot: of one model.
    """
    snapshot = _completed(snapshot)
    ask = _Questions(Reader(snapshot))
    found = findings(snapshot)
    keys: Mapping[str, Any] = snapshot
    return {
        **{key: keys[key] for key in KEYS},
        "comparison": keys.get("comparison"),
        "severities": list(SEVERITIES),
        "findings": found,
        "open": [pair for pair in found if is_open(pair)],
        "totals": totals(snapshot),
        "element": ask.element,
        "threat": ask.threat,
        "decision": ask.decision,
        "value": ask.value,
        "control": ask.control,
        "is_a": ask.is_a,
        "status": status,
        "reasons": wording.reasons,
        "fixes": wording.fixes,
    }


def _completed(snapshot: Snapshot) -> Snapshot:
    pairs = [cast("PairShape", {**OPTIONAL, **pair}) for pair in snapshot["pairs"]]
    return {**snapshot, "pairs": pairs}


class _Questions:
    """The functions of templates.

    Args:
        reader: of the snapshot.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def element(self, label: str) -> Any:
        return _found("element", label, self._reader.elements)

    def threat(self, id: str) -> Any:
        return _found("threat", id, self._reader.threats)

    def decision(self, pair: PairShape) -> DecisionShape | None:
        return self._reader.decision(pair)

    def value(self, element: ElementShape | str, field: str) -> Any:
        shape = self.element(element) if isinstance(element, str) else element
        fields = self._reader.snapshot["kinds"][shape["kind"]]["fields"]
        if field not in shape["values"]:
            _found(f"field of {shape['kind']}", field, fields)
        return self._reader.value(shape, field)

    def control(self, element: ElementShape | str, name: str) -> Any:
        shape = self.element(element) if isinstance(element, str) else element
        field = _found("control", name, self._reader.snapshot["kinds"]["Controls"]["fields"])
        return shape["controls"].get(name, field["default"])

    def is_a(self, element: ElementShape | str, kind: str) -> bool:
        return self._reader.is_a(self.element(element) if isinstance(element, str) else element, kind)


def _found(what: str, name: str, known: Mapping[str, Any]) -> Any:
    if name not in known:
        hint = did_you_mean(name, known) if isinstance(name, str) else None
        text = f"unknown {what} {name!r}"
        raise NameProblem(text if hint is None else f"{text}; {hint}")
    return known[name]
