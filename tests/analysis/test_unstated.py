"""Facts that nobody stated: each settles the threats that it is named for."""

from __future__ import annotations

from hypothesis import given

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.unstated import unstated_facts
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.model.model import Model
from tests.analysis.models import SHOP
from tests.analysis.models import threat
from tests.analysis.models import verdicts_of
from tests.analysis.test_properties import models


def core() -> Library:
    return load_library(["core"])


def test_the_fact_that_settles_most_stands_first() -> None:
    verdicts = verdicts_of(
        SHOP,
        threat("target.OS == 'DOS'", "A", targets=("Server",)),
        threat("target.usesCache and target.usesXMLParser", "B", targets=("Server",)),
        threat("target.usesCache", "C", targets=("Server",)),
    )
    row = verdicts.row("Web Server")
    assert row is not None
    assert unstated_facts(verdicts, row) == {"usesCache": ["B", "C"], "OS": ["A"], "usesXMLParser": ["B"]}


def test_what_is_stated_is_not_named() -> None:
    cached = threat("target.usesCache", "C", targets=("Server",))
    parses = threat("target.usesXMLParser", "D", targets=("Server",))
    verdicts = verdicts_of(SHOP + "web.usesCache = False\n", cached, parses)
    row = verdicts.row("Web Server")
    assert row is not None
    assert unstated_facts(verdicts, row) == {"usesXMLParser": ["D"]}


@given(models())
def test_just_the_open_pairs_wait_for_facts(model: Model) -> None:
    verdicts = evaluate(model, core())
    for row in verdicts.rows:
        named = {id_ for ids in unstated_facts(verdicts, row).values() for id_ in ids}
        pairs = zip(row.rules, row.verdicts, strict=True)
        assert named == {rule.threat.id for rule, verdict in pairs if verdict is Verdict.UNDETERMINED}
