"""What is said about rules of pytm's files that say nothing, or stop before they have said it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.rule_notices import rule_notices
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.pytm_json import read_pytm_json
from pytest_threatmodel.model.kinds import Actor
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.kinds import Datastore
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import loading


def noticed(folder: Path, condition: str, target: Any) -> list[str]:
    """The notices about one rule, in a model of a user, two servers and a store."""
    path = folder / "own.json"
    path.write_text(json.dumps([{"SID": "OWN1", "condition": condition, "target": target}]), encoding="utf-8")
    with loading(Load("threatmodel_own.py")):
        model = Model("System")
        user, web, api, store = Actor("User"), Server("Web"), Server("API"), Datastore("Store")
        Dataflow(user, web, "Ask")
        Dataflow(api, store, "Keep")
        model.check()
        return rule_notices(evaluate(model, Library([read_pytm_json(path, shown_as="own.json")])))


@pytest.mark.parametrize(
    ("condition", "target", "said"),
    [
        ("target.isSQL is True", "Datastore", []),
        ("target.isCached", "Server", ["own.json: OWN1 can never fire: no kind has isCached"]),
        (
            "True",
            "Server",
            ["own.json, threat OWN1: fires on every element of its kinds: its condition reads nothing"],
        ),
        ("1 > 2", "Server", ["own.json, threat OWN1: can never fire: its condition reads nothing"]),
        ("target.oneOf(Server)", "Server", []),
        (
            "target.isSQL is False",
            ["Server", "Datastore"],
            [
                "own.json, threat OWN1: ended early and counts as false on 2 of 3 elements, 'Web' first: "
                "there is no isSQL"
            ],
        ),
        (
            "target.isSQL is True or target.isCached",
            ["Server", "Datastore"],
            [
                "own.json, threat OWN1: ended early and counts as false on 2 of 3 elements, 'Web' first: "
                "there is no isSQL"
            ],
        ),
        (
            "target.sink.isSQL is False",
            "Dataflow",
            ["own.json, threat OWN1: ended early and counts as false on 'Ask': there is no isSQL"],
        ),
        (
            "not target.inBoundary.inside(Boundary)",
            "Actor",
            ["own.json, threat OWN1: ended early and counts as false on 'User': there is no inside"],
        ),
        (
            "target.inBoundary < 3",
            "Actor",
            [
                "own.json, threat OWN1: ended early and counts as false on 'User': "
                "values are compared that have no order"
            ],
        ),
    ],
)
def test_each_rule_has_its_notice(tmp_path: Path, condition: str, target: Any, said: list[str]) -> None:
    assert noticed(tmp_path, condition, target) == said
