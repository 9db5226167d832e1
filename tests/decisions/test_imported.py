"""Decisions of another tool's file: on which pairs they are put, and what keeps them from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from typing import Any

import pytest

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.decisions.decide import decide
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.decision import accept
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.decisions.imported import MOST_NOTICES
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.model.imported import Imported
from pytest_threatmodel.model.imported import SourceThreat
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import loading

if TYPE_CHECKING:
    from pytest_threatmodel.library.library import Library

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def core() -> Library:
    return load_library(("core",), (), [])


@dataclass
class System:
    """A flow without encryption to a server that is not hardened, and what a file says about them."""

    model: Model
    web: Server
    flow: Dataflow
    library: Library

    def threat(self, title: str, status: Any = "accepted", cwe: Iterable[int] = (), **terms: Any) -> SourceThreat:
        values = {"element": self.flow, "reason": f"{title}, they say", "owner": None, "until": None, **terms}
        return SourceThreat(title=title, status=status, cwe=frozenset(cwe), origin=f"f.json: /{title}", **values)

    def decided(self, *threats: SourceThreat, notices: tuple[str, ...] = (), marks: tuple[Any, ...] = ()) -> Decided:
        object.__setattr__(self.model, "imported", Imported("f.json", threats, notices))
        return decide(evaluate(self.model, self.library), marks, Ground(TODAY), "threatmodel_a.py")


@pytest.fixture
def system(core: Library) -> System:
    with loading(Load("threatmodel_a.py")):
        model = Model("A")
        user, web = Server("User"), Server("Web")
        flow = Dataflow(user, web, "Send", protocol="HTTP")
        model.check()
    return System(model, web, flow, core)


def results(decided: Decided) -> dict[str, str]:
    return {f"{threat}[{label}]": outcome.result for (threat, label), outcome in decided.outcomes.items()}


def test_a_shared_weakness_decides_about_that_pair_alone(system: System) -> None:
    """DE01 has CWE-319; its STRIDE category has others of the library as well."""
    decided = system.decided(system.threat("Sniffing on the wire", cwe=[319, 12]))
    assert results(decided) == {"DE01[Send]": "xfailed"}
    assert decided.outcomes["DE01", "Send"].reason == "Sniffing on the wire, they say"
    assert decided.notices == []
    assert [made.threats for made in decided.made] == [("DE01",)]


def test_a_threat_that_is_known_to_mean_one_of_the_element_speaks_of_that_alone(system: System) -> None:
    """AA01 and DE01 have CWE-306 and CWE-319."""
    known = system.threat("Listening in", cwe=[306, 319], ours=frozenset({"DE01", "IN01"}))
    assert results(system.decided(known)) == {"DE01[Send]": "xfailed"}


def test_where_no_threat_of_the_element_is_meant_the_weakness_counts(system: System) -> None:
    known = system.threat("Listening in", cwe=[319], ours=frozenset({"IN01"}))
    assert results(system.decided(known)) == {"DE01[Send]": "xfailed"}
    mute = system.threat("Listening in", cwe=[12], ours=frozenset({"IN01"}))
    assert system.decided(mute).notices == [
        "f.json: /Listening in: 'Listening in' (accepted): "
        'no threat on Dataflow "Send" is its counterpart, or has this title or one of its weaknesses'
    ]


@pytest.mark.parametrize("title", ["Data flow sniffing", "DATA FLOW: Sniffing!", " data-flow  sniffing"])
def test_the_same_title_decides_whatever_its_case_and_punctuation(system: System, title: str) -> None:
    assert results(system.decided(system.threat(title))) == {"DE01[Send]": "xfailed"}


@pytest.mark.parametrize("title", ["Data flow sniffing 2", "Information disclosure", "", "!!"])
def test_other_titles_decide_nothing_and_are_told(system: System, title: str) -> None:
    decided = system.decided(system.threat(title))
    assert results(decided) == {}
    assert decided.notices == [
        f'f.json: /{title}: {title!r} (accepted): no threat on Dataflow "Send" has this title or one of its weaknesses'
    ]


def test_a_decision_holds_on_its_element_only(system: System) -> None:
    decided = system.decided(system.threat("Data flow sniffing", element=system.web))
    assert results(decided) == {}
    assert 'no threat on Server "Web" has this title' in decided.notices[0]


def test_an_exclusion_skips_and_an_acceptance_is_no_stale_one(system: System) -> None:
    """What the other tool accepted and this model answers is fine; nobody has to tidy the other tool's file."""
    system.flow.controls.isEncrypted = True
    assert results(system.decided(system.threat("Data flow sniffing"))) == {}
    assert results(system.decided(system.threat("Data flow sniffing", "excluded"))) == {"DE01[Send]": "skipped"}
    assert system.decided(system.threat("Data flow sniffing")).problems == []


def test_open_threats_decide_nothing_and_keep_others_from_deciding(system: System) -> None:
    still_open = system.threat("Sniffed", None, [319])
    assert results(system.decided(still_open)) == {}
    assert system.decided(still_open).notices == []
    decided = system.decided(system.threat("Data flow sniffing"), still_open)
    assert results(decided) == {}
    assert decided.notices == [
        "f.json: /Data flow sniffing: 'Data flow sniffing' decides nothing on DE01[Send]: "
        "'Sniffed' is open there (f.json: /Sniffed)"
    ]


def test_two_decisions_on_a_pair_are_one_that_says_both(system: System) -> None:
    """An accepted risk is one, even where another threat of the same weakness does not apply."""
    decided = system.decided(
        system.threat("One", "excluded", [319], owner="me", until=date(2027, 5, 1)),
        system.threat("Two", "accepted", [319], until=date(2027, 3, 1)),
    )
    [decision] = decided.made
    assert results(decided) == {"DE01[Send]": "xfailed"}
    assert (decision.status, decision.reason) == ("accepted", "One, they say; Two, they say")
    assert (decision.owner, decision.until) == ("me", date(2027, 3, 1))
    assert decision.spelled == "'One' in f.json: /One, 'Two' in f.json: /Two"
    assert decision.place == system.flow.place


def test_an_acceptance_of_the_file_may_end(system: System) -> None:
    decided = system.decided(system.threat("Data flow sniffing", until=date(2026, 11, 23), owner="me"))
    assert results(decided) == {"DE01[Send]": "failed"}
    assert decided.outcomes["DE01", "Send"].reason == "the acceptance expired on 2026-11-23; its owner is me"


def test_what_the_model_file_decides_is_nearer(system: System) -> None:
    """Whether it stands on the element or on the file; it is no conflict."""
    threat = system.threat("Data flow sniffing", "excluded")
    decided = system.decided(threat, marks=(accept("D*", reason="ours"),))
    assert decided.outcomes["DE01", "Send"].reason == "ours"
    system.flow.marks = [accept("DE01", reason="nearest")]
    decided = system.decided(threat)
    assert decided.outcomes["DE01", "Send"].reason == "nearest"
    assert decided.problems == []


def test_elements_out_of_scope_have_no_pairs_to_decide_about(system: System) -> None:
    system.flow.inScope = False
    decided = system.decided(system.threat("Data flow sniffing"))
    assert results(decided) == {}
    assert len(decided.notices) == 1


def test_notices_are_told_once_and_not_without_end(system: System) -> None:
    decided = system.decided(notices=("one", *(f"notice {number}" for number in range(50)), "one"))
    assert len(decided.notices) == MOST_NOTICES + 1
    assert decided.notices[0] == "f.json: one"
    assert decided.notices[-1] == "f.json: 31 more of these"


def test_a_model_that_was_not_imported_has_none(system: System) -> None:
    assert decide(evaluate(system.model, system.library), (), Ground(TODAY), "threatmodel_a.py").notices == []
