"""Running another program for an artifact: with a limit of time, and without a word of it getting lost."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from pytest_threatmodel.artifacts.format import ArtifactError


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program did.

    Args:
        status: its exit status; negative for the signal that ended it.
        output: its standard output.
        errors: its standard error, decoded as UTF-8.
    """

    status: int
    output: bytes
    errors: str


def run(command: Sequence[str], data: bytes, seconds: float, variables: Mapping[str, str] | None = None) -> Ran:
    """Run a program, feed it, and wait until it ends.

    Args:
        command: program and arguments.
        data: for its standard input.
        seconds: how long it may take; then it is killed with all that it started.
        variables: of the environment, beside those that are there.

    Raises:
        ArtifactError: it does not start, or takes too long.
    """
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env=None if variables is None else {**os.environ, **variables},
        )
    except OSError as error:
        raise ArtifactError(f"{command[0]} does not start: {error.strerror or error}") from None
    try:
        output, errors = process.communicate(data, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise ArtifactError(f"{command[0]} took longer than {seconds:g} s") from None
    finally:
        _end(process)
    return Ran(process.returncode, output, errors.decode("utf-8", "backslashreplace"))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a program that still runs, and all that it started: a wrapper's child would keep the pipes open."""
    if process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
