"""Python source for typed trees: one generator for every form of a condition, with two ways to read."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any
from typing import Final

from pytest_threatmodel.library.condition.guards import COMPARE
from pytest_threatmodel.library.condition.nodes import ABSENT
from pytest_threatmodel.library.condition.nodes import BOOL
from pytest_threatmodel.library.condition.nodes import NONE
from pytest_threatmodel.library.condition.nodes import NUMBER
from pytest_threatmodel.library.condition.nodes import OTHER
from pytest_threatmodel.library.condition.nodes import TEXT
from pytest_threatmodel.library.condition.nodes import Choices
from pytest_threatmodel.library.condition.nodes import Collection
from pytest_threatmodel.library.condition.nodes import Compare
from pytest_threatmodel.library.condition.nodes import Constant
from pytest_threatmodel.library.condition.nodes import Each
from pytest_threatmodel.library.condition.nodes import Fallback
from pytest_threatmodel.library.condition.nodes import Item
from pytest_threatmodel.library.condition.nodes import Junction
from pytest_threatmodel.library.condition.nodes import Measure
from pytest_threatmodel.library.condition.nodes import Node
from pytest_threatmodel.library.condition.nodes import Not
from pytest_threatmodel.library.condition.nodes import Predicate
from pytest_threatmodel.library.condition.nodes import Read
from pytest_threatmodel.library.condition.nodes import Relation
from pytest_threatmodel.library.condition.nodes import Target
from pytest_threatmodel.library.condition.nodes import Undeclared
from pytest_threatmodel.library.condition.nodes import Variable
from pytest_threatmodel.library.condition.nodes import walk
from pytest_threatmodel.library.condition.reads import is_traced

RECORD_NAME: Final = "t"
READER_NAME: Final = "read"


def root(node: Node) -> Node | None:
    """The target or the variable from which a chain of relations starts; None for another start."""
    while isinstance(node, Relation):
        node = node.owner
    return node if isinstance(node, Target | Variable) else None


def relations(start: type[Target] | Variable, trees: Iterable[Node]) -> list[Relation]:
    """The relations that the trees follow from the target or a variable, nearest first."""
    found = {
        node: None
        for tree in trees
        for node in reversed(list(walk(tree)))
        if isinstance(node, Relation) and _starts(root(node), start)
    }
    return list(found)


def _starts(node: Node | None, start: type[Target] | Variable) -> bool:
    return node == start if isinstance(start, Variable) else isinstance(node, start)


class Constants:
    """The table through which constants reach generated source; none is written into it."""

    def __init__(self) -> None:
        self.table: dict[str, Any] = {}
        self._names: dict[tuple[type, Any], str] = {}

    def name(self, value: Any) -> str:
        """How source names a constant."""
        if value is None or value is True or value is False:
            return repr(value)
        # 1, 1.0 and True are equal; a tuple is only ever searched, where that makes no difference.
        name = self._names.setdefault((type(value), value), f"k{len(self._names)}")
        self.table[name] = value
        return name


class Writer:
    """Writes the source of one generated function, and of the functions for its loops.

    Args:
        traced: fields are read by calls of `read`, instead of as attributes.
        lenient: as in pytm, the whole condition ends at a read of what is not there.
    """

    def __init__(self, traced: bool, constants: Constants, *, lenient: bool = False) -> None:
        self.functions: list[str] = []
        self._traced = traced
        self._lenient = lenient
        self._constants = constants
        self._places: dict[Relation, str] = {}
        self._used: set[str] = set()

    def text(self, node: Node) -> str:
        """The expression for a node, in brackets where that matters."""
        text = self._bare(node)
        ends = self._lenient and node.type.may(ABSENT) and not isinstance(node, Fallback | Undeclared)
        return f"need({text}, {self._constants.name(_what(node))})" if ends else text

    def _bare(self, node: Node) -> str:
        """The expression, with MISSING for what is not there."""
        return _WRITE[type(node)](self, node)

    def use(self, name: str) -> str:
        """A variable's name, noted as used."""
        self._used.add(name)
        return name

    def truth(self, node: Node) -> str:
        """The expression for a node as True or False."""
        text = self.text(node)
        return text if node.type.only(BOOL) else f"(True if {text} else False)"

    def bind(self, start: type[Target] | Variable, trees: Iterable[Node]) -> Iterator[str]:
        """Statements that follow the relations of the target, or of a variable; they read nothing else."""
        for node in relations(start, trees):
            place = self._places.setdefault(node, f"p{len(self._places)}")
            yield f"{place} = {self._attribute(node)}"

    def constant(self, node: Constant) -> str:
        return self._constants.name(node.value)

    def choices(self, node: Choices) -> str:
        return self._constants.name(node.values)

    def target(self, node: Target) -> str:
        return self.use(RECORD_NAME)

    def variable(self, node: Variable) -> str:
        return self.use(f"v{node.number}")

    def relation(self, node: Relation) -> str:
        return self._attribute(node) if root(node) is None else self.use(self._places[node])

    def read(self, node: Read | Collection) -> str:
        if not self._traced or not is_traced(node):
            return self._attribute(node)
        owner = self._bare(node.owner)
        if node.partial or node.owner.type.may(NONE, ABSENT):
            return f'seen({self.use(READER_NAME)}, {owner}, "{node.name}")'
        return f'{self.use(READER_NAME)}({owner}, "{node.name}")'

    def _attribute(self, node: Relation | Read | Collection) -> str:
        owner = self._bare(node.owner)
        if not node.owner.type.may(NONE, ABSENT):
            return f"{owner}.{node.name}"
        if owner.isidentifier():
            return f"({owner}.{node.name} if {owner} else M)"
        return f'attr({owner}, "{node.name}")'

    def item(self, node: Item) -> str:
        return f"item({self.text(node.collection)}, {node.index})"

    def fallback(self, node: Fallback) -> str:
        return f"otherwise({self._bare(node.value)}, {self._constants.name(node.otherwise)})"

    def undeclared(self, node: Undeclared) -> str:
        return f"end({self._constants.name(node.name)})"

    def negation(self, node: Not) -> str:
        return f"(not {self.text(node.operand)})"

    def junction(self, node: Junction) -> str:
        return f"({f' {node.operator} '.join(self.text(part) for part in node.parts)})"

    def comparison(self, node: Compare) -> str:
        left, right = self.text(node.left), self.text(node.right)
        if is_ranked(node):
            # Enumerations compare by calling Python functions; their values do not.
            left, right = (self._value(side) for side in (node.left, node.right))
        if is_plain(node):
            return f"({left} {node.operator} {right})"
        return f"{COMPARE[node.operator]}({left}, {right})"

    def _value(self, node: Node) -> str:
        if isinstance(node, Constant):
            return self._constants.name(node.value.value)
        return f"{self.text(node)}._value_"

    def predicate(self, node: Predicate) -> str:
        elements = tuple_of([self.text(element) for element in node.elements])
        owner = self._bare(node.owner)
        if self._lenient and node.owner.type.may(NONE, ABSENT):
            owner = f"somebody({owner}, {self._constants.name(node.name)})"
        return f"{node.name}({owner}, {self._constants.name(node.kinds)}, {elements})"

    def measure(self, node: Measure) -> str:
        collection = self.text(node.collection)
        if node.function == "len" and not node.collection.type.may(NONE, ABSENT, OTHER):
            return f"len({collection})"
        return f"{_SUMMARIES[node.function]}({collection})"

    def each(self, node: Each) -> str:
        """A call of a function of its own with the loops in it: several times faster than a generator."""
        outside, self._used = self._used, set()
        bound: set[str] = set()
        before, after = _AROUND.get(node.function, ("found = []", "return found"))
        lines = [before, *self._loops(node, 0, bound), after]
        needed = sorted(self._used - bound)
        self._used = outside.union(needed)
        name = self._function(needed, lines)
        call = f"{name}({', '.join(needed)})"
        return call if node.function in _AROUND else f"{_SUMMARIES[node.function]}({call})"

    def _loops(self, node: Each, depth: int, bound: set[str]) -> list[str]:
        if depth == len(node.loops):
            return _BODIES.get(node.function, "found.append({})").format(self.text(node.element)).split("\n")
        loop = node.loops[depth]
        header = f"for v{loop.variable.number} in {self.text(loop.collection)}:"
        binding = list(self.bind(loop.variable, _scope(node, depth)))
        tests = " and ".join(self.text(test) for test in loop.tests)
        bound.update([f"v{loop.variable.number}"], (line.split(" ", 1)[0] for line in binding))
        inner = self._loops(node, depth + 1, bound)
        return [header, *indented([*binding, *([f"if {tests}:", *indented(inner)] if tests else inner)])]

    def _function(self, parameters: list[str], lines: list[str]) -> str:
        name = f"e{len(self.functions)}"
        self.functions.append(function(name, parameters, lines))
        return name


def _scope(node: Each, depth: int) -> list[Node]:
    """Where the variable of a loop can be named; a loop inside an earlier test may have one of the same number."""
    later = [part for loop in node.loops[depth + 1 :] for part in (loop.collection, *loop.tests)]
    return [*node.loops[depth].tests, *later, node.element]


def _what(node: Node) -> str:
    """What is not there, where a condition ends at this node."""
    match node:
        case Relation() | Read() | Collection():
            return node.name
        case Item():
            return f"item {node.index}"
        case Each() | Measure():
            return f"{node.function}()"
    return ""


def tuple_of(parts: Iterable[str]) -> str:
    """The source of a tuple."""
    return f"({''.join(f'{part}, ' for part in parts)})"


def indented(lines: list[str]) -> list[str]:
    """The lines, one level deeper."""
    return [f" {line}" for line in lines]


def function(name: str, parameters: Iterable[str], lines: list[str]) -> str:
    """The source of a function."""
    return "\n".join([f"def {name}({', '.join(parameters)}):", *indented(lines)])


def is_plain(node: Compare) -> bool:
    """Whether Python's own operator neither raises nor is true for what is missing."""
    left, right = node.left.type, node.right.type
    match node.operator:
        case "==" | "!=":
            return not left.may(OTHER) and not right.may(OTHER)
        case "is":
            return not left.may(ABSENT) or not right.may(ABSENT)
        case "is not":
            return not left.may(ABSENT) and not right.may(ABSENT)
        case "in" | "not in":
            if isinstance(node.right, Choices):
                return node.operator == "in" or not left.may(ABSENT)
            return left.only(TEXT) and right.only(TEXT)
    sorts = _sorts(node)
    return sorts <= {BOOL, NUMBER} or sorts == {TEXT} or is_ranked(node)


def is_ranked(node: Compare) -> bool:
    """Whether members of one enumeration are compared by their order."""
    sorts = _sorts(node)
    return node.operator in ("<", "<=", ">", ">=") and len(sorts) == 1 and min(sorts).startswith("ordered ")


def _sorts(node: Compare) -> frozenset[str]:
    return (node.left.type.sorts | node.right.type.sorts) - {ABSENT}


#: The first and the last line of the function for a loop; the others collect what they find.
_AROUND: Final = {"any": ("", "return False"), "all": ("", "return True")}
_BODIES: Final = {"any": "if {}:\n return True", "all": "if not {}:\n return False"}
_SUMMARIES: Final = {"tuple": "tuple", "len": "size", "sum": "total", "min": "least", "max": "most"}
_WRITE: Final[dict[type, Callable[[Writer, Any], str]]] = {
    Constant: Writer.constant,
    Choices: Writer.choices,
    Target: Writer.target,
    Variable: Writer.variable,
    Relation: Writer.relation,
    Collection: Writer.read,
    Read: Writer.read,
    Item: Writer.item,
    Fallback: Writer.fallback,
    Undeclared: Writer.undeclared,
    Compare: Writer.comparison,
    Not: Writer.negation,
    Junction: Writer.junction,
    Predicate: Writer.predicate,
    Measure: Writer.measure,
    Each: Writer.each,
}
