"""The options that print something and leave."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.explain import explain
from pytest_threatmodel.analysis.ids import pair_name
from pytest_threatmodel.analysis.text import explanation_lines
from pytest_threatmodel.compat.loading import load_file
from pytest_threatmodel.library.counterparts import counterparts
from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.filters import names_pack
from pytest_threatmodel.library.filters import read_filter
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.listing import described
from pytest_threatmodel.library.listing import library_lines
from pytest_threatmodel.library.pytm_library import PYTM
from pytest_threatmodel.library.pytm_library import PytmThreats
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.loading import LoadError
from pytest_threatmodel.plugin import options
from pytest_threatmodel.plugin.first_model import FIRST_MODEL
from pytest_threatmodel.plugin.session import make_library

#: How many labels an error message lists.
_LISTED = 12


def run(config: pytest.Config) -> int:
    """Carry out the printing options of a run.

    Raises:
        pytest.UsageError: what is asked for does not exist.
    """
    settings = options.read(config)
    target, described, explained = (config.getoption(f"threatmodel_{name}") for name in ("init", "describe", "explain"))
    if target is not None:
        _init(config.invocation_params.dir, target)
    library = make_library(config, settings)
    lines: list[str] = []
    asked = config.getoption("threatmodel_list")
    if asked is not None:
        lines += _list(config, library, settings, asked)
    if described is not None:
        lines += _describe(library, settings, described)
    if explained is not None:
        lines += _explain(config, library, settings, explained)
    for line in lines:
        print(line)
    return int(pytest.ExitCode.OK)


def _init(folder: Path, target: str) -> None:
    path = folder / target
    if not path.name or path == folder:
        raise pytest.UsageError("--threatmodel-init: expected a file, such as threatmodel_shop.py")
    if not path.suffix:
        path = path.with_suffix(".py")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(FIRST_MODEL)
    except FileExistsError:
        raise pytest.UsageError(f"--threatmodel-init: {path} exists already") from None
    except OSError as error:
        raise pytest.UsageError(f"--threatmodel-init: cannot write {path}: {error.strerror}") from None
    shown = os.path.relpath(path)
    print(f"wrote {shown}; run it with: pytest --threatmodel {shown}")


def _list(config: pytest.Config, library: Library, settings: options.Settings, asked: str) -> Iterator[str]:
    try:
        if names_pack(asked, PYTM) and not settings.pytm_meets_packs:
            library = PytmThreats(settings.threats).whole
        return library_lines(library, read_filter(asked, library) if asked else None)
    except LibraryError as error:
        # `--threatmodel-list tests/` names a path, as it does for any option without a value.
        if os.path.exists(config.invocation_params.dir / asked):
            return library_lines(library)
        raise pytest.UsageError(f"--threatmodel-list: {error}") from None


def _describe(library: Library, settings: options.Settings, name: str) -> Iterator[str]:
    try:
        return described(library, name)
    except LibraryError as error:
        if not settings.pytm_meets_packs and name in counterparts():
            library = _of_pytm(settings)
            if name in library:
                return described(library, name)
        raise pytest.UsageError(f"--threatmodel-describe: {error}") from None


def _of_pytm(settings: options.Settings) -> Library:
    try:
        return PytmThreats(settings.threats).whole
    except LibraryError as error:
        raise pytest.UsageError(f"--threatmodel-describe: {error}") from None


def _explain(config: pytest.Config, library: Library, settings: options.Settings, nodeid: str) -> Iterator[str]:
    file, separator, pair = nodeid.partition("::")
    if not separator or not pair:
        raise pytest.UsageError(
            f'--threatmodel-explain: {nodeid!r} is no pair, expected "path/threatmodel_x.py::DE01[Place order]"'
        )
    verdicts = _verdicts(config, library, settings, file)
    found = list(_matching(verdicts, pair))
    if not found:
        raise pytest.UsageError(_no_pair(verdicts, file, pair))
    for number, (row, column) in enumerate(found):
        if number:
            yield ""
        explanation = explain(verdicts, row, column)
        lead = f"{row.rules[column].threat.id}[{row.label}]: {explanation.verdict.value}"
        yield from explanation_lines(explanation, lead=lead)


def _verdicts(config: pytest.Config, library: Library, settings: options.Settings, file: str) -> Verdicts:
    path = next(
        (base / file for base in (config.invocation_params.dir, config.rootpath) if (base / file).is_file()),
        None,
    )
    if path is None:
        raise pytest.UsageError(f"--threatmodel-explain: there is no file {file!r}")
    build = next((function for pattern, function in settings.builders.items() if path.match(pattern)), None)
    pytm = None if settings.pytm_meets_packs else PytmThreats(settings.threats)
    try:
        loaded, met = load_file(
            path.resolve(), library, build, strict=settings.strict, own=pytm, packs=settings.pytm_meets_packs
        )
        return evaluate(loaded.model, met)
    except (LoadError, LibraryError, ModelError) as error:
        raise pytest.UsageError(f"--threatmodel-explain: {error}") from None


def _matching(verdicts: Verdicts, pair: str) -> Iterator[tuple[Row, int]]:
    """The pairs of a node id: one, or all of a threat where no element is named."""
    for row, column in verdicts.pairs():
        threat = row.rules[column].threat.id
        if pair in (threat, pair_name(threat, row.label)):
            yield row, column


def _no_pair(verdicts: Verdicts, file: str, pair: str) -> str:
    threat, _, rest = pair.partition("[")
    library = verdicts.rulebook.library
    if threat not in library:
        hint = did_you_mean(threat, (each.id for each in library.threats))
        return f"--threatmodel-explain: there is no threat {threat!r}" + (f"; {hint}" if hint else "")
    labels = [row.label for row, column in verdicts.pairs() if row.rules[column].threat.id == threat]
    text = f"--threatmodel-explain: {file} has no pair {pair!r}"
    near = did_you_mean(rest.removesuffix("]"), labels)
    more = ", ..." if len(labels) > _LISTED else ""
    return f"{text}; {near}" if near else f"{text}; {threat} meets: {', '.join(labels[:_LISTED])}{more}"
