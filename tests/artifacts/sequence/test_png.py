"""PNG of sequence diagrams, by the real resvg and the real PlantUML."""

from __future__ import annotations

import re
import shutil
import sys
from functools import cache
from pathlib import Path

import pytest

from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.sequence import plantuml_png
from pytest_threatmodel.artifacts.sequence import png
from pytest_threatmodel.artifacts.sequence import render
from pytest_threatmodel.artifacts.sequence import resvg
from pytest_threatmodel.artifacts.sequence.messages import diagram
from pytest_threatmodel.artifacts.sequence.picture import picture
from pytest_threatmodel.snapshot.shape import Snapshot
from tests.artifacts.sequence.models import snapshot
from tests.artifacts.sequence.pixels import data
from tests.artifacts.sequence.pixels import size
from tests.artifacts.sequence.test_picture import large
from tests.artifacts.snapshots import BANK
from tests.artifacts.snapshots import hostile_model

pytestmark = pytest.mark.programs

REMEDY = "pip install pytest-threatmodel[png], or let the ini setting threatmodel_plantuml name PlantUML"


@cache
def of(source: str) -> Snapshot:
    return snapshot(source)


@cache
def by_resvg() -> bytes:
    return render.png(of(BANK), Request())


class Heard:
    """A request whose warnings are kept."""

    def __init__(self, plantuml: str = "", seconds: float = 25) -> None:
        self.lines: list[str] = []
        self.request = Request(plantuml=plantuml, seconds=seconds, warn=self.lines.append)


def program(folder: Path, code: str) -> str:
    """A program in Python."""
    file = folder / "program.py"
    file.write_text(code, encoding="utf-8")
    return f"{sys.executable} {file}"


def test_resvg_draws_twice_as_large() -> None:
    width, height = re.findall(r'<svg[^>]* width="(\d+)" height="(\d+)"', render.svg(of(BANK), Request()))[0]
    assert size(by_resvg()) == (2 * int(width), 2 * int(height))


def test_resvg_draws_the_letters() -> None:
    """Without fonts it would leave them out and say nothing."""
    svg = picture(diagram(of(BANK), Request()), None, resvg.FONTS)
    bare = re.sub(r"<text [^>]*>[^<]*</text>", "", svg)
    assert bare != svg
    options = {**resvg.font_options(), "zoom": 2.0}
    without = resvg.render({"svg_string": bare, **options}, 25)
    assert size(without) == size(by_resvg())
    # Letters are many edges, which are hard to pack.
    assert len(by_resvg()) > 1.5 * len(without)
    assert data(by_resvg()) != data(without)


def test_the_font_of_the_extra_needs_none_of_the_system() -> None:
    """It has letters of its own, and they are the ones that are used."""
    options = resvg.font_options()
    assert [Path(file).name for file in options["font_files"]] == [
        "SourceSansPro-Bold.ttf",
        "SourceSansPro-Regular.ttf",
    ]
    svg = picture(diagram(of(BANK), Request()), None, resvg.FONTS)
    assert resvg.render({"svg_string": svg, "skip_system_fonts": True, "zoom": 2.0, **options}, 25) == by_resvg()


def test_a_machine_without_fonts_is_told_what_helps() -> None:
    svg = picture(diagram(of(BANK), Request()), None, resvg.FONTS)
    with pytest.raises(ArtifactError, match="resvg finds no font: install font-source-sans-pro, or a font of the"):
        resvg.render({"svg_string": svg, "skip_system_fonts": True}, 25)


def test_what_resvg_refuses_is_told_in_one_line() -> None:
    with pytest.raises(ArtifactError, match=r"^resvg failed with exit status 1: ValueError: [^\n]+$"):
        resvg.render({"svg_string": "<svg", **resvg.font_options()}, 25)


def test_resvg_may_not_take_for_ever() -> None:
    heard = Heard(seconds=0.001)
    with pytest.raises(ArtifactError, match=r"took longer than 0\.001 s"):
        resvg.rasterised(render.svg(of(BANK), heard.request), heard.request)


def test_hostile_names_are_drawn() -> None:
    heard = Heard()
    assert size(render.png(of(hostile_model()), heard.request))
    assert heard.lines == []


def test_a_large_diagram_is_drawn_small_and_says_so() -> None:
    heard = Heard(seconds=120)
    width, height = size(png.drawn(large(), heard.request))
    assert 4_000_000 < width * height < 8_100_000
    assert len(heard.lines) == 1
    assert re.fullmatch(r"the diagram is so large that its PNG is drawn at \d+% of its size; .*", heard.lines[0])


@pytest.fixture(scope="module")
def by_plantuml() -> bytes:
    heard = Heard("plantuml")
    made = render.png(of(BANK), heard.request)
    assert heard.lines == []
    return made


def test_a_configured_plantuml_draws(by_plantuml: bytes) -> None:
    assert size(by_plantuml) != size(by_resvg())
    assert len(data(by_plantuml)) > 100_000


def test_a_jar_is_run_by_java(by_plantuml: bytes, tmp_path: Path) -> None:
    """Whatever its path is."""
    jar = tmp_path / "my plantuml.jar"
    jar.symlink_to(installed_jar())
    heard = Heard(str(jar))
    assert size(render.png(of(BANK), heard.request)) == size(by_plantuml)
    assert heard.lines == []


def installed_jar() -> str:
    launcher = shutil.which("plantuml")
    assert launcher is not None
    return next(re.finditer(r"\S+\.jar", Path(launcher).read_text(encoding="utf-8")))[0]


def test_a_wide_diagram_of_plantuml_is_whole() -> None:
    """By itself it would cut off what is beyond 4,096 pixels."""
    source = "made = [Server('Number %d, a server' % n) for n in range(60)]\nDataflow(made[0], made[59], 'x')"
    heard = Heard("plantuml")
    assert size(render.png(of(source), heard.request))[0] > 4096
    assert heard.lines == []


@pytest.mark.parametrize(
    ("setting", "command"),
    [
        ("plantuml", ["plantuml"]),
        ("java -Xmx2g -jar '/opt/my tools/p.jar'", ["java", "-Xmx2g", "-jar", "/opt/my tools/p.jar"]),
        ("p.jar", ["java", "-Djava.awt.headless=true", "-jar", "p.jar"]),
        ("tools/P.JAR", ["java", "-Djava.awt.headless=true", "-jar", "tools/P.JAR"]),
    ],
)
def test_the_setting_is_a_program_with_arguments_or_a_jar(setting: str, command: list[str]) -> None:
    assert plantuml_png.command(setting) == command


def test_a_setting_that_cannot_be_read_is_told() -> None:
    with pytest.raises(ArtifactError, match='threatmodel_plantuml "java \'x": No closing quotation'):
        plantuml_png.command("java 'x")


def test_a_picture_of_an_error_is_no_picture() -> None:
    """PlantUML draws what it did not understand, and tells by its exit status only."""
    with pytest.raises(ArtifactError, match=r"^plantuml failed with exit status [1-9]\d*: "):
        plantuml_png.drawn("@startuml\nthis is no diagram ->\n@enduml\n", "plantuml", 25)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import sys; sys.exit('no paper left')", "failed with exit status 1: no paper left"),
        ("import sys; sys.exit(4)", "failed with exit status 4: no word"),
        ("import os; os.abort()", "failed with exit status -6"),
        ("print('GIF89a')", "made no PNG"),
    ],
)
def test_when_a_plantuml_fails_resvg_draws(tmp_path: Path, code: str, says: str) -> None:
    heard = Heard(program(tmp_path, code))
    assert size(render.png(of("Server('A')"), heard.request))
    assert len(heard.lines) == 1
    assert says in heard.lines[0]
    assert heard.lines[0].endswith("; another program is tried")


def test_a_plantuml_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"took longer than 0\.5 s"):
        plantuml_png.drawn("", program(tmp_path, "import time; time.sleep(60)"), 0.5)


def test_a_plantuml_that_is_missing_is_named() -> None:
    heard = Heard("/nowhere/plantuml")
    assert render.png(of(BANK), heard.request) == by_resvg()
    assert heard.lines == ["/nowhere/plantuml does not start: No such file or directory; another program is tried"]


def test_without_resvg_the_plantuml_on_the_path_draws(by_plantuml: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resvg, "is_installed", lambda: False)
    heard = Heard()
    assert render.png(of(BANK), heard.request) == by_plantuml
    assert heard.lines == []


def test_when_resvg_fails_the_plantuml_on_the_path_draws(by_plantuml: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resvg, "font_options", lambda: {"skip_system_fonts": True})
    heard = Heard()
    assert render.png(of(BANK), heard.request) == by_plantuml
    assert len(heard.lines) == 1
    assert heard.lines[0].startswith("resvg finds no font")


def test_without_any_program_both_ways_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(resvg, "is_installed", lambda: False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ArtifactError) as caught:
        render.png(of(BANK), Request())
    assert str(caught.value) == f"nothing here makes a PNG of a sequence diagram; {REMEDY}"


def test_when_all_fail_the_last_fault_and_both_ways_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resvg, "font_options", lambda: {"skip_system_fonts": True})
    heard = Heard("/nowhere/plantuml")
    with pytest.raises(ArtifactError) as caught:
        render.png(of(BANK), heard.request)
    assert str(caught.value).startswith("resvg finds no font")
    assert str(caught.value).endswith(REMEDY)
    assert len(heard.lines) == 1


def test_the_pixels_are_the_same_every_time() -> None:
    assert render.png(of(BANK), Request()) == by_resvg()
