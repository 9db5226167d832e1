"""The report for auditors as one page that loads nothing, runs nothing and prints well."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from typing import Final

from jinja2 import Environment
from jinja2 import StrictUndefined
from markupsafe import Markup

from pytest_threatmodel.artifacts.audit.coverage import STATUSES
from pytest_threatmodel.artifacts.audit.coverage import Coverage
from pytest_threatmodel.artifacts.audit.coverage import coverage
from pytest_threatmodel.artifacts.audit.coverage import fields
from pytest_threatmodel.artifacts.audit.log import entries
from pytest_threatmodel.artifacts.audit.requirements import Requirement
from pytest_threatmodel.artifacts.audit.requirements import named
from pytest_threatmodel.artifacts.audit.requirements import requirements
from pytest_threatmodel.artifacts.findings import cut
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.redaction import totals
from pytest_threatmodel.artifacts.text import shown
from pytest_threatmodel.artifacts.text import visible
from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.read import weakening_text
from pytest_threatmodel.snapshot.read import word
from pytest_threatmodel.snapshot.shape import PairShape
from pytest_threatmodel.snapshot.shape import Snapshot

_LONGEST_NAME: Final = 160
_LONGEST_PROSE: Final = 4_000
_TITLES: Final = {
    "CWE": "Weaknesses (CWE)",
    "OWASP": "OWASP lists",
    "ASVS": "OWASP Application Security Verification Standard (ASVS)",
    "STRIDE": "STRIDE",
    "CAPEC": "Attack patterns (CAPEC)",
    "LINDDUN": "Threats to privacy (LINDDUN)",
    "ATT&CK": "Techniques (MITRE ATT&CK and ATLAS)",
    "": "Threats that name no requirement",
}
#: Where the search for names was given up.
_TOO_MANY: Final = "more than can be looked through"
_WORDS: Final = {"not-applicable": "not applicable", "error": "rule error"}
#: What the pairs of one status are put together by, as it is told; other statuses are told by their names alone.
_REASONS: Final[Mapping[str, Callable[[PairShape], str]]] = {
    "open": lambda pair: pair["severity"],
    "mitigated": lambda pair: ", or ".join(pair.get("mitigated_by", [])) or _TOO_MANY,
    "undetermined": lambda pair: ", ".join(pair.get("unstated", [])) or _TOO_MANY,
    "error": lambda pair: pair.get("error", ""),
}


@dataclass(frozen=True, slots=True)
class _Group:
    """Pairs of one threat and status that have the same reason.

    Args:
        reason: empty where the status needs none.
        decision: the number of the decision in the log, or None.
        pairs: elements, with whether they did not run.
    """

    reason: str
    decision: int | None
    pairs: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class _Scheme:
    """A scheme and its requirements, each with its threats and what became of them."""

    name: str
    title: str
    requirements: list[tuple[Requirement, list[Coverage]]]


def audit_html(snapshot: Snapshot, request: Request) -> str:
    """What was audited, which requirements are met and by what, and who decided the rest.

    Args:
        snapshot: of one model.
        request: names the HTML report, to which elements then link.
    """
    reader = Reader(snapshot)
    covered, counted = coverage(reader), totals(snapshot)
    # Of bytes that are the same on every machine: the policy names the hash of what stands in the page.
    style = _file("audit.css")
    template = _environment().from_string(_file("audit.html.j2"))
    return template.render(
        snapshot=snapshot,
        totals=counted,
        style=Markup(style),
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        statuses=_statuses(covered),
        schemes=_schemes(snapshot, covered),
        coverage=covered,
        groups={name: {word: list(_groups(word, each)) for word in STATUSES} for name, each in covered.items()},
        numbers={name: number for number, name in enumerate(covered)},
        entries=entries(snapshot),
        weakenings=list(map(weakening_text, snapshot["weakenings"])),
        outside=[element["label"] for element in snapshot["elements"] if not element["in_scope"]],
        fields=lambda each: fields(each.controls, reader),
        named=named,
        link=lambda label: f"{request.report}#element-{reader.numbers[label]}" if request.report else "",
    )


def _statuses(covered: Mapping[str, Coverage]) -> list[str]:
    """The statuses of the tables; known ones and errors only where there are some."""
    return [
        word
        for word in STATUSES
        if word not in ("known", "error") or any(each.pairs[word] for each in covered.values())
    ]


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _environment() -> Environment:
    """One in which whatever a model says is text, and can be seen."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "name": lambda text: cut(visible(text), _LONGEST_NAME) or "(empty)",
        "prose": lambda text: cut(shown(text.strip()), _LONGEST_PROSE),
        "decided": word,
        "word": lambda status: _WORDS.get(status, status),
        "count": lambda number: f"{number:,}",
    }
    return environment


def _schemes(snapshot: Snapshot, covered: Mapping[str, Coverage]) -> list[_Scheme]:
    return [
        _Scheme(scheme, _TITLES[scheme], [(each, [covered[threat["id"]] for threat in each.threats]) for each in found])
        for scheme, found in groupby(requirements(snapshot["threats"]), key=lambda each: each.scheme)
    ]


def _groups(status: str, covered: Coverage) -> Iterable[_Group]:
    """The pairs of one status by their reason, the worst findings first, else as created."""
    groups: dict[tuple[str, int | None], _Group] = {}
    for pair in covered.pairs[status]:
        number = pair["decision"] if status in ("known", "accepted", "excluded") else None
        key = (_reason(status, pair), number)
        group = groups.setdefault(key, _Group(key[0], None if number is None else number + 1, []))
        group.pairs.append((pair["element"], pair["outcome"] == "not run"))
    found = list(groups.values())
    return sorted(found, key=lambda group: SEVERITIES.index(group.reason)) if status == "open" else found


def _reason(status: str, pair: PairShape) -> str:
    read = _REASONS.get(status)
    return "" if read is None else read(pair)
