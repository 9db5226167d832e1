"""What pytm's ids mean in our packs: a table in which every id has one row, and the notes that go through it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from typing import get_args

import pytest

from pytest_threatmodel.library import counterparts as module
from pytest_threatmodel.library.counterparts import Tool
from pytest_threatmodel.library.counterparts import counterparts
from pytest_threatmodel.library.counterparts import use_packs
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.model.errors import ModelProblems
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.notes import Assumption
from pytest_threatmodel.model.notes import Finding
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import loading

REFERENCE: Final = Path(__file__).resolve().parents[2] / "docs" / "reference"
PAGES: Final[dict[Tool, str]] = {"pytm": "pytm_threats.md", "threagile": "imports.md"}
OURS: Final = re.compile(r"\b[A-Z]{2,3}\d\d\b")


@pytest.fixture
def model() -> Iterator[Model]:
    with loading(Load("threatmodel_own.py")):
        yield Model("System")


@pytest.mark.parametrize("tool", get_args(Tool))
def test_every_id_has_one_row_and_a_counterpart_or_a_reason(tool: Tool) -> None:
    table = tomllib.loads(module._TABLE.read_text(encoding="utf-8"))[tool]
    rows = [*table["counterparts"], *(id_ for group in table["without"] for id_ in group["ids"])]
    assert sorted(rows) == sorted(set(rows)) == sorted(counterparts(tool))
    assert all(len(ours) == len(set(ours)) > 0 for ours in table["counterparts"].values())


@pytest.mark.parametrize("tool", get_args(Tool))
def test_every_id_of_ours_that_the_table_names_is_in_a_shipped_pack(tool: Tool) -> None:
    """Those in the reasons as well."""
    library, table = load_library(), counterparts(tool)
    named = {id_ for ids in table.ours.values() for id_ in ids}
    named.update(id_ for reason in table.reasons.values() for id_ in OURS.findall(reason))
    assert named <= {threat.id for threat in library}


@pytest.mark.parametrize("tool", get_args(Tool))
def test_reasons_are_sentences_that_say_more_than_that_there_is_none(tool: Tool) -> None:
    """That no pack asks is no reason, and untrue as soon as one does."""
    for reason in counterparts(tool).reasons.values():
        assert len(reason.split()) > 7
        assert not reason.endswith(".")
        assert not re.search(r"\bno (shipped |other )?(pack|threat)", reason)


@pytest.mark.parametrize("tool", get_args(Tool))
def test_the_table_of_the_page_is_that_of_the_file(tool: Tool) -> None:
    page = (REFERENCE / PAGES[tool]).read_text(encoding="utf-8").replace("`", "")
    table = counterparts(tool)
    cells = [tuple(cell.strip() for cell in row) for row in re.findall(r"^\| (.+?) \| (.+?) \|$", page, re.MULTILINE)]
    assert {id_: ours for id_, ours in cells if id_ in table.ours} == {
        id_: ", ".join(ours) for id_, ours in table.ours.items()
    }
    told = {id_: reason for ids, reason in cells for id_ in ids.split(", ") if id_ in table.reasons}
    assert told == table.reasons


def test_overrides_and_assumptions_speak_of_our_threats(model: Model) -> None:
    web = Server("Web")
    web.overrides = [Finding(threat_id="AC07", severity="Low"), Finding(threat_id="OWN1")]
    web.assumptions = [Assumption("read only", exclude=["DE04", "OWN1"])]
    model.assumptions = [Assumption("one user", exclude={"AC13"})]
    for _ in "twice":
        assert use_packs(model, own={"OWN1"}) == []
        assert [(note.threat_id, note.written) for note in web.overrides] == [("AC06", "AC07"), ("OWN1", None)]
        assert [note.exclude for note in web.assumptions] == [("AU02", "AU03", "OWN1")]
        assert [note.exclude for note in model.assumptions] == [("AC05",)]
    assert web.overrides[0].severity == "Low"


def test_ids_that_both_know_go_through_the_table(model: Model) -> None:
    """AC02 of ours is about replays; pytm's AC02 is not."""
    model.assumptions = [Assumption("nobody shares", exclude=["AC02"])]
    use_packs(model)
    assert model.assumptions[0].exclude == ("AC03",)


def test_two_overrides_that_mean_one_threat_are_told(model: Model) -> None:
    web = Server("Web")
    web.overrides = [Finding(threat_id="DE01", severity="Low"), Finding(threat_id="DE03", severity="High")]
    (notice,) = use_packs(model)
    assert re.search(r"override of DE03 adds nothing: DE01 is overridden by .*test_counterparts.py:\d+", notice)
    assert [note.severity for note in web.overrides] == ["Low"]


def _override(model: Model, id_: str) -> None:
    Server("Web").overrides = [Finding(threat_id=id_)]


def _assumption(model: Model, id_: str) -> None:
    model.assumptions = [Assumption("it is safe", exclude=[id_])]


@pytest.mark.parametrize("state", [_override, _assumption])
@pytest.mark.parametrize(
    ("id_", "said"),
    [
        ("INP05", "the packs have no counterpart of INP05: it is one way to what IN01 is about"),
        ("inp05", "'inp05' is no id of pytm's; did you mean 'INP05'?"),
    ],
)
def test_an_id_that_means_nothing_is_an_error(
    model: Model, state: Callable[[Model, str], None], id_: str, said: str
) -> None:
    state(model, id_)
    with pytest.raises(ModelProblems) as caught:
        use_packs(model)
    assert said in str(caught.value)
    assert "test_counterparts.py" in str(caught.value)


def test_all_ids_that_mean_nothing_are_named_at_once(model: Model) -> None:
    model.assumptions = [Assumption("so it is", exclude=["INP05", "SC01"])]
    _override(model, "DE02")
    with pytest.raises(ModelProblems) as caught:
        use_packs(model)
    assert [id_ for id_ in ("INP05", "SC01", "DE02") if id_ in str(caught.value)] == ["INP05", "SC01", "DE02"]
