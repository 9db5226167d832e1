"""Which program lays out, and what happens when it does not."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.artifacts import engines
from pytest_threatmodel.artifacts.dfd.svg import read
from pytest_threatmodel.artifacts.engines import Incomplete
from pytest_threatmodel.artifacts.engines import laid_out
from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.format import Request
from tests.artifacts.dfd.pictures import pure
from tests.artifacts.dfd.pictures import script

if TYPE_CHECKING:
    from pathlib import Path

TEXT = 'digraph { a -> b [label="x"] }'
SVG = ("-Tsvg",)


def test_the_configured_one_comes_first_then_dot_then_graphviz_pure(tmp_path: Path) -> None:
    own = script(tmp_path, "")
    assert [engine.name for engine in engines.engines(own)] == [own, "dot", "graphviz-pure"]
    assert [engine.name for engine in engines.engines("")] == ["dot", "graphviz-pure"]
    assert [engine.name for engine in engines.engines("", pure=False)] == ["dot"]


def test_a_program_is_tried_once() -> None:
    found = [engine.path for engine in engines.engines(pure())]
    assert found == [pure(), shutil.which("dot")]
    assert len(engines.engines("dot")) == 2


def test_graphviz_pure_is_found_off_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert [engine.name for engine in engines.engines("")] == ["graphviz-pure"]


def test_a_configured_program_that_is_missing_is_told_by_its_setting() -> None:
    with pytest.raises(ArtifactError, match="setting threatmodel_dot: there is no program 'no-such-dot'"):
        laid_out(TEXT, SVG, Request(dot="no-such-dot"), read)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("os.kill(os.getpid(), 11)", "what it printed is no SVG of Graphviz (signal 11)"),
        ("print('garbage')", "what it printed is no SVG of Graphviz"),
        ("print('<svg><g>')", "what it printed is no SVG of Graphviz"),
        ("sys.stdout.buffer.write(os.urandom(9999))", "what it printed is no SVG of Graphviz"),
        ("print('no idea', file=sys.stderr)\nsys.exit(2)", "(status 2): no idea"),
        ("time.sleep(60)", "took longer than 2 s"),
        ("subprocess.run(['sleep', '60'])", "took longer than 2 s"),
    ],
)
def test_when_one_fails_the_next_is_tried_and_it_is_told(tmp_path: Path, code: str, said: str) -> None:
    warnings: list[str] = []
    own = script(tmp_path, code)
    assert laid_out(TEXT, SVG, Request(dot=own, seconds=4, warn=warnings.append), read).tag.endswith("svg")
    (line,) = warnings
    assert line.startswith(f"{own}: ")
    assert said in line
    assert line.endswith("; laid out by dot instead")


def test_a_whole_drawing_is_taken_though_a_line_is_lost(tmp_path: Path) -> None:
    """Graphviz ends with 1 then."""
    warnings: list[str] = []
    code = (
        "print('''<?xml version=\"1.0\"?><!DOCTYPE svg><svg xmlns='http://www.w3.org/2000/svg'>"
        "<g class='graph'/></svg>''')\n"
        "for n in range(3000): print(f'Error: lost {n} edge', file=sys.stderr)\nsys.exit(1)"
    )
    own = script(tmp_path, code)
    assert laid_out(TEXT, SVG, Request(dot=own, warn=warnings.append), read).tag.endswith("svg")
    assert warnings == [f"{own} says that something is missing: Error: lost 0 edge"]
    with pytest.raises(Incomplete):
        laid_out(TEXT, SVG, Request(dot=own), read, whole=True)


def test_when_all_fail_each_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path, "sys.exit(5)", "dot")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(engines, "_PURE", "no-such-distribution")
    with pytest.raises(ArtifactError) as caught:
        laid_out(TEXT, SVG, Request(dot=script(tmp_path, "print('x')")), read)
    text = str(caught.value)
    assert (
        "engine: what it printed is no SVG of Graphviz; dot: what it printed is no SVG of Graphviz (status 5)" in text
    )
    assert text.endswith("install Graphviz or graphviz-pure, or take the text of --threatmodel-dfd=dot")


def test_a_program_that_may_not_be_started_is_none(tmp_path: Path) -> None:
    path = tmp_path / "plain"
    path.write_text("no program", encoding="utf-8")
    with pytest.raises(ArtifactError, match="there is no program"):
        engines.engines(str(path))
