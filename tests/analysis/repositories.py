"""Real git repositories whose commits are of stated days."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

#: Nothing of the machine's own configuration counts.
IDENTITY = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


class Repo:
    """A repository in a folder; a day is a date such as "2026-01-31"."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q")

    def git(self, *arguments: str, day: str = "2026-01-01") -> str:
        moment = f"{day}T12:00:00+0000"
        dates = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.folder,
            env={**os.environ, **IDENTITY, **dates},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def write(self, **files: str) -> None:
        """Write files; in their names `__` stands for a slash, and they get `.py`."""
        for name, text in files.items():
            self.put(f"{name.replace('__', '/')}.py", text)

    def put(self, name: str, text: str = "") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def commit(self, day: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", day, day=day)
        return self.git("rev-parse", "--short", "HEAD")
