"""The command line of a model file."""

from __future__ import annotations

import os
import shlex
import sys
import traceback
from collections.abc import Sequence

from pytest_threatmodel.cli.arguments import parse
from pytest_threatmodel.cli.errors import FAULT
from pytest_threatmodel.cli.errors import ScriptError
from pytest_threatmodel.cli.jobs import Jobs
from pytest_threatmodel.cli.output import print_lines
from pytest_threatmodel.cli.script import Script
from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.model.model import Model

#: The JSON reports of this process, which runs one script: its second model must not replace that of the first.
_json_files: list[str] = []


def main(model: Model, words: Sequence[str]) -> None:
    """Do what the command line asks of a model.

    Args:
        model: of the script.
        words: as of `sys.argv`.

    Raises:
        SystemExit: the model or the options are wrong, help was asked for, or nobody reads the output any more.
    """
    program = os.path.basename(words[0] if words else "") or "script"
    try:
        _run(model, program, words)
    except (ModelError, LibraryError, ScriptError) as error:
        if "--debug" in words:
            traceback.print_exception(error)
        _say(_text(error, model, program))
        raise SystemExit(error.status if isinstance(error, ScriptError) else FAULT) from None


def _run(model: Model, program: str, words: Sequence[str]) -> None:
    arguments = parse(program, words[1:])
    if arguments.json not in (None, "-"):
        if arguments.json in _json_files:
            raise ScriptError(f"--json: {arguments.json!r} already holds another model of this script")
        _json_files.append(arguments.json)
    script = Script(model, arguments.exclude)
    if arguments.debug:
        _describe(script)
    jobs = Jobs(script, arguments, warn=_say).plan()
    for job in jobs:
        job()
    if not jobs:
        model.check()
        print_lines(_what_to_run(script, words))
    for trouble in script.troubles() if script.is_judged or not jobs else ():
        _say(trouble)


def _what_to_run(script: Script, words: Sequence[str]) -> list[str]:
    model = script.model
    return [
        f"{model.describe()}: {len(model.elements)} elements, no problem in the model.",
        f"Find the threats with: pytest --threatmodel {shlex.quote(words[0] if words else script.name)}",
    ]


def _describe(script: Script) -> None:
    packs = ", ".join(f"{pack.name} {pack.version}".rstrip() for pack in script.library.packs)
    _say(f"debug: model {script.file}, root {script.root}")
    _say(f"debug: {len(script.library)} threats from {packs}")


def _text(error: ModelError | LibraryError | ScriptError, model: Model, program: str) -> str:
    if isinstance(error, ModelError):
        return f"{model.describe()}: {error}"
    where = "threat library: " if isinstance(error, LibraryError) else "error: "
    return f"{program}: {where}{error}"


def _say(text: str) -> None:
    """Tell people something that nobody asked for."""
    print("\n".join(map(escape, text.split("\n"))), file=sys.stderr)
