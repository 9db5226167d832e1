"""What tests and models say is proven: marks and `proven_by`, checked against the models that are loaded."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import pytest

from pytest_threatmodel.decisions.evidence import Claim
from pytest_threatmodel.decisions.evidence import control_names
from pytest_threatmodel.decisions.evidence import stated_proofs
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.labels import escape

if TYPE_CHECKING:
    from pytest_threatmodel.plugin.collect import ThreatModelFile

MARK: Final = "threat_evidence"


class ClaimError(Exception):
    """A mark names no control of a loaded model."""


@dataclass
class Claims:
    """The claims of a run.

    Attributes:
        all: of tests and models.
        problems: node id -> what is wrong with its marks.
        missing: tests that models name and that were not collected.
        tests: the node ids of all that claim something.
    """

    all: list[Claim] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    missing: dict[str, None] = field(default_factory=dict)
    tests: frozenset[str] = frozenset()


class Reader:
    """Reads the claims.

    Args:
        models: the model files that are loaded, by path.
        complete: whether these are all; an unknown element may be another model's otherwise.
        cap: how many controls one test may prove.
    """

    def __init__(self, models: Mapping[str, ThreatModelFile], *, complete: bool, cap: int) -> None:
        self._models = models
        self._complete = complete
        self._cap = cap

    def read(self, items: Iterable[pytest.Item]) -> Claims:
        """The claims of the tests, and of the loaded models."""
        claims = Claims()
        tests = list(items)
        by_test: dict[str, dict[Claim, None]] = {}
        for item in tests:
            for mark in item.iter_markers(MARK):
                try:
                    by_test.setdefault(item.nodeid, {}).update(dict.fromkeys(self._claims(item.nodeid, mark)))
                except ClaimError as error:
                    claims.problems.setdefault(item.nodeid, f"{MARK}: {error}")
        self._add_stated(by_test, tests, claims)
        for test, made in by_test.items():
            if len(made) > self._cap:
                claims.problems.setdefault(
                    test, f"{MARK}: proves {len(made)} controls, at most {self._cap} (threatmodel_evidence_cap)"
                )
            claims.all += made
        claims.tests = frozenset(claim.test for claim in claims.all)
        return claims

    def _add_stated(self, by_test: dict[str, dict[Claim, None]], tests: list[pytest.Item], claims: Claims) -> None:
        """What models say by `proven_by`."""
        found: dict[str, list[str]] = {}
        for shown, file in self._models.items():
            for control, name in stated_proofs(file.verdicts):
                if name not in found:
                    found[name] = [item.nodeid for item in tests if _is_of(item.nodeid, name)]
                for test in found[name] or [name]:
                    by_test.setdefault(test, {})[Claim(test, shown, control)] = None
                if not found[name]:
                    claims.missing[name] = None

    def _claims(self, test: str, mark: pytest.Mark) -> Iterator[Claim]:
        label, names, model = _arguments(mark)
        for shown, file in self._wanted(label, model):
            element = file.verdicts.labels[label]
            known = control_names(file.verdicts, element)
            for name in names:
                if name not in known:
                    raise _unknown(f"{element.kind()} {label!r} has no control {name!r}", name, known)
                yield Claim(test, shown, (label, name))

    def _wanted(self, label: str, model: str | None) -> list[tuple[str, ThreatModelFile]]:
        """The model that has the element; none where it is not loaded."""
        if not self._models:
            return []
        asked = {shown: file for shown, file in self._models.items() if model is None or model in _names(shown, file)}
        having = [(shown, file) for shown, file in asked.items() if label in file.verdicts.labels]
        if len(having) > 1:
            paths = ", ".join(shown for shown, _ in having)
            raise ClaimError(f"{label!r} is an element of {paths}; say which with model=")
        if having or (not asked and not self._complete) or (model is None and not self._complete):
            return having
        if not asked:
            known = [name for shown, file in self._models.items() for name in _names(shown, file)]
            raise _unknown(f"no model {model!r} is loaded", str(model), known)
        labels = [each for file in asked.values() for each in file.verdicts.labels]
        raise _unknown(f"no element {label!r} in {', '.join(asked)}", label, labels)


def _names(shown: str, file: ThreatModelFile) -> tuple[str, ...]:
    """The names by which `model=` means a file."""
    names = (shown, shown.replace("\\", "/"), file.path.name, file.model.name, file.model.key)
    return tuple(name for name in names if name)


def _arguments(mark: pytest.Mark) -> tuple[str, tuple[str, ...], str | None]:
    unknown = sorted(set(mark.kwargs) - {"model"})
    if unknown:
        raise _unknown(f"unknown argument {unknown[0]!r}", unknown[0], ["model"])
    given: tuple[Any, ...] = (*mark.args, *mark.kwargs.values())
    if len(mark.args) < 2 or not all(isinstance(each, str) for each in given):
        raise ClaimError('expected an element and its controls, as in ("Web Server", "validatesInput")')
    return mark.args[0], mark.args[1:], mark.kwargs.get("model")


def _unknown(problem: str, name: str, known: Iterable[str]) -> ClaimError:
    hint = did_you_mean(name, known)
    return ClaimError(escape(f"{problem}; {hint}" if hint else problem))


def _is_of(nodeid: str, name: str) -> bool:
    """Whether a test is the one that is named, or one of its parameters or of its methods."""
    return nodeid == name or nodeid.startswith((f"{name}[", f"{name}::"))
