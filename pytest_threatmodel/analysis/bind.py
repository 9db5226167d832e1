"""Binding: the library as one model meets it, with the model's own threat files and kinds."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from pytest_threatmodel.analysis.examples import failing_examples
from pytest_threatmodel.analysis.rulebook import Rulebook
from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import read_threats
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.model import Model


def bind(library: Library, model: Model) -> Rulebook:
    """The rules for a model.

    Args:
        library: of the run.
        model: may name threat files, relative to its own file, and have kinds of its own.

    Raises:
        LibraryError: a threat file cannot be used, or has an id that the library has.
    """
    kinds = _own_kinds(model.elements)
    vocabulary = library.vocabulary.with_kinds(kinds)
    packs = [read_threats(path, vocabulary=vocabulary) for path in _threat_files(model)]
    if not packs and vocabulary is library.vocabulary:
        return _shared(library)
    bound = Library([*library.packs, *packs], vocabulary).resolve()
    for problem in failing_examples(bound, packs, kinds):
        raise LibraryError(problem)
    return Rulebook(bound)


@lru_cache(maxsize=4)
def _shared(library: Library) -> Rulebook:
    """One rulebook for all models of a run that meet the library as it is: compiling takes a millisecond a rule."""
    return Rulebook(library)


def _threat_files(model: Model) -> list[Path]:
    folder = Path(model.place.file).parent
    files = [folder / name for name in model.threatsFile]
    for file in files:
        if not file.is_file():
            raise LibraryError(f"{model.place}: threatsFile: there is no file {str(file)!r}")
    return files


def _own_kinds(elements: Iterable[Element]) -> dict[type[Element], None]:
    kinds = dict.fromkeys(map(type, elements))
    return dict.fromkeys(base for kind in kinds for base in kind.__mro__ if issubclass(base, Element))
