"""An acceptance that is bound to what was read, ready to be pasted into a model file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from collections.abc import Mapping
from itertools import islice
from typing import Any
from typing import Final

#: So wide a line may be.
_WIDEST: Final = 100
#: So many facts are printed.
_MOST: Final = 12
_LEAD: Final = "or decide: "


def decision_lines(threat: str, facts: Mapping[str, Any]) -> Iterator[str]:
    """The lines of the advice to accept a finding; after "or decide:" they are Python once the dots are filled in.

    Args:
        threat: its id.
        facts: dotted path -> value, to which the decision is to be bound.
    """
    call = f'{_LEAD}accept("{threat}", reason=..., owner=..., until=...'
    if not facts:
        yield f"{call})"
        return
    pairs = [f"{json.dumps(path)}: {_literal(value)}" for path, value in islice(facts.items(), _MOST)]
    whole = f"{call}, facts={{{', '.join(pairs)}}})"
    if len(whole) <= _WIDEST and len(facts) <= _MOST:
        yield whole
        return
    yield f"{call},"
    indent = " " * (len(_LEAD) + len("accept("))
    yield from _wrapped(f"{indent}facts={{", pairs, len(facts) - _MOST)


def _wrapped(line: str, pairs: list[str], more: int) -> Iterator[str]:
    indent = " " * len(line)
    for number, pair in enumerate(pairs):
        last = number == len(pairs) - 1
        text = pair + ("" if last else ",")
        if number and len(line) + 1 + len(text) > _WIDEST:
            yield line
            line = indent + text
        else:
            line += f" {text}" if number else text
    if more > 0:
        # A comment, so that the lines stay Python.
        yield f"{line},  # and {more} more"
        line = indent.removesuffix(" ")
    yield f"{line}}})"


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
