"""New rules: their findings fail nothing for a while; and threats that stand for others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from .models import PACK
from .models import outcomes
from .models import write_project
from .test_output import section

if TYPE_CHECKING:
    from pathlib import Path

WAYS = pytest.mark.parametrize(
    "way",
    [(), pytest.param(("-n", "2"), marks=pytest.mark.workers), ("-p", "no:xdist")],
    ids=["plain", "two-workers", "xdist-blocked"],
)
#: TT01 came with the first version, TT02 with the second, on the first of November.
RELEASES = 'releases = { "2.0" = 2026-01-01, "2.1" = 2026-11-01 }'
DATED = PACK.replace('version = "2.1"', f'version = "2.1"\n{RELEASES}')
DATED = DATED.replace('id = "TT01"', 'id = "TT01"\nsince = "2.0"').replace('id = "TT02"', 'id = "TT02"\nsince = "2.1"')
BODY = 'web = Server("Web", usesCache=True, OS="DOS")\n'


@pytest.fixture(autouse=True)
def without_xdist_where_there_is_none(request: pytest.FixtureRequest) -> None:
    if "-n" in getattr(getattr(request.node, "callspec", None), "params", {}).get("way", ()):
        pytest.importorskip("xdist")


def project(pytester: pytest.Pytester, body: str = BODY, *, pack: str = DATED, ini: str = "") -> Path:
    return write_project(pytester, body, pack=pack, ini=ini)


def run(pytester: pytest.Pytester, day: str, *args: str) -> pytest.RunResult:
    return pytester.runpytest(f"--threatmodel-today={day}", "-v", *args)


@WAYS
@pytest.mark.parametrize(
    ("day", "word"),
    [("2026-10-01", "XFAIL"), ("2026-11-30", "XFAIL"), ("2026-12-01", "FAILED"), ("2027-06-01", "FAILED")],
)
def test_a_finding_of_a_new_rule_fails_after_thirty_days(
    pytester: pytest.Pytester, way: tuple[str, ...], day: str, word: str
) -> None:
    project(pytester)
    result = run(pytester, day, *way)
    assert outcomes(result) == {"TT01[Web]": "FAILED", "TT02[Web]": word}
    told = "  weakened: 1 undecided finding let pass: new rule, fails from 2026-12-01"
    assert (told in section(result)) is (word == "XFAIL")


@pytest.mark.parametrize(("grace", "word"), [("0", "FAILED"), ("1", "FAILED"), ("10", "XFAIL"), ("999999", "XFAIL")])
def test_the_time_of_grace_can_be_set(pytester: pytest.Pytester, grace: str, word: str) -> None:
    project(pytester, ini=f"threatmodel_new_rules_grace = {grace}\n")
    assert outcomes(run(pytester, "2026-11-05"))["TT02[Web]"] == word


@pytest.mark.parametrize("grace", ["-1", "ten", "1.5", "9999999"])
def test_a_wrong_time_of_grace_is_a_usage_error(pytester: pytest.Pytester, grace: str) -> None:
    project(pytester, ini=f"threatmodel_new_rules_grace = {grace}\n")
    result = run(pytester, "2026-11-05")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ini setting threatmodel_new_rules_grace: {grace!r}, expected a whole number" in result.stderr.str()


def test_a_decision_on_a_new_rule_counts(pytester: pytest.Pytester) -> None:
    body = BODY + 'web.marks = [accept("TT02", reason="known", owner="Ada", until="2026-11-10")]'
    project(pytester, body)
    assert "XFAIL (known" in run(pytester, "2026-11-05").stdout.str()
    assert outcomes(run(pytester, "2026-11-15"))["TT02[Web]"] == "FAILED"


def test_a_stale_decision_on_a_new_rule_fails_as_ever(pytester: pytest.Pytester) -> None:
    body = (
        'web = Server("Web", OS="Linux")\nweb.marks = [accept("TT02", reason="known", owner="Ada", until="2026-12-10")]'
    )
    project(pytester, body)
    assert outcomes(run(pytester, "2026-11-05"))["TT02[Web]"] == "FAILED"


def test_reports_have_a_word_for_what_passes_as_its_rule_is_new(pytester: pytest.Pytester) -> None:
    project(pytester)
    run(pytester, "2026-11-05", "--threatmodel-report=json,md,html,csv")
    folder = pytester.path / "threatmodel-artifacts"
    made = json.loads(folder.joinpath("threatmodel_shop.json").read_text(encoding="utf-8"))
    first, second = made["pairs"]
    assert "new_rule" not in first
    assert (second["new_rule"], second["reason"]) == ("2026-12-01", "new rule, fails from 2026-12-01")
    assert [(each["sort"], each["pairs"]) for each in made["weakenings"] if each["sort"] == "new rule"] == [
        ("new rule", 1)
    ]
    for suffix in ("md", "html", "csv"):
        text = folder.joinpath(f"threatmodel_shop.{suffix}").read_text(encoding="utf-8")
        assert "2026-12-01" in text, suffix


def test_what_the_gate_lets_pass_for_ever_says_so(pytester: pytest.Pytester) -> None:
    project(pytester)
    result = run(pytester, "2026-11-05", "--threatmodel-fail-on=medium")
    assert "low severity, below --threatmodel-fail-on=medium" in result.stdout.str()
    assert "new rule" not in result.stdout.str()


# the version of the library


def test_a_version_leaves_out_what_came_later_and_the_header_says_so(pytester: pytest.Pytester) -> None:
    project(pytester, ini="threatmodel_library = 1.0\n")
    result = pytester.runpytest("--threatmodel", "-o", "threatmodel_packs=core tiny")
    result.stdout.fnmatch_lines(["threat models: 0 later threats left out, threatmodel_library = 1.0"])


@pytest.mark.parametrize("version", ["1.00001", "latest", "99.1"])
def test_an_unknown_version_is_a_usage_error_with_the_known_ones(pytester: pytest.Pytester, version: str) -> None:
    project(pytester, ini=f"threatmodel_library = {version}\n")
    result = pytester.runpytest("--threatmodel")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    told = f"ini setting threatmodel_library: unknown version '{version}' of the threat library, expected 1.0"
    assert told in result.stderr.str()


# threats that stand for others

REPLACED = PACK.replace('id = "TT01"', 'id = "TT01"\nreplaces = ["OLD1", "OLD2"]')


@WAYS
@pytest.mark.parametrize(
    "line",
    [
        'web.marks = [accept("OLD1", reason="known", owner="Ada", until="2099-12-31")]',
        'pytestmark = accept("OLD2", element="Web", reason="known", owner="Ada", until="2099-12-31")',
    ],
    ids=["element", "file"],
)
def test_a_decision_that_names_a_replaced_threat_counts_for_the_new_one(
    pytester: pytest.Pytester, way: tuple[str, ...], line: str
) -> None:
    project(pytester, f'web = Server("Web", usesCache=True)\n{line}', pack=REPLACED)
    result = pytester.runpytest("--threatmodel", "-v", *way)
    assert outcomes(result) == {"TT01[Web]": "XFAIL", "TT02[Web]": "PASSED"}
    assert any(text.endswith(" is TT01 now, name that") for text in section(result))


def test_assumptions_and_exclusions_of_a_replaced_threat_count_for_the_new_one(pytester: pytest.Pytester) -> None:
    body = 'web = Server("Web", usesCache=True)\nweb.assumptions = [Assumption("none", exclude=["OLD1"])]'
    project(pytester, body, pack=REPLACED)
    assert outcomes(pytester.runpytest("--threatmodel", "-v"))["TT01[Web]"] == "SKIPPED"


def test_an_entry_of_a_register_counts_for_the_new_threat(pytester: pytest.Pytester) -> None:
    project(pytester, 'web = Server("Web", usesCache=True)', pack=REPLACED)
    entry = '[[decision]]\nthreat = "OLD1"\nelement = "Web"\nstatus = "accepted"\nreason = "known"\nowner = "Ada"\n'
    pytester.path.joinpath("threatmodel-register.toml").write_text(
        f"{entry}until = 2099-12-31\nfacts = {{ usesCache = true }}\n",
        encoding="utf-8",
    )
    assert outcomes(pytester.runpytest("--threatmodel", "-v"))["TT01[Web]"] == "XFAIL"


def test_the_option_exclude_understands_a_replaced_threat(pytester: pytest.Pytester) -> None:
    project(pytester, 'web = Server("Web", usesCache=True)', pack=REPLACED)
    result = pytester.runpytest("--threatmodel-exclude=OLD1", "-v")
    assert outcomes(result) == {"TT02[Web]": "PASSED"}


def test_an_override_of_a_replaced_threat_counts_for_the_new_one(pytester: pytest.Pytester) -> None:
    body = 'web = Server("Web", usesCache=True)\nweb.overrides = [Finding(threat_id="OLD1", severity="low")]'
    project(pytester, body, pack=REPLACED)
    result = pytester.runpytest("--threatmodel", "-v")
    result.stdout.fnmatch_lines(["  findings: 1 low"])


def test_a_conftests_decision_on_a_replaced_threat_counts_for_the_new_one(pytester: pytest.Pytester) -> None:
    conftest = """
    import pytest

    def pytest_collection_modifyitems(items):
        for item in items:
            item.add_marker(pytest.mark.threat_accept("OLD1", reason="known", owner="Ada", until="2099-12-31"))
    """
    write_project(pytester, 'web = Server("Web", usesCache=True)', pack=REPLACED, conftest=conftest)
    assert outcomes(pytester.runpytest("--threatmodel", "-v"))["TT01[Web]"] == "XFAIL"
