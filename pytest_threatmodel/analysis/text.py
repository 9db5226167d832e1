"""The layout of an explanation as text: what, where, why, and what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from pytest_threatmodel.analysis.explain import Explanation
from pytest_threatmodel.analysis.explain import Part
from pytest_threatmodel.analysis.explain import Reading
from pytest_threatmodel.analysis.paste import decision_lines
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.analysis.wording import changes_text
from pytest_threatmodel.analysis.wording import element_text
from pytest_threatmodel.analysis.wording import names_text
from pytest_threatmodel.analysis.wording import origin_text
from pytest_threatmodel.analysis.wording import owner_of
from pytest_threatmodel.analysis.wording import path
from pytest_threatmodel.analysis.wording import value_text
from pytest_threatmodel.model.labels import escape

#: What is said instead of a fix where there is none.
NO_FIX: Final = "no control closes this: change the design, or decide"

_INDENT: Final = 6
#: Where the second column begins.
_SECOND: Final = 58
#: A part of a condition, or a value, that is longer than this is cut; the whole stands in the pack, or in the model.
_LONGEST: Final = 240
_MOST_READINGS: Final = 6
#: Where the search for names was given up.
_TOO_MANY: Final = "more than can be looked through"


def explanation_lines(explanation: Explanation, *, lead: str = "") -> list[str]:
    """The explanation as lines of text.

    Args:
        explanation: of one pair.
        lead: what comes before the rest: the decision that lapsed, or the verdict of a pair that is no finding.
    """
    return [
        *([lead] if lead else []),
        _two(explanation.severity.capitalize(), explanation.threat.title, _taxonomy(explanation)),
        _two("on", element_text(explanation.element), _place(explanation)),
        *_from(explanation),
        *_why(explanation),
        *_severity(explanation),
        *_overridden(explanation),
        *_what_to_do(explanation),
    ]


def short_text(explanation: Explanation) -> str:
    """One line for the short summary: severity, title, and the facts that decided."""
    readings = (reading for part in explanation.parts for reading in _plain(part.readings)[:1])
    facts = ", ".join(_short(reading, explanation) for reading in readings)
    title = f"{explanation.severity.capitalize()}: {explanation.threat.title}"
    return f"{title} ({facts})" if facts else title


def _plain(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """The readings of single values; those of collections only where there are no others."""
    return tuple(reading for reading in readings if not isinstance(reading.value, tuple)) or readings


def _short(reading: Reading, explanation: Explanation) -> str:
    return f"{path(reading.record, reading.name, explanation.element)} {_cut(value_text(reading.value))}"


def _two(label: str, text: str, second: str = "") -> str:
    first = f"{label:<{_INDENT}}" if len(label) < _INDENT - 1 else f"{label}  "
    line = first + text
    return f"{line:<{_SECOND}}{second}".rstrip() if len(line) < _SECOND else f"{line}  {second}".rstrip()


def _taxonomy(explanation: Explanation) -> str:
    stride, linddun = ", ".join(explanation.threat.stride), ", ".join(explanation.threat.linddun)
    weaknesses = [f"CWE-{number}" for number in explanation.threat.cwe]
    classes = [f"STRIDE {stride}"] * bool(stride) + [f"LINDDUN {linddun}"] * bool(linddun)
    return ", ".join(classes + weaknesses)


def _place(explanation: Explanation) -> str:
    place = explanation.element.place
    return f"{os.path.basename(place.file)}:{place.line}"


def _from(explanation: Explanation) -> Iterator[str]:
    """Where an imported element was read from; the line of the model file is that of `load()`."""
    if explanation.element.imported_from:
        yield _two("from", explanation.element.imported_from)


def _why(explanation: Explanation) -> Iterator[str]:
    label = "why"
    for part in explanation.parts:
        text = " ".join(filter(None, (part.joiner, _cut(part.text))))
        readings = _readings(part, explanation)
        if part.witness is not None:
            readings = [element_text(part.witness)]
        if explanation.verdict is not Verdict.VULNERABLE and not part.holds:
            # Beside "not x" the value alone would be read the wrong way round.
            readings = [f"{readings[0] if readings else ''} -> false".lstrip(), *readings[1:]]
        # A reading stands beside its part, or below where the part fills the line.
        beside = readings[:1] if len(text) <= _SECOND - _INDENT - 1 else []
        yield _two(label, text, *beside)
        yield from (_two("", "", reading) for reading in readings[len(beside) :])
        label = ""
    if explanation.error:
        yield _two("why", f"the rule could not be evaluated: {_cut(escape(explanation.error))}")
        threat = explanation.threat
        column = f", column {explanation.column}" if explanation.column else ""
        yield _two("", f"pack {threat.pack}, {threat.origin}{column}: {' '.join(threat.condition.split())}")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _readings(part: Part, explanation: Explanation) -> list[str]:
    file = explanation.element.load.file
    texts = []
    for reading in part.readings[:_MOST_READINGS]:
        text = f"{_cut(value_text(reading.value))}, {origin_text(reading.record, reading.name, file)}"
        owner = owner_of(reading.record)
        if len(part.readings) > 1:
            text = f"{path(reading.record, reading.name, explanation.element)} {text}"
        elif owner is not explanation.element:
            text = f'{text}, on "{escape(owner.name)}"'
        texts.append(text)
    more = len(part.readings) - _MOST_READINGS
    return [*texts, f"and {more} more"] if more > 0 else texts


def _severity(explanation: Explanation) -> Iterator[str]:
    threat, why = explanation.threat, explanation.severity_why
    if why and why == threat.severity_why:
        yield _two("", f"{explanation.severity.capitalize()} ({why[0].upper()}{why[1:]})")
    elif why:
        yield _two("", f"rated {explanation.severity}, not {threat.severity}: {why}")


def _overridden(explanation: Explanation) -> Iterator[str]:
    """What packs changed about the threat beside its severity, by pack and reason."""
    changed: dict[tuple[str, str], list[str]] = {}
    for each in explanation.threat.overridden:
        if each.key != "severity":
            changed.setdefault((each.pack, each.reason), []).append(each.key)
    for (pack, reason), keys in changed.items():
        yield _two("", f"{', '.join(keys)} changed by pack {pack}: {reason}")


def _what_to_do(explanation: Explanation) -> Iterator[str]:
    target = explanation.element
    if explanation.verdict is Verdict.VULNERABLE:
        yield _two("fix", _fixes(explanation))
        if explanation.facts:
            facts = ", or ".join(changes_text(changes, target) for changes in explanation.facts)
            yield _two("", f"if untrue, correct: {facts}")
        yield from (_two("", line) for line in decision_lines(explanation.threat.id, explanation.rests_on))
    elif explanation.verdict is Verdict.MITIGATED:
        yield _two("by", ", or ".join(names_text(changes, target) for changes in explanation.carried_by) or _TOO_MANY)
    elif explanation.verdict is Verdict.UNDETERMINED:
        yield _two("open", f"not stated: {', '.join(explanation.open_facts) or _TOO_MANY}")


def _fixes(explanation: Explanation) -> str:
    if not explanation.fixes:
        return NO_FIX
    return ", or ".join(changes_text(changes, explanation.element) for changes in explanation.fixes)
