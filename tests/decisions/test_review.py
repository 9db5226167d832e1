"""The review: what is said of decisions that are stale, orphaned, overbroad, expired, ownerless or too long."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.decisions.checks import Check
from pytest_threatmodel.decisions.checks import Checks
from pytest_threatmodel.decisions.decide import decide
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import accept
from pytest_threatmodel.decisions.decision import exclude
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.decisions.review import ending
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.library.pack import read_pack
from pytest_threatmodel.model.kinds import Actor
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import loading
from tests.decisions.made import accepted

TODAY = date(2026, 11, 24)
PACK = """
[pack]
name = "tiny"
title = "Two threats"
version = "1"

[[threat]]
id = "TT01"
title = "Cached answers are read"
targets = ["Server"]
condition = "target.usesCache"
severity = "high"
description = "What is kept in the cache is read by others."
mitigation = "Keep nothing."
vulnerable = [{ kind = "Server", usesCache = true }]
safe = [{ kind = "Server", usesCache = false }]

[[threat]]
id = "TF01"
title = "Read on the way"
targets = ["Dataflow"]
condition = "target.protocol == 'HTTP'"
severity = "medium"
description = "The flow is read by others."
mitigation = "Encrypt it."
vulnerable = [{ kind = "Dataflow", protocol = "HTTP" }]
safe = [{ kind = "Dataflow", protocol = "HTTPS" }]
"""
#: Who and until when, so that no check but the one under test says anything.
TERMS: dict[str, Any] = {"reason": "known", "owner": "Ada", "until": "2027-01-31"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    path: Path = tmp_path_factory.mktemp("packs") / "tiny.toml"
    path.write_text(PACK, encoding="utf-8")
    return load_library(("tiny",), (), [read_pack(path)])


def reviewed(
    library: Library, *marks: Any, servers: dict[str, bool] | None = None, checks: Checks | None = None
) -> Decided:
    """What is said of marks on the file.

    Args:
        library: of the threats.
        marks: of the file.
        servers: name -> whether TT01 is found on it.
        checks: how decisions are reviewed.
    """
    with loading(Load("threatmodel_a.py")):
        model = Model("A")
        user = Actor("User")
        made = [Server(name, usesCache=cached) for name, cached in (servers or {"Web": True, "Api": True}).items()]
        Dataflow(user, made[0], "Order", protocol="HTTP")
        Dataflow(user, made[0], "Order", protocol="HTTP")
        Dataflow(made[0], user, "Receipt", protocol="HTTP")
    ground = Ground(TODAY, checks=checks or Checks())
    return decide(evaluate(model, library), marks, ground, "threatmodel_a.py")


def said(texts: list[str]) -> list[str]:
    """The texts without the places that they begin with, which are in this file."""
    return [text.partition(": ")[2] for text in texts]


def test_a_decision_that_passes_every_check_says_nothing(library: Library) -> None:
    decided = reviewed(library, accept("TT01", element="Web", **TERMS))
    assert (decided.problems, decided.warnings, decided.notices) == ([], [], [])


# The checks, and what they do


def wrong(check: Check) -> tuple[Any, str]:
    """A mark that does not pass the check and passes the others, and what is said of it."""
    marks: dict[Check, tuple[Any, str]] = {
        "stale": (
            accept("TT*", element="Calm", **TERMS),
            "accept(\"TT*\", element='Calm') is no longer needed: its pair is no finding",
        ),
        "orphaned": (
            accept("TT01", element="zzz", **TERMS),
            "accept(\"TT01\", element='zzz'): no element matches 'zzz'",
        ),
        "overbroad": (
            accept("*", **TERMS),
            'accept("*") reaches every threat on every element: name some',
        ),
        "ownerless": (
            accept("TT01", element="Web", reason="known", until="2027-01-31"),
            "accept(\"TT01\", element='Web') has no owner",
        ),
        "too-long": (
            accept("TT01", element="Web", reason="known", owner="Ada"),
            "accept(\"TT01\", element='Web') has no end: state until",
        ),
        "expired": (
            accept("TT01", element="Web", reason="known", owner="Ada", until="2026-11-23"),
            "accept(\"TT01\", element='Web') expired on 2026-11-23; its owner is Ada",
        ),
    }
    return marks[check]


SERVERS = {"Web": True, "Api": True, "Calm": False}


@pytest.mark.parametrize("check", ["stale", "orphaned", "overbroad", "ownerless", "too-long"])
def test_a_check_fails_tells_or_is_silent(library: Library, check: Check) -> None:
    mark, text = wrong(check)
    failing = reviewed(library, mark, servers=SERVERS, checks=Checks({check: "fail"}))
    assert (said(failing.problems), failing.notices) == ([text], [])
    telling = reviewed(library, mark, servers=SERVERS, checks=Checks({check: "notice"}))
    assert (telling.problems, said(telling.notices)) == ([], [text])
    silent = reviewed(library, mark, servers=SERVERS, checks=Checks({check: "off"}))
    assert (silent.problems, silent.notices) == ([], [])


def test_an_expired_decision_fails_its_pair_or_is_told(library: Library) -> None:
    mark, text = wrong("expired")
    failing = reviewed(library, mark)
    assert (failing.problems, failing.notices) == ([], [])
    assert failing.outcomes["TT01", "Web"].result == "failed"
    assert failing.outcomes["TT01", "Web"].reason == "the acceptance expired on 2026-11-23; its owner is Ada"
    telling = reviewed(library, mark, checks=Checks({"expired": "notice"}))
    assert telling.outcomes["TT01", "Web"].result == "xfailed"
    assert said(telling.notices) == [text]
    silent = reviewed(library, mark, checks=Checks({"expired": "off"}))
    assert (silent.outcomes["TT01", "Web"].result, silent.notices) == ("xfailed", [])


def test_a_stale_decision_of_one_pair_fails_the_pair_only_where_stale_ones_fail(library: Library) -> None:
    mark = accept("TT01", element="Calm", **TERMS)
    failing = reviewed(library, mark, servers=SERVERS)
    assert (failing.outcomes["TT01", "Calm"].result, failing.problems) == ("failed", [])
    telling = reviewed(library, mark, servers=SERVERS, checks=Checks({"stale": "notice"}))
    assert telling.outcomes["TT01", "Calm"].result == "passed"
    assert said(telling.notices) == ["accept(\"TT01\", element='Calm') is no longer needed: its pair is no finding"]


# Bounds


def test_a_pattern_that_reaches_too_many_pairs_is_overbroad(library: Library) -> None:
    servers = {f"S{number}": True for number in range(6)}
    mark = accept("TT01", **TERMS)
    assert reviewed(library, mark, servers=servers, checks=Checks(widest=6)).notices == []
    wide = reviewed(library, mark, servers=servers, checks=Checks(widest=5))
    assert said(wide.notices) == ['accept("TT01") reaches 6 pairs, more than 5']


def test_names_that_are_spelled_out_are_never_overbroad(library: Library) -> None:
    marks = [accept("TT01", element=name, **TERMS) for name in ("Web", "Api")]
    assert reviewed(library, *marks, checks=Checks(widest=0)).notices == []


def test_a_decision_may_last_so_many_days_and_no_longer(library: Library) -> None:
    mark = accept("TT01", element="Web", reason="known", owner="Ada", until="2026-12-04")
    assert reviewed(library, mark, checks=Checks(longest=10)).notices == []
    assert said(reviewed(library, mark, checks=Checks(longest=9)).notices) == [
        "accept(\"TT01\", element='Web') ends on 2026-12-04, 10 days from today, more than 9"
    ]


def test_an_exclusion_needs_neither_owner_nor_end(library: Library) -> None:
    assert reviewed(library, exclude("TT01", element="Web", reason="no cache")).notices == []


def test_notices_of_one_check_are_bounded(library: Library) -> None:
    servers = {f"S{number}": True for number in range(9)}
    marks = [accept("TT01", element=name, reason="known", until="2027-01-31") for name in servers]
    notices = reviewed(library, *marks, servers=servers).notices
    assert notices[5:] == ["4 more decisions like this; threatmodel_decision_checks = ownerless = fail lists all"]
    failing = reviewed(library, *marks, servers=servers, checks=Checks({"ownerless": "fail"}))
    assert len(failing.problems) == 9


# New names


def orphan_of(library: Library, mark: Any, servers: dict[str, bool], *others: Any) -> str:
    """What is said after the name that matches nothing."""
    (problem,) = reviewed(library, mark, *others, servers=servers).problems
    return problem.partition("matches ")[2].partition("; ")[2]


def test_a_renamed_element_is_named_by_the_finding_that_nobody_decided(library: Library) -> None:
    mark = accept("TT01", element="Web Server", **TERMS)
    told = orphan_of(
        library, mark, {"Frontend": True, "Calm": False, "Api": True}, accept("TT01", element="Api", **TERMS)
    )
    assert told == "its likely new name is 'Frontend': the only such finding that nobody decided"


def test_of_several_findings_the_similar_name_counts(library: Library) -> None:
    mark = accept("TT01", element="Customer database", **TERMS)
    told = orphan_of(library, mark, {"Customers' data base": True, "Queue": True})
    assert told == 'did you mean "Customers\' data base"?'


def test_an_element_that_a_decision_names_is_no_new_name(library: Library) -> None:
    mark, other = accept("TT01", element="Web Server", **TERMS), accept("TT01", element="Web Service", **TERMS)
    servers = {"Web Service": True, "Cron": True}
    told = orphan_of(library, mark, servers, other)
    assert told == "its likely new name is 'Cron': the only such finding that nobody decided"


def test_a_flow_between_the_same_ends_is_the_new_name(library: Library) -> None:
    mark = accept("TF01", element="Confirmation of what was bought (Web -> User)", **TERMS)
    told = orphan_of(library, mark, {"Web": True})
    assert told == "its likely new name is 'Receipt': the same ends"


def test_facts_that_hold_speak_for_an_element(library: Library) -> None:
    mark = accept("TT01", element="Xyz", facts={"usesCache": True}, **TERMS)
    told = orphan_of(library, mark, {"Web": True, "Api": False})
    assert "'Web': the facts of the decision hold there" in told


def test_a_misspelt_name_gets_the_plain_hint(library: Library) -> None:
    mark = accept("TT01", element="Wep", **TERMS)
    assert orphan_of(library, mark, {"Web": True, "Api": True}) == "did you mean 'Web'?"


def test_nothing_is_guessed_where_nothing_speaks_for_it(library: Library) -> None:
    assert orphan_of(library, accept("TT01", element="zzz", **TERMS), {"Web": True, "Api": True}) == ""


def test_a_threat_that_is_gone_gets_the_nearest(library: Library) -> None:
    assert orphan_of(library, accept("TT10", element="Web", **TERMS), {"Web": True}) == "did you mean 'TT01'?"


# Numbers


def test_a_label_that_counting_made_is_refused_with_the_advice_to_give_a_key(library: Library) -> None:
    label = "Order (User -> Web) #2"
    decided = reviewed(library, accept("TF01", element=label, **TERMS))
    (problem,) = decided.problems
    assert f"is refused: {label!r} is told by its number only" in problem
    assert 'a key, key="..."' in problem
    assert ("TF01", label) not in decided.outcomes


def test_a_name_that_ends_in_a_number_is_a_name(library: Library) -> None:
    decided = reviewed(library, accept("TT01", element="Node #2", **TERMS), servers={"Node #2": True})
    assert (decided.problems, decided.outcomes["TT01", "Node #2"].result) == ([], "xfailed")


# What ends soon


def told(*decisions: Decision, today: date = TODAY, notice: int = 30) -> list[str]:
    return ending(decisions, Ground(today, checks=Checks(notice=notice)))


def test_decisions_that_end_soon_are_told_by_date_with_owner_and_days() -> None:
    late = accepted("DE01", until="2026-12-24", line=3)
    soon = accepted("DE02", until="2026-11-25", owner="shop team", line=9)
    assert told(late, soon, accepted("DE03", until="2026-12-25"), accepted("DE04")) == [
        'threatmodel_shop.py:9: accept("DE02") ends on 2026-11-25, in 1 day; its owner is shop team',
        'threatmodel_shop.py:3: accept("DE01") ends on 2026-12-24, in 30 days; nobody owns it',
    ]


def test_the_last_day_is_told_and_the_day_after_is_not() -> None:
    decision = accepted("DE01", until="2026-11-24", owner="Ada")
    assert told(decision) == ['threatmodel_shop.py:1: accept("DE01") ends today, 2026-11-24; its owner is Ada']
    assert told(decision, today=date(2026, 11, 25)) == []


def test_how_long_before_is_a_setting() -> None:
    decision = accepted("DE01", until="2026-11-26")
    assert told(decision, notice=1) == []
    assert len(told(decision, notice=2)) == 1
    assert told(accepted("DE01", until="9999-12-31"), today=date(9999, 12, 30), notice=999999)


def test_a_decision_is_told_once_and_many_are_counted() -> None:
    twice = [accepted("DE01", until="2026-11-30"), accepted("DE01", until="2026-11-30")]
    assert len(told(*twice)) == 1
    many = [accepted("DE01", until="2026-11-30", line=line) for line in range(1, 10)]
    assert told(*many)[5:] == ["4 more end soon"]
