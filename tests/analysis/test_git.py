"""Git is asked, and whatever it does there is an answer or one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.analysis.git import GitError
from pytest_threatmodel.analysis.git import ask

if TYPE_CHECKING:
    from pathlib import Path


def program(folder: Path, body: str) -> None:
    """A git that does something else."""
    file = folder / "git"
    file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    file.chmod(0o755)


def test_the_answer_is_what_git_prints(tmp_path: Path) -> None:
    assert ask(tmp_path, "--version").startswith(b"git version ")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("echo 'hint: x' >&2; echo 'fatal: no such thing' >&2; echo more >&2; exit 128", "fatal: no such thing"),
        ("printf 'fatal: \\303\\050 \\377\\n' >&2; exit 1", "fatal: \\xc3( \\xff"),
        ("exit 3", "git log failed"),
        ("printf 'fatal: %01000d' 0 >&2; exit 1", f"fatal: {'0' * 293}"),
        ("exec /bin/sleep 20", "git log took longer than 0.2 s"),
    ],
)
def test_a_git_that_fails_or_hangs_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, told: str
) -> None:
    program(tmp_path, body)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError) as caught:
        ask(tmp_path, "log", patience=0.2 if "sleep" in body else 10)
    assert str(caught.value) == told


def test_an_argument_that_no_program_can_be_given_is_told(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="git does not start: embedded null byte"):
        ask(tmp_path, "log", "nul\0")
