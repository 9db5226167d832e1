"""What pytm takes without a word: told with line and nearest name, counted where that is clear, an error if asked."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_threatmodel.analysis.explain import explain
from pytest_threatmodel.analysis.text import explanation_lines
from pytest_threatmodel.compat.hints import hint
from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import ModelProblems
from pytest_threatmodel.model.kinds import KINDS
from pytest_threatmodel.model.loading import LoadError
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import loading

from .conftest import value_of

if TYPE_CHECKING:
    from .conftest import Loaded
    from .conftest import LoadPytm

#: Four lines; what a test writes begins in line 5.
START = "from pytm import *\ntm = TM('T')\nweb, db = Server('Web'), Datastore('DB')\nflow = Dataflow(web, db, 'Flow')\n"

#: What public models write -> what is meant. Those of old versions come in their own test.
MEANT = [
    ("web.in_boundary = 1", "Server.in_boundary", "inBoundary"),
    ("web.boundary = 1", "Server.boundary", "inBoundary"),
    ("Boundary('B', parent=1)", "Boundary.parent", "inBoundary"),
    ("Actor('U', boundary=1)", "Actor.boundary", "inBoundary"),
    ("web.protocols = ['HTTP']", "Server.protocols", "protocol"),
    ("flow.prot = 'HTTP'", "Dataflow.prot", "protocol"),
    ("flow.port = 80", "Dataflow.port", "dstPort"),
    ("Dataflow(web, db, 'x', port=1)", "Dataflow.port", "dstPort"),
    ("Data('d', classifcation=1)", "Data.classifcation", "classification"),
    ("db.classification = 'secret'", "Datastore.classification", "maxClassification"),
    ("web.controls.encodeOutput = True", "Controls.encodeOutput", "encodesOutput"),
    ("web.encodeOutput = True", "Server.encodeOutput", "controls.encodesOutput"),
    ("web.sanitizeInput = True", "Server.sanitizeInput", "controls.sanitizesInput"),
    ("web.hardened = True", "Server.hardened", "controls.isHardened"),
    ("Actor('U', outOfScope=True)", "Actor.outOfScope", "inScope = False"),
    ("flow.is_response = True", "Dataflow.is_response", "isResponse"),
    ("flow.dst_port = 80", "Dataflow.dst_port", "dstPort"),
    ("flow.encryptsData = True", "Dataflow.encryptsData", "controls.isEncrypted"),
    ("tm.descripton = 'x'", "TM.descripton", "description"),
    ("tm.threats = []", "TM.threats", "TM._threats"),
]


def notice(name: str, said: str, line: int = 5) -> str:
    return f"tm.py:{line}: {name}: {said}"


@pytest.mark.parametrize(("text", "name", "meant"), MEANT)
def test_the_nearest_name_is_the_right_one(load_pytm: LoadPytm, text: str, name: str, meant: str) -> None:
    said = "pytm keeps it and reads it nowhere" if name.startswith("TM") else "no rule of a library reads it"
    assert load_pytm(f"{START}{text}\n").notices == [notice(name, f"{said}; did you mean {meant!r}?")]


def test_a_name_like_no_other_has_no_hint(load_pytm: LoadPytm) -> None:
    loaded = load_pytm(f"{START}web.xyzzy = 1\nweb.{'a' * 5000} = 1\n")
    assert loaded.notices[0] == notice("Server.xyzzy", "no rule of a library reads it")
    assert len(loaded.notices) == 2


def test_one_notice_for_a_name_and_kind(load_pytm: LoadPytm) -> None:
    loaded = load_pytm(f"{START}for each in (web, web, Server('B'), db):\n    each.team = 'red'\n")
    said = "no rule of a library reads it"
    assert loaded.notices == [notice("Server.team", said, 6), notice("Datastore.team", said, 6)]


def test_the_line_is_that_of_the_module_that_writes_it(load_pytm: LoadPytm) -> None:
    common = "from pytm import Server\n\nshared = Server('Shared', team='red')\n"
    assert load_pytm(f"{START}import common\n", common__py=common).notices == [
        "common.py:3: Server.team: no rule of a library reads it"
    ]


def test_names_of_our_own_on_models_are_safe(load_pytm: LoadPytm) -> None:
    """What is kept of a model cannot be written over; on elements threats of the file may read it."""
    loaded = load_pytm(f"{START}tm.load = tm.place = web.load = web.place = web.facts = 3\n")
    assert [text.partition(": no")[0].partition(": pytm")[0] for text in loaded.notices] == [
        f"tm.py:5: {name}" for name in ("TM.load", "TM.place", "Server.load", "Server.place", "Server.facts")
    ]
    assert loaded.findings == ["TT01[Web]", "TS01[DB]"]


def test_private_names_are_the_authors_own(load_pytm: LoadPytm) -> None:
    loaded = load_pytm(f"{START}web._cache = {{}}\ntm._started = True\nassert web._cache == {{}} and tm._started\n")
    assert loaded.notices == []


def why(loaded: Loaded, threat: str) -> str:
    """The explanation of a threat on the first element that meets it."""
    pairs = loaded.verdicts.pairs()
    row, column = next((row, column) for row, column in pairs if row.rules[column].threat.id == threat)
    return "\n".join(explanation_lines(explain(loaded.verdicts, row, column)))


@pytest.mark.parametrize(
    ("text", "name", "field", "threat"),
    [
        ("web.isHardened = True", "Server.isHardened", "controls.isHardened", "TT01"),
        ("db.isSql = False", "Datastore.isSql", "isSQL", "TS01"),
        ("flow.protocol = 'HTTP'\nflow.isEncrypted = True", "Dataflow.isEncrypted", "controls.isEncrypted", "TF01"),
    ],
)
def test_old_flat_names_count_and_the_verdicts_say_so(
    load_pytm: LoadPytm, text: str, name: str, field: str, threat: str
) -> None:
    loaded = load_pytm(f"{START}{text}\n")
    line = 4 + len(text.splitlines())
    said = f"counts as {field}; pytm itself reads it nowhere since version 1.2"
    element = {"Server": "Web", "Datastore": "DB", "Dataflow": "Flow"}[name.partition(".")[0]]
    rests = f"tm.py:2: 1 verdict rests on flat names: {threat}[{element}]"
    assert loaded.notices == [notice(name, said, line), rests]
    assert not [pair for pair in loaded.findings if pair.startswith(threat)]
    assert f"stated in line {line} as {name.partition('.')[2]}" in why(loaded, threat)


def test_flat_names_that_change_no_verdict_are_told_of_alone(load_pytm: LoadPytm) -> None:
    loaded = load_pytm(f"{START}web.isHardened = False\nweb.sanitizesInput = True\n")
    assert [text.partition(": counts")[0] for text in loaded.notices] == [
        "tm.py:5: Server.isHardened",
        "tm.py:6: Server.sanitizesInput",
    ]


def test_what_others_inherit_of_a_flat_name_rests_on_it_too(load_pytm: LoadPytm) -> None:
    """And the model is afterwards as it was."""
    text = f"{START}db.protocol, db.isSQL = 'HTTP', False\nweb.isEncrypted = True\nback = Dataflow(db, web, 'Back')\n"
    text += "back.protocol = 'HTTP'\n" + "".join(f"Server('S{n}').isHardened = True\n" for n in range(7))
    loaded = load_pytm(text)
    pairs = "TF01[Back], TT01[S0], TT01[S1], TT01[S2], TT01[S3] and 3 more"
    assert loaded.notices[-1] == f"tm.py:2: 8 verdicts rest on flat names: {pairs}"
    assert value_of(loaded, "back").controls.isEncrypted
    assert value_of(loaded, "web").controls.isEncrypted
    assert loaded.findings == ["TT01[Web]", "TF01[Flow]"]


def test_a_value_that_the_control_cannot_have_counts_as_nothing(load_pytm: LoadPytm) -> None:
    loaded = load_pytm(f"{START}web.isHardened = 'yes'\n")
    said = "'yes' is no value of controls.isHardened, so that it counts as nothing"
    assert loaded.notices == [notice("Server.isHardened", said)]
    assert "TT01[Web]" in loaded.findings


def test_encryption_of_a_store_is_named_as_ambiguous(load_pytm: LoadPytm) -> None:
    loaded = load_pytm(f"{START}db.isEncrypted = True\nassert db.isEncrypted is True\n")
    said = (
        "ambiguous, so that it counts as nothing: "
        "write controls.isEncrypted (in transit) or controls.isEncryptedAtRest (stored data)"
    )
    assert loaded.notices == [notice("Datastore.isEncrypted", said)]
    store = value_of(loaded, "db")
    assert not store.controls.isEncrypted
    assert not store.controls.isEncryptedAtRest
    assert "TS01[DB]" in loaded.findings


def test_strict_makes_errors_of_all(load_pytm: LoadPytm) -> None:
    text = f"{START}web.isHardened = True\nweb.team = 'red'\ndb.isEncrypted = True\ntm.owner = 'me'\n"
    with pytest.raises(ModelProblems) as caught:
        load_pytm(text, strict=True)
    names = [str(problem).partition(":")[0] for problem in caught.value.problems]
    assert names == ["Server.isHardened", "Server.team", "Datastore.isEncrypted", "TM.owner"]
    assert str(caught.value.problems[1]) == "Server.team: no rule of a library reads it (tm.py:6)"


def test_strict_lets_clean_files_pass(load_pytm: LoadPytm) -> None:
    assert load_pytm(f"{START}web.controls.isHardened = True\n", strict=True).findings == ["TS01[DB]"]


OWN = """
web.team = "red"
web.tags = ["pci", "eu"]
web.limits = {"cpu": 2}
web.score = 7
web.backup = Server("Backup")
web.weight = 0.5
web.nothing = None
web.level = Classification.SECRET
web.controls.isCiPipeline = True
web.controls.scanner = "trivy"
"""


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("target.team == 'red'", True),
        ("target.team == 'blue'", False),
        ("'pci' in target.tags", True),
        ("any(tag == 'us' for tag in target.tags)", False),
        ("target.tags[0] == 'pci'", True),
        ("'cpu' in target.limits", True),
        ("target.score > 5", True),
        ("target.score < 5", False),
        ("target.backup.controls.isHardened is False", True),
        ("target.weight == 0.5", True),
        ("target.nothing is None", True),
        ("target.level > Classification.PUBLIC", True),
        ("target.controls.isCiPipeline", True),
        ("target.controls.scanner == 'trivy'", True),
        ("target.controls.isCiPipeline is False", False),
        ("target.unheard is True", False),
    ],
)
def test_threats_of_the_file_read_what_the_author_made_up(load_pytm: LoadPytm, condition: str, holds: bool) -> None:
    """On the server that states it; on the other one, which does not have it, nothing compares with it."""
    threats = f'[{{"SID": "OWN", "target": "Server", "condition": "{condition}"}}]'
    loaded = load_pytm(f"{START}{OWN}tm.threatsFile = 'threats.json'\n", threats__json=threats)
    assert [pair for pair in loaded.findings if pair.startswith("OWN")] == (["OWN[Web]"] if holds else [])


def test_what_a_threat_of_the_file_reads_needs_no_notice(load_pytm: LoadPytm) -> None:
    threats = """[{"SID": "A", "target": "Server", "condition": "target.team == 'red'"},
                  {"SID": "B", "target": "Server", "condition": "getattr(target, 'tier', 0) > 1"}]"""
    text = f"{START}web.team, web.tier, web.other = 'red', 2, 1\ntm.threatsFile = 'threats.json'\n"
    assert load_pytm(text, threats__json=threats).notices == [
        notice("Server.other", "no rule of a library reads it"),
    ]


def test_an_own_control_carries_a_mitigation(load_pytm: LoadPytm) -> None:
    text = f"""{START}
TM._threats.append(Threat(SID="OWN", target="Server", condition="not target.controls.pinned"))
other = Server("Other")
web.controls.pinned = True
"""
    loaded = load_pytm(text)
    assert [pair for pair in loaded.findings if pair.startswith("OWN")] == ["OWN[Other]"]
    assert "controls.pinned" in why(loaded, "OWN")


def test_controls_of_the_authors_own_may_be_handed_over(load_pytm: LoadPytm) -> None:
    load_pytm(
        f"{START}shared = Controls(isHardened=True, pinned='yes')\nweb.controls = shared\n"
        "other = Server('Other', controls={'pinned': True})\n"
        "assert (web.controls.pinned, web.controls.isHardened, other.controls.pinned) == ('yes', True, True)\n"
    )


def test_elements_have_only_what_was_stated_on_them(load_pytm: LoadPytm) -> None:
    load_pytm(
        f"{START}web.team = 'red'\nother = Server('Other')\n"
        "assert web.team == 'red' and hasattr(web, 'team')\n"
        "assert not hasattr(other, 'team') and getattr(other, 'team', 'none') == 'none'\n"
        "web.tags = []\nweb.tags.append('x')\nassert web.tags == ['x']\n"
    )


def test_one_name_may_hold_values_of_two_types(load_pytm: LoadPytm) -> None:
    text = f"{START}web.team = 'red'\nServer('Other').team = 7\nServer('Third').team = ['x']\n"
    threats = '[{"SID": "OWN", "target": "Server", "condition": "target.team == 7"}]'
    loaded = load_pytm(f"{text}tm.threatsFile = 'threats.json'\n", threats__json=threats)
    assert [pair for pair in loaded.findings if pair.startswith("OWN")] == ["OWN[Other]"]


def test_other_files_keep_their_errors(load_pytm: LoadPytm) -> None:
    """Loaded in the same way, but written for us."""
    load_pytm(f"{START}web.validateInput = True\n")
    with pytest.raises(LoadError, match=r"has no attribute 'validateInput'; did you mean 'validatesInput'\?"):
        load_pytm("from pytest_threatmodel import *\ntm = TM('T')\nServer('Web').validateInput = True\n")


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,20}", fullmatch=True).filter(lambda name: not keyword.iskeyword(name))
VALUES = st.one_of(st.booleans(), st.integers(), st.text(), st.lists(st.text()), st.dictionaries(st.text(), st.none()))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES, value=VALUES, own=st.sampled_from(["web", "flow", "tm", "web.controls"]))
def test_whatever_is_written_the_file_loads_or_says_why(
    load_pytm: LoadPytm, name: str, value: object, own: str
) -> None:
    """An attribute is a field, or one that is told of; a value that a field cannot have is the only error."""
    try:
        loaded = load_pytm(f"{START}{own}.{name} = {value!r}\n")
    except (LoadError, ModelError) as error:
        text = str(error)
        assert "is not accepted" in text or "has an empty name" in text or "is no field" in text, text
        return
    assert len(loaded.notices) <= 1 or "is not known" in loaded.notices[-1]


@given(kind=st.sampled_from(KINDS), name=NAMES)
def test_hints_name_what_there_is(kind: type[Element], name: str) -> None:
    with loading(Load("tm.py")):
        element = kind.__new__(kind)
    meant = hint(element, name)
    if meant is not None:
        word = meant.removeprefix("controls.").partition(" ")[0]
        assert word in (Controls.fields if meant.startswith("controls.") else (*kind.fields, *kind._settable))
