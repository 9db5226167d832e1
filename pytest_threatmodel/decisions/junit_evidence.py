"""Evidence of an earlier run, read from its JUnit file: as data, within limits, and believed only where it fits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from datetime import UTC
from datetime import datetime
from pathlib import Path
from typing import Final
from typing import NoReturn
from xml.parsers import expat

from pytest_threatmodel.decisions.evidence import Claim
from pytest_threatmodel.model.labels import escape

#: Names of properties: of the suite, and the last of a test case.
COMMIT: Final = "threatmodel_evidence_commit"
TIME: Final = "threatmodel_evidence_time"
MODEL: Final = "threatmodel_evidence_model"
CLAIM: Final = "threatmodel_evidence_claim"
OUTCOME: Final = "threatmodel_evidence_outcome"

#: The file of a run of 100,000 tests has some 50 MB.
_LARGEST: Final = 256 * 1024 * 1024
_CHUNK: Final = 1 << 16
#: What a test case holds that did not just pass.
_BAD: Final = ("failure", "error", "skipped")


class JUnitError(Exception):
    """A JUnit file is not believed; the message says why."""


@dataclass
class Suite:
    """What a test suite says of evidence.

    Attributes:
        commit: on which it ran; None where it does not say.
        time: when.
        models: path -> fingerprint.
        claims: of its tests and models.
        words: node id -> what became of the test.
    """

    commit: str | None = None
    time: datetime | None = None
    models: dict[str, str] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)


def read_junit(path: Path) -> list[Suite]:
    """The suites of a JUnit file.

    Args:
        path: of the file.

    Raises:
        JUnitError: it is not whole, not JUnit, too large, has a document type, or says what no run writes.
    """
    reading = _Reading()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    # Without a document type there are no entities, and with it the file was not written by pytest.
    parser.StartDoctypeDeclHandler = _refuse
    try:
        if path.stat().st_size > _LARGEST:
            raise JUnitError(f"has more than {_LARGEST // 1024**2} MB")
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except OSError as error:
        raise JUnitError(f"cannot be read: {error.strerror}") from None
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise JUnitError(f"is no whole XML: {error}") from None
    if not reading.suites:
        raise JUnitError("holds no test suite, expected JUnit as --junitxml writes it")
    return reading.suites


def _refuse(*_: object) -> NoReturn:
    raise JUnitError("has a document type, which JUnit files have not")


class _Reading:
    """Takes the elements as they come; nothing is kept but what evidence needs."""

    def __init__(self) -> None:
        self.suites: list[Suite] = []
        self._in_case = False
        self._is_bad = False
        self._outcome: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "testsuite":
            self.suites.append(Suite())
        elif name == "testcase":
            self._in_case, self._is_bad, self._outcome = True, False, None
        elif name in _BAD and self._in_case:
            self._is_bad = True
        elif name == "property":
            self._take(attributes.get("name", ""), attributes.get("value", ""))

    def end(self, name: str) -> None:
        if name != "testcase":
            return
        self._in_case = False
        if self._outcome is not None and self.suites:
            test, word = _strings(OUTCOME, self._outcome, 2)
            # A case that shows a failure did not pass, whatever it says of itself.
            self.suites[-1].words[test] = "failed" if self._is_bad and word == "passed" else word

    def _take(self, name: str, value: str) -> None:
        if self._in_case:
            if name == OUTCOME:
                self._outcome = value
        elif self.suites:
            self._take_of_suite(self.suites[-1], name, value)

    def _take_of_suite(self, suite: Suite, name: str, value: str) -> None:
        if name == COMMIT:
            suite.commit = value
        elif name == TIME:
            suite.time = _time(value)
        elif name == MODEL:
            path, digest = _strings(name, value, 2)
            suite.models[path] = digest
        elif name == CLAIM:
            test, model, label, control = _strings(name, value, 4)
            suite.claims.append(Claim(test, model, (label, control)))


def _strings(name: str, text: str, count: int) -> list[str]:
    """A list of so many strings, as JSON."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, list) and len(found) == count and all(isinstance(each, str) for each in found):
        return found
    raise JUnitError(f"property {name} holds {escape(text[:60])!r}, expected a list of {count} strings")


def _time(text: str) -> datetime:
    try:
        made = datetime.fromisoformat(text)
        if made.tzinfo is not None:
            return made.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise JUnitError(f"property {TIME} holds {escape(text[:60])!r}, expected a time with its zone")


def objections(suite: Suite, commit: str, now: datetime, days: int) -> Iterator[str]:
    """Why a suite is not believed.

    Args:
        suite: of an earlier run.
        commit: that is checked out now.
        now: the time.
        days: how old it may be.
    """
    if suite.commit is None or suite.time is None:
        yield "was not written by a run with threatmodel_evidence = report or require"
        return
    if suite.commit != commit:
        yield f"is of commit {_short(suite.commit)}, not {_short(commit)}"
    age = now - suite.time
    if age.days >= days and age.total_seconds() > days * 86400:
        yield f"is {age.days} days old, at most {days} (threatmodel_evidence_age)"
    if age.total_seconds() < -3600:
        yield f"is of {suite.time:%Y-%m-%d %H:%M} UTC, which is still to come"


def _short(commit: str) -> str:
    number, plus, changed = commit.partition("+")
    return f"{escape(number[:12]) or 'none'}{plus}{escape(changed[:12])}"
