"""Findings in what pytm's `--json` writes, of which somebody said how they are handled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Final
from typing import Literal

from pytest_threatmodel.importers.parsed import ParsedDecision
from pytest_threatmodel.importers.parts import Part
from pytest_threatmodel.importers.pytm_json_names import Names
from pytest_threatmodel.importers.states import state
from pytest_threatmodel.importers.tally import Tally

_CWE: Final = re.compile(r"cwe\.mitre\.org/data/definitions/([0-9]{1,6})\b")
_ON: Final[tuple[Literal["elements", "flows", "boundaries"], ...]] = ("elements", "flows", "boundaries")


def handled_findings(root: Part, names: Mapping[str, Names], told: Tally) -> Iterator[ParsedDecision]:
    """The findings that have a `response`; the others are worked out again.

    Args:
        root: the document.
        names: of elements, flows and boundaries.
        told: gets findings that no element can be found for, and words that are not understood.
    """
    for key in ("findings", "excluded_findings"):
        for part in root.parts(key):
            part.skip(*part)
            response = " ".join(part.text("response").split())
            if response:
                yield from _decisions(part, response, names, told)


def _decisions(part: Part, response: str, names: Mapping[str, Names], told: Tally) -> Iterator[ParsedDecision]:
    target, title = part.text("target"), " ".join(part.text("description").split()) or part.text("threat_id")
    found = [(on, place) for on in _ON for place in names[on].places(target)]
    if len(found) != 1:
        told.add("findings of which it is not clear what they are on", f"{title} on {target}")
        return
    # "accepted by the shop team": the first word is the state.
    decided = state(re.split(r"\W", response, maxsplit=1)[0])
    if decided is None:
        told.add(f"the response {response[:60]!r} is not understood", f"{title} on {target}")
    yield ParsedDecision(
        title=title,
        on=found[0][0],
        element=found[0][1],
        place=part.place,
        said=f"{part.text('threat_id')} handled",
        status=decided if decided in ("accepted", "excluded") else None,
        cwe=tuple(int(number) for number in _CWE.findall(part.text("references"))),
        reason=response,
    )
