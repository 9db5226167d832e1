"""The pairs as data in the page, from which its script builds rows when they are looked at.

Most pairs share their reasons with others, so each different text, list and reason stands once in `shared`, and pairs
name it by its index. A model of 20,000 findings makes a page of a few megabytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from typing import Final
from typing import Literal

from pytest_threatmodel.analysis.text import NO_FIX
from pytest_threatmodel.artifacts.findings import cut
from pytest_threatmodel.artifacts.text import shown
from pytest_threatmodel.artifacts.text import visible
from pytest_threatmodel.artifacts.text import web_address
from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.read import status
from pytest_threatmodel.snapshot.read import word
from pytest_threatmodel.snapshot.shape import DecisionShape
from pytest_threatmodel.snapshot.shape import ElementShape
from pytest_threatmodel.snapshot.shape import FactShape
from pytest_threatmodel.snapshot.shape import OverriddenShape
from pytest_threatmodel.snapshot.shape import PairShape
from pytest_threatmodel.snapshot.shape import PartShape
from pytest_threatmodel.snapshot.shape import ThreatShape

#: The keys of a pair that are lists of texts, and those that are one text; most pairs have few of them.
_LISTS: Final = ("fixes", "corrections", "mitigated_by", "unstated", "evidence")
_TEXTS: Final = ("reason", "severity_why", "likelihood", "cvss", "response", "error")
_NUMBERED: Final[tuple[Literal["cwe", "capec"], ...]] = ("cwe", "capec")
_LONGEST_NAME: Final = 200
_LONGEST_TEXT: Final = 2_000
_MOST_FACTS: Final = 8
#: What could end the script element that holds the data, or begin a comment in it.
_NO_MARKUP: Final = {ord(char): f"\\u{ord(char):04x}" for char in "<>&"}


def embedded(reader: Reader) -> str:
    """The data as JSON that can stand inside of a script element.

    Args:
        reader: of the snapshot.
    """
    snapshot = reader.snapshot
    shared = _Shared()
    numbers = {each["id"]: number for number, each in enumerate(snapshot["threats"])}
    data = {
        "nodeid": visible(snapshot["model"]["nodeid"]),
        "noFix": NO_FIX,
        "severities": SEVERITIES,
        "threats": list(map(_threat, snapshot["threats"])),
        "elements": [_element(each, reader) for each in snapshot["elements"]],
        "decisions": list(map(_decision, snapshot["decisions"])),
        "pairs": [_pair(pair, numbers[pair["threat"]], reader, shared) for pair in snapshot["pairs"]],
        "shared": shared.values,
    }
    return json.dumps(data, separators=(",", ":")).translate(_NO_MARKUP)


class _Shared:
    """Values, each different one once."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._numbers: dict[Any, int] = {}

    def number(self, value: Any) -> int:
        """The index of a value: a text, or a tuple of texts, numbers and tuples."""
        number = self._numbers.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number


def _pair(pair: PairShape, threat: int, reader: Reader, shared: _Shared) -> list[Any]:
    """Threat, element, its words and decision; then the rest by name. Words and the rest are indexes in `shared`."""
    more: dict[str, int] = {}
    for key in _LISTS:
        if key in pair:
            more[key] = shared.number(_texts(pair[key]))
    for key in _TEXTS:
        if key in pair:
            more[key] = shared.number(_prose(pair[key]))  # type: ignore[literal-required]  # one of its keys
    if pair.get("why"):
        more["why"] = shared.number(tuple(shared.number(_part(part, pair)) for part in pair["why"]))
    words = (pair["severity"], status(pair), pair["outcome"], pair["verdict"])
    decision = -1 if pair["decision"] is None else pair["decision"]
    return [threat, reader.numbers[pair["element"]], shared.number(words), decision, more]


def _part(part: PartShape, pair: PairShape) -> tuple[Any, ...]:
    facts = tuple(_fact(fact, pair) for fact in part["facts"][:_MOST_FACTS])
    more = max(0, len(part["facts"]) - _MOST_FACTS)
    return (part["joiner"], _prose(part["text"]), part["holds"], _label(part.get("witness", "")), facts, more)


def _fact(fact: FactShape, pair: PairShape) -> tuple[str, ...]:
    """Element where it is not the pair's own, field, value, origin."""
    other = "" if fact["element"] == pair["element"] else _label(fact["element"])
    return (other, fact["field"], _prose(fact["value"]), _prose(fact["origin"]))


def _threat(threat: ThreatShape) -> dict[str, Any]:
    prose = ("description", "mitigation", "example", "prerequisites", "condition")
    return {
        **{key: _prose(threat[key]) for key in prose},  # type: ignore[literal-required]  # its keys
        "id": threat["id"],
        "title": _prose(threat["title"]),
        "pack": threat["pack"],
        "likelihood": threat["likelihood"],
        "stride": _texts(threat["stride"]),
        "linddun": _texts(threat.get("linddun", [])),
        "attack": _texts(threat.get("attack", [])),
        "rationale": _prose(threat.get("rationale", "")),
        "cwe": threat["cwe"],
        "capec": threat["capec"],
        "owasp": _texts(threat["owasp"]),
        "asvs": _texts(threat["asvs"]),
        "references": _references(threat),
        "changed": [_prose(_changed(each)) for each in threat.get("overridden", [])],
    }


def _changed(override: OverriddenShape) -> str:
    before = f", not {override['before']}" if override["before"] else ""
    return f"{override['key']}: {override['after']}{before} ({override['pack']}: {override['reason']})"


def _references(threat: ThreatShape) -> list[tuple[str, str]]:
    """Text and address; without those of the numbers, which are links themselves."""
    numbered = {
        f"https://{name}.mitre.org/data/definitions/{number}.html" for name in _NUMBERED for number in threat[name]
    }
    return [(_prose(each), web_address(each)) for each in threat["references"] if each.strip() not in numbered]


def _element(element: ElementShape, reader: Reader) -> dict[str, str]:
    flow = element["flow"]
    return {
        "label": _label(element["label"]),
        "kind": element["kind"],
        "place": visible(f"{element['file']}:{element['line']}"),
        "ends": "" if flow is None else f"{_label(flow['source'])} → {_label(flow['sink'])}",
    }


def _decision(decision: DecisionShape) -> dict[str, Any]:
    return {
        "status": word(decision),
        "spelled": _prose(decision["spelled"]),
        "reason": _prose(decision["reason"]),
        "owner": _label(decision["owner"]),
        "until": decision["until"],
        "ticket": _label(decision["ticket"]),
        "expired": decision["expired"],
        "place": visible(f"{decision['file']}:{decision['line']}"),
        "decided": " ".join(filter(None, (decision["decided"], decision["commit"][:12]))),
    }


def _texts(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(_prose, texts))


def _prose(text: str) -> str:
    return cut(shown(text), _LONGEST_TEXT)


def _label(text: str) -> str:
    return cut(visible(text), _LONGEST_NAME)
