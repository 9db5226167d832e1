"""The result as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.noise.scores import Score
from benchmarks.noise.scores import total


@dataclass(frozen=True, slots=True)
class Result:
    """One system.

    Args:
        name: of the system.
        whole: whether its list is whole, so that precision has a meaning.
        ours: our findings.
        theirs: pytm's; None when pytm was not asked.
    """

    name: str
    whole: bool
    ours: Score
    theirs: Score | None


def by_system(results: Sequence[Result]) -> Iterator[str]:
    """A row a system, and rows for all of them."""
    yield from _head(
        "system", "elements", "to keep", "findings", "of use", "precision", "recall", "per element", *_PEER
    )
    for result in results:
        yield _line(_cells(result.name, result.whole, result.ours, result.theirs))
    yield _line(_sum("our systems", [each for each in results if each.whole], True))
    if not all(each.whole for each in results):
        yield _line(_sum("lists of others", [each for each in results if not each.whole], False))
        yield _line(_sum("all", results, False))


def by_pack(results: Sequence[Result], packs: Iterable[str]) -> Iterator[str]:
    """A row a pack, over the systems whose lists are whole.

    Args:
        results: of all systems.
        packs: names, in the order of the library.
    """
    ours = total(each.ours for each in results if each.whole)
    yield from _head("pack", "to keep", "named", "recall", "findings", "of use", "precision")
    for pack in packs:
        part = ours.of_pack(pack)
        counts = (len(part.entries), len(part.named), _percent(part.recall, part.entries), len(part.findings))
        yield _line((pack, *map(str, counts), str(len(part.useful)), _percent(part.precision, part.findings)))


def counts(results: Iterable[Result]) -> Iterator[str]:
    """How often each threat was found, of use and not, the loudest first."""
    found: dict[tuple[str, str], list[int]] = {}
    for result in (each for each in results if each.whole):
        for one in result.ours.findings:
            found.setdefault((one.pack, f"{one.threat} {one.title}"), [0, 0])[one in result.ours.noise] += 1
    yield from _head("pack", "threat", "of use", "noise")
    rows: Mapping[tuple[str, str], list[int]] = found
    for (pack, threat), (useful, noise) in sorted(rows.items(), key=lambda row: (-row[1][1], row[0])):
        yield _line((pack, threat, str(useful), str(noise)))


_COUNTS = ("findings", "of use", "precision", "recall", "per element")
_PEER = ("pytm", "precision", "recall", "per element", "ours to pytm's")


def _sum(name: str, results: Sequence[Result], whole: bool) -> tuple[str, ...]:
    theirs = [each.theirs for each in results if each.theirs is not None]
    return _cells(f"**{name}**", whole, total(each.ours for each in results), total(theirs) if theirs else None)


def _cells(name: str, whole: bool, ours: Score, theirs: Score | None) -> tuple[str, ...]:
    own = (name, str(ours.elements), str(len(ours.entries)), *_numbers(ours, whole))
    if theirs is None:
        return (*own, *[""] * len(_PEER))
    findings, _, precision, recall, loudness = _numbers(theirs, whole)
    ratio = f"{ours.loudness / theirs.loudness:.2f}" if theirs.loudness else ""
    return (*own, findings, precision, recall, loudness, ratio)


def _numbers(score: Score, whole: bool) -> tuple[str, ...]:
    precision = _percent(score.precision, score.findings) if whole else ""
    recall = _percent(score.recall, score.entries)
    return str(len(score.findings)), str(len(score.useful)), precision, recall, f"{score.loudness:.2f}"


def _percent(share: float, of: Sequence[object]) -> str:
    return f"{share:.0%}" if of else ""


def _head(*names: str) -> Iterator[str]:
    yield _line(names)
    yield _line(("---", *["---:"] * (len(names) - 1)))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
