"""PlantUML text, read by the real PlantUML."""

from __future__ import annotations

import re
import subprocess
import tempfile
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_threatmodel.artifacts.sequence.plantuml import plantuml
from pytest_threatmodel.artifacts.text import visible
from tests.artifacts.sequence.models import ANY_NAME
from tests.artifacts.sequence.models import EXAMPLES
from tests.artifacts.sequence.models import drawn
from tests.artifacts.sequence.models import named
from tests.artifacts.snapshots import BANK
from tests.artifacts.snapshots import hostile_model

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.programs

_TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")


def shown(sources: Iterable[str]) -> list[str]:
    """All that PlantUML writes into the picture of each text, without spaces; one start of Java for all."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{number}.puml") for number, _ in enumerate(sources)]
        for file, source in zip(files, sources, strict=True):
            file.write_text(source, encoding="utf-8")
        command = ["plantuml", "-headless", "-charset", "UTF-8", "-tsvg", "-failfast2", *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return [_bare(unescape("".join(_TEXT.findall(file.with_suffix(".svg").read_text("utf-8"))))) for file in files]


def _bare(text: str) -> str:
    return "".join(text.split())


@pytest.fixture(scope="module")
def pictures() -> dict[str, str]:
    """All that is written in the pictures of the samples."""
    models = {"bank": BANK, "hostile": hostile_model(), "empty": "", "lonely": "Server('Lonely')"}
    models |= {path.stem: path.read_text("utf-8") for path in EXAMPLES}
    return dict(zip(models, shown([plantuml(drawn(model)) for model in models.values()]), strict=True))


def test_every_sample_is_read(pictures: dict[str, str]) -> None:
    """The bank, the examples, nothing at all, and what has no flows."""
    assert not [name for name, text in pictures.items() if "Syntax" in text]
    for part in ("Bank", "Cloud/Vault", "1.Login", "HTTPS:443,encrypted", "data:Password", "Twiceadayatmost"):
        assert part in pictures["bank"]
    assert "datastore,outofscope" in pictures["bank"]
    assert "Thismodelhasnoelementstodraw" in pictures["empty"]
    assert "Nodataflowsbetweentheseelements" in pictures["lonely"]


def test_words_of_the_language_follow_kinds_and_responses() -> None:
    text = plantuml(drawn(BANK))
    assert 'actor "Customer" as p_customer' in text
    assert 'database "Accounts\\n<size:11>' in text
    assert "p_accounts --> p_web_server : 5. Rows" in text
    assert "p_interest_job -> p_interest_job : 7. Tidy up" in text
    assert "note over p_customer, p_web_server : Twice a day\\nat most" in text


def test_hostile_names_appear_as_they_are_written(pictures: dict[str, str]) -> None:
    """No file is read because of a name, and no line of the text is of its doing."""
    diagram = drawn(hostile_model())
    text = plantuml(diagram)
    assert not [line for line in text.splitlines()[1:-1] if line.lstrip().startswith(("!", "@", "'"))]
    for participant in diagram.participants:
        assert _bare("".join(map(visible, participant.name.splitlines())))[:60] in pictures["hostile"]


@settings(max_examples=2, phases=[Phase.generate])  # each starts Java
@given(st.lists(ANY_NAME, min_size=20, max_size=20))
def test_any_name_appears_as_it_is_written(names: list[str]) -> None:
    (found,) = shown([plantuml(drawn(named(names)))])
    for name in names:
        assert _bare("".join(map(visible, name.splitlines()))) in found


def test_the_text_is_the_same_every_time() -> None:
    assert plantuml(drawn(hostile_model())) == plantuml(drawn(hostile_model()))
    assert all(line.isprintable() for line in plantuml(drawn(hostile_model())).split("\n"))
