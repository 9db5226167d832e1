"""The alias: while a model file is loaded, `pytm` means our names, and afterwards everything is as it was."""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import AbstractContextManager
from contextlib import contextmanager
from importlib.abc import Loader
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any
from typing import Final

from pytest_threatmodel.compat.names import STARRED
from pytest_threatmodel.compat.names import SUBMODULES
from pytest_threatmodel.compat.namespace import missing
from pytest_threatmodel.compat.namespace import namespace
from pytest_threatmodel.compat.pytm_file import PytmFile
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.model.isolation import put_back
from pytest_threatmodel.model.isolation import take_out
from pytest_threatmodel.model.isolation import with_users
from pytest_threatmodel.model.registry import Load

_PYTM: Final = "pytm"
_PACKAGE: Final = __name__.partition(".")[0]
_IMPORT_FROM: Final = dis.opmap["IMPORT_FROM"]


def pytm_names(library: Library) -> Callable[[Load], AbstractContextManager[None]]:
    """The context in which model files are loaded, for `load_model`.

    Args:
        library: the threats of the run, for files that evaluate their model themselves.
    """

    @contextmanager
    def around(load: Load) -> Iterator[None]:
        hidden = take_out(with_users(_modules_of_pytm(), _others()))
        before = set(sys.modules)
        finder = _Finder(load, library)
        sys.meta_path.insert(0, finder)
        try:
            yield
        finally:
            sys.meta_path[:] = [each for each in sys.meta_path if each is not finder]
            finder.undo_patches()
            _forget(before, finder.names)
            # What has the name of a hidden module now belongs to the load as well.
            take_out(hidden)
            put_back(hidden)

    return around


def _modules_of_pytm() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == _PYTM]


def _others() -> set[str]:
    """The modules that may hold names of pytm: not our own, which the alias is made of."""
    return {name for name in sys.modules if name.partition(".")[0] != _PACKAGE}


def _forget(before: set[str], names: dict[str, Any]) -> None:
    """Forget the alias, and the modules that hold something of it."""
    alias = set(_modules_of_pytm())
    if alias:
        fresh = _others() - before
        # Modules that took single names out of the alias hold nothing that is named after it.
        known = set(map(id, names.values()))
        take_out(with_users(alias | {name for name in fresh if _holds(sys.modules[name], known)}, fresh))


def _holds(module: ModuleType | None, known: set[int]) -> bool:
    return any(id(value) in known for value in list(getattr(module, "__dict__", {}).values()))


class _Finder(MetaPathFinder, Loader):
    """Finds our names where pytm is imported; the first import makes the load one of a file of pytm.

    Args:
        load: in progress.
        library: the threats of the run.
    """

    def __init__(self, load: Load, library: Library) -> None:
        self._load = load
        self._library = library
        #: What the alias gave; empty where nothing imported it.
        self.names: dict[str, Any] = {}
        self._kinds: dict[type, dict[str, Any]] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        top, _, rest = fullname.partition(".")
        if top != _PYTM or (rest and rest not in SUBMODULES):
            return None
        return ModuleSpec(fullname, self, origin=_PACKAGE, is_package=not rest)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        if not self.names:
            pytm = PytmFile(self._load, self._library)
            self._load.other = pytm
            self.names = namespace(pytm)
            kinds = (value for value in self.names.values() if isinstance(value, type))
            self._kinds = {kind: dict(vars(kind)) for kind in kinds}
        return _Alias(spec.name, self.names)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to run."""

    def undo_patches(self) -> None:
        """Take from our classes what the file has put on them."""
        for kind, before in self._kinds.items():
            now = vars(kind)
            for name in [name for name in now if name not in before]:
                delattr(kind, name)
            for name in [name for name, value in before.items() if now.get(name) is not value]:
                setattr(kind, name, before[name])


class _Alias(ModuleType):
    """A module of the alias; all of them have all names, as pytm moved them about between its versions."""

    def __init__(self, name: str, names: dict[str, Any]) -> None:
        super().__init__(name)
        vars(self).update(names)
        vars(self)["__all__"] = [each for each in STARRED if each in names]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        text = missing(self.__name__, name)
        # `from pytm import x` would put Python's own text in the place of an AttributeError's.
        frame = sys._getframe(1)
        if frame.f_lasti >= 0 and frame.f_code.co_code[frame.f_lasti] == _IMPORT_FROM:
            raise ImportError(text, name=self.__name__)
        raise AttributeError(text, name=name, obj=self)
