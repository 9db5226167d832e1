"""Model files that are run as scripts, each in an interpreter of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SHOP = """\
from pytest_threatmodel import TM
from pytest_threatmodel import Actor
from pytest_threatmodel import Boundary
from pytest_threatmodel import Dataflow
from pytest_threatmodel import Datastore
from pytest_threatmodel import Server
from pytest_threatmodel import accept
from pytest_threatmodel import exclude

tm = TM("Shop", description="Web shop with one database")
dmz = Boundary("DMZ")
user = Actor("User")
web = Server("Web Server", inBoundary=dmz, sourceFiles=["threatmodel_shop.py"])
db = Datastore("SQL Database", inBoundary=dmz, isSQL=True, levels=[1])
db.controls.hashesCredentials = True
order = Dataflow(user, web, "Place order", protocol="HTTP", dstPort=80)
query = Dataflow(web, db, "Insert order", protocol="MySQL", dstPort=3306)
query.marks = [accept("DE01", reason="loopback only", owner="shop team", until="2099-06-30")]
pytestmark = [exclude("HA*", reason="hardened elsewhere")]
"""
#: Shop as a script.
SCRIPT = f"{SHOP}tm.process()\n"


@dataclass(frozen=True)
class Ended:
    """What a script came to."""

    status: int
    out: str
    err: str


def command(file: str, *arguments: str) -> list[str]:
    return [sys.executable, file, *arguments]


def run(folder: Path, *arguments: str, file: str = "threatmodel_shop.py", **environment: str) -> Ended:
    """Run a model file of a folder, in that folder."""
    done = subprocess.run(
        command(file, *arguments),
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def write(folder: Path, text: str = SCRIPT, name: str = "threatmodel_shop.py") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def pipe(folder: Path, arguments: list[str], reader: list[str]) -> bytes:
    """What another program makes of the output of the script."""
    with subprocess.Popen(command("threatmodel_shop.py", *arguments), cwd=folder, stdout=subprocess.PIPE) as script:
        made = subprocess.run(reader, stdin=script.stdout, capture_output=True, check=True, timeout=60)
    assert script.returncode == 0
    return made.stdout
