"""What the README and the pages quote is what is printed, and the commands are those that the build runs."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_threatmodel.library.load import load_library

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GENERATE = runpy.run_path(str(ROOT / "docs" / "generate.py"), run_name="generate")
PAGES = [path for path in GENERATE["pages"]() if GENERATE["BLOCK"].search(path.read_text(encoding="utf-8"))]


@pytest.mark.skipif(pytest.version_tuple < (9, 2), reason="the blocks show the layout of a newer pytest")
@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_output_blocks_are_what_the_commands_print(page: Path) -> None:
    """`python docs/generate.py` writes the new output; read the difference before you commit it."""
    text = page.read_text(encoding="utf-8")
    assert GENERATE["rewritten"](text) == text


def test_readme_shows_a_run() -> None:
    assert ROOT / "README.md" in PAGES


def test_blocks_that_differ_by_the_time_alone_stay() -> None:
    page = "<!-- output: pytest x -->\n```text\n===== 1 passed in 0.10s =====\n```\n"
    rewritten = GENERATE["rewritten"]
    assert rewritten(page, lambda args: "==== 1 passed in 12.34s ====\n") == page
    assert "2 passed" in rewritten(page, lambda args: "===== 2 passed in 0.10s =====\n")


def test_long_outputs_are_cut_to_the_first_failure() -> None:
    """What is left out is counted, and each section's end is kept."""
    failures = "".join(f"___ {name} ___\nwhy\n" for name in "ABC")
    summary = "".join(f"FAILED {name}\n" for name in "ABCDEF")
    output = f"=== FAILURES ===\n{failures}=== summary ===\n{summary}=== 6 failed ===\n"
    assert GENERATE["excerpt"](output).splitlines() == [
        "=== FAILURES ===",
        "___ A ___",
        "why",
        "[2 more failures]",
        "=== summary ===",
        *(f"FAILED {name}" for name in "ABCD"),
        "[2 more lines]",
        "=== 6 failed ===",
    ]


def test_the_build_runs_the_test_command_of_the_readme() -> None:
    """There is one way to run the tests, and the README names it."""
    commands = re.findall(r"^python -m pip install .+$", README, re.MULTILINE)
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert commands[-1] in script.splitlines()


def test_the_first_command_of_the_readme_runs_the_example_models() -> None:
    """What stands behind the installation; findings are there on purpose, and nothing else fails."""
    (command,) = re.findall(r"^python -m pip install \. && pytest (.+)$", README, re.MULTILINE)
    pytest_itself = Path(sys.executable).with_name("pytest")
    done = subprocess.run(
        [pytest_itself, *command.split(), "-p", "no:cacheprovider", "--tb=no"],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    assert failed
    assert all(re.match(r"FAILED \S+::[A-Z]{2,3}[0-9]{2}\[", line) for line in failed)


def test_the_readme_counts_the_threats() -> None:
    library = load_library()
    assert f"\n{len(library)} threats in {len(library.packs)} packs, " in README


def test_the_example_of_the_readme_is_the_example_model() -> None:
    """The quick start shows the file that made the output."""
    model = (ROOT / "example_models" / "threatmodel_shop.py").read_text(encoding="utf-8")
    assert f"```python\n{model}```\n" in README
