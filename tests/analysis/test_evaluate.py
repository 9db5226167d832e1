"""Evaluation: which pairs there are, their verdicts, and their severity."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_threatmodel.analysis import evaluate as evaluating
from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.analysis.search import is_reachable
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.library.condition import Condition
from pytest_threatmodel.library.condition import compile_condition
from pytest_threatmodel.library.threat import Adjust
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.vocabulary import DeclaredField
from tests.analysis.models import SHOP
from tests.analysis.models import found
from tests.analysis.models import library_of
from tests.analysis.models import model_of
from tests.analysis.models import row_of
from tests.analysis.models import threat
from tests.analysis.models import verdict
from tests.analysis.models import verdicts_of

IN_CLEAR = "target.protocol == 'HTTP' and not target.controls.isEncrypted"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("protocol = 'HTTP'", Verdict.VULNERABLE),
        ("protocol = 'HTTP'; order.controls.isEncrypted = False", Verdict.VULNERABLE),
        ("protocol = 'HTTP'; order.controls.isEncrypted = True", Verdict.MITIGATED),
        ("usesVPN = True", Verdict.UNDETERMINED),
        ("protocol = 'HTTPS'", Verdict.NOT_APPLICABLE),
        ("controls.isEncrypted = True", Verdict.NOT_APPLICABLE),
    ],
)
def test_a_verdict_says_what_the_threat_means_here(stated: str, expected: Verdict) -> None:
    assert verdict(f"{SHOP}order.{stated}", IN_CLEAR) is expected


def test_values_that_come_from_elsewhere_count() -> None:
    """A flow takes protocol and encryption from its sink."""
    assert verdict(SHOP + "web.protocol = 'HTTP'", IN_CLEAR) is Verdict.VULNERABLE
    assert verdict(SHOP + "web.protocol = 'HTTP'; web.controls.isEncrypted = True", IN_CLEAR) is Verdict.MITIGATED


@pytest.mark.parametrize("where", ["target", "target.source", "target.sink"])
def test_controls_mitigate_on_whichever_element_they_are(where: str) -> None:
    element = {"target": "order", "target.source": "user", "target.sink": "web"}[where]
    source = f"{SHOP}{element}.controls.usesMFA = True"
    assert verdict(source, f"not {where}.controls.usesMFA") is Verdict.MITIGATED


def test_a_control_that_causes_a_threat_does_not_mitigate_it() -> None:
    condition = "target.controls.usesMFA and target.usesSessionTokens"
    assert verdict(SHOP + "order.controls.usesMFA = True", condition) is Verdict.UNDETERMINED
    assert verdict(SHOP, condition) is Verdict.NOT_APPLICABLE


def test_a_field_of_another_kind_makes_a_comparison_false() -> None:
    """Also an unequal one: what is not there is neither."""
    assert verdict(SHOP, "target.source.isSQL") is Verdict.NOT_APPLICABLE
    assert verdict(SHOP, "target.source.codeType != 'Managed'") is Verdict.NOT_APPLICABLE
    assert verdict(SHOP, "not target.source.isSQL") is Verdict.VULNERABLE


def test_rows_are_the_elements_in_scope_that_some_rule_concerns() -> None:
    """As created; a pair is a row and a column."""
    threats = (threat("target.inScope", "A", targets=("Element",)), threat("target.inScope", "B"))
    verdicts = verdicts_of(SHOP + "web.inScope = False", *threats)
    assert [row.label for row in verdicts.rows] == ["User", "Database", "Place order", "Insert order"]
    assert len(verdicts) == 6
    assert [(row.label, row.rules[column].threat.id) for row, column in verdicts.pairs()][2:] == [
        ("Place order", "A"),
        ("Place order", "B"),
        ("Insert order", "A"),
        ("Insert order", "B"),
    ]
    assert verdicts.row("Web Server") is None
    assert list(verdicts.labels) == ["User", "Web Server", "Database", "Place order", "Insert order"]


def test_elements_that_no_rule_concerns_have_no_row() -> None:
    verdicts = verdicts_of(SHOP, threat("target.inScope"))
    assert [row.label for row in verdicts.rows] == ["Place order", "Insert order"]


def test_elements_out_of_scope_still_count_for_others() -> None:
    source = SHOP + "web.inScope = False\nweb.controls.isHardened = True"
    assert verdict(source, "not target.sink.controls.isHardened") is Verdict.MITIGATED


def test_what_ignore_unused_leaves_out_has_no_row() -> None:
    source = SHOP.replace('TM("Shop")', 'TM("Shop", ignoreUnused=True)') + "spare = Server('Spare')"
    verdicts = verdicts_of(source, threat("target.inScope", targets=("Server",)))
    assert [row.label for row in verdicts.rows] == ["Web Server"]


def test_elements_that_look_alike_share_one_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    find = evaluating._find

    def counted(book: Any, rule: Any, record: Any) -> Verdict:
        calls.append(record.name)
        return find(book, rule, record)

    monkeypatch.setattr(evaluating, "_find", counted)
    flows = "".join(f"flow{n} = Dataflow(user, web, 'flow {n}', usesVPN={n % 2 == 0})\n" for n in range(20))
    verdicts = verdicts_of(SHOP + flows, threat("not target.usesVPN and target.usesSessionTokens"))
    # Nothing stated, stated to be true, stated to be false.
    assert calls == ["Place order", "flow 0", "flow 1"]
    assert set(found(verdicts).values()) == {Verdict.UNDETERMINED, Verdict.NOT_APPLICABLE}


def test_an_unstated_value_is_not_one_that_was_stated_like_the_default() -> None:
    """They look alike and mean different things."""
    verdicts = verdicts_of(SHOP + "query.usesSessionTokens = False", threat("target.usesSessionTokens"))
    assert [row.verdicts[0] for row in verdicts.rows] == [Verdict.UNDETERMINED, Verdict.NOT_APPLICABLE]


class Broken:
    """The forms of a condition of which one raises."""

    def __init__(self, compiled: Any, form: str) -> None:
        self._compiled = compiled
        self._form = form

    def __getattr__(self, name: str) -> Any:
        return self._raise if name == self._form else getattr(self._compiled, name)

    @staticmethod
    def _raise(record: Any, *read: Any) -> Any:
        if record.name == "Place order":
            raise ZeroDivisionError("by\nzero")
        return None


@pytest.mark.parametrize("form", ["holds", "signature"])
def test_a_rule_that_raises_costs_one_pair(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """The other pairs of the rule, and the other rules of the element, keep their results."""

    def compiled(condition: Condition) -> Any:
        made = compile_condition(condition)
        return Broken(made, form) if "isResponse" in condition.source else made

    monkeypatch.setattr("pytest_threatmodel.analysis.rulebook.compile_condition", compiled)
    source = SHOP + "order.protocol = query.protocol = 'HTTP'; query.usesVPN = True"
    bad = threat("target.isResponse and target.usesVPN", "BAD")
    verdicts = verdicts_of(source, threat(IN_CLEAR, "A"), bad, threat("target.inScope", "Z"))
    results = found(verdicts)
    assert results["BAD", "Place order"] is Verdict.ERROR
    assert verdicts.errors == {("Place order", "BAD"): "ZeroDivisionError: by\nzero"}
    assert results["BAD", "Insert order"] is Verdict.NOT_APPLICABLE
    assert [results[id, label] for id in "AZ" for label in ("Place order", "Insert order")] == [Verdict.VULNERABLE] * 4


def test_own_kinds_and_declared_fields_have_verdicts() -> None:
    field = DeclaredField("usesQueue", ("Server",), "bool", "fact", "It does.")
    library = library_of(threat("target.usesQueue", targets=("Server",)), fields=(field,))
    source = SHOP + "class Broker(Server):\n    pass\nbroker = Broker('Broker', usesQueue=True)"
    results = found(evaluate(model_of(source, library), library))
    assert results == {("T1", "Web Server"): Verdict.UNDETERMINED, ("T1", "Broker"): Verdict.VULNERABLE}


def test_a_model_without_pairs_has_none() -> None:
    verdicts = verdicts_of(SHOP)
    assert (verdicts.rows, len(verdicts), list(verdicts.pairs())) == ([], 0, [])


ADJUST = (Adjust("target.usesVPN", "low", "inside"), Adjust("target.protocol == 'HTTP'", "critical", "in clear"))


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("inScope = True", ("high", "")),
        ("protocol = 'HTTP'", ("critical", "in clear")),
        ("protocol = 'HTTP'; order.usesVPN = True", ("low", "inside")),
    ],
)
def test_the_first_circumstance_that_holds_sets_the_severity(stated: str, expected: tuple[str, str]) -> None:
    verdicts = verdicts_of(f"{SHOP}order.{stated}", threat("target.inScope", adjust=ADJUST))
    assert severity(row_of(verdicts, "Place order"), 0) == expected


def test_an_override_on_the_element_sets_the_severity_first() -> None:
    """It may be written in pytm's words, and counts on this element only."""
    source = (
        SHOP + "order.usesVPN = query.usesVPN = True\norder.overrides = [Finding(threat_id='T1', severity='Very High')]"
    )
    verdicts = verdicts_of(source, threat("target.inScope", adjust=ADJUST))
    assert severity(row_of(verdicts, "Place order"), 0) == ("critical", "override in threatmodel_shop.py:8")
    assert severity(row_of(verdicts, "Insert order"), 0) == ("low", "inside")


def test_an_override_changes_only_what_it_states() -> None:
    source = SHOP + "order.overrides = [Finding(threat_id='T1', cvss='9.1'), Finding(threat_id='T2', severity='low')]"
    verdicts = verdicts_of(source, threat("target.inScope"))
    assert severity(row_of(verdicts, "Place order"), 0) == ("high", "")


def test_an_override_without_a_known_severity_is_refused() -> None:
    verdicts = verdicts_of(
        SHOP + "order.overrides = [Finding(threat_id='T1', severity='hihg')]", threat("target.inScope")
    )
    with pytest.raises(ModelError, match="did you mean 'high'"):
        severity(row_of(verdicts, "Place order"), 0)


@pytest.mark.parametrize("size", [50, 200])
def test_a_hub_with_many_neighbours_is_judged_in_few_evaluations(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Neither what cannot become true, nor what needs three facts of one neighbour, goes through all combinations."""
    trials: list[int] = []

    def counted(traced: Any, *rest: Any) -> bool:
        def counting(*args: Any) -> Any:
            trials.append(1)
            return traced(*args)

        return is_reachable(counting, *rest)

    monkeypatch.setattr("pytest_threatmodel.analysis.evaluate.is_reachable", counted)
    source = "tm = TM('Hub')\nweb, db = Server('Web'), Datastore('Database')\ndb.data = 'rows'\n" + "".join(
        f"flow{number} = Dataflow(web, db, 'flow {number}')\n" for number in range(size)
    )
    condition = "any(d.isCredentials and d.isStored for f in target.inputs for d in f.data)"
    closed = f"{condition} and not target.controls.isHardened"
    stated = f"{source}db.controls.isHardened = True\n"
    assert verdict(source, condition, "Database", targets=("Datastore",)) is Verdict.UNDETERMINED
    assert verdict(stated, closed, "Database", targets=("Datastore",)) is Verdict.NOT_APPLICABLE
    assert len(trials) < 100
