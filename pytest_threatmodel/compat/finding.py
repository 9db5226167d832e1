"""pytm's Finding: an override that stands on an element, and what `tm.findings` holds."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import Final

from pytest_threatmodel.compat.pytm_file import PytmFile
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import shown
from pytest_threatmodel.model.notes import Assumption
from pytest_threatmodel.model.notes import Finding as Override
from pytest_threatmodel.model.origin import caller
from pytest_threatmodel.model.registry import current

if TYPE_CHECKING:
    from pytest_threatmodel.compat.threat import Threat

#: What an override of pytm may say besides what counts here; kept for the file itself and for its templates.
_TEXTS: Final = ("target", "description", "details", "mitigations", "example", "id", "references", "condition")
_COUNTED: Final = ("severity", "cvss", "response", "likelihood")
_KNOWN: Final = ("threat_id", *_TEXTS, *_COUNTED)
_OF_THREAT: Final = (
    "description",
    "details",
    "severity",
    "mitigations",
    "example",
    "references",
    "condition",
    "likelihood",
)


class Finding(Override):
    """A finding, in pytm's words. What was not stated is empty text.

    Args:
        element: that it is about; the element that carries an override need not be named.
        threat: the threat from which what is not stated is taken.
        assumption: why it is left out.
        values: `threat_id` and what else pytm's findings say; other names are kept, as in pytm.

    Raises:
        ModelError: a value is no text.
    """

    def __init__(
        self,
        element: Element | None = None,
        *,
        threat: Threat | None = None,
        assumption: Assumption | None = None,
        **values: Any,
    ) -> None:
        if threat is not None:
            taken = {name: getattr(threat, name) for name in _OF_THREAT}
            values = {**taken, "threat_id": threat.id, **values}
        if element is not None:
            _check_element(element)
            values.setdefault("target", element.name)
        _check(values)
        super().__init__(threat_id=values.get("threat_id", ""), **{name: values.get(name) for name in _COUNTED})
        self.element = element
        self.assumption = assumption
        vars(self).update({**dict.fromkeys(_TEXTS, ""), **values})

    def __str__(self) -> str:
        return "\n".join([f"{getattr(self, 'target', '')!r}: {getattr(self, 'description', '')}", self.severity or ""])


def _check_element(element: object) -> None:
    if not isinstance(element, Element):
        text = f"Finding(): element = {shown(element)} is not accepted, expected an element"
        raise ModelError(text, place=caller())


def _check(values: dict[str, Any]) -> None:
    pytm = current().other
    for name, value in values.items():
        if name not in _KNOWN:
            if isinstance(pytm, PytmFile):
                pytm.note_argument("Finding", name, _KNOWN)
        elif not isinstance(value, str):
            text = f"Finding(): {name} = {shown(value)} is not accepted, expected text"
            raise ModelError(text, place=caller())
