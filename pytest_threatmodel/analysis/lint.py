"""How rules meet the models of a run: which never fire, which always do, and which facts nobody states."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import Final

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.model.vocabulary import Vocabulary

#: So many are named of each sort, unless all are wanted.
_NAMED: Final = 10
#: On fewer elements "always" means nothing.
_FEWEST: Final = 3


def lint_figures(verdicts: Verdicts) -> dict[str, Any]:
    """What one model shows of the rules, as plain data that crosses from worker to controller.

    Args:
        verdicts: of the model.
    """
    rules: dict[str, list[int]] = {rule.id: [0, 0] for rule in verdicts.rulebook.library}
    read: dict[str, list[str]] = {}
    facts = _facts(verdicts.rulebook.vocabulary)
    for row, column in verdicts.pairs():
        rule = row.rules[column]
        figures = rules[rule.threat.id]
        figures[0] += 1
        figures[1] += row.verdicts[column] is Verdict.VULNERABLE
        if rule.threat.id not in read:
            names = dict.fromkeys(path.rpartition(".")[2] for path in rule.condition.reads)
            read[rule.threat.id] = [name for name in names if name in facts]
    stated = {name for element in verdicts.model.load.elements for name in element.facts.given}
    return {"rules": rules, "read": read, "stated": sorted(stated)}


def _facts(vocabulary: Vocabulary) -> set[str]:
    """The names of all facts."""
    fields = (field for kind in vocabulary.kinds.values() for field in kind.fields.values())
    return {field.name for field in fields if field.role == "fact" and not field.is_relation}


def lint_lines(models: Sequence[Mapping[str, Any]], *, every: bool = False) -> list[str]:
    """What to tell about the rules over all models of a run.

    Args:
        models: the figures of each.
        every: name all, and not only the first of them.
    """
    pairs: dict[str, list[int]] = {}
    for model in models:
        for id_, (count, fired) in model["rules"].items():
            known = pairs.setdefault(id_, [0, 0])
            known[0] += count
            known[1] += fired
    met = {id_: figures for id_, figures in pairs.items() if figures[0]}
    never = [id_ for id_, (_, fired) in met.items() if not fired]
    always = [f"{id_} ({count})" for id_, (count, fired) in met.items() if fired == count and count >= _FEWEST]
    return [
        f"lint: {len(met)} of {len(pairs)} threats concern an element",
        *_told("never fire", never, every),
        *_told("always fire", always, every),
        *_told("facts are read and stated by no element", list(_unstated(models)), every),
    ]


def _unstated(models: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The facts that nobody states, those first that most threats read."""
    stated = {name for model in models for name in model["stated"]}
    readers: dict[str, dict[str, None]] = {}
    for model in models:
        for id_, names in model["read"].items():
            for name in names:
                if name not in stated:
                    readers.setdefault(name, {})[id_] = None
    for name, ids in sorted(readers.items(), key=lambda each: (-len(each[1]), each[0])):
        yield f"{name} ({', '.join(ids)})"


def _told(what: str, found: Sequence[str], every: bool) -> list[str]:
    if not found:
        return []
    named = found if every else found[:_NAMED]
    more = f", and {len(found) - len(named)} more, which -v names" if len(found) > len(named) else ""
    return [f"  {len(found)} {what}: {', '.join(named)}{more}"]
