"""Explanations: the parts that decide, what they read, and what would change the verdict."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_threatmodel.analysis.explain import Explanation
from pytest_threatmodel.analysis.explain import explain
from pytest_threatmodel.analysis.explain import mitigated_by
from pytest_threatmodel.analysis.search import Changes
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.analysis.wording import changes_text
from pytest_threatmodel.analysis.wording import names_text
from pytest_threatmodel.library.threat import Adjust
from tests.analysis.models import SHOP
from tests.analysis.models import explanation
from tests.analysis.models import row_of
from tests.analysis.models import threat
from tests.analysis.models import verdicts_of

DATA = "order.data = [Data('list'), Data('address', isPII=True), Data('card', isPII=True)]\n"


def parts(source: str, condition: str, **values: Any) -> list[str]:
    """The parts as a reader sees them."""
    found = explanation(SHOP + source, condition, **values).parts
    return [f"{part.joiner} {part.text}".strip() for part in found]


def read(source: str, condition: str) -> list[list[tuple[str, Any]]]:
    """The name and the value of every reading, a list a part."""
    found = explanation(SHOP + source, condition).parts
    return [[(reading.record.name, reading.value) for reading in part.readings] for part in found]


def fixes(source: str, condition: str, **values: Any) -> list[str]:
    return _texts(explanation(SHOP + source, condition, **values), "fixes")


def facts(source: str, condition: str) -> list[str]:
    return _texts(explanation(SHOP + source, condition), "facts")


def carried_by(source: str, condition: str) -> list[str]:
    found = explanation(SHOP + source, condition)
    return [names_text(changes, found.element) for changes in found.carried_by]


def open_facts(source: str, condition: str) -> tuple[str, ...]:
    return explanation(SHOP + source, condition).open_facts


def _texts(found: Explanation, what: str) -> list[str]:
    sets: tuple[Changes, ...] = getattr(found, what)
    return [changes_text(changes, found.element) for changes in sets]


def test_a_finding_shows_every_part_that_and_joins() -> None:
    assert parts("", "not target.usesVPN and target.inScope") == ["not target.usesVPN", "and target.inScope"]


def test_of_alternatives_a_finding_shows_the_first_that_holds() -> None:
    assert parts("order.usesVPN = True", "target.isResponse or target.usesVPN or target.inScope") == ["target.usesVPN"]


def test_alternatives_inside_are_cut_to_the_one_that_holds() -> None:
    condition = "target.inScope and (target.isResponse or target.usesVPN and not target.usesSessionTokens)"
    assert parts("order.usesVPN = True", condition) == [
        "target.inScope",
        "and target.usesVPN",
        "and not target.usesSessionTokens",
    ]


@pytest.mark.parametrize("source", ["", "order.usesVPN = order.isResponse = False"])
def test_where_nothing_was_found_all_alternatives_are_shown(source: str) -> None:
    """In brackets where "and" joins them with others."""
    assert parts(source, "target.usesVPN or target.isResponse") == ["target.usesVPN", "or target.isResponse"]
    condition = "(target.usesVPN or target.isResponse) and target.inScope"
    assert parts(source, condition) == ["(target.usesVPN or target.isResponse)", "and target.inScope"]


def test_a_condition_of_one_part_is_shown_whole() -> None:
    assert parts("", "not (target.usesVPN or target.isResponse)") == ["not (target.usesVPN or target.isResponse)"]


def test_of_many_choices_the_one_that_was_met_is_shown() -> None:
    condition = "target.protocol in ('HTTP', 'FTP', 'Telnet')"
    assert parts("order.protocol = 'FTP'", condition) == ["target.protocol == 'FTP'"]
    assert parts("order.protocol = 'SSH'", condition) == [condition]
    assert parts("order.protocol = 'FTP'", f"not {condition}") == [f"not {condition}"]


def test_readings_are_what_was_read_in_order() -> None:
    """What "or" or "and" left out was not read."""
    condition = "not (target.usesVPN or target.usesSessionTokens) and target.dstPort == 80"
    found = explanation(SHOP + "order.dstPort = 80", condition).parts
    assert [[reading.name for reading in part.readings] for part in found] == [
        ["usesVPN", "usesSessionTokens"],
        ["dstPort"],
    ]
    assert found[1].readings[0].value == 80


def test_of_any_the_witness_is_shown() -> None:
    """Not what was read of the items before it, however many there are."""
    condition = "any(d.isPII or d.isCredentials for d in target.data)"
    assert read(DATA, condition)[0][1:] == [("address", True)]
    many = "order.data = [Data(f'piece {n}', isCredentials=n == 30) for n in range(40)]"
    assert [name for name, _ in read(many, condition)[0]] == ["Place order", "piece 30", "piece 30"]


def test_of_any_over_neighbours_the_witness_is_shown_with_all_that_was_read_of_it() -> None:
    condition = "any(f.usesVPN and not f.source.controls.isHardened for f in target.inputs)"
    source = "more = [Dataflow(Server(f'server {n}'), web, f'flow {n}') for n in range(9)]\nmore[7].usesVPN = True"
    found = explanation(SHOP + source, condition, "Web Server", targets=("Server",)).parts[0]
    named = [(reading.record._node.describe(), reading.name) for reading in found.readings]
    assert named == [('Dataflow "flow 7"', "usesVPN"), ('Server "server 7": controls', "isHardened")]


def test_where_any_is_false_everything_that_was_read_is_kept() -> None:
    condition = "any(d.isCredentials for d in target.data)"
    assert [name for name, _ in read(DATA, condition)[0]] == ["Place order", "list", "address", "card"]


def test_fixes_are_the_smallest_changes_for_the_better() -> None:
    condition = (
        "target.protocol == 'HTTP' and not target.controls.isEncrypted and target.tlsVersion < TLSVersion.TLSv12"
    )
    assert fixes("order.protocol = 'HTTP'", condition) == [
        "controls.isEncrypted = True",
        "protocol = 'HTTPS'",
        "tlsVersion = TLSv13",
    ]


def test_a_fix_may_need_two_changes_together() -> None:
    condition = "not (target.controls.usesMFA and target.sink.controls.isHardened)"
    assert fixes("", condition) == ['controls.usesMFA = True and "Web Server".controls.isHardened = True together']
    assert fixes("order.controls.usesMFA = True", condition) == ['"Web Server".controls.isHardened = True']


def test_a_fix_of_a_text_takes_a_value_that_the_condition_takes() -> None:
    condition = "target.controls.usesEncryptionAlgorithm not in ('SHA-256', 'AES-GCM')"
    assert fixes("", condition) == ["controls.usesEncryptionAlgorithm = 'SHA-256'"]
    weak = "target.controls.usesEncryptionAlgorithm in ('', 'MD5')"
    assert fixes("", weak) == ["controls.usesEncryptionAlgorithm = 'AES'"]


def test_at_most_three_fixes_are_named() -> None:
    names = ("isHardened", "usesMFA", "isEncrypted", "usesVPN", "validatesInput")
    assert len(fixes("", " and ".join(f"not target.controls.{name}" for name in names))) == 3


def test_facts_are_never_changed_by_a_fix() -> None:
    condition = "target.usesSessionTokens and any(d.isPII for d in target.data)"
    assert fixes(f"{DATA}order.usesSessionTokens = True", condition) == []


def test_a_fix_never_removes_a_control_or_weakens_a_protection() -> None:
    condition = "target.controls.usesMFA and target.usesVPN and target.protocol == 'HTTPS'"
    source = "order.controls.usesMFA = order.usesVPN = True\norder.protocol = 'HTTPS'"
    assert fixes(source, condition) == []


def test_facts_that_may_be_untrue_are_named_one_by_one() -> None:
    condition = "target.usesSessionTokens and not target.controls.isEncrypted"
    assert facts("order.usesSessionTokens = True", condition) == ["usesSessionTokens = False"]
    both = "(target.usesSessionTokens or target.implementsCommunicationProtocol) and target.inScope"
    assert facts("order.usesSessionTokens = order.implementsCommunicationProtocol = True", both) == []


def test_the_sets_that_carry_a_mitigation_are_named() -> None:
    """ "a or b" where either is enough, "a and b together" where only both are."""
    source = "order.controls.usesMFA = order.controls.isHardened = True"
    either = "not target.controls.usesMFA or not target.controls.isHardened"
    assert carried_by(source, either) == ["controls.usesMFA", "controls.isHardened"]
    both = "not target.controls.usesMFA and not target.controls.isHardened"
    assert carried_by(source, both) == ["controls.usesMFA and controls.isHardened together"]


def test_a_control_that_carries_nothing_is_not_named() -> None:
    condition = "target.controls.isEncrypted and not target.controls.usesMFA and not target.usesVPN"
    source = "order.controls.isEncrypted = order.controls.usesMFA = True"
    assert carried_by(source, condition) == ["controls.usesMFA"]


def test_mitigation_by_others_and_by_inheritance_is_named() -> None:
    assert carried_by("web.controls.isHardened = True", "not target.sink.controls.isHardened") == [
        '"Web Server".controls.isHardened'
    ]
    assert carried_by("web.controls.isEncrypted = True", "not target.controls.isEncrypted") == ["controls.isEncrypted"]


def test_mitigated_by_says_the_same_in_words() -> None:
    verdicts = verdicts_of(
        SHOP + "order.controls.usesMFA = True", threat("not target.controls.usesMFA"), threat("target.inScope", "T2")
    )
    row = row_of(verdicts, "Place order")
    assert mitigated_by(verdicts, row, 0) == ["controls.usesMFA"]
    assert mitigated_by(verdicts, row, 1) == []


def test_the_facts_that_nobody_stated_are_named() -> None:
    assert open_facts("", "target.usesSessionTokens and target.source.isAdmin") == (
        "usesSessionTokens",
        '"User".isAdmin',
    )
    assert open_facts("user.isAdmin = True", "target.usesSessionTokens and target.source.isAdmin") == (
        "usesSessionTokens",
    )


def test_data_that_nobody_named_counts_as_the_data() -> None:
    condition = "any(d.isPII and d.classification > Classification.PUBLIC for d in target.data)"
    assert open_facts("", condition) == ("data",)
    assert open_facts("order.data = 'the order'", condition) == ('"the order".isPII', '"the order".classification')


def test_among_many_neighbours_open_facts_are_named_too() -> None:
    source = "db.data = 'rows'\nmore = [Dataflow(web, db, f'flow {n}') for n in range(150)]"
    condition = "any(d.isCredentials and d.isStored for f in target.inputs for d in f.data)"
    found = explanation(SHOP + source, condition, "Database", targets=("Datastore",))
    assert found.open_facts[:2] == ('"Insert order".data', '"flow 0".data')


def test_an_explanation_has_only_what_belongs_to_its_verdict() -> None:
    found = explanation(SHOP + "order.usesVPN = False", "target.usesVPN")
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert (found.fixes, found.facts, found.carried_by, found.open_facts, found.error) == ((), (), (), (), "")
    assert found.label == "Place order"


def test_the_severity_that_counts_is_told_with_its_reason() -> None:
    adjust = (Adjust("target.usesVPN", "low", "inside"),)
    found = explanation(SHOP + "order.usesVPN = True", "target.inScope", adjust=adjust)
    assert (found.severity, found.severity_why) == ("low", "inside")
    found = explanation(SHOP, "target.inScope", adjust=adjust)
    assert (found.severity, found.severity_why) == ("high", "")


def test_a_pair_that_could_not_be_evaluated_says_why() -> None:
    verdicts = verdicts_of(SHOP, threat("target.inScope"))
    row = row_of(verdicts, "Place order")
    object.__setattr__(row, "verdicts", (Verdict.ERROR,))
    verdicts.errors["Place order", "T1"] = "ZeroDivisionError: division by zero"
    found = explain(verdicts, row, 0)
    assert (found.error, found.parts) == ("ZeroDivisionError: division by zero", ())
