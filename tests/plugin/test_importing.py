"""`load()` in a model file: files of other tools become models that the file amends, and plugins read more formats."""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent
from typing import TYPE_CHECKING
from typing import Any

import pytest

from pytest_threatmodel.hookspecs import pytest_threatmodel_load

from .models import FLOW_THREAT
from .models import PACK
from .models import outcomes
from .systems import write_files

if TYPE_CHECKING:
    from .systems import Run

FOUND = {"threat": "t1", "state": "Accepted", "attributes": {"note": "kept by the proxy"}}
OTM: dict[str, Any] = {
    "otmVersion": "0.2.0",
    "project": {"name": "Shop", "id": "shop", "owner": "shop team"},
    "trustZones": [{"id": "net", "name": "Internet", "risk": {"trustRating": 5}}],
    "components": [
        {"id": "c1", "name": "Web", "type": "web-service", "parent": {"trustZone": "net"}, "threats": [FOUND]},
        {"id": "c2", "name": "Till", "type": "till", "parent": {"trustZone": "net"}},
    ],
    "dataflows": [{"id": "f1", "name": "Pay", "source": "c2", "destination": "c1"}],
    "threats": [{"id": "t1", "name": "Cached answers are read!", "risk": {"likelihood": 10, "impact": 10}}],
}
LOADS = """
from pytest_threatmodel import Server, Dataflow, accept, exclude, load

tm = load("models/shop.otm.json")
tm["Web"].usesCache = True
tm["Pay"].protocol = "HTTP"
queue = Server("Queue", inBoundary=tm["Internet"], usesCache=True, controls={"isHardened": True})
Dataflow(tm["Till"], queue, "Enqueue", protocol="HTTPS")
"""


def write(pytester: pytest.Pytester, model: str = LOADS, document: object = OTM, **more: Any) -> None:
    files = {"threatmodel_shop.py": model, "models/shop.otm.json": json.dumps(document)}
    write_files(pytester, {**files, **more.pop("files", {})}, pack=PACK + FLOW_THREAT, **more)


def test_an_imported_model_is_amended_and_run_everywhere(pytester: pytest.Pytester, run_ways: Run) -> None:
    """The source's acceptance holds; what the model file states about imported elements counts."""
    write(pytester)
    result = run_ways("--threatmodel", "-v")
    assert outcomes(result) == {
        "TT01[Web]": "XFAIL",
        "TT02[Web]": "PASSED",
        "TF01[Pay]": "FAILED",
        "TT01[Queue]": "PASSED",
        "TT02[Queue]": "PASSED",
        "TF01[Enqueue]": "PASSED",
    }
    result.stdout.fnmatch_lines(
        [
            "threatmodel_shop.py: Shop, 6 elements, 6 pairs*",
            "  decisions: 1 accepted",
            "  shop.otm.json: /components/1: type 'till' is not known, taken as Process",
            "  shop.otm.json: /project/owner is not read",
            "  shop.otm.json: /components/[*]/threats/[*]/attributes/note is not read",
        ]
    )


def test_a_failure_names_the_line_of_load_and_the_place_in_the_file(pytester: pytest.Pytester) -> None:
    write(pytester)
    result = pytester.runpytest("--threatmodel", "-k", "TF01 and Pay")
    result.stdout.fnmatch_lines(
        [
            'on    Dataflow "Pay" (Till -> Web)                        threatmodel_shop.py:4',
            "from  shop.otm.json: /dataflows/0",
            "why   target.protocol == 'HTTP'                           'HTTP', stated in line 6",
        ]
    )


def test_explain_names_them_too(pytester: pytest.Pytester) -> None:
    write(pytester)
    result = pytester.runpytest("--threatmodel-explain=threatmodel_shop.py::TT01[Web]")
    result.stdout.fnmatch_lines(["*threatmodel_shop.py:4", "from  shop.otm.json: /components/0"])
    result = pytester.runpytest("--threatmodel-explain=threatmodel_shop.py::TT01[Queue]")
    assert "from  " not in result.stdout.str()


def test_the_reason_is_in_the_words_of_the_source(pytester: pytest.Pytester) -> None:
    write(pytester)
    result = pytester.runpytest("--threatmodel", "-rx", "-k", "TT01 and Web")
    result.stdout.fnmatch_lines(["XFAIL threatmodel_shop.py::TT01?Web? - Accepted, says shop.otm.json"])


def test_decisions_of_the_model_file_are_nearer(pytester: pytest.Pytester) -> None:
    write(pytester, LOADS + '\ntm["Web"].marks = [exclude("TT01", reason="no cache in front")]\n')
    result = pytester.runpytest("--threatmodel", "-v", "-k", "TT01 and Web")
    assert outcomes(result) == {"TT01[Web]": "SKIPPED"}


def test_reports_hold_the_notices_and_the_decisions(pytester: pytest.Pytester) -> None:
    write(pytester)
    pytester.runpytest("--threatmodel-report=json", "--threatmodel-output=out")
    [path] = (pytester.path / "out").glob("*.json")
    report = json.loads(path.read_text(encoding="utf-8"))
    assert "shop.otm.json: /project/owner is not read" in report["notices"]
    [decision] = report["decisions"]
    assert (decision["status"], decision["element"], decision["line"]) == ("accepted", "Web", 4)
    assert decision["spelled"] == "'Cached answers are read!' in shop.otm.json: /components/0/threats/0"


def test_the_otm_report_is_written_for_each_model(pytester: pytest.Pytester) -> None:
    write(pytester)
    result = pytester.runpytest("--threatmodel-report=otm", "--threatmodel-output=out")
    result.stdout.fnmatch_lines(["*generated Open Threat Model: *.otm.json*"])
    [path] = (pytester.path / "out").glob("*.otm.json")
    assert json.loads(path.read_text(encoding="utf-8"))["project"]["name"] == "Shop"


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ('tm = load("models/shop.json")', "*ImportFault: shop.json: cannot be read: No such file or directory*"),
        ("tm = load(5)", "*ModelError: load() takes the path of a file, got 5 (threatmodel_shop.py:2)"),
        (
            'own = TM("Own")\ntm = load("models/shop.otm.json")',
            '*ModelError: load() makes the model, but there is TM "Own" (threatmodel_shop.py:2) already; '
            "one file describes one system (threatmodel_shop.py:3)",
        ),
        (
            'tm = load("models/shop.otm.json")\nmore = load("models/shop.otm.json")',
            '*ModelError: load() makes the model, but there is TM "Shop" (threatmodel_shop.py:2) already*',
        ),
        (
            'tm = load("models/shop.otm.json")\nown = TM("Own")',
            '*one file describes one system, but this one makes 2: TM("Shop") in line 2 and TM("Own") in line 3',
        ),
        (
            'tm = load("models/shop.otm.json")\ntm["Wep"].usesCache = True',
            "*ModelError: TM \"Shop\" has no element 'Wep'; did you mean 'Web'?",
        ),
    ],
)
def test_what_is_wrong_is_one_error_with_the_users_lines(pytester: pytest.Pytester, model: str, told: str) -> None:
    write(pytester, f"from pytest_threatmodel import TM, load\n{model}\n".lstrip())
    result = pytester.runpytest("--threatmodel")
    result.stdout.fnmatch_lines([told.replace("[", "[[]")])
    assert result.parseoutcomes() == {"errors": 1}
    assert "tm.py" not in result.stdout.str()
    assert "importers/" not in result.stdout.str()


def test_a_damaged_file_is_an_error_that_says_where(pytester: pytest.Pytester) -> None:
    write(pytester, files={"models/shop.otm.json": json.dumps(OTM)[:150]})
    result = pytester.runpytest("--threatmodel")
    result.stdout.fnmatch_lines(["*ImportFault: shop.otm.json, line 1, column *: is damaged, or no JSON: *"])
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_a_file_is_found_beside_the_model_file_wherever_pytest_runs(pytester: pytest.Pytester) -> None:
    """Also when a helper module of the model file calls load()."""
    helper = 'from pytest_threatmodel import load\n\ndef model():\n    return load("shop.json")\n'
    write(
        pytester,
        "",
        files={
            "security/model/threatmodel_a.py": "from lib.helper import model\ntm = model()\n",
            "security/model/lib/helper.py": helper,
            "security/model/shop.json": json.dumps(OTM),
        },
    )
    (pytester.path / "threatmodel_shop.py").unlink()
    result = pytester.runpytest("--threatmodel", "-v")
    assert outcomes(result)["TT02[Web]"] == "PASSED"
    result.stdout.fnmatch_lines(["*threatmodel_a.py: Shop, 4 elements*"])


#: The example in the documentation of the hook.
ARROWS = "import pytest\n" + dedent((pytest_threatmodel_load.__doc__ or "").partition("For example:\n")[2])


def test_a_conftest_or_plugin_reads_other_formats(pytester: pytest.Pytester, run_ways: Run) -> None:
    """A conftest beside the model file will do."""
    model = 'from pytest_threatmodel import load\ntm = load("net.arrows")\ntm["a"].usesCache = True\n'
    files = {"sub/conftest.py": ARROWS, "sub/threatmodel_net.py": model, "sub/net.arrows": "a -> b\nb -> c\n"}
    write(pytester, files=files)
    result = run_ways("--threatmodel", "-v", "sub")
    assert outcomes(result)["TT01[a]"] == "FAILED"
    assert {"TF01[line 1]", "TF01[line 2]"} <= set(outcomes(result))
    result.stdout.fnmatch_lines(["from  net.arrows"])


def test_the_built_in_formats_are_read_beside_those_of_plugins(pytester: pytest.Pytester) -> None:
    write(pytester, conftest=ARROWS)
    assert outcomes(pytester.runpytest("--threatmodel", "-v"))["TT01[Web]"] == "XFAIL"


def test_a_hook_that_gives_something_else_is_an_error(pytester: pytest.Pytester) -> None:
    write(pytester, conftest="def pytest_threatmodel_load(config, path):\n    return {'name': path.name}\n")
    result = pytester.runpytest("--threatmodel")
    result.stdout.fnmatch_lines(
        [
            "*ModelError: hook pytest_threatmodel_load: expected pytest_threatmodel.importers.parsed.Parsed or None,"
            " got {'name': 'shop.otm.json'}"
        ]
    )


def test_a_script_loads_as_pytest_does(pytester: pytest.Pytester) -> None:
    """From another folder too; the file is found beside the script."""
    write(pytester, LOADS + "tm.process()\n")
    script = pytester.path / "threatmodel_shop.py"
    elsewhere = pytester.mkdir("elsewhere")
    done = subprocess.run([sys.executable, str(script)], cwd=elsewhere, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert 'TM "Shop": 6 elements, no problem in the model.' in done.stdout


def test_ordinary_tests_see_the_imported_model(pytester: pytest.Pytester) -> None:
    own = """
    def test_all_is_on_the_internet(threatmodel):
        assert all(asset.inside(threatmodel["Internet"]) for asset in threatmodel.assets)
    """
    write(pytester, LOADS + own.replace("\n    ", "\n"))
    pytester.runpytest("--threatmodel", "-k", "test_all").assert_outcomes(passed=1)
