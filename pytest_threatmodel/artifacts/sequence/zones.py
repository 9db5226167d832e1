"""Trust boundaries in the picture: boxes around neighbours, one in another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_threatmodel.artifacts.sequence.messages import Participant
    from pytest_threatmodel.artifacts.sequence.messages import Zone


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbours in one zone.

    Args:
        zone: that they are in.
        depth: how many zones are around it.
        first, last: index of the participants at its ends.
    """

    zone: Zone
    depth: int
    first: int
    last: int


def runs(participants: Sequence[Participant]) -> list[Run]:
    """The boxes to draw, outer ones before those inside; a zone that others interrupt has several.

    Args:
        participants: from left to right.
    """
    found: list[Run] = []
    begun: list[tuple[Zone, int]] = []
    for index, path in enumerate([*(participant.path for participant in participants), ()]):
        same = _shared(begun, path)
        while len(begun) > same:
            zone, first = begun.pop()
            found.append(Run(zone, len(begun), first, index - 1))
        begun += [(zone, index) for zone in path[same:]]
    return sorted(found, key=lambda run: (run.depth, run.first))


def _shared(begun: list[tuple[Zone, int]], path: tuple[Zone, ...]) -> int:
    pairs = zip(begun, path, strict=False)
    return next((depth for depth, ((one, _), other) in enumerate(pairs) if one != other), min(len(begun), len(path)))
