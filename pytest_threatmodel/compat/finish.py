"""The end of a load: which library a model meets, and what its author should know."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_threatmodel.compat.library import library_of
from pytest_threatmodel.compat.library import own_ids
from pytest_threatmodel.compat.library import reads_of
from pytest_threatmodel.compat.library import replaced
from pytest_threatmodel.compat.pytm_file import PytmFile
from pytest_threatmodel.library.counterparts import use_packs
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.model.errors import ModelProblems
from pytest_threatmodel.model.model import Model


def finish(model: Model, library: Library, *, strict: bool, packs: bool = False) -> Library:
    """The library that a model meets: that of the run, unless its file was written for pytm.

    What pytm swallows becomes notices of the load.

    Args:
        model: as its file made it.
        library: of the run.
        strict: what pytm swallows is an error.
        packs: files of pytm meet the packs, so that the ids that they use go through the table of counterparts.

    Raises:
        ModelProblems: something was swallowed, and that is an error; or an id has no counterpart.
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
    adopted = use_packs(model, own_ids(model, pytm)) if packs else []
    model.load.notices[:] = [*map(str, swallowed), *_others(model, pytm), *adopted]
    return bound


def _others(model: Model, pytm: PytmFile) -> Iterator[str]:
    yield from pytm.dropped
    ids = replaced(model, pytm)
    if ids:
        yield f"{model.place}: threats of the file's own stand in for those of the library: {', '.join(ids)}"
