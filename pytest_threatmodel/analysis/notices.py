"""Notices: what in a model probably says something else than its author meant, though nothing is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.origin import Stated


def all_notices(verdicts: Verdicts) -> list[str]:
    """The notices of a model, and the rules of its library that can never fire."""
    return [*verdicts.model.load.notices, *notices(verdicts.model), *verdicts.rulebook.library.dead_rules()]


def notices(model: Model) -> list[str]:
    """The notices of a model, one a value.

    Args:
        model: completed by inheritance.
    """
    found = [notice for element in model.elements for notice in (*_unknown_texts(element), *_lonely_responses(element))]
    return list(dict.fromkeys(found))


def _unknown_texts(element: Element) -> Iterator[str]:
    """Protections whose text no rule can know: a rule that looks for `HTTP` does not see `htttp`."""
    for name, field in type(element).fields.items():
        origin = element.facts.origins.get(name)
        if field.role != "protection" or not field.known or not isinstance(origin, Stated):
            continue
        value = element.facts.given[name]
        if value and value not in field.known:
            hint = did_you_mean(value, field.known)
            text = f"{origin.place}: {name} {escape(repr(value))} is not known, so that no rule heeds it"
            yield text if hint is None else f"{text}; {hint}"


def _lonely_responses(element: Element) -> Iterator[str]:
    """Responses that match no request, or more than one, and so inherit nothing."""
    if isinstance(element, Dataflow) and element.isResponse and element.responseTo is None:
        yield f"{element.place}: {element.describe()} is a response to no request; state responseTo"
