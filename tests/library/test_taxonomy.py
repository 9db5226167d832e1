"""The taxonomies: what exists is taken, what does not is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_threatmodel.library.taxonomy import asvs_problem
from pytest_threatmodel.library.taxonomy import capec_problem
from pytest_threatmodel.library.taxonomy import cwe_problem
from pytest_threatmodel.library.taxonomy import owasp_problem
from pytest_threatmodel.library.taxonomy import technique_problem


@pytest.mark.parametrize("number", [5, 22, 79, 89, 306, 798, 1395, 1427])
def test_weaknesses_exist(number: int) -> None:
    assert cwe_problem(number) is None


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (0, "there is no CWE-0"),
        (-3, "there is no CWE--3"),
        (10**40, "there is no CWE-a huge number"),
        (92, "CWE-92 is deprecated"),
        (264, "CWE-264 is a category or view, expected a weakness"),
        (1000, "CWE-1000 is a category or view, expected a weakness"),
    ],
)
def test_other_numbers_are_no_weaknesses(number: int, problem: str) -> None:
    assert cwe_problem(number) == problem


def test_patterns_exist_up_to_the_last() -> None:
    assert capec_problem(66) is None
    assert capec_problem(0) == "there is no CAPEC-0"
    assert capec_problem(5000) == "there is no CAPEC-5000"


@pytest.mark.parametrize("technique", ["T1552", "T1552.005", "T0836", "AML.T0051.000", "T1404"])
def test_techniques_exist_or_belong_to_a_matrix_that_is_not_listed(technique: str) -> None:
    assert technique_problem(technique) is None


@pytest.mark.parametrize(
    ("technique", "problem"),
    [
        ("T1552.099", "there is no T1552.099 in ATT&CK, though there is T1552"),
        ("T1999", "there is no T1999 in ATT&CK"),
        ("T1002", "T1002 was revoked or deprecated in ATT&CK"),
    ],
)
def test_other_techniques_do_not_exist(technique: str, problem: str) -> None:
    assert technique_problem(technique) == problem


@pytest.mark.parametrize("entry", ["A01:2025", "A10:2021", "API1:2023", "LLM01:2025", "ASI01:2026", "CICD-SEC-10:2022"])
def test_entries_of_owasps_lists_exist(entry: str) -> None:
    assert owasp_problem(entry) is None


@pytest.mark.parametrize("entry", ["A01", "A1:2025", "A11:2021", "A01:2024", "API01:2023", ""])
def test_other_entries_do_not_exist(entry: str) -> None:
    assert f"there is no {entry!r} in OWASP's lists; " in str(owasp_problem(entry))


@pytest.mark.parametrize(
    ("requirement", "problem"),
    [
        ("v5.0.0-1.2.5", None),
        ("v5.0.0-17.3.2", None),
        ("v5.0.0-1.2.11", "there is no v5.0.0-1.2.11: section 1.2 ends with 10"),
        ("v5.0.0-1.6.1", "there is no v5.0.0-1.6.1: chapter 1 ends with section 5"),
        ("v5.0.0-18.1.1", "there is no v5.0.0-18.1.1: ASVS 5.0.0 has no chapter 18"),
        ("4.0.3-1.2.5", "'4.0.3-1.2.5' is no requirement of the ASVS, expected one like v5.0.0-1.2.5"),
    ],
)
def test_requirements_are_looked_up(requirement: str, problem: str | None) -> None:
    assert asvs_problem(requirement) == problem


@given(st.integers(), st.text(max_size=80))
def test_nothing_from_outside_makes_a_check_fail(number: int, text: str) -> None:
    for problem in (cwe_problem(number), capec_problem(number), owasp_problem(text), asvs_problem(text)):
        assert problem is None or "\n" not in problem
