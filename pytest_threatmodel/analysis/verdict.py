"""The words for what a threat means for an element."""

from __future__ import annotations

from enum import Enum


class Verdict(Enum):
    """What a threat means for an element.

    `VULNERABLE`: its condition is true. `MITIGATED`: it is false because of controls or protections. `UNDETERMINED`:
    it is false, but unstated facts could make it true. `NOT_APPLICABLE`: it is false whatever they are. `ERROR`: it
    could not be evaluated.
    """

    VULNERABLE = "vulnerable"
    MITIGATED = "mitigated"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not-applicable"
    ERROR = "error"

    __hash__ = object.__hash__
