"""Projects for pytester: a small pack of threats, a model file, and what a run says about its pairs.

The pack comes by the hook and is the only one selected, so that these tests do not depend on the shipped packs.
"""

from __future__ import annotations

import re
from textwrap import dedent
from typing import TYPE_CHECKING

# Each run inside a test forgets the modules that it imported. Those that are here before it stay, which saves 150 ms a
# run, and the names that the package keeps stay those of the loaded modules.
import pytest_threatmodel.plugin.collect
import pytest_threatmodel.plugin.commands
import pytest_threatmodel.plugin.protocol
import pytest_threatmodel.plugin.reports
import pytest_threatmodel.plugin.terminal
import pytest_threatmodel.plugin.xdist
import pytest_threatmodel.tm  # noqa: F401  # kept loaded

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

#: TT01 and TT02 concern servers, TF01 flows. A server that says nothing leaves TT01 and TT02 undetermined.
PACK = """
[pack]
name = "tiny"
title = "Two or three threats"
version = "2.1"

[[threat]]
id = "TT01"
title = "Cached answers are read"
targets = ["Server"]
condition = "target.usesCache and not target.controls.isHardened"
severity = "high"
likelihood = "likely"
stride = ["information disclosure", "tampering"]
cwe = [311, 319]
capec = [94]
owasp = ["A01:2025", "A02:2025"]
asvs = ["v5.0.0-1.2.5"]
description = "What is kept in the cache is read by others."
mitigation = "Harden the server."
vulnerable = [{ kind = "Server", usesCache = true }]
safe = [{ kind = "Server", usesCache = true, controls = { isHardened = true } }]

[[threat]]
id = "TT02"
title = "The system is old"
targets = ["Server"]
condition = "target.OS == 'DOS' and not target.controls.isHardened"
severity = "low"
description = "Nobody mends it any more."
mitigation = "Take a newer one."
vulnerable = [{ kind = "Server", OS = "DOS" }]
safe = [{ kind = "Server", OS = "Linux" }]
"""

FLOW_THREAT = """
[[threat]]
id = "TF01"
title = "Read on the way"
targets = ["Dataflow"]
condition = "target.protocol == 'HTTP' and not target.controls.isEncrypted"
severity = "medium"
stride = ["information disclosure"]
cwe = [319]
description = "The flow is read by others."
mitigation = "Encrypt it."
vulnerable = [{ kind = "Dataflow", protocol = "HTTP" }]
safe = [{ kind = "Dataflow", protocol = "HTTPS" }]
"""

#: Three lines: what a test writes begins in line 4.
HEAD = 'import pytest\nfrom pytest_threatmodel import *\ntm = TM("Shop")\n'

_CONFTEST = """
from pathlib import Path

from pytest_threatmodel.library.pack import read_pack


def pytest_threatmodel_packs(config):
    return [read_pack(Path(__file__).with_name("tiny.toml"), shown_as="tiny.toml")]
"""

#: A fact whose value cannot be compared: the rule that reads it cannot be evaluated.
BROKEN_SERVER = """
class Odd(str):
    def __hash__(self):
        raise ValueError("cannot be compared")

broken = Server("Broken", usesCache=False, OS=Odd("?"))
"""

_WORDS = "PASSED|FAILED|SKIPPED|XFAIL|XPASS|ERROR"
_PLAIN = re.compile(rf"^(\S+\.py::.+?) ({_WORDS})\b.*$", re.MULTILINE)
_WORKER = re.compile(rf"^\[gw\d\] \[ *\d+%\] ({_WORDS}) (\S+\.py::.+?) *$", re.MULTILINE)


def write_project(
    pytester: pytest.Pytester, body: str = "", *, pack: str = PACK, ini: str = "", conftest: str = ""
) -> Path:
    """Write a pack, the conftest that brings it, an ini file that selects it, and the model file.

    Args:
        pytester: whose folder becomes the project.
        body: the model file after `HEAD`.
        pack: the text of the pack.
        ini: more lines of the ini file.
        conftest: more of the conftest file.
    """
    pytester.path.joinpath("tiny.toml").write_text(pack, encoding="utf-8")
    pytester.path.joinpath("conftest.py").write_text(_CONFTEST + dedent(conftest), encoding="utf-8")
    pytester.path.joinpath("pytest.ini").write_text(
        f"[pytest]\nthreatmodel_packs = tiny\n{dedent(ini)}", encoding="utf-8"
    )
    path = pytester.path.joinpath("threatmodel_shop.py")
    path.write_text(HEAD + dedent(body).lstrip("\n"), encoding="utf-8")
    return path


def outcomes(result: pytest.RunResult) -> dict[str, str]:
    """What `-v` says of every item: its id within the file, and the word; plain and under xdist."""
    text = result.stdout.str()
    found = [*_PLAIN.findall(text), *((nodeid, word) for word, nodeid in _WORKER.findall(text))]
    return {nodeid.partition("::")[2]: word for nodeid, word in found}


def timeless(result: pytest.RunResult) -> str:
    """The output without durations, versions of plugins, paths and the blanks at line ends."""
    text = re.sub(r"\b\d+\.\d+s\b", "TIME", result.stdout.str())
    text = re.sub(r"=+ (.* in TIME.*?) =+", r"== \1 ==", text)
    return "\n".join(line.rstrip() for line in text.splitlines())
