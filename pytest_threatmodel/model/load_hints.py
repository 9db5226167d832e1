"""Why a file that should hold a model holds none: what its text says without running it again."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path


def why_no_model(file: Path, build: str | None) -> str:
    """The message for a model file that made no TM.

    Args:
        file: a file that runs without an error.
        build: the function that was called to make the model, if one was named.
    """
    if build is not None:
        return f"{build}() was called and made no TM"
    text = "the file makes no TM"
    tree = ast.parse(file.read_bytes())
    if not tree.body:
        return f'{text}: it is empty; a model begins with tm = TM("Name")'
    if any(_makes_tm(node) for node in ast.walk(tree) if _is_main_guard(node)):
        return f'{text}, because it stands under `if __name__ == "__main__":`; move it out of the guard'
    names = [function.name for function in _functions(tree) if _makes_tm(function)]
    if names:
        return f"{text}, but {names[0]}() does; ini threatmodel_files = {file.name}::{names[0]} calls it"
    return f'{text}; a model begins with tm = TM("Name")'


def set_under_guard(file: Path) -> Iterator[tuple[int, str]]:
    """Line and name of the attributes that a file sets only when it is run as a script."""
    for guard in filter(_is_main_guard, ast.walk(ast.parse(file.read_bytes()))):
        for node in ast.walk(guard):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                yield node.lineno, node.attr


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in tree.body if isinstance(node, ast.FunctionDef))


def _is_main_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and any(
        isinstance(part, ast.Constant) and part.value == "__main__" for part in ast.walk(node.test)
    )


def _makes_tm(node: ast.AST) -> bool:
    calls = (part.func for part in ast.walk(node) if isinstance(part, ast.Call))
    return any(getattr(func, "id", getattr(func, "attr", None)) == "TM" for func in calls)
