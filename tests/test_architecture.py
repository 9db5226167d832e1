"""The house stands as the architecture page says: one chain of rooms, and pytest only in the last."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "pytest_threatmodel"
PAGE = ROOT / "docs" / "reference" / "architecture.md"
ROW = re.compile(r"^\| `(\w+)(?:/|\.py)` \|", re.MULTILINE)
PYTEST = {"pytest", "_pytest", "xdist"}
LIGHT = {"__future__", "importlib", "sys", "typing"}


@dataclass(frozen=True)
class Import:
    """One import statement's target, as a dotted name."""

    module: str
    line: int
    target: str
    early: bool  # runs when the module is imported, not later in a function and not for type checkers only

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


def rooms_of_the_page() -> list[str]:
    return ROW.findall(PAGE.read_text(encoding="utf-8"))


def rooms_of(package: Path) -> set[str]:
    """The sub-packages and modules right below the package."""
    folders = {path.parent.name for path in package.glob("*/*.py")}
    return folders | {path.stem for path in package.glob("*.py")} - {"__init__"}


def module_name(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path, package: Path) -> Iterator[Import]:
    """Every import in a file; `from a import b` counts as `a.b`, and relative ones are made absolute."""
    module = module_name(path, package)
    home = module.split(".") if path.stem == "__init__" else module.split(".")[:-1]
    for node, early in statements(ast.parse(path.read_text(encoding="utf-8")), early=True):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            before = home[: len(home) - node.level + 1] if node.level else []
            base = [*before, *([node.module] if node.module else [])]
            targets = [".".join([*base, alias.name]) for alias in node.names]
        else:
            continue
        yield from (Import(module, node.lineno, target, early) for target in targets)


def statements(node: ast.AST, *, early: bool) -> Iterator[tuple[ast.AST, bool]]:
    """All nodes below one, each with whether it runs at import time."""
    for child in ast.iter_child_nodes(node):
        runs = early and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            runs = False
        yield child, runs
        yield from statements(child, early=runs)


def all_imports(package: Path) -> list[Import]:
    return [found for path in sorted(package.rglob("*.py")) for found in imports_of(path, package)]


def room_of(dotted: str, package: str, rooms: Iterable[str]) -> str | None:
    """The room that a dotted name lies in; "" for the package itself; None for anything outside it."""
    head, _, rest = dotted.partition(".")
    if head != package:
        return None
    room = rest.partition(".")[0]
    return room if room in rooms else ""


def broken_chain(package: Path, chain: list[str]) -> list[str]:
    """The imports that reach forward, or through the lazy names of the package (which may point anywhere)."""
    broken = []
    for found in all_imports(package):
        here = room_of(found.module, package.name, chain)
        there = room_of(found.target, package.name, [*chain, "threats"])
        if not here or there is None or there == "threats":
            continue
        if there == "" or chain.index(there) > chain.index(here):
            broken.append(str(found))
    return broken


def early_pytest(package: Path) -> list[str]:
    """The imports of pytest and its kin, outside the plugin, that run when a module is imported."""
    return [
        str(found)
        for found in all_imports(package)
        if found.early
        and found.target.partition(".")[0] in PYTEST
        and not found.module.startswith(f"{package.name}.plugin")
    ]


def test_page_lists_the_rooms_of_the_tree() -> None:
    """The architecture page names every room of the package, and no room that is gone."""
    assert sorted(rooms_of_the_page()) == sorted(rooms_of(PACKAGE))


def test_rooms_import_only_rooms_before_them() -> None:
    """In the order of the page's table, no import points forward, not even one for type checkers."""
    assert broken_chain(PACKAGE, rooms_of_the_page()) == []


def test_only_the_plugin_imports_pytest_early() -> None:
    assert early_pytest(PACKAGE) == []


def test_package_itself_imports_nothing() -> None:
    """`import pytest_threatmodel` happens in every pytest run of everybody who has the plugin installed."""
    early = [f.target for f in imports_of(PACKAGE / "__init__.py", PACKAGE) if f.early]
    assert [target for target in early if target.partition(".")[0] not in LIGHT] == []


def make_package(folder: Path, **files: str) -> Path:
    package = folder / "house"
    for name, text in files.items():
        path = package.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return package


def test_a_forward_import_is_noticed_however_it_is_written(tmp_path: Path) -> None:
    package = make_package(
        tmp_path,
        cellar__wall="import house.attic.roof\n",
        cellar__door="from ..attic import roof\n",
        cellar__lamp="from .. import attic\n",
        cellar__late="def f():\n    from house.attic.roof import tile\n",
        cellar__typed="if TYPE_CHECKING:\n    from house.attic.roof import tile\n",
        cellar__facade="from house import Tile\n",
        attic__roof="import house.cellar.wall\nfrom house import cellar\nfrom . import gutter\n",
    )
    assert broken_chain(package, ["cellar", "attic"]) == [
        "house.cellar.door:1 imports house.attic.roof",
        "house.cellar.facade:1 imports house.Tile",
        "house.cellar.lamp:1 imports house.attic",
        "house.cellar.late:2 imports house.attic.roof.tile",
        "house.cellar.typed:2 imports house.attic.roof.tile",
        "house.cellar.wall:1 imports house.attic.roof",
    ]


def test_an_early_pytest_import_is_noticed(tmp_path: Path) -> None:
    package = make_package(
        tmp_path,
        cellar__early="class A:\n    from _pytest.mark import Mark\n",
        cellar__late="def f():\n    import pytest\n",
        cellar__typed="if TYPE_CHECKING:\n    import pytest\n",
        plugin__entry="import pytest\n",
    )
    assert early_pytest(package) == ["house.cellar.early:2 imports _pytest.mark.Mark"]
