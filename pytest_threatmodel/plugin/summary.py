"""What the closing section says of one model, as plain data that crosses from worker to controller."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.analysis.lint import lint_figures
from pytest_threatmodel.analysis.notices import all_notices
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.decision import WORDS
from pytest_threatmodel.decisions.review import ending
from pytest_threatmodel.decisions.unstated import unstated_lines
from pytest_threatmodel.decisions.weakenings import model_weakenings
from pytest_threatmodel.library.threat import SEVERITIES
from pytest_threatmodel.plugin.selftest_options import lints
from pytest_threatmodel.plugin.session import Run
from pytest_threatmodel.plugin.session import shown_path
from pytest_threatmodel.plugin.weakenings import bounded
from pytest_threatmodel.snapshot.comparison import closing_lines
from pytest_threatmodel.snapshot.comparison import comparison_shape

if TYPE_CHECKING:
    from pytest_threatmodel.plugin.collect import ThreatModelFile

#: So many decisions without facts are named under -v; reports name all.
_NAMED: Final = 20
#: What nobody stated is named for so many elements; reports name all.
_ELEMENTS: Final = 10


def summary(file: ThreatModelFile, run: Run) -> dict[str, Any]:
    """The figures of one model: nothing but strings, numbers, lists and dictionaries, as xdist demands.

    Args:
        file: after its decisions were judged.
        run: for the day.
    """
    verdicts = file.verdicts
    counted: Counter[Verdict] = Counter(file.decided.verdict(row, column) for row, column in verdicts.pairs())
    findings: Counter[str] = Counter()
    decisions: Counter[str] = Counter()
    for outcome in file.decided.outcomes.values():
        if outcome.decision is not None:
            late = outcome.decision.expired(run.ground.today)
            decisions["expired" if late else WORDS[outcome.decision.status]] += 1
    for row, column in verdicts.pairs():
        if file.decided.verdict(row, column) is Verdict.VULNERABLE:
            pair = (row.rules[column].threat.id, row.label)
            known = file.decided.outcomes.get(pair)
            if known is None or known.decision is None or known.result == "failed":
                findings[severity(row, column)[0]] += 1
    elements = list(verdicts.labels.values())
    return {
        "file": shown_path(file.config, file.path),
        "name": file.model.name,
        "elements": len(elements),
        "out_of_scope": sum(not element.inScope for element in elements),
        "pairs": len(verdicts),
        "verdicts": {verdict.value: counted[verdict] for verdict in Verdict if counted[verdict]},
        "findings": {word: findings[word] for word in SEVERITIES if findings[word]},
        "decisions": dict(sorted(decisions.items())),
        "resolved": _resolved(file),
        "unbound": _unbound(file),
        "unstated": unstated_lines(verdicts, file.decided, _ELEMENTS) if _is_told(file) else [],
        "weakenings": bounded(model_weakenings(verdicts, file.decided)),
        "policy": violations(file, run),
        "comparison": _comparison(file),
        "lint": lint_figures(verdicts) if lints(file.config) else None,
        "notices": [*_ending(file, run), *all_notices(verdicts), *file.decided.notices],
    }


def _is_told(file: ThreatModelFile) -> bool:
    """Whether the closing section is printed at all."""
    return bool(file.config.get_verbosity() >= 0)


def _resolved(file: ThreatModelFile) -> list[str]:
    """The places of the known findings that are findings no more."""
    return [str(decision.place) for decision in file.decided.resolved]


def _unbound(file: ThreatModelFile) -> list[str]:
    """The decisions without facts: how many, then the first of them."""
    found = [f"{each.place}: {each.spelled}" for each in file.decided.made if each.unbound]
    more = [f"and {len(found) - _NAMED} more"] if len(found) > _NAMED else []
    return [f"{len(found)} decision{'s' if len(found) > 1 else ''}", *found[:_NAMED], *more] if found else []


def violations(file: ThreatModelFile, run: Run) -> list[str]:
    """What the file violates of the policy, nothing without one.

    Args:
        file: after its decisions were judged.
        run: after all files were collected.
    """
    if run.ground.policy is None:
        return []
    from pytest_threatmodel.plugin import policy

    return policy.violations(run.ground.policy, file, run)


def _comparison(file: ThreatModelFile) -> list[str]:
    """What is new, worsened or resolved since earlier runs."""
    made = file.decided.comparison
    return [] if made is None else closing_lines(comparison_shape(made))


def _ending(file: ThreatModelFile, run: Run) -> list[str]:
    """The decisions that end soon, those that a conftest made among them."""
    judged = (outcome.decision for outcome in file.decided.outcomes.values())
    made = [*file.decided.made, *(decision for decision in judged if decision is not None)]
    return ending({id(decision): decision for decision in made}.values(), run.ground)
