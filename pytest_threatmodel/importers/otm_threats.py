"""The threats of an OTM document: a catalogue, and instances of them on components and flows."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from pytest_threatmodel.importers.fault import nearest_hint
from pytest_threatmodel.importers.parsed import Listed
from pytest_threatmodel.importers.parsed import ParsedDecision
from pytest_threatmodel.importers.parts import Part
from pytest_threatmodel.importers.states import state
from pytest_threatmodel.model.errors import shown

#: Under this key of `attributes` stands what our own export adds.
OURS: Final = "pytest-threatmodel"


class Threats:
    """The catalogue of a document, and the instances that were read.

    Args:
        root: the document.

    Attributes:
        found: the instances, in the order in which they were read.
        notices: the states that are not understood, each a line.
    """

    def __init__(self, root: Part) -> None:
        self.found: list[ParsedDecision] = []
        self.notices: list[str] = []
        self._threats = _catalogue(root, "threats")
        self._mitigations = _catalogue(root, "mitigations")

    def read(self, part: Part, on: Listed, id_: str) -> None:
        """Read the threats that stand on a component or flow.

        Args:
            part: the component or flow; our own export puts threats on trust zones and assets too.
            on: what it became.
            id_: of it.
        """
        for instance in part.parts("threats"):
            self.found.append(self._instance(instance, on, id_))

    def _instance(self, part: Part, on: Listed, id_: str) -> ParsedDecision:
        threat = _known(part, "threat", self._threats)
        said = part.text("state")
        ours = state(said)
        if ours is None:
            self.notices.append(f"{part.at('state')}: state {shown(said)} is not understood, taken as open")
        if OURS in part.part("attributes"):
            # What is proposed against a finding that was decided.
            part.skip("mitigations")
        added, cwe = part.part("attributes").part(OURS), _numbers(threat.texts("cwes"))
        until = added.text("until")
        return ParsedDecision(
            title=threat.text("name") or threat.need("id"),
            on=on,
            element=id_,
            place=part.place,
            said=said or "open",
            status=None if ours == "open" else ours,
            # Our own titles say it all; a weakness would speak of other threats as well.
            cwe=() if OURS in threat.part("attributes") else cwe,
            reason=added.text("reason") or ", ".join(self._mitigated(each) for each in part.parts("mitigations")),
            owner=added.text("owner") or None,
            until=_day(added, until) if until else None,
        )

    def _mitigated(self, part: Part) -> str:
        name = _known(part, "mitigation", self._mitigations).text("name")
        return f"{name} ({said})" if (said := part.text("state")) else name


def _numbers(cwes: list[str]) -> tuple[int, ...]:
    """The numbers of weaknesses, which are spelled in several ways: "CWE-79", "79", "CWE 79: ..."."""
    return tuple(int(found[0]) for text in cwes if (found := re.search(r"[0-9]{1,6}", text)))


def _day(part: Part, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise part.fault(f'{shown(text)} is no date, expected "YYYY-MM-DD"', "until") from None


def _catalogue(root: Part, key: str) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for part in root.parts(key):
        if OURS in part.part("attributes"):
            # The library has it all.
            part.skip(*part)
            part.part("attributes").skip(OURS)
        first = found.setdefault(part.need("id"), part)
        if first is not part:
            raise part.fault(f"the id {shown(part.need('id'))} stands at {first.place} as well")
    return found


def _known(part: Part, key: str, known: dict[str, Part]) -> Part:
    """The entry of a catalogue that an instance names."""
    id_ = part.need(key)
    if id_ in known:
        return known[id_]
    raise part.fault(f"there is no {key} with the id {shown(id_)}", key, nearest_hint(id_, known))
