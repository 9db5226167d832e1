"""Warnings of the plugin, one class a reason, so that each can be filtered."""

from __future__ import annotations

import pytest


class ThreatModelWarning(pytest.PytestWarning):
    """A decision in a model file does nothing. Remedy: correct the pattern that it names, or remove it."""

    # Where users import it from, and xdist on the controller.
    __module__ = "pytest_threatmodel"
