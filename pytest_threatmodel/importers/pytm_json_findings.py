"""Findings in what pytm's `--json` writes, of which somebody said how they are handled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from typing import Literal

from pytest_threatmodel.importers.parsed import ParsedDecision
from pytest_threatmodel.importers.parts import Part
from pytest_threatmodel.importers.pytm_json_names import Names
from pytest_threatmodel.importers.states import state
from pytest_threatmodel.importers.tally import Tally
from pytest_threatmodel.library.counterparts import counterparts

_CWE: Final = re.compile(r"cwe\.mitre\.org/data/definitions/([0-9]{1,6})\b")
Status = Literal["accepted", "excluded"] | None

_ON: Final[tuple[Literal["elements", "flows", "boundaries"], ...]] = ("elements", "flows", "boundaries")


def handled_findings(root: Part, names: Mapping[str, Names], told: Tally) -> Iterator[ParsedDecision]:
    """The findings that have a `response`, or that an assumption excludes; the others are worked out again.

    Args:
        root: the document.
        names: of elements, flows and boundaries.
        told: gets findings that no element can be found for, and words that are not understood.
    """
    # In a library of the author's own, pytm's ids may be those of other threats.
    ours = {} if own_library(root) else counterparts().ours
    for part in root.parts("findings"):
        part.skip(*part)
        response = " ".join(part.text("response").split())
        if response:
            found = _decisions(part, _state(part, response, told), response, names, told)
            yield from (replace(each, ours=ours.get(part.text("threat_id"), ())) for each in found)
    for part in root.parts("excluded_findings"):
        part.skip(*part)
        assumption = part.part("assumption")
        assumption.skip(*assumption)
        reason = ": ".join(filter(None, (assumption.text("name"), assumption.text("description"))))
        found = _decisions(part, "excluded", reason or "an assumption", names, told)
        yield from (replace(each, ours=ours.get(part.text("threat_id"), ())) for each in found)


def own_library(root: Part) -> str:
    """The file of threats that the model uses in place of pytm's; empty where it uses pytm's."""
    file = root.text("threatsFile")
    return "" if file.endswith("threatlib/threats.json") else file


def _state(part: Part, response: str, told: Tally) -> Status:
    """What "accepted by the shop team" says: its first word."""
    decided = state(re.split(r"\W", response, maxsplit=1)[0])
    if decided is None:
        told.add(f"the response {response[:60]!r} is not understood", f"{_title(part)} on {part.text('target')}")
    return decided if decided in ("accepted", "excluded") else None


def _title(part: Part) -> str:
    return " ".join(part.text("description").split()) or part.text("threat_id")


def _decisions(
    part: Part, status: Status, reason: str, names: Mapping[str, Names], told: Tally
) -> Iterator[ParsedDecision]:
    found = [(on, place) for on in _ON for place in names[on].places(part.text("target"))]
    if len(found) != 1:
        told.add("findings of which it is not clear what they are on", f"{_title(part)} on {part.text('target')}")
        return
    yield ParsedDecision(
        title=_title(part),
        on=found[0][0],
        element=found[0][1],
        place=part.place,
        said=f"{part.text('threat_id')} {'excluded' if status == 'excluded' else 'handled'}",
        status=status,
        cwe=tuple(int(number) for number in _CWE.findall(part.text("references"))),
        reason=reason,
    )
