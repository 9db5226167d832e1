"""The source of a condition as people write it."""

from __future__ import annotations

import ast
import copy


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
