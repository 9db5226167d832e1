"""pytm's Threat, as model files make, read and change them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import Any
from typing import Final
from typing import Self

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.pytm_json import pytm_pack
from pytest_threatmodel.library.threat import LIKELIHOODS
from pytest_threatmodel.library.threat import SEVERITIES
from pytest_threatmodel.library.threat import Threat as LibraryThreat
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import shown
from pytest_threatmodel.model.origin import caller

if TYPE_CHECKING:
    from pytest_threatmodel.model.element import Element

#: Attribute -> key in pytm's files.
KEYS: Final = {
    "id": "SID",
    "description": "description",
    "condition": "condition",
    "details": "details",
    "likelihood": "Likelihood Of Attack",
    "severity": "severity",
    "mitigations": "mitigations",
    "prerequisites": "prerequisites",
    "example": "example",
    "references": "references",
}

_WORDS: Final = ("Very High", "High", "Medium", "Low", "Very Low")
#: Severity -> pytm's word, by which scripts sort and filter.
SEVERITY_WORDS: Final[dict[str, str]] = dict(zip(SEVERITIES, _WORDS, strict=True))
_LIKELIHOODS: Final[dict[str, str]] = dict(zip(LIKELIHOODS, _WORDS, strict=True))


class Threat:
    """A threat of the file's own, or one of the library as pytm shows it.

    Args:
        values: by the keys of pytm's files, or by the names of the attributes.

    Raises:
        ModelError: there is no id, or something that must be text is none.
    """

    #: The threat of the library that this one shows; None for one of the file's own.
    shows: LibraryThreat | None = None

    def __init__(self, **values: Any) -> None:
        self.place = caller()
        for name, key in KEYS.items():
            value = values.pop(key, values.pop(name, ""))
            if not isinstance(value, str):
                raise ModelError(f"Threat(): {key} = {shown(value)} is not accepted, expected text", place=self.place)
            setattr(self, name, value)
        if not self.id:
            raise ModelError("Threat() needs SID, the id of the threat", place=self.place)
        self.condition = self.condition or "True"
        self.target = _targets(values.pop("target", "Element"))
        # What pytm does not know it keeps.
        vars(self).update(values)

    id: str
    description: str
    condition: str
    details: str
    likelihood: str
    severity: str
    mitigations: str
    prerequisites: str
    example: str
    references: str

    @classmethod
    def of(cls, threat: LibraryThreat) -> Self:
        """The threat of a library, in pytm's words."""
        made = cls(
            id=threat.id,
            description=threat.title,
            condition=threat.condition,
            details=threat.description,
            likelihood=_LIKELIHOODS.get(threat.likelihood, ""),
            severity=SEVERITY_WORDS[threat.severity],
            mitigations=threat.mitigation,
            prerequisites=threat.prerequisites,
            example=threat.example,
            references=", ".join(threat.references),
            target=threat.targets,
        )
        made.shows = threat
        made._as_made = made.item()
        return made

    _as_made: dict[str, Any] | None = None

    @property
    def is_changed(self) -> bool:
        """Whether it is the file's own, or the file has changed what it shows."""
        return self.shows is None or self.item() != self._as_made

    def item(self) -> dict[str, Any]:
        """The object as which it would stand in a file of pytm."""
        item: dict[str, Any] = {key: getattr(self, name) for name, key in KEYS.items()}
        return {**item, "target": [kind if isinstance(kind, str) else kind.__name__ for kind in _targets(self.target)]}

    def apply(self, target: Element) -> bool:
        """Whether the condition holds for an element of the model that is being made."""
        models = target.load.models
        if not models:
            raise ModelError("Threat.apply() needs a TM", place=caller())
        pack = pytm_pack([self.item()], "threat", str(self.place))
        rows = evaluate(models[-1], Library([pack])).rows
        return any(row.element is target and Verdict.VULNERABLE in row.verdicts for row in rows)

    def __repr__(self) -> str:
        return f"<Threat {self.id}>"

    def __str__(self) -> str:
        return f"Threat({self.id})"


def _targets(target: Any) -> tuple[Any, ...]:
    """The kinds, by name or as classes."""
    kinds = tuple(target) if isinstance(target, Iterable) and not isinstance(target, str) else (target,)
    for kind in kinds:
        if not isinstance(kind, str | type):
            raise ModelError(f"Threat(): target = {shown(target)} is not accepted, expected kinds", place=caller())
    return kinds
