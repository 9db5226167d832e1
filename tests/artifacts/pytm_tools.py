"""The real pytm, which tests ask what it makes of a model: installed once, kept beside what tox keeps."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

VERSION: Final = "1.4.0"
_FOLDER: Final = Path(__file__).resolve().parents[2] / ".tox" / "pytm" / VERSION
#: Seconds for the installation; pytm brings pydantic.
_PATIENCE: Final = 300


def pytm_folder() -> Path:
    """The folder that holds pytm and what it needs; `pip` installs them where they are missing.

    Several workers may ask at once: the first that is done gives its folder the final name.

    Raises:
        RuntimeError: `pip` failed; the message holds what it printed.
    """
    if not _FOLDER.exists():
        _FOLDER.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=_FOLDER.parent))
        try:
            _install(draft)
            os.rename(draft, _FOLDER)
        except OSError:
            if not _FOLDER.exists():
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return _FOLDER


def _install(folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), f"pytm=={VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    if done.returncode:
        raise RuntimeError(f"pip install pytm failed:\n{done.stdout}\n{done.stderr}")


def run_with_pytm(script: str, folder: Path) -> str:
    """What a script prints in which `pytm` is the real one.

    Args:
        script: Python.
        folder: where it runs.

    Raises:
        RuntimeError: it failed; the message holds what it printed.
    """
    # -S and a path of its own: nothing of this environment is to be met, the alias of pytm's name least of all.
    environment = {**os.environ, "PYTHONPATH": str(pytm_folder()), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-S", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the script failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout
