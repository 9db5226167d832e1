"""The gate: which findings fail, where nobody decided anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.library.threat import SEVERITIES
from pytest_threatmodel.library.threat import Severity
from pytest_threatmodel.library.threat import parse_severity

_PACK: Final = "pack:"


@dataclass(frozen=True, slots=True)
class Bar:
    """From which severity on some findings fail.

    Args:
        lowest: the lowest severity that fails.
        spelled: as it was written.
        pack: the pack whose threats it is for; empty for those of all.
        folder: without symbolic links, whose models it is for; None for those of all.
    """

    lowest: Severity
    spelled: str
    pack: str = ""
    folder: Path | None = None

    def fits(self, pack: str, file: Path) -> bool:
        """Whether it is for the threats of a pack in a model file without symbolic links."""
        return self.pack in ("", pack) and (self.folder is None or self.folder in file.parents)

    @property
    def rank(self) -> tuple[bool, int, int]:
        """What wins stands first: a pack before a folder, the inner folder before the outer; then the stricter."""
        depth = 0 if self.folder is None else len(self.folder.parts)
        return not self.pack, -depth, -SEVERITIES.index(self.lowest)


def read_bar(text: str, base: Path) -> Bar:
    """The bar that a line names: `high`, `security/=medium`, or `pack:llm=low`.

    Args:
        text: the line.
        base: to which folders are relative.

    Raises:
        WordError: there is no such severity.
    """
    whom, separator, word = text.rpartition("=")
    lowest, whom = parse_severity(word.strip()), whom.strip()
    if not separator:
        return Bar(lowest, lowest)
    spelled = f"{whom}={lowest}"
    if whom.startswith(_PACK):
        return Bar(lowest, spelled, pack=whom.removeprefix(_PACK).strip())
    return Bar(lowest, spelled, folder=Path(os.path.realpath(base / whom)))


@dataclass(frozen=True, slots=True)
class Gate:
    """From which severity on findings fail.

    Args:
        lowest: the lowest severity that fails where no bar fits.
        bars: for some packs and folders; of those that fit the most specific counts, see `Bar.rank`.
    """

    lowest: Severity = "info"
    bars: tuple[Bar, ...] = ()

    def softens(self, row: Row, column: int, file: str) -> str:
        """Why an undecided finding does not fail; empty where it does.

        Args:
            row: the element.
            column: of the rule.
            file: the path of the model.

        Raises:
            ModelError: an override names no severity.
        """
        rating, _ = severity(row, column)
        bar = self.bar(row.rules[column].threat.pack, file)
        if SEVERITIES.index(rating) <= SEVERITIES.index(bar.lowest):
            return ""
        return f"{rating} severity, below --threatmodel-fail-on={bar.spelled}"

    def bar(self, pack: str, file: str) -> Bar:
        """The bar that counts for the threats of a pack in a model file."""
        fitting = list(self._fitting(pack, file))
        return min(fitting, key=lambda bar: bar.rank)

    def _fitting(self, pack: str, file: str) -> Iterator[Bar]:
        yield Bar(self.lowest, self.lowest)
        if self.bars:
            path = Path(os.path.realpath(file))
            yield from (bar for bar in self.bars if bar.fits(pack, path))

    @property
    def laxest(self) -> Severity:
        """The severity from which on everything fails, whatever pack and folder."""
        return min((self.lowest, *(bar.lowest for bar in self.bars)), key=SEVERITIES.index)

    def __str__(self) -> str:
        return ", ".join((self.lowest, *(bar.spelled for bar in self.bars)))
