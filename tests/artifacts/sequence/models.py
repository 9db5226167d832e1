"""Models for the tests of sequence diagrams."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Final

from hypothesis import strategies as st

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.sequence.messages import Diagram
from pytest_threatmodel.artifacts.sequence.messages import Message
from pytest_threatmodel.artifacts.sequence.messages import diagram
from tests.artifacts.snapshots import snapshot_of

if TYPE_CHECKING:
    from pytest_threatmodel.snapshot.shape import Snapshot

_FOLDER: Final = Path(__file__).resolve().parents[3] / "example_models"
#: Those that are whole: a model that is read from another file has it beside it.
EXAMPLES = sorted(path for path in _FOLDER.glob("threatmodel_*.py") if "load(" not in path.read_text(encoding="utf-8"))

#: Names as a model may have them: any text that is not blank, but for private characters that PlantUML cannot name.
NAMES = st.text(st.characters(max_codepoint=0xFFFFF), min_size=1, max_size=60).filter(str.strip)
#: Names made of what the languages of diagrams are made of.
_PIECES: Final = """
    end note as box --> ->> %% # ; : " ' <b> </b> <br/> /etc/passwd @enduml ** // __ ~ \\ \\n [[ ]] { } | %date() $ $$
    <img:/etc/passwd> <&key> &amp; &#65; #65; <U+0041> ﬂ°°65¶ß ... wrap: = x
"""
LOADED = st.lists(st.sampled_from([*_PIECES.split(), "\n", " ", "!include "]), min_size=1, max_size=8).map("".join)
ANY_NAME = (NAMES | LOADED).filter(str.strip)


def snapshot(source: str) -> Snapshot:
    """The snapshot of a model, whose first two lines are added here."""
    head = "" if "import" in source else "from pytest_threatmodel import *\ntm = TM('Sample')\n"
    with tempfile.TemporaryDirectory() as folder:
        return snapshot_of(head + source, Path(folder), explained=False)


def drawn(source: str, request: Request | None = None) -> Diagram:
    """The diagram of a model."""
    return diagram(snapshot(source), request or Request())


def messages(diagram: Diagram) -> list[Message]:
    """The messages of a diagram, without what stands between them."""
    return [step for step in diagram.steps if isinstance(step, Message)]


def named(names: list[str]) -> str:
    """A model in which every participant, zone, message, note and datum has one of the names."""
    return "\n".join(
        [
            "from pytest_threatmodel import *",
            f"names = {names!r}",
            "tm = TM(names[0])",
            "made = [Server(name, inBoundary=Boundary(name)) for name in names]",
            "for name, one, two in zip(names, made, made[1:] + made[:1]):",
            "    Dataflow(one, two, name, note=name, protocol=name, data=[Data(name)])",
        ]
    )
