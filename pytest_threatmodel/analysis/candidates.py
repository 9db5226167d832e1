"""Changes that may be worth making, ordered by what each closes or, while that was not looked at, can close at most."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from math import inf
from typing import Any

from pytest_threatmodel.analysis.draft import Draft
from pytest_threatmodel.analysis.draft import Pair
from pytest_threatmodel.analysis.draft import Spot
from pytest_threatmodel.analysis.search import Change
from pytest_threatmodel.analysis.search import Changes
from pytest_threatmodel.library.threat import SEVERITIES
from pytest_threatmodel.library.threat import Severity


@dataclass(slots=True, eq=False)
class Candidate:
    """A change, or several that are needed together.

    Args:
        changes: what an author would write.
        number: candidates that come up earlier go before those that do as much.
        closes: the open findings that it closes, as far as they were looked at.
        unsure: how many more it may close.
        opens: the pairs that it makes findings; None while that was not looked at.
        version: grows when its place in the order changes.
        settled: it was made, or another one for the same field.
    """

    changes: Changes
    number: int
    closes: dict[Pair, None] = field(default_factory=dict)
    unsure: int = 0
    opens: list[Pair] | None = None
    version: int = 0
    settled: bool = False

    def rank(self, severities: Mapping[Pair, Severity]) -> tuple[float, ...]:
        """The smallest comes first: more findings for each thing to do, then worse ones, then what came up first."""
        net = len(self.closes) + self.unsure - len(self.opens or ())
        first = -net / len(self.changes)
        if self.unsure:
            return (first, -inf, self.number)
        counted = Counter(severities[pair] for pair in self.closes)
        return (first, *(-counted[word] for word in SEVERITIES), self.number)


class Candidates:
    """All candidates, by what they change and in their order.

    Args:
        draft: that they are made for.
        severities: of the open findings.
    """

    def __init__(self, draft: Draft, severities: Mapping[Pair, Severity]) -> None:
        self._draft = draft
        self._severities = severities
        self._all: dict[tuple[tuple[int, str, Any], ...], Candidate] = {}
        self._by_spot: dict[Spot, list[Candidate]] = {}
        self._order: list[tuple[tuple[float, ...], int, Candidate]] = []
        self._moved: dict[int, Candidate] = {}

    def propose(self, changes: Changes) -> Candidate:
        """The candidate of these changes, made when it is new."""
        key = tuple((*change.key, change.value) for change in changes)
        known = self._all.get(key)
        if known is None:
            known = self._all[key] = Candidate(changes, len(self._all))
            for effect in self._draft.effects(changes):
                self._by_spot.setdefault(effect.key, []).append(known)
        return known

    def propose_each(self, change: Change) -> None:
        """A change, and the same on what the element inherits from."""
        self.propose((change,))
        for record, name in self._draft.givers(change.record, change.name):
            self.propose((Change(record, name, change.value),))

    def touching(self, spots: Iterable[Spot]) -> Iterator[Candidate]:
        """The candidates that change any of these fields, each once."""
        found = {id(each): each for spot in spots for each in self._by_spot.get(spot, ())}
        return (each for each in found.values() if not each.settled)

    def doubt(self, pair: Pair, spots: Iterable[Spot]) -> None:
        """An open finding reads these fields: whether candidates close it has to be looked at."""
        for candidate in self.touching(spots):
            candidate.closes.pop(pair, None)
            candidate.unsure += 1
            self.move(candidate)

    def dismiss(self, pair: Pair, spots: Iterable[Spot]) -> None:
        """A pair that reads these fields is no open finding now, or reads others."""
        for candidate in self.touching(spots):
            if pair in candidate.closes:
                del candidate.closes[pair]
                self.move(candidate)

    def settle(self, change: Change) -> None:
        """Propose nothing for this field any more."""
        for candidate in self.touching([change.key]):
            candidate.settled = any(each.key == change.key for each in candidate.changes)

    def forget_opened(self) -> None:
        """What candidates open is another question after one was made."""
        for candidate in self._all.values():
            if candidate.opens is not None:
                candidate.opens = None
                self.move(candidate)

    def move(self, candidate: Candidate) -> None:
        """Give a candidate its place in the order again."""
        self._moved[id(candidate)] = candidate

    def first(self) -> Candidate | None:
        """The candidate that does most or may do so, or None where none does any good."""
        for candidate in self._moved.values():
            if candidate.settled:
                continue
            candidate.version += 1
            entry = (candidate.rank(self._severities), candidate.version, candidate)
            heapq.heappush(self._order, entry)
        self._moved.clear()
        while self._order:
            rank, version, candidate = self._order[0]
            if version == candidate.version and not candidate.settled:
                return candidate if rank[0] < 0 else None
            heapq.heappop(self._order)
        return None
