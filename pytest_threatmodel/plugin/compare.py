"""Findings that earlier runs had: read once, by the controller, and sent to the workers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from typing import Final

import pytest

from pytest_threatmodel.decisions.known import Earlier
from pytest_threatmodel.decisions.known import Known
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.plugin import options
from pytest_threatmodel.snapshot.earlier import ReportError
from pytest_threatmodel.snapshot.earlier import read_report

#: Under which workers are told what is known.
_KEY: Final = "threatmodel_known"


def known_findings(config: pytest.Config, files: tuple[str, ...]) -> Known | None:
    """What earlier runs found; None where nothing is to be compared.

    Args:
        config: of the run.
        files: patterns of model files.

    Raises:
        pytest.UsageError: an earlier report cannot be read, or a revision not be evaluated.
    """
    if hasattr(config, "workerinput"):
        return _received(config)
    names, revision = config.getoption("threatmodel_compare"), config.getoption("threatmodel_new_since")
    if (names is None and revision is None) or options.asks_to_print(config) or config.getoption("help"):
        return None
    earlier, notes = list(_reports(config, names or ())), []
    if revision is not None:
        from pytest_threatmodel.plugin.new_since import baseline

        found = baseline(config, revision, files)
        earlier += found.earlier
        notes = found.notes
    known = Known(config.rootpath, earlier, notes)
    if config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(Sender(known))
    return known


class Sender:
    """Tells every worker what earlier runs found, as one text: xdist takes plain objects apart one by one.

    Args:
        known: what they found.
    """

    def __init__(self, known: Known) -> None:
        self._text = json.dumps([each.plain() for each in known.earlier])

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[_KEY] = self._text


def _received(config: pytest.Config) -> Known | None:
    """What the controller sent to this worker."""
    text: str | None = config.workerinput.get(_KEY)  # type: ignore[attr-defined]  # xdist's, on workers
    return None if text is None else Known(config.rootpath, map(Earlier.of_plain, json.loads(text)))


def _reports(config: pytest.Config, names: Iterable[str]) -> Iterator[Earlier]:
    for name in names:
        path = config.invocation_params.dir / name
        try:
            yield read_report(_bytes(path), name)
        except ReportError as error:
            raise pytest.UsageError(f"--threatmodel-compare: {name}: {error}") from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        hint = did_you_mean(path.name, _beside(path))
        raise ReportError("does not exist" if hint is None else f"does not exist; {hint}") from None
    except (OSError, ValueError) as error:
        raise ReportError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _beside(path: Path) -> list[str]:
    try:
        return sorted(each.name for each in path.parent.iterdir())
    except OSError:
        return []


def told(known: Known | None, files: Iterable[str]) -> list[str]:
    """What the closing section says beside the figures of models.

    Args:
        known: what earlier runs found.
        files: of the models of this run, relative to the root.
    """
    if known is None:
        return []
    missing = known.missing(files)
    lines = [f"not in this run, so not compared: {', '.join(missing)}"] if missing else []
    return [*known.notes, *lines]
