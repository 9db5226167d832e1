"""Threats and packs as plain data, and the words they are rated with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from datetime import date
from typing import TYPE_CHECKING
from typing import Any
from typing import Final
from typing import Literal
from typing import cast
from typing import get_args

from pytest_threatmodel.library.errors import guess
from pytest_threatmodel.library.errors import listed
from pytest_threatmodel.library.errors import shown

if TYPE_CHECKING:
    from pytest_threatmodel.model.vocabulary import DeclaredField

Severity = Literal["critical", "high", "medium", "low", "info"]
Likelihood = Literal["very likely", "likely", "possible", "unlikely", "very unlikely"]
Stride = Literal[
    "spoofing",
    "tampering",
    "repudiation",
    "information disclosure",
    "denial of service",
    "elevation of privilege",
]

Linddun = Literal[
    "linking",
    "identifying",
    "non-repudiation",
    "detecting",
    "data disclosure",
    "unawareness and unintervenability",
    "non-compliance",
]

#: The severities, the worst first.
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
#: The likelihoods, the most likely first.
LIKELIHOODS: Final[tuple[Likelihood, ...]] = get_args(Likelihood)
#: The classes of STRIDE in the order of the letters.
STRIDE: Final[tuple[Stride, ...]] = get_args(Stride)
#: The types of threats to privacy of LINDDUN (linddun.org, 2023) in the order of the letters.
LINDDUN: Final[tuple[Linddun, ...]] = get_args(Linddun)

_PYTM_WORDS: Final = ("very high", "high", "medium", "low", "very low")
_ID = re.compile(r"[A-Za-z0-9][\w.-]*")
#: What a technique of ATT&CK or ATLAS looks like.
TECHNIQUE: Final = re.compile(r"(AML\.)?T[0-9]{4}(\.[0-9]{3})?")


class WordError(ValueError):
    """A word is none of those that are known.

    Args:
        what: what the word should be ("severity").
        word: what was written.
        known: the words that would be right.
        hint: the nearest of them, if one is near.
    """

    def __init__(self, what: str, word: object, known: Iterable[str], hint: str | None = None) -> None:
        self.what = what
        self.word = word
        self.known = tuple(known)
        self.hint = hint
        super().__init__(what, word, self.known, hint)

    @property
    def message(self) -> str:
        """What is wrong and what was expected, without the hint."""
        return f"unknown {self.what} {shown(self.word)}, expected {listed(self.known)}"

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}; {self.hint}"


def _word(what: str, word: object, known: tuple[str, ...], others: Mapping[str, str]) -> str:
    if not isinstance(word, str) or len(word) > 100:
        raise WordError(what, word, known)
    spelt = " ".join(word.lower().replace("_", " ").replace("-", " ").split())
    if spelt in known:
        return spelt
    if spelt in others:
        return others[spelt]
    raise WordError(what, word, known, guess(word, (*known, *others)))


_SEVERITY_OF: Final = dict(zip(_PYTM_WORDS, SEVERITIES, strict=True))
_LINDDUN_OF: Final = {word.replace("-", " "): word for word in LINDDUN}
_LIKELIHOOD_OF: Final = dict(zip(_PYTM_WORDS, LIKELIHOODS, strict=True))


def parse_severity(word: object) -> Severity:
    """The severity that a word names; pytm's "Very High" to "Very Low" count as ours.

    Raises:
        WordError: there is no such severity.
    """
    return cast(Severity, _word("severity", word, SEVERITIES, _SEVERITY_OF))


def parse_likelihood(word: object) -> Likelihood:
    """The likelihood that a word names; pytm's "High", "Medium", "Low" count as ours.

    Raises:
        WordError: there is no such likelihood.
    """
    return cast(Likelihood, _word("likelihood", word, LIKELIHOODS, _LIKELIHOOD_OF))


def parse_stride(word: object) -> Stride:
    """The class of STRIDE that a word names.

    Raises:
        WordError: there is no such class.
    """
    return cast(Stride, _word("STRIDE class", word, STRIDE, {}))


def parse_linddun(word: object) -> Linddun:
    """The type of threat to privacy that a word of LINDDUN's names.

    Raises:
        WordError: there is no such type.
    """
    return cast(Linddun, _word("LINDDUN type", word, LINDDUN, _LINDDUN_OF))


def is_technique(text: str) -> bool:
    """Whether the text has the form of a technique of ATT&CK (`T1552`, `T1552.005`) or of ATLAS (`AML.T0051`)."""
    return TECHNIQUE.fullmatch(text) is not None


def is_threat_id(text: str) -> bool:
    """Whether the text may be the id of a threat: it can stand in a node id and needs no quoting there."""
    return _ID.fullmatch(text) is not None and len(text) <= 100


@dataclass(frozen=True, slots=True)
class Adjust:
    """A circumstance that changes a threat's severity.

    Args:
        when: the condition, in the same language as the threat's own.
        severity: what counts while it holds.
        why: the reason, for people.
    """

    when: str
    severity: Severity
    why: str


@dataclass(frozen=True, slots=True)
class Example:
    """An element on which a threat must fire, or must not.

    Args:
        kind: the element's kind.
        values: its fields as the pack states them; controls and neighbours are mappings in it.
    """

    kind: str
    values: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Override:
    """One key of a threat that another pack states anew.

    Args:
        threat: id.
        key: of the threat, never its id.
        value: as the threat has it.
        reason: why.
        pack: the name of the pack that says so.
        file: where that stands.
        line: where its table begins, where that is known.
        before: what the threat's own pack says, as text; empty until the override is applied.
        after: the value as text; empty until the override is applied.
    """

    threat: str
    key: str
    value: Any = field(hash=False)
    reason: str
    pack: str
    file: str
    line: int | None = None
    before: str = ""
    after: str = ""

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


#: Versions and the days on which they were published, in the order of their numbers.
Releases = tuple[tuple[str, date], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat:
    """What can go wrong, for which kinds of element, and under which condition.

    Args:
        id: the name of the threat in node ids and decisions; unique in a library.
        pack: the name of the pack that it comes from.
        title: what can go wrong, in one line.
        targets: the kinds whose elements it concerns, sub-kinds included.
        condition: when it applies to such an element.
        severity: how bad it is.
        description: what happens and why.
        mitigation: what to do about it.
        likelihood: how likely it is; empty where the pack does not say.
        adjust: circumstances that change the severity.
        rationale: why it is that bad and that likely, in one line.
        stride: its classes of STRIDE.
        linddun: its types of threat to privacy, of LINDDUN.
        cwe: numbers of the weaknesses behind it.
        capec: numbers of the attack patterns.
        attack: techniques of MITRE ATT&CK or ATLAS.
        owasp: entries of the OWASP lists.
        asvs: requirements of OWASP's verification standard, with its version.
        references: links and titles to read more.
        prerequisites: what an attacker needs; only pytm's files say it.
        example: an attack as a story.
        vulnerable: elements on which it must fire.
        safe: elements on which it must not.
        since: the version of the pack that brought it.
        changed: what later versions changed about it.
        replaces: ids of threats that it stands for now.
        origin: file and line where it stands, for messages.
        line: that line, where it is known.
        lenient: whether the condition is read as pytm reads it.
        overridden: what packs that extend this one's changed about it.
    """

    id: str
    pack: str
    title: str
    targets: tuple[str, ...]
    condition: str
    severity: Severity
    description: str = ""
    mitigation: str = ""
    likelihood: Likelihood | Literal[""] = ""
    rationale: str = ""
    adjust: tuple[Adjust, ...] = ()
    stride: tuple[Stride, ...] = ()
    linddun: tuple[Linddun, ...] = ()
    cwe: tuple[int, ...] = ()
    capec: tuple[int, ...] = ()
    attack: tuple[str, ...] = ()
    owasp: tuple[str, ...] = ()
    asvs: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    prerequisites: str = ""
    example: str = ""
    vulnerable: tuple[Example, ...] = ()
    safe: tuple[Example, ...] = ()
    since: str = ""
    changed: str = ""
    replaces: tuple[str, ...] = ()
    origin: str = ""
    line: int | None = None
    lenient: bool = False
    overridden: tuple[Override, ...] = ()

    def override(self, key: str) -> Override | None:
        """What a pack changed about one key, if one did."""
        return next((each for each in self.overridden if each.key == key), None)

    @property
    def severity_why(self) -> str:
        """Why its severity is not the one of its own pack; empty where it is."""
        changed = self.override("severity")
        return "" if changed is None else f"{changed.before} in pack {self.pack}; {changed.pack}: {changed.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One file of threats.

    Args:
        name: the short name by which it is selected.
        title: what it is about.
        version: its version.
        releases: which versions there are, where that is known.
        extends: names of the packs whose threats it may override.
        overrides: what it changes about their threats.
        fields: the fields that its conditions need and no kind has.
        threats: its threats in order.
        origin: the file.
    """

    name: str
    title: str
    version: str = ""
    releases: Releases = ()
    extends: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()
    fields: tuple[DeclaredField, ...] = ()
    threats: tuple[Threat, ...] = ()
    origin: str = ""
