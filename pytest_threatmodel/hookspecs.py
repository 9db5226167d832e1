"""The hooks that other plugins and conftest files may implement.

Other plugins should mark their implementations with `@pytest.hookimpl(optionalhook=True)`, since they may be loaded
before this one, or without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from pytest_threatmodel.artifacts.format import Format
    from pytest_threatmodel.importers.parsed import Parsed
    from pytest_threatmodel.library.threat import Pack
    from pytest_threatmodel.snapshot.shape import Snapshot

hookspec = pluggy.HookspecMarker("pytest")


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


@hookspec(firstresult=True)
def pytest_threatmodel_load(config: pytest.Config, path: Path) -> Parsed | None:
    """Read a model from a file of another tool, which `load()` in a model file names.

    Stops at the first result that is not None; the built-in formats come the same way, last. A distribution may read
    formats by an entry point of the group `pytest_threatmodel.importers` instead, a function of the path alone; scripts
    without pytest ask these only.

    Args:
        config: pytest's configuration.
        path: the file, as it is: it may be missing, damaged, large or hostile.

    Returns:
        What the file says, as plain data, or None where it is not of a format that this knows. For example:

            from pytest_threatmodel.importers.parsed import Parsed, ParsedElement, ParsedFlow

            @pytest.hookimpl(optionalhook=True)
            def pytest_threatmodel_load(config, path):
                if path.suffix != ".arrows":
                    return None
                lines = [line.split(" -> ") for line in path.read_text("utf-8").splitlines()]
                names = dict.fromkeys(name for line in lines for name in line)
                return Parsed(
                    name=path.stem,
                    elements=tuple(ParsedElement(name, name, "Server", place="") for name in names),
                    flows=tuple(
                        ParsedFlow(f"{number}", f"line {number}", source, sink, place=f"line {number}")
                        for number, (source, sink) in enumerate(lines, start=1)
                    ),
                )
    """


def pytest_threatmodel_formats(config: pytest.Config) -> Iterable[Format] | None:
    """Formats of diagrams and reports that a plugin or the root conftest brings; the built-in ones come the same way.

    Their names join those that `--threatmodel-report` and `--threatmodel-seq` take. Called when
    artifacts are asked for. A distribution may offer them by an entry point of the group `pytest_threatmodel.formats`,
    a function that returns formats, instead of this hook.

    Args:
        config: pytest's configuration.

    Returns:
        Formats, or None for none. For example:

            from pytest_threatmodel.artifacts.format import Format

            def names(snapshot, request):
                return "\n".join(element["label"] for element in snapshot["elements"])

            @pytest.hookimpl(optionalhook=True)
            def pytest_threatmodel_formats(config):
                return [Format("names", "report", ".names.txt", "names of all elements", names)]
    """


def pytest_threatmodel_verdicts(config: pytest.Config, snapshot: Snapshot) -> None:
    """Look at what a run found in a model, once a model, at the end of the run.

    Called in the process that reports, which under xdist is the controller, with all outcomes, before artifacts are
    written. What an implementation raises is told in one line and costs nothing else.

    Args:
        config: pytest's configuration.
        snapshot: the model's run as plain data; `pytest_threatmodel.snapshot.shape` describes it. For example:

            @pytest.hookimpl(optionalhook=True)
            def pytest_threatmodel_verdicts(config, snapshot):
                found = sum(pair["verdict"] == "vulnerable" for pair in snapshot["pairs"])
                send_to_dashboard(snapshot["model"]["name"], found)
    """
