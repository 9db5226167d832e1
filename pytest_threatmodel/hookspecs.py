"""The hooks that other plugins and conftest files may implement.

Other plugins should mark their implementations with `@pytest.hookimpl(optionalhook=True)`, since they may be loaded
before this one, or without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from pytest_threatmodel.library.threat import Pack


def pytest_threatmodel_packs(config: pytest.Config) -> Iterable[Pack] | None:
    """Threat packs that a plugin or the root conftest brings.

    They come after the shipped packs and before `threatmodel_threats`, and `threatmodel_packs` selects them by name
    as it does the shipped ones. Called once, when the library is put together.

    Args:
        config: pytest's configuration.

    Returns:
        Packs, or None for none. For example:

            from pathlib import Path
            from pytest_threatmodel.library.pack import read_pack

            @pytest.hookimpl(optionalhook=True)
            def pytest_threatmodel_packs(config):
                return [read_pack(Path(__file__).with_name("company.toml"))]
    """
