"""How `load()` in a model file reads files of other tools: by a hook, which plugins implement as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_threatmodel.importers.formats import checked
from pytest_threatmodel.importers.formats import read_model
from pytest_threatmodel.importers.parsed import Parsed


class BuiltinImporters:
    """The importers of this package and of entry points, by the hook that third parties use."""

    @pytest.hookimpl(trylast=True)
    def pytest_threatmodel_load(self, path: Path) -> Parsed:
        return read_model(path)


def read_by_hook(node: pytest.Collector, path: Path) -> Parsed:
    """What the first implementation of the hook that knows the file makes of it.

    Args:
        node: the model file; conftest files beside it and above may implement the hook.
        path: the file of another tool.

    Raises:
        ModelError: the file is wrong, of no known format, or the hook gave something else.
    """
    found = node.ihook.pytest_threatmodel_load(config=node.config, path=path)
    return checked(found, "hook pytest_threatmodel_load")
