"""The arithmetic: precision, recall, findings per element."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.noise.matching import Found
from benchmarks.noise.review import Entry


@dataclass(frozen=True, slots=True)
class Score:
    """How findings and a list meet.

    Args:
        elements: over which the findings are spread.
        findings: all of them.
        useful: findings that name an entry of the list.
        entries: the list.
        named: entries that a finding names.
    """

    elements: int
    findings: tuple[Found, ...]
    useful: tuple[Found, ...]
    entries: tuple[Entry, ...]
    named: tuple[Entry, ...]

    @property
    def precision(self) -> float:
        """The share of findings that a review would keep; of no findings all are."""
        return _share(self.useful, self.findings)

    @property
    def recall(self) -> float:
        """The share of what a review would keep that is found; of an empty list all is."""
        return _share(self.named, self.entries)

    @property
    def loudness(self) -> float:
        """Findings per element."""
        return len(self.findings) / self.elements if self.elements else 0.0

    @property
    def missed(self) -> tuple[Entry, ...]:
        """Entries that no finding names."""
        return tuple(entry for entry in self.entries if entry not in self.named)

    @property
    def noise(self) -> tuple[Found, ...]:
        """Findings that are on no list."""
        return tuple(found for found in self.findings if found not in self.useful)

    def of_pack(self, pack: str) -> Score:
        """The findings of one pack, and the entries of its subject, whichever pack names them."""
        return Score(
            self.elements,
            tuple(found for found in self.findings if found.pack == pack),
            tuple(found for found in self.useful if found.pack == pack),
            tuple(entry for entry in self.entries if entry.pack == pack),
            tuple(entry for entry in self.named if entry.pack == pack),
        )


def score(
    elements: int,
    findings: Iterable[Found],
    entries: Iterable[Entry],
    names: Callable[[Found, Entry], bool],
    answers: Sequence[Found] = (),
) -> Score:
    """Hold findings against a list.

    Args:
        elements: over which the findings are spread.
        findings: of one library on one system.
        entries: of the list.
        names: whether a finding names an entry.
        answers: pairs that name an entry as findings do and are none: threats that the model's controls answer.
    """
    found, listed = tuple(findings), tuple(entries)
    return Score(
        elements,
        found,
        tuple(one for one in found if any(names(one, entry) for entry in listed)),
        listed,
        tuple(entry for entry in listed if any(names(one, entry) for one in (*found, *answers))),
    )


def total(scores: Iterable[Score]) -> Score:
    """Many systems as one."""
    all_ = list(scores)
    return Score(
        sum(each.elements for each in all_),
        tuple(found for each in all_ for found in each.findings),
        tuple(found for each in all_ for found in each.useful),
        tuple(entry for each in all_ for entry in each.entries),
        tuple(entry for each in all_ for entry in each.named),
    )


def _share(part: Sequence[object], whole: Sequence[object]) -> float:
    return len(part) / len(whole) if whole else 1.0
