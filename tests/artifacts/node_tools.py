"""Packages of Node.js that tests need: installed once, kept beside what tox keeps."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

_CACHE: Final = Path(__file__).resolve().parents[2] / ".tox" / "node"
#: Seconds for one installation; Mermaid brings a hundred packages.
_PATIENCE: Final = 300


def node_folder(packages: dict[str, str]) -> Path:
    """The folder whose `node_modules` holds these packages; `npm` installs them where they are missing.

    Several workers may ask at once. Each that finds nothing installs into a folder of its own, and the first that is
    done gives its folder the final name: nobody waits for a worker that was killed, nobody sees half an installation.

    Args:
        packages: name -> exact version.

    Raises:
        RuntimeError: `npm` is missing or failed; the message holds what it printed.
    """
    manifest = json.dumps({"private": True, "dependencies": dict(sorted(packages.items()))}, indent=2)
    folder = _CACHE / hashlib.sha256(manifest.encode()).hexdigest()[:16]
    if not folder.exists():
        _install(manifest, folder)
    return folder


def _install(manifest: str, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=folder.parent))
    try:
        (draft / "package.json").write_text(manifest, encoding="utf-8")
        _npm_install(draft)
        os.rename(draft, folder)
    except OSError:
        if not folder.exists():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _npm_install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("tests need npm (Debian: apt-get install npm)")
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
    command = [npm, "install", *quiet]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    if done.returncode:
        raise RuntimeError(f"npm install failed in {folder}:\n{done.stdout}\n{done.stderr}")
