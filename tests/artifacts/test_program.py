"""Running other programs: what they say is kept, and nothing of them stays."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.program import run


def python(code: str) -> list[str]:
    return [sys.executable, "-c", f"import os, subprocess, sys, time\n{code}"]


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet fetched does not."""
    status = Path(f"/proc/{pid}/stat")
    if sys.platform == "linux":
        return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone(pid: int) -> bool:
    """Whether a process ends within a moment."""
    for _ in range(100):
        if not is_alive(pid):
            return True
        time.sleep(0.05)
    return False


def test_what_it_says_is_kept() -> None:
    ran = run(python("print(sys.stdin.read()[::-1], end='')\nprint('well', file=sys.stderr)\nsys.exit(3)"), b"abc", 20)
    assert (ran.status, ran.output, ran.errors.strip()) == (3, b"cba", "well")


def test_much_data_goes_both_ways_at_once() -> None:
    data = b"x" * 3_000_000
    ran = run(python("for line in sys.stdin: sys.stdout.write(line)"), data, 30)
    assert ran.output == data


def test_a_program_need_not_read() -> None:
    assert run(python("print('done')"), b"x" * 3_000_000, 20).output.strip() == b"done"


def test_errors_without_end_are_cut() -> None:
    ran = run(python("sys.stderr.write('lost edge\\n' * 500_000)\nprint('<svg/>')"), b"", 30)
    assert ran.output.strip() == b"<svg/>"
    assert 0 < len(ran.errors) < 100_000


def test_output_without_end_is_stopped() -> None:
    start = time.monotonic()
    with pytest.raises(ArtifactError, match="printed more than 1,000,000 bytes"):
        run(python("while True: sys.stdout.write('x' * 65536)"), b"", 60, most=1_000_000)
    assert time.monotonic() - start < 30


def test_a_program_that_hangs_is_killed() -> None:
    start = time.monotonic()
    with pytest.raises(ArtifactError, match=r"took longer than 0\.5 s"):
        run(python("time.sleep(60)"), b"", 0.5)
    assert time.monotonic() - start < 20


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="processes have no groups here")
@pytest.mark.parametrize("wrapper", ["waits", "has ended"])
def test_a_child_that_hangs_is_killed_with_its_wrapper(tmp_path: Path, wrapper: str) -> None:
    told = tmp_path / "pid"
    code = (
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(told)!r}, 'w').write(str(child.pid))\n"
    )
    with pytest.raises(ArtifactError, match="took longer than"):
        run(python(code + ("child.wait()" if wrapper == "waits" else "os._exit(0)")), b"", 3)
    assert gone(int(told.read_text()))


@pytest.mark.parametrize("command", ["/no/such/program", "nul\0byte"])
def test_what_does_not_start_is_told(command: str) -> None:
    with pytest.raises(ArtifactError, match="does not start"):
        run([command], b"", 5)


def test_a_signal_is_a_negative_status() -> None:
    assert run(python("os.kill(os.getpid(), 11)"), b"", 20).status == -11
