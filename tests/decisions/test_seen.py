"""What decisions are bound to, and that it is read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.compat.loading import load_file
from pytest_threatmodel.decisions.facts import lapses
from pytest_threatmodel.decisions.seen import Seen
from pytest_threatmodel.decisions.seen import seen
from pytest_threatmodel.library.load import load_library
from tests.analysis.models import SHOP
from tests.analysis.models import row_of
from tests.analysis.models import threat
from tests.analysis.models import verdicts_of
from tests.decisions.made import accepted

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "example_models").glob("threatmodel_*.py"))


def seen_on(source: str, condition: str, label: str = "Place order", **values: Any) -> Seen:
    """What is seen of the only threat on an element."""
    verdicts = verdicts_of(source, threat(condition, **values))
    return seen(verdicts, row_of(verdicts, label), 0)


def every_finding(verdicts: Verdicts) -> list[tuple[str, Seen]]:
    """The label of the element, and what is seen, for every finding of a model."""
    return [
        (row.label, seen(verdicts, row, column))
        for row, column in verdicts.pairs()
        if row.verdicts[column] is Verdict.VULNERABLE
    ]


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_what_is_seen_of_the_findings_of_an_example_holds_right_after(file: Path) -> None:
    loaded, library = load_file(file, load_library())
    verdicts = evaluate(loaded.model, library)
    found = every_finding(verdicts)
    changed = [lapses(accepted("X", facts=one.facts), verdicts.labels[label]) for label, one in found]
    assert not any(changed)
    assert file.stem == "threatmodel_green" or any(one.facts for _, one in found)


def test_facts_are_what_was_read_in_its_order_and_spelling() -> None:
    condition = (
        "target.protocol == 'HTTP' and not target.controls.isEncrypted and target.tlsVersion < TLSVersion.TLSv12"
    )
    facts = seen_on(f"{SHOP}order.protocol = 'http'", f"{condition} and target.dstPort == 0").facts
    expected = {"protocol": "HTTP", "controls.isEncrypted": False, "tlsVersion": "NONE", "dstPort": -1}
    assert list(facts.items()) == list(expected.items())


@pytest.mark.parametrize(
    ("condition", "facts"),
    [
        ("not target.sink.controls.isHardened", {"sink.controls.isHardened": False}),
        ("target.source.name == 'User' and target.sink.name == 'Web Server'", {"source.name", "sink.name"}),
        ("not target.usesVPN or target.protocol == 'HTTP'", {"usesVPN": False}),
        ("target.inBoundary.name == ''", {}),
        ("target.inBoundary is None", {}),
        ("not target.crosses(Boundary)", {}),
        ("not any(d.isPII for d in target.data)", {}),
        ("all(f.protocol == '' for f in target.sink.inputs) and not target.usesVPN", {"usesVPN": False}),
    ],
)
def test_facts_name_only_what_a_path_leads_to(condition: str, facts: Any) -> None:
    found = seen_on(SHOP, condition).facts
    assert (found if isinstance(facts, dict) else set(found)) == facts


def test_an_element_at_both_ends_is_named_by_each() -> None:
    source = f'{SHOP}Dataflow(web, web, "Reload")'
    found = seen_on(source, "not target.source.controls.isHardened and not target.sink.controls.isHardened", "Reload")
    assert list(found.facts) == ["source.controls.isHardened", "sink.controls.isHardened"]


@pytest.mark.parametrize("name", ["x" * 201, "a\x1bb", "a\nb", "\ud800"])
def test_long_and_unprintable_texts_are_no_facts(name: str) -> None:
    found = seen_on(f"{SHOP}order.description = {name!r}", "target.description != '' and not target.usesVPN")
    assert found.facts == {"usesVPN": False}


def test_the_severity_is_the_one_that_counts() -> None:
    stated = 'order.overrides = [Finding(threat_id="T1", severity="low")]'
    assert seen_on(SHOP, "not target.usesVPN").severity == "high"
    assert seen_on(f"{SHOP}{stated}", "not target.usesVPN").severity == "low"


def test_the_sensitivity_is_that_of_the_worst_data() -> None:
    stated = 'order.data = [Data("Card", classification="SECRET"), Data("Basket", classification="PUBLIC")]'
    assert seen_on(SHOP, "not target.usesVPN").sensitivity == "UNKNOWN"
    assert seen_on(f"{SHOP}{stated}", "not target.usesVPN").sensitivity == "SECRET"
    assert seen_on(f"{SHOP}{stated}", "target.inScope", "Web Server", targets=("Server",)).sensitivity == "SECRET"


def test_the_condition_is_told_by_its_normal_form() -> None:
    one = seen_on(SHOP, "not target.usesVPN and target.protocol == ''")
    same = seen_on(SHOP, '(target.protocol=="") and not target.usesVPN')
    other = seen_on(SHOP, "not target.usesVPN")
    assert one.condition == same.condition != other.condition
    assert len(one.condition) == 12


def test_a_rule_that_cannot_be_evaluated_gives_no_facts() -> None:
    verdicts = verdicts_of(SHOP, threat("not target.usesVPN"))
    row = row_of(verdicts, "Place order")
    object.__setattr__(row, "verdicts", (Verdict.ERROR,))
    assert seen(verdicts, row, 0).facts == {}


def test_elements_that_look_alike_are_read_once_and_differ_where_they_differ() -> None:
    verdicts = verdicts_of(f"{SHOP}order.protocol = 'HTTP'", threat("not target.usesVPN and target.protocol != 'X'"))
    by_label = {label: one.facts for label, one in every_finding(verdicts)}
    assert by_label["Place order"] == {"usesVPN": False, "protocol": "HTTP"}
    assert by_label["Insert order"] == {"usesVPN": False, "protocol": ""}
