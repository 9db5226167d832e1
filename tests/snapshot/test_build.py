"""The snapshot of a model: everything that reports and diagrams ask for, as plain data."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.shape import ElementShape
from pytest_threatmodel.snapshot.shape import PairShape
from pytest_threatmodel.snapshot.shape import Snapshot
from tests.artifacts.snapshots import BANK
from tests.artifacts.snapshots import hostile_model
from tests.artifacts.snapshots import snapshot_of

HEAD = "from pytest_threatmodel import *\ntm = TM('Shop')\n"


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return snapshot_of(BANK, tmp_path_factory.mktemp("bank"))


def element(snapshot: Snapshot, label: str) -> ElementShape:
    return Reader(snapshot).elements[label]


def pair(snapshot: Snapshot, name: str) -> PairShape:
    return next(each for each in snapshot["pairs"] if each["id"] == name)


def is_plain(value: Any) -> bool:
    """Whether a value crosses from one process to another as it is: no subclass of text or number does."""
    if type(value) is dict:
        return all(type(key) is str and is_plain(item) for key, item in value.items())
    if type(value) is list:
        return all(map(is_plain, value))
    return value is None or type(value) in (str, int, bool)


@pytest.mark.parametrize("source", [BANK, hostile_model(), HEAD], ids=["bank", "hostile", "empty"])
def test_snapshots_are_plain_data(source: str, tmp_path: Path) -> None:
    made = snapshot_of(source, tmp_path)
    assert is_plain(made)
    assert json.loads(json.dumps(made)) == made


@settings(max_examples=20)
@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=5))
def test_any_name_makes_plain_data(names: list[str]) -> None:
    source = f"{HEAD}for name in {names!r}:\n    Server(name, description=name, data=[Data(name)])\n"
    # A folder for each: Python takes a file of the same second and size for the same.
    with tempfile.TemporaryDirectory() as folder:
        made = snapshot_of(source, Path(folder))
    assert is_plain(made)
    assert [each["name"] for each in made["elements"] if each["kind"] == "Server"] == names


def test_elements_say_what_was_stated_and_where(bank: Snapshot) -> None:
    login = element(bank, "Log in")
    assert login["values"]["protocol"] == "HTTPS"
    assert login["origins"]["protocol"] == {
        "file": "threatmodel_sample.py",
        "line": login["line"],
        "owner": "",
        "field": "",
    }
    web = element(bank, "Web Server")
    assert web["controls"] == {"validatesInput": True}
    assert (web["boundary"], web["in_scope"]) == ("DMZ", True)
    assert "usesVPN" not in web["values"]
    assert Reader(bank).value(web, "usesVPN") is False
    assert Reader(bank).value(web, "no such field") is None
    assert element(bank, "Archive")["in_scope"] is False


def test_inherited_values_name_their_owner(tmp_path: Path) -> None:
    made = snapshot_of(
        f"{HEAD}a, b = Server('A'), Server('B', protocol='HTTPS', port=443)\nDataflow(a, b, 'go')", tmp_path
    )
    origin = element(made, "go")["origins"]["dstPort"]
    assert (origin["owner"], origin["field"], origin["line"]) == ("B", "port", 3)


def test_flows_say_how_they_travel(bank: Snapshot) -> None:
    flow = element(bank, "Transfer")["flow"]
    assert flow is not None
    assert (flow["source"], flow["sink"], flow["protocol"], flow["port"]) == ("Customer", "Web Server", "HTTP", 80)
    assert (flow["order"], flow["data"], flow["encrypted"]) == (3, ["Card number"], False)
    # Out of the internet, into the cloud, into its zone.
    assert flow["crosses"] == ["Internet", "Cloud", "DMZ"]
    answer = element(bank, "Welcome")["flow"]
    assert answer is not None
    assert (answer["is_response"], answer["response_to"]) == (True, "Log in")


@pytest.mark.parametrize(
    ("terms", "encrypted"),
    [
        ("protocol='HTTP'", False),
        ("", False),
        ("protocol='HTTPS'", True),
        ("protocol='SFTP'", True),
        ("tlsVersion='TLSv12'", True),
        ("usesVPN=True", True),
        ("controls={'isEncrypted': True}", True),
    ],
)
def test_protection_in_transit_by_whatever_means(tmp_path: Path, terms: str, encrypted: bool) -> None:
    made = snapshot_of(f"{HEAD}a, b = Server('A'), Server('B')\nDataflow(a, b, 'go', {terms})", tmp_path)
    flow = element(made, "go")["flow"]
    assert flow is not None
    assert flow["encrypted"] is encrypted


def test_sensitivity_is_that_of_the_worst_data(bank: Snapshot) -> None:
    found = {each["label"]: each["sensitivity"] for each in bank["elements"]}
    assert found["Card number"] == found["Transfer"] == found["Customer"] == found["Accounts"] == "SECRET"
    assert (found["Log in"], found["Interest job"], found["Mailer"]) == ("SENSITIVE", "UNKNOWN", "UNKNOWN")


def test_findings_say_why_and_what_helps(bank: Snapshot) -> None:
    found = pair(bank, "DE01[Look up]")
    assert (found["verdict"], found["judged"], found["outcome"]) == ("vulnerable", "failed", "not run")
    assert found["why"][0]["facts"] == [
        {"element": "Look up", "field": "protocol", "value": "'PostgreSQL'", "origin": "stated in line 34"}
    ]
    assert "controls.isEncrypted = True" in found["fixes"]
    assert "mitigated_by" not in found


def test_other_verdicts_say_what_carries_or_opens_them(bank: Snapshot) -> None:
    mitigated = next(each for each in bank["pairs"] if each["verdict"] == "mitigated")
    assert mitigated["mitigated_by"]
    assert all(name.startswith(tuple(Reader(bank).elements)) for name in mitigated["controls"])
    assert any(each.get("unstated") for each in bank["pairs"] if each["verdict"] == "undetermined")


def test_verdicts_alone_carry_no_reasons(tmp_path: Path) -> None:
    made = snapshot_of(BANK, tmp_path, explained=False)
    assert not [each for each in made["pairs"] if "why" in each or "fixes" in each]


def test_overrides_are_told(bank: Snapshot) -> None:
    found = pair(bank, "AA04[Web Server]")
    assert (found["severity"], found["cvss"], found["response"]) == ("critical", "9.1", "accepted")
    assert "override in" in found["severity_why"]


def test_pairs_name_their_decision(bank: Snapshot) -> None:
    """One that holds, one that is expired, and an assumption."""
    accepted, late, assumed = (
        Reader(bank).decision(pair(bank, name)) for name in ("DE01[Transfer]", "DO02[Interest job]", "HA01[Web Server]")
    )
    assert accepted is not None
    assert (accepted["owner"], accepted["until"], accepted["ticket"]) == ("payments", "2027-06-30", "PAY-7")
    assert late is not None
    assert late["expired"]
    assert pair(bank, "DO02[Interest job]")["judged"] == "failed"
    assert assumed is not None
    assert assumed["reason"] == "The provider patches the hosts: Stated in the contract."
    assert Reader(bank).decision(pair(bank, "DE01[Look up]")) is None


def test_model_and_library_are_told(bank: Snapshot) -> None:
    model = bank["model"]
    assert (model["name"], model["file"], model["nodeid"]) == ("Bank", "threatmodel_sample.py", "threatmodel_sample.py")
    assert model["assumptions"][0]["exclude"] == ["HA01"]
    assert (model["is_ordered"], model["merge_responses"]) == (True, True)
    assert [pack["name"] for pack in bank["packs"]] == ["core"]
    met = {each["threat"] for each in bank["pairs"]}
    assert {threat["id"] for threat in bank["threats"]} == met
    assert bank["kinds"]["SetOfProcesses"]["kinds"] == ["SetOfProcesses", "Process", "Asset", "Element"]


def test_elements_that_no_flow_touches_are_nowhere(tmp_path: Path) -> None:
    """With ignoreUnused, relations to them are left out as well."""
    made = snapshot_of(
        "from pytest_threatmodel import *\ntm = TM('Shop', ignoreUnused=True)\n"
        "a, b, c = Server('A'), Server('B'), Server('C')\nDataflow(a, b, 'go')\nData('D', processedBy=[a, c])",
        tmp_path,
    )
    assert [each["label"] for each in made["elements"]] == ["A", "B", "go"]
