"""Counterparts: what the threats of pytm and Threagile mean in the packs that are shipped."""

from __future__ import annotations

import tomllib
from collections.abc import Container
from collections.abc import Iterator
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from typing import Literal

from pytest_threatmodel.library.errors import guess
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import ModelProblems
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.notes import Assumption
from pytest_threatmodel.model.notes import Finding

_TABLE: Final = Path(__file__).with_name("counterparts.toml")
Tool = Literal["pytm", "threagile"]


@dataclass(frozen=True, slots=True)
class Counterparts:
    """The table of a tool, in which each of its ids has a row.

    Args:
        ours: id of the tool's -> ids of ours that mean the same or less.
        reasons: id of the tool's that has no counterpart -> why.
    """

    ours: Mapping[str, tuple[str, ...]]
    reasons: Mapping[str, str]

    def __contains__(self, id_: object) -> bool:
        return id_ in self.ours or id_ in self.reasons

    def __iter__(self) -> Iterator[str]:
        yield from self.ours
        yield from self.reasons


@cache
def counterparts(tool: Tool = "pytm") -> Counterparts:
    """The table that is shipped.

    Args:
        tool: whose ids; those of Threagile are its categories of risk.
    """
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))[tool]
    return Counterparts(
        {id_: tuple(ours) for id_, ours in table["counterparts"].items()},
        {id_: group["reason"] for group in table["without"] for id_ in group["ids"]},
    )


def use_packs(model: Model, own: Container[str] = ()) -> list[str]:
    """Let what a model says in pytm's ids, in overrides and assumptions, speak of our packs.

    Doing it again changes nothing.

    Args:
        model: its author wrote pytm's ids.
        own: ids of the file's own threats, which stay as they are.

    Returns:
        A notice for each override that adds nothing, as an earlier one counts for the same threat of ours.

    Raises:
        ModelProblems: ids have no counterpart; all of them are named.
    """
    table, problems, notices = counterparts(), list[ModelError](), list[str]()
    on_elements = (note for element in model.load.elements for note in element.assumptions)
    for assumption in (*model.assumptions, *on_elements):
        problems += _assume(assumption, own, table)
    for element in model.load.elements:
        counted: dict[str, Finding] = {}
        for override in element.overrides:
            problems += _override(override, own, table, counted, notices)
        element.overrides[:] = counted.values()
    if problems:
        raise ModelProblems(problems)
    return notices


def _assume(assumption: Assumption, own: Container[str], table: Counterparts) -> Iterator[ModelError]:
    if assumption.written is not None:
        return
    found: dict[str, None] = {}
    for id_ in assumption.exclude:
        if id_ not in own and id_ not in table.ours:
            yield _problem(f"assumption {assumption.name!r} excludes {id_}", id_, table, assumption)
        found.update(dict.fromkeys((id_,) if id_ in own else table.ours.get(id_, ())))
    assumption.written, assumption.exclude = assumption.exclude, tuple(found)


def _override(
    override: Finding, own: Container[str], table: Counterparts, counted: dict[str, Finding], notices: list[str]
) -> Iterator[ModelError]:
    id_ = override.threat_id
    if override.written is not None or id_ in own:
        counted.setdefault(id_, override)
        return
    if id_ not in table.ours:
        yield _problem(f"override of {id_}", id_, table, override)
    for ours in table.ours.get(id_, ()):
        earlier = counted.get(ours)
        if earlier is not None:
            notices.append(f"{override.place}: override of {id_} adds nothing: {ours} is overridden by {earlier.place}")
            continue
        counted[ours] = meant = copy(override)
        meant.threat_id, meant.written = ours, id_


def _problem(what: str, id_: str, table: Counterparts, note: Assumption | Finding) -> ModelError:
    if id_ in table.reasons:
        return ModelError(f"{what}: the packs have no counterpart of {id_}: {table.reasons[id_]}", place=note.place)
    return ModelError(f"{what}: {shown(id_)} is no id of pytm's", place=note.place, hint=guess(id_, table))
