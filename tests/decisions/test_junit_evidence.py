"""JUnit files of earlier runs: read as data, and believed only where they fit."""

from __future__ import annotations

import json
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.decisions import junit_evidence
from pytest_threatmodel.decisions.earlier import read_earlier
from pytest_threatmodel.decisions.evidence import Claim
from pytest_threatmodel.decisions.junit_evidence import JUnitError
from pytest_threatmodel.decisions.junit_evidence import Suite
from pytest_threatmodel.decisions.junit_evidence import objections
from pytest_threatmodel.decisions.junit_evidence import read_junit

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TEST, MODEL = "tests/test_x.py::test_x", "threatmodel_shop.py"
ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def prop(name: str, value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f'<property name="threatmodel_evidence_{name}" value="{escape(text)}"/>'


def junit(*, word: str = "passed", inside: str = "", commit: str = "abc", more: str = "") -> str:
    suite = [
        prop("commit", commit),
        prop("time", NOW.isoformat()),
        prop("model", [MODEL, "d1"]),
        prop("claim", [TEST, MODEL, "Web", "isHardened"]),
    ]
    case = f"<testcase><properties>{prop('outcome', [TEST, word])}</properties>{inside}</testcase>"
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f"<testsuites><testsuite><properties>{''.join(suite)}{more}</properties>{case}</testsuite></testsuites>"
    )


def read(folder: Path, text: str | bytes) -> list[Suite]:
    path = folder / "evidence.xml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_junit(path)


def test_a_suite_says_what_it_ran_on_and_what_became_of_its_tests(tmp_path: Path) -> None:
    (suite,) = read(tmp_path, junit())
    assert suite == Suite("abc", NOW, {MODEL: "d1"}, [Claim(TEST, MODEL, ("Web", "isHardened"))], {TEST: "passed"})


@pytest.mark.parametrize("inside", ["<failure/>", '<error message="x">y</error>', '<skipped type="pytest.xfail"/>'])
def test_a_case_that_shows_a_failure_did_not_pass(tmp_path: Path, inside: str) -> None:
    assert read(tmp_path, junit(inside=inside))[0].words == {TEST: "failed"}


def test_of_several_runs_of_one_case_the_last_counts(tmp_path: Path) -> None:
    text = junit(word="failed").replace(
        "</properties></testcase>", prop("outcome", [TEST, "passed"]) + "</properties></testcase>"
    )
    assert read(tmp_path, text)[0].words == {TEST: "passed"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (junit()[:-40], "is no whole XML"),
        ("", "is no whole XML"),
        (b"\x00\xff\xfe", "is no whole XML"),
        ('<?xml version="1.0" encoding="nonsense"?><a/>', "is no whole XML"),
        ("<html/>", "holds no test suite"),
        (junit().replace("<testsuites>", ENTITY + "<testsuites>"), "has a document type"),
        (junit(more=prop("time", "yesterday")), "'yesterday', expected a time with its zone"),
        (junit(more=prop("time", "2026-11-24T12:00:00")), "expected a time with its zone"),
        (junit(more=prop("claim", "[" * 100_000)), "expected a list of 4 strings"),
        (junit(more=prop("claim", [TEST, MODEL, "Web", 7])), "expected a list of 4 strings"),
        (junit(more=prop("model", [MODEL])), "expected a list of 2 strings"),
        (junit(more=prop("model", {"a": 1, "b": 2})), "expected a list of 2 strings"),
    ],
)
def test_what_no_run_writes_is_refused(tmp_path: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(JUnitError, match=told.replace("(", r"\(")):
        read(tmp_path, text)


def test_a_file_that_is_too_large_or_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(junit_evidence, "_LARGEST", 10)
    with pytest.raises(JUnitError, match="has more than"):
        read(tmp_path, junit())
    with pytest.raises(JUnitError, match="cannot be read"):
        read_junit(tmp_path / "none.xml")


@pytest.mark.parametrize(
    ("suite", "told"),
    [
        (Suite("abc", NOW - timedelta(days=7)), []),
        (Suite("abc", NOW - timedelta(days=7, seconds=1)), ["is 7 days old, at most 7 (threatmodel_evidence_age)"]),
        (Suite("abc", NOW + timedelta(days=1)), ["is of 2026-11-25 12:00 UTC, which is still to come"]),
        (Suite("0123456789abcdef+changes", NOW), ["is of commit 0123456789ab+changes, not abc"]),
        (Suite("", NOW), ["is of commit none, not abc"]),
        (Suite(None, NOW), ["was not written by a run with threatmodel_evidence = report or require"]),
    ],
)
def test_old_foreign_and_future_files_are_not_believed(suite: Suite, told: list[str]) -> None:
    assert list(objections(suite, "abc", NOW, 7)) == told


def test_files_that_fit_count_together_and_the_others_say_why_not(tmp_path: Path) -> None:
    moment = prop("time", datetime.now(UTC).isoformat())
    texts = {
        "good": junit(more=moment),
        "bad": junit(word="failed", more=moment),
        "other": junit(commit="x", more=moment),
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.xml").write_text(text, encoding="utf-8")
    earlier = read_earlier([tmp_path / f"{name}.xml" for name in texts], "abc", 7)
    assert earlier.words(MODEL, "d1") == {TEST: "failed"}
    assert earlier.doubts(MODEL, "d1") == ["other.xml is of commit x, not abc"]
    assert earlier.claims(MODEL, "d2") == []
    assert earlier.doubts(MODEL, "d2")[1:] == [
        f"{name}.xml is of another state of {MODEL} or its packs" for name in ("good", "bad")
    ]
    assert earlier.doubts("tm.py", "d1")[1:] == [f"{name}.xml: that run did not load tm.py" for name in ("good", "bad")]
