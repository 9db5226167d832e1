"""The text of explanations, to the letter."""

from __future__ import annotations

import pytest

from pytest_threatmodel.analysis import search
from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.explain import explain
from pytest_threatmodel.analysis.text import explanation_lines
from pytest_threatmodel.analysis.text import short_text
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.library.threat import Adjust
from tests.analysis.models import SHOP
from tests.analysis.models import explanation
from tests.analysis.models import library_of
from tests.analysis.models import model_of
from tests.analysis.models import row_of
from tests.analysis.models import text
from tests.analysis.models import threat
from tests.analysis.models import verdicts_of

DECIDE = '      or decide: accept("T1", reason=..., owner=..., until=...,'
#: Where facts stand that do not fit beside.
BELOW = " " * 24

CONTRACT_MODEL = """\
tm = TM("Shop", description="Web shop with one database")
internet, dmz = Boundary("Internet"), Boundary("DMZ")

user = Actor("User", inBoundary=internet)
web = Server("Web Server", inBoundary=dmz)
web.controls.validatesInput = True
db = Datastore("SQL Database", inBoundary=dmz, isSQL=True)
cleaner = Lambda("Nightly clean-up", inBoundary=dmz)



order = Dataflow(user, web, "Place order", protocol="HTTP", dstPort=80)
query = Dataflow(web, db, "Insert order", protocol="MySQL", dstPort=3306)
"""
CONTRACT = """\
High  Data flow sniffing                                  STRIDE information disclosure, CWE-319
on    Dataflow "Place order" (User -> Web Server)         threatmodel_shop.py:12
why   target.protocol == 'HTTP'                           'HTTP', stated in line 12
      and not target.controls.isEncrypted                 False, never stated
fix   controls.isEncrypted = True, or protocol = 'HTTPS'
      or decide: accept("DE01", reason=..., owner=..., until=...,
                        facts={"protocol": "HTTP", "controls.isEncrypted": False})"""


def test_a_failure_reads_as_the_contract_says() -> None:
    """The block of design section 3, with its model and the condition that it shows."""
    sniffing = threat(
        "target.protocol == 'HTTP' and not target.controls.isEncrypted",
        "DE01",
        title="Data flow sniffing",
        stride=("information disclosure",),
        cwe=(319,),
    )
    verdicts = evaluate(model_of(CONTRACT_MODEL), library_of(sniffing))
    lines = explanation_lines(explain(verdicts, row_of(verdicts, "Place order"), 0))
    assert "\n".join(lines) == CONTRACT


def why(block: str) -> str:
    """What stands under the first two lines."""
    return "\n".join(block.splitlines()[2:])


def test_of_alternatives_only_the_one_that_was_met_is_shown() -> None:
    condition = "(target.isResponse or target.usesSessionTokens) and not target.usesVPN"
    assert why(text(SHOP + "order.usesSessionTokens = True", condition)) == (
        "why   target.usesSessionTokens                            True, stated in line 7\n"
        "      and not target.usesVPN                              False, never stated\n"
        "fix   usesVPN = True\n"
        "      if untrue, correct: usesSessionTokens = False\n"
        + f'{DECIDE}\n{BELOW}facts={{"isResponse": False, "usesSessionTokens": True, "usesVPN": False}})'
    )


def test_any_names_the_witness() -> None:
    source = SHOP + "order.data = [Data('list'), Data('address', isPII=True)]"
    assert why(text(source, "any(d.isPII for d in target.data) and not target.usesVPN")) == (
        'why   any(d.isPII for d in target.data)                   data "list", "address", stated in line 7\n'
        '                                                          "address".isPII True, stated in line 7\n'
        "      and not target.usesVPN                              False, never stated\n"
        "fix   usesVPN = True\n"
        '      if untrue, correct: "address".isPII = False\n' + f'{DECIDE} facts={{"usesVPN": False}})'
    )


@pytest.mark.parametrize("order", ["", "late = Dataflow(db, web, 'Answer')\n"])
def test_any_that_reads_no_field_names_the_element(order: str) -> None:
    """Which caller comes from outside, for example."""
    condition = "any(f.source.oneOf(Actor) for f in target.inputs) and not target.controls.isHardened"
    verdicts = verdicts_of(SHOP + order, threat(condition, targets=("Server",)))
    lines = explanation_lines(explain(verdicts, row_of(verdicts, "Web Server"), 0))
    assert lines[2:5] == [
        'why   any(f.source.oneOf(Actor) for f in target.inputs)   Dataflow "Place order" (User -> Web Server)',
        "      and not target.controls.isHardened                  False, never stated",
        "fix   controls.isHardened = True",
    ]


def test_any_of_a_neighbours_collection_names_nobody() -> None:
    verdicts = verdicts_of(SHOP, threat("any(f.source.oneOf(Actor) for f in target.source.outputs)"))
    lines = explanation_lines(explain(verdicts, row_of(verdicts, "Place order"), 0))
    assert lines[2] == "why   any(f.source.oneOf(Actor) for f in target.source.outputs)"


def test_inherited_values_say_from_whom() -> None:
    assert why(text(SHOP + "web.protocol = 'HTTP'", "target.protocol == 'HTTP'")) == (
        "why   target.protocol == 'HTTP'                           'HTTP', from \"Web Server\" protocol (line 7)\n"
        "fix   protocol = 'HTTPS'\n" + f'{DECIDE} facts={{"protocol": "HTTP"}})'
    )


def test_values_of_other_elements_say_whose_they_are() -> None:
    assert why(text(SHOP, "not target.sink.controls.isHardened")) == (
        'why   not target.sink.controls.isHardened                 False, never stated, on "Web Server"\n'
        'fix   "Web Server".controls.isHardened = True\n' + f'{DECIDE} facts={{"sink.controls.isHardened": False}})'
    )


def test_a_part_that_fills_the_line_has_its_readings_below() -> None:
    condition = "not (target.source.controls.authenticatesDestination and target.controls.isEncrypted)"
    below = " " * 58
    assert why(text(SHOP + "user.controls.authenticatesDestination = True", condition)) == (
        f"why   {condition}\n"
        f'{below}"User".controls.authenticatesDestination True, stated in line 7\n'
        f"{below}controls.isEncrypted False, never stated\n"
        "fix   controls.isEncrypted = True\n"
        + f'{DECIDE}\n{BELOW}facts={{"source.controls.authenticatesDestination": True,\n'
        f'{BELOW}       "controls.isEncrypted": False}})'
    )


@pytest.mark.parametrize(("spare", "beside"), [(0, True), (1, False)])
def test_the_second_column_begins_where_it_begins(spare: int, beside: bool) -> None:
    """A part may end one column before it."""
    name = "x" * (58 - 6 - 1 - len("target.protocol == ''") + spare)
    lines = text(f"{SHOP}order.protocol = {name!r}", f"target.protocol == {name!r}").splitlines()
    first, second = lines[2], lines[3]
    assert first.startswith(f"why   target.protocol == '{name}'")
    assert (first if beside else second)[58:].startswith(f"'{name}', stated")
    assert len(first) == 58 - 1 + spare if not beside else len(first) > 58


def test_a_very_long_part_or_value_is_cut() -> None:
    lines = text(SHOP, f"target.protocol not in ('HTTPS', '{'y' * 300}')").splitlines()
    assert len(lines[2]) == 6 + 240
    assert lines[2].endswith("...")
    lines = text(f"{SHOP}order.note = {'z' * 5000!r}", "target.note != ''").splitlines()
    assert lines[2].startswith("why   target.note != ''")
    assert lines[2].endswith("zzz..., stated in line 7")
    assert len(lines[2]) < 350


def test_of_many_readings_the_first_six_are_shown() -> None:
    names = (
        "usesMFA",
        "isHardened",
        "isEncrypted",
        "usesVPN",
        "validatesInput",
        "handlesCrashes",
        "isResilient",
        "usesCodeSigning",
    )
    lines = text(SHOP, f"not ({' or '.join(f'target.controls.{name}' for name in names)})").splitlines()
    assert lines[3].strip() == "controls.usesMFA False, never stated"
    assert lines[8].strip() == "controls.handlesCrashes False, never stated"
    assert lines[9].strip() == "and 2 more"


def test_where_no_control_helps_the_text_says_so() -> None:
    assert why(text(SHOP + "order.usesSessionTokens = True", "target.usesSessionTokens")) == (
        "why   target.usesSessionTokens                            True, stated in line 7\n"
        "fix   no control closes this: change the design, or decide\n"
        "      if untrue, correct: usesSessionTokens = False\n" + f'{DECIDE} facts={{"usesSessionTokens": True}})'
    )


def test_a_mitigated_pair_says_by_what() -> None:
    source = SHOP + "order.protocol = 'HTTP'; order.controls.isEncrypted = True; order.usesVPN = True"
    condition = "target.protocol == 'HTTP' and (not target.controls.isEncrypted or not target.usesVPN)"
    assert why(text(source, condition)) == (
        "why   target.protocol == 'HTTP'                           'HTTP', stated in line 7\n"
        "      and (not target.controls.isEncrypted or not target.usesVPN)\n"
        "                                                          controls.isEncrypted True, stated in line 7"
        " -> false\n"
        "                                                          usesVPN True, stated in line 7\n"
        "by    controls.isEncrypted, or usesVPN"
    )


def test_an_undetermined_pair_says_what_nobody_stated() -> None:
    assert why(text(SHOP, "target.usesSessionTokens and not target.usesVPN")) == (
        "why   target.usesSessionTokens                            False, never stated -> false\n"
        "      and not target.usesVPN                              False, never stated\n"
        "open  not stated: usesSessionTokens"
    )


def test_a_pair_to_which_the_threat_does_not_apply_says_only_why() -> None:
    assert why(text(SHOP + "order.usesSessionTokens = False", "target.usesSessionTokens")) == (
        "why   target.usesSessionTokens                            False, stated in line 7 -> false"
    )


def test_a_rule_error_names_pack_rule_and_condition() -> None:
    """Whatever an exception says stays on one line."""
    verdicts = verdicts_of(SHOP, threat("target.inScope and target.isResponse"))
    row = row_of(verdicts, "Place order")
    object.__setattr__(row, "verdicts", (Verdict.ERROR,))
    verdicts.errors["Place order", "T1"] = "ZeroDivisionError: by\nzero\x1b[2J"
    lines = explanation_lines(explain(verdicts, row, 0))
    assert lines == [
        "High  Something happens",
        'on    Dataflow "Place order" (User -> Web Server)         threatmodel_shop.py:5',
        r"why   the rule could not be evaluated: ZeroDivisionError: by\nzero\x1b[2J",
        "      pack own, own.toml:7: target.inScope and target.isResponse",
    ]
    assert short_text(explain(verdicts, row, 0)) == "High: Something happens"


def test_a_rule_error_names_the_column_of_the_part_that_failed() -> None:
    """In the condition as the pack writes it."""
    source = "target.inScope and (target.isResponse or not target.usesVPN)"
    verdicts = verdicts_of(SHOP, threat(source))
    row = row_of(verdicts, "Place order")
    object.__setattr__(row, "verdicts", (Verdict.ERROR,))

    class Broken(Exception):
        pass

    class Failing(type(row.record)):  # type: ignore[misc]  # a record whose one field cannot be read
        @property
        def usesVPN(self) -> bool:
            raise Broken

    row.record.__class__ = Failing
    verdicts.errors["Place order", "T1"] = "Broken: "
    lines = explanation_lines(explain(verdicts, row, 0))
    assert lines[-1] == f"      pack own, own.toml:7, column {source.index('not target.usesVPN') + 1}: {source}"


def test_another_severity_is_told_with_its_reason() -> None:
    adjust = (Adjust("target.usesVPN", "critical", "it is inside"),)
    lines = text(SHOP + "order.usesVPN = True", "target.inScope", adjust=adjust).splitlines()
    assert lines[0] == "Critical  Something happens"
    assert lines[3] == "      rated critical, not high: it is inside"


@pytest.mark.parametrize(
    ("stride", "cwe", "expected"),
    [
        ((), (), ""),
        (("tampering",), (), "STRIDE tampering"),
        ((), (20, 79), "CWE-20, CWE-79"),
        (("spoofing", "tampering"), (20,), "STRIDE spoofing, tampering, CWE-20"),
    ],
)
def test_the_taxonomy_stands_beside_the_title(stride: tuple[str, ...], cwe: tuple[int, ...], expected: str) -> None:
    first = text(SHOP, "target.inScope", stride=stride, cwe=cwe).splitlines()[0]
    assert first == f"{'High  Something happens':<58}{expected}".rstrip()


def test_a_long_title_pushes_the_taxonomy_aside() -> None:
    title = "Something happens that takes many words to tell in a title"
    assert text(SHOP, "target.inScope", title=title, cwe=(20,)).splitlines()[0] == f"High  {title}  CWE-20"


def test_a_lead_comes_first() -> None:
    found = explanation(SHOP, "target.inScope")
    assert explanation_lines(found, lead="the acceptance expired")[0] == "the acceptance expired"
    assert explanation_lines(found, lead="the acceptance expired")[1:] == explanation_lines(found)


HOSTILE = "a\nb\x1b[2J\u202e\u200b\ud800\"'`<&|"


def test_hostile_names_break_no_line() -> None:
    """Control, format and surrogate characters are escaped wherever a name stands; the rest stays as it is."""
    source = (
        f"tm = TM('Shop')\nuser = Actor({HOSTILE!r})\nweb = Server({HOSTILE + '2'!r})\n"
        f"order = Dataflow(user, web, 'Place order', protocol={HOSTILE!r}, data=Data({HOSTILE + '3'!r}, isPII=True))\n"
    )
    condition = (
        "target.protocol != '' and any(d.isPII for d in target.data) "
        "and not target.source.controls.usesMFA and not target.sink.controls.usesMFA"
    )
    block = text(source, condition)
    short = short_text(explanation(source, condition))
    for part in (*block.splitlines(), short):
        assert part.isprintable()
    escaped = r"a\nb\x1b[2J\u202e\u200b\ud800" + "\"'`<&|"
    assert f'on    Dataflow "Place order" ({escaped} -> {escaped}2)' in block
    assert f'"{escaped}3".isPII True' in block
    assert f'"{escaped}".controls.usesMFA = True' in block
    assert len(block.splitlines()) == 11


def test_the_short_text_names_severity_title_and_the_deciding_values() -> None:
    source = SHOP + "order.protocol = 'HTTP'"
    found = explanation(source, "target.protocol == 'HTTP' and not target.controls.isEncrypted")
    assert short_text(found) == "High: Something happens (protocol 'HTTP', controls.isEncrypted False)"


def test_the_short_text_names_the_witness_not_the_collection() -> None:
    source = SHOP + "order.data = [Data(f'piece {n}', isPII=n == 3) for n in range(5)]"
    assert short_text(explanation(source, "any(d.isPII for d in target.data)")) == (
        'High: Something happens ("piece 3".isPII True)'
    )
    assert short_text(explanation(source, "len(target.data) > 3")) == (
        'High: Something happens (data "piece 0", "piece 1", "piece 2", "piece 3", "piece 4")'
    )


def test_the_short_text_of_a_condition_without_reads_is_the_title() -> None:
    assert short_text(explanation(SHOP, "target.oneOf(Dataflow)")) == "High: Something happens"


def test_a_search_that_is_given_up_leaves_no_empty_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_READS", -1)
    assert text(SHOP, "target.usesSessionTokens").splitlines()[-1] == (
        "open  not stated: more than can be looked through"
    )
    assert text(SHOP + "order.usesVPN = True", "not target.usesVPN").splitlines()[-1] == (
        "by    more than can be looked through"
    )


def test_a_threat_to_privacy_is_told_in_the_words_of_linddun() -> None:
    linking = threat("target.protocol == 'HTTP'", linddun=("linking", "identifying"), cwe=(359,))
    verdicts = verdicts_of(CONTRACT_MODEL, linking)
    lines = explanation_lines(explain(verdicts, row_of(verdicts, "Place order"), 0))
    assert lines[0].endswith("  LINDDUN linking, identifying, CWE-359")
