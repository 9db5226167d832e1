"""The decisions that are written about one model: marks and assumptions on elements, those of the file, registers."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.decision import MARKS
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import DecisionError
from pytest_threatmodel.decisions.decision import read_decision
from pytest_threatmodel.decisions.register import Register
from pytest_threatmodel.decisions.review import without_counted
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.model.notes import Assumption
from pytest_threatmodel.model.origin import Place


def on_elements(verdicts: Verdicts, decided: Decided) -> dict[str, list[Decision]]:
    """The decisions that stand on elements, by label; elements without are left out.

    Args:
        verdicts: of the model.
        decided: takes the elements' plain marks, and what is wrong.
    """
    read = {label: _read_element(element, label, decided) for label, element in verdicts.labels.items()}
    return {label: decisions for label, decisions in read.items() if decisions}


def on_file(
    verdicts: Verdicts, file_marks: Sequence[Any], register: Register, file: str, decided: Decided
) -> list[Decision]:
    """The decisions that stand on the model file, and those beside it.

    Args:
        verdicts: of the model.
        file_marks: the file's `pytestmark`.
        register: of the run.
        file: the path.
        decided: takes what is wrong, and which decisions count for other models too.
    """
    decisions = _read(file_marks, Place(file, 1), decided)
    decisions += [_assumed(assumption) for assumption in verdicts.model.assumptions if assumption.exclude]
    decisions += _registered(verdicts, register, file, decided)
    return without_counted(decisions, verdicts, decided.problems)


def _registered(verdicts: Verdicts, register: Register, file: str, decided: Decided) -> list[Decision]:
    """The decisions of registers that count for the model."""
    path, key = Path(file), verdicts.model.key
    decided.problems += register.problems(path, key)
    entries = register.for_model(path, key)
    paths = {id(each): each.relative(path) for each in register.files}
    shared = (entry.decision for where, entry in entries if not entry.names_model(paths[id(where)], key))
    decided.shared = frozenset(map(id, shared))
    return [entry.decision for _, entry in entries]


def _read_element(element: Any, label: str, decided: Decided) -> list[Decision]:
    marks = element.marks if isinstance(element.marks, list | tuple) else [element.marks]
    decisions = [each for each in _read(marks, element.place, decided) if _concerns(each, label, decided)]
    decided.plain[label] = [mark for mark in marks if getattr(_bare(mark), "name", "") not in MARKS]
    decisions += [_assumed(assumption) for assumption in element.assumptions if assumption.exclude]
    return decisions


def _concerns(decision: Decision, label: str, decided: Decided) -> bool:
    """Whether a decision that stands on an element is about it; one that names another is a mistake."""
    if decision.element in ("*", label) or fnmatchcase(label, decision.element):
        return True
    decided.problems.append(f"{decision.place}: {decision.spelled} stands on {label!r} and names another element")
    return False


def _read(marks: Iterable[Any], place: Place, decided: Decided) -> list[Decision]:
    decisions = []
    for mark in marks:
        plain = _bare(mark)
        if getattr(plain, "name", None) not in MARKS:
            if not hasattr(plain, "name"):
                decided.problems.append(f"{place}: marks hold {mark!r}, expected marks, accept(...) or exclude(...)")
            continue
        try:
            decisions.append(read_decision(plain, place))
        except DecisionError as error:
            decided.problems.append(str(error))
    return decisions


def _bare(mark: Any) -> Any:
    """The mark in a decorator; our own objects as they are, whose `.mark` would import pytest."""
    return mark if hasattr(mark, "place") else getattr(mark, "mark", mark)


def _assumed(assumption: Assumption) -> Decision:
    reason = f"{assumption.name}: {assumption.description}" if assumption.description else assumption.name
    return Decision(
        "excluded",
        assumption.exclude,
        "*",
        escape(reason),
        None,
        None,
        None,
        None,
        assumption.place,
        repr(assumption),
    )


def unknown_overrides(verdicts: Verdicts) -> Iterator[str]:
    """What is wrong with overrides: those of threats that are in no pack.

    Args:
        verdicts: of the model.
    """
    library = verdicts.rulebook.library
    for element in verdicts.model.elements:
        for override in element.overrides:
            if override.threat_id not in library:
                hint = did_you_mean(override.threat_id, (threat.id for threat in library.threats))
                text = f"{override.place}: override of unknown threat {override.threat_id!r}"
                yield text if hint is None else f"{text}; {hint}"


def renamed_overrides(verdicts: Verdicts) -> Iterator[str]:
    """The overrides that name a threat which another stands for now.

    Args:
        verdicts: of the model.
    """
    replaced = verdicts.rulebook.library.replaced
    for element in verdicts.model.elements if replaced else ():
        for override in element.overrides:
            if override.written in replaced:
                yield f"{override.place}: override of {override.written}: that is {override.threat_id} now, name that"
