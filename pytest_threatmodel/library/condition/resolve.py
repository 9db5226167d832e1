"""From a syntax tree to a typed tree: names are bound to the vocabulary, or refused with the nearest one."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Final

from pytest_threatmodel.library.condition.calls import bind_call
from pytest_threatmodel.library.condition.calls import bind_generator
from pytest_threatmodel.library.condition.nodes import Node
from pytest_threatmodel.library.condition.pytm_syntax import bind_subscript
from pytest_threatmodel.library.condition.reads import reads
from pytest_threatmodel.library.condition.scope import Scope
from pytest_threatmodel.library.condition.scope import bind_attribute
from pytest_threatmodel.library.condition.scope import bind_constant
from pytest_threatmodel.library.condition.scope import bind_name
from pytest_threatmodel.library.condition.source import source_text
from pytest_threatmodel.library.condition.truth import bind_choices
from pytest_threatmodel.library.condition.truth import bind_comparison
from pytest_threatmodel.library.condition.truth import bind_junction
from pytest_threatmodel.library.condition.truth import bind_unary
from pytest_threatmodel.library.condition.words import words_of
from pytest_threatmodel.model.vocabulary import Vocabulary

_BINDERS: Final[dict[type[ast.expr], Callable[[Scope, Any], Node]]] = {
    ast.Constant: bind_constant,
    ast.Name: bind_name,
    ast.Attribute: bind_attribute,
    ast.BoolOp: bind_junction,
    ast.UnaryOp: bind_unary,
    ast.Compare: bind_comparison,
    ast.Call: bind_call,
    ast.Subscript: bind_subscript,
    ast.Tuple: bind_choices,
    ast.List: bind_choices,
    ast.Set: bind_choices,
    ast.GeneratorExp: bind_generator,
    ast.ListComp: bind_generator,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that is bound to the vocabulary.

    Args:
        tree: what is evaluated.
        reads: the dotted paths that it reads, in the order of evaluation.
        syntax: what was written.
        lenient: read as pytm does: where something is not there, the whole condition is false.
    """

    tree: Node
    reads: tuple[str, ...]
    syntax: ast.expr = field(repr=False, compare=False)
    lenient: bool = False

    @property
    def source(self) -> str:
        """The condition's text, written in one way whatever its author's spaces and quotes were."""
        return source_text(self.syntax)


def resolve(tree: ast.expr, targets: tuple[str, ...], vocabulary: Vocabulary, lenient: bool = False) -> Condition:
    """Bind a parsed condition to a vocabulary.

    Args:
        tree: from `parse`.
        targets: the kinds that `target` may have; their special cases count, too.
        vocabulary: kinds, fields and enumerations.
        lenient: read it as pytm does: a read of what is not there ends the condition as false.

    Raises:
        ConditionError: a name that means nothing, or a value where it has no sense.
    """
    bound = Scope(words_of(vocabulary), targets, lenient, _BINDERS).bind(tree)
    return Condition(bound, reads(bound), tree, lenient)
