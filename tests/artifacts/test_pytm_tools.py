"""The folders of the real pytm are made once, and whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.artifacts import pytm_tools
from tests.artifacts.pytm_tools import pytm_folder
from tests.artifacts.pytm_tools import pytm_sdist
from tests.artifacts.pytm_tools import run_with_pytm

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.programs


def test_a_script_meets_the_pytm_of_the_folder_and_nothing_of_ours(tmp_path: Path) -> None:
    script = "import pytm, sys; print(pytm.__file__, 'pytest_threatmodel' in sys.modules)"
    assert run_with_pytm(script, tmp_path).split() == [str(pytm_folder() / "pytm" / "__init__.py"), "False"]


def test_the_source_distribution_is_unpacked() -> None:
    assert (pytm_sdist() / "README.md").is_file()


def test_a_version_that_cannot_be_had_is_an_error_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And leaves no folder that the next run would take for a whole one."""
    monkeypatch.setattr(pytm_tools, "_CACHE", tmp_path)
    with pytest.raises(RuntimeError, match="pip install failed"):
        pytm_folder("0.0.0.999")
    assert list(tmp_path.iterdir()) == []
