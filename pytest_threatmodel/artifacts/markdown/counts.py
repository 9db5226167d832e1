"""The parts of Markdown reports that count, and name nothing."""

from __future__ import annotations

from pytest_threatmodel.artifacts.markdown.text import code
from pytest_threatmodel.artifacts.markdown.text import table
from pytest_threatmodel.artifacts.redaction import totals
from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.shape import Snapshot


def headline(snapshot: Snapshot) -> str:
    """What the gate says, and how many findings are open."""
    found = totals(snapshot)
    waiting = {word: number for word, number in found["findings"]["open"].items() if number}
    told = ", ".join(f"{number} {word}" for word, number in waiting.items())
    gate = "❌ Failed" if found["gate"] == "failed" else "✅ Passed"
    sentences = [f"**{gate}**. {_number(sum(waiting.values()), 'open finding')}{': ' if told else ''}{told}."]
    if found["verdicts"]["error"]:
        sentences.append(f"{_number(found['verdicts']['error'], 'rule')} could not be evaluated.")
    if found["unstated"]:
        sentences.append(f"{_number(found['unstated'], 'undetermined pair')} failing for unstated facts.")
    if found["problems"]:
        sentences.append(f"{_number(found['problems'], 'problem')} with decisions.")
    if found["outcomes"]["not run"]:
        sentences.append(f"{found['outcomes']['not run']:,} of {found['pairs']:,} pairs did not run.")
    return " ".join(sentences)


def counts(snapshot: Snapshot) -> list[str]:
    """Findings by severity, and pairs by verdict and outcome."""
    found = totals(snapshot)
    findings = {
        "open": found["findings"]["open"],
        **({"known": found["findings"]["known"]} if any(found["findings"]["known"].values()) else {}),
        "accepted": found["findings"]["accepted"],
        "excluded": found["findings"]["excluded"],
    }
    rows = [[word, *(f"{numbers[severity]:,}" for severity in SEVERITIES)] for word, numbers in findings.items()]
    outcomes = [f"{number:,} {word}" for word, number in found["outcomes"].items() if number]
    decisions = found["decisions"]
    known = f"{decisions['known']:,} known as open, " if decisions["known"] else ""
    return [
        table(["Findings", *SEVERITIES], rows, numbers=len(SEVERITIES)),
        f"{_number(found['pairs'], 'pair')} of threat and element: {_verdicts(found['verdicts'])}."
        + (f" In this run, {', '.join(outcomes)}." if outcomes else ""),
        f"{_number(found['elements'], 'element')} ({found['in_scope']:,} in scope), {_number(found['flows'], 'flow')}; "
        f"{known}{_number(decisions['accepted'], 'acceptance')}, {_number(decisions['excluded'], 'exclusion')}, "
        f"{decisions['expired']:,} expired.",
    ]


def _verdicts(numbers: dict[str, int]) -> str:
    names = {"not-applicable": "not applicable", "error": "with a rule error"}
    told = [f"{number:,} {names.get(word, word)}" for word, number in numbers.items() if number or word != "error"]
    return ", ".join(told)


def footer(snapshot: Snapshot) -> str:
    """When, and on what."""
    run, model = snapshot["run"], snapshot["model"]
    packs = ", ".join(code(f"{pack['name']} {pack['version']}".strip(), 60) for pack in snapshot["packs"])
    changed = " with local changes" if run["dirty"] else ""
    commit = f", commit {code(run['commit'][:12])}{changed}" if run["commit"] else ""
    tool = f"pytest-threatmodel {code(run['version'], 60)}" if run["version"] else "pytest-threatmodel"
    return f"{code(model['file'], 160)}{commit}, {code(run['created'], 40)}; {tool}, packs {packs or 'none'}"


def _number(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
