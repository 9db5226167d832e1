"""What compiled conditions call where plain Python would raise, or would not know MISSING."""

from __future__ import annotations

import operator
from collections.abc import Callable
from collections.abc import Iterable
from typing import Any
from typing import Final
from typing import Never

from pytest_threatmodel.library.condition.missing import MISSING
from pytest_threatmodel.library.condition.missing import UNSTATED
from pytest_threatmodel.library.condition.predicates import PREDICATES

Reader = Callable[[Any, str], Any]


class Ended(Exception):
    """A read of what is not there was reached in a condition of pytm's: the whole condition is false.

    Args:
        what: the name of what is not there; empty where it is an operation that Python refuses.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)


def _end(what: str) -> Never:
    raise Ended(what)


def _need(value: Any, what: str) -> Any:
    if value is MISSING:
        raise Ended(what)
    return value


def _somebody(record: Any, what: str) -> Any:
    if not record:
        raise Ended(what)
    return record


def _attr(record: Any, name: str) -> Any:
    return getattr(record, name) if record else MISSING


def _seen(read: Reader, record: Any, name: str) -> Any:
    """Reads by `read`, but only what is there."""
    return MISSING if _attr(record, name) is MISSING else read(record, name)


def _equal(left: Any, right: Any) -> bool:
    try:
        return bool(left == right)
    except (TypeError, ValueError):
        return False


def _unequal(left: Any, right: Any) -> bool:
    try:
        return bool(left != right)
    except (TypeError, ValueError):
        return False


def _less(left: Any, right: Any) -> bool:
    try:
        return bool(left < right)
    except TypeError:
        return False


def _at_most(left: Any, right: Any) -> bool:
    try:
        return bool(left <= right)
    except TypeError:
        return False


def _more(left: Any, right: Any) -> bool:
    return _less(right, left)


def _at_least(left: Any, right: Any) -> bool:
    return _at_most(right, left)


def _same(left: Any, right: Any) -> bool:
    return left is right and left is not MISSING


def _distinct(left: Any, right: Any) -> bool:
    return left is not right and left is not MISSING and right is not MISSING


def _contains(item: Any, collection: Any) -> bool:
    try:
        return item is not MISSING and item in collection
    except TypeError:
        return False


def _lacks(item: Any, collection: Any) -> bool:
    if item is MISSING or collection is MISSING:
        return False
    try:
        return item not in collection
    except TypeError:
        return False


def _size(collection: Any) -> Any:
    try:
        return MISSING if collection is MISSING else len(collection)
    except TypeError:
        return MISSING


def _total(values: Iterable[Any]) -> Any:
    return sum(value for value in values if isinstance(value, int | float))


def _least(values: Iterable[Any]) -> Any:
    try:
        return min((value for value in values if value is not MISSING), default=MISSING)
    except TypeError:
        return MISSING


def _most(values: Iterable[Any]) -> Any:
    try:
        return max((value for value in values if value is not MISSING), default=MISSING)
    except TypeError:
        return MISSING


def _item(collection: Any, index: int) -> Any:
    try:
        return collection[index]
    except (TypeError, LookupError):
        return MISSING


def _otherwise(value: Any, constant: Any) -> Any:
    return constant if value is MISSING else value


def _frozen(value: Any) -> Any:
    """A value in a signature: equal ones are equal there, and one without a hash is only equal to itself."""
    try:
        hash(value)
    except TypeError:
        return id(value)
    return value


def _pattern(records: Iterable[Any]) -> tuple[int, ...]:
    """Which of the records are the same: the position of the first of each."""
    first: dict[int, int] = {}
    return tuple([first.setdefault(id(record), len(first)) for record in records])


#: Comparisons that never raise, by operator.
COMPARE: Final[dict[str, str]] = {
    "==": "equal",
    "!=": "unequal",
    "<": "less",
    "<=": "at_most",
    ">": "more",
    ">=": "at_least",
    "is": "same",
    "is not": "distinct",
    "in": "contains",
    "not in": "lacks",
}
#: Every name that generated source may use, but for its own variables and constants.
NAMESPACE: Final[dict[str, Any]] = {
    "__builtins__": {},
    "M": MISSING,
    "U": UNSTATED,
    "Ended": Ended,
    "len": len,
    "tuple": tuple,
    "end": _end,
    "need": _need,
    "somebody": _somebody,
    "attr": _attr,
    "seen": _seen,
    "equal": _equal,
    "unequal": _unequal,
    "less": _less,
    "at_most": _at_most,
    "more": _more,
    "at_least": _at_least,
    "same": _same,
    "distinct": _distinct,
    "contains": _contains,
    "lacks": _lacks,
    "size": _size,
    "total": _total,
    "least": _least,
    "most": _most,
    "item": _item,
    "otherwise": _otherwise,
    "frozen": _frozen,
    "pattern": _pattern,
    **PREDICATES,
}


def _ending(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except (TypeError, ValueError, LookupError):
            raise Ended("") from None

    return call


#: What replaces the guards in conditions of pytm's: where Python would raise, the condition ends.
ENDING: Final[dict[str, Any]] = {
    "less": _ending(operator.lt),
    "at_most": _ending(operator.le),
    "more": _ending(operator.gt),
    "at_least": _ending(operator.ge),
    "contains": _ending(lambda item, collection: item in collection),
    "lacks": _ending(lambda item, collection: item not in collection),
    "size": _ending(len),
    "total": _ending(sum),
    "least": _ending(min),
    "most": _ending(max),
    "item": _ending(operator.getitem),
}
