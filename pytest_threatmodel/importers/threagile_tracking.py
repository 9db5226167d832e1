"""What Threagile's risk tracking says about risks, and which elements those are on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import Final
from typing import Literal

from pytest_threatmodel.importers.parsed import ParsedDecision
from pytest_threatmodel.importers.parts import Part
from pytest_threatmodel.importers.states import state
from pytest_threatmodel.importers.tally import Tally
from pytest_threatmodel.importers.threagile_assets import Asset
from pytest_threatmodel.importers.threagile_assets import Link
from pytest_threatmodel.importers.threagile_risks import CATEGORIES
from pytest_threatmodel.importers.threagile_risks import Category
from pytest_threatmodel.library.counterparts import counterparts
from pytest_threatmodel.model.fields import did_you_mean

On = Literal["elements", "flows", "boundaries"]
#: Wildcards are compared with every asset and link; this is far above what real files need.
_MOST_COMPARED: Final = 1_000_000
_NOT_READ: Final = (
    "description", "impact", "asvs", "cheat_sheet", "action", "mitigation", "check", "function", "stride",
    "detection_logic", "risk_assessment", "false_positives", "model_failure_possible_reason",
)  # fmt: skip
_RATINGS: Final = ("severity", "exploitation_likelihood", "exploitation_impact", "data_breach_probability")
#: In the order in which they make up the id of a risk.
_RELEVANT: Final = ("technical_asset", "communication_link", "trust_boundary", "shared_runtime", "data_asset")


@dataclass(frozen=True, slots=True)
class Subjects:
    """What risks can be on.

    Args:
        assets: the technical assets by id.
        links: their links by id.
        boundaries: the ids of the trust boundaries.
        responses: the ids of the flows that answer links.
        runtimes: the ids of what runs on each shared runtime.
    """

    assets: Mapping[str, Asset]
    links: Mapping[str, Link]
    boundaries: frozenset[str]
    responses: frozenset[str]
    runtimes: Mapping[str, Sequence[str]]

    def on(self, id_: str) -> list[tuple[On, str]]:
        """What was made of an id."""
        found: list[tuple[On, str]] = [("elements", id_)] if id_ in self.assets else []
        found += [("boundaries", id_)] if id_ in self.boundaries else []
        return found + (self.flows(id_) if id_ in self.links else [])

    def flows(self, id_: str) -> list[tuple[On, str]]:
        """The flow that a link is, and its response."""
        response = f"{id_}/response"
        return [("flows", id_), ("flows", response)] if response in self.responses else [("flows", id_)]


class Tracking:
    """The risks that a file names, and the states that it tracks.

    Args:
        root: the document.
        subjects: what risks can be on.
        told: gets what is not understood, and what is on no element.
    """

    def __init__(self, root: Part, subjects: Subjects, told: Tally) -> None:
        self._root = root
        self._subjects = subjects
        self._told = told
        self._compared = 0
        self._own = list(self._identified())

    def decisions(self) -> Iterator[ParsedDecision]:
        """The risks of the file with their states, those that nobody tracks too."""
        tracked: set[str] = set()
        tracking = self._root.part("risk_tracking")
        for id_ in tracking:
            state_ = self._state(tracking.part(id_), id_)
            own = [risk for risk in self._own if self._matches(id_, risk.said)]
            tracked.update(risk.said for risk in own)
            for risk in own:
                yield replace(state_, title=risk.title, on=risk.on, element=risk.element, cwe=risk.cwe)
            if not own:
                yield from self._built_in(id_, state_)
        for risk in self._own:
            if risk.said not in tracked:
                yield replace(risk, said="unchecked")

    def _identified(self) -> Iterator[ParsedDecision]:
        """The risks that people found themselves; `said` is their id."""
        for title, part in self._own_categories():
            category, cwe = part.need("id"), part.number("cwe")
            part.skip(*_NOT_READ)
            risks = part.part("risks_identified")
            for name in risks:
                risk = risks.part(name)
                risk.skip(*_RATINGS, "data_breach_technical_assets", "title")
                named = [risk.text(f"most_relevant_{what}") for what in _RELEVANT]
                subjects = [each for id_ in named if id_ for each in self._subjects.on(id_)]
                if not subjects:
                    self._told.add("risks on nothing that has threats here", f"{category} ({_plain(name)})")
                for on, element in subjects:
                    yield ParsedDecision(
                        title=_plain(title),
                        on=on,
                        element=element,
                        place=risk.place,
                        said="@".join((category, *(id_ for id_ in named if id_))),
                        cwe=(int(cwe),) if cwe else (),
                    )

    def _own_categories(self) -> Iterator[tuple[str, Part]]:
        """Version 0.9 has a map by title, version 1.0 a list."""
        individual = self._root.part("individual_risk_categories")
        for title in individual:
            yield title, individual.part(title)
        for part in self._root.parts("custom_risk_categories"):
            yield part.text("title") or part.need("id"), part

    def _state(self, part: Part, id_: str) -> ParsedDecision:
        said = part.text("status")
        decided = state(said)
        if decided is None:
            self._told.add(f"the status {said!r} is not understood", id_)
        more = [f"ticket {part.text('ticket')}"] if part.text("ticket") else []
        more += [part.text("date")] if part.text("date") else []
        reason = " ".join(part.text("justification").split())
        return ParsedDecision(
            title="",
            on="elements",
            element="",
            place=part.place,
            said=f"{said or 'unchecked'} as {id_}",
            status=decided if decided in ("accepted", "excluded") else None,
            reason=", ".join(filter(None, (reason, *more))),
            owner=part.text("checked_by") or None,
        )

    def _built_in(self, id_: str, state_: ParsedDecision) -> Iterator[ParsedDecision]:
        name, *parts = id_.split("@")
        category = CATEGORIES.get(name)
        if category is None:
            hint = did_you_mean(name, CATEGORIES)
            self._told.add("risks of a category that is not known" + (f"; {hint}" if hint else ""), id_)
            return
        found = list(dict.fromkeys(self._risks(category, parts)))
        if not found:
            self._told.add("risks on nothing that has threats here", id_)
        ours = counterparts("threagile").ours.get(name, ())
        for on, element in found:
            yield replace(state_, title=category.title, on=on, element=element, cwe=(category.cwe,), ours=ours)

    def _risks(self, category: Category, patterns: Sequence[str]) -> Iterator[tuple[On, str]]:
        """The elements that an id of this category names, wildcards included."""
        names = category.parts
        if names == ("asset",) and len(patterns) == 2:
            # Of a link whose protocol is not known.
            names = ("link", "source")
        if len(patterns) != len(names):
            return
        if names == ("runtime",):
            running = [ids for id_, ids in self._subjects.runtimes.items() if self._matches(patterns[0], id_)]
            yield from (("elements", id_) for ids in running for id_ in ids if id_ in self._subjects.assets)
            return
        if "link" not in names:
            if "asset" in names:
                yield from self._single(patterns[names.index("asset")])
            return
        for link in self._subjects.links.values():
            ends = {"link": link.id, "source": link.source, "target": link.target}
            if all(self._matches(pattern, ends[name]) for name, pattern in zip(names, patterns, strict=True)):
                yield from self._subjects.flows(link.id)
                if category.at in ends and category.at != "link":
                    yield "elements", ends[category.at]

    def _single(self, pattern: str) -> Iterator[tuple[On, str]]:
        if "*" not in pattern:
            yield from self._subjects.on(pattern)
            return
        yield from (("elements", id_) for id_ in self._subjects.assets if self._matches(pattern, id_))

    def _matches(self, pattern: str, id_: str) -> bool:
        self._compared += 1
        if self._compared > _MOST_COMPARED:
            raise self._root.fault("there are too many tracked risks for so many assets and links", "risk_tracking")
        # Of a link that a proxy forwards, the link behind it stands after an arrow.
        patterns, ids = pattern.partition("->")[0].split("@"), id_.split("@")
        return len(patterns) == len(ids) and all(map(_fits, patterns, ids))


def _fits(pattern: str, part: str) -> bool:
    """Whether a part of an id fits a pattern, in which `*` is for one letter or more.

    No regular expression: one with many wildcards can take for ever.
    """
    first, *others = re.split(r"\*+", pattern)
    if not others:
        return part == first
    if not part.startswith(first):
        return False
    end = len(first)
    for literal in others[:-1]:
        found = part.find(literal, end + 1)
        if found < 0:
            return False
        end = found + len(literal)
    return part.endswith(others[-1]) and len(part) - len(others[-1]) > end


def _plain(title: str) -> str:
    """Titles hold HTML: `<b>Some risk</b>`."""
    return " ".join(re.sub("</?[a-zA-Z]{1,10}>", "", title).split())
