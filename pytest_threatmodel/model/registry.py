"""The load in progress, which new elements join."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol

from pytest_threatmodel.model.origin import user_frames

if TYPE_CHECKING:
    from pytest_threatmodel.model.element import Element
    from pytest_threatmodel.model.fields import Field
    from pytest_threatmodel.model.model import Model
    from pytest_threatmodel.model.node import Node

DeclaredFields = Mapping[str, Mapping[str, "Field[Any, Any]"]]


@cache
def _is_installed(file: str) -> bool:
    """Whether a code object's file belongs to Python or to an installed distribution, not to the project."""
    installed = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    return file.startswith("<") or any(file.startswith(os.path.join(folder, "")) for folder in installed)


class OtherNames(Protocol):
    """What takes the attributes that no kind has, in files in which those are no error."""

    def take(self, node: Node, name: str, value: Any) -> None:
        """Keep what the author wrote, and note it."""

    def find(self, node: Node, name: str) -> Any:
        """The value of an attribute that was never written.

        Raises:
            UnknownAttribute: it has none.
        """


class Load:
    """One model file while it runs, and what it made.

    Args:
        file: the model file as the code objects name it; empty when no file is being loaded.
        declared: kind -> name -> field, for the fields that threat packs declare.
        read: reads files of other tools; what it gives is known to the importers only.
    """

    def __init__(
        self, file: str = "", declared: DeclaredFields | None = None, read: Callable[[Path], Any] | None = None
    ) -> None:
        self.file = file
        self.read = read
        self.declared: DeclaredFields = declared or {}
        self.elements: list[Element] = []
        self.models: list[Model] = []
        #: kind -> name -> field, for attributes that the file itself made up.
        self.own_fields: dict[str, dict[str, Field[Any, Any]]] = {}
        #: None where an attribute that no kind has is an error.
        self.other: OtherNames | None = None
        #: What the author should know, though the file runs.
        self.notices: list[str] = []
        #: Names of the modules whose code was running when an element was made.
        self.makers: set[str] = set()

    @property
    def is_file(self) -> bool:
        """Whether a model file is being loaded, rather than a script run or a module imported."""
        return bool(self.file)

    def add(self, element: Element) -> None:
        """Take a new element in, and note which modules made it."""
        self.elements.append(element)
        self.makers.update(frame.f_globals.get("__name__", "") for frame in user_frames() if self._makes(frame))

    def _makes(self, frame: FrameType) -> bool:
        # Outside a load the whole stack is other people's code; only what is being imported counts.
        if frame.f_code.co_name == "<module>" or not self.is_file:
            return frame.f_code.co_name == "<module>"
        # What an installed library calls back into is not made by it, and some libraries can not be imported twice.
        return not _is_installed(frame.f_code.co_filename)

    def declared_for(self, kinds: tuple[str, ...]) -> dict[str, Field[Any, Any]]:
        """The fields of these kinds that are declared or made up; kinds come nearest first, and the nearest counts."""
        declared = self.declared if self.is_file else _declared_outside()
        tables = (table.get(kind, {}) for kind in reversed(kinds) for table in (declared, self.own_fields))
        return {name: field for table in tables for name, field in table.items()}


#: Gives the fields that packs declare to elements that are made while nothing is loaded.
_declared_outside: Callable[[], DeclaredFields] = dict


def declare_outside(find: Callable[[], DeclaredFields]) -> None:
    """Say where scripts find the fields that packs declare.

    Args:
        find: called when an element is asked for a field that its kind does not have.
    """
    global _declared_outside
    _declared_outside = find


#: The load in progress. A context variable, so that a load is bound to what started it and ends with it.
_current: ContextVar[Load | None] = ContextVar("threatmodel_load", default=None)
#: Elements made while nothing is loaded: in a script, or by a test that imports a model as a module.
_outside = Load()


def current() -> Load:
    """The load that new elements join."""
    return _current.get() or _outside


def load_for_model(file: str) -> Load:
    """The load that a new model joins.

    Outside the load of a file each model starts anew: of modules that are imported one after the other, as tests do,
    the new model gets what stands in its own file, and those before it keep the rest. Where several stand in one file,
    as in tests that make them, each gets what comes after it.
    """
    global _outside
    load = current()
    if load.is_file or not load.models:
        return load
    _outside = Load()
    _outside.makers = load.makers
    if load.models[-1].place.file != file:
        for element in [element for element in load.elements if element.place.file == file]:
            object.__setattr__(element, "load", _outside)
            load.elements.remove(element)
            _outside.elements.append(element)
    return _outside


def known_makers() -> frozenset[str]:
    """Names of modules that made elements while no file was being loaded, or in the load in progress."""
    return frozenset(_outside.makers | current().makers)


@contextmanager
def loading(load: Load) -> Iterator[Load]:
    """Make `load` the one in progress for the duration of the block."""
    token = _current.set(load)
    try:
        yield load
    finally:
        _current.reset(token)
