"""The systems: our example models, models that are like real ones, and the samples of other tools."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.noise.review import FOLDER
from benchmarks.noise.review import Entry
from benchmarks.noise.review import read_kept
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.model.kinds import Boundary
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.loading import load_model
from pytest_threatmodel.model.model import Model

_HERE: Final = Path(__file__).parent
_OURS: Final = (_HERE / "systems", _HERE.parents[1] / "example_models")
#: Where the files of other tools lie beside a checkout.
SAMPLES: Final = _HERE.parents[2] / "shared" / "samples"


@dataclass(frozen=True, slots=True)
class System:
    """A system and what a review of it would keep.

    Args:
        name: of its list.
        file: the model file, or the file of another tool.
        kept: the list.
        ours: whether the list is whole, so that a finding that is not on it counts as noise.
    """

    name: str
    file: Path
    kept: tuple[Entry, ...]
    ours: bool

    def load(self, library: Library) -> Model:
        """The model, with the fields that the packs of the library declare."""
        if self.ours:
            return load_model(self.file, library.vocabulary.declared).model
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "threatmodel_sample.py")
            file.write_text(f"from pytest_threatmodel import load\ntm = load({str(self.file)!r})\n")
            return load_model(file, library.vocabulary.declared).model


def systems(samples: Path = SAMPLES, folder: Path = FOLDER) -> Iterator[System]:
    """Every system whose files are there, by name; those of other tools last.

    Args:
        samples: the folder with files of other tools; they are left out where it is not.
        folder: the lists.
    """
    found = [_system(path, samples) for path in sorted(folder.glob("*.toml"))]
    yield from sorted((each for each in found if each.file.is_file()), key=lambda each: not each.ours)


def _system(path: Path, samples: Path) -> System:
    kept = read_kept(path)
    if kept.sample:
        return System(path.stem, samples / kept.sample, kept.entries, False)
    name = f"threatmodel_{path.stem}.py"
    file = next((each / name for each in _OURS if (each / name).is_file()), _OURS[0] / name)
    if not file.is_file():
        raise FileNotFoundError(f"{path.name} is the list of {name}, which is not there")
    return System(path.stem, file, kept.entries, True)


def counted(model: Model) -> int:
    """How many elements the findings are spread over: those in scope, but for boundaries and data."""
    return sum(element.inScope and not element.oneOf(Boundary, Data) for element in model.elements)
