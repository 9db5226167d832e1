"""What a model file may change in the process while it loads, and how that is undone."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from pytest_threatmodel.model.node import Node
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import outside_makers


@contextmanager
def isolated(load: Load, folders: Iterable[str]) -> Iterator[None]:
    """Run the block as if the model file had been started by itself.

    The folders come first on `sys.path`, `sys.argv` is the file alone. Modules that made elements while no file was
    loaded are hidden, so that they run again for this model; modules that make elements now are forgotten afterwards,
    so that models never share elements.
    """
    path, argv, before = list(sys.path), sys.argv, set(sys.modules)
    hidden = _take_out(_with_users(outside_makers() - {"__main__"}, set(sys.modules)))
    sys.path[:0] = folders
    sys.argv = [load.file]
    try:
        yield
    finally:
        sys.path[:], sys.argv = path, argv
        fresh = {name for name in sys.modules if name not in before or name in hidden}
        _take_out(_with_users(load.makers & fresh, fresh))
        _put_back(hidden)


def _with_users(makers: Iterable[str], candidates: set[str]) -> set[str]:
    """These modules, and all candidates that hold an element or something of theirs."""
    found = {name for name in makers if name in sys.modules}
    if not found:
        return found
    while True:
        more = {name for name in candidates - found if _uses(sys.modules.get(name), found)}
        if not more:
            return found
        found |= more


def _uses(module: ModuleType | None, found: set[str]) -> bool:
    for value in list(getattr(module, "__dict__", {}).values()):
        if isinstance(value, Node):
            return True
        if isinstance(value, ModuleType):
            if value.__name__ in found:
                return True
        elif callable(value) and getattr(value, "__module__", None) in found:
            return True
    return False


def _take_out(names: Iterable[str]) -> dict[str, ModuleType]:
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


def _put_back(modules: dict[str, ModuleType]) -> None:
    for name, module in modules.items():
        sys.modules[name] = module
    for name, module in modules.items():
        parent, _, child = name.rpartition(".")
        if parent in sys.modules:
            setattr(sys.modules[parent], child, module)
