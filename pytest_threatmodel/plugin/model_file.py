"""The one way in which the plugin loads a model file and evaluates its model, whoever wrote it for whom."""

from __future__ import annotations

from pathlib import Path

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.compat.alias import pytm_names
from pytest_threatmodel.compat.finish import finish
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.pytm_library import PytmThreats
from pytest_threatmodel.model.loading import LoadedModel
from pytest_threatmodel.model.loading import load_model
from pytest_threatmodel.plugin.options import Settings


def load_and_evaluate(
    path: Path, library: Library, pytm: PytmThreats | None, settings: Settings
) -> tuple[LoadedModel, Verdicts]:
    """A model file that was run, and the verdicts of its model.

    Args:
        path: an absolute path.
        library: the threats of the run.
        pytm: the threats that files of pytm meet instead; None where they meet those of the run.
        settings: of the run.

    Raises:
        LoadError: the file cannot be loaded.
        LibraryError: the threats that it meets cannot be used.
        ModelError: what pytm swallows is an error, or ids of pytm's have no counterpart.
    """
    build = next((function for pattern, function in settings.builders.items() if path.match(pattern)), None)
    loaded = load_model(path, library.vocabulary.declared, build, pytm_names(library, pytm))
    met = finish(loaded.model, library, strict=settings.strict, packs=pytm is None)
    return loaded, evaluate(loaded.model, met)
