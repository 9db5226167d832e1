"""What the tests of pytm's names share: files that are loaded as pytest loads them, with a small library."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol

import pytest

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.compat.loading import load_file
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.threat import Severity
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model import registry
from pytest_threatmodel.model.registry import Load

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from pytest_threatmodel.model.model import Model

#: One threat of servers, one of flows, one of stores: id, kind, condition, severity.
THREATS: tuple[tuple[str, str, str, Severity], ...] = (
    ("TT01", "Server", "not target.controls.isHardened", "high"),
    ("TF01", "Dataflow", "target.protocol == 'HTTP' and not target.controls.isEncrypted", "medium"),
    ("TS01", "Datastore", "target.isSQL and not target.controls.isEncryptedAtRest", "low"),
)


@dataclass(frozen=True)
class Loaded:
    """A file of pytm that was loaded and evaluated."""

    model: Model
    module: ModuleType
    verdicts: Verdicts

    @property
    def notices(self) -> list[str]:
        return self.model.load.notices

    @property
    def findings(self) -> list[str]:
        """The vulnerable pairs, `TT01[Web]`."""
        pairs = self.verdicts.pairs()
        found = [(row, row.rules[column]) for row, column in pairs if row.verdicts[column] is Verdict.VULNERABLE]
        return [f"{rule.threat.id}[{row.label}]" for row, rule in found]


class LoadPytm(Protocol):
    def __call__(self, text: str, *, strict: bool = False, build: str | None = None, **files: str) -> Loaded: ...


@pytest.fixture(autouse=True)
def _nothing_made_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elements that other tests made outside of a load do not join the models of this one."""
    monkeypatch.setattr(registry, "_outside", Load())


@pytest.fixture
def library() -> Library:
    threats = [
        Threat(id=id, pack="tiny", title=f"Title of {id}", targets=(kind,), condition=condition, severity=severity)
        for id, kind, condition, severity in THREATS
    ]
    return Library([Pack(name="tiny", title="Three threats", threats=tuple(threats))]).resolve()


@pytest.fixture
def load_pytm(tmp_path: Path, library: Library) -> LoadPytm:
    """Loads `tm.py` with a text, beside modules and other files: `common__py=...`, `threats__json=...`."""

    def load(text: str, *, strict: bool = False, build: str | None = None, **files: str) -> Loaded:
        for name, content in {**files, "tm__py": text}.items():
            path = tmp_path.joinpath(*name.replace("__", ".").split("/"))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(content), encoding="utf-8")
        importlib.invalidate_caches()
        found, met = load_file(tmp_path / "tm.py", library, build, strict=strict)
        return Loaded(found.model, found.module, evaluate(found.model, met))

    return load


def value_of(loaded: Loaded, name: str) -> Any:
    """A global name of the file."""
    return vars(loaded.module)[name]
