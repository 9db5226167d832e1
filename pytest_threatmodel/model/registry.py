"""The load in progress, which new elements join."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from typing import Any

from pytest_threatmodel.model.origin import user_frames

if TYPE_CHECKING:
    from pytest_threatmodel.model.element import Element
    from pytest_threatmodel.model.fields import Field
    from pytest_threatmodel.model.model import Model

DeclaredFields = Mapping[str, Mapping[str, "Field[Any, Any]"]]


class Load:
    """One model file while it runs, and what it made.

    Args:
        file: the model file as the code objects name it; empty when no file is being loaded.
        declared: kind -> name -> field, for the fields that threat packs declare.
    """

    def __init__(self, file: str = "", declared: DeclaredFields | None = None) -> None:
        self.file = file
        self.declared: DeclaredFields = declared or {}
        self.elements: list[Element] = []
        self.models: list[Model] = []
        #: Names of the modules whose code was running when an element was made.
        self.makers: set[str] = set()

    @property
    def is_file(self) -> bool:
        """Whether a model file is being loaded, rather than a script run or a module imported."""
        return bool(self.file)

    def add(self, element: Element) -> None:
        """Take a new element in, and note which modules made it."""
        self.elements.append(element)
        self.makers.update(
            frame.f_globals.get("__name__", "")
            for frame in user_frames()
            # Outside a load the whole stack is other people's code; only what is being imported counts.
            if self.is_file or frame.f_code.co_name == "<module>"
        )

    def add_model(self, model: Model) -> None:
        """Take a new model in.

        Outside the load of a file each model starts anew: modules that are imported one after the other, as tests
        do, keep what stands in the new model's own file.
        """
        if not self.is_file and self.models:
            file = model.place.file
            self.elements = [element for element in self.elements if element.place.file == file]
            self.models = []
        self.models.append(model)

    def declared_for(self, kinds: Iterator[str] | tuple[str, ...]) -> dict[str, Field[Any, Any]]:
        """The declared fields of these kinds, by name."""
        return {name: field for kind in kinds for name, field in self.declared.get(kind, {}).items()}


#: The load in progress. A context variable, so that a load is bound to what started it and ends with it.
_current: ContextVar[Load | None] = ContextVar("threatmodel_load", default=None)
#: Elements made while nothing is loaded: in a script, or by a test that imports a model as a module.
_outside = Load()


def current() -> Load:
    """The load that new elements join."""
    return _current.get() or _outside


def outside_makers() -> frozenset[str]:
    """Names of modules that made elements while no file was being loaded."""
    return frozenset(_outside.makers)


@contextmanager
def loading(load: Load) -> Iterator[Load]:
    """Make `load` the one in progress for the duration of the block."""
    token = _current.set(load)
    try:
        yield load
    finally:
        _current.reset(token)
