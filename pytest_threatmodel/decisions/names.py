"""Names that decisions select: the one that is spelled so, else all that match a pattern."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from collections.abc import Mapping
from fnmatch import fnmatchcase

from pytest_threatmodel.decisions.decision import is_pattern

_WILDCARD = re.compile(r"[*?\[]")


class Names:
    """The names of one sort, which thousands of decisions select from.

    Args:
        names: in their order.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._order = {name: number for number, name in enumerate(dict.fromkeys(names))}
        self._sorted = sorted(self._order)
        self._found: dict[str, Mapping[str, None]] = {}

    def select(self, name: str) -> Mapping[str, None]:
        """The name itself where there is it, else all that match it as a pattern, in their order.

        Args:
            name: a name or a pattern.
        """
        if name in self._order:
            return {name: None}
        if not is_pattern(name):
            return {}
        if name not in self._found:
            self._found[name] = dict.fromkeys(sorted(self._matching(name), key=self.position))
        return self._found[name]

    def position(self, name: str) -> int:
        """Where a name that is known stands among the names."""
        return self._order[name]

    def _matching(self, pattern: str) -> Iterable[str]:
        """Those that match, looked for among those that begin as the pattern does."""
        start = _WILDCARD.split(pattern, maxsplit=1)[0]
        first = bisect_left(self._sorted, start)
        last = bisect_left(self._sorted, True, lo=first, key=lambda name: not name.startswith(start))
        return (name for name in self._sorted[first:last] if fnmatchcase(name, pattern))
