"""Where the lifelines of the picture stand: as near to each other as their labels let them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.artifacts.sequence import style
from pytest_threatmodel.artifacts.sequence.labels import Line
from pytest_threatmodel.artifacts.sequence.messages import Message
from pytest_threatmodel.artifacts.sequence.wording import zone_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from pytest_threatmodel.artifacts.sequence.labels import Labelled
    from pytest_threatmodel.artifacts.sequence.zones import Run

#: The widest that the name of a zone makes its box.
_ZONE_ROOM: Final = 200


@dataclass(frozen=True, slots=True)
class Columns:
    """Places from left to right.

    Args:
        centres: of the lifelines.
        lefts, rights: where what stands in each column ends, zones around it apart.
    """

    centres: tuple[float, ...]
    lefts: tuple[float, ...]
    rights: tuple[float, ...]

    def moved(self, by: float) -> Columns:
        """The same places further to the right."""
        return Columns(*(tuple(each + by for each in places) for places in (self.centres, self.lefts, self.rights)))

    def label_left(self, source: int, sink: int, width: float) -> float:
        """Where the label of a message begins: amid its source and the next lifeline, or beside its source.

        Args:
            source, sink: index of the columns.
            width: of the label, in pixels.
        """
        way = 1 if sink > source else -1
        gap = max(width + 2 * style.LABEL_PAD, abs(self.centres[source + way] - self.centres[source]))
        return self.centres[source] + way * gap / 2 - width / 2


def columns(heads: Sequence[float], steps: Sequence[Labelled], runs: Sequence[Run]) -> Columns:
    """Place the lifelines, the first one at zero.

    Args:
        heads: the width of each head.
        steps: with their labels.
        runs: of the zones.
    """
    left, right = _reach(heads, steps, runs)
    before, after = [0.0] * len(heads), [0.0] * len(heads)
    for run in runs:
        before[run.first] += style.ZONE_PAD
        after[run.last] += style.ZONE_PAD
    wanted = defaultdict(list)
    for first, last, room in (*_between(steps), *_zones(runs, left, right)):
        wanted[last].append((first, room))
    centres: list[float] = []
    for index in range(len(heads)):
        nearest = (
            centres[-1] + right[index - 1] + after[index - 1] + style.GAP + before[index] + left[index] if index else 0
        )
        centres.append(max([nearest, *(centres[first] + room for first, room in wanted[index])]))
    return Columns(
        tuple(centres),
        tuple(centre - reach for centre, reach in zip(centres, left, strict=True)),
        tuple(centre + reach for centre, reach in zip(centres, right, strict=True)),
    )


def _reach(heads: Sequence[float], steps: Sequence[Labelled], runs: Sequence[Run]) -> tuple[list[float], list[float]]:
    """How far each column reaches to the left and to the right of its lifeline."""
    left, right = [each / 2 for each in heads], [each / 2 for each in heads]
    for each in steps:
        if isinstance(each.step, Message) and each.step.source == each.step.sink:
            at = each.step.source
            right[at] = max(right[at], style.LOOP_WIDTH + style.LABEL_PAD + each.label.width)
    for run in runs:
        missing = _name_room(run) - left[run.first] - right[run.last]
        if run.first == run.last and missing > 0:
            left[run.first] += missing / 2
            right[run.first] += missing / 2
    return left, right


def _name_room(run: Run) -> float:
    """What the name of a zone needs, up to a limit."""
    # Of a very long name only the start is measured.
    return min(Line(zone_name(run.zone)[:_ZONE_ROOM], style.SMALL, bold=True).width, _ZONE_ROOM)


def _between(steps: Sequence[Labelled]) -> Iterator[tuple[int, int, float]]:
    for each in steps:
        if isinstance(each.step, Message) and each.step.source != each.step.sink:
            first, last = sorted((each.step.source, each.step.sink))
            yield first, last, each.label.width + 2 * style.LABEL_PAD


def _zones(runs: Sequence[Run], left: Sequence[float], right: Sequence[float]) -> Iterator[tuple[int, int, float]]:
    for run in runs:
        if run.first != run.last:
            yield run.first, run.last, _name_room(run) - left[run.first] - right[run.last]
