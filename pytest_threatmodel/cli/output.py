"""What goes to stdout: only what was asked for, whatever the terminal can show."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Final

from pytest_threatmodel.cli.errors import FAULT
from pytest_threatmodel.cli.errors import ScriptError
from pytest_threatmodel.model.labels import escape

#: The status of a program whose reader has gone, as shells have it for SIGPIPE.
_READER_GONE: Final = 141


def print_lines(lines: Iterable[str]) -> None:
    """Print lines for people, in the encoding of the terminal.

    Raises:
        ScriptError: they cannot be written.
        SystemExit: nobody reads them.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    text = "".join(f"{escape(line)}\n" for line in lines)
    _write(text.encode(encoding, "backslashreplace"))


def print_content(content: str | bytes) -> None:
    """Print a diagram or a report; into a file or a pipe as UTF-8, which the programs that read it expect.

    Raises:
        ScriptError: it cannot be written.
        SystemExit: nobody reads it.
    """
    if isinstance(content, str):
        stream = sys.stdout
        encoding = stream.encoding if stream is not None and stream.isatty() else "utf-8"
        content = f"{content.rstrip()}\n".encode(encoding, "backslashreplace")
    _write(content)


def _write(data: bytes) -> None:
    stream = sys.stdout
    if stream is None:  # a program without a terminal
        return
    try:
        buffer = getattr(stream, "buffer", None)
        if buffer is None:
            stream.write(data.decode(stream.encoding or "utf-8", "backslashreplace"))
        else:
            # What the model file has printed comes before.
            stream.flush()
            buffer.write(data)
        stream.flush()
    except BrokenPipeError:
        _close()
        raise SystemExit(_READER_GONE) from None
    except OSError as error:
        _close()
        raise ScriptError(f"cannot write to the standard output: {error.strerror}", FAULT) from None


def _close() -> None:
    """Send what is left in the buffer nowhere, so that Python does not try again when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
