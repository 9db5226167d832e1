"""From a condition's text to its syntax tree: only the language's own syntax, within limits."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any
from typing import Final

MAX_LENGTH: Final = 4_000
MAX_DEPTH: Final = 40
MAX_NODES: Final = 1_000
#: Numbers in conditions fit in 64 bits.
MAX_NUMBER: Final = 2**63 - 1
_SPACE: Final = " \t\r\n"
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class ConditionError(ValueError):
    """A condition is not part of the language, or reads what the vocabulary does not have.

    Args:
        message: what is wrong, without the place.
        column: where, counted from 1.
        hint: the nearest name, if a name is wrong and one is near.
    """

    def __init__(self, message: str, column: int, hint: str | None = None) -> None:
        self.message = message
        self.column = column
        self.hint = hint
        super().__init__(message, column, hint)

    def __str__(self) -> str:
        text = f"{self.message}, column {self.column}"
        return text if self.hint is None else f"{text}; did you mean {self.hint!r}?"


def parse(source: str) -> ast.expr:
    """The syntax tree of a condition; its positions count characters of `source`, from 0.

    Raises:
        ConditionError: the text is not Python, uses syntax that conditions do not have, or is too large.
    """
    _check_text(source)
    tree = _python(source)
    _Positions(source).apply(tree)
    _check_outside_text(source, tree)
    _check_syntax(tree)
    return tree


def _check_text(source: str) -> None:
    if not source.strip(_SPACE):
        raise ConditionError("the condition is empty", 1)
    if len(source) > MAX_LENGTH:
        raise ConditionError(f"the condition is longer than {MAX_LENGTH:,} characters", MAX_LENGTH + 1)
    found = _CONTROL.search(source.strip(_SPACE))
    if found:
        char, column = found[0], _lead(source) + found.start() + 1
        message = "a condition is one line" if char in "\r\n" else f"the character {char!a} is not allowed"
        raise ConditionError(message, column)


def _lead(source: str) -> int:
    return len(source) - len(source.lstrip(_SPACE))


def _python(source: str) -> ast.expr:
    text = source.strip(_SPACE)
    try:
        with warnings.catch_warnings():
            # Otherwise the outcome for '\d' or `1or 2` would depend on the filters of the run.
            warnings.simplefilter("error")
            return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        # Python says 0 where the text ends too early.
        column = min(error.offset or len(text), len(text))
        raise ConditionError(f"syntax error ({error.msg})", _lead(source) + column) from None
    except (RecursionError, MemoryError):
        raise ConditionError(f"the condition is nested deeper than {MAX_DEPTH} levels", 1) from None
    except (ValueError, OverflowError, Warning) as error:
        raise ConditionError(f"syntax error ({error})", 1) from None


class _Positions:
    """Turns Python's positions (bytes of UTF-8 in the stripped text) into columns of the source, from 0."""

    def __init__(self, source: str) -> None:
        self._lead = _lead(source)
        self._text = source.strip(_SPACE).encode()
        self._ascii = source.isascii()

    def apply(self, tree: ast.expr) -> None:
        if self._ascii and not self._lead:
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.expr):
                node.col_offset = self._column(node.col_offset)
                node.end_col_offset = self._column(node.end_col_offset or 0)

    def _column(self, offset: int) -> int:
        return self._lead + (offset if self._ascii else len(self._text[:offset].decode(errors="ignore")))


#: Syntax that has no place in a condition, in the words of the message.
_REFUSED: Final[dict[type[ast.AST], str]] = {
    ast.Lambda: "a lambda",
    ast.IfExp: "a conditional expression",
    ast.NamedExpr: "an assignment",
    ast.JoinedStr: "an f-string",
    ast.BinOp: "arithmetic",
    ast.Dict: "a dictionary",
    ast.DictComp: "a dictionary comprehension",
    ast.SetComp: "a set comprehension",
    ast.Starred: "an argument with a star",
    ast.Await: "await",
    ast.Yield: "yield",
    ast.YieldFrom: "yield",
    ast.Slice: "a slice",
    ast.Invert: "the operator ~",
    ast.UAdd: "the sign +",
}
#: What a node is made of, for the syntax that conditions have.
_PARTS: Final[dict[type[ast.AST], Callable[[Any], Sequence[ast.AST]]]] = {
    ast.BoolOp: lambda node: node.values,
    ast.UnaryOp: lambda node: (node.operand,),
    ast.Compare: lambda node: (node.left, *node.comparators),
    ast.Constant: lambda node: (),
    ast.Tuple: lambda node: node.elts,
    ast.List: lambda node: node.elts,
    ast.Set: lambda node: node.elts,
    ast.Name: lambda node: (),
    ast.Attribute: lambda node: (node.value,),
    ast.Call: lambda node: (node.func, *node.args),
    ast.GeneratorExp: lambda node: (*node.generators, node.elt),
    ast.ListComp: lambda node: (*node.generators, node.elt),
    ast.Subscript: lambda node: (node.value, node.slice),
    ast.comprehension: lambda node: (node.target, node.iter, *node.ifs),
}


def _check_syntax(tree: ast.expr) -> None:
    """Walks without recursion: the tree may be deep."""
    nodes: list[tuple[ast.AST, int, int]] = [(tree, 1, 1)]
    seen = 0
    while nodes:
        node, depth, column = nodes.pop()
        column = node.col_offset + 1 if isinstance(node, ast.expr) else column
        seen += 1
        if depth > MAX_DEPTH:
            raise ConditionError(f"the condition is nested deeper than {MAX_DEPTH} levels", column)
        if seen > MAX_NODES:
            raise ConditionError(f"the condition has more than {MAX_NODES:,} parts", column)
        _check_node(node, column)
        nodes.extend((part, depth + 1, column) for part in reversed(_PARTS[type(node)](node)))


def _check_node(node: ast.AST, column: int) -> None:
    kind = type(node)
    word = _REFUSED.get(type(node.op) if isinstance(node, ast.UnaryOp) else kind)
    if word is None and kind not in _PARTS:
        word = f"the syntax {kind.__name__}"
    if word is not None:
        raise ConditionError(f"{word} is not allowed in a condition", column)
    check = _CHECKS.get(kind)
    if check is not None:
        check(node, column)


def _check_constant(node: ast.Constant, column: int) -> None:
    value = node.value
    if not isinstance(value, str | int | float | None):
        word = "an ellipsis" if value is ... else "a bytes literal" if isinstance(value, bytes) else "a complex number"
        raise ConditionError(f"{word} is not allowed in a condition", column)
    if isinstance(value, int | float) and not abs(value) <= MAX_NUMBER:
        raise ConditionError("the number is too large", column)
    if isinstance(value, str) and re.search("[\ud800-\udfff]", value):
        raise ConditionError("the text holds half of a surrogate pair", column)


def _check_name(node: ast.Name, column: int) -> None:
    _check_word(node.id, column)


def _check_attribute(node: ast.Attribute, column: int) -> None:
    _check_word(node.attr, attribute_column(node))


def _check_word(word: str, column: int) -> None:
    if word.startswith("_"):
        raise ConditionError(f"{quoted(word)} begins with an underscore, as no name may", column)


def quoted(word: str) -> str:
    """A name for a message, cut where it is too long to be read."""
    return repr(word if len(word) <= 60 else f"{word[:57]}...")


def attribute_column(node: ast.Attribute) -> int:
    """The column of the attribute's name, counted from 1."""
    return (node.end_col_offset or 0) - len(node.attr) + 1


def _check_call(node: ast.Call, column: int) -> None:
    for keyword in node.keywords:
        word = "an argument with two stars" if keyword.arg is None else "a keyword argument"
        raise ConditionError(f"{word} is not allowed in a condition", keyword.value.col_offset + 1)


def _check_sign(node: ast.UnaryOp, column: int) -> None:
    if isinstance(node.op, ast.USub) and number(node) is None:
        raise ConditionError("arithmetic is not allowed in a condition", column)


def number(node: ast.expr) -> int | float | None:
    """The value of a literal number, which may have one sign; None for anything else."""
    sign = 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = -1, node.operand
    value = node.value if isinstance(node, ast.Constant) else None
    return sign * value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _check_loop(node: ast.comprehension, column: int) -> None:
    column = node.target.col_offset + 1
    if node.is_async:
        raise ConditionError("async is not allowed in a condition", column)
    if not isinstance(node.target, ast.Name):
        raise ConditionError("a loop has one plain variable", column)


_CHECKS: Final[dict[type[ast.AST], Callable[[Any, int], None]]] = {
    ast.Constant: _check_constant,
    ast.Name: _check_name,
    ast.Attribute: _check_attribute,
    ast.Call: _check_call,
    ast.UnaryOp: _check_sign,
    ast.comprehension: _check_loop,
}


def _check_outside_text(source: str, tree: ast.expr) -> None:
    """Outside of text literals: no letters that only look like others, and no comment."""
    end = tree.end_col_offset or 0
    comment = source.find("#", end)
    if comment >= 0:
        raise ConditionError("a comment is not allowed in a condition", comment + 1)
    if source.isascii():
        return
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            inside.update(range(node.col_offset, node.end_col_offset or 0))
    for index, char in enumerate(source.strip(_SPACE), _lead(source)):
        if not char.isascii() and index not in inside:
            raise ConditionError(f"the character {char!a} is allowed in text only", index + 1)
