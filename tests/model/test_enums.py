"""Enumerations: members, order and plain words."""

from __future__ import annotations

import operator
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.model.enums import ENUMS
from pytest_threatmodel.model.enums import Action
from pytest_threatmodel.model.enums import Classification
from pytest_threatmodel.model.enums import DatastoreType
from pytest_threatmodel.model.enums import Lifetime
from pytest_threatmodel.model.enums import TLSVersion

if TYPE_CHECKING:
    from pytest_threatmodel.model.enums import Ordered


@pytest.mark.parametrize(
    ("enum", "names"),
    [
        (Action, "NO_ACTION RESTRICT IGNORE"),
        (Classification, "UNKNOWN PUBLIC RESTRICTED SENSITIVE SECRET TOP_SECRET"),
        (DatastoreType, "UNKNOWN FILE_SYSTEM SQL LDAP AWS_S3"),
        (Lifetime, "NONE UNKNOWN SHORT LONG AUTO MANUAL HARDCODED"),
        (TLSVersion, "NONE SSLv1 SSLv2 SSLv3 TLSv10 TLSv11 TLSv12 TLSv13"),
    ],
)
def test_the_members_are_those_of_pytm(enum: type[Enum], names: str) -> None:
    assert [member.name for member in enum] == names.split()
    assert ENUMS[enum.__name__] is enum


@pytest.mark.parametrize("enum", [Classification, TLSVersion])
def test_members_are_ordered_from_the_weakest(enum: type[Ordered]) -> None:
    for lower, higher in pairwise(enum):
        assert lower < higher
        assert lower <= higher
        assert higher > lower
        assert higher >= lower
        assert not lower > higher
        assert lower <= list(enum)[lower.value]
        assert lower >= list(enum)[lower.value]
    assert max(enum) is list(enum)[-1]


def test_members_of_different_enumerations_have_no_order() -> None:
    for compare in (operator.lt, operator.le, operator.gt, operator.ge):
        for other in (TLSVersion.TLSv13, 3, "SECRET"):
            with pytest.raises(TypeError):
                compare(Classification.SECRET, other)


@pytest.mark.parametrize("enum", ENUMS.values())
def test_members_are_equal_to_themselves_only_and_can_be_keys(enum: type[Enum]) -> None:
    assert {member: member.name for member in enum} == dict(zip(enum, enum.__members__, strict=True))
    assert len({member for every in ENUMS.values() for member in every}) == sum(map(len, ENUMS.values()))


def test_members_read_in_plain_words() -> None:
    assert Lifetime.AUTO.label() == "auto revokable"
    assert DatastoreType.AWS_S3.label() == "aws s3"
