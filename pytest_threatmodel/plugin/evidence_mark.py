"""The mark with which a test says what it proves."""

from __future__ import annotations

import pytest


def evidence(element: str, *controls: str, model: str | None = None) -> pytest.MarkDecorator:
    """Say that the decorated test proves controls of an element: `@evidence("Web Server", "validatesInput")`.

    It is the same as `pytest.mark.threat_evidence(...)`.

    Args:
        element: its label.
        controls: their names, no patterns.
        model: the model's file or name, where several models have an element of this label.
    """
    terms = {} if model is None else {"model": model}
    return pytest.mark.threat_evidence(element, *controls, **terms)
