"""The notation: shapes of the kinds, lines, colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Final

if TYPE_CHECKING:
    from pytest_threatmodel.snapshot.read import Reader
    from pytest_threatmodel.snapshot.shape import ElementShape


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind is drawn.

    Args:
        word: what people call the kind.
        shape: Graphviz' name; "datastore" for two lines.
        rounded: whether its corners are.
        lines: around it.
    """

    word: str
    shape: str = "box"
    rounded: bool = False
    lines: int = 1

    @property
    def sample(self) -> str:
        """The shape as the border of a table; empty where it cannot be had so."""
        if self.shape == "datastore":
            return 'BORDER="1" SIDES="TB"'
        if self.shape != "box":
            return ""
        return f'BORDER="{self.lines}" STYLE="ROUNDED"' if self.rounded else 'BORDER="1"'


LOOKS: Final = {
    "Actor": Look("actor"),
    "ExternalEntity": Look("external entity"),
    "Server": Look("server", rounded=True),
    "SetOfProcesses": Look("set of processes", rounded=True, lines=2),
    "Process": Look("process", rounded=True),
    "Datastore": Look("datastore", "datastore"),
    "Lambda": Look("function", "hexagon"),
    "LLM": Look("language model", "octagon"),
    "Agent": Look("agent", "component"),
    "Asset": Look("asset", "tab"),
    "Data": Look("data", "note"),
    "Dataflow": Look("flow", "cds"),
    "Element": Look("element", "tab"),
}


@dataclass(frozen=True, slots=True)
class Ink:
    """Colours: of areas, of lines, of text on either white or the area."""

    fill: str
    line: str
    text: str
    faint: str


PLAIN: Final = Ink("#ffffff", "#3b434b", "#1b1f24", "#57606a")
#: Out of scope: pale, yet with enough contrast to be read.
FADED: Final = Ink("#f6f7f8", "#a3abb3", "#6b737c", "#6b737c")
SEVERE: Final = {
    "critical": Ink("#f4b6b6", "#9d1c1c", "#1b1f24", "#3b434b"),
    "high": Ink("#f9cfae", "#b1530f", "#1b1f24", "#3b434b"),
    "medium": Ink("#fbe6a4", "#8a6d00", "#1b1f24", "#3b434b"),
    "low": Ink("#d8ead2", "#3f7d34", "#1b1f24", "#3b434b"),
    "info": Ink("#dbe7f5", "#3a6ea5", "#1b1f24", "#3b434b"),
}
#: Trust boundaries without findings.
BORDER: Final = "#57606a"


def look(reader: Reader, element: ElementShape) -> Look:
    """How an element is drawn: as the nearest kind that has a shape, but by its own kind's name."""
    kind = element["kind"]
    nearest = next(each for each in reader.snapshot["kinds"][kind]["kinds"] if each in LOOKS)
    found = LOOKS[nearest]
    return found if nearest == kind else Look(kind, found.shape, found.rounded, found.lines)


def ink(element: ElementShape, worst: str) -> Ink:
    """The colours of an element.

    Args:
        element: in scope or out of it.
        worst: severity of its open findings; empty where there are none.
    """
    if worst:
        return SEVERE[worst]
    return PLAIN if element["in_scope"] else FADED
