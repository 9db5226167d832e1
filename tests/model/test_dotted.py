"""Dotted paths from an element to a value."""

from __future__ import annotations

import pytest

from pytest_threatmodel.model.dotted import LeadsNowhere
from pytest_threatmodel.model.dotted import PathProblem
from pytest_threatmodel.model.dotted import find_field
from tests.analysis.models import SHOP
from tests.analysis.models import model_of


@pytest.mark.parametrize(
    ("path", "name", "owner"),
    [
        ("protocol", "protocol", 'Dataflow "Place order"'),
        ("controls.isEncrypted", "isEncrypted", 'Dataflow "Place order": controls'),
        ("sink.controls.isHardened", "isHardened", 'Server "Web Server": controls'),
        ("source.name", "name", 'Actor "User"'),
    ],
)
def test_a_path_leads_through_relations_and_controls(path: str, name: str, owner: str) -> None:
    node, field = find_field(model_of(SHOP)["Place order"], path)
    assert (field.name, node.describe()) == (name, owner)


@pytest.mark.parametrize("path", ["", ".", "sink", "controls", "data", "data.name", "levels", "sink..name", "a.b"])
def test_a_path_that_names_no_value_is_a_problem(path: str) -> None:
    with pytest.raises(PathProblem, match="is no field here"):
        find_field(model_of(SHOP)["Place order"], path)


def test_a_relation_that_points_nowhere_is_told_apart() -> None:
    with pytest.raises(LeadsNowhere, match="there is no inBoundary"):
        find_field(model_of(SHOP)["Place order"], "inBoundary.name")
