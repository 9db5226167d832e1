"""Loading: one function that runs a model file and gives its model, the same under pytest and without."""

from __future__ import annotations

import importlib.util
import itertools
import os
import sys
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import AbstractContextManager
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.isolation import isolated
from pytest_threatmodel.model.load_hints import why_no_model
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.registry import DeclaredFields
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import loading
from pytest_threatmodel.model.user_traceback import user_traceback

_numbers = itertools.count(1)


class LoadError(Exception):
    """A model file could not be loaded.

    Args:
        file: the model file.
        problem: what is wrong, for people; holds the user's own lines of a traceback where one helps.
    """

    def __init__(self, file: Path, problem: str) -> None:
        self.file = file
        self.problem = problem
        super().__init__(file, problem)

    def __str__(self) -> str:
        return f"{self.file.name}: {self.problem}"


@dataclass(frozen=True)
class LoadedModel:
    """A model file that was run.

    Args:
        model: its one model, completed by inheritance and checked.
        module: the module that the file became; test functions in it are collected from here.
    """

    model: Model
    module: ModuleType


@contextmanager
def _nothing_else(load: Load) -> Iterator[None]:
    yield


def load_model(
    file: Path,
    declared: DeclaredFields | None = None,
    build: str | None = None,
    read: Callable[[Path], Any] | None = None,
    around: Callable[[Load], AbstractContextManager[None]] = _nothing_else,
) -> LoadedModel:
    """Run a model file and give its model.

    The file runs under a unique module name, its folder first on `sys.path`, `sys.argv` just the file. `sys.exit(0)`
    after the model exists ends the file early and keeps the model.

    Args:
        file: an absolute path.
        declared: fields that threat packs add to kinds.
        build: a function in the file that makes the model, called after the file has run.
        read: reads the files of other tools that `load()` names.
        around: a context in which the file runs, such as that of pytm's names.

    Raises:
        LoadError: the file has an error, exits with a status, holds no model, two, or one that is wrong.
    """
    load = Load(str(file), declared, read)
    folders, package = _package_of(file)
    module = _new_module(file, package)
    with isolated(load, folders), loading(load), around(load):
        sys.modules[module.__name__] = module
        try:
            _run(file, load, lambda: _execute(file, module))
            if build is not None:
                _run(file, load, _builder(file, module, build))
        finally:
            sys.modules.pop(module.__name__, None)
        return LoadedModel(_the_model(file, load, build), module)


def _run(file: Path, load: Load, action: Callable[[], object]) -> None:
    try:
        action()
    except SystemExit as exit_:
        if exit_.code not in (None, 0):
            lines = user_traceback(exit_)
            raise LoadError(file, f"the model file calls sys.exit({exit_.code!r})\n{lines}") from None
        if not load.models:
            raise LoadError(file, "the model file calls sys.exit() before it makes a TM") from None
    except Exception as error:
        raise LoadError(file, user_traceback(error)) from error


def _package_of(file: Path) -> tuple[list[str], str]:
    """The folders that go on `sys.path`, and the package that the file is in, if any."""
    parts: list[str] = []
    folder = file.parent
    while (folder / "__init__.py").is_file() and folder.name.isidentifier():
        parts.insert(0, folder.name)
        folder = folder.parent
    folders = [str(file.parent)] if not parts else [str(file.parent), str(folder)]
    return folders, ".".join(parts)


def _new_module(file: Path, package: str) -> ModuleType:
    stem = "".join(char if char.isalnum() else "_" for char in file.stem)
    name = f"{stem}__threatmodel_{next(_numbers)}"
    spec = _spec(file, f"{package}.{name}" if package else name)
    module = importlib.util.module_from_spec(spec)
    module.__package__ = package
    return module


def _spec(file: Path, name: str) -> ModuleSpec:
    """The spec under the unique name, with the loader that the import system would use for the file.

    That is pytest's rewriting hook when pytest runs, so that `assert` in a model file explains itself.
    """
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        found = None if find is None or not file.stem.isidentifier() else find(file.stem, [str(file.parent)])
        if found is not None and found.origin and os.path.samefile(found.origin, file):
            # A source loader is bound to the name that it was made for; others take the name from the spec.
            if not isinstance(found.loader, SourceFileLoader):
                return ModuleSpec(name, found.loader, origin=str(file), is_package=False)
            break
    return ModuleSpec(name, SourceFileLoader(name, str(file)), origin=str(file), is_package=False)


def _execute(file: Path, module: ModuleType) -> None:
    module.__file__ = str(file)
    loader = module.__spec__ and module.__spec__.loader
    if module.__package__:
        importlib.import_module(module.__package__)
    if loader:
        loader.exec_module(module)


def _builder(file: Path, module: ModuleType, name: str) -> Callable[[], object]:
    function = getattr(module, name, None)
    if callable(function):
        return function  # type: ignore[no-any-return]  # whatever it gives is not used
    hint = did_you_mean(name, (key for key, value in vars(module).items() if callable(value)))
    raise LoadError(file, str(ModelError(f"there is no function {name!r} to build the model", hint=hint)))


def _the_model(file: Path, load: Load, build: str | None) -> Model:
    if not load.models:
        raise LoadError(file, why_no_model(file, build))
    if len(load.models) > 1:
        places = " and ".join(f'TM("{model.name}") in line {model.place.line}' for model in load.models)
        raise LoadError(file, f"one file describes one system, but this one makes {len(load.models)}: {places}")
    try:
        load.models[0].check()
    except ModelError as error:
        raise LoadError(file, "\n".join(_problem_lines(error))) from error
    return load.models[0]


def _problem_lines(error: ModelError) -> Iterator[str]:
    problems = getattr(error, "problems", (error,))
    yield f"the model has {len(problems)} problem{'s' if len(problems) > 1 else ''}:"
    yield from (f"  {problem}" for problem in problems)
