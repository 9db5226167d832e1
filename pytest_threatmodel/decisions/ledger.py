"""The ledger of evidence: which tests say that they prove a control, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Final
from typing import Literal

from pytest_threatmodel.decisions.evidence import Claim
from pytest_threatmodel.decisions.evidence import ControlKey
from pytest_threatmodel.decisions.evidence import Proof

#: What became of a test in all its phases, the last rerun; only the first proves anything.
Word = Literal["passed", "failed", "skipped", "xfailed", "xpassed"]

_SAID: Final[Mapping[str, str]] = {
    "failed": "failed",
    "skipped": "was skipped",
    "xfailed": "failed as expected (xfail)",
    "xpassed": "passed against its xfail mark",
}
#: So many tests are named for one control.
_NAMED: Final = 3


class Ledger:
    """The evidence for one model.

    Args:
        claims: of the tests of this run and of earlier ones, and those that the model makes.
        words: node id -> what became of the test in this run; a test that has not ended is not in it.
        earlier: the same of earlier runs.
        away: the tests that were not selected.
        narrowed: whether more tests may exist than were collected.
        doubts: why some earlier run proves nothing, each a sentence.
    """

    def __init__(
        self,
        claims: Iterable[Claim] = (),
        words: Mapping[str, str] | None = None,
        earlier: Mapping[str, str] | None = None,
        away: Iterable[str] = (),
        *,
        narrowed: bool = False,
        doubts: Iterable[str] = (),
    ) -> None:
        # The very mapping that is given: outcomes come in while the run goes on.
        self._words = {} if words is None else words
        self._earlier = earlier or {}
        self._away = frozenset(away)
        self._narrowed = narrowed
        self._doubts = tuple(doubts)
        self.claims: dict[ControlKey, dict[str, None]] = {}
        for claim in claims:
            self.claims.setdefault(claim.control, {})[claim.test] = None

    def proof(self, control: ControlKey) -> Proof:
        """What is known of a control: every test that says it proves it must have passed.

        Args:
            control: of the model.
        """
        tests = self.claims.get(control)
        if not tests:
            told = "no test of this run proves it" if self._narrowed else "no test proves it"
            return Proof("away" if self._narrowed else "unproven", self._with_doubts(told))
        words = {test: self._word(test) for test in tests}
        ended = {test: word for test, word in words.items() if word is not None}
        lost = [f"{test} {_SAID.get(word, 'failed')}" for test, word in ended.items() if word != "passed"]
        if lost:
            return Proof("unproven", _named(lost))
        away = [f"{test} was not selected" for test, word in words.items() if word is None and test in self._away]
        if away:
            return Proof("away", self._with_doubts(_named(away)))
        missing = [f"{test} did not run" for test, word in words.items() if word is None]
        return Proof("unproven", self._with_doubts(_named(missing))) if missing else Proof("proven")

    def _word(self, test: str) -> str | None:
        """The outcome of a test; where it ran several times, one that is not passing."""
        now, before = self._words.get(test), self._earlier.get(test)
        return before if now in (None, "passed") and before is not None else now

    def _with_doubts(self, told: str) -> str:
        return "; ".join([told, *self._doubts])


def _named(sentences: list[str]) -> str:
    more = len(sentences) - _NAMED
    return ", ".join(sentences[:_NAMED]) + (f" and {more} more" if more > 0 else "")
