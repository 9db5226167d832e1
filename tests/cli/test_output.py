"""What goes to stdout: whole, readable by programs, and without a word when nobody reads it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.scripts import SCRIPT
from tests.cli.scripts import command
from tests.cli.scripts import run
from tests.cli.scripts import write

if TYPE_CHECKING:
    from pathlib import Path

NAMED = SCRIPT.replace('"Web Server"', '"Wëb 漢 \\U0001f600 \\ud800 \\x1b[2J"').replace('"Shop"', '"Läden"')


@pytest.mark.parametrize("options", [["--list"], ["--json", "-"], ["--dfd", "--list"]])
def test_a_reader_that_leaves_ends_the_script_quietly(tmp_path: Path, options: list[str]) -> None:
    write(tmp_path, SCRIPT)
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            command("threatmodel_shop.py", *options), cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_full_disk_is_told_in_one_line(tmp_path: Path) -> None:
    write(tmp_path, SCRIPT)
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            command("threatmodel_shop.py", "--json", "-"),
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 1
    told = b"threatmodel_shop.py: error: cannot write to the standard output: No space left on device\n"
    assert done.stderr == told


def test_programs_get_utf_8_and_people_what_their_terminal_shows(tmp_path: Path) -> None:
    write(tmp_path, NAMED)
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}
    diagram = run(tmp_path, "--seq", **ascii_only)
    assert (diagram.status, diagram.err) == (0, "")
    assert "title Läden" in diagram.out
    assert "Wëb 漢" in diagram.out
    assert "\x1b" not in diagram.out
    people = run(tmp_path, "--debug", **ascii_only)
    assert people.out.startswith('TM "L\\xe4den": 6 elements')


def test_a_terminal_that_cannot_show_a_character_gets_it_escaped(tmp_path: Path) -> None:
    """A pseudo terminal whose encoding is ASCII."""
    pty = pytest.importorskip("pty")
    write(tmp_path, NAMED)
    ours, theirs = pty.openpty()
    try:
        environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
        words = command("threatmodel_shop.py", "--report", "summary")
        subprocess.run(words, cwd=tmp_path, stdout=theirs, check=True, env=environment)
        shown = os.read(ours, 100_000)
    finally:
        os.close(ours)
        os.close(theirs)
    assert b"L\\xe4den" in shown


def test_what_the_model_file_prints_comes_before(tmp_path: Path) -> None:
    write(tmp_path, SCRIPT.replace("tm = TM", "print('made by hand')\ntm = TM"))
    assert run(tmp_path, "--list").out.startswith("made by hand\ncore 1.0")


def test_json_goes_through_links_and_into_pipes(tmp_path: Path) -> None:
    write(tmp_path, SCRIPT)
    (tmp_path / "deep").mkdir()
    (tmp_path / "link.json").symlink_to("deep/real.json")
    assert run(tmp_path, "--json", "link.json").status == 0
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "deep" / "real.json").read_text(encoding="utf-8").startswith("{")
    assert run(tmp_path, "--json", "/dev/stdout").out.startswith('{\n"version"')


def test_a_json_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    write(tmp_path, SCRIPT)
    (tmp_path / "taken").write_text("old", encoding="utf-8")
    done = run(tmp_path, "--json", "taken/out.json")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("threatmodel_shop.py: error: --json: cannot write 'taken/out.json': ")
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "old"


def test_a_stream_without_a_buffer_is_written_to(tmp_path: Path) -> None:
    """As notebooks and other hosts give to a script."""
    write(tmp_path, NAMED)
    host = (
        "import io, runpy, sys\nsys.stdout, sys.argv = io.StringIO(), ['threatmodel_shop.py', '--seq', '--list']\n"
        "runpy.run_path('threatmodel_shop.py', run_name='__main__')\n"
        "sys.stderr.write(ascii(sys.stdout.getvalue()))\n"
    )
    done = subprocess.run([sys.executable, "-c", host], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "core 1.0: Core threats" in done.stderr
    assert "@startuml" in done.stderr
