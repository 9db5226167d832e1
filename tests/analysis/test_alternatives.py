"""Other values of fields: what is open, what is absent, what is stronger."""

from __future__ import annotations

from typing import Any
from typing import Final

import pytest

from pytest_threatmodel.analysis import alternatives
from pytest_threatmodel.analysis.alternatives import OtherValues
from pytest_threatmodel.analysis.records import Record
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.model.enums import Classification
from pytest_threatmodel.model.enums import TLSVersion
from pytest_threatmodel.model.vocabulary import DeclaredField
from pytest_threatmodel.model.vocabulary import standard_vocabulary
from tests.analysis.models import SHOP
from tests.analysis.models import row_of
from tests.analysis.models import threat
from tests.analysis.models import verdict
from tests.analysis.models import verdicts_of

SETTLED: Final = sorted(alternatives._SETTLED)


def other(condition: str, source: str = SHOP, **values: Any) -> tuple[OtherValues, Any]:
    """The other values for a condition, and the record of the first flow."""
    verdicts = verdicts_of(source, threat(condition), **values)
    row = row_of(verdicts, "Place order")
    return OtherValues(verdicts.rulebook, row.rules[0]), row.record


@pytest.mark.parametrize(
    ("name", "value", "condition"),
    [
        ("isResponse", True, "target.isResponse"),
        ("order", 3, "target.order == 3"),
        ("note", "x", "target.note == 'x'"),
        ("key", "x", "target.key == 'x'"),
        ("description", "x", "target.description == 'x'"),
        ("sourceFiles", ["x.py"], "'x.py' in target.sourceFiles"),
        ("levels", [3], "3 in target.levels"),
        ("inScope", True, "not target.inScope"),
        ("name", "x", "target.name == 'x'"),
    ],
)
def test_what_the_drawing_says_is_never_open(name: str, value: object, condition: str) -> None:
    """Nobody leaves it open, and nobody should correct it: the default is an answer."""
    assert name in SETTLED
    assert verdict(SHOP, condition) is Verdict.NOT_APPLICABLE
    values, record = other(condition)
    assert list(values.open(record, name)) == []
    assert list(values.other_facts(record, name)) == []


def test_every_settled_name_is_a_field() -> None:
    fields = standard_vocabulary().fields_of(["Element"])
    assert set(SETTLED) <= fields.keys()
    assert all(fields[name].role == "fact" for name in SETTLED)


def test_open_are_the_values_that_an_unstated_fact_or_protection_may_have() -> None:
    values, record = other("target.protocol in ('A', 'B') and target.dstPort == 80 and target.usesSessionTokens")
    assert list(values.open(record, "usesSessionTokens")) == [True]
    assert list(values.open(record, "usesVPN")) == [True]
    assert list(values.open(record, "protocol")) == ["A", "B", "(something else)"]
    assert list(values.open(record, "dstPort")) == [80, 79, 81]
    assert list(values.open(record, "tlsVersion")) == list(TLSVersion)[1:]
    assert list(values.open(record, "maxClassification")) == list(Classification)[1:]
    assert list(values.open(record.sink, "isSQL")) == []


def test_a_default_of_true_may_turn_out_false() -> None:
    verdicts = verdicts_of(SHOP, threat("target.isSQL", targets=("Datastore",)))
    row = row_of(verdicts, "Database")
    assert list(OtherValues(verdicts.rulebook, row.rules[0]).open(row.record, "isSQL")) == [False]


def test_controls_and_what_was_stated_or_inherited_are_not_open() -> None:
    """An unstated control is absent; nothing else is presumed about it."""
    values, record = other("target.usesVPN", SHOP + "order.usesVPN = False\nweb.protocol = 'HTTP'")
    assert list(values.open(record, "usesVPN")) == []
    assert list(values.open(record, "protocol")) == []
    assert list(values.open(record.controls, "isEncrypted")) == []


def test_numbers_that_are_compared_with_each_other_may_differ() -> None:
    values, record = other("target.dstPort != target.srcPort")
    assert list(values.open(record, "dstPort")) == [-2, 0]


def test_data_that_nobody_stated_may_be_one_piece() -> None:
    """The same each time, so that a search knows it again; of it everything is open, also a read of its controls."""
    values, record = other("any(d.isPII for d in target.data)")
    (found,) = values.open(record, "data")
    (again,) = values.open(record, "data")
    assert found is again
    assert isinstance(found, tuple)
    (piece,) = found
    assert isinstance(piece, Record)
    assert list(values.open(piece, "isPII")) == [True]
    assert verdict(SHOP, "any(not d.controls.isEncryptedAtRest for d in target.data)") is Verdict.UNDETERMINED
    assert verdict(SHOP, "any(d.controls.isEncryptedAtRest for d in target.data)") is Verdict.NOT_APPLICABLE


def test_data_that_was_stated_is_not_open() -> None:
    for stated in ("order.data = []", "order.data = 'the order'"):
        values, record = other("any(d.isPII for d in target.data)", f"{SHOP}{stated}")
        assert list(values.open(record, "data")) == []
        assert list(values.other_facts(record, "data")) == []


def test_absent_is_the_default_of_a_control_or_protection_that_somebody_gave() -> None:
    source = SHOP + "order.tlsVersion = 'TLSv13'\nweb.controls.isEncrypted = True\norder.usesSessionTokens = True"
    values, record = other("target.usesVPN", source)
    assert list(values.absent(record, "tlsVersion")) == [TLSVersion.NONE]
    assert list(values.absent(record.controls, "isEncrypted")) == [False]
    assert list(values.absent(record, "usesSessionTokens")) == []
    assert list(values.absent(record, "protocol")) == []


def test_a_control_that_was_stated_to_be_absent_carries_nothing() -> None:
    values, record = other("target.usesVPN", SHOP + "order.controls.isEncrypted = False")
    assert list(values.absent(record.controls, "isEncrypted")) == []


def test_other_facts_leave_controls_and_protections_alone() -> None:
    values, record = other("target.usesVPN", SHOP + "order.usesSessionTokens = True")
    assert list(values.other_facts(record, "usesSessionTokens")) == [False]
    assert list(values.other_facts(record, "usesVPN")) == []
    assert list(values.other_facts(record.controls, "isEncrypted")) == []


def test_stronger_values_follow_the_fields_direction() -> None:
    values, record = other("target.usesVPN", SHOP + "order.protocol = 'FTP'\norder.tlsVersion = 'TLSv11'")
    assert list(values.stronger(record, "protocol")) == ["SFTP", "FTPS"]
    assert list(values.stronger(record, "tlsVersion")) == [TLSVersion.TLSv13, TLSVersion.TLSv12]
    assert list(values.stronger(record, "usesVPN")) == [True]
    assert list(values.stronger(record.controls, "isEncrypted")) == [True]
    assert list(values.stronger(record, "usesSessionTokens")) == []
    assert list(values.stronger(record, "maxClassification")) == []


def test_nothing_is_stronger_than_the_strongest() -> None:
    values, record = other("target.usesVPN", SHOP + "order.protocol = 'HTTPS'\norder.tlsVersion = 'TLSv13'")
    assert list(values.stronger(record, "protocol")) == []
    assert list(values.stronger(record, "tlsVersion")) == []


def test_a_text_without_a_direction_takes_what_the_condition_compares_it_with() -> None:
    """Then the known values; those that do not help, the search leaves out."""
    condition = "target.controls.usesEncryptionAlgorithm not in ('MD5', 'RSA') or target.protocol == 'HTTP'"
    values, record = other(condition)
    found = list(values.stronger(record.controls, "usesEncryptionAlgorithm"))
    assert found[:2] == ["MD5", "RSA"]
    assert "AES" in found
    assert len(set(found)) == len(found)


def test_a_text_without_a_direction_never_takes_a_word_meant_for_another_field() -> None:
    values, record = other("target.protocol == 'HTTP' and target.controls.usesEncryptionAlgorithm == ''")
    found = list(values.stronger(record.controls, "usesEncryptionAlgorithm"))
    assert found[0] == "AES"
    assert "HTTP" not in found


@pytest.mark.parametrize(("now", "better"), [("DES", ["AES"]), ("des", ["AES"]), ("AES", []), ("Rot13", [])])
def test_a_text_that_somebody_stated_grows_only_in_its_known_direction(now: str, better: list[str]) -> None:
    """Whether another algorithm protects more than an unknown one, nobody knows."""
    source = SHOP + f"order.controls.usesEncryptionAlgorithm = {now!r}"
    values, record = other("target.controls.usesEncryptionAlgorithm in ('DES', 'RC4', 'Rot13')", source)
    assert list(values.stronger(record.controls, "usesEncryptionAlgorithm")) == better


def test_a_text_without_known_values_takes_what_the_condition_names() -> None:
    field = DeclaredField("signature", ("Dataflow",), "text", "control", "How it is signed.")
    values, record = other("target.controls.signature not in ('', 'Ed25519')", fields=(field,))
    assert list(values.stronger(record.controls, "signature")) == ["Ed25519"]


def test_a_control_may_be_stronger_when_it_is_off() -> None:
    field = DeclaredField("trustsEverybody", ("Dataflow",), "bool", "control", "It does.", stronger=False)
    source = SHOP + "order.controls.trustsEverybody = True"
    values, record = other("target.controls.trustsEverybody", source, fields=(field,))
    assert list(values.stronger(record.controls, "trustsEverybody")) == [False]


def test_a_field_that_the_kind_lacks_has_no_other_values() -> None:
    values, record = other("target.usesVPN")
    for ask in (values.open, values.absent, values.stronger, values.other_facts):
        assert list(ask(record, "isSQL")) == []
