"""The table of counterparts, held to the real libraries of pytm."""

from __future__ import annotations

import json
import re

import pytest

from pytest_threatmodel.library.counterparts import counterparts
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model.vocabulary import standard_vocabulary
from tests.artifacts.pytm_tools import pytm_folder

pytestmark = pytest.mark.programs
VERSIONS = ("1.3.1", "1.4.0")


def threats_of(version: str) -> dict[str, list[str]]:
    """The kinds that each threat of a pytm targets, by id."""
    text = (pytm_folder(version) / "pytm" / "threatlib" / "threats.json").read_text(encoding="utf-8")
    return {threat["SID"]: threat["target"] for threat in json.loads(text)}


def test_the_table_has_exactly_the_ids_of_both_versions() -> None:
    assert set(counterparts()) == {id_ for version in VERSIONS for id_ in threats_of(version)}


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def shared_kinds(targets: list[str], ours: Threat) -> set[str]:
    """The kinds that a threat of pytm and one of ours both concern."""
    kinds = standard_vocabulary()
    return set(kinds.sub_kinds(tuple(targets))) & set(kinds.sub_kinds(ours.targets))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_counterpart_concerns_a_kind_that_pytms_threat_concerns(version: str, library: Library) -> None:
    """Otherwise what is said on an element would meet no threat there."""
    for id_, targets in threats_of(version).items():
        for ours in counterparts().ours.get(id_, ()):
            assert shared_kinds(targets, library[ours]), (id_, ours)


@pytest.mark.parametrize("version", VERSIONS)
def test_reasons_tell_the_truth_about_kinds(version: str, library: Library) -> None:
    """One way to a threat is one on the same element; what concerns another kind is no counterpart for that alone."""
    targets = threats_of(version)
    for id_, reason in counterparts().reasons.items():
        if id_ not in targets:
            continue
        named = re.findall(r"\b[A-Z]{2,3}\d\d\b", reason)
        shared = [ours for ours in named if shared_kinds(targets[id_], library[ours])]
        if reason.startswith("it is one "):
            assert shared, id_
        elif "wider" not in reason and re.search(r"\bconcerns? ", reason):
            assert not shared, (id_, shared)
