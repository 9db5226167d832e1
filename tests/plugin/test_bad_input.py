"""Bad input ends in one clear error each, and costs nothing elsewhere."""

from __future__ import annotations

import re
import unicodedata
from xml.etree import ElementTree

import pytest

from .models import HEAD
from .models import PACK
from .models import outcomes
from .systems import SHOP
from .systems import SHOP_OUTCOMES
from .systems import closing_section
from .systems import counts
from .systems import ids
from .systems import model_text
from .systems import write_files
from .systems import write_shop

#: What is wrong with a file, and what the one error about it says.
FILES: dict[str, tuple[str, list[str]]] = {
    "syntax error": (HEAD + "Server('Web'\n", ["*threatmodel_bad.py*line 4*", "SyntaxError: *never closed*"]),
    "exception": (HEAD + "1 / 0\n", ["*threatmodel_bad.py*line 4*", "ZeroDivisionError: division by zero"]),
    "exit": (HEAD + "import sys\nsys.exit(2)\n", ["the model file calls sys.exit(2)", "*line 5*"]),
    "exit with a text": (HEAD + "raise SystemExit('no')\n", ["the model file calls sys.exit('no')"]),
    "exit before TM": ("import sys\nsys.exit(0)\n", ["the model file calls sys.exit() before it makes a TM"]),
    "no TM": ("x = 1\n", ['the file makes no TM; a model begins with tm = TM("Name")']),
    "no TM, elements": ("from pytest_threatmodel import Server\nServer('Web')\n", ["*TM*"]),
    "main guard": (
        "from pytest_threatmodel import TM\nif __name__ == '__main__':\n    TM('x')\n",
        ["the file makes no TM, because it stands under `if __name__ ==*"],
    ),
    "function": (
        "from pytest_threatmodel import TM\ndef build():\n    return TM('x')\n",
        ["*but build() does; ini threatmodel_files = threatmodel_bad.py::build calls it"],
    ),
    "two TMs": (HEAD + "TM('Other')\n", ['*TM("Shop") in line 3 and TM("Other") in line 4']),
    "unknown attribute": (HEAD + "Server('Web').isHardned = True\n", ["*isHardned*did you mean*isHardened*"]),
    "unknown keyword": (HEAD + "Server('Web', usesCahe=True)\n", ["*usesCahe*did you mean*usesCache*"]),
    "unknown control": (HEAD + "Server('Web').controls.isHardned = True\n", ["*isHardned*isHardened*"]),
    "flow to nothing": (HEAD + "Dataflow(Server('A'), None, 'x')\n", ["*line 4*"]),
    "flow to a string": (HEAD + "Dataflow(Server('A'), 'B', 'x')\n", ["*line 4*"]),
    "boundary in itself": (HEAD + "b = Boundary('B')\nb.inBoundary = b\n", ["*B*"]),
    "boundaries in turn": (
        HEAD + "a, b = Boundary('A'), Boundary('B')\na.inBoundary, b.inBoundary = b, a\n",
        ["*inside*"],
    ),
    "wrong type": (HEAD + "Server('Web', usesCache='perhaps')\n", ["*usesCache*'perhaps'*"]),
    "unknown import": ("from pytest_threatmodel import TM, Sever\n", ["*Sever*"]),
    "missing module": (HEAD + "import no_such_module_at_all\n", ["ModuleNotFoundError: *no_such_module_at_all*"]),
    "empty": ("", ['the file makes no TM: it is empty; a model begins with tm = TM("Name")']),
    "comments alone": ("# nothing yet\n", ["*it is empty*"]),
    "pytestmark": (HEAD + "pytestmark = ['accept']\n", ["pytestmark holds 'accept', expected marks, accept(...)*"]),
    "override": (
        HEAD + "Server('W').overrides = [Finding(threat_id='TT01', severity='awful')]\n",
        ["*awful*"],
    ),
    "endless recursion": (HEAD + "def f(): f()\nf()\n", ["RecursionError: *"]),
    "null byte": (HEAD + "x = '\0'\n", ["*null bytes*"]),
    "threats file that is not there": (HEAD + "tm.threatsFile = 'nowhere.json'\n", ["*nowhere.json*"]),
}


@pytest.mark.parametrize(("text", "says"), FILES.values(), ids=FILES)
def test_a_file_that_cannot_be_loaded_is_one_error(pytester: pytest.Pytester, text: str, says: list[str]) -> None:
    """Its text says what and where, without lines of ours or pytest's; the other file's results are all there."""
    write_files(pytester, {"threatmodel_bad.py": text, "threatmodel_shop.py": model_text()})
    result = pytester.runpytest("--threatmodel", "-v", "--continue-on-collection-errors")
    assert counts(result) == {"failed": 2, "passed": 4, "errors": 1}
    assert outcomes(result) == SHOP_OUTCOMES
    result.stdout.fnmatch_lines(["*ERROR collecting threatmodel_bad.py*", *says])
    assert "threatmodel_bad.py: could not be loaded" in closing_section(result)
    error = result.stdout.str().partition("ERROR collecting")[2].partition("FAILURES")[0]
    assert "site-packages" not in error
    assert not re.search('File ".*/pytest_threatmodel/', error)
    assert len(error.splitlines()) < 25


def test_a_file_in_another_encoding_is_one_error(pytester: pytest.Pytester) -> None:
    write_shop(pytester)
    pytester.path.joinpath("threatmodel_bad.py").write_bytes(model_text().replace("Web", "Zürich").encode("latin-1"))
    result = pytester.runpytest("--threatmodel", "-v", "--continue-on-collection-errors")
    assert counts(result) == {"failed": 2, "passed": 4, "errors": 1}
    result.stdout.fnmatch_lines(["*SyntaxError: *"])


def test_several_complaints_about_a_model_come_at_once(pytester: pytest.Pytester) -> None:
    write_shop(
        pytester, "Server('').key = 'x'\na = Boundary('A')\na.inBoundary = a\nb = Boundary('B')\nb.inBoundary = b\n"
    )
    result = pytester.runpytest("--threatmodel")
    assert counts(result) == {"errors": 1}
    result.stdout.fnmatch_lines(["the model has * problems:"])


DECISIONS = {
    "unknown threat": ('accept("TT1", reason="x")', "*'TT1'*did you mean 'TT01'*"),
    "unknown element": ('accept("TT01", element="Wbe", reason="x")', "*'Wbe'*Web*"),
    "no reason": ('accept("TT01")', "*reason*"),
    "empty reason": ('accept("TT01", reason="  ")', "*reason*"),
    "no date": ('accept("TT01", reason="x", until="soon")', "*until*'soon'*"),
    "impossible date": ('accept("TT01", reason="x", until="2030-02-31")', "*2030-02-31*"),
    "no threat": ('accept(reason="x")', "*"),
    "unknown argument": ('accept("TT01", reason="x", untill="2030-01-01")', "*untill*"),
    "twice": ('accept("TT01", reason="x"), exclude("TT01", reason="y")', "*"),
}


@pytest.mark.parametrize("place", ["file", "element"])
@pytest.mark.parametrize(("decision", "says"), DECISIONS.values(), ids=DECISIONS)
def test_a_wrong_decision_is_one_failing_item(pytester: pytest.Pytester, decision: str, says: str, place: str) -> None:
    """Or an error of the line that Python itself refuses; the rest of the session has its results."""
    target = "pytestmark" if place == "file" else 'tm["Web"].marks'
    body = f"{SHOP}{target} = [{decision}]\n"
    write_files(pytester, {"threatmodel_shop.py": model_text(body), "test_x.py": "def test_x(): pass"})
    result = pytester.runpytest("--threatmodel", "-v", "--continue-on-collection-errors")
    words = outcomes(result)
    assert words["test_x"] == "PASSED"
    if "errors" in counts(result):
        assert counts(result)["errors"] == 1
        assert "TypeError" in result.stdout.str()
    else:
        assert words["decisions"] == "FAILED"
        assert words.keys() - {"test_x", "decisions"} == SHOP_OUTCOMES.keys()
    result.stdout.fnmatch_lines([says])


def threats_in(pytester: pytest.Pytester, text: str, name: str = "bad.toml") -> pytest.RunResult:
    """A run with this file among the threats; its usage error is one line."""
    write_files(pytester, {"threatmodel_shop.py": model_text(), name: text}, ini=f"threatmodel_threats = {name}")
    return pytester.runpytest("--threatmodel", "-v")


BAD = PACK.replace('"tiny"', '"bad"').replace("TT0", "BB0")
PACKS = {
    "no TOML": (BAD.replace("[pack]", "[pack"), "bad.toml"),
    "empty": ("", "bad.toml"),
    "missing field": (BAD.replace('title = "The system is old"\n', ""), "title"),
    "unknown field": (BAD.replace("severity = ", "serverity = "), "did you mean 'severity'"),
    "repeated id": (BAD.replace("BB02", "BB01"), "BB01"),
    "id of another pack": (BAD.replace("BB01", "TT01"), "TT01"),
    "bad condition": (BAD.replace("target.usesCache and", "target.usesCahce and"), "did you mean 'usesCache'"),
    "code": (BAD.replace("target.usesCache and", "__import__('os').system('touch /tmp/x') and"), "BB01"),
    "failing vulnerable example": (
        BAD.replace(
            'vulnerable = [{ kind = "Server", OS = "DOS" }]', 'vulnerable = [{ kind = "Server", OS = "OS/2" }]'
        ),
        "BB02",
    ),
    "failing safe example": (BAD.replace('OS = "Linux"', 'OS = "DOS"'), "BB02"),
    "unknown severity": (BAD.replace('"low"', '"lowish"'), "lowish"),
    "unknown kind": (BAD.replace('targets = ["Server"]', 'targets = ["Sever"]'), "did you mean 'Server'"),
    "bad id": (BAD.replace("BB02", "BB 02"), "BB 02"),
}


@pytest.mark.parametrize(("text", "says"), PACKS.values(), ids=PACKS)
def test_a_bad_pack_is_a_usage_error_that_names_it(pytester: pytest.Pytester, text: str, says: str) -> None:
    result = threats_in(pytester, text)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    lines = [line for line in result.errlines if line.strip()]
    assert lines[0].startswith("ERROR: ")
    assert says in result.stderr.str()
    assert "Traceback" not in result.stderr.str()
    assert len(lines) <= 4
    assert not pytester.path.joinpath("/tmp/x").exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [("bad.json", "{"), ("bad.json", "[1, 2]"), ("bad.json", '{"a": 1}'), ("bad.txt", "x"), ("nowhere/x.toml", None)],
    ids=["no JSON", "numbers", "object", "kind of file", "no file"],
)
def test_a_bad_threat_file_is_a_usage_error_that_names_it(
    pytester: pytest.Pytester, name: str, text: str | None
) -> None:
    files = {"threatmodel_shop.py": model_text()} | ({} if text is None else {name: text})
    write_files(pytester, files, ini=f"threatmodel_threats = {name}")
    result = pytester.runpytest("--threatmodel")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert name in result.stderr.str()
    assert "Traceback" not in result.stderr.str()


#: A name that would hurt a terminal, an XML file or a reader, in every place where people write text.
HOSTILE = {
    "control": "bell\x07 null\x00 esc\x1b[31mred \x9b5n",
    "newlines": "one\r\ntwo\u2028three\x85four",
    "right-to-left": "\u202egnp.exe\u2066 \u200bzero",
    "surrogate": "half \ud800 of a pair \udfff",
    "long": "x" * 10_000,
    "markup": "</testcase>]]><script>&amp;{{7*7}}%s$(id)`id`",
    "brackets": "[x]::()::a/b\\c|d;e\"f'g",
    "noncharacter": "\ufffe \uffff \U0010ffff",
}
EVERYWHERE = """
name = {name!a}
tm.name = name
tm.description = name
tm.assumptions = [Assumption(name, exclude=["TT02"], description=name)]
zone = Boundary(name + "zone", inBoundary=Boundary(name + "outer"), description=name)
data = Data(name + "data", description=name)
web = Server(name, usesCache=True, inBoundary=zone, description=name, OS=name)
other = Server("Other", usesCache=True, inBoundary=zone, key=name + "key")
flow = Dataflow(web, other, name, protocol=name, data=data, note=name)
web.marks = [accept("TT01", reason=name, owner=name, ticket=name)]
"""


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_everywhere(pytester: pytest.Pytester, name: str) -> None:
    """They reach ids, the terminal and JUnit, and come out as text that breaks none of them."""
    write_shop(pytester, EVERYWHERE.format(name=name))
    junit = pytester.path / "run.xml"
    result = pytester.runpytest("--threatmodel", "-vv", "-rA", f"--junitxml={junit}", "--durations=0")
    text = result.stdout.str()
    assert "INTERNALERROR" not in text + result.stderr.str()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert counts(result) == {"failed": 1, "xfailed": 1, "skipped": 2}
    # `tm.description`, an owner or a ticket stand in no output; the rest is escaped.
    assert not {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n"}
    cases = list(ElementTree.parse(junit).iter("testcase"))
    assert len(cases) == 4
    text.encode()


def test_hostile_names_cross_from_workers(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    files = {
        f"threatmodel_{number}.py": model_text(EVERYWHERE.format(name=name))
        for number, name in enumerate(HOSTILE.values())
    }
    write_files(pytester, files)
    result = pytester.runpytest("--threatmodel", "-n2", "--junitxml=run.xml", "-q")
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()
    count = len(HOSTILE)
    assert counts(result) == {"failed": count, "xfailed": count, "skipped": 2 * count}
    assert len(list(ElementTree.parse(pytester.path / "run.xml").iter("testcase"))) == 4 * count


@pytest.mark.parametrize("name", [value for key, value in HOSTILE.items() if key != "long"])
def test_hostile_names_of_files_and_folders(pytester: pytest.Pytester, name: str) -> None:
    """As far as the file system takes them, and pytest: before 9 it asserts that no node id holds "::()"."""
    if "::()" in name and pytest.version_tuple < (9,):
        pytest.skip("pytest itself refuses such a path")
    safe = re.sub(r"[\x00/\\]", "_", name)
    try:
        write_files(pytester, {f"in {safe}/threatmodel_{safe}.py": model_text()})
    except (OSError, UnicodeError):
        pytest.skip("the file system refuses such a name")
    result = pytester.runpytest("--threatmodel", "--junitxml=run.xml")
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()
    assert counts(result) == {"failed": 2, "passed": 4}


def test_names_that_are_equal_after_escaping_stay_apart(pytester: pytest.Pytester) -> None:
    r"""A newline, and a backslash with an n."""
    write_shop(pytester, 'Server("a\\nb")\nServer("a\\\\nb")\n')
    result = pytester.runpytest("--threatmodel", "--collect-only", "-q", "-k", "TT01")
    assert [line.partition("::")[2] for line in ids(result)] == ["TT01[a\\nb]", "TT01[a\\nb #2]"]


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_pair_is_explained_by_the_id_that_is_printed(pytester: pytest.Pytester, name: str) -> None:
    """Which the user copies from the terminal."""
    write_shop(pytester, f"Server({name!a}, usesCache=True)")
    (pair,) = ids(pytester.runpytest("--threatmodel", "--collect-only", "-q", "-k", "TT01"))
    result = pytester.runpytest(f"--threatmodel-explain={pair}")
    assert result.ret == pytest.ExitCode.OK, result.stderr.str()
    assert "vulnerable" in result.outlines[0]


@pytest.mark.slow
def test_ten_thousand_elements_are_collected_and_run(pytester: pytest.Pytester) -> None:
    """Twenty thousand pairs, half of them findings, within the time of the test suite."""
    write_shop(pytester, 'for n in range(10_000):\n    Server(f"S{n}", usesCache=True, OS="Linux")\n')
    result = pytester.runpytest("--threatmodel", "-q", "--tb=no", "-rN")
    assert counts(result) == {"failed": 10_000, "passed": 10_000}
