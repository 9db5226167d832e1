"""How sensitive elements are: the worst class of the data on each."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.enums import Classification
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.kinds import Dataflow


def sensitivities(elements: Iterable[Element]) -> dict[int, Classification]:
    """The most sensitive class of the data that each element is, carries or processes, by the element's id.

    Args:
        elements: of one model.
    """
    found: dict[int, Classification] = {}

    def raise_to(element: Element, level: Classification) -> None:
        found[id(element)] = max(found.get(id(element), Classification.UNKNOWN), level)

    for element in elements:
        raise_to(element, Classification.UNKNOWN)
        for data in getattr(element, "data", ()):
            raise_to(element, data.classification)
            if isinstance(element, Dataflow):
                raise_to(element.source, data.classification)
                raise_to(element.sink, data.classification)
        if isinstance(element, Data):
            raise_to(element, element.classification)
            for processor in element.processedBy:
                raise_to(processor, element.classification)
    return found
