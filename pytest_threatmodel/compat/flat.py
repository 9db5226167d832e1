"""Which verdicts rest on old flat names: those that would be others if the names counted as nothing, as in pytm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.ids import pair_name
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.node import Node
from pytest_threatmodel.model.origin import Stated

#: How many pairs the notice names.
_NAMED: Final = 5


def resting_on_flat_names(model: Model, library: Library) -> Iterator[str]:
    """The notice that names the pairs, if there are any.

    Args:
        model: checked and complete.
        library: that it meets.
    """
    spelled = {node: fields for node in _nodes(model) if (fields := _spelled(node))}
    if not spelled:
        return
    now = _verdicts(model, library)
    with _without(model, spelled):
        before = _verdicts(model, library)
    changed = [pair for pair, verdict in now.items() if before.get(pair) is not verdict]
    if changed:
        more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
        rest = f"{len(changed)} verdict{' rests' if len(changed) == 1 else 's rest'} on flat names"
        yield f"{model.place}: {rest}: {', '.join(changed[:_NAMED])}{more}"


def _nodes(model: Model) -> Iterator[Node]:
    for element in model.load.elements:
        yield element
        yield element.own_controls


def _spelled(node: Node) -> list[str]:
    return [name for name, origin in node.facts.origins.items() if isinstance(origin, Stated) and origin.spelled]


def _verdicts(model: Model, library: Library) -> dict[str, Verdict]:
    return {
        pair_name(row.rules[column].threat.id, row.label): row.verdicts[column]
        for row, column in evaluate(model, library).pairs()
    }


@contextmanager
def _without(model: Model, spelled: dict[Node, list[str]]) -> Iterator[None]:
    """Forget for a while what was stated by flat names, and what others inherited of it."""
    kept = {node: (dict(node.facts.given), dict(node.facts.origins)) for node in spelled}
    for node, names in spelled.items():
        for name in names:
            del node.facts.given[name], node.facts.origins[name]
    try:
        model.check()
        yield
    finally:
        for node, (given, origins) in kept.items():
            node.facts.given, node.facts.origins = given, origins
        model.check()
