"""Each rule of the selftest: what breaks it is told with its place, and with what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from .packs import GOOD
from .packs import flaws_in
from .packs import spoiled
from .packs import told

HERE = "acme.toml:13: threat ACME01"
CONDITION = "target.printsLabels and not target.controls.validatesInput"
VULNERABLE = '[{ kind = "Server", printsLabels = true }]'
SAFE = '[{ kind = "Server", printsLabels = true, controls = { validatesInput = true } }, { kind = "Server" }]'
MITIGATED = '{ kind = "Server", printsLabels = true, controls = { validatesInput = true } }'


def test_a_good_threat_has_no_flaw(tmp_path: Path) -> None:
    assert told(tmp_path) == []


def test_examples_must_hold(tmp_path: Path) -> None:
    found = told(tmp_path, (VULNERABLE, '[{ kind = "Server", printsLabels = true }, { kind = "Server" }]'))
    assert found == [f"{HERE}, vulnerable example 2 (Server): the condition does not fire on it, and must"]


def test_an_example_that_describes_no_element_is_told(tmp_path: Path) -> None:
    found = told(tmp_path, (VULNERABLE, '[{ kind = "Server", printsLabels = true }, { kind = "Server", ports = 1 }]'))
    assert len(found) == 1
    assert found[0].startswith(f"{HERE}, vulnerable example 2: ")
    assert "did you mean" in found[0]


def test_each_target_needs_examples_and_a_proposal_is_made(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        ('kinds = ["Server"]', 'kinds = ["Server", "Process"]'),
        ('targets = ["Server"]', 'targets = ["Server", "Process"]'),
    )
    assert found == [
        f"{HERE}, vulnerable: holds none for Process; it fires on Process with printsLabels = True",
        f"{HERE}, safe: holds none for Process; it does not fire on a plain Process",
    ]


def test_a_special_kind_is_no_example_of_the_kind_above(tmp_path: Path) -> None:
    text = GOOD.replace('"Server"', '"Process"').replace(
        '[{ kind = "Process", printsLabels = true }]', '[{ kind = "SetOfProcesses", printsLabels = true }]'
    )
    found = [str(flaw) for flaw in flaws_in(tmp_path, text)]
    assert found == [f"{HERE}, vulnerable: holds none for Process; it fires on Process with printsLabels = True"]


def test_flows_need_both_ends_and_data(tmp_path: Path) -> None:
    text = GOOD.replace('"Server"', '"Dataflow"')
    found = [str(flaw) for flaw in flaws_in(tmp_path, text)]
    assert f'{HERE}, vulnerable example 1: says nothing of its source, expected source = {{ kind = "..." }}' in found
    assert found[-1].startswith(f"{HERE}, vulnerable, safe: no example of a Dataflow carries data")


def test_a_control_that_the_mitigation_does_not_name_is_told(tmp_path: Path) -> None:
    found = told(tmp_path, (" (controls.validatesInput).", "."))
    assert found == [f"{HERE}, mitigation: does not name controls.validatesInput, which mitigates"]


def test_a_control_that_does_not_exist_is_told_with_the_nearest(tmp_path: Path) -> None:
    found = told(
        tmp_path, ("printed (controls.validatesInput)", "printed (controls.validateInput, controls.validatesInput)")
    )
    assert found == [f"{HERE}, mitigation: there is no control validateInput; did you mean 'validatesInput'?"]


def test_a_control_that_the_condition_does_not_read_is_told(tmp_path: Path) -> None:
    found = told(tmp_path, ("printed (controls.validatesInput)", "printed (controls.usesMFA, controls.validatesInput)"))
    assert found == [f"{HERE}, mitigation: names controls.usesMFA, which the condition does not read"]


def test_a_control_that_no_safe_example_shows_is_told(tmp_path: Path) -> None:
    found = told(tmp_path, (f"{MITIGATED}, ", ""))
    assert found[0] == (
        f"{HERE}, safe: no safe example shows that controls.validatesInput mitigates, "
        "as it would on vulnerable example 1"
    )


def test_a_finding_that_nobody_can_answer_is_told(tmp_path: Path) -> None:
    found = told(
        tmp_path, (CONDITION, "target.printsLabels"), (f"{MITIGATED}, ", ""), (" (controls.validatesInput)", "")
    )
    assert found == [f"{HERE}, condition: no control and no protection closes it: nobody can answer the finding"]


def test_a_clause_that_changes_no_example_is_told_with_one_that_would(tmp_path: Path) -> None:
    found = told(tmp_path, (', { kind = "Server" }]', "]"))
    assert found == [
        f"{HERE}, condition, column 1: no example changes without 'target.printsLabels'; "
        "a safe example that shows it: vulnerable example 1 with printsLabels = False"
    ]


def test_a_clause_that_never_matters_is_told_to_leave(tmp_path: Path) -> None:
    found = told(
        tmp_path, (CONDITION, f"({CONDITION}) and not (target.printsLabels and target.controls.validatesInput)")
    )
    assert any("leave it out" in each for each in found)


def test_one_of_several_kinds_that_changes_no_example_is_told(tmp_path: Path) -> None:
    condition = f"{CONDITION} and any(f.source.oneOf(Actor, Process) for f in target.inputs)"
    actor = ', inputs = [{ source = { kind = "Actor" } }]'
    text = spoiled((CONDITION, condition)).replace("printsLabels = true", f"printsLabels = true{actor}")
    found = [str(flaw) for flaw in flaws_in(tmp_path, text)]
    assert any(
        f"column {condition.index('Process') + 1}: no example changes without 'Process'" in each for each in found
    )
    assert not any("without 'Actor'" in each for each in found)


@pytest.mark.parametrize(
    ("condition", "word"),
    [
        ("target.printsLabels and not target.printsLabels", "never"),
        ("target.printsLabels or not target.printsLabels", "always"),
    ],
)
def test_a_condition_that_is_constant_is_told(tmp_path: Path, condition: str, word: str) -> None:
    found = told(tmp_path, (CONDITION, condition))
    assert any(each.startswith(f"{HERE}, condition: {word} true on Server: no element was found") for each in found)


def test_two_threats_that_ask_the_same_are_told_of_both(tmp_path: Path) -> None:
    again = GOOD[GOOD.index("[[threat]]") :].replace("ACME01", "ACME02")
    same = again.replace(CONDITION, "not (target.controls.validatesInput or not target.printsLabels)")
    for text, why in ((again, "they are the same but for order and spelling"), (same, "no Server was found on which")):
        both = f"{GOOD}\n{text}"
        first, second = (flaws_in(tmp_path, both, id) for id in ("ACME01", "ACME02"))
        assert f"means the same on Server as that of ACME02 (acme.toml:25): {why}" in str(first[0])
        assert "means the same on Server as that of ACME01 (acme.toml:13)" in str(second[-1])


def test_threats_that_read_the_same_and_differ_are_fine(tmp_path: Path) -> None:
    other = GOOD[GOOD.index("[[threat]]") :].replace("ACME01", "ACME02")
    other = other.replace(CONDITION, "target.printsLabels and target.controls.validatesInput")
    found = flaws_in(tmp_path, f"{GOOD}\n{other}")
    assert found == []


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("cwe = [77, 99999]", "cwe: there is no CWE-99999"),
        ("cwe = [77, 77]", "cwe: 77 stands twice"),
        ('cwe = [77]\nowasp = ["A11:2025"]', "owasp: there is no 'A11:2025' in OWASP's lists; did you mean"),
    ],
)
def test_what_is_in_no_taxonomy_is_told(tmp_path: Path, entry: str, problem: str) -> None:
    (found,) = told(tmp_path, ("cwe = [77]", entry))
    assert f"{HERE}, {problem}" in found
