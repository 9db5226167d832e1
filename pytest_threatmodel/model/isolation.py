"""What a model file may change in the process while it loads, and how that is undone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from pytest_threatmodel.model.node import Node
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import known_makers

_PACKAGE = __name__.partition(".")[0]


@contextmanager
def isolated(load: Load, folders: Iterable[str]) -> Iterator[None]:
    """Run the block as if the model file had been started by itself.

    The folders come first on `sys.path`, `sys.argv` is the file alone. Modules that made elements before are hidden,
    so that they run again for this model, and so are modules from elsewhere that have the name of one in the folders.
    Afterwards modules that made elements now are forgotten, so that models never share elements, and those that only
    this model's folders provide, so that the next folder may have a module of that name.
    """
    folders = list(folders)
    path, argv, folder, before = list(sys.path), sys.argv, os.getcwd(), set(sys.modules)
    hidden = take_out(with_users(known_makers(), before) | _namesakes(folders))
    sys.path[:0] = folders
    sys.argv = [load.file]
    try:
        yield
    finally:
        sys.path[:], sys.argv = path, argv
        os.chdir(folder)
        fresh = {name for name in sys.modules if name not in before or name in hidden}
        take_out(with_users(load.makers & fresh, fresh))
        _forget_unreachable(fresh & set(sys.modules), folders)
        put_back(hidden)


def with_users(makers: Iterable[str], candidates: set[str]) -> set[str]:
    """Those of these modules that are imported, and all candidates that hold an element or something of theirs."""
    found = {name for name in makers if name in sys.modules and name != "__main__"}
    if not found:
        return found
    while True:
        more = {name for name in candidates - found - {"__main__"} if _uses(sys.modules.get(name), found)}
        if not more:
            return found
        found |= more


def _uses(module: ModuleType | None, found: set[str]) -> bool:
    return any(_is_of(value, found) for value in list(getattr(module, "__dict__", {}).values()))


def _is_of(value: Any, found: set[str]) -> bool:
    # By type(): a lazy proxy's __class__ may run other people's code.
    if issubclass(type(value), Node):
        return True
    if issubclass(type(value), ModuleType):
        return value.__name__ in found
    try:
        return callable(value) and getattr(value, "__module__", None) in found
    except Exception:  # a proxy that is bound to nothing at the moment, or a __module__ that is no name
        return False


def _namesakes(folders: list[str]) -> set[str]:
    """Imported modules, and what is below them, that are not what their name stands for in these folders."""
    found = set()
    for folder in folders:
        for entry in os.scandir(folder):
            name = entry.name.removesuffix(".py")
            module = sys.modules.get(name)
            if module is not None and name != _PACKAGE and name not in sys.stdlib_module_names:
                home = Path(entry.path, "__init__.py") if entry.name == name else Path(entry.path)
                if home.is_file() and not _is_file(module, home):
                    found.add(name)
    return {name for name in sys.modules if name.partition(".")[0] in found}


def _is_file(module: ModuleType, file: Path) -> bool:
    own = getattr(module, "__file__", None)
    return own is not None and Path(own).is_file() and file.samefile(own)


def _forget_unreachable(names: Iterable[str], folders: list[str]) -> None:
    """Forget modules from these folders that nobody else could import."""
    taken: dict[str, list[str]] = {}
    for name in names:
        taken.setdefault(name.partition(".")[0], []).append(name)
    for top, members in taken.items():
        origin = getattr(sys.modules.get(top), "__file__", None)
        if origin is not None and any(origin.startswith(os.path.join(folder, "")) for folder in folders):
            modules = take_out(members)
            if _found_without(top) == origin:
                put_back(modules)


def _found_without(name: str) -> str | None:
    """The file that an import of this module would run now."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return None
    return None if spec is None else spec.origin


def take_out(names: Iterable[str]) -> dict[str, ModuleType]:
    """Forget modules, also where they stand on their packages; gives them by name."""
    taken = {}
    for name in names:
        module = sys.modules.pop(name, None)
        if module is not None:
            taken[name] = module
            parent, _, child = name.rpartition(".")
            holder = sys.modules.get(parent) or taken.get(parent)
            # Without this, `from package import child` would find the old module on the package.
            if holder is not None and getattr(holder, child, None) is module:
                delattr(holder, child)
    return taken


def put_back(modules: dict[str, ModuleType]) -> None:
    """Undo `take_out`."""
    for name, module in modules.items():
        sys.modules[name] = module
    for name, module in modules.items():
        parent, _, child = name.rpartition(".")
        if parent in sys.modules:
            setattr(sys.modules[parent], child, module)
