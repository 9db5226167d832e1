"""What the mitigation names is what the condition takes for an answer, and examples show that it works."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Final

from pytest_threatmodel.analysis.alternatives import OtherValues
from pytest_threatmodel.analysis.search import Alternatives
from pytest_threatmodel.analysis.search import Changes
from pytest_threatmodel.analysis.search import minimal_changes
from pytest_threatmodel.analysis.selftest.bench import Bench
from pytest_threatmodel.analysis.selftest.bench import Case
from pytest_threatmodel.analysis.selftest.flaw import Flaw
from pytest_threatmodel.analysis.selftest.flaw import flaw
from pytest_threatmodel.analysis.wording import names_text
from pytest_threatmodel.library.errors import guess
from pytest_threatmodel.library.threat import Threat

#: So many minimal sets are looked for on each example.
_MOST_SETS: Final = 8
_CONTROL = re.compile(r"\bcontrols\.(\w+)")
#: Names that no sentence holds by chance.
_CAMEL = re.compile(r"\b[a-z]+[A-Z]\w*")


def mitigation_flaws(threat: Threat, bench: Bench) -> Iterator[Flaw]:
    """Where mitigation, condition and examples do not say the same."""
    yield from _named_wrongly(threat, bench)
    rule = bench.rule(threat)
    other = OtherValues(bench.rulebook, rule)
    held = [case for case in bench.cases(threat) if rule.holds(case.record) is case.wanted]
    vulnerable = [case for case in held if case.wanted]
    fixes = {case: _sets(threat, bench, case, other.stronger, False) for case in vulnerable}
    carried = [
        changes for case in held if not case.wanted for changes in _sets(threat, bench, case, other.absent, True)
    ]
    yield from _unanswered(threat, fixes)
    yield from _unnamed(threat, [*(changes for sets in fixes.values() for changes in sets), *carried])
    yield from _unshown(threat, fixes, carried)


def _sets(threat: Threat, bench: Bench, case: Case, values: Alternatives, goal: bool) -> list[Changes]:
    return minimal_changes(bench.rule(threat).traced, case.record, values, goal, most=_MOST_SETS)


def _controls(sets: Iterable[Changes]) -> dict[str, None]:
    return {change.name: None for changes in sets for change in changes if change.record._kind == "Controls"}


def _named_wrongly(threat: Threat, bench: Bench) -> Iterator[Flaw]:
    """Controls and protections that the mitigation names and the condition does not read."""
    kinds = bench.library.vocabulary.kinds
    known = kinds["Controls"].fields
    read = {path.rpartition(".")[2] for path in bench.rule(threat).condition.reads}
    named = dict.fromkeys(_CONTROL.findall(threat.mitigation))
    for name in named:
        if name not in known:
            yield flaw("mitigation", threat, f"there is no control {name}", "mitigation", hint=guess(name, known))
        elif name not in read:
            text = f"names controls.{name}, which the condition does not read"
            yield flaw("mitigation", threat, text, "mitigation")
    protections = {name for kind in kinds.values() for name, field in kind.fields.items() if field.role == "protection"}
    for name in dict.fromkeys(_CAMEL.findall(threat.mitigation)):
        if name in protections and name not in known and name not in read:
            yield flaw("mitigation", threat, f"names {name}, which the condition does not read", "mitigation")


def _unanswered(threat: Threat, fixes: dict[Case, list[Changes]]) -> Iterator[Flaw]:
    """Findings against which nothing can be stated: they shout at everybody, whatever is done."""
    if fixes and not any(fixes.values()):
        text = "no control and no protection closes it: nobody can answer the finding"
        yield flaw("mitigation", threat, text, "condition")


def _unnamed(threat: Threat, sets: list[Changes]) -> Iterator[Flaw]:
    for name in _controls(sets):
        if not re.search(rf"\b{name}\b", threat.mitigation):
            yield flaw("mitigation", threat, f"does not name controls.{name}, which mitigates", "mitigation")


def _unshown(threat: Threat, fixes: dict[Case, list[Changes]], carried: list[Changes]) -> Iterator[Flaw]:
    """The controls for which no safe example shows that they turn a vulnerable one mitigated."""
    shown = _controls(carried)
    for case, sets in fixes.items():
        for changes in sets:
            missing = [name for name in _controls([changes]) if name not in shown]
            # A wrong value that is set right is no control that is added: there the safe example is not "mitigated".
            if missing and not any(change.name in change.record._given for change in changes):
                shown.update(dict.fromkeys(missing))
                told = names_text(changes, case.element)
                text = f"no safe example shows that {told} mitigates, as it would on {case.name}"
                yield flaw("mitigation", threat, text, "safe")
    if fixes and any(fixes.values()) and not carried:
        text = "no safe example is mitigated: show a vulnerable one with what answers it"
        yield flaw("mitigation", threat, text, "safe")
