"""Earlier runs whose tests prove controls of today's models."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC
from datetime import datetime
from pathlib import Path

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.decisions.evidence import Claim
from pytest_threatmodel.decisions.junit_evidence import JUnitError
from pytest_threatmodel.decisions.junit_evidence import Suite
from pytest_threatmodel.decisions.junit_evidence import objections
from pytest_threatmodel.decisions.junit_evidence import read_junit


def fingerprint(verdicts: Verdicts, source: bytes) -> str:
    """What a model and its packs are, in one word: the same for the same state of both.

    Args:
        verdicts: of the model, which tell of what its file imports too.
        source: the text of the model file.
    """
    digest = hashlib.sha256(source)
    for threat in verdicts.rulebook.library.threats:
        digest.update(f"\0{threat.id}\0{threat.condition}\0{threat.severity}".encode("utf-8", "surrogatepass"))
    for row in verdicts.rows:
        words = ",".join(verdict.value for verdict in row.verdicts)
        digest.update(f"\0{row.label}\0{words}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


class Earlier:
    """The suites that are believed, and why others are not.

    Args:
        suites: each with the name of its file.
        problems: why files or suites are not believed, each a sentence.
    """

    def __init__(self, suites: Iterable[tuple[str, Suite]] = (), problems: Iterable[str] = ()) -> None:
        self._suites = tuple(suites)
        self._problems = tuple(problems)

    def claims(self, model: str, digest: str) -> list[Claim]:
        """The claims of the suites that saw a model as it is now.

        Args:
            model: path of its model file.
            digest: the model's fingerprint.
        """
        return [claim for suite in self._fitting(model, digest) for claim in suite.claims]

    def words(self, model: str, digest: str) -> dict[str, str]:
        """What became of the tests of those suites; of several outcomes of a test one that is not passing.

        Args:
            model: path of its model file.
            digest: the model's fingerprint.
        """
        words: dict[str, str] = {}
        for suite in self._fitting(model, digest):
            for test, word in suite.words.items():
                if words.get(test, "passed") == "passed":
                    words[test] = word
        return words

    def doubts(self, model: str, digest: str) -> list[str]:
        """Why some files prove nothing for a model, each a sentence.

        Args:
            model: path of its model file.
            digest: the model's fingerprint.
        """
        found = list(self._problems)
        for name, suite in self._suites:
            if model not in suite.models:
                found.append(f"{name}: that run did not load {model}")
            elif suite.models[model] != digest:
                found.append(f"{name} is of another state of {model} or its packs")
        return found

    def _fitting(self, model: str, digest: str) -> list[Suite]:
        return [suite for _, suite in self._suites if suite.models.get(model) == digest]


def read_earlier(files: Iterable[Path], commit: str, days: int) -> Earlier:
    """Read JUnit files; what is wrong with one is kept as the reason why it proves nothing.

    Args:
        files: of earlier runs.
        commit: that is checked out.
        days: how old they may be.
    """
    suites: list[tuple[str, Suite]] = []
    problems: dict[str, None] = {}
    now = datetime.now(UTC)
    for path in files:
        try:
            found = read_junit(path)
        except JUnitError as error:
            problems[f"{path.name} {error}"] = None
            continue
        for suite in found:
            wrong = list(objections(suite, commit, now, days))
            problems.update(dict.fromkeys(f"{path.name} {each}" for each in wrong))
            if not wrong:
                suites.append((path.name, suite))
    return Earlier(suites, problems)
