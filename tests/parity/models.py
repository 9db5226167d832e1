"""Models as plain data, made by hypothesis, and the text that says the same to pytm and to us."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from tests.parity.conditions import rules
from tests.parity.oracle import ModelText
from tests.parity.oracle import Oracle

#: Fields that are no plain value of their own, or have no say in findings.
SKIPPED = frozenset({"name", "description", "severity", "is_drawn", "isResponse", "order", "note", "levels"})
#: Texts that pytm's conditions compare with, and one that they do not.
TEXTS = ("", "HTTP", "http", "HTTPS", "SOAP", "IMAP", "SMTP", "XML", "JSON", "Production", "RSA", "AES", "own")
#: Kinds that a flow may begin or end at in every pytm.
NO_ENDS = frozenset({"Element", "Boundary", "Dataflow", "Data", "Controls"})
Draw = Any


class Writer:
    """Draws one model, line by line."""

    def __init__(self, draw: Draw, oracle: Oracle) -> None:
        self.draw = draw
        self.oracle = oracle
        self.lines: list[str] = []
        self.ids = oracle.library
        self.has_assumptions = "assumptions" in oracle.kinds["Element"]

    def some(self, items: list[str] | list[int], most: int) -> list[Any]:
        """A few different ones of the items."""
        if not items:
            return []
        return self.draw(st.lists(st.sampled_from(items), max_size=most, unique=True))  # type: ignore[no-any-return]

    def values(self, kind: str, most: int) -> dict[str, str]:
        """Values for some fields of a kind, as source."""
        types = {name: type_ for name, type_ in self.oracle.kinds[kind].items() if name not in SKIPPED}
        plain = [name for name, type_ in types.items() if type_ in ("bool", "str", "int", *self.oracle.enums)]
        return {name: self.value(types[name]) for name in self.some(sorted(plain), most)}

    def value(self, type_: str) -> str:
        """One value of a type, as source."""
        if type_ == "bool":
            return repr(self.draw(st.booleans()))
        if type_ == "str":
            return repr(self.draw(st.sampled_from(TEXTS)))
        if type_ == "int":
            return repr(self.draw(st.sampled_from((-1, 80, 443))))
        return f"{type_}.{self.draw(st.sampled_from(self.oracle.enums[type_]))}"

    def make(self, name: str, kind: str, positional: list[str], values: dict[str, str]) -> None:
        """The line that makes one element, and those for what it says after that."""
        arguments = [*positional, *(f"{field}={value}" for field, value in values.items())]
        self.lines.append(f"{name} = {kind}({', '.join(arguments)})")
        if kind == "Data":
            return
        for control, value in self.values("Controls", 4).items():
            self.lines.append(f"{name}.controls.{control} = {value}")
        for field, value in (("tier", "'gold'"), ("controls.pinned", "True"), ("zones", "['a', 'b']")):
            if self.draw(st.integers(0, 5)) == 0:
                self.lines.append(f"{name}.{field} = {value}")
        self.note(name)

    def note(self, name: str) -> None:
        """Overrides and assumptions of an element."""
        overrides = [f"Finding(threat_id={id_!r}, severity='Low')" for id_ in self.some(self.ids, 1)]
        if overrides and self.draw(st.booleans()):
            self.lines.append(f"{name}.overrides = [{overrides[0]}]")
        if self.has_assumptions and self.draw(st.integers(0, 3)) == 0:
            self.lines.append(f"{name}.assumptions = [Assumption('so it is', exclude={self.some(self.ids, 3)!r})]")


def _boundaries(writer: Writer, inner: dict[str, str]) -> None:
    if writer.lines and (boundaries := [line.split()[0] for line in writer.lines if " = Boundary(" in line]):
        choice = writer.draw(st.sampled_from([None, *boundaries]))
        if choice is not None:
            inner["inBoundary"] = choice


def _parts(writer: Writer, kind: str, prefix: str, most: int, held: list[str]) -> Iterator[str]:
    for number in range(writer.draw(st.integers(0, most))):
        name = f"{prefix}{number}"
        values = writer.values(kind, 5)
        if kind != "Data":
            _boundaries(writer, values)
        if "data" in writer.oracle.kinds[kind] and (data := writer.some(held, 2)):
            values["data"] = f"[{', '.join(data)}]"
        writer.make(name, kind, [repr(f"{kind} {number}")], values)
        yield name


@st.composite
def models(draw: Draw, oracle: Oracle) -> ModelText:
    """Models of all kinds, with everything that pytm lets an author say."""
    writer = Writer(draw, oracle)
    own = draw(st.one_of(st.none(), st.lists(rules(oracle), min_size=1, max_size=5)))
    threats = None if own is None else [{**rule, "SID": f"OWN{number}"} for number, rule in enumerate(own)]
    if threats is not None:
        writer.ids = [rule["SID"] for rule in threats]
    body = [_tm(writer, threats is not None)]
    data = list(_parts(writer, "Data", "data", 3, []))
    list(_parts(writer, "Boundary", "boundary", 3, []))
    ends = []
    kinds = sorted(set(oracle.kinds) - {"Data", "Controls", "Boundary", "Dataflow"})
    for number, kind in enumerate(draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4))):
        made = list(_parts(writer, kind, f"part{number}_", 2, data))
        ends += made if kind not in NO_ENDS else []
    if ends:
        _flows(writer, ends, data)
    for number, rule in enumerate(draw(st.lists(rules(oracle), max_size=2))):
        writer.lines.append(f"TM._threats.append(Threat(**{ {**rule, 'SID': f'ADDED{number}'}!r}))")
    return ModelText("\n".join([*body, *writer.lines]) + "\n", threats)


def _tm(writer: Writer, own_threats: bool) -> str:
    values = {name: "True" for name in ("isOrdered", "ignoreUnused") if writer.draw(st.integers(0, 3)) == 0}
    if own_threats:
        values["threatsFile"] = "'own.json'"
    if writer.has_assumptions and writer.draw(st.integers(0, 3)) == 0:
        values["assumptions"] = f"[Assumption('so it is', exclude={writer.some(writer.ids, 3)!r})]"
    return f"tm = TM('System', {', '.join(f'{name}={value}' for name, value in values.items())})"


def _flows(writer: Writer, ends: list[str], data: list[str]) -> None:
    requests: list[tuple[str, str, str]] = []
    for number in range(writer.draw(st.integers(0, 5))):
        answers = writer.draw(st.sampled_from(["", "", "isResponse=True", "responseTo", "response"]))
        name, values = f"flow{number}", writer.values("Dataflow", 5)
        source, sink = (writer.draw(st.sampled_from(ends)) for _ in "ab")
        request = None
        if answers and requests:
            request, sink, source = requests[writer.draw(st.integers(0, len(requests) - 1))]
            if answers != "response":
                values["isResponse" if "=" in answers else "responseTo"] = "True" if "=" in answers else request
        if carried := writer.some(data, 2):
            values["data"] = f"[{', '.join(carried)}]"
        writer.make(name, "Dataflow", [source, sink, repr(f"Flow {number}")], values)
        if request is None:
            requests.append((name, source, sink))
        elif answers == "response":
            writer.lines.append(f"{request}.response = {name}")
            requests = [one for one in requests if one[0] != request]
    if data and requests and writer.draw(st.booleans()):
        writer.lines.append(f"{writer.draw(st.sampled_from(data))}.carriedBy = [{requests[0][0]}]")
