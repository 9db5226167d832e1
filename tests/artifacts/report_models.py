"""Snapshots that the tests of reports share: as of a run in which every pair came to its outcome."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from hypothesis import strategies as st

from pytest_threatmodel.model.labels import escape
from tests.artifacts.snapshots import BANK
from tests.artifacts.snapshots import hostile_model
from tests.artifacts.snapshots import snapshot_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from pytest_threatmodel.snapshot.shape import Snapshot

#: A model without anything in it.
EMPTY = 'from pytest_threatmodel import *\ntm = TM("Nothing yet")\n'

#: A system in which every finding is decided, one kind of them by an exclusion.
DECIDED = """
from pytest_threatmodel import *
tm = TM("Decided")
web, store = Server("Web"), Datastore("Store", isSQL=True)
Dataflow(web, store, "Read", protocol="HTTP")
web.marks = [exclude("HA*", reason="hosted")]
pytestmark = [accept("*", reason="a demonstration", owner="nobody in particular")]
"""

#: Three elements, a decision and a remark that carry one name each.
NAMED = """
from pytest_threatmodel import *
tm = TM("@NAME@", description="@NAME@", assumptions=[Assumption("@NAME@", exclude=["HA01"], description="@NAME@")])
one = Server("@NAME@", description="@NAME@")
two = Datastore("to @NAME@", isSQL=True)
card = Data("data @NAME@", isPII=True)
flow = Dataflow(one, two, "flow @NAME@", protocol="HTTP", note="@NAME@", data=[card])
flow.marks = [accept("DE01", reason="@NAME@", owner="@NAME@", ticket="@NAME@", until="2026-12-01")]
"""

#: Names with more of what formats give a meaning to than plain text has.
names: SearchStrategy[str] = st.text(
    st.sampled_from("`|\\<>&*_[](){}!@#:~$%^=+-.'\",;/? \n\t\r\0\u202e\udc80aAgG1") | st.characters(),
    min_size=1,
    max_size=40,
)


def ran(snapshot: Snapshot) -> Snapshot:
    """The snapshot after a run of all pairs."""
    for pair in snapshot["pairs"]:
        pair["outcome"] = pair["judged"]  # type: ignore[typeddict-item]  # the words of the one are words of the other
    return snapshot


@cache
def _built(source: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        return json.dumps(ran(snapshot_of(source, Path(folder))))


def built(source: str) -> Snapshot:
    """A new snapshot of a model given as text; the same text is evaluated once."""
    snapshot: Snapshot = json.loads(_built(source))
    return snapshot


def bank() -> Snapshot:
    """A system with everything that reports can show."""
    return built(BANK)


def hostile() -> Snapshot:
    """A model in which every name is hostile."""
    return built(hostile_model())


def named(name: str) -> Snapshot:
    """The snapshot of a small model in which everything bears a name.

    Args:
        name: any characters; labels and decisions hold it escaped, as the builder of snapshots does it.
    """
    snapshot: Snapshot = _replaced(built(NAMED), name)
    return snapshot


def _replaced(value: Any, name: str, key: str = "") -> Any:
    if isinstance(value, dict):
        return {_replaced(key, name): _replaced(item, name, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, name, key) for item in value]
    if isinstance(value, str):
        return value.replace("@NAME@", name if key in ("name", "description", "note") else escape(name))
    return value


def texts(value: Any) -> set[str]:
    """Every text in a value, names of keys left out."""
    if isinstance(value, dict):
        return set().union(*map(texts, value.values())) if value else set()
    if isinstance(value, list):
        return set().union(*map(texts, value)) if value else set()
    return {value} if isinstance(value, str) else set()
