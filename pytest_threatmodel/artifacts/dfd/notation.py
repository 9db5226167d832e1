"""The notation of data-flow diagrams: how kinds are drawn, and what colours say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

INK: Final = "#1f2328"
LINE: Final = "#3b434b"
#: Out of scope, and what is said in passing; dark enough to be read on white and on every fill.
FADED: Final = "#57606a"
FADED_LINE: Final = "#8c959f"
ZONE_LINE: Final = "#6e5494"
PAPER: Final = "#ffffff"
#: Zones in zones are told apart by turns.
ZONE_FILLS: Final = ("#f7f7fb", "#ffffff")
#: By the worst open finding; `INK` is readable on all.
SEVERITY_FILLS: Final = {
    "critical": "#f4b6b6",
    "high": "#f9cfae",
    "medium": "#fbe6a4",
    "low": "#d8ead2",
    "info": "#dbe7f5",
}


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind is shown.

    Args:
        shape: Graphviz's name; "store" for two lines with a name between them.
        rounded: with round corners.
        lines: around it.
        legend: how the legend explains the shape; looks with one explanation are explained once.
    """

    shape: str = "box"
    rounded: bool = False
    lines: int = 1
    legend: str = "other element"


_OUTSIDE: Final = "actor, external entity"
_PROCESS: Final = "process, server"

LOOKS: Final = {
    "Actor": Look(legend=_OUTSIDE),
    "ExternalEntity": Look(legend=_OUTSIDE),
    "Server": Look(rounded=True, legend=_PROCESS),
    "SetOfProcesses": Look(rounded=True, lines=2, legend="set of processes"),
    "Process": Look(rounded=True, legend=_PROCESS),
    "Datastore": Look("store", legend="datastore"),
    "Lambda": Look("hexagon", legend="six corners: function"),
    "LLM": Look("octagon", legend="eight corners: language model"),
    "Agent": Look("octagon", lines=2, legend="eight corners, two lines: agent"),
    "Asset": Look("component", legend="two small boxes: asset"),
    "Data": Look("note", legend="folded corner: data"),
    "Element": Look(),
}
