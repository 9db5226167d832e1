"""Reads JSON reports of earlier runs, which may be anything: cut off, of another version, or no report at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from typing import Final

from pytest_threatmodel.decisions.known import Earlier
from pytest_threatmodel.decisions.known import Past
from pytest_threatmodel.model.errors import shown
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.shape import VERSION

_NAMES: Final = {dict: "an object", list: "a list", str: "text", bool: "true or false"}


class ReportError(ValueError):
    """A file is no JSON report that can be compared with; the message is one line for people."""


def read_report(text: bytes, name: str, *, source: str = "", created: str = "") -> Earlier:
    """What a JSON report says of its model.

    Args:
        text: of the file.
        name: of the file, for people.
        source: what people are told about it, where that is not its name, commit and day.
        created: when the model was so, where that is not when the report was made.

    Raises:
        ReportError: it is no such report.
    """
    report = _parsed(text)
    _check_version(report)
    run, model = _get(report, "run", dict), _get(report, "model", dict)
    made = _get(run, "created", str, "run.")
    return Earlier(
        source=source or _source(name, _get(run, "commit", str, "run."), made),
        model=_get(model, "nodeid", str, "model."),
        created=created or made,
        findings=dict(_findings(report)),
        threats=frozenset(_get(each, "id", str, where) for where, each in _entries(report, "threats")),
        kinds=frozenset(_kinds(report)),
        packs={
            _get(each, "name", str, where): _get(each, "version", str, where)
            for where, each in _entries(report, "packs")
        },
    )


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        report = json.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ReportError("is no JSON: its text is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ReportError(f"is no JSON, or cut off: {error.msg} in line {error.lineno}") from None
    except (ValueError, RecursionError) as error:
        raise ReportError(f"is no JSON report: {str(error).partition(';')[0] or type(error).__name__}") from None
    if not isinstance(report, dict):
        raise ReportError(f"is no JSON report of a threat model: expected an object, not {type(report).__name__}")
    return report


def _check_version(report: dict[str, Any]) -> None:
    version = report.get("version")
    if not isinstance(version, str) or "run" not in report:
        raise ReportError("is no JSON report of a threat model: it has no 'version' and 'run'")
    if version.partition(".")[0] != VERSION.partition(".")[0]:
        raise ReportError(f"has version {shown(version)} of the report, expected {VERSION}: make it anew")
    if report.get("redacted"):
        raise ReportError("holds counts only: make it without --threatmodel-redact")


def _source(name: str, commit: str, created: str) -> str:
    return f"{name} ({f'commit {commit[:12]}, ' if commit else ''}{created[:10]})"


def _findings(report: dict[str, Any]) -> Iterator[tuple[str, Past]]:
    decisions = _get(report, "decisions", list)
    for where, pair in _entries(report, "pairs"):
        if _get(pair, "verdict", str, where) == "vulnerable":
            past = Past(
                _get(pair, "threat", str, where),
                _get(pair, "element", str, where),
                _severity(pair, where),
                _decided(pair, where, decisions),
            )
            yield _get(pair, "id", str, where), past


def _severity(pair: dict[str, Any], where: str) -> str:
    word: str = _get(pair, "severity", str, where)
    if word not in SEVERITIES:
        hint = did_you_mean(word, SEVERITIES)
        text = f"{where}severity is {shown(word)}, expected {', '.join(SEVERITIES)}"
        raise ReportError(text if hint is None else f"{text}; {hint}")
    return word


def _decided(pair: dict[str, Any], where: str, decisions: list[Any]) -> str:
    """The status of the decision on a finding, whether or not it had lapsed."""
    number = pair.get("decision")
    if number is None:
        return ""
    if type(number) is not int or not 0 <= number < len(decisions):
        raise ReportError(f"{where}decision is {shown(number)}, expected the number of one of its decisions")
    return str(_get(_object(decisions[number], f"decisions[{number}]"), "status", str, f"decisions[{number}]."))


def _kinds(report: dict[str, Any]) -> Iterator[str]:
    """The kinds of elements in scope, each with those that it is a special case of."""
    kinds = _get(report, "kinds", dict)
    in_scope = {
        _get(each, "kind", str, where)
        for where, each in _entries(report, "elements")
        if _get(each, "in_scope", bool, where)
    }
    for kind in in_scope:
        described = _object(kinds.get(kind), f"kinds.{kind}")
        yield from (each for each in _get(described, "kinds", list, f"kinds.{kind}.") if isinstance(each, str))


def _entries(report: dict[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, entry in enumerate(_get(report, key, list)):
        yield f"{key}[{number}].", _object(entry, f"{key}[{number}]")


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ReportError(f"{where} is {shown(value)}, expected an object")
    return value


def _get(holder: dict[str, Any], key: str, kind: type, where: str = "") -> Any:
    if key not in holder:
        raise ReportError(f"is no whole report: {where}{key} is missing")
    if type(holder[key]) is not kind:
        raise ReportError(f"{where}{key} is {shown(holder[key])}, expected {_NAMES[kind]}")
    return holder[key]
