"""How far a threat is answered: its pairs by what became of them, and the controls that carry them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.read import status
from pytest_threatmodel.snapshot.shape import PairShape
from pytest_threatmodel.snapshot.shape import ThreatShape

#: What can become of a pair, in the order in which it is told; each word is one of `read.status`.
STATUSES: Final = ("open", "known", "accepted", "excluded", "mitigated", "undetermined", "not-applicable", "error")


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of a threat.

    Args:
        threat: it.
        pairs: its pairs by status; every status has a list.
    """

    threat: ThreatShape
    pairs: dict[str, list[PairShape]]

    @property
    def counts(self) -> dict[str, int]:
        """The number of its pairs by status."""
        return {word: len(pairs) for word, pairs in self.pairs.items()}

    @property
    def not_run(self) -> int:
        """How many of its pairs did not run; their verdicts hold all the same."""
        return sum(pair["outcome"] == "not run" for pairs in self.pairs.values() for pair in pairs)

    @property
    def worst_open(self) -> str:
        """The worst severity of its open findings; empty where it has none."""
        return min((pair["severity"] for pair in self.pairs["open"]), key=SEVERITIES.index, default="")

    @property
    def controls(self) -> list[str]:
        """What carries its mitigated pairs, each control once, as `PairShape.controls` names them."""
        return list(dict.fromkeys(control for pair in self.pairs["mitigated"] for control in pair.get("controls", [])))


def coverage(reader: Reader) -> dict[str, Coverage]:
    """Every threat of the snapshot, by its id.

    Args:
        reader: of the snapshot.
    """
    found = {name: Coverage(threat, {word: [] for word in STATUSES}) for name, threat in reader.threats.items()}
    for pair in reader.snapshot["pairs"]:
        found[pair["threat"]].pairs[status(pair)].append(pair)
    return found


def fields(controls: Iterable[str], reader: Reader) -> dict[str, int]:
    """The fields among controls, without the elements that have them -> on how many elements, the most first.

    Args:
        controls: as `PairShape.controls` names them, each once.
        reader: of the snapshot.
    """
    return dict(Counter(_field(control, reader) for control in controls).most_common())


def _field(control: str, reader: Reader) -> str:
    """The dotted field behind a label, which may hold dots itself."""
    label, _, name = control.rpartition(".")
    return name if label in reader.elements else f"controls.{name}"
