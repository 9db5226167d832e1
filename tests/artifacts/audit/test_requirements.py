"""Requirements are found, put in order and explained."""

from __future__ import annotations

from pytest_threatmodel.artifacts.audit.requirements import named
from pytest_threatmodel.artifacts.audit.requirements import requirements
from tests.artifacts.audit.models import with_every_requirement
from tests.artifacts.report_models import EMPTY
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import built


def test_schemes_come_one_after_the_other_and_nothing_is_lost() -> None:
    snapshot = with_every_requirement(bank())
    found = requirements(snapshot["threats"])
    schemes = [each.scheme for each in found]
    order = ["CWE", "OWASP", "ASVS", "STRIDE", "CAPEC", "ATT&CK", ""]
    assert list(dict.fromkeys(schemes)) == order
    assert schemes == sorted(schemes, key=order.index)
    assert {threat["id"] for each in found for threat in each.threats} == {each["id"] for each in snapshot["threats"]}


def test_numbers_count_as_numbers() -> None:
    found = requirements(with_every_requirement(bank())["threats"])
    numbers = [int(each.name.removeprefix("CWE-")) for each in found if each.scheme == "CWE"]
    assert numbers == sorted(numbers)
    assert len(numbers) > 20
    asvs = [each.name for each in found if each.scheme == "ASVS"]
    assert asvs.index("v5.0.0-2.1.1") < asvs.index("v5.0.0-10.1.1")
    assert len(asvs) == len(set(asvs))


def test_a_number_may_be_longer_than_python_reads() -> None:
    threats = bank()["threats"][:2]
    threats[0]["asvs"], threats[1]["asvs"] = ["9" * 5_000], ["1" * 5_000]
    assert [each.name[0] for each in requirements(threats) if each.scheme == "ASVS"] == ["1", "9"]


def test_stride_comes_in_the_order_of_its_letters() -> None:
    names = [each.name[0] for each in requirements(bank()["threats"]) if each.scheme == "STRIDE"]
    assert "".join(names) == "stride"


def test_weaknesses_and_attack_patterns_have_addresses() -> None:
    found = {each.name: each.address for each in requirements(bank()["threats"])}
    assert found["CWE-319"] == "https://cwe.mitre.org/data/definitions/319.html"
    assert found["CAPEC-94"] == "https://capec.mitre.org/data/definitions/94.html"
    assert found["A07:2025"] == ""


def test_a_threat_names_its_requirements() -> None:
    threat = with_every_requirement(bank())["threats"][0]
    assert named(threat) == [
        "CWE-306",
        "OWASP A07:2025",
        "ASVS v5.0.0-10.1.1",
        "ASVS v5.0.0-2.1.1",
        "STRIDE spoofing",
        "CAPEC-151",
    ]


def test_a_model_without_elements_has_none() -> None:
    assert requirements(built(EMPTY)["threats"]) == []
