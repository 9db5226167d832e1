"""The formats, made by the real programs, and what happens when those fail."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.artifacts import engines
from pytest_threatmodel.artifacts.dfd import render
from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.format import Request
from tests.artifacts.dfd.pictures import large
from tests.artifacts.dfd.pictures import parts
from tests.artifacts.dfd.pictures import pure
from tests.artifacts.dfd.pictures import root_of
from tests.artifacts.dfd.pictures import script
from tests.artifacts.dfd.pictures import words
from tests.artifacts.report_models import EMPTY
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import built

if TYPE_CHECKING:
    from pathlib import Path


def test_png_and_pdf_are_what_they_say_and_stable() -> None:
    made = render.png(bank(), Request())
    assert made.startswith(b"\x89PNG")
    assert render.png(bank(), Request(dot=pure())).startswith(b"\x89PNG")
    document = render.pdf(bank(), Request())
    assert document.startswith(b"%PDF")
    assert document == render.pdf(bank(), Request())


def test_the_pdf_keeps_its_length_and_tells_no_day() -> None:
    document = render.pdf(bank(), Request())
    assert b"/CreationDate (D:20000101000000Z" in document
    assert document.rstrip().endswith(b"%%EOF")


def test_pdf_needs_a_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ArtifactError, match="install Graphviz, as graphviz-pure makes no PDF, or take the text"):
        render.pdf(bank(), Request())


def test_without_dot_graphviz_pure_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    warnings: list[str] = []
    assert len(parts(render.svg(bank(), Request(warn=warnings.append)))) == 23
    assert warnings == []


def test_without_any_engine_the_text_is_still_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(engines, "_PURE", "no-such-distribution")
    with pytest.raises(ArtifactError, match=r"no program to lay it out; install .*--threatmodel-dfd=dot"):
        render.svg(bank(), Request())
    assert render.dot(bank(), Request()).startswith("digraph dfd {")


def test_levels_without_elements_give_a_drawing_that_says_so() -> None:
    warnings: list[str] = []
    made = render.svg(bank(), Request(levels=frozenset({9}), warn=warnings.append))
    assert "Noelementisonlevel9" in words(root_of(made))
    assert warnings == ["No element is on level 9"]


def test_an_empty_model_is_drawn() -> None:
    assert "Thismodelhasnoelementstodraw" in words(root_of(render.svg(built(EMPTY), Request())))


def test_when_time_is_over_a_simpler_drawing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that cannot rank, as for models that are small and entangled."""
    slow = script(
        tmp_path,
        "text = sys.stdin.read()\nif 'osage' not in text: time.sleep(60)\n"
        f"sys.exit(subprocess.run([{pure()!r}, *sys.argv[1:]], input=text.encode()).returncode)",
    )
    monkeypatch.setattr(engines, "_PURE", "no-such-distribution")
    monkeypatch.setenv("PATH", "")
    warnings: list[str] = []
    made = render.svg(bank(), Request(dot=slow, seconds=3, warn=warnings.append))
    assert len(parts(made)) == 23
    assert "no program could lay it out as it should be; 10 elements and 9 flows: drawn simpler" in warnings[-1]


def test_time_for_all_attempts_together_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_PURE", "no-such-distribution")
    monkeypatch.setenv("PATH", "")
    start = time.monotonic()
    with pytest.raises(ArtifactError, match="took longer than"):
        render.svg(bank(), Request(dot=script(tmp_path, "time.sleep(60)"), seconds=1))
    assert time.monotonic() - start < 10


@pytest.mark.slow
@pytest.mark.parametrize("nodes", [100, 1000])
@pytest.mark.parametrize("name", ["dot", "pure"])
def test_large_models_are_drawn_in_time(nodes: int, name: str) -> None:
    """With boundaries in boundaries and two flows an element; limits are far from what it takes."""
    model = built(large(nodes, 2 * nodes))
    start = time.monotonic()
    made = render.svg(model, Request(dot=pure() if name == "pure" else "dot"))
    assert time.monotonic() - start < 30
    assert len(parts(made)) == nodes + 2 * nodes + nodes // 10
