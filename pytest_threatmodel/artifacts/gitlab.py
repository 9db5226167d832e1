"""The GitLab report: open findings as code quality issues of a merge request."""

from __future__ import annotations

import json
from typing import Any
from typing import Final

from pytest_threatmodel.artifacts.findings import cut
from pytest_threatmodel.artifacts.findings import findings
from pytest_threatmodel.artifacts.findings import fingerprint
from pytest_threatmodel.artifacts.findings import fixes
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.read import is_open
from pytest_threatmodel.snapshot.shape import PairShape
from pytest_threatmodel.snapshot.shape import Snapshot

#: GitLab's words, the worst first: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
_SEVERITIES: Final = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor", "info": "info"}
_LONGEST_NAME: Final = 200
_LONGEST_TEXT: Final = 1000


def render(snapshot: Snapshot, request: Request) -> str:
    """The open findings in GitLab's code quality format; decided ones are none of its issues.

    Args:
        snapshot: of one model.
        request: has nothing to say here.
    """
    reader = Reader(snapshot)
    issues = [_issue(pair, reader) for pair in findings(snapshot) if is_open(pair)]
    return json.dumps(issues, indent=1) + "\n"


def _issue(pair: PairShape, reader: Reader) -> dict[str, Any]:
    element = reader.elements[pair["element"]]
    title = escape(reader.threats[pair["threat"]]["title"])
    text = f"{title} on {cut(pair['element'], _LONGEST_NAME)}. Fix: {escape(fixes(pair))}"
    return {
        "description": cut(text, _LONGEST_TEXT),
        "check_name": pair["threat"],
        "fingerprint": fingerprint(reader.snapshot, pair),
        "severity": _SEVERITIES[pair["severity"]],
        "location": {"path": escape(element["file"]), "lines": {"begin": max(1, element["line"])}},
    }
