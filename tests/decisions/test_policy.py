"""Policies as files, and several put together."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from importlib.metadata import EntryPoints
from pathlib import Path

import pytest

from pytest_threatmodel.decisions import policy_file
from pytest_threatmodel.decisions.policy import Policy
from pytest_threatmodel.decisions.policy import PolicyError
from pytest_threatmodel.decisions.policy import strictest
from pytest_threatmodel.decisions.policy_file import find_policy
from pytest_threatmodel.decisions.policy_file import read_policy

WHOLE = """
[policy]
name = "acme"
version = "1.2"

[decisions]
where = "register"
longest_days = { critical = 30, high = 90 }
owner_from = "high"
ticket_from = "Very High"
widest_pattern = 50
today_option = "forbidden"

[models]
required = ["threatmodel_*.py", "shop"]
out_of_scope = "with-reason"

[packs]
required = ["core"]
replace = "forbidden"

[severity]
lower = "forbidden"
fail_on = "medium"
"""


def write(folder: Path, text: str, name: str = "policy.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_whole_policy_is_read(tmp_path: Path) -> None:
    policy = find_policy("policy.toml", write(tmp_path, WHOLE).parent)
    assert policy.name == "acme 1.2"
    assert (policy.where, policy.owner_from, policy.ticket_from) == ("register", "high", "critical")
    assert (policy.longest_days, policy.widest_pattern) == ({"critical": 30, "high": 90}, 50)
    assert (policy.required_models, policy.out_of_scope) == (("threatmodel_*.py", "shop"), "with-reason")
    assert (policy.required_packs, policy.replace) == (("core",), "forbidden")
    assert (policy.lower, policy.fail_on, policy.today_option) == ("forbidden", "medium", "forbidden")


def test_what_a_policy_does_not_speak_of_is_free(tmp_path: Path) -> None:
    policy = read_policy(write(tmp_path, '[policy]\nname = "none"\n'))
    assert policy == Policy(name="none", said=policy.said)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "policy, name: missing, and it is required"),
        ("x = 1", "x: unknown table or key"),
        ('policy = "a"', "policy: expected a table, got 'a'; write [policy]"),
        ("[[policy]]\nname = 'a'", "policy: expected a table, got a list; write [policy]"),
        ("[decision]\nwhere = 'register'", "decision: unknown table or key; did you mean 'decisions'?"),
        ("[decisions]\nwere = 'register'", "decisions, were: unknown key; did you mean 'where'?"),
        (
            "[decisions]\nwhere = 'registre'",
            "decisions, where: unknown value 'registre', expected anywhere or register",
        ),
        ("[decisions]\nwhere = true", "decisions, where: expected text, got true"),
        ("[decisions]\nlongest_days = 30", "decisions, longest_days: expected a table, got 30; write longest_days ="),
        ("[decisions]\nlongest_days = {hihg = 30}", "longest_days, hihg: unknown severity; did you mean 'high'?"),
        ("[decisions]\nlongest_days = {high = 0}", "longest_days, high: expected a whole number from 1 to 1,000,000"),
        ("[decisions]\nwidest_pattern = true", "widest_pattern: expected a whole number from 1 to 1,000,000, got true"),
        ("[decisions]\nowner_from = 'hgih'", "decisions, owner_from: unknown severity 'hgih'"),
        ("[models]\nrequired = 'shop'", "models, required: expected a list of texts, got 'shop'; write ['shop']"),
        ("[models]\nout_of_scope = 'no'", "unknown value 'no', expected anyone, with-reason or forbidden"),
        ("[packs]\nrequired = [1]", "packs, required[0]: expected a list of texts, got 1 in it"),
        (
            "[packs]\nreplace = 'forbiden'",
            "packs, replace: unknown value 'forbiden', expected allowed or forbidden; did",
        ),
        ("[severity]\nfail_on = 1", "severity, fail_on: "),
        ("[severity", "policy.toml:1: not TOML: "),
        ("a = " + "[" * 10_000, "nested too deeply"),
        ("a" + ".a" * 40 + " = 1", "nested too deeply"),
    ],
)
def test_a_wrong_policy_says_what_is_wrong(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(PolicyError) as caught:
        find_policy("policy.toml", write(tmp_path, text).parent)
    assert told in str(caught.value)
    assert str(caught.value).startswith("policy.toml")


def test_every_problem_of_a_policy_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        read_policy(write(tmp_path, "[decisions]\nwhere = 1\nowner_from = 2\n"), "p")
    assert len(str(caught.value).splitlines()) == 3


def test_a_policy_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"nowhere\.toml: can not be read: No such file"):
        find_policy("nowhere.toml", tmp_path)
    tmp_path.joinpath("bytes.toml").write_bytes(b"\xff")
    with pytest.raises(PolicyError, match=r"bytes\.toml:1: not UTF-8"):
        find_policy("bytes.toml", tmp_path)


def as_text() -> str:
    return WHOLE


def as_path() -> Path:
    return Path("/nowhere/policy.toml")


def as_number() -> int:
    return 1


def failing() -> str:
    raise KeyError("gone")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions above as entry points."""
    points = EntryPoints(
        EntryPoint(name, f"{__name__}:{name}", policy_file.ENTRY_POINTS)
        for name in ("as_text", "as_path", "as_number", "failing")
    )
    monkeypatch.setattr(policy_file, "entry_points", lambda group: points.select(group=group))


@pytest.mark.usefixtures("installed")
def test_an_installed_policy_is_found_by_name(tmp_path: Path) -> None:
    assert find_policy("package:as_text", tmp_path).name == "acme 1.2"


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("as_txt", "there is no installed policy 'as_txt'; did you mean 'as_text'?"),
        ("zzz", "installed policies: package:as_number, package:as_path, package:as_text, package:failing"),
        ("as_path", "package:as_path: can not be read: No such file"),
        ("as_number", "package:as_number: expected a pathlib.Path, or the text of a policy, got int"),
        ("failing", "package:failing: KeyError: 'gone'"),
    ],
)
def test_an_installed_policy_that_is_wrong(tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(PolicyError) as caught:
        find_policy(f"package:{name}", tmp_path)
    assert told in str(caught.value)


def named(name: str, **values: object) -> Policy:
    return Policy(name=name, said=dict.fromkeys(values, name), **values)  # type: ignore[arg-type]


def test_of_several_policies_the_strictest_word_counts() -> None:
    one = named(
        "one",
        where="register",
        longest_days={"high": 90, "low": 300},
        owner_from="high",
        widest_pattern=50,
        required_packs=("core",),
        fail_on="high",
        lower="with-reason",
    )
    two = named(
        "two",
        longest_days={"critical": 30, "high": 60},
        owner_from="low",
        widest_pattern=80,
        required_packs=("web", "core"),
        fail_on="low",
        lower="forbidden",
        replace="forbidden",
    )
    both = strictest([one, two])
    assert (both.name, both.where, both.lower, both.replace) == ("one, two", "register", "forbidden", "forbidden")
    assert both.longest_days == {"critical": 30, "high": 60, "low": 300}
    assert (both.owner_from, both.ticket_from, both.widest_pattern, both.fail_on) == ("low", None, 50, "low")
    assert both.required_packs == ("core", "web")
    assert (both.said["where"], both.said["owner_from"], both.said["widest_pattern"]) == ("one", "two", "one")
    assert (both.said["required_packs"], both.said["longest_days"]) == ("one, two", "one, two")
    # The order does not matter but for what is listed.
    other = strictest([two, one])
    assert (other.where, other.lower, other.fail_on, other.longest_days) == (
        both.where,
        both.lower,
        both.fail_on,
        both.longest_days,
    )


def test_the_limit_of_a_severity_holds_for_every_worse_one() -> None:
    policy = Policy(longest_days={"critical": 60, "high": 30, "low": 300})
    assert [policy.longest(word) for word in ("critical", "high", "medium", "low", "info")] == [30, 30, 300, 300, None]
