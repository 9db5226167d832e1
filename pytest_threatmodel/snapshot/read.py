"""Questions that every diagram and report asks of a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import Final
from typing import cast

from pytest_threatmodel.decisions.decision import WORDS
from pytest_threatmodel.library import threat

if TYPE_CHECKING:
    from pytest_threatmodel.decisions.decision import Status
    from pytest_threatmodel.snapshot.shape import DecisionShape
    from pytest_threatmodel.snapshot.shape import ElementShape
    from pytest_threatmodel.snapshot.shape import PairShape
    from pytest_threatmodel.snapshot.shape import Snapshot
    from pytest_threatmodel.snapshot.shape import ThreatShape
    from pytest_threatmodel.snapshot.shape import WeakeningShape

#: The severities, the worst first; as text, which they are in a snapshot.
SEVERITIES: Final[tuple[str, ...]] = threat.SEVERITIES

#: The sorts of weakening whose author can give a reason and need not.
_REASONED: Final = frozenset({"out of scope", "lowered"})


class Reader:
    """A snapshot with its elements and threats by name.

    Args:
        snapshot: of one model.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.elements: dict[str, ElementShape] = {element["label"]: element for element in snapshot["elements"]}
        self.threats: dict[str, ThreatShape] = {each["id"]: each for each in snapshot["threats"]}
        #: label -> its number, counted from 0 as created: a stable and safe id for links, `f"element-{number}"`.
        self.numbers: dict[str, int] = {label: number for number, label in enumerate(self.elements)}

    def value(self, element: ElementShape, field: str) -> Any:
        """A field of an element, its default where nobody stated it; None where the kind has no such field."""
        if field in element["values"]:
            return element["values"][field]
        known = self.snapshot["kinds"][element["kind"]]["fields"].get(field)
        return None if known is None else known["default"]

    def is_a(self, element: ElementShape, kind: str) -> bool:
        """Whether the element is of a kind or a special case of it."""
        return kind in self.snapshot["kinds"][element["kind"]]["kinds"]

    def decision(self, pair: PairShape) -> DecisionShape | None:
        """The decision on a pair, lapsed or not."""
        number = pair["decision"]
        return None if number is None else self.snapshot["decisions"][number]


def weakening_text(weakening: WeakeningShape) -> str:
    """One thing that weakens the gate, as a line of a report."""
    pairs = weakening["pairs"]
    counted = "" if not pairs else f" ({pairs:,} pair)" if pairs == 1 else f" ({pairs:,} pairs)"
    place = f"{weakening['file']}:{weakening['line']}: " if weakening["file"] else ""
    # Nobody gives a reason for an option, and each decision has one.
    silent = ", no reason given" if weakening["sort"] in _REASONED else ""
    reason = f": {weakening['reason']}" if weakening["reason"] else silent
    return f"{place}{weakening['sort']}: {weakening['what']}{counted}{reason}"


def word(decision: DecisionShape) -> str:
    """What was decided, as people call it: "known" for what a register has as open."""
    return WORDS[cast("Status", decision["status"])]


def is_open(pair: PairShape) -> bool:
    """Whether a finding waits for an answer: it is vulnerable, and no decision holds for it.

    A finding below `--threatmodel-fail-on` is open, though it fails nothing.
    """
    if pair["verdict"] != "vulnerable":
        return False
    return pair["judged"] == "failed" or (pair["judged"] == "xfailed" and pair["decision"] is None)


def status(pair: PairShape) -> str:
    """The pair in one word for people.

    "open", "known", "accepted" and "excluded" are findings; other pairs are "excluded" too, or have the word of their
    verdict. "known" is what a register calls open: it waits for no answer, but to be fixed. What is transferred, a
    false positive or mitigated elsewhere counts as "accepted".
    """
    if pair["judged"] == "skipped" and pair["decision"] is not None:
        return "excluded"
    if pair["verdict"] != "vulnerable":
        return pair["verdict"]
    if is_open(pair):
        return "open"
    return "known" if pair.get("decided") == "open" else "accepted"
