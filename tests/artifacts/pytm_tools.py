"""The real pytm, which tests ask what it makes of a model: installed once, kept beside what tox keeps."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

VERSION: Final = "1.4.0"
_CACHE: Final = Path(__file__).resolve().parents[2] / ".tox" / "pytm"
#: Seconds for the installation; pytm brings pydantic.
_PATIENCE: Final = 300


def pytm_folder(version: str = VERSION) -> Path:
    """The folder that holds this pytm and what it needs; `pip` installs them where they are missing.

    Raises:
        RuntimeError: `pip` failed; the message holds what it printed.
    """
    # Some of what pytm needs is compiled for one Python.
    name = f"{version}-py{sys.version_info.major}{sys.version_info.minor}"
    return _made_once(_CACHE / name, lambda draft: _pip("install", "--target", str(draft), f"pytm=={version}"))


def pytm_sdist(version: str = VERSION) -> Path:
    """The source distribution of this pytm, unpacked; `pip` downloads it where it is missing.

    Raises:
        RuntimeError: `pip` failed; the message holds what it printed.
    """
    return _made_once(_CACHE / f"{version}-sdist", lambda draft: _unpack(version, draft)) / f"pytm-{version}"


def _unpack(version: str, folder: Path) -> None:
    _pip("download", "--no-deps", "--no-binary", ":all:", "--dest", str(folder), f"pytm=={version}")
    for archive in folder.glob("*.tar.gz"):
        shutil.unpack_archive(archive, folder, filter="data")


def _made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder, made where it is missing.

    Several workers may ask at once: the first that is done gives its folder the final name.
    """
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=folder.parent))
        try:
            make(draft)
            os.rename(draft, folder)
        except OSError:
            if not folder.exists():
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return folder


def _pip(command: str, *args: str) -> None:
    words = [sys.executable, "-m", "pip", command, "--quiet", *args]
    done = subprocess.run(words, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    if done.returncode:
        raise RuntimeError(f"pip {command} failed:\n{done.stdout}\n{done.stderr}")


def alone(folder: Path) -> dict[str, str]:
    """The environment variables under which Python, started with -S, meets only what is in a folder."""
    return {**os.environ, "PYTHONPATH": str(folder), "PYTHONUTF8": "1"}


def run_with_pytm(script: str, folder: Path) -> str:
    """What a script prints in which `pytm` is the real one.

    Args:
        script: Python.
        folder: where it runs.

    Raises:
        RuntimeError: it failed; the message holds what it printed.
    """
    # -S and a path of its own: nothing of this environment is to be met, the alias of pytm's name least of all.
    done = subprocess.run(
        [sys.executable, "-S", "-c", script],
        cwd=folder,
        env=alone(pytm_folder()),
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the script failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout
