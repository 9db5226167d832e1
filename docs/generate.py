"""Runs the commands that the README and the pages quote, and writes what they print into the quoting blocks.

A block looks like this; the line of dashes in the middle stands for whatever the command printed:

    <!-- output: pytest --threatmodel example_models/threatmodel_shop.py -->
    ```text
    ----
    ```

`python docs/generate.py` rewrites the blocks that are out of date; tests/test_readme.py compares them.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"(<!-- output: pytest (?P<args>[^\n]+) -->\n```text\n)(?P<body>.*?)(?=```\n)", re.DOTALL)
MACHINE = re.compile(r"^(platform |cachedir: |rootdir: |configfile: |plugins: |hypothesis profile ).*\n", re.MULTILINE)
SECTION = re.compile(r"=+ .+ =+$")
FAILURE = re.compile(r"_+ \S.* _+$")
TIME = re.compile(r"(=*) ([^\n]*?) in [\d.]+s (=*)$", re.MULTILINE)


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def run(args: str) -> str:
    """What the installed pytest prints, without what differs from machine to machine."""
    # -P keeps the repository root off sys.path, so that the installed package runs and not the folder.
    command = [sys.executable, "-P", "-m", "pytest", "-p", "no:cacheprovider", *shlex.split(args)]
    plain = {"COLUMNS": "90", "PY_COLORS": "0", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    plugin = ["-p", "pytest_threatmodel.plugin"]
    kept = {k: v for k, v in os.environ.items() if k not in {"CI", "BUILD_NUMBER", "PYTEST_ADDOPTS"}}
    done = subprocess.run(
        [*command, *plugin], cwd=ROOT, env={**kept, **plain}, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"pytest {args} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return excerpt(MACHINE.sub("", done.stdout))


def excerpt(output: str, *, failures: int = 1, summaries: int = 4) -> str:
    """The output with the first failures and summary lines alone; a line in brackets counts the others."""
    kept, heads, lines = [], 0, 0
    for line in output.splitlines(keepends=True):
        if SECTION.match(line):
            kept += _left_out(heads - failures, "failures") + _left_out(lines - summaries, "lines")
            heads = lines = 0
        heads += FAILURE.match(line) is not None
        lines += line.startswith(("FAILED ", "XFAIL ", "SKIPPED "))
        if heads <= failures and lines <= summaries:
            kept.append(line)
    return "".join(kept)


def _left_out(count: int, what: str) -> list[str]:
    return [f"[{count} more {what}]\n"] if count > 0 else []


def timeless(output: str) -> str:
    """The output with the run's time taken out, and the ruler that is as much longer or shorter."""
    return TIME.sub(r"= \2 =", output)


def rewritten(page: str, runner: Callable[[str], str] = run) -> str:
    """The page with every block as printed now; a block that differs by its time alone stays as it is."""

    def block(match: re.Match[str]) -> str:
        printed = runner(match["args"])
        body = match["body"] if timeless(match["body"]) == timeless(printed) else printed
        return match[1] + body

    return BLOCK.sub(block, page)


def main() -> None:
    """Rewrite every page whose blocks are out of date."""
    for path in pages():
        before = path.read_text(encoding="utf-8")
        after = rewritten(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            print(f"rewrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
