"""The threats that Threat Dragon keeps on its cells, with what was decided about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from typing import Literal

from pytest_threatmodel.importers.parsed import ParsedDecision
from pytest_threatmodel.importers.parts import Part
from pytest_threatmodel.importers.states import state
from pytest_threatmodel.importers.tally import Tally
from pytest_threatmodel.importers.threat_dragon_same import Group

#: Weaknesses have no field of their own there; people write them into the text.
_CWE: Final = re.compile(r"\bCWE[-: ]{1,2}([0-9]{1,5})\b", re.IGNORECASE)
_ON: Final[Mapping[str, Literal["elements", "flows", "boundaries"]]] = {"flow": "flows", "box": "boundaries"}
_NOT_READ: Final = ("id", "type", "modelType", "new", "number", "score", "ruleId", "threatId", "severity")


def decisions(group: Group, elements: Sequence[str], told: Tally) -> Iterator[ParsedDecision]:
    """The threats of one group of cells.

    Args:
        group: the cells.
        elements: the ids of what was made of them.
        told: gets the threats that stand on nothing, and states that are not understood.
    """
    seen: set[tuple[str, str, str]] = set()
    for cell in group.cells:
        # The schema puts them beside `data`, the program into it.
        places = (cell.facts,) if cell.facts is cell.part else (cell.facts, cell.part)
        for part in [threat for place in places for threat in place.parts("threats")]:
            threat = _threat(part, told)
            key = (threat.title, threat.said, threat.reason)
            if key in seen:
                continue
            seen.add(key)
            if not elements:
                told.add("threats on what is left out", f"{threat.title} on {group.name or cell.part.place}")
            for element in elements:
                yield replace(threat, on=_ON.get(group.type, "elements"), element=element)


def _threat(part: Part, told: Tally) -> ParsedDecision:
    title, status = " ".join(part.text("title").split()), " ".join(part.text("status").split())
    severity = part.text("severity").strip()
    description, mitigation = part.text("description"), part.text("mitigation")
    part.skip(*_NOT_READ)
    decided = state(status)
    if decided is None:
        told.add(f"the status {status!r} is not understood", title or part.place)
    rated = severity and severity.upper() != "TBD"
    return ParsedDecision(
        title=title or "a threat without a title",
        on="elements",
        element="",
        place=part.place,
        said=f"{status or 'Open'}, severity {severity}" if rated else status or "Open",
        status=decided if decided in ("accepted", "excluded") else None,
        cwe=tuple(dict.fromkeys(int(number) for number in _CWE.findall(f"{title} {description}"))),
        reason=mitigation,
    )
