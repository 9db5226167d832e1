"""What is installed is what is in the repository: every package, every pack, the marker for type checkers."""

from __future__ import annotations

import configparser
import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
METADATA = ("setup.cfg", "setup.py", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE")
FOLDERS = ("pytest_threatmodel", "threats")
#: Made when a wheel is built, and by hand in a checkout.
COMPILED = "compiled.json"

# Runs in an environment that has only the distribution, so it imports nothing that needs pytest.
LOOK = """
import json
from importlib.metadata import entry_points
from importlib.resources import files
from pytest_threatmodel.library.compiled import compiled_packs
from pytest_threatmodel.library.files import shipped_files
names = (file.name for file in files("pytest_threatmodel.threats").iterdir())
print(json.dumps({
    "packs": sorted(name for name in names if name.endswith(".toml")),
    "compiled": len(compiled_packs(shipped_files().values())),
    "typed": files("pytest_threatmodel").joinpath("py.typed").is_file(),
    "plugin": [e.value for e in entry_points(group="pytest11", name="threatmodel")],
}))
"""


def packs() -> list[str]:
    return sorted(path.name for path in (ROOT / "threats").glob("*.toml"))


def listed_packages() -> list[str]:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config["options"]["packages"].split()


def package_folders() -> list[str]:
    package = ROOT / "pytest_threatmodel"
    folders = {path.parent.relative_to(ROOT) for path in package.rglob("*.py")}
    return [".".join(folder.parts) for folder in folders] + ["pytest_threatmodel.threats"]


def covered_data() -> set[str]:
    """The files that the patterns of setup.cfg match."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    folders = {name: name.replace("pytest_threatmodel.threats", "threats") for name in config["options.package_data"]}
    return {
        path.relative_to(ROOT).as_posix()
        for name, patterns in config["options.package_data"].items()
        for pattern in patterns.split(",")
        for path in ROOT.joinpath(*folders[name].split(".")).glob(pattern.strip())
    }


def test_setup_cfg_lists_every_package_folder() -> None:
    """A folder of the package that setup.cfg does not name would be missing from the wheel."""
    assert sorted(listed_packages()) == sorted(package_folders())


def test_every_package_folder_is_a_regular_package() -> None:
    folders = [name.replace("pytest_threatmodel.threats", "threats") for name in listed_packages()]
    files = [ROOT.joinpath(*folder.split("."), "__init__.py") for folder in folders]
    assert [str(file) for file in files if not file.is_file()] == []


def test_data_files_are_all_covered_by_package_data() -> None:
    """Packs lie flat in threats/, and pages beside the code that fills them."""
    data = {
        path.relative_to(ROOT).as_posix()
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"} and path.name != COMPILED
    }
    assert data == covered_data()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clean copy: a build folder left by an earlier build would hide a missing file."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in METADATA:
        shutil.copy(ROOT / name, folder)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", COMPILED))
    return folder


def run(*command: str | Path, cwd: Path) -> str:
    """The standard output of a command, run where and how the repository cannot be imported by accident."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COV_", "COVERAGE_"))}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def wheel_names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def expected_in_wheel() -> set[str]:
    modules = (path.relative_to(ROOT).as_posix() for path in (ROOT / "pytest_threatmodel").rglob("*.py"))
    threats = (f"pytest_threatmodel/threats/{name}" for name in [*packs(), "__init__.py", COMPILED])
    data = (name for name in covered_data() if not name.startswith("threats/"))
    return {*modules, *threats, *data}


@pytest.mark.slow
@pytest.mark.parametrize("way", ["--wheel", "sdist-to-wheel"])
def test_wheel_contains_exactly_the_package(way: str, checkout: Path, tmp_path: Path) -> None:
    """Every module and pack is in the wheel, built from the tree or from the sdist, and nothing else is."""
    arguments = [way] if way == "--wheel" else []
    run(sys.executable, "-m", "build", *arguments, "--outdir", tmp_path, checkout, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    assert {name for name in wheel_names(wheel) if ".dist-info/" not in name} == expected_in_wheel()


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [["{}"], ["--editable", "{}"], ["--config-settings=editable_mode=strict", "--editable", "{}"]],
    ids=["wheel", "editable-lenient", "editable-strict"],
)
def test_install_finds_every_pack(arguments: list[str], checkout: Path, tmp_path: Path) -> None:
    """`importlib.resources` reaches all packs and py.typed, however the project was installed."""
    environment = tmp_path / "venv"
    venv.create(environment, symlinks=os.name != "nt")
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = (sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--quiet")
    run(*install, *(argument.format(checkout) for argument in arguments), cwd=tmp_path)
    found = json.loads(run(python, "-c", LOOK, cwd=tmp_path))
    compiled = 0 if "--editable" in arguments else len(packs())
    assert found == {"packs": packs(), "compiled": compiled, "typed": True, "plugin": ["pytest_threatmodel.plugin"]}
