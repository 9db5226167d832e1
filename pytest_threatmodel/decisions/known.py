"""Findings that earlier runs had: which are new, worsened, unchanged or resolved since."""

from __future__ import annotations

import os
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from itertools import takewhile
from pathlib import Path
from typing import Any
from typing import Final
from typing import Literal
from typing import NamedTuple

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.analysis.ids import pair_name
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.matching import PairKey
from pytest_threatmodel.library.releases import numbers
from pytest_threatmodel.library.threat import SEVERITIES
from pytest_threatmodel.library.threat import Threat

Change = Literal["new", "worsened", "unchanged", "resolved", "new_rules"]
_RANKS: Final[dict[str, int]] = {word: rank for rank, word in enumerate(SEVERITIES)}


class Past(NamedTuple):
    """A finding of an earlier run.

    Args:
        threat: id.
        element: label.
        severity: that counted then.
        decided: the status of the decision on it, lapsed or not; empty where there was none.
    """

    threat: str
    element: str
    severity: str
    decided: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """One model as an earlier run found it.

    Args:
        source: where that stands, for people: "old.json (commit 1a2b3c4, 2026-11-20)".
        model: its file, relative to the root, with slashes.
        created: when, so that later ones sort behind.
        findings: by the name of the pair.
        threats: ids of the threats that met an element.
        kinds: of elements that were in scope, and what these kinds are special cases of.
        packs: name -> version, of the packs that were in use.
    """

    source: str
    model: str
    created: str
    findings: dict[str, Past]
    threats: frozenset[str]
    kinds: frozenset[str]
    packs: dict[str, str]

    def plain(self) -> dict[str, Any]:
        """The same as plain builtins, which cross to workers."""
        return {
            "source": self.source,
            "model": self.model,
            "created": self.created,
            "findings": {name: list(past) for name, past in self.findings.items()},
            "threats": sorted(self.threats),
            "kinds": sorted(self.kinds),
            "packs": self.packs,
        }

    @classmethod
    def of_plain(cls, plain: dict[str, Any]) -> Earlier:
        """The opposite of `plain`."""
        findings = {name: Past(*past) for name, past in plain["findings"].items()}
        changed = {"findings": findings, "threats": frozenset(plain["threats"]), "kinds": frozenset(plain["kinds"])}
        return cls(**plain | changed)

    def lacked(self, threat: Threat, known: frozenset[str]) -> bool:
        """Whether the library of that run did not have a threat.

        Only threats that met an element are known for certain. One of a pack that was not there was not there, nor was
        one that met nothing though an element of its kind was in scope, nor one of a later version of its pack.

        Args:
            threat: of today.
            known: ids of threats that the library had.
        """
        if threat.id in known:
            return False
        if threat.pack not in self.packs or not self.kinds.isdisjoint(threat.targets):
            return True
        return numbers(threat.since) > numbers(self.packs[threat.pack]) > ()


@dataclass(frozen=True, slots=True)
class Compared:
    """One finding of now or then.

    Args:
        pair: its name, "DE01[Place order]".
        threat: id.
        element: label.
        severity: of now; for what is resolved, of then.
        why: what changed, or since when it exists.
    """

    pair: str
    threat: str
    element: str
    severity: str
    why: str = ""


@dataclass
class Comparison:
    """The findings of a model beside those of earlier runs.

    Attributes:
        against: the source of the newest run that had the model; empty where none had.
        found: what became of each finding of now and then, in the order of pairs.
        passes: why an undecided finding fails nothing.
        fails: why a finding that was there fails all the same.
    """

    against: str
    found: dict[Change, list[Compared]] = field(
        default_factory=lambda: {"new": [], "worsened": [], "unchanged": [], "resolved": [], "new_rules": []}
    )
    passes: dict[PairKey, str] = field(default_factory=dict)
    fails: dict[PairKey, str] = field(default_factory=dict)


class Known:
    """What earlier runs found.

    Args:
        root: to which the files of models are relative.
        earlier: models of earlier runs, in any order.
        notes: what could not be had, each a sentence.
    """

    def __init__(self, root: Path, earlier: Iterable[Earlier], notes: Iterable[str] = ()) -> None:
        self.root = root
        self.notes = list(notes)
        #: The newest first.
        self.earlier = sorted(earlier, key=lambda each: each.created, reverse=True)

    def missing(self, files: Iterable[str]) -> list[str]:
        """The models of earlier runs that are not among these files.

        Args:
            files: relative to the root.
        """
        here = {file.replace(os.sep, "/") for file in files}
        return sorted({each.model for each in self.earlier} - here)

    def compare(self, verdicts: Verdicts, file: str, is_decided: Callable[[PairKey], bool]) -> Comparison:
        """Compare a model with what is known of it.

        The newest of the earlier runs that had the model counts. A finding that was decided then and is not now has
        worsened, or taking an expired decision away would make it pass.

        Args:
            verdicts: of the model.
            file: its path.
            is_decided: whether a decision is there for a pair.

        Raises:
            ModelError: an override names no severity.
        """
        model = _relative(file, self.root)
        runs = [each for each in self.earlier if each.model == model]
        if not runs:
            comparison = Comparison("")
            for pair, name, rating, _ in _findings(verdicts):
                comparison.found["new"].append(Compared(name, *pair, rating))
            return comparison
        return _compared(verdicts, runs, self._library(runs[0]), is_decided)

    def _library(self, run: Earlier) -> frozenset[str]:
        """The threats that the library of a run had for certain: other models met others of the same packs."""
        same = (each.threats for each in self.earlier if each.packs == run.packs)
        return frozenset().union(*same)


def _relative(file: str, root: Path) -> str:
    try:
        return os.path.relpath(file, root).replace(os.sep, "/")
    except ValueError:  # another drive
        return file


def _findings(verdicts: Verdicts) -> Iterator[tuple[PairKey, str, str, Threat]]:
    for row, column in verdicts.pairs():
        if row.verdicts[column] is Verdict.VULNERABLE:
            threat = row.rules[column].threat
            yield (threat.id, row.label), pair_name(threat.id, row.label), severity(row, column)[0], threat


def _compared(
    verdicts: Verdicts, runs: list[Earlier], library: frozenset[str], is_decided: Callable[[PairKey], bool]
) -> Comparison:
    newest, met = runs[0], set()
    comparison = Comparison(newest.source)
    for pair, name, rating, threat in _findings(verdicts):
        old = _old_name(name, threat, pair[1], newest)
        met.add(old)
        past = newest.findings.get(old)
        if past is None:
            change: Change = "new_rules" if newest.lacked(threat, library) else "new"
            why = f"new rule: {newest.source} did not know {threat.id}" if change == "new_rules" else ""
        else:
            why = _worsening(past, rating, is_decided(pair))
            change = "worsened" if why else "unchanged"
            why = f"worsened since {newest.source}: {why}" if why else f"exists since {_first(runs, old)}"
        comparison.found[change].append(Compared(name, *pair, rating, why))
        reasons = comparison.fails if change == "worsened" else comparison.passes
        if why:
            reasons[pair] = why
    comparison.found["resolved"] += _resolved(verdicts, newest, met)
    return comparison


def _old_name(name: str, threat: Threat, label: str, run: Earlier) -> str:
    """The name of the pair in an earlier run, which may have had a threat that this one stands for now."""
    names = (name, *(pair_name(replaced, label) for replaced in threat.replaces))
    return next((each for each in names if each in run.findings), name)


def _worsening(past: Past, rating: str, decided: bool) -> str:
    if _RANKS[rating] < _RANKS[past.severity]:
        return f"its severity was {past.severity}, now {rating}"
    if past.decided and not decided:
        return f"it was decided then ({past.decided}), and is not now"
    return ""


def _first(runs: list[Earlier], name: str) -> str:
    """The source of the earliest run from which on every one had the finding."""
    return [*takewhile(lambda run: name in run.findings, runs)][-1].source


def _resolved(verdicts: Verdicts, run: Earlier, met: set[str]) -> Iterator[Compared]:
    now = {
        pair_name(row.rules[column].threat.id, row.label): row.verdicts[column].value
        for row, column in verdicts.pairs()
    }
    for name, past in run.findings.items():
        if name not in met:
            why = now.get(name) or _gone(verdicts, past)
            yield Compared(name, past.threat, past.element, past.severity, why)


def _gone(verdicts: Verdicts, past: Past) -> str:
    element = verdicts.labels.get(past.element)
    if element is None:
        return "the element is gone, or has another name"
    if not element.inScope:
        return "the element is out of scope now"
    if past.threat not in verdicts.rulebook.library:
        return "the threat is no longer in the library"
    return "the threat does not concern the element any more"
