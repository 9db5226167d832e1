"""TM and what scripts do with it: findings, lists on the class, threats that come and go, diagrams and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.compat.loading import load_file
from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import read_threats
from pytest_threatmodel.model.loading import LoadError

from .conftest import value_of

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import LoadPytm

START = """
from pytm import *

tm = TM("Shop", description="d")
edge = Boundary("Edge")
user, web, db = Actor("User"), Server("Web", inBoundary=edge), Datastore("DB")
order = Dataflow(user, web, "Order", protocol="HTTP", data=Data("Order data"))
query = Dataflow(web, db, "Query")
"""


def test_process_does_nothing(load_pytm: LoadPytm, capsys: pytest.CaptureFixture[str]) -> None:
    load_pytm(START + "tm.process()\n")
    assert capsys.readouterr() == ("", "")


def test_the_lists_on_the_class_are_those_of_the_load(load_pytm: LoadPytm) -> None:
    text = """
    names = {
        key: [each.name for each in getattr(TM, key)]
        for key in ("_elements", "_flows", "_assets", "_actors", "_boundaries", "_data")
    }
    assert [each.name for each in tm._flows] == names["_flows"] and tm._data == TM._data
    """
    loaded = load_pytm(START + "\n".join(line.strip() for line in text.splitlines()).replace("{\n", "{"))
    assert value_of(loaded, "names") == {
        "_elements": ["Edge", "User", "Web", "DB", "Order", "Query"],
        "_flows": ["Order", "Query"],
        "_assets": ["Web", "DB"],
        "_actors": ["User"],
        "_boundaries": ["Edge"],
        "_data": ["Order data"],
    }


def test_findings_are_what_resolve_finds(load_pytm: LoadPytm) -> None:
    text = """
assert tm.check() is True
assert tm.findings == [] and web.findings == []
tm.resolve()
found = [(f.id, f.threat_id, f.target, f.severity, f.description) for f in tm.findings]
assert [f.threat_id for f in web.findings] == ["TT01"] and web.findings[0].element is web
assert user.findings == [] and tm.excluded_findings == []
web.controls.isHardened = True
tm.resolve()
again = [f.threat_id for f in tm.findings]
"""
    loaded = load_pytm(START + text)
    assert value_of(loaded, "found") == [
        ("1", "TT01", "Web", "High", "Title of TT01"),
        ("2", "TS01", "DB", "Low", "Title of TS01"),
        ("3", "TF01", "Order", "Medium", "Title of TF01"),
    ]
    assert value_of(loaded, "again") == ["TS01", "TF01"]
    assert loaded.findings == ["TS01[DB]", "TF01[Order]"]


def test_tests_in_the_file_may_resolve_after_the_load(load_pytm: LoadPytm) -> None:
    loaded = load_pytm(START + "def test_it():\n    tm.resolve()\n    return len(tm.findings), len(TM._elements)\n")
    assert value_of(loaded, "test_it")() == (3, 6)


def test_assumptions_leave_findings_out(load_pytm: LoadPytm) -> None:
    text = """
tm.assumptions = ["Only a text", Assumption("Hardened elsewhere", exclude=["TT01"])]
tm.assumptions.append("Another text")
db.assumptions = [Assumption("No queries", exclude={"TS01"})]
tm.resolve()
left = [(f.threat_id, f.assumption.name) for f in tm.excluded_findings]
"""
    loaded = load_pytm(START + text)
    assert value_of(loaded, "left") == [("TT01", "Hardened elsewhere"), ("TS01", "No queries")]
    assert [note.name for note in loaded.model.assumptions] == ["Only a text", "Hardened elsewhere", "Another text"]


@pytest.mark.parametrize("text", ["tm.assumptions = [3]", "tm.assumptions = None", "tm.assumptions.append(3)"])
def test_what_is_no_assumption_is_an_error(load_pytm: LoadPytm, text: str) -> None:
    with pytest.raises(LoadError, match="assumptions"):
        load_pytm(START + text + "\n")


def test_excluded_threats_are_an_assumption(load_pytm: LoadPytm) -> None:
    loaded = load_pytm(START + "TM._threatsExcluded = ['TT01']\ntm.resolve()\nleft = len(tm.excluded_findings)\n")
    assert value_of(loaded, "left") == 1
    assert [(note.name, note.exclude) for note in loaded.model.assumptions] == [("TM._threatsExcluded", ("TT01",))]


def test_an_override_changes_only_what_it_states(load_pytm: LoadPytm) -> None:
    text = """
order.overrides = [Finding(threat_id="TF01", severity="Very High", response="mitigated by a tunnel")]
web.overrides = [Finding(web, threat_id="TT01", description="Ours", cvss="9.8")]
tm.resolve()
found = {f.threat_id: (f.severity, f.description, f.response, f.cvss, f.mitigations) for f in tm.findings}
"""
    assert value_of(load_pytm(START + text), "found") == {
        "TT01": ("High", "Ours", "", "9.8", ""),
        "TS01": ("Low", "Title of TS01", "", "", ""),
        "TF01": ("Very High", "Title of TF01", "mitigated by a tunnel", "", ""),
    }


def test_an_override_of_an_end_is_none_of_the_flow(load_pytm: LoadPytm) -> None:
    """And the flow's own counts, whatever its ends say of the same threat."""
    text = """
web.overrides = [Finding(threat_id="TF01", severity="Low")]
order.overrides = [Finding(threat_id="TF01", severity="High")]
tm.resolve()
found = {f.target: f.severity for f in tm.findings if f.threat_id == "TF01"}
"""
    assert value_of(load_pytm(START + text), "found") == {"Order": "High"}


def test_out_of_scope_has_no_findings(load_pytm: LoadPytm) -> None:
    loaded = load_pytm(START + "web.inScope = False\ntm.resolve()\nfound = [f.target for f in tm.findings]\n")
    assert value_of(loaded, "found") == ["DB", "Order"]
    assert loaded.findings == ["TS01[DB]", "TF01[Order]"]


def test_threats_may_be_appended_changed_and_dropped(load_pytm: LoadPytm) -> None:
    text = """
assert [t.id for t in TM._threats] == ["TT01", "TF01", "TS01"]
TM._threats.append(Threat(SID="OWN", description="Own", target=("Server", "Actor"), severity="Low"))
TM._threats += [Threat(**{"SID": "OWN2", "target": Datastore, "Likelihood Of Attack": "High", "condition": "False"})]
for threat in TM._threats:
    if threat.id == "TT01":
        threat.severity = "Very Low"
TM._threats = [t for t in TM._threats if t.id != "TS01"]
assert [str(t) for t in tm._threats][-1] == "Threat(OWN2)"
tm.resolve()
found = {(f.threat_id, f.target): f.severity for f in tm.findings}
"""
    loaded = load_pytm(START + text)
    assert value_of(loaded, "found") == {
        ("OWN", "User"): "Low",
        ("TT01", "Web"): "Very Low",
        ("OWN", "Web"): "Low",
        ("TF01", "Order"): "Medium",
    }
    assert loaded.findings == ["OWN[User]", "TT01[Web]", "OWN[Web]", "TF01[Order]"]
    said = "threats of the file's own stand in for those of the library: TT01"
    assert loaded.notices == [f"tm.py:4: {said}"]


def test_a_threat_file_comes_besides_and_its_ids_win(load_pytm: LoadPytm) -> None:
    threats = """[{"SID": "TT01", "target": "Server", "condition": "False", "description": "Other"},
                  {"SID": "FILE", "target": ["Actor"], "condition": "True", "severity": "High"},
                  {"SID": "OLD", "target": ["Actor"], "DEPRECATED": true}]"""
    loaded = load_pytm(START + "tm.threatsFile = 'threats.json'\n", threats__json=threats)
    assert loaded.findings == ["FILE[User]", "TS01[DB]", "TF01[Order]"]
    assert loaded.notices == ["tm.py:4: threats of the file's own stand in for those of the library: TT01"]


def test_a_threat_file_may_be_one_of_the_run_as_well(tmp_path: Path, library: Library) -> None:
    """Named in the settings and by the model: its threats count once."""
    threats = '[{"SID": "FILE", "target": ["Actor"], "condition": "True"}]'
    file = tmp_path / "threats.json"
    file.write_text(threats, encoding="utf-8")
    both = Library([*library.packs, read_threats(file)])
    tmp_path.joinpath("tm.py").write_text(START + "tm.threatsFile = 'threats.json'\n", encoding="utf-8")
    loaded, met = load_file(tmp_path / "tm.py", both)
    assert [threat.id for threat in met.threats] == ["TT01", "TF01", "TS01"]
    assert "FILE" in evaluate(loaded.model, met).rulebook.library


def test_a_file_that_adds_nothing_meets_the_library_itself(tmp_path: Path, library: Library) -> None:
    tmp_path.joinpath("tm.py").write_text(START, encoding="utf-8")
    assert load_file(tmp_path / "tm.py", library)[1] is library


def test_threat_files_that_cannot_be_used_are_errors(load_pytm: LoadPytm) -> None:
    with pytest.raises(LibraryError, match="there is no file"):
        load_pytm(START + "tm.threatsFile = 'no-such-file.json'\n")
    with pytest.raises(LibraryError, match="not JSON"):
        load_pytm(START + "tm.threatsFile = 'threats.json'\n", threats__json="{")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Threat(description='x')", "Threat() needs SID, the id of the threat (tm.py:9)"),
        ("Threat(SID=3)", "Threat(): SID = 3 is not accepted, expected text (tm.py:9)"),
        ("Threat(SID='A', target=3)", "Threat(): target = 3 is not accepted, expected kinds (tm.py:9)"),
        ("Finding('web', threat_id='A')", "Finding(): element = 'web' is not accepted, expected an element (tm.py:9)"),
        ("Finding(threat_id='A', cvss=9.8)", "Finding(): cvss = 9.8 is not accepted, expected text (tm.py:9)"),
        ("tm.threats.append(1)", "TM \"Shop\" has no attribute 'threats'; did you mean 'TM._threats'? (tm.py:9)"),
        ("tm.sqlDump('x.db')", "sqlDump() is not here; use --threatmodel-report=json (tm.py:9)"),
        ("tm.resolve = 3", "TM \"Shop\": 'resolve' is no field (tm.py:9)"),
    ],
)
def test_what_cannot_be_is_said_with_its_line(load_pytm: LoadPytm, text: str, problem: str) -> None:
    with pytest.raises(LoadError) as caught:
        load_pytm(START + text + "\n")
    assert caught.value.problem.splitlines()[-1].partition(": ")[2] == problem


def test_lists_may_be_emptied_and_filled_again(load_pytm: LoadPytm) -> None:
    """Elements have joined already, and findings come anew."""
    text = """
tm._flows = []
tm._flows.append(order)
TM._assets = []
tm._assets = [web]
TM._data = []
tm.findings, tm.excluded_findings = [], []
"""
    loaded = load_pytm(START + text)
    assert loaded.findings == ["TT01[Web]", "TS01[DB]", "TF01[Order]"]
    said = "what is assigned counts for nothing: elements join the model by themselves"
    assert loaded.notices == [
        f"tm.py:10: TM._flows: {said}",
        f"tm.py:12: TM._assets: {said}",
        "tm.py:14: TM._data: what is assigned counts for nothing: data joins the model by itself",
    ]


def test_what_is_set_under_a_guard_is_told_of(load_pytm: LoadPytm) -> None:
    text = "if __name__ == '__main__':\n    tm.threatsFile = './threats.json'\n    tm.process()\n"
    said = 'threatsFile is set under `if __name__ == "__main__":`, which does not run here; move it out of the guard'
    assert load_pytm(START + text).notices == [f"tm.py:10: {said}"]


def test_findings_that_the_file_writes_itself_are_kept(load_pytm: LoadPytm) -> None:
    """As in the example of pytm: without a threat, with names of the author's own, on elements and alone."""
    text = """
Finding(web, description="Alone", sevrity="x")
db.findings = [Finding(description="Seen", details="d", source="Audit", response="accepted")]
user.findings.append(Finding(description="By hand"))
seen = [f.source for f in db.findings], [f.description for f in user.findings]
tm.resolve()
after = [f.threat_id for f in db.findings]
"""
    loaded = load_pytm(START + text)
    assert value_of(loaded, "seen") == (["Audit"], ["By hand"])
    assert value_of(loaded, "after") == ["TS01"]
    assert loaded.notices == [
        "tm.py:10: Finding.sevrity: kept, and read nowhere; did you mean 'severity'?",
        "tm.py:11: Finding.source: kept, and read nowhere",
        "tm.py:11: Datastore.findings: findings that a file writes itself are no tests; they are kept for its reports",
    ]


def test_threats_of_one_id_are_told_apart(load_pytm: LoadPytm) -> None:
    """Scripts append one for each line of a scanner's report."""
    made = "Threat(SID='SCAN', name='x', description=f'Line {line}', target='Actor')"
    text = f"for line in (3, 7):\n    TM._threats.append({made})\n"
    assert load_pytm(START + text).findings[:2] == ["SCAN[User]", "SCAN-2[User]"]


def test_a_bad_appended_threat_is_an_error_of_the_library(load_pytm: LoadPytm) -> None:
    with pytest.raises(LibraryError, match=r"tm\.py:9.*unknown kind 'Sever'"):
        load_pytm(START + "TM._threats.append(Threat(SID='OWN', target='Sever'))\n")
    with pytest.raises(LibraryError, match=r"OWN"):
        load_pytm(START + "TM._threats.append(Threat(SID='OWN', condition='__import__(1)'))\n")


def test_a_threat_applies_to_an_element(load_pytm: LoadPytm) -> None:
    load_pytm(
        START + "threat = Threat(SID='A', target='Server', condition=\"target.name == 'Web'\")\n"
        "assert threat.apply(web) and not threat.apply(db)\nassert not threat.apply(Server('Other'))\n"
        "assert repr(threat) == '<Threat A>'\n"
    )


def test_a_reset_drops_what_came_before_and_is_told_of(load_pytm: LoadPytm) -> None:
    text = START + "TM._threats.append(Threat(SID='A'))\nTM.reset()\ntm = TM('Second')\nServer('Only')\n"
    loaded = load_pytm(text)
    assert loaded.model.name == "Second"
    assert loaded.findings == ["TT01[Only]"]
    assert loaded.notices == ['tm.py:10: TM.reset() drops TM "Shop"']


def test_a_reset_before_the_model_is_silent(load_pytm: LoadPytm) -> None:
    assert load_pytm("from pytm import TM, Server\nTM.reset()\ntm = TM('T')\nServer('Web')\n").notices == []


def test_an_element_of_before_a_reset_is_a_stranger(load_pytm: LoadPytm) -> None:
    with pytest.raises(LoadError, match="belongs to another model"):
        load_pytm(START + "TM.reset()\ntm = TM('Second')\nDataflow(user, Server('New'), 'x')\n")


def test_two_models_in_one_file_are_an_error(load_pytm: LoadPytm) -> None:
    with pytest.raises(LoadError, match="one file describes one system"):
        load_pytm(START + "TM('Second')\n")


@pytest.mark.parametrize("before", [True, False])
def test_a_model_may_take_elements_from_another_model_file(load_pytm: LoadPytm, before: bool) -> None:
    """The imported file makes a TM too, and runs by itself; here only its elements matter."""
    other = "from pytm import *\ntm = TM('Other')\nshared = Server('Shared')\ntm.process()\n"
    lines = ["tm = TM('Own')", "from other import shared"]
    text = "\n".join(
        ["from pytm import *", *(lines if before else reversed(lines)), "Dataflow(Actor('U'), shared, 'x')"]
    )
    loaded = load_pytm(text, other__py=other)
    assert loaded.model.name == "Own"
    assert loaded.findings == ["TT01[Shared]"]


def test_a_model_may_come_from_a_module(load_pytm: LoadPytm) -> None:
    common = "from pytm import *\ndef build():\n    tm = TM('Built')\n    Server('Web')\n    return tm\n"
    assert load_pytm("from common import build\ntm = build()\n", common__py=common).model.name == "Built"


def test_diagrams_are_text(load_pytm: LoadPytm) -> None:
    loaded = load_pytm(START + "dot, puml, low = tm.dfd(), tm.seq(), tm.dfd(levels={5})\n")
    assert value_of(loaded, "dot").startswith("digraph")
    assert "Web" in value_of(loaded, "dot")
    assert "Web" not in value_of(loaded, "low")
    assert value_of(loaded, "puml").startswith("@startuml")
    assert "Query" in value_of(loaded, "puml")


def test_reports_are_text(load_pytm: LoadPytm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The template lies beside the file, or where the run was started."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "t.md").write_text("{tm.name}", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "elsewhere")
    template = "# {tm.name}\n{findings:repeat:{{item.threat_id}} {{item.target}}\n}"
    text = START + "beside, here = tm.report('basic.md'), tm.report('t.md')\n"
    loaded = load_pytm(text, basic__md=template)
    assert value_of(loaded, "here").strip() == "Shop"
    assert value_of(loaded, "beside").split("\n")[:4] == ["# Shop", "TT01 Web", "TS01 DB", "TF01 Order"]


def test_a_template_that_is_not_there_is_an_error(load_pytm: LoadPytm) -> None:
    with pytest.raises(LoadError, match=r"report\(\): .*nothing\.md"):
        load_pytm(START + "tm.report('nothing.md')\n")


def test_utilities_of_reports(load_pytm: LoadPytm) -> None:
    text = """
from pytm.report_util import ReportUtils as R

inner = Boundary("Inner", inBoundary=edge)
tm.resolve()
assert (R.getParentName(inner), R.getParentName(edge)) == ("Edge", "")
assert R.getNamesOfParents(inner) == ["Edge"]
assert R.getParentName(web).startswith("ERROR") and R.getNamesOfParents(web).startswith("ERROR")
assert (R.getFindingCount(web), R.getElementType(web)) == ("1", "Server")
assert R.getFindingCount("x").startswith("ERROR") and R.getElementType(3).startswith("ERROR")
finding = R.getInScopeFindings(web)[0]
assert R.getThreatId(finding) == "TT01" and R.getFindingTarget(finding) == "Web"
assert R.getFindingDescription(finding) == "Title of TT01" and R.getFindingSeverity(finding) == "High"
assert R.getFindingMitigations(finding) == R.getFindingReferences(finding) == R.getFindingExample(finding) == ""
assert R.getThreatId(web) == ""
web.inScope = False
assert R.getInScopeFindings(web) == [] and R.getInScopeFindings("x") == []
"""
    load_pytm(START + text)
