"""What was meant by a name that no kind has: the mistakes that public models make, then the nearest name."""

from __future__ import annotations

from typing import Final

from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.fields import nearest
from pytest_threatmodel.model.node import Node

#: Name without underscores and in lower case -> what is meant, on the first of these kinds that the element is of.
_MEANT: Final[dict[str, dict[str, str]]] = {
    "boundary": {"Element": "inBoundary"},
    "parent": {"Element": "inBoundary"},
    "parentboundary": {"Element": "inBoundary"},
    "trustboundary": {"Element": "inBoundary"},
    "prot": {"Dataflow": "protocol", "Asset": "protocol", "Actor": "protocol"},
    "protocols": {"Dataflow": "protocol", "Asset": "protocol", "Actor": "protocol"},
    "port": {"Dataflow": "dstPort"},
    "classification": {"Element": "maxClassification"},
    "dataclassification": {"Dataflow": "maxClassification"},
    "outofscope": {"Element": "inScope = False"},
    "encrypted": {"Element": "controls.isEncrypted"},
    "encryptsdata": {"Element": "controls.isEncrypted"},
    "authenticated": {"Element": "controls.authenticatesSource"},
    "implementsauthentication": {"Element": "controls.implementsAuthenticationScheme"},
    "hardened": {"Element": "controls.isHardened"},
    "stores": {"Element": "data"},
    "storespersonaldata": {"Datastore": "storesPII"},
    "traverses": {"Data": "carriedBy"},
    "threats": {"TM": "TM._threats"},
    "dataflows": {"TM": "TM._flows"},
}
#: Nobody meant a name that is longer.
_LONGEST: Final = 60


def hint(node: Node, name: str) -> str | None:
    """What to write instead of a name, to be read after "did you mean"; None where nothing is close."""
    plain = _plain(name)
    known = _MEANT.get(plain, {})
    for kind in _kinds(node):
        if kind in known:
            return known[kind]
    return None if len(plain) > _LONGEST else _nearest(plain, node)


def _nearest(plain: str, node: Node) -> str | None:
    """The nearest field, or a control where that is nearer."""
    names = {_plain(field): field for field in (*type(node).fields, *sorted(type(node)._settable))}
    if isinstance(node, Element):
        # A field that is also a control, such as `usesVPN` on servers, comes first.
        names = {_plain(control): f"controls.{control}" for control in Controls.fields} | names
    found = nearest(plain, names)
    return None if found is None else names[found]


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _kinds(node: Node) -> tuple[str, ...]:
    return type(node).kinds() if isinstance(node, Element) else (type(node).__name__,)
