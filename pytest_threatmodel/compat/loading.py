"""Loading of model files, those that were written for pytm included: the model, and the library that it meets."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pytest_threatmodel.compat.alias import pytm_names
from pytest_threatmodel.compat.flat import resting_on_flat_names
from pytest_threatmodel.compat.library import library_of
from pytest_threatmodel.compat.library import reads_of
from pytest_threatmodel.compat.library import replaced
from pytest_threatmodel.compat.pytm_file import PytmFile
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.model.errors import ModelProblems
from pytest_threatmodel.model.load_hints import set_under_guard
from pytest_threatmodel.model.loading import LoadedModel
from pytest_threatmodel.model.loading import load_model
from pytest_threatmodel.model.model import Model


def load_file(
    file: Path,
    library: Library,
    build: str | None = None,
    read: Callable[[Path], Any] | None = None,
    *,
    strict: bool = False,
) -> tuple[LoadedModel, Library]:
    """A model file's model, and the threats that it meets.

    Args:
        file: an absolute path.
        library: of the run.
        build: a function in the file that makes the model.
        read: reads the files of other tools that `load()` names.
        strict: what pytm swallows is an error.

    Raises:
        LoadError: the file has an error, or holds no model or two.
        ModelProblems: something was swallowed, and that is an error.
        LibraryError: a threat of the file's own cannot be used.
    """
    loaded = load_model(file, library.vocabulary.declared, build, read, pytm_names(library))
    return loaded, finish(loaded.model, library, strict=strict)


def finish(model: Model, library: Library, *, strict: bool) -> Library:
    """The library that a model meets: that of the run, unless its file was written for pytm.

    What pytm swallows becomes notices of the load.

    Args:
        model: as its file made it.
        library: of the run.
        strict: what pytm swallows is an error.

    Raises:
        ModelProblems: something was swallowed, and that is an error.
        LibraryError: a threat of the file's own cannot be used.
    """
    pytm = model.load.other
    if not isinstance(pytm, PytmFile):
        return library
    reads = reads_of(model, pytm)
    swallowed = pytm.swallowed(reads.__contains__)
    if strict and swallowed:
        raise ModelProblems([each.problem() for each in swallowed])
    bound = library_of(model, pytm)
    model.load.notices[:] = [*map(str, swallowed), *resting_on_flat_names(model, bound), *_others(model, pytm)]
    return bound


def _others(model: Model, pytm: PytmFile) -> Iterator[str]:
    yield from pytm.dropped
    file = Path(model.load.file)
    for line, name in set_under_guard(file):
        what = f'{name} is set under `if __name__ == "__main__":`, which does not run here'
        yield f"{file.name}:{line}: {what}; move it out of the guard"
    ids = replaced(model, pytm)
    if ids:
        yield f"{model.place}: threats of the file's own stand in for those of the library: {', '.join(ids)}"
