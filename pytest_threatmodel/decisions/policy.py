"""Policies: who may weaken the gate, and by how much; several put together to the strictest."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from typing import Any
from typing import Final
from typing import Literal
from typing import get_args

from pytest_threatmodel.library.threat import SEVERITIES
from pytest_threatmodel.library.threat import Severity

Where = Literal["anywhere", "register"]
Permission = Literal["anyone", "with-reason", "forbidden"]
Leave = Literal["allowed", "forbidden"]

#: The words of rules, from the laxest to the strictest.
WHERE: Final[tuple[Where, ...]] = get_args(Where)
PERMISSIONS: Final[tuple[Permission, ...]] = get_args(Permission)
LEAVES: Final[tuple[Leave, ...]] = get_args(Leave)
#: Word -> how strict it is, among those of its rule.
_STRICTNESS: Final = {word: place for words in (WHERE, LEAVES, PERMISSIONS) for place, word in enumerate(words)}

#: Field of a policy -> table and key of the file that says it.
RULES: Final[Mapping[str, str]] = {
    "where": "decisions.where",
    "longest_days": "decisions.longest_days",
    "owner_from": "decisions.owner_from",
    "ticket_from": "decisions.ticket_from",
    "widest_pattern": "decisions.widest_pattern",
    "today_option": "decisions.today_option",
    "soften_checks": "decisions.soften_checks",
    "required_models": "models.required",
    "out_of_scope": "models.out_of_scope",
    "required_packs": "packs.required",
    "replace": "packs.replace",
    "lower": "severity.lower",
    "fail_on": "severity.fail_on",
}


class PolicyError(Exception):
    """A policy is wrong, or not there; a line for each problem."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What may weaken the gate; without a word about something, everything may.

    Args:
        name: with its version, for messages.
        where: decisions stand anywhere, or in registers only.
        longest_days: severity -> how many days a decision may hold; counts for worse severities too.
        owner_from: from this severity on decisions have an owner.
        ticket_from: from this severity on decisions have a ticket.
        widest_pattern: how many pairs a decision with patterns may cover.
        today_option: whether a run may be told another day.
        soften_checks: whether checks of decisions may do less than they do by default.
        required_models: model files or keys of models, or patterns of them, that a run collects.
        out_of_scope: who may set `inScope = False`.
        required_packs: names of threat packs that count.
        replace: whether shipped packs may be left out or replaced.
        lower: who may lower a severity.
        fail_on: findings of this severity and worse fail, whatever `--threatmodel-fail-on` says.
        said: field -> the names of the policies that ask for what it holds.
    """

    name: str = ""
    where: Where = "anywhere"
    longest_days: Mapping[Severity, int] = field(default_factory=dict)
    owner_from: Severity | None = None
    ticket_from: Severity | None = None
    widest_pattern: int | None = None
    today_option: Leave = "allowed"
    soften_checks: Leave = "allowed"
    required_models: tuple[str, ...] = ()
    out_of_scope: Permission = "anyone"
    required_packs: tuple[str, ...] = ()
    replace: Leave = "allowed"
    lower: Permission = "anyone"
    fail_on: Severity | None = None
    said: Mapping[str, str] = field(default_factory=dict)

    def longest(self, severity: Severity) -> int | None:
        """How many days a decision on a finding of this severity may hold, None for no end."""
        place = SEVERITIES.index(severity)
        days = [limit for word, limit in self.longest_days.items() if SEVERITIES.index(word) >= place]
        return min(days, default=None)

    def asks_for(self, lowest: Severity | None, severity: Severity) -> bool:
        """Whether what is asked for from a severity on is asked for here."""
        return lowest is not None and SEVERITIES.index(severity) <= SEVERITIES.index(lowest)


def strictest(policies: Sequence[Policy]) -> Policy:
    """One policy that asks for whatever one of these asks for.

    Args:
        policies: one or more.
    """
    if len(policies) == 1:
        return policies[0]
    values: dict[str, Any] = {"name": ", ".join(policy.name for policy in policies)}
    said: dict[str, str] = {}
    default = Policy()
    for each in (kept.name for kept in fields(Policy) if kept.name in RULES):
        stated = [getattr(policy, each) for policy in policies]
        values[each] = _strictest(stated)
        asking = [policy for policy in policies if getattr(policy, each) != getattr(default, each)]
        exact = [policy for policy in asking if getattr(policy, each) == values[each]]
        said[each] = ", ".join(policy.name for policy in exact or asking)
    return Policy(**values, said=said)


def _strictest(values: Iterable[Any]) -> Any:
    """The strictest of the values of one rule; None asks for nothing."""
    given = [value for value in values if value is not None]
    if not given:
        return None
    first = given[0]
    if isinstance(first, tuple):
        return tuple(dict.fromkeys(item for value in given for item in value))
    if isinstance(first, Mapping):
        # The limits of both hold side by side: of two for one severity, the shorter.
        words = [word for word in SEVERITIES if any(word in value for value in given)]
        return {word: min(value[word] for value in given if word in value) for word in words}
    if isinstance(first, int):
        return min(given)
    return max(given, key=SEVERITIES.index if first in SEVERITIES else _STRICTNESS.__getitem__)
