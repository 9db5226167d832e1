"""The part of a model that a diagram shows: what is on its levels, and how flows are numbered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_threatmodel.snapshot.read import Reader

if TYPE_CHECKING:
    from pytest_threatmodel.snapshot.shape import ElementShape
    from pytest_threatmodel.snapshot.shape import FlowShape
    from pytest_threatmodel.snapshot.shape import Snapshot


class View(Reader):
    """A snapshot as diagrams look at it.

    Args:
        snapshot: of one model.
        levels: of detail that are shown; None for all.
    """

    def __init__(self, snapshot: Snapshot, levels: frozenset[int] | None) -> None:
        super().__init__(snapshot)
        self._levels = levels

    @property
    def nothing(self) -> str:
        """What is said where nothing is shown."""
        if self._levels is None:
            return "This model has no elements to draw"
        return f"No element is on level {', '.join(map(str, sorted(self._levels)))}"

    def kinds(self, element: ElementShape) -> list[str]:
        """The kind of an element and all that it is a special case of, nearest first."""
        return self.snapshot["kinds"][element["kind"]]["kinds"]

    def flow(self, label: str) -> FlowShape:
        """What only flows have, of an element that is one."""
        flow = self.elements[label]["flow"]
        assert flow is not None, label
        return flow

    def ends(self, label: str) -> tuple[str, str]:
        """The labels of source and sink of a flow."""
        flow = self.flow(label)
        return flow["source"], flow["sink"]

    def is_shown(self, element: ElementShape) -> bool:
        """Whether an element is on one of the levels."""
        own = element["levels"]
        # A flow between elements that share no level inherits none: its ends decide.
        return self._levels is None or not self._levels.isdisjoint(own) or (element["flow"] is not None and not own)

    def orders(self) -> dict[str, int | None]:
        """The flows from first to last, each with its number; without any order they are counted as created.

        All flows of the model are counted, so that one has the same number in every diagram and on every level.
        """
        flows = [label for label, element in self.elements.items() if element["flow"] is not None]
        flows.sort(key=lambda label: self.flow(label)["order"])
        stated = {label: self.flow(label)["order"] for label in flows}
        if all(order < 0 for order in stated.values()):
            return {label: number for number, label in enumerate(flows, start=1)}
        return {label: order if order >= 0 else None for label, order in stated.items()}
