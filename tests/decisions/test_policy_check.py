"""What a policy finds in a model and in a run, and what weakens a gate whether a policy says so or not."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from textwrap import dedent
from typing import TYPE_CHECKING
from typing import Any

import pytest

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.decisions.checks import Checks
from pytest_threatmodel.decisions.decide import decide
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.gate import Gate
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.decisions.policy import RULES
from pytest_threatmodel.decisions.policy import Policy
from pytest_threatmodel.decisions.policy_check import RunFacts
from pytest_threatmodel.decisions.policy_check import model_violations
from pytest_threatmodel.decisions.policy_check import run_violations
from pytest_threatmodel.decisions.weakenings import deselected
from pytest_threatmodel.decisions.weakenings import model_weakenings
from pytest_threatmodel.decisions.weakenings import run_weakenings
from pytest_threatmodel.decisions.weakenings import told
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.pack import read_pack
from pytest_threatmodel.model.loading import load_model
from tests.plugin.models import FLOW_THREAT
from tests.plugin.models import PACK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TODAY = date(2026, 11, 24)
SERVERS = """
web = Server("Web", usesCache=True)
api = Server("Api", usesCache=True, OS="DOS")
"""


class Shop:
    """A model given as text with what was decided about it.

    Args:
        folder: for its files.
        body: the model file after its first lines.
        gate: which findings fail.
    """

    verdicts: Verdicts
    decided: Decided

    def __init__(self, folder: Path, body: str, gate: Gate) -> None:
        pack = folder / "tiny.toml"
        pack.write_text(PACK + FLOW_THREAT, encoding="utf-8")
        file = folder / "threatmodel_shop.py"
        head = 'from pytest_threatmodel import *\ntm = TM("Shop")\n'
        file.write_text(head + dedent(body).lstrip("\n"), encoding="utf-8")
        loaded = load_model(file)
        self.ground = Ground(TODAY, gate)
        self.marks: Any = getattr(loaded.module, "pytestmark", [])
        self.verdicts = evaluate(loaded.model, Library([read_pack(pack)]).resolve())
        self.decided = decide(self.verdicts, self.marks, self.ground, str(file))

    def violates(self, **rules: Any) -> list[str]:
        """The violations of these rules, without who says so."""
        policy = Policy(name="p", said=dict.fromkeys(RULES, "p"), **rules)
        found = model_violations(policy, self.ground, self.verdicts, self.decided, file_marks=self.marks)
        ends = [f" (policy p, {rule})" for rule in RULES.values()]
        assert all(text.endswith(tuple(ends)) for text in found)
        return [text.rpartition(" (policy p, ")[0] for text in found]


@pytest.fixture
def shop(tmp_path: Path) -> Callable[..., Shop]:
    def shop(body: str, gate: Gate | None = None) -> Shop:
        return Shop(tmp_path, body, gate or Gate())

    return shop


def test_without_rules_nothing_is_violated(shop: Callable[..., Shop]) -> None:
    body = SERVERS + 'pytestmark = [accept("*", reason="all of it"), exclude("TF01", reason="no")]\n'
    assert shop(body).violates() == []


def test_everything_that_decides_outside_a_register(shop: Callable[..., Shop]) -> None:
    body = """
    import pytest
    web = Server("Web", usesCache=True)
    web.marks = [accept("TT01", reason="for now"), pytest.mark.skip]
    old = Server("Old", OS="DOS", usesCache=True)
    old.overrides = [Finding(threat_id="TT01", severity="low", reason="nobody reads it")]
    tm.assumptions = [Assumption("we are careful", exclude=["TT02"])]
    pytestmark = [pytest.mark.xfail]
    """
    assert shop(body).violates(where="register") == [
        'threatmodel_shop.py:5: accept("TT01") decides outside a register, expected an entry there',
        "threatmodel_shop.py:8: <Assumption 'we are careful'> decides outside a register, expected an entry there",
        "threatmodel_shop.py:7: the override of TT01[Old] lowers high to low, expected a register entry",
        "threatmodel_shop.py:4: pytest.mark.skip decides about 'Web', expected register entries",
        "pytest.mark.xfail decides about the whole file, expected register entries",
    ]


def test_entries_of_registers_decide_where_they_should(shop: Callable[..., Shop]) -> None:
    found = shop('web = Server("Web", usesCache=True)\nweb.marks = [exclude("TT01", reason="no cache")]\n')
    (decision,) = found.decided.made
    entry = replace(decision, source="register", status="not-applicable", spelled="entry 1")
    found.decided.made[:] = [entry]
    found.decided.outcomes["TT01", "Web"] = replace(found.decided.outcomes["TT01", "Web"], decision=entry)
    assert found.violates(where="register") == []
    # An entry can name an owner, so nothing is said of where one could be named.
    assert found.violates(owner_from="high") == [
        "threatmodel_shop.py:4: entry 1 decides on a finding of high severity without owner"
    ]


def test_decisions_of_another_tools_file_are_no_entries_of_a_register(shop: Callable[..., Shop]) -> None:
    found = shop('web = Server("Web", usesCache=True)\nweb.marks = [exclude("TT01", reason="no cache")]\n')
    found.decided.made[:] = [replace(found.decided.made[0], source="import")]
    assert "decides outside a register" in found.violates(where="register")[0]


def test_a_lowering_override_is_told_of_once(shop: Callable[..., Shop]) -> None:
    body = 'web = Server("Web")\nweb.overrides = [Finding(threat_id="TT01", severity="low")]\n'
    assert len(shop(body).violates(where="register", lower="forbidden")) == 1


def test_an_override_that_raises_or_repeats_a_severity_lowers_nothing(shop: Callable[..., Shop]) -> None:
    body = """
    web = Server("Web")
    web.overrides = [Finding(threat_id="TT01", severity="high"), Finding(threat_id="TT02", severity="critical")]
    """
    assert shop(body).violates(lower="forbidden", where="register") == []


def test_lowering_overrides_by_who_may(shop: Callable[..., Shop]) -> None:
    found = shop(
        """
        web, api = Server("Web"), Server("Api")
        web.overrides = [Finding(threat_id="TT01", severity="Low")]
        api.overrides = [Finding(threat_id="TT01", severity="info", reason="behind two proxies")]
        """
    )
    first = "threatmodel_shop.py:4: the override of TT01[Web] lowers high to low"
    second = "threatmodel_shop.py:5: the override of TT01[Api] lowers high to info"
    assert found.violates(lower="with-reason") == [f'{first} without a reason, expected Finding(..., reason="...")']
    assert found.violates(lower="forbidden") == [first, second]


def test_elements_out_of_scope_by_who_may(shop: Callable[..., Shop]) -> None:
    found = shop('Server("Web", inScope=False)\nServer("Api", inScope=False, scopeReason="run by others")\n')
    first, second = (
        'threatmodel_shop.py:3: Server "Web" is out of scope',
        'threatmodel_shop.py:4: Server "Api" is out of scope',
    )
    assert found.violates(out_of_scope="with-reason") == [f'{first} without a reason, expected scopeReason="..."']
    assert found.violates(out_of_scope="forbidden") == [first, second]


def test_terms_are_asked_for_from_a_severity_on(shop: Callable[..., Shop]) -> None:
    body = """
    web = Server("Web", usesCache=True, OS="DOS")
    web.marks = [accept("TT01", reason="now"), accept("TT02", reason="now", owner="we", until="2027-11-24")]
    api = Server("Api", usesCache=True)
    api.marks = [exclude("TT01", reason="no cache in truth")]
    """
    found = shop(body)
    at = "threatmodel_shop.py:4"
    high = f'{at}: accept("TT01") decides on a finding of high severity'
    excluded = 'threatmodel_shop.py:6: exclude("TT01") decides on a finding of high severity'
    low = f'{at}: accept("TT02") decides on a finding of low severity'
    entry = ", which a register entry can name"
    assert found.violates(owner_from="high") == [f"{high} without owner", f"{excluded} without owner{entry}"]
    assert found.violates(ticket_from="low") == [
        f"{high} without ticket",
        f"{low} without ticket",
        f"{excluded} without ticket{entry}",
    ]
    assert found.violates(owner_from="critical") == []
    assert found.violates(longest_days={"low": 365}) == [f"{high} without until, expected 365 days at most"]
    assert found.violates(longest_days={"low": 364, "high": 10}) == [
        f"{high} without until, expected 10 days at most",
        f"{low} for 365 days from today, expected 364 at most",
    ]


@pytest.mark.parametrize(
    ("since", "told"),
    [
        (None, "for 60 days from today"),
        (date(2026, 11, 4), "for 80 days from 2026-11-04"),
        (date(2027, 1, 20), "for 60 days from today"),
        (date(2026, 11, 24), "for 60 days from today"),
    ],
)
def test_days_count_from_the_first_day_that_is_stated(shop: Callable[..., Shop], since: date | None, told: str) -> None:
    found = shop('web = Server("Web", usesCache=True)\nweb.marks = [accept("TT01", reason="x", until="2027-01-23")]\n')
    (outcome,) = (each for each in found.decided.outcomes.values() if each.decision)
    assert outcome.decision is not None
    decision = replace(outcome.decision, since=since)
    found.decided.made[:] = [decision]
    found.decided.outcomes["TT01", "Web"] = replace(outcome, decision=decision)
    (text,) = found.violates(longest_days={"high": 59})
    assert text.endswith(f"{told}, expected 59 at most")
    assert len(found.violates(longest_days={"high": 80})) == 0


def test_the_worst_finding_of_a_pattern_counts(shop: Callable[..., Shop]) -> None:
    found = shop(SERVERS + 'pytestmark = [accept("TT0*", reason="all")]\n')
    text = 'threatmodel_shop.py:5: accept("TT0*")'
    assert found.violates(owner_from="high") == [f"{text} decides on a finding of high severity without owner"]
    assert found.violates(widest_pattern=3) == [f"{text} covers 4 pairs, expected 3 at most"]
    assert found.violates(widest_pattern=4) == []


def test_a_decision_on_no_finding_needs_no_terms(shop: Callable[..., Shop]) -> None:
    found = shop('web = Server("Web")\nweb.marks = [exclude("TT01", reason="no cache")]\n')
    assert found.violates(owner_from="info", ticket_from="info", longest_days={"info": 1}) == []


def test_a_pack_that_counts_for_the_run_and_not_for_the_model(shop: Callable[..., Shop]) -> None:
    found = shop(SERVERS)
    policy = Policy(name="p", required_packs=("core", "tiny"))
    told = model_violations(policy, found.ground, found.verdicts, found.decided, run_packs=["core", "tiny"])
    assert [text.partition(";")[0] for text in told] == ["threat pack 'core' does not count for this model"]


RUN = RunFacts(packs=["core", "web"])


@pytest.mark.parametrize(
    ("rules", "facts", "gate", "told"),
    [
        ({}, RunFacts(["x"], ["core"], ["web"], ["*"], []), Gate("critical"), []),
        ({"fail_on": "medium"}, RUN, Gate("medium"), []),
        (
            {"fail_on": "medium"},
            RUN,
            Gate("high"),
            ["--threatmodel-fail-on=high lets findings of medium severity pass, expected medium or lower"],
        ),
        ({"required_packs": ("webb",)}, RUN, Gate(), ["threat pack 'webb' does not count; did you mean 'web'?"]),
        ({"required_packs": ("zz",)}, RUN, Gate(), ["threat pack 'zz' does not count; there are: core, web"]),
        (
            {"replace": "forbidden"},
            RunFacts(["core"], ["llm"], ["web"]),
            Gate(),
            [
                "the shipped threat pack 'llm' is left out by threatmodel_packs",
                "the shipped threat pack 'web' is replaced by another of that name",
            ],
        ),
        (
            {"where": "register"},
            RunFacts(["core"], exclude=("DE01", "LB*")),
            Gate(),
            ["threats are deselected by --threatmodel-exclude=DE01,LB*, expected register entries"],
        ),
        (
            {"required_models": ("threatmodel_shop.py", "sub/*.py", "bank*", "shpo")},
            RunFacts(["core"], models=[("a/threatmodel_shop.py", "shop"), ("sub/x.py", "banking")]),
            Gate(),
            ["no model 'shpo' was collected; did you mean 'shop'?"],
        ),
        ({"required_models": ("shop",)}, RunFacts(["core"], models=None), Gate(), []),
        ({"required_models": ("shop",)}, RunFacts(["core"], models=[]), Gate(), ["no model 'shop' was collected"]),
    ],
)
def test_what_a_run_violates(rules: Any, facts: RunFacts, gate: Gate, told: list[str]) -> None:
    found = run_violations(Policy(name="p", **rules), Ground(TODAY, gate), facts)
    assert [text.rpartition(" (policy p, ")[0] for text in found] == told


def test_a_given_day_and_softened_checks() -> None:
    ground = Ground(TODAY, checks=Checks({"expired": "notice", "too-long": "off", "stale": "fail"}), today_given=True)
    policy = Policy(name="p", today_option="forbidden", soften_checks="forbidden")
    assert run_violations(policy, ground, RUN) == [
        "--threatmodel-today=2026-11-24 is given, expected the day that it is (policy p, decisions.today_option)",
        "threatmodel_decision_checks: expired = notice, expected fail (policy p, decisions.soften_checks)",
        "threatmodel_decision_checks: too-long = off, expected notice (policy p, decisions.soften_checks)",
    ]
    assert run_violations(policy, Ground(TODAY), RUN) == []


def test_every_weakening_is_named_with_reason_pairs_and_place(shop: Callable[..., Shop]) -> None:
    found = shop(
        """
        import pytest
        web = Server("Web", usesCache=True)
        web.overrides = [Finding(threat_id="TT01", severity="low")]
        old = Server("Old", OS="DOS", usesCache=True)
        old.marks = [pytest.mark.skip]
        Server("Out", inScope=False)
        Server("Others", inScope=False, scopeReason="run by\\x1b others")
        Dataflow(web, old, "Copy", protocol="HTTP")
        pytestmark = [exclude("TF01", reason="no"), exclude("TT02", element="W*", reason="new")]
        """,
        Gate("medium"),
    )
    weakenings = model_weakenings(found.verdicts, found.decided)
    assert [(each.sort, str(each), each.pairs) for each in weakenings] == [
        ("excluded", 'threatmodel_shop.py:11: exclude("TF01"): no', 1),
        ("excluded", "threatmodel_shop.py:11: exclude(\"TT02\", element='W*'): new", 1),
        ("out of scope", 'threatmodel_shop.py:8: Server "Out"', 0),
        ("out of scope", 'threatmodel_shop.py:9: Server "Others": run by\\x1b others', 0),
        ("lowered", "threatmodel_shop.py:5: TT01[Web] from high to low", 1),
        ("passes the gate", "low severity, below --threatmodel-fail-on=medium", 2),
        ("marked", "threatmodel_shop.py:6: pytest.mark.skip", 0),
    ]
    assert [line for line, _ in told(weakenings)] == [
        "2 pairs excluded by 2 decisions",
        "2 elements out of scope, 1 without a reason",
        "1 severity lowered, without a reason",
        "2 undecided findings let pass",
        "1 element with marks of pytest that skip or expect failures",
    ]


def test_weakenings_of_options_and_packs(shop: Callable[..., Shop]) -> None:
    checks = Checks({"expired": "off", "stale": "fail", "ownerless": "fail", "overbroad": "off"})
    ground = Ground(TODAY, Gate("high"), checks=checks, today_given=True)
    found = [*run_weakenings(ground, ["web"], ["llm"]), *deselected(shop(SERVERS).verdicts, ["TT01", "TT*", "X*"])]
    assert [line for line, _ in told(found)] == [
        "--threatmodel-fail-on=high",
        "threatmodel_decision_checks: overbroad = off, threatmodel_decision_checks: expired = off",
        "--threatmodel-today=2026-11-24",
        "1 shipped threat pack left out",
        "1 shipped threat pack replaced",
        "6 pairs deselected by --threatmodel-exclude",
    ]
    assert run_weakenings(Ground(TODAY), [], []) == []


def test_a_policy_takes_time_that_grows_with_the_pairs(shop: Callable[..., Shop]) -> None:
    body = """
    for n in range(3000):
        server = Server(f"S{n}", usesCache=True)
        server.marks = [accept("TT01", reason="now")]
    """
    found = shop(body)
    start = time.process_time()
    assert len(found.violates(where="register", owner_from="low", widest_pattern=1, longest_days={"low": 3})) == 9000
    assert time.process_time() - start < 3
