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
    """The evidence of one run.

    Args:
        claims: of the tests that were collected, and those that models name.
        words: node id -> what became of the test; a test that has not ended is not in it.
        away: the tests that were not selected.
        narrowed: whether more tests may exist than were collected.
    """

    def __init__(
        self,
        claims: Iterable[Claim] = (),
        words: Mapping[str, str] | None = None,
        away: Iterable[str] = (),
        *,
        narrowed: bool = False,
    ) -> None:
        self.words = {} if words is None else words
        self._away = frozenset(away)
        self._narrowed = narrowed
        self.claims: dict[tuple[str, ControlKey], dict[str, None]] = {}
        for claim in claims:
            self.claims.setdefault((claim.model, claim.control), {})[claim.test] = None

    def proof(self, model: str, control: ControlKey) -> Proof:
        """What is known of a control: every test that says it proves it must have passed.

        Args:
            model: path of the model file.
            control: of it.
        """
        tests = self.claims.get((model, control))
        if not tests:
            return (
                Proof("away", "no test of this run proves it")
                if self._narrowed
                else Proof("unproven", "no test proves it")
            )
        lost = [test for test in tests if self.words.get(test, "passed") != "passed"]
        if lost:
            return Proof("unproven", _named([f"{test} {_SAID.get(self.words[test], 'failed')}" for test in lost]))
        away = [test for test in tests if test in self._away]
        if away:
            return Proof("away", _named([f"{test} was not selected" for test in away]))
        missing = [test for test in tests if test not in self.words]
        if missing:
            return Proof("unproven", _named([f"{test} did not run" for test in missing]))
        return Proof("proven")


def _named(sentences: list[str]) -> str:
    more = len(sentences) - _NAMED
    return ", ".join(sentences[:_NAMED]) + (f" and {more} more" if more > 0 else "")
