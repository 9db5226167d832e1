"""Names of elements inside diagrams: safe, readable, and of no other element's doing."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING
from typing import Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_LENGTH: Final = 40
_HASHED: Final = re.compile(r"(^|_)[0-9a-f]{12}$")


def ids(labels: Iterable[str]) -> dict[str, str]:
    """Label -> its id, of `a-z`, `0-9` and `_`, no two the same.

    A new element changes no other's id, so that a committed diagram differs only where the model does: labels that come
    out the same, or lose too much, end in a hash of the label rather than in a number.

    Args:
        labels: no two the same.
    """
    slugs = {label: _slug(label) for label in labels}
    shared = Counter(slugs.values())
    return {label: _hashed(slug, label) if shared[slug] > 1 else slug for label, slug in slugs.items()}


def _slug(label: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
    if not slug or len(slug) > _LENGTH or _HASHED.search(slug):
        return _hashed(slug, label)
    return slug


def _hashed(slug: str, label: str) -> str:
    # Labels have surrogates escaped; a snapshot from elsewhere need not.
    digest = sha256(label.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{slug[:_LENGTH].rstrip('_')}_{digest}".lstrip("_")
