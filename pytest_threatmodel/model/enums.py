"""The enumerations of the vocabulary; names and values are pytm's."""

from __future__ import annotations

from enum import Enum


class Ordered(Enum):
    """An enumeration whose members are ordered by their value."""

    # Enum's own hash is a Python function; members are singletons, so identity serves and is ten times faster.
    __hash__ = object.__hash__

    def __lt__(self, other: object) -> bool:
        return self.value < other.value if isinstance(other, type(self)) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.value <= other.value if isinstance(other, type(self)) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.value > other.value if isinstance(other, type(self)) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.value >= other.value if isinstance(other, type(self)) else NotImplemented


class Classification(Ordered):
    """How sensitive data is, from unknown to top secret."""

    UNKNOWN = 0
    PUBLIC = 1
    RESTRICTED = 2
    SENSITIVE = 3
    SECRET = 4
    TOP_SECRET = 5


class TLSVersion(Ordered):
    """The version of TLS (or SSL before it) on a flow, oldest first."""

    NONE = 0
    SSLv1 = 1
    SSLv2 = 2
    SSLv3 = 3
    TLSv10 = 4
    TLSv11 = 5
    TLSv12 = 6
    TLSv13 = 7


class Lifetime(Enum):
    """How long credentials live and how they end."""

    NONE = "NONE"
    UNKNOWN = "UNKNOWN"
    SHORT = "SHORT_LIVED"
    LONG = "LONG_LIVED"
    AUTO = "AUTO_REVOKABLE"
    MANUAL = "MANUALLY_REVOKABLE"
    HARDCODED = "HARDCODED"

    __hash__ = object.__hash__

    def label(self) -> str:
        """The value in plain words: "auto revokable"."""
        return self.value.lower().replace("_", " ")


class DatastoreType(Enum):
    """What technology a datastore is."""

    UNKNOWN = "UNKNOWN"
    FILE_SYSTEM = "FILE_SYSTEM"
    SQL = "SQL"
    LDAP = "LDAP"
    AWS_S3 = "AWS_S3"

    __hash__ = object.__hash__

    def label(self) -> str:
        """The value in plain words: "file system"."""
        return self.value.lower().replace("_", " ")


class Action(Enum):
    """What to do with dataflows that are the same but for their name."""

    NO_ACTION = "NO_ACTION"
    RESTRICT = "RESTRICT"
    IGNORE = "IGNORE"


ENUMS: dict[str, type[Enum]] = {
    enum.__name__: enum for enum in (Action, Classification, DatastoreType, Lifetime, TLSVersion)
}
