"""Plain records and short ways to bind conditions, for the tests of the condition language."""

from __future__ import annotations

from typing import Any

from pytest_threatmodel.library.condition import MISSING
from pytest_threatmodel.library.condition import Compiled
from pytest_threatmodel.library.condition import Condition
from pytest_threatmodel.library.condition import compile_condition
from pytest_threatmodel.library.condition import parse
from pytest_threatmodel.library.condition import resolve
from pytest_threatmodel.model.vocabulary import Vocabulary
from pytest_threatmodel.model.vocabulary import standard_vocabulary

VOCABULARY = standard_vocabulary()


class Record:
    """What a condition is evaluated on: every field of the kind, defaults where nothing is given."""

    def __init__(self, kind: str, controls: dict[str, Any] | None = None, **given: Any) -> None:
        info = VOCABULARY.kinds[kind]
        self._kind = kind
        self._kinds = frozenset(info.bases)
        self._given = {
            name: value for name, value in given.items() if name == "data" or not info.fields[name].is_relation
        }
        for name, field in info.fields.items():
            setattr(self, name, given.get(name, field.default))
        if "controls" in info.fields:
            self.controls = Record("Controls", **(controls or {}))

    def __getattr__(self, name: str) -> Any:
        return MISSING

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__[name] = value

    def __repr__(self) -> str:
        return f"<{self._kind} {self._given}>"


def bind(source: str, *targets: str, lenient: bool = False, vocabulary: Vocabulary = VOCABULARY) -> Condition:
    """The condition, bound for these kinds (Dataflow if none is named)."""
    return resolve(parse(source), targets or ("Dataflow",), vocabulary, lenient)


def built(source: str, *targets: str, lenient: bool = False) -> Compiled:
    """The compiled condition."""
    return compile_condition(bind(source, *targets, lenient=lenient))


def outcome(source: str, record: Record, *, lenient: bool = False) -> bool:
    """What the condition says of a record."""
    return built(source, record._kind, lenient=lenient).holds(record)


def flow(source: Record | None = None, sink: Record | None = None, **given: Any) -> Record:
    """A dataflow between two elements, a server and a datastore where none is named."""
    return Record("Dataflow", source=source or Record("Server"), sink=sink or Record("Datastore"), **given)
