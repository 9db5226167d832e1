"""TM: the model as its author sees it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import shown
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.origin import caller
from pytest_threatmodel.model.origin import caller_within
from pytest_threatmodel.model.origin import user_frames
from pytest_threatmodel.model.registry import DeclaredFields
from pytest_threatmodel.model.registry import current
from pytest_threatmodel.model.registry import declare_outside


def _fields_of_packs() -> DeclaredFields:
    from pytest_threatmodel.library.installed import script_fields

    return script_fields()


# A script loads no file, and its elements have the fields of packs all the same.
declare_outside(_fields_of_packs)


class TM(Model):
    """A threat model: one system, described by one file.

    Elements that the file makes join it by themselves; `pytest --threatmodel` makes the tests.
    """

    #: Whether its command line was answered.
    _is_processed = False

    def process(self) -> None:
        """The last line of a script: does what its command line asks for, `python threatmodel_shop.py --dfd`.

        Under pytest, in a module that is being imported, and when it is called again, this does nothing.

        Raises:
            SystemExit: model or options are wrong, and stderr says why; or help was asked for.
        """
        if self.load.is_file or self._is_processed or not _is_in_script():
            return
        object.__setattr__(self, "_is_processed", True)
        from pytest_threatmodel.cli.main import main

        main(self, sys.argv)


def _is_in_script() -> bool:
    """Whether a script runs this, rather than pytest, or the import of a module."""
    in_module = False
    for frame in user_frames():
        name = frame.f_globals.get("__name__", "")
        if name.startswith("_pytest."):
            return False
        if frame.f_code.co_name == "<module>" and not in_module:
            if name != "__main__":
                return False
            in_module = True
    return True


def load(path: str | os.PathLike[str]) -> TM:
    """Make the model from the file of another tool: OTM, Threat Dragon, Threagile, pytm, and what plugins read.

    What comes out is a model like any: the file that calls this may state more about its elements, and add others.

    Args:
        path: relative to the file that calls this.

    Raises:
        ImportFault: the file cannot be read, or is wrong; says where.
        ModelError: there is a model already; one file describes one system.
    """
    from pytest_threatmodel.importers.build import build
    from pytest_threatmodel.importers.formats import read_model

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
