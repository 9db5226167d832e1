"""The names of pairs: the last part of a node id."""

from __future__ import annotations

from typing import Final

_BRACKET: Final = "::\\x28)"


def pair_name(threat: str, label: str) -> str:
    """`DE01[Place order]`: the threat, then the element.

    pytest 8.3 refuses node ids that hold "::()", so that bracket is escaped.
    """
    return f"{threat}[{label.replace('::()', _BRACKET)}]"
