"""Running another program for an artifact: with a limit of time and of output, and nothing of it is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from threading import Event
from threading import Thread
from typing import IO
from typing import Final

from pytest_threatmodel.artifacts.format import ArtifactError

#: Bytes that a program may print; no diagram is that large.
MOST_OUTPUT: Final = 256 * 1024 * 1024
#: Of what it says about errors this much is kept.
_MOST_ERRORS: Final = 64 * 1024
_CHUNK: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program did.

    Args:
        status: its exit status; negative for the signal that ended it.
        output: its standard output.
        errors: the beginning of its standard error, decoded as UTF-8.
    """

    status: int
    output: bytes
    errors: str


def run(
    command: Sequence[str],
    data: bytes,
    seconds: float,
    variables: Mapping[str, str] | None = None,
    most: int = MOST_OUTPUT,
) -> Ran:
    """Run a program, feed it, and wait until it ends.

    Args:
        command: program and arguments.
        data: for its standard input.
        seconds: how long it may take; then it is killed with all that it started.
        variables: of the environment, beside those that are there.
        most: bytes that it may print.

    Raises:
        ArtifactError: it does not start, takes too long, or prints without end.
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
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{command[0]} does not start: {getattr(error, 'strerror', None) or error}") from None
    talk = _Talk(process, data, most)
    try:
        ended = talk.ended(seconds)
    finally:
        _end(process)
    if talk.output.is_full:
        raise ArtifactError(f"{command[0]} printed more than {most:,} bytes")
    if not ended:
        raise ArtifactError(f"{command[0]} took longer than {seconds:g} s")
    return Ran(process.returncode, bytes(talk.output.kept), bytes(talk.errors.kept).decode("utf-8", "backslashreplace"))


@dataclass(slots=True)
class _Sink:
    """What is kept of a pipe.

    Args:
        most: bytes.
        kept: so far.
        is_full: whether there was more.
    """

    most: int
    kept: bytearray = field(default_factory=bytearray)
    is_full: bool = False

    def take(self, chunk: bytes) -> None:
        self.is_full = self.is_full or len(self.kept) + len(chunk) > self.most
        self.kept += chunk[: self.most - len(self.kept)]


class _Talk:
    """Feeds a program and listens to it, all at once, or a full pipe would stop it.

    Threads are the only way that every system has. They end with the pipes; one whose pipe a runaway child keeps open
    is left alone.
    """

    def __init__(self, process: subprocess.Popen[bytes], data: bytes, most: int) -> None:
        self.output = _Sink(most)
        self.errors = _Sink(_MOST_ERRORS)
        self._process = process
        self._too_much = Event()
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._threads = [
            Thread(target=_feed, args=(process.stdin, data), daemon=True),
            Thread(target=self._listen, args=(process.stdout, self.output, True), daemon=True),
            Thread(target=self._listen, args=(process.stderr, self.errors, False), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _listen(self, pipe: IO[bytes], sink: _Sink, is_limited: bool) -> None:
        # A pipe that is closed from outside ends the talk, too.
        with suppress(OSError, ValueError), pipe:
            while chunk := os.read(pipe.fileno(), _CHUNK):
                sink.take(chunk)
                if is_limited and sink.is_full:
                    self._too_much.set()
                    return

    def ended(self, seconds: float) -> bool:
        """Whether the program ended, and all that it printed is there, before the time was over."""
        end = time.monotonic() + seconds
        for thread in self._threads[::-1]:
            while thread.is_alive() and time.monotonic() < end and not self._too_much.is_set():
                thread.join(min(0.05, max(0.0, end - time.monotonic())))
        try:
            self._process.wait(max(0.0, end - time.monotonic()) if not self._too_much.is_set() else 0)
        except subprocess.TimeoutExpired:
            return False
        return not any(thread.is_alive() for thread in self._threads)


def _feed(pipe: IO[bytes], data: bytes) -> None:
    # A program need not listen.
    with suppress(OSError, ValueError), pipe:
        pipe.write(data)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a program that still runs, and all that it started: they would keep the pipes open."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            # Also when the program itself is gone: those that it started may be there.
            os.killpg(process.pid, signal.SIGKILL)
        elif process.poll() is None:
            process.kill()
    process.wait()
