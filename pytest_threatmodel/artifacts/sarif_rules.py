"""The rules of a SARIF report: threats with their severity, tags and help."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any
from typing import Final

from pytest_threatmodel.artifacts.findings import cut
from pytest_threatmodel.artifacts.findings import score
from pytest_threatmodel.artifacts.markdown.text import lines
from pytest_threatmodel.artifacts.markdown.text import prose
from pytest_threatmodel.artifacts.markdown.text import reference
from pytest_threatmodel.artifacts.text import shown
from pytest_threatmodel.snapshot.read import is_open
from pytest_threatmodel.snapshot.shape import PairShape
from pytest_threatmodel.snapshot.shape import ThreatShape

LEVELS: Final = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
#: In the middle of the band that GitHub calls so; it knows no "info", and nothing may have no severity at all.
_SCORES: Final = {"critical": 9.5, "high": 8.0, "medium": 5.5, "low": 3.0, "info": 0.5}
#: What GitHub takes: longer texts and more tags make it refuse the file.
_LONGEST: Final = 1024
_MOST_TAGS: Final = 20


def rating(pair: PairShape) -> float:
    """How bad a finding is, from 0 to 10: the CVSS score that the element states, else by its severity."""
    return score(pair) or _SCORES[pair["severity"]]


def rule(threat: ThreatShape, pairs: Sequence[PairShape]) -> dict[str, Any]:
    """A threat as a rule, with what GitHub reads of one.

    https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
    GitHub takes the severity of an alert from its rule, and here each element may have its own: the rule gets the
    worst of its open findings, or of its decided ones where none is open. The level of a result is its own.

    Args:
        threat: the threat.
        pairs: its findings, at least one.
    """
    worst = max(map(rating, [pair for pair in pairs if is_open(pair)] or pairs))
    title = _text(threat["title"] or threat["id"])
    return {
        "id": threat["id"],
        "shortDescription": {"text": title},
        "fullDescription": {"text": _text(threat["description"]) or title},
        "help": {"text": "\n\n".join(_help_lines(threat)), "markdown": "\n\n".join(_help_markdown(threat))},
        "defaultConfiguration": {"level": LEVELS[threat["severity"]]},
        "properties": {
            "tags": _tags(threat),
            # A condition is true or it is not: what is uncertain is no finding.
            "precision": "high",
            "security-severity": f"{worst:.1f}",
        },
    }


def _text(text: str) -> str:
    return cut(shown(text.strip()), _LONGEST)


def _tags(threat: ThreatShape) -> list[str]:
    tags = ["security", *(f"external/cwe/cwe-{number:03}" for number in threat["cwe"])]
    tags += [f"stride/{word.replace(' ', '-')}" for word in threat["stride"]]
    tags += [f"linddun/{word.replace(' ', '-')}" for word in threat.get("linddun", [])]
    tags += [f"attack/{id_}" for id_ in threat.get("attack", [])]
    tags += [f"owasp/{item}" for item in threat["owasp"]] + [f"asvs/{item}" for item in threat["asvs"]]
    return [shown(tag) for tag in dict.fromkeys(tags)][:_MOST_TAGS]


def _sections(threat: ThreatShape) -> Iterable[tuple[str, str]]:
    texts = {
        "Mitigation": threat["mitigation"],
        "Example": threat["example"],
        "Prerequisites": threat["prerequisites"],
    }
    return ((name, text) for name, text in texts.items() if text.strip())


def _help_lines(threat: ThreatShape) -> Iterable[str]:
    yield shown(threat["description"].strip()) or shown(threat["title"] or threat["id"])
    for name, text in _sections(threat):
        yield f"{name}: {shown(text.strip())}"
    if threat["references"]:
        yield "References:\n" + "\n".join(shown(each) for each in threat["references"])


def _help_markdown(threat: ThreatShape) -> Iterable[str]:
    yield prose(threat["description"]) or prose(threat["title"] or threat["id"])
    for name, text in _sections(threat):
        yield f"**{name}**: {prose(text)}"
    if threat["references"]:
        yield lines("**References**", "", *(f"- {reference(each)}" for each in threat["references"]))
