"""Controls that tests prove: marks and `proven_by`, what counts as proof, order, and narrowed runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import pytest_threatmodel.plugin.evidence  # noqa: F401  # kept loaded, as in models.py

from .models import FLOW_THREAT
from .models import PACK
from .models import outcomes
from .models import write_project

if TYPE_CHECKING:
    from collections.abc import Mapping

MODEL = 'web = Server("Web", usesCache=True, OS="DOS")\nweb.controls.isHardened = True\n'
REQUIRE = "threatmodel = true\nthreatmodel_evidence = require\n"
PROVES = """
import pytest

@pytest.mark.threat_evidence("Web", "isHardened")
def test_hardened():
    {body}
"""
BOTH = ("TT01[Web]", "TT02[Web]")


def project(pytester: pytest.Pytester, test: str = "", body: str = MODEL, ini: str = REQUIRE, pack: str = PACK) -> None:
    write_project(pytester, body, ini=ini, pack=pack)
    if test:
        pytester.path.joinpath("test_web.py").write_text(test, encoding="utf-8")


def pairs(result: pytest.RunResult) -> dict[str, str]:
    return {name: word for name, word in outcomes(result).items() if name.startswith("T")}


def both(word: str) -> Mapping[str, str]:
    return dict.fromkeys(BOTH, word)


# What counts as proof


def test_a_control_counts_where_its_test_passed(pytester: pytest.Pytester) -> None:
    project(pytester, PROVES.format(body="pass"))
    result = pytester.runpytest("-v")
    assert outcomes(result) == {"test_hardened": "PASSED", **both("PASSED")}
    result.stdout.fnmatch_lines(["  evidence: 1 of 1 control proven"])


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("assert False", "failed"),
        ("pytest.skip('no')", "was skipped"),
        ("pytest.xfail('no')", "failed as expected (xfail)"),
    ],
)
def test_a_test_that_did_not_pass_proves_nothing(pytester: pytest.Pytester, body: str, why: str) -> None:
    project(pytester, PROVES.format(body=body))
    result = pytester.runpytest("-v")
    assert pairs(result) == both("FAILED")
    text = result.stdout.str()
    assert f'no proof of the mitigation: "Web" isHardened: test_web.py::test_hardened {why}' in text
    assert 'or decide: accept("TT01"' in text
    result.stdout.fnmatch_lines(["  findings: 1 high, 1 low", "  evidence: 0 of 1 control proven, 2 * re-opened"])


@pytest.mark.parametrize(
    "test",
    [
        "@pytest.mark.xfail\ndef test_it(): pass",
        "@pytest.mark.parametrize('n', [0, 1])\ndef test_it(n): assert n",
        "@pytest.fixture\ndef late():\n    yield\n    assert False\ndef test_it(late): pass",
        "@pytest.fixture\ndef early():\n    assert False\ndef test_it(early): pass",
    ],
    ids=["xpass", "one parameter", "teardown", "setup"],
)
def test_every_parameter_and_phase_must_pass(pytester: pytest.Pytester, test: str) -> None:
    mark = 'import pytest\npytestmark = pytest.mark.threat_evidence("Web", "isHardened")\n'
    project(pytester, mark + test)
    assert pairs(pytester.runpytest("-v")) == both("FAILED")


def test_every_test_that_claims_a_control_must_pass(pytester: pytest.Pytester) -> None:
    more = '@pytest.mark.threat_evidence("Web", "isHardened")\ndef test_more():\n    assert False\n'
    project(pytester, PROVES.format(body="pass") + more)
    assert pairs(pytester.runpytest("-v")) == both("FAILED")


def test_a_control_that_no_test_claims_is_not_proven(pytester: pytest.Pytester) -> None:
    project(pytester)
    result = pytester.runpytest("-v", "-rf")
    assert pairs(result) == both("FAILED")
    assert '"Web" isHardened: no test proves it' in result.stdout.str()


def test_the_last_rerun_counts(pytester: pytest.Pytester) -> None:
    pytest.importorskip("pytest_rerunfailures")
    flaky = PROVES.format(body="runs.append(1)\n    assert len(runs) > 1") + "\nruns = []\n"
    project(pytester, flaky)
    assert pairs(pytester.runpytest("-v", "--reruns", "1")) == both("PASSED")
    assert pairs(pytester.runpytest("-v", "--reruns", "0")) == both("FAILED")


# What the mitigation rests on


TWO = """
[[threat]]
id = "TW01"
title = "One of two is enough"
targets = ["Server"]
condition = "target.usesCache and not (target.controls.isHardened or target.controls.usesMFA)"
severity = "high"
description = "Either protects."
mitigation = "Take one."
vulnerable = [{ kind = "Server", usesCache = true }]
safe = [{ kind = "Server", usesCache = true, controls = { usesMFA = true } }]

[[threat]]
id = "TW02"
title = "Both are needed"
targets = ["Server"]
condition = "target.usesCache and not (target.controls.isHardened and target.controls.usesMFA)"
severity = "high"
description = "Both protect."
mitigation = "Take both."
vulnerable = [{ kind = "Server", usesCache = true }]
safe = [{ kind = "Server", usesCache = true, controls = { usesMFA = true, isHardened = true } }]
"""


def test_a_pair_is_open_again_when_what_is_proven_does_not_carry_it(pytester: pytest.Pytester) -> None:
    body = 'Server("Web", usesCache=True, controls=Controls(isHardened=True, usesMFA=True))\n'
    project(pytester, PROVES.format(body="pass"), body, pack=PACK + TWO)
    found = pairs(pytester.runpytest("-v"))
    assert (found["TW01[Web]"], found["TW02[Web]"]) == ("PASSED", "FAILED")


def test_what_is_carried_by_facts_needs_no_proof(pytester: pytest.Pytester) -> None:
    body = 'a, b = Server("A"), Server("B")\nDataflow(a, b, "Call", protocol="HTTPS")\n'
    project(pytester, "", body, pack=PACK + FLOW_THREAT)
    assert pairs(pytester.runpytest("-v"))["TF01[Call]"] == "PASSED"


def test_an_inherited_control_is_proven_where_it_is_stated(pytester: pytest.Pytester) -> None:
    body = (
        'a, web = Server("A"), Server("Web", controls={"isEncrypted": True})\n'
        'Dataflow(a, web, "Call", protocol="HTTP")\n'
    )
    test = PROVES.replace("isHardened", "isEncrypted")
    project(pytester, test.format(body="pass"), body, pack=PACK + FLOW_THREAT)
    assert pairs(pytester.runpytest("-v"))["TF01[Call]"] == "PASSED"
    project(pytester, test.format(body="assert 0"), body, pack=PACK + FLOW_THREAT)
    assert pairs(pytester.runpytest("-v"))["TF01[Call]"] == "FAILED"


def test_only_pairs_of_some_severity_need_proof(pytester: pytest.Pytester) -> None:
    project(pytester, ini=REQUIRE + "threatmodel_evidence_for = high\n")
    assert pairs(pytester.runpytest("-v")) == {"TT01[Web]": "FAILED", "TT02[Web]": "PASSED"}


# Modes


@pytest.mark.parametrize("mode", ["off", "report"])
def test_only_require_changes_outcomes(pytester: pytest.Pytester, mode: str) -> None:
    project(pytester, PROVES.format(body="assert False"), ini=f"threatmodel = true\nthreatmodel_evidence = {mode}\n")
    result = pytester.runpytest("-v")
    assert outcomes(result) == {"test_hardened": "FAILED", **both("PASSED")}
    assert ("2 mitigated pairs without proof" in result.stdout.str()) is (mode == "report")


def test_the_mark_is_known_where_threat_models_are_off(pytester: pytest.Pytester) -> None:
    project(pytester, PROVES.format(body="pass"), ini="")
    assert outcomes(pytester.runpytest("-v", "--strict-markers")) == {"test_hardened": "PASSED"}


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("threatmodel_evidence = requires", "'requires', expected off, report or require; did you mean 'require'?"),
        ("threatmodel_evidence_for = hihg", "did you mean 'high'?"),
        ("threatmodel_evidence_cap = 0", "expected a whole number from 1 on"),
        ("threatmodel_evidence_age = soon", "expected a whole number of days"),
        ("threatmodel_evidence_partial = maybe", "expected skip or fail"),
    ],
)
def test_wrong_settings_are_told(pytester: pytest.Pytester, setting: str, told: str) -> None:
    ini = REQUIRE if "evidence =" not in setting else "threatmodel = true\n"
    project(pytester, ini=f"{ini}{setting}\n")
    result = pytester.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert told in result.stderr.str()


# Names


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        ('"Wbe", "isHardened"', "no element 'Wbe' in threatmodel_shop.py; did you mean 'Web'?"),
        ('"Web", "isHardend"', "Server 'Web' has no control 'isHardend'; did you mean 'isHardened'?"),
        ('"Web", "is*"', "has no control 'is*'"),
        ('"Web", "usesCache"', "has no control 'usesCache'"),
        ('"Web"', "expected an element and its controls"),
        ('"Web", "isHardened", modle="x"', "unknown argument 'modle'; did you mean 'model'?"),
        ('"Web", "isHardened", model="Shpo"', "no model 'Shpo' is loaded; did you mean 'Shop'?"),
        ('"Web", "isHardened", "usesMFA", "usesVPN", "isResilient", "isEncrypted", "encryptsCookies"', "at most 5"),
    ],
)
def test_a_test_with_a_wrong_claim_fails(pytester: pytest.Pytester, mark: str, told: str) -> None:
    project(pytester, f"import pytest\n@pytest.mark.threat_evidence({mark})\ndef test_it(): pass\n")
    result = pytester.runpytest("-v")
    assert outcomes(result)["test_it"] == "FAILED"
    assert told in result.stdout.str()


def test_without_a_model_names_are_not_checked(pytester: pytest.Pytester) -> None:
    project(pytester, PROVES.format(body="pass"))
    pytester.path.joinpath("threatmodel_shop.py").unlink()
    assert outcomes(pytester.runpytest("-v")) == {"test_hardened": "PASSED"}


def test_of_two_models_with_the_element_the_mark_names_one(pytester: pytest.Pytester) -> None:
    project(pytester, PROVES.format(body="pass"))
    other = pytester.path.joinpath("threatmodel_other.py")
    text = pytester.path.joinpath("threatmodel_shop.py").read_text(encoding="utf-8")
    other.write_text(text.replace("Shop", "Other"), encoding="utf-8")
    assert "say which with model=" in pytester.runpytest().stdout.str()
    shop = pytester.path.joinpath("threatmodel_shop.py")
    shop.write_text(text + "tm.key = 'web-shop'\n", encoding="utf-8")
    for name in ("Shop", "web-shop", "threatmodel_shop.py"):
        mark = PROVES.replace('"isHardened"', f'"isHardened", model="{name}"')
        pytester.path.joinpath("test_web.py").write_text(mark.format(body="pass"), encoding="utf-8")
        pytester.runpytest().assert_outcomes(passed=3, failed=2)


def test_the_decorator_is_the_mark(pytester: pytest.Pytester) -> None:
    test = (
        'from pytest_threatmodel import evidence\n@evidence("Web", "isHardened", model="Shop")\ndef test_it(): pass\n'
    )
    project(pytester, test)
    assert pairs(pytester.runpytest("-v", "--strict-markers")) == both("PASSED")


# proven_by


@pytest.mark.parametrize("body", ["pass", "assert False"])
def test_a_model_names_the_tests(pytester: pytest.Pytester, body: str) -> None:
    test = f"import pytest\n@pytest.mark.parametrize('n', [1, 2])\ndef test_it(n):\n    {body}\n"
    model = MODEL.replace("= True\n", '= proven_by("test_web.py::test_it")\n')
    project(pytester, test, model)
    assert pairs(pytester.runpytest("-v")) == both("PASSED" if body == "pass" else "FAILED")


def test_a_test_that_a_model_names_and_that_is_not_there(pytester: pytest.Pytester) -> None:
    project(pytester, "", MODEL.replace("= True\n", '= proven_by("test_web.py::test_it")\n'))
    result = pytester.runpytest("-v")
    assert pairs(result) == both("FAILED")
    assert "test_web.py::test_it did not run" in result.stdout.str()


# Narrowed runs


@pytest.mark.parametrize(
    "args", [("-k", "not hardened"), ("threatmodel_shop.py",), ("threatmodel_shop.py::TT01[Web]",)]
)
def test_pairs_whose_evidence_was_not_selected_are_skipped(pytester: pytest.Pytester, args: tuple[str, ...]) -> None:
    project(pytester, PROVES.format(body="pass"))
    result = pytester.runpytest("-v", "-rs", *args)
    assert set(pairs(result).values()) == {"SKIPPED"}
    assert "evidence not in this run" in result.stdout.str()
    result = pytester.runpytest("-v", "-o", "threatmodel_evidence_partial=fail", *args)
    assert set(pairs(result).values()) == {"FAILED"}


def test_with_last_failed_too(pytester: pytest.Pytester) -> None:
    project(pytester, PROVES.format(body="pass"), MODEL + "def test_red(): assert False\n")
    pytester.runpytest()
    pytester.path.joinpath(".pytest_cache/v/cache/lastfailed").write_text('{"threatmodel_shop.py::TT01[Web]": true}')
    assert pairs(pytester.runpytest("-v", "--lf")) == {"TT01[Web]": "SKIPPED"}


# Order


@pytest.mark.parametrize("args", [(), ("--ff",), ("--nf",), ("--randomly-seed=3",), ("--order-dependencies",)])
def test_evidence_runs_before_the_pairs_that_need_it(pytester: pytest.Pytester, args: tuple[str, ...]) -> None:
    if "--randomly-seed=3" in args:
        pytest.importorskip("pytest_randomly")
    if "--order-dependencies" in args:
        pytest.importorskip("pytest_order")
    text = PROVES.format(body="pass") + "\n@pytest.mark.order(-1)\ndef test_last(): pass\n"
    project(pytester, ini=REQUIRE + "markers =\n    order\n")
    pytester.path.joinpath("threatmodel_z.py").write_text("from pytest_threatmodel import *\ntm = TM('Z')\n")
    pytester.path.joinpath("zz_test.py").write_text(text, encoding="utf-8")
    pytester.path.joinpath(".pytest_cache/v/cache").mkdir(parents=True)
    failed = '{"threatmodel_shop.py::TT01[Web]": true}'
    pytester.path.joinpath(".pytest_cache/v/cache/lastfailed").write_text(failed)
    assert pairs(pytester.runpytest("-v", *args)) == both("PASSED")


def test_only_pairs_that_need_it_move(pytester: pytest.Pytester) -> None:
    project(pytester, body=MODEL + 'Server("Calm", usesCache=False, OS="Linux")\n')
    pytester.path.joinpath("zz_test.py").write_text(PROVES.format(body="pass"), encoding="utf-8")
    found = list(outcomes(pytester.runpytest("-v", "-p", "no:randomly")))
    assert found == ["TT01[Calm]", "TT02[Calm]", "test_hardened", *BOTH]


def test_module_fixtures_are_set_up_once_where_pairs_move(pytester: pytest.Pytester) -> None:
    model = """
@pytest.fixture(scope="module", autouse=True)
def once():
    print("SET UP")

def test_one(): pass

@pytest.mark.threat_evidence("Web", "isHardened")
def test_two(threatmodel): pass
def test_three(): pass
"""
    project(pytester, body=MODEL + model)
    result = pytester.runpytest("-v", "-s")
    assert set(outcomes(result).values()) == {"PASSED"}
    assert result.stdout.str().count("SET UP") == 1


# Decisions


def test_a_decision_holds_while_the_control_is_unproven(pytester: pytest.Pytester) -> None:
    model = MODEL + 'web.marks = [accept("TT01", reason="until it is tested")]\n'
    project(pytester, body=model)
    assert pairs(pytester.runpytest("-v")) == {"TT01[Web]": "XFAIL", "TT02[Web]": "FAILED"}


def test_a_decision_is_no_longer_needed_once_it_is_proven(pytester: pytest.Pytester) -> None:
    model = MODEL + 'web.marks = [accept("TT01", reason="until it is tested")]\n'
    project(pytester, PROVES.format(body="pass"), model)
    result = pytester.runpytest("-v")
    assert pairs(result) == {"TT01[Web]": "FAILED", "TT02[Web]": "PASSED"}
    assert "is no longer needed: remove it" in result.stdout.str()


def test_a_decision_of_a_conftest_holds_too(pytester: pytest.Pytester) -> None:
    decide = """
    import pytest

    def pytest_collection_modifyitems(items):
        for item in items:
            if item.name == "TT01[Web]":
                item.add_marker(pytest.mark.threat_accept("TT01", reason="until it is tested"))
    """
    write_project(pytester, MODEL, ini=REQUIRE, conftest=decide)
    assert pairs(pytester.runpytest("-v")) == {"TT01[Web]": "XFAIL", "TT02[Web]": "FAILED"}


def test_an_exclusion_needs_no_proof(pytester: pytest.Pytester) -> None:
    project(pytester, body=MODEL + 'web.marks = [exclude("*", reason="not ours")]\n')
    result = pytester.runpytest("-v", "-rs")
    assert pairs(result) == both("SKIPPED")
    assert "not ours" in result.stdout.str()


def test_the_standard_protocol_says_the_same(pytester: pytest.Pytester) -> None:
    write_project(pytester, MODEL, ini=REQUIRE, conftest="def pytest_runtest_setup(item): pass\n")
    result = pytester.runpytest("-v", "-vv")
    assert pairs(result) == both("FAILED")
    assert result.stdout.str().count('no proof of the mitigation: "Web" isHardened: no test proves it') == 4
    assert "standard protocol for pairs" in result.stdout.str()


def test_severities_below_the_gate_pass_as_findings_do(pytester: pytest.Pytester) -> None:
    project(pytester)
    result = pytester.runpytest("-v", "--threatmodel-fail-on=high")
    assert pairs(result) == {"TT01[Web]": "FAILED", "TT02[Web]": "XFAIL"}


# Workers


def test_several_workers_need_an_earlier_run(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    project(pytester, PROVES.format(body="pass"))
    result = pytester.runpytest("-n", "2")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "--threatmodel-evidence-from=evidence.xml" in result.stderr.str()


def test_without_xdist(pytester: pytest.Pytester) -> None:
    project(pytester, PROVES.format(body="pass"))
    assert pairs(pytester.runpytest("-v", "-p", "no:xdist")) == both("PASSED")


# Reports


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_reports_tell_what_is_proven(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    if workers:
        pytest.importorskip("xdist")
    body = 'Server("Web", usesCache=True, controls=Controls(isHardened=True, usesMFA=True))\n'
    project(pytester, PROVES.format(body="pass"), body, ini="threatmodel_evidence = report\n", pack=PACK + TWO)
    pytester.runpytest("--threatmodel", "--threatmodel-report=json,md", *workers)
    made = json.loads(next(pytester.path.glob("threatmodel-artifacts/**/*.json")).read_text(encoding="utf-8"))
    assert made["proofs"] == [
        {
            "element": "Web",
            "control": "isHardened",
            "state": "proven",
            "why": "",
            "tests": ["test_web.py::test_hardened"],
        },
        {"element": "Web", "control": "usesMFA", "state": "unproven", "why": "no test proves it", "tests": []},
    ]
    text = next(pytester.path.glob("threatmodel-artifacts/**/*.md")).read_text(encoding="utf-8")
    assert "## Evidence (1 of 2 proven)" in text
    assert "none: no test proves it" in text


def test_pairs_that_are_open_again_are_findings_in_reports(pytester: pytest.Pytester) -> None:
    project(pytester)
    pytester.runpytest("--threatmodel-report=json,md,html,csv,sarif", "--junitxml=all.xml")
    made = json.loads(next(pytester.path.glob("threatmodel-artifacts/**/*shop*.json")).read_text(encoding="utf-8"))
    pair = made["pairs"][0]
    assert (pair["verdict"], pair["judged"], pair["outcome"]) == ("vulnerable", "failed", "failed")
    assert pair["evidence"] == ['"Web" isHardened: no test proves it']
    assert pair["fixes"] == ['let a test prove isHardened of "Web"']
    texts = [path.read_text(encoding="utf-8") for path in pytester.path.glob("threatmodel-artifacts/**/*shop*.*")]
    assert sum("no test proves it" in text for text in texts) >= 4
    junit = (pytester.path / "all.xml").read_text(encoding="utf-8")
    assert '<property name="evidence" value="&quot;Web&quot; isHardened: no test proves it"' in junit
