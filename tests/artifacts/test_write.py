"""Writing: whole files or none; one fault costs one file."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.format import Format
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.write import write_artifacts
from pytest_threatmodel.artifacts.write import write_file
from tests.artifacts.snapshots import snapshot_of

if TYPE_CHECKING:
    from pytest_threatmodel.snapshot.shape import Snapshot

MODEL = "from pytest_threatmodel import *\ntm = TM('Shop')\nServer('Web')\n"


@pytest.fixture
def shop(tmp_path: Path) -> Snapshot:
    folder = tmp_path / "source"
    folder.mkdir()
    return snapshot_of(MODEL, folder)


def _name(snapshot: Snapshot, request: Request) -> str:
    return snapshot["model"]["name"]


def _fails(snapshot: Snapshot, request: Request) -> str:
    raise ValueError("two\nlines of \x1b[31mred")


def _refuses(snapshot: Snapshot, request: Request) -> str:
    raise ArtifactError("there is no dot here")


def _warns(snapshot: Snapshot, request: Request) -> bytes:
    request.warn("drawn without labels")
    return b"picture"


NAME = Format("name", "report", ".name.txt", "name", _name)


def test_every_format_is_written_and_linked(shop: Snapshot, tmp_path: Path) -> None:
    written = write_artifacts([shop], [NAME], tmp_path / "out", Request())
    assert written.problems == []
    assert [artifact.name for artifact in written.artifacts] == ["threatmodel_sample.name.txt"]
    assert written.artifacts[0].path.read_text(encoding="utf-8") == "Shop"
    assert written.index == tmp_path / "out" / "index.html"
    assert 'href="threatmodel_sample.name.txt"' in written.index.read_text(encoding="utf-8")


def test_a_fault_costs_its_own_file_only(shop: Snapshot, tmp_path: Path) -> None:
    broken = Format("broken", "report", ".broken", "broken", _fails)
    refused = Format("refused", "seq", ".seq.svg", "refused", _refuses)
    written = write_artifacts([shop], [broken, refused, NAME], tmp_path / "out", Request())
    assert [artifact.name for artifact in written.artifacts] == ["threatmodel_sample.name.txt"]
    assert written.problems == [
        "could not write threatmodel_sample.broken: ValueError: two lines of \\x1b[31mred",
        "could not write threatmodel_sample.seq.svg: there is no dot here",
    ]


def test_warnings_name_their_file(shop: Snapshot, tmp_path: Path) -> None:
    drawing = Format("svg", "seq", ".seq.svg", "sequence diagram", _warns)
    written = write_artifacts([shop], [drawing], tmp_path / "out", Request())
    assert written.problems == ["threatmodel_sample.seq.svg: drawn without labels"]
    assert len(written.artifacts) == 1


def test_without_any_artifact_there_is_no_folder(shop: Snapshot, tmp_path: Path) -> None:
    broken = Format("broken", "report", ".broken", "broken", _fails)
    written = write_artifacts([shop], [broken], tmp_path / "out", Request())
    assert not (tmp_path / "out").exists()
    assert written.index is None


@pytest.mark.parametrize("name", ["../x", "a/../../x", "..", "a/.."])
def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArtifactError, match="leads out of"):
        write_file(tmp_path / "out", name, "x")
    assert list(tmp_path.iterdir()) == []


def test_the_suffix_of_a_format_cannot_lead_out_either(shop: Snapshot, tmp_path: Path) -> None:
    evil = Format("evil", "report", "/../../evil", "evil", _name)
    written = write_artifacts([shop], [evil], tmp_path / "out", Request())
    assert "leads out of" in written.problems[0]
    assert not (tmp_path / "evil").exists()


def test_files_can_be_read_by_whom_the_umask_lets(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        path = write_file(tmp_path, "a/b.txt", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_what_cannot_be_moved_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        write_file(tmp_path, "taken", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_link_in_the_place_of_a_file_is_replaced_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("kept", encoding="utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.txt").symlink_to(outside)
    write_file(tmp_path / "out", "a.txt", "new")
    assert outside.read_text(encoding="utf-8") == "kept"


def test_text_with_lone_surrogates_is_written(tmp_path: Path) -> None:
    assert write_file(tmp_path, "a.txt", "a\udc80b").read_bytes() == b"a\\udc80b"


def test_a_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    """/dev/full refuses every byte; a limit on file sizes does the same to a file in its own folder."""
    write_file(tmp_path, "a.txt", "old")
    code = f"""
        import resource, signal
        from pathlib import Path
        from pytest_threatmodel.artifacts.write import write_file
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
        try:
            write_file(Path({str(tmp_path)!r}), "a.txt", "new" * 1000)
        except OSError as error:
            print("refused:", error.strerror)
    """
    done = subprocess.run([sys.executable, "-c", dedent(code)], capture_output=True, text=True, check=True)
    assert "refused: File too large" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "old"


def test_a_kill_while_writing_keeps_the_old_file(tmp_path: Path) -> None:
    """At whatever moment the process dies, the artifact is the old one or the new one, whole."""
    write_file(tmp_path, "a.txt", "0" * 100_000)
    code = f"""
        from itertools import cycle
        from pathlib import Path
        from pytest_threatmodel.artifacts.write import write_file
        for digit in cycle("123456789"):
            write_file(Path({str(tmp_path)!r}), "a.txt", digit * 100_000)
    """
    for pause in (0.0, 0.013, 0.031, 0.07):
        child = subprocess.Popen([sys.executable, "-c", dedent(code)])
        deadline = time.monotonic() + 20
        before = (tmp_path / "a.txt").read_bytes()
        while (tmp_path / "a.txt").read_bytes() == before and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(pause)
        child.send_signal(signal.SIGKILL)
        child.wait()
        content = (tmp_path / "a.txt").read_text(encoding="utf-8")
        assert len(content) == 100_000
        assert len(set(content)) == 1


def test_a_folder_that_cannot_be_written_is_told(shop: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    written = write_artifacts([shop], [NAME], tmp_path / "file" / "out", Request())
    assert written.artifacts == []
    assert written.problems[0].startswith("could not write threatmodel_sample.name.txt: Not a directory")
