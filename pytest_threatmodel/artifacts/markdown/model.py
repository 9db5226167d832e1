"""The parts of the full Markdown report that describe the model: data, sequence, assumptions, and what was noticed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.markdown.text import code
from pytest_threatmodel.artifacts.markdown.text import lines
from pytest_threatmodel.artifacts.markdown.text import prose
from pytest_threatmodel.artifacts.markdown.text import table
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.read import weakening_text
from pytest_threatmodel.snapshot.shape import ElementShape

#: Mermaid refuses longer texts: `maxTextSize`, https://mermaid.js.org/config/schema-docs/config.html
_LONGEST_DIAGRAM: Final = 50_000
_MOST: Final = 1_000


def model_sections(reader: Reader, request: Request) -> Iterator[str]:
    """What the model says beside threats.

    Args:
        reader: of the snapshot.
        request: takes a warning where the sequence diagram fails.
    """
    yield from _data(reader)
    yield from _sequence(reader, request)
    yield from _assumptions(reader)
    snapshot = reader.snapshot
    texts = {
        "Problems with decisions": snapshot["problems"],
        "What weakens the gate": list(map(weakening_text, snapshot["weakenings"])),
        "Notices": snapshot["notices"],
    }
    for title, told in texts.items():
        if told:
            yield f"## {title}"
            yield lines(*(f"- {prose(text)}" for text in told[:_MOST]))


def _data(reader: Reader) -> Iterator[str]:
    carriers: dict[str, list[str]] = {}
    for element in reader.elements.values():
        for label in element["flow"]["data"] if element["flow"] else ():
            carriers.setdefault(label, []).append(element["label"])
    data = [element for element in reader.elements.values() if reader.is_a(element, "Data")]
    if data:
        yield f"## Data ({len(data):,})"
        header = ["Data", "Classification", "Is", "Carried by"]
        yield table(header, (_datum(each, reader, carriers.get(each["label"], [])) for each in data[:_MOST]))


def _datum(element: ElementShape, reader: Reader, flows: list[str]) -> list[str]:
    marks = {"isPII": "personal data", "isCredentials": "credentials"}
    told = [text for field, text in marks.items() if reader.value(element, field)]
    return [code(element["label"]), code(element["sensitivity"]), ", ".join(told), ", ".join(map(code, flows[:_MOST]))]


def _sequence(reader: Reader, request: Request) -> Iterator[str]:
    if not any(element["flow"] for element in reader.elements.values()):
        return
    try:
        from pytest_threatmodel.artifacts.sequence.render import mmd

        made = mmd(reader.snapshot, request)
    except Exception as error:  # the rest of the report is worth having
        request.warn(f"Markdown report without sequence diagram: {type(error).__name__}: {escape(str(error))}")
        return
    yield "## Sequence"
    if len(made) > _LONGEST_DIAGRAM:
        yield "Too long to be drawn here; `--threatmodel-seq=puml` writes it for PlantUML."
        return
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", made) or [""]))
    yield lines(f"{fence}mermaid", made.rstrip("\n"), fence)


def _assumptions(reader: Reader) -> Iterator[str]:
    assumptions = reader.snapshot["model"]["assumptions"]
    if assumptions:
        yield f"## Assumptions ({len(assumptions):,})"
        rows = (
            [prose(each["name"]), prose(each["description"]), ", ".join(map(code, each["exclude"]))]
            for each in assumptions[:_MOST]
        )
        yield table(["Assumption", "Description", "Answers"], rows)
