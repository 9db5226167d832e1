"""A project with artifacts: its models, its formats, and what a run wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from pathlib import Path

#: Four pairs: TT01 on Web is a finding, on Safe mitigated; TT02 is undetermined on Web.
SHOP = """
web = Server("Web", usesCache=True)
safe = Server("Safe", usesCache=True, OS="Linux")
safe.controls.isHardened = True
"""

#: A format of a third party that says for each pair what became of it, and one that cannot be written.
OWN_FORMAT = """
import pytest
from pytest_threatmodel.artifacts.format import Format


def outcomes(snapshot, request):
    return "\\n".join(f"{pair['id']} {pair['verdict']} {pair['outcome']}" for pair in snapshot["pairs"])


def broken(snapshot, request):
    raise RuntimeError("no ink")


@pytest.hookimpl(optionalhook=True)
def pytest_threatmodel_formats(config):
    return [
        Format("outcomes", "report", ".outcomes.txt", "outcomes", outcomes),
        Format("broken", "report", ".broken.txt", "broken report", broken),
    ]
"""


def artifact(folder: Path, name: str) -> Path:
    return folder / "threatmodel-artifacts" / name


def told_outcomes(folder: Path) -> dict[str, str]:
    """What the own format wrote: pair -> outcome."""
    lines = artifact(folder, "threatmodel_shop.outcomes.txt").read_text(encoding="utf-8").splitlines()
    return {line.split()[0]: line.split(maxsplit=2)[2] for line in lines}


def snapshot(folder: Path, stem: str = "threatmodel_shop") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(artifact(folder, f"{stem}.json").read_text(encoding="utf-8"))
    return found
