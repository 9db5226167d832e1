"""What every importer gives: the parts of a model as plain data, before any element is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from datetime import date
from typing import Literal

#: The lists of `Parsed` whose entries may carry threats.
Listed = Literal["elements", "flows", "boundaries", "data"]


@dataclass(frozen=True, slots=True)
class ParsedElement:
    """An element that is no flow: an asset, an actor, a boundary, or data.

    Args:
        id: the id in the file; no two of one list (elements, boundaries, data) have the same.
        name: what people call it, on one line; where it is blank, the id counts.
        kind: the name of our kind: "Server", "Datastore", "Boundary", "Data".
        place: where it stands in the file, a JSON pointer such as "/components/3".
        boundary: the id of the boundary around it, if there is one.
        values: field -> value, as a model file would write them; "controls.x" for a control.
        data: ids of the data that it stores or processes.
        in_scope: whether threats against it are looked at.
        description: in a sentence or two.
    """

    id: str
    name: str
    kind: str
    place: str
    boundary: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    data: tuple[str, ...] = ()
    in_scope: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True)
class ParsedFlow:
    """A flow.

    Args:
        id: the id in the file; no two flows have the same.
        name: what people call it, on one line; where it is blank, the id counts.
        source: the id of the element that it comes from; where no element has it, of the boundary.
        sink: the id of the element that it goes to; where no element has it, of the boundary.
        place: where it stands in the file, a JSON pointer.
        values: field -> value, as a model file would write them; "controls.x" for a control.
        data: ids of the data that it carries.
        response_to: the id of the flow that it answers.
        boundary: the id of the boundary around it, if the file says so.
        in_scope: whether threats against it are looked at.
        description: in a sentence or two.
    """

    id: str
    name: str
    source: str
    sink: str
    place: str
    values: Mapping[str, object] = field(default_factory=dict)
    data: tuple[str, ...] = ()
    response_to: str | None = None
    boundary: str | None = None
    in_scope: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True)
class ParsedDecision:
    """A threat of the file on one element, and what was decided about it.

    Args:
        title: what the file calls the threat.
        on: the list that this is in.
        element: the id of what it is on.
        place: where it stands in the file, a JSON pointer.
        said: the state in the words of the file; it stands in the reason.
        status: ours; None for a threat that is open or whose state is not understood. Such a one decides nothing, and
            keeps others from deciding about the same pairs.
        cwe: the numbers of the weaknesses that it names.
        reason: why, in the words of the file; may be empty.
        owner: who answers for it.
        until: the last day on which it holds, if the file says so.
        ours: ids of the threats of the packs that it is known to mean. On an element that one of them concerns, its
            weaknesses do not count.
    """

    title: str
    on: Listed
    element: str
    place: str
    said: str
    status: Literal["accepted", "excluded"] | None = None
    cwe: tuple[int, ...] = ()
    reason: str = ""
    owner: str | None = None
    until: date | None = None
    ours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A model as some importer read it.

    Args:
        name: of the system.
        description: in a sentence or two.
        values: field of the model -> value, such as "isOrdered".
        elements: assets, actors and processes, in the order of the file.
        flows: in the order of the file.
        boundaries: in any order; those around others are made first.
        data: in the order of the file.
        decisions: the threats of the file, open ones too.
        unmapped: what the file says and nobody reads, each a line that names the place.
    """

    name: str
    description: str = ""
    values: Mapping[str, bool] = field(default_factory=dict)
    elements: tuple[ParsedElement, ...] = ()
    flows: tuple[ParsedFlow, ...] = ()
    boundaries: tuple[ParsedElement, ...] = ()
    data: tuple[ParsedElement, ...] = ()
    decisions: tuple[ParsedDecision, ...] = ()
    unmapped: tuple[str, ...] = ()
