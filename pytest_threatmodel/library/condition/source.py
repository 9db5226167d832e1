"""The source of a condition as people write it."""

from __future__ import annotations

import ast
import copy
from typing import Final

#: A list of choices that is longer than this is cut in `short_text`, to its first ones.
_MOST_CHOICES: Final = 5
_SHOWN_CHOICES: Final = 3


def short_text(syntax: ast.expr) -> str:
    """The expression in a normal form, long lists of choices cut: `('HTTP', 'WS', 'FTP', ... 30 more)`."""
    return source_text(_ShortChoices().visit(copy.deepcopy(syntax)))


def source_text(syntax: ast.expr) -> str:
    """The expression in a normal form.

    `ast.unparse` puts a generator expression that is a function's only argument into parentheses of its own,
    `any((d.isPII for d in target.data))`; here it has none.
    """
    bare = _BareGenerators()
    text = ast.unparse(bare.visit(copy.deepcopy(syntax)))
    # Outer generators hold the marks of inner ones, which were met before them.
    for mark, generator in reversed(bare.generators.items()):
        text = text.replace(mark, generator)
    return text


class _ShortChoices(ast.NodeTransformer):
    """Cuts the tuples of literals that stand right of `in`."""

    def visit_Tuple(self, node: ast.Tuple) -> ast.expr:
        if len(node.elts) <= _MOST_CHOICES:
            return node
        shown = ", ".join(map(ast.unparse, node.elts[:_SHOWN_CHOICES]))
        # A name is written out as it is, whatever stands in it.
        return ast.Name(f"({shown}, ... {len(node.elts) - _SHOWN_CHOICES} more)", ast.Load())


class _BareGenerators(ast.NodeTransformer):
    """Puts marks in the places of generator expressions that are only arguments."""

    def __init__(self) -> None:
        self.generators: dict[str, str] = {}

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            # No name in a condition begins with an underscore.
            mark = f"__generator{len(self.generators)}__"
            self.generators[mark] = ast.unparse(node.args[0]).removeprefix("(").removesuffix(")")
            node.args = [ast.Name(mark, ast.Load())]
        return node
