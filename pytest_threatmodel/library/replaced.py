"""What a model says of threats that others stand for now."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy

from pytest_threatmodel.library.library import Library
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.notes import Finding


def use_replacements(model: Model, library: Library) -> None:
    """Let overrides that name a threat which others stand for now speak of these. Doing it again changes nothing.

    Args:
        model: that is looked at.
        library: that it meets.
    """
    for element in model.elements if library.replaced else ():
        if any(each.threat_id in library.replaced for each in element.overrides):
            element.overrides[:] = list(_meant(element, library))


def _meant(element: Element, library: Library) -> Iterator[Finding]:
    for override in element.overrides:
        if override.threat_id not in library.replaced:
            yield override
        for now in library.replaced.get(override.threat_id, ()):
            meant = copy(override)
            meant.threat_id, meant.written = now, override.threat_id
            yield meant
