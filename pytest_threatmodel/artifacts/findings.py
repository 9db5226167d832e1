"""What several reports say alike about findings: their order, identity, place, score and short texts."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Final

from pytest_threatmodel.analysis.text import NO_FIX
from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.read import is_open
from pytest_threatmodel.snapshot.shape import DecisionShape
from pytest_threatmodel.snapshot.shape import FactShape
from pytest_threatmodel.snapshot.shape import PairShape
from pytest_threatmodel.snapshot.shape import PartShape
from pytest_threatmodel.snapshot.shape import Snapshot

#: CVSS v3 vectors, as https://www.first.org/cvss/v3.1/specification-document writes them.
_VECTOR: Final = re.compile(r"CVSS:3\.[01](?:/[A-Z]{1,3}:[A-Z]){8,}")
_MOST_REASONS: Final = 6
_LONGEST_VALUE: Final = 120
_LONGEST_CONDITION: Final = 240


def findings(snapshot: Snapshot) -> list[PairShape]:
    """The findings: open ones before decided ones, the worst first, else in the order of the model."""
    found = [pair for pair in snapshot["pairs"] if pair["verdict"] == "vulnerable"]
    return sorted(found, key=lambda pair: (not is_open(pair), SEVERITIES.index(pair["severity"])))


def fingerprint(snapshot: Snapshot, pair: PairShape) -> str:
    """Tells a pair from every other, and is the same in the next run whatever else changes in the model.

    It is made of the model's file, the threat and the element's label: lines may move, and other elements come,
    go and change their names.
    """
    parts = [snapshot["model"]["file"], pair["threat"], pair["element"]]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def reasons(pair: PairShape) -> list[str]:
    """Why the pair has its verdict: the values that decided and where they come from, the first few."""
    texts = [text for part in pair.get("why", []) for text in _part(part, pair)]
    more = len(texts) - _MOST_REASONS
    return [*texts[:_MOST_REASONS], *([f"{more:,} more"] if more > 0 else [])]


def _part(part: PartShape, pair: PairShape) -> list[str]:
    if part["facts"]:
        return [fact_text(fact, pair) for fact in part["facts"]]
    text, witness = cut(part["text"], _LONGEST_CONDITION), part.get("witness")
    return [text if witness is None else f"{text}, as {witness} shows"]


def fact_text(fact: FactShape, pair: PairShape) -> str:
    """A value that decided, as in "protocol is 'HTTP' (stated in line 12)"."""
    return f"{fact_name(fact, pair)} is {cut(fact['value'], _LONGEST_VALUE)} ({fact['origin']})"


def fact_name(fact: FactShape, pair: PairShape) -> str:
    """The field that a fact is about, with its element where that is not the pair's own."""
    own = fact["element"] == pair["element"]
    return fact["field"] if own else f'"{cut(fact["element"], _LONGEST_VALUE)}".{fact["field"]}'


def fixes(pair: PairShape) -> str:
    """The smallest changes that close a finding, on one line."""
    return ", or ".join(pair.get("fixes", [])) or NO_FIX


def decided_text(decision: DecisionShape) -> str:
    """A decision's reason with owner, end and ticket, on one line."""
    terms = {"owner": decision["owner"], "until": decision["until"], "ticket": decision["ticket"]}
    told = ", ".join(f"{name} {value}" for name, value in terms.items() if value)
    reason = decision["reason"] or "to be fixed"
    return f"{reason} ({told})" if told else reason


def score(pair: PairShape) -> float | None:
    """The CVSS score that the element states for this threat; None where it states none, or a vector."""
    try:
        number = float(pair.get("cvss", ""))
    except ValueError:
        return None
    return number if 0.0 < number <= 10.0 else None


def vector(pair: PairShape) -> str:
    """The CVSS v3 vector that the element states for this threat, or nothing."""
    text = pair.get("cvss", "").strip()
    return text if _VECTOR.fullmatch(text) else ""


def cut(text: str, longest: int) -> str:
    """The text, or its beginning and an ellipsis where it is longer."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
