"""TM: the model as its author sees it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pytest_threatmodel.importers.build import build
from pytest_threatmodel.importers.formats import read_model
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import shown
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.origin import caller
from pytest_threatmodel.model.origin import caller_within
from pytest_threatmodel.model.registry import current


class TM(Model):
    """A threat model: one system, described by one file.

    Elements that the file makes join it by themselves; `pytest --threatmodel` makes the tests.
    """

    def process(self) -> None:
        """The last line of a script: checks the model and says what to run.

        While pytest loads the file this does nothing.

        Raises:
            SystemExit: the model is wrong; every complaint goes to stderr, the status is 1.
        """
        if self.load.is_file:
            return
        try:
            self.check()
        except ModelError as error:
            print(f"{self.describe()}: {error}", file=sys.stderr)
            raise SystemExit(1) from None
        print(f"{self.describe()}: {len(self.elements)} elements, no problem in the model.")
        print(f"Find the threats with: pytest --threatmodel {sys.argv[0]}")


def load(path: str | os.PathLike[str]) -> TM:
    """Make the model from the file of another tool: OTM, Threat Dragon, Threagile, pytm, and what plugins read.

    What comes out is a model like any: the file that calls this may state more about its elements, and add others.

    Args:
        path: relative to the file that calls this.

    Raises:
        ImportFault: the file cannot be read, or is wrong; says where.
        ModelError: there is a model already; one file describes one system.
    """
    here = current()
    if here.models and here.is_file:
        first = f"{here.models[0].describe()} ({here.models[0].place})"
        text = f"load() makes the model, but there is {first} already; one file describes one system"
        raise ModelError(text, place=caller())
    if not isinstance(path, str | os.PathLike):
        raise ModelError(f"load() takes the path of a file, got {shown(path)}", place=caller())
    file = Path(caller_within(here.file).file if here.is_file else caller().file).parent / path
    parsed = (here.read or read_model)(file)
    tm = TM(parsed.name, description=parsed.description, **parsed.values)
    object.__setattr__(tm, "imported", build(parsed, file))
    return tm
