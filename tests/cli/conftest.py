"""The command line within this process, for what needs no interpreter of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.cli.main import main
from pytest_threatmodel.model.loading import load_model
from tests.cli.scripts import Ended

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def call(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Does what `python threatmodel_shop.py` in a folder does, but for the marks of the file."""

    def call(folder: Path, *words: str) -> Ended:
        monkeypatch.chdir(folder)
        file = folder / "threatmodel_shop.py"
        status = 0
        try:
            main(load_model(file).model, [file.name, *words])
        except SystemExit as ended:
            status = int(ended.code or 0)
        out, err = capfdbinary.readouterr()
        return Ended(status, out.decode("utf-8"), err.decode("utf-8"))

    return call
