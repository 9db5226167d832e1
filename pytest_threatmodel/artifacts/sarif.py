"""The SARIF report: findings at the model's lines, as GitHub code scanning shows them."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from typing import Final
from urllib.parse import quote

from pytest_threatmodel.analysis.text import NO_FIX
from pytest_threatmodel.artifacts.findings import cut
from pytest_threatmodel.artifacts.findings import decided_text
from pytest_threatmodel.artifacts.findings import findings
from pytest_threatmodel.artifacts.findings import fingerprint
from pytest_threatmodel.artifacts.findings import fixes
from pytest_threatmodel.artifacts.findings import reasons
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.sarif_rules import LEVELS
from pytest_threatmodel.artifacts.sarif_rules import rating
from pytest_threatmodel.artifacts.sarif_rules import rule
from pytest_threatmodel.artifacts.text import shown
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.read import is_open
from pytest_threatmodel.snapshot.read import word
from pytest_threatmodel.snapshot.shape import DecisionShape
from pytest_threatmodel.snapshot.shape import PairShape
from pytest_threatmodel.snapshot.shape import Snapshot

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_TOOL: Final = "pytest-threatmodel"
#: Paths are relative to pytest's root; the name is the usual one for the top of a repository.
_ROOT: Final = "%SRCROOT%"
_SEMANTIC: Final = re.compile(r"\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
_PLACEHOLDER: Final = re.compile(r"(\{+)(\d+)(\}+)")
_LONGEST_NAME: Final = 200
_LONGEST_REASONS: Final = 600


@dataclass(frozen=True, slots=True)
class Limits:
    """What GitHub takes of one run, and how much of it is shown.

    https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit

    Args:
        results: above which a file is refused.
        shown: above which the rest of the results is dropped.
        compressed: bytes of the file after gzip, above which it is refused.
    """

    results: int = 25_000
    shown: int = 5_000
    compressed: int = 10_000_000


def render(snapshot: Snapshot, request: Request) -> str:
    """A SARIF 2.1.0 log (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html) with one run.

    Its results are findings, its rules their threats. Decided findings carry a suppression. Pairs that are no
    findings, passed or skipped, are no results: a viewer would list them as problems.

    Args:
        snapshot: of one model.
        request: takes a warning where findings are left out.
    """
    return limited(snapshot, request, Limits())


def limited(snapshot: Snapshot, request: Request, limits: Limits) -> str:
    """The log, cut by severity to what is taken; open findings come before decided ones.

    Args:
        snapshot: of one model.
        request: takes a warning where findings are left out, or will not be shown.
        limits: of the reader.
    """
    found = findings(snapshot)
    pairs = found[: limits.results]
    text = _text(snapshot, pairs)
    while pairs and len(zlib.compress(text.encode())) > limits.compressed:
        pairs = pairs[: len(pairs) // 2]
        text = _text(snapshot, pairs)
    if len(pairs) < len(found):
        request.warn(f"SARIF holds the {len(pairs):,} worst of {len(found):,} findings: GitHub takes no more")
    elif len(pairs) > limits.shown:
        request.warn(f"SARIF holds {len(pairs):,} findings, of which GitHub shows the {limits.shown:,} worst")
    return text


def _text(snapshot: Snapshot, pairs: list[PairShape]) -> str:
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(snapshot, pairs)]}
    return json.dumps(log, indent=1) + "\n"


def _run(snapshot: Snapshot, pairs: list[PairShape]) -> dict[str, Any]:
    reader = Reader(snapshot)
    by_threat: dict[str, list[PairShape]] = {}
    for pair in pairs:
        by_threat.setdefault(pair["threat"], []).append(pair)
    # In the order of the library, so that a changed severity does not move all rules.
    used = [threat for threat in snapshot["threats"] if threat["id"] in by_threat]
    numbers = {threat["id"]: number for number, threat in enumerate(used)}
    return {
        "tool": {"driver": _driver(snapshot) | {"rules": [rule(each, by_threat[each["id"]]) for each in used]}},
        "automationDetails": {"id": f"{_TOOL}/{escape(snapshot['model']['file'])}/"},
        "invocations": [_invocation(snapshot)],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root folder of the pytest run."}}},
        "results": [_result(pair, reader, numbers[pair["threat"]]) for pair in pairs],
    }


def _driver(snapshot: Snapshot) -> dict[str, Any]:
    version = snapshot["run"]["version"]
    driver = {"name": _TOOL}
    if version:
        driver["version"] = version
    if _SEMANTIC.fullmatch(version):
        driver["semanticVersion"] = version
    return driver


def _invocation(snapshot: Snapshot) -> dict[str, Any]:
    """How the run went: rules that could not be evaluated, wrong decisions, and an early end."""
    broken = [pair for pair in snapshot["pairs"] if pair["verdict"] == "error"]
    interrupted = snapshot["run"]["interrupted"]
    told = [f"{pair['id']}: the rule could not be evaluated: {pair.get('error', '')}" for pair in broken]
    told += [f"The run was interrupted: {interrupted}"] if interrupted else []
    return {
        "executionSuccessful": not told,
        "toolExecutionNotifications": list(_notifications(told)),
        "toolConfigurationNotifications": list(_notifications(snapshot["problems"])),
    }


def _notifications(texts: Iterable[str]) -> Iterable[dict[str, Any]]:
    for text in texts:
        yield {"level": "error", "message": {"text": _message(text)}}


def _result(pair: PairShape, reader: Reader, number: int) -> dict[str, Any]:
    identity = fingerprint(reader.snapshot, pair)
    decision = None if is_open(pair) else reader.decision(pair)
    return {
        "ruleId": pair["threat"],
        "ruleIndex": number,
        "level": LEVELS[pair["severity"]],
        "rank": round(rating(pair) * 10, 1),
        "message": {"text": _explained(pair, reader)},
        "locations": [_location(pair, reader)],
        # The second is the only one that GitHub reads. Left out, the uploader would fill in a hash of the line and of
        # what follows it: the same for all elements that one line of a loop makes, and another after each edit below.
        "partialFingerprints": {"threatModelPair/v1": identity, "primaryLocationLineHash": identity},
        # An empty list says that it is not suppressed; a missing one, that nobody knows.
        "suppressions": [] if decision is None else [_suppression(decision)],
        "properties": _properties(pair),
    }


def _properties(pair: PairShape) -> dict[str, Any]:
    told = {
        "severity": pair["severity"],
        "severityWhy": pair.get("severity_why"),
        "likelihood": pair.get("likelihood"),
        "cvss": pair.get("cvss"),
        "response": pair.get("response"),
        "newRuleUntil": pair.get("new_rule"),
    }
    return {name: escape(value) for name, value in told.items() if value}


def _explained(pair: PairShape, reader: Reader) -> str:
    """What is wrong in the first sentence, which may be all that is shown; then why, and what helps."""
    element = reader.elements[pair["element"]]
    title = reader.threats[pair["threat"]]["title"].rstrip(".")
    change = fixes(pair)
    told = [
        f'{title} on {element["kind"]} "{cut(pair["element"], _LONGEST_NAME)}".',
        f"Why: {cut('; '.join(reasons(pair)), _LONGEST_REASONS)}." if pair.get("why") else "",
        f"{change[0].upper()}{change[1:]}." if change == NO_FIX else f"Fix: {cut(change, _LONGEST_REASONS)}.",
    ]
    return _message(" ".join(filter(None, told)))


def _message(text: str) -> str:
    """Text as a message holds it: nothing in it is a link or a placeholder (SARIF 2.1.0, 3.11.5 and 3.11.6).

    Other braces stay as they are, though the standard doubles them all: GitHub and its kin would show them twice.
    """
    unlinked = shown(text).replace("](", "] (")
    return _PLACEHOLDER.sub(lambda found: f"{found[1] * 2}{found[2]}{found[3] * 2}", unlinked)


def _location(pair: PairShape, reader: Reader) -> dict[str, Any]:
    element = reader.elements[pair["element"]]
    return _place(element["file"], element["line"]) | {
        "logicalLocations": [
            {"name": element["label"], "fullyQualifiedName": element["label"], "kind": element["kind"]},
        ],
    }


def _place(file: str, line: int) -> dict[str, Any]:
    # Not every character that a file's name may hold has an encoding; what has none is written out.
    uri = quote(file.encode("utf-8", "backslashreplace"))
    where = {"uri": uri, "uriBaseId": _ROOT}
    return {"physicalLocation": {"artifactLocation": where, "region": {"startLine": max(1, line)}}}


def _suppression(decision: DecisionShape) -> dict[str, Any]:
    return {
        "kind": "external",
        # What is to be fixed is seen, and not yet settled.
        "status": "underReview" if decision["status"] == "open" else "accepted",
        "justification": shown(f"{word(decision)}: {decided_text(decision)}"),
        "location": _place(decision["file"], decision["line"]),
    }
