"""No condition can run code, reach into Python, or exhaust the machine: each attempt is refused by its own message."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from pytest_threatmodel.library.condition import ConditionError
from pytest_threatmodel.library.condition import compile_condition
from pytest_threatmodel.library.condition.guards import NAMESPACE
from tests.library.condition.records import Record
from tests.library.condition.records import bind
from tests.library.condition.records import built
from tests.library.condition.records import flow

UNDERSCORE = "begins with an underscore, as no name may"
CALL = "only the named functions and predicates can be called"
GENERATOR = "a generator expression stands only inside any, all, sum, min, max"

REFUSED = {
    # Python's own attributes
    "target.__class__": f"'__class__' {UNDERSCORE}",
    "target.controls.__dict__": f"'__dict__' {UNDERSCORE}",
    "target._given": f"'_given' {UNDERSCORE}",
    "target.sink._element": f"'_element' {UNDERSCORE}",
    "any.__self__": f"'__self__' {UNDERSCORE}",
    "Lifetime.__members__": f"'__members__' {UNDERSCORE}",
    "Lifetime.LONG.__class__ is None": f"'__class__' {UNDERSCORE}",
    "'x'.__class__": f"'__class__' {UNDERSCORE}",
    "(1).__class__": f"'__class__' {UNDERSCORE}",
    "().__class__.__bases__[0].__subclasses__()": f"'__subclasses__' {UNDERSCORE}",
    "__import__('os')": f"'__import__' {UNDERSCORE}",
    "__builtins__": f"'__builtins__' {UNDERSCORE}",
    "_": f"'_' {UNDERSCORE}",
    "any(d.__class__ for d in target.data)": f"'__class__' {UNDERSCORE}",
    "any(_x.isPII for _x in target.data)": f"'_x' {UNDERSCORE}",
    "any(__name__ for __name__ in target.data)": f"'__name__' {UNDERSCORE}",
    "target.mro": "unknown attribute 'mro' of Dataflow",
    "target.data.append": "'append' is read from a collection: use any(... for x in ...) on its items",
    "target.protocol.format": "'format' is read from a value that has no attributes",
    "'{0.x}'.format(target)": "'format' is called on a value that is no element",
    "target.protocol.encode()": "'encode' is called on a value that is no element",
    "Lifetime.LONG.name == 'LONG'": "'name' is read from a value that has no attributes",
    "Lifetime.mro()": "Lifetime is an enumeration; write one of its members",
    "Lifetime.mro": "unknown member 'mro' of Lifetime",
    "any(x.gi_frame for x in target.data)": "unknown attribute 'gi_frame' of Data",
    "(x for x in target.data).gi_frame": GENERATOR,
    "any((y for y in target.data).gi_frame.f_back for x in target.data)": GENERATOR,
    "any(x for x in (y for y in target.data))": GENERATOR,
    "(target.source or target.sink).name": "'name' is read from a value that has no attributes",
    "target.source.oneOf.anything": "the predicate oneOf must be called",
    # calls
    "eval('1')": "unknown function 'eval'",
    "exec('1')": "unknown function 'exec'",
    "open('x')": "unknown function 'open'",
    "getattr(target, 'protocol')": "unknown function 'getattr'",
    "setattr(target, 'protocol', 1)": "unknown function 'setattr'",
    "print(target)": "unknown function 'print'",
    "type(target)": "unknown function 'type'",
    "target()": "unknown function 'target'",
    "Server('x')": "unknown function 'Server'",
    "Lifetime('LONG')": "unknown function 'Lifetime'",
    "any(x for x in target.data)()": CALL,
    "'x'()": CALL,
    "target.sink()": "unknown predicate 'sink'",
    "target.oneOf(Server)()": CALL,
    "target.explode()": "unknown predicate 'explode'",
    "target.data.pop()": "'pop' is called on a value that is no element",
    "any(any)": "any takes a generator expression: any(... for x in ...)",
    "any(target.data)": "any takes a generator expression: any(... for x in ...)",
    "any()": "any takes one argument",
    "max(1, 2)": "max takes one argument",
    "max(d for d in target.data)": "max compares values, not elements",
    "sum(d.name for d in target.data)": "sum adds numbers",
    "len(d for d in target.data)": "len takes a collection; write sum(1 for x in ...)",
    "len('x' 'y')": "len takes a collection or a generator expression",
    "len(target)": "len takes a collection or a generator expression",
    "any(*target.data)": "an argument with a star is not allowed in a condition",
    "any(**target.data)": "an argument with two stars is not allowed in a condition",
    "max(target.levels, default=0)": "a keyword argument is not allowed in a condition",
    "target.oneOf(*target.data)": "an argument with a star is not allowed in a condition",
    "target.oneOf()": "oneOf takes kinds or elements",
    "target.oneOf('Server')": "oneOf takes kinds or elements",
    "target.oneOf(1 == 1)": "oneOf takes kinds or elements",
    "target.oneOf(any)": "the function any must be called",
    "target.inside(Lifetime)": "Lifetime is an enumeration; write one of its members",
    "target.hasDataLeaks(1)": "hasDataLeaks takes no argument",
    "target.checkTLSVersion()": "checkTLSVersion takes one collection of flows",
    "target.checkTLSVersion(target)": "checkTLSVersion does not fit here: it needs a collection",
    "target.checkTLSVersion(target.data)": "checkTLSVersion does not fit here: unknown attribute 'tlsVersion' of Data",
    # names
    "os": "unknown name 'os'",
    "self": "unknown name 'self'",
    "any": "the function any must be called",
    "getattr": "the function getattr must be called",
    "Server": "the kind Server stands only in predicates such as oneOf(Server)",
    "target.protocol == Server": "the kind Server stands only in predicates such as oneOf(Server)",
    "Lifetime": "Lifetime is an enumeration; write one of its members",
    "any(Server.name for d in target.data)": "the kind Server stands only in predicates such as oneOf(Server)",
    "any(True for any in target.data)": "the variable any hides a name of the language",
    "any(True for target in target.data)": "the variable target hides a name of the language",
    "any(True for Server in target.data)": "the variable Server hides a name of the language",
    "any(True for Lifetime in target.data)": "the variable Lifetime hides a name of the language",
    "any(True for getattr in target.data)": "the variable getattr hides a name of the language",
    "any(True for d in target.data for d in target.data)": "the variable 'd' hides another variable",
    "any(any(True for d in target.data) for d in target.data)": "the variable 'd' hides another variable",
    "any(d.isPII for d in target.data) and d.isPII": "unknown name 'd'",
    "any(d.isPII for d in d.data)": "unknown name 'd'",
    "any(True for target.protocol in target.data)": "a loop has one plain variable",
    "any(True for a, b in target.data)": "a loop has one plain variable",
    "any(True for [a] in target.data)": "a loop has one plain variable",
    "any(True for *a, in target.data)": "a loop has one plain variable",
    "any(True for target.data[0] in target.data)": "a loop has one plain variable",
    "any(True for d in target)": "a loop goes over a collection",
    "any(True for d in 'abc')": "a loop goes over a collection",
    "any(True for d in (1, 2))": "a list of choices stands only to the right of in",
    "any(True for d in target.protocol)": "a loop goes over a collection",
    "any(True async for d in target.data)": "async is not allowed in a condition",
    # syntax that the language does not have
    "lambda: 1": "a lambda is not allowed in a condition",
    "(lambda x: x)(target)": "a lambda is not allowed in a condition",
    "f'{target}'": "an f-string is not allowed in a condition",
    "f'{target.__class__}' == 'x'": "an f-string is not allowed in a condition",
    "(x := target)": "an assignment is not allowed in a condition",
    "any((x := d) for d in target.data)": "an assignment is not allowed in a condition",
    "1 if target.protocol else 2": "a conditional expression is not allowed in a condition",
    "9 ** 9 ** 9": "arithmetic is not allowed in a condition",
    "'x' * 999999999": "arithmetic is not allowed in a condition",
    "target.port + 1": "arithmetic is not allowed in a condition",
    "1 << 99999": "arithmetic is not allowed in a condition",
    "'%s' % target": "arithmetic is not allowed in a condition",
    "target @ target": "arithmetic is not allowed in a condition",
    "-target.order": "arithmetic is not allowed in a condition",
    "--1": "arithmetic is not allowed in a condition",
    "-True": "arithmetic is not allowed in a condition",
    "~target.order": "the operator ~ is not allowed in a condition",
    "+target.order": "the sign + is not allowed in a condition",
    "[d for d in target.data]": GENERATOR,
    "any([d.isPII for d in target.data])": "a list comprehension is not allowed in a condition",
    "{d for d in target.data}": "a set comprehension is not allowed in a condition",
    "{d: 1 for d in target.data}": "a dictionary comprehension is not allowed in a condition",
    "(d for d in target.data)": GENERATOR,
    "{1: 2}": "a dictionary is not allowed in a condition",
    "[]": "a list of choices stands only to the right of in",
    "(1, 2) == target.levels": "a list of choices stands only to the right of in",
    "target.protocol in (target.name, 'x')": "only literals stand in a list of choices",
    "target.protocol in ('HTTP')": "in would search inside this one text; a list of one is (..., )",
    "target.protocol in 5": "in needs a collection, a list or text on its right",
    "target.protocol in target.inScope": "in needs a collection, a list or text on its right",
    "target.protocol in ((1, 2), 3)": "a list of choices stands only to the right of in",
    "target.protocol in [*target.data]": "an argument with a star is not allowed in a condition",
    "target.protocol is 'HTTP'": "texts and numbers are compared by == and !=, not by is",
    "target.order is not 1": "texts and numbers are compared by == and !=, not by is",
    "target.data[0]": "a subscript is not allowed in a condition",
    "target.data['x']": "a subscript is not allowed in a condition",
    "target.data[1:2]": "a slice is not allowed in a condition",
    "target.data[target.data[0]]": "a subscript is not allowed in a condition",
    "...": "an ellipsis is not allowed in a condition",
    "b'x' == target.protocol": "a bytes literal is not allowed in a condition",
    "1j": "a complex number is not allowed in a condition",
    "-1j": "arithmetic is not allowed in a condition",
    "target.order == 99999999999999999999": "the number is too large",
    "target.order == 0x" + "f" * 3_000: "the number is too large",
    "target.order == 1e999": "the number is too large",
    "(await target)": "await is not allowed in a condition",
    "(yield)": "yield is not allowed in a condition",
    "(yield from target.data)": "yield is not allowed in a condition",
    "target.order == '\\ud800'": "the text holds half of a surrogate pair",
    "target.protocol == 'x' # and more": "a comment is not allowed in a condition",
    "(target.inScope) # ) or True": "a comment is not allowed in a condition",
    # text that is no condition
    "": "the condition is empty",
    " \n ": "the condition is empty",
    "import os": "syntax error",
    "target.port = 1": "syntax error",
    "target.inScope; target.inScope": "syntax error",
    "del target": "syntax error",
    "target.": "syntax error",
    "((target)": "syntax error",
    "target.protocol == 'x": "syntax error",
    "target.order == " + "9" * 3_900 + "x": "syntax error",
    "target.order == 0777": "syntax error",
    "any(True for any() in target.data)": "syntax error",
    "target.protocol\nor True": "a condition is one line",
    "target.protocol \\\n or True": "a condition is one line",
    "target.protocol == '''a\nb'''": "a condition is one line",
    "target.protocol\tor True": "the character '\\t' is not allowed",
    "target\x00.protocol": "the character '\\x00' is not allowed",
    "target.protocol\x0cor True": "the character '\\x0c' is not allowed",
    "target.protocol == '\x1b[31m'": "the character '\\x1b' is not allowed",
    "target.protocol == '\ud800'": "the character '\\ud800' is not allowed",
    "target.protocol == 'a\u2028b'": "the character '\\u2028' is not allowed",
    # letters that only look like others; Python would read them as these
    "\uff54arget.protocol": "the character '\\uff54' is allowed in text only",
    "target.\uff50rotocol": "the character '\\uff50' is allowed in text only",
    "target.\uff3f\uff3fclass\uff3f\uff3f": "syntax error",
    "target.\u1d4bncrypted": "the character '\\u1d4b' is allowed in text only",
    "t\u0430rget.protocol": "the character '\\u0430' is allowed in text only",
    "target.pro\ufb01le": "the character '\\ufb01' is allowed in text only",
    "any(\u00aa.isPII for \u00aa in target.data)": "the character '\\xaa' is allowed in text only",
    "target.isR\u00e9sponse and target.name == 'é'": "the character '\\xe9' is allowed in text only",
    "target.protocol\u00a0== 'x'": "syntax error",
    "target.protocol == \u201cx\u201d": "syntax error",
    # size
    "target.name == '" + "x" * 1_000_000 + "'": "the condition is longer than 4,000 characters",
    " " * 1_000_000 + "True": "the condition is longer than 4,000 characters",
    "(" * 150 + "not " * 60 + "True" + ")" * 150: "the condition is nested deeper than 40 levels",
    "(" * 1_900 + "True" + ")" * 1_900: "syntax error",
    "not " * 900 + "True": "the condition is nested deeper than 40 levels",
    "target" + ".sink" * 700: "the condition is nested deeper than 40 levels",
    "target" + ".sink" * 40: "the condition is nested deeper than 40 levels",
    "any(" * 60 + "True" + " for x in target.data)" * 60: "the condition is nested deeper than 40 levels",
    "1<" * 1_000 + "2": "the condition has more than 1,000 parts",
    "1 in (" + "1, " * 1_200 + ")": "the condition has more than 1,000 parts",
    "any(True " + "".join(f"for x{i} in target.data " for i in range(5)) + ")": "more than 4 loops inside each other",
    "any(any(any(any(any(True for a in target.data) for b in target.data) for c in target.data)"
    " for d in target.data) for e in target.data)": "more than 4 loops inside each other",
    "target." + "x" * 3_000: "unknown attribute 'xxx",
    "x" * 3_000: "unknown name 'xxx",
}


@pytest.mark.parametrize(("source", "message"), REFUSED.items(), ids=[ascii(source[:60]) for source in REFUSED])
def test_a_hostile_condition_is_refused(source: str, message: str) -> None:
    """By a `ConditionError` with a column inside of the text, never by another exception."""
    with pytest.raises(ConditionError) as caught:
        bind(source)
    assert caught.value.message.startswith(message)
    assert 1 <= caught.value.column <= len(source) + 1
    assert len(str(caught.value)) < 250


LENIENTLY_REFUSED = {
    "getattr(target, '__class__')": "getattr takes an element, a field's name and a literal",
    "getattr(target, '_given', None)": "getattr takes an element, a field's name and a literal",
    "getattr(target, 'class', None)": "getattr takes an element, a field's name and a literal",
    "getattr(target, 'a b', None)": "getattr takes an element, a field's name and a literal",
    "getattr(target, 'x\\ny', None)": "getattr takes an element, a field's name and a literal",
    "getattr(target, target.protocol, None)": "getattr takes an element, a field's name and a literal",
    "getattr(target, '\uff50rotocol', None)": "getattr takes an element, a field's name and a literal",
    "getattr(target)": "getattr takes an element, a field's name and a literal",
    "getattr(target, 'name', target.name)": "the default of getattr is a literal",
    "getattr(any, 'name')": "the function any must be called",
    "getattr('x', 'name')": "'name' is read from a value that has no attributes",
    "getattr(target, 'name')()": CALL,
    "target.data['name']": "a subscript is a literal whole number",
    "target.data[target.order]": "a subscript is a literal whole number",
    "target.data[True]": "a subscript is a literal whole number",
    "target.data[1.5]": "a subscript is a literal whole number",
    "target[0]": "a subscript is read from a collection",
    "target.sink.inputs[0].sink.inputs[0].name": "a subscript of what was read through a subscript",
    "target.noSuchThing()": "unknown predicate 'noSuchThing'",
    "noSuchThing": "unknown name 'noSuchThing'",
    "[d for d in target.data][0]": GENERATOR,
}


@pytest.mark.parametrize(("source", "message"), LENIENTLY_REFUSED.items())
def test_a_hostile_condition_is_refused_leniently_too(source: str, message: str) -> None:
    """What pytm's files may do more does not reach further."""
    with pytest.raises(ConditionError) as caught:
        bind(source, lenient=True)
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    "source", ["target.gi_frame.f_back", "target.mro", "target.controls.owner", "target.f_globals"]
)
def test_leniently_an_undeclared_attribute_is_never_read(source: str) -> None:
    """Even if the object has it."""

    class Trap(Record):
        def __getattribute__(self, name: str) -> Any:
            assert name not in ("gi_frame", "mro", "owner", "f_globals")
            return super().__getattribute__(name)

    record = Trap("Server")
    record.controls = Trap("Controls")
    assert built(source, "Server", lenient=True).holds(record) is False


def test_a_deep_stack_does_not_change_the_error() -> None:
    """A condition is refused by its own message however little of the stack is left."""

    def sink(depth: int) -> None:
        if depth:
            sink(depth - 1)
        else:
            bind("not " * 900 + "True")

    with pytest.raises(ConditionError, match="nested deeper"):
        sink(sys.getrecursionlimit() // 2)


def test_compiled_source_has_no_builtins() -> None:
    """Nothing but the names that the guards offer."""
    assert NAMESPACE["__builtins__"] == {}
    names = compile_condition(bind("target.inScope")).holds.__globals__
    assert names["__builtins__"] == {}
    assert set(names) == {*NAMESPACE, "compiled"}


def test_text_reaches_compiled_source_by_the_table_only() -> None:
    """Whatever the text holds, it is compared, not compiled."""
    text = "'); import os; ('\\\\"
    source = f"target.name == {text!r} and target.name in ({text!r}, '{{}}$')"
    record = flow(name=text)
    assert built(source).holds(record) is True
    assert built(source).traced(record, getattr) is True


@pytest.mark.parametrize(
    "source",
    [
        "not " * 38 + "target.inScope",
        "any(" * 4 + "True" + "".join(f" for {name} in target.data)" for name in "abcd"),
        "target" + ".inBoundary" * 37 + " is None",
        "(" * 38 + "target.inScope" + ")" * 38,
        "target.inScope" + " and target.inScope" * 200,
        "target.note in (" + "'x', " * 700 + ")",
        "any(True " + "".join(f"for {n} in target.sink.inputs[0].data " for n in "abcd") + ")",
        "target.inScope" + "".join(f" == ({'not ' * 30}True)" for _ in range(25)),
        "not (" * 18 + "target.source.inScope" + " == 1)" * 18,
    ],
)
def test_the_largest_conditions_compile(source: str) -> None:
    """What the limits let through is within those of Python's own compiler, in every form."""
    compiled = built(source, "Dataflow", lenient=True)
    record = flow()
    assert compiled.holds(record) is compiled.traced(record, getattr)
    hash(compiled.signature(record))


def test_more_signs_than_some_parsers_take_are_refused() -> None:
    """Python's own parser gives up on them before 3.13, and not from then on."""
    with pytest.raises(ConditionError, match=r"nested deeper than 40 levels|arithmetic is not allowed"):
        bind("-" * 3_900 + "1")
