"""Projects for pytest that hold a given number of tests: pairs of a threat model, and what they are compared with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Project:
    """A folder to run pytest in.

    Args:
        folder: with everything in it.
        items: how many tests it holds.
        failing: how many of them fail.
        options: pytest's options that it needs.
    """

    folder: Path
    items: int
    failing: int = 0
    options: tuple[str, ...] = ()


_CONTROLS: Final = (
    "authenticatesDestination",
    "authenticatesSource",
    "authorizesSource",
    "checksInputBounds",
    "definesConnectionTimeout",
    "disablesDTD",
    "encodesHeaders",
    "encodesOutput",
    "handlesCrashes",
    "handlesInterruptions",
    "handlesResourceConsumption",
    "hasAccessControl",
    "implementsNonce",
    "implementsPOLP",
    "isEncrypted",
    "isHardened",
    "providesIntegrity",
    "sanitizesInput",
    "usesCodeSigning",
    "validatesInput",
)
#: Each threat has a fact and a control of its own, so the verdict of every pair can be chosen.
THREATS: Final = len(_CONTROLS)

_CONFTEST = """\
from pathlib import Path

from pytest_threatmodel.library.pack import read_pack


def pytest_threatmodel_packs(config):
    return [read_pack(Path(__file__).with_name("bench.toml"))]
"""
_FUNCTIONS = """\
import pytest


@pytest.mark.parametrize("number", range({items}))
def test_pair(number):
    pass
"""
_BARE = """\
import pytest


class Finding(Exception):
    pass


class BareItem(pytest.Item):
    fails = False

    def runtest(self):
        if self.fails:
            raise Finding

    def reportinfo(self):
        return self.path, 0, self.name


class BareFile(pytest.File):
    def collect(self):
        for number in range({items}):
            item = BareItem.from_parent(self, name=f"pair[{{number}}]")
            item.fails = number < {failing}
            yield item


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".bare":
        return BareFile.from_parent(parent, path=file_path)
"""


def write_functions(folder: Path, items: int) -> Project:
    """A parametrised test function."""
    _write(folder, {"pytest.ini": "[pytest]\n", "test_pairs.py": _FUNCTIONS.format(items=items)})
    return Project(folder, items)


def write_bare(folder: Path, items: int, share: float = 0.0) -> Project:
    """Items that inherit everything from `pytest.Item`, a share of them failing.

    Args:
        folder: is made.
        items: how many.
        share: from 0 to 1.
    """
    failing = round(items * share)
    conftest = _BARE.format(items=items, failing=failing)
    _write(folder, {"pytest.ini": "[pytest]\n", "conftest.py": conftest, "pairs.bare": ""})
    return Project(folder, items, failing)


def write_pairs(folder: Path, items: int, share: float = 0.0) -> Project:
    """A threat model and one pack, with that share of findings spread evenly; the other pairs pass in all ways.

    Args:
        folder: is made.
        items: how many pairs, rounded up to whole elements.
        share: from 0 to 1.
    """
    servers = -(-items // THREATS)
    failing = sum(_is_finding(pair, share) for pair in range(servers * THREATS))
    # Only a hook brings a pack without the shipped ones.
    ini = "[pytest]\nthreatmodel = true\nthreatmodel_packs = bench\n"
    model = "\n".join(_model(servers, share))
    files = {"pytest.ini": ini, "conftest.py": _CONFTEST, "bench.toml": _pack(), "threatmodel_bench.py": model}
    _write(folder, files)
    return Project(folder, servers * THREATS, failing, ("-p", "pytest_threatmodel.plugin"))


def write_landscape(folder: Path) -> Project:
    """A folder for a model that brings its own number of pairs, with the shipped packs."""
    _write(folder, {"pytest.ini": "[pytest]\nthreatmodel = true\n"})
    return Project(folder, 0, 0, ("-p", "pytest_threatmodel.plugin"))


def write_unrelated(folder: Path) -> Project:
    """A project that does not use the plugin."""
    _write(folder, {"pytest.ini": "[pytest]\n", "test_one.py": "def test_one():\n    pass\n"})
    return Project(folder, 1)


def _write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)


def _pack() -> str:
    header = '[pack]\nname = "bench"\ntitle = "Benchmark"\nversion = "1.0"\n'
    return header + "".join(_field(number) + _threat(number, control) for number, control in enumerate(_CONTROLS))


def _field(number: int) -> str:
    return f"""
[[field]]
name = "bench{number}"
kinds = ["Server"]
type = "bool"
role = "fact"
description = "Whether threat {number} applies."
"""


def _threat(number: int, control: str) -> str:
    return f"""
[[threat]]
id = "BM{number:02}"
title = "Threat {number}"
targets = ["Server"]
condition = "target.bench{number} and not target.controls.{control}"
severity = "{("high", "medium", "low")[number % 3]}"
likelihood = "likely"
stride = ["tampering"]
cwe = [{100 + number}]
description = "What can go wrong."
mitigation = "What helps."
vulnerable = [{{ kind = "Server", bench{number} = true }}]
safe = [{{ kind = "Server", bench{number} = true, controls = {{ {control} = true }} }}]
"""


def _model(servers: int, share: float) -> Iterator[str]:
    yield "from pytest_threatmodel import TM, Boundary, Server"
    yield 'tm = TM("Benchmark")'
    yield 'zone = Boundary("Zone")'
    for server in range(servers):
        yield f'server = Server("Server {server}", inBoundary=zone)'
        for number, control in enumerate(_CONTROLS):
            yield from _pair(server, number, control, share)
    yield ""


def _pair(server: int, number: int, control: str, share: float) -> Iterator[str]:
    """What the author states about one pair: of four that pass one is mitigated, one undetermined, two do not apply."""
    way = (server * 7 + number * 3) % 4
    if _is_finding(server * THREATS + number, share):
        yield f"server.bench{number} = True"
    elif way == 0:
        yield f"server.bench{number} = True"
        yield f"server.controls.{control} = True"
    elif way > 1:
        yield f"server.bench{number} = False"


def _is_finding(pair: int, share: float) -> bool:
    """Whether the running total of findings grows with this pair."""
    return int((pair + 1) * share + 1e-9) > int(pair * share + 1e-9)
