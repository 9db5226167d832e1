"""jinja2's sandbox, with limits: a template sees plain data, changes nothing, and comes to an end."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import Final

from jinja2 import StrictUndefined
from jinja2 import Undefined
from jinja2 import nodes
from jinja2.runtime import Context
from jinja2.runtime import markup_join
from jinja2.runtime import str_join
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer

from pytest_threatmodel.artifacts.templates.budget import Budget
from pytest_threatmodel.artifacts.templates.budget import Exhausted
from pytest_threatmodel.artifacts.templates.jinja.filters import ALLOWED
from pytest_threatmodel.artifacts.templates.jinja.loader import FolderLoader
from pytest_threatmodel.artifacts.templates.source import Source
from pytest_threatmodel.artifacts.templates.source import ending_of
from pytest_threatmodel.model.fields import did_you_mean

_MARKUP: Final = (".html", ".htm", ".xhtml", ".xml", ".svg")
#: Methods of texts that take a width, or a text that comes in many times; the filters have limits.
_GROWING: Final = frozenset(
    {"center", "expandtabs", "format", "format_map", "join", "ljust", "replace", "rjust", "translate", "zfill"}
)
_MOST_BITS: Final = 4096
_ITEM: Final = 50


class NotShown(Exception):
    """What a template shows is no data; the message is for people."""


class Environment(ImmutableSandboxedEnvironment):
    """Makes templates.

    Args:
        source: the template that is rendered.
        names: what it sees.
        budget: what it may use up.
    """

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, source: Source, names: Mapping[str, Any], budget: Budget) -> None:
        super().__init__(
            loader=FolderLoader(source),
            undefined=_undefined(names),
            autoescape=ending_of(source.path.name) in _MARKUP,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            finalize=_showable,
            cache_size=-1,
        )
        self._budget = budget
        self.filters = dict(ALLOWED)
        del self.globals["lipsum"]
        self.globals.update(names)

    def compile(self, source: Any, *args: Any, **kwargs: Any) -> Any:
        """Make code of a template that notes that it goes on, and asks before it makes long texts."""
        tree = self.parse(source, *args[:2]) if isinstance(source, str) else source
        return super().compile(_Limited().visit(tree).set_environment(self), *args, **kwargs)

    def step(self) -> None:
        """Called by each round of a loop, each macro and each template."""
        self._budget.step()

    def joined(self, *parts: Any) -> str:
        """The `~` of templates."""
        texts = [part if isinstance(part, str) else str(_showable(part)) for part in parts]
        self._budget.fits(sum(map(len, texts)))
        return markup_join(texts) if self.autoescape else str_join(texts)

    def concat(self, parts: Sequence[str]) -> str:  # type: ignore[override]  # a function there, and never called on the class
        """What captures the text of a block."""
        parts = list(parts)
        self._budget.fits(sum(map(len, parts)))
        return "".join(parts)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """An operator whose result may be large."""
        if operator == "%" and isinstance(left, str):
            raise Exhausted("% does not format texts here, join them with ~")
        self._budget.fits(_size(operator, left, right))
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may read an attribute."""
        if isinstance(obj, str) and attr in _GROWING:
            return False
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> Any:
        """Texts do not format."""
        return None

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`a.b`: the entry of a dictionary, whatever methods dictionaries have, else the attribute."""
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def _showable(value: Any) -> Any:
    """The value, if it is data: what a function or a generator is shown as differs from run to run."""
    if value is None or isinstance(value, str | int | float | list | tuple | dict | Undefined):
        return value
    kind = "a function" if callable(value) else f"a {type(value).__name__}"
    raise NotShown(f"{kind} is no text; call it, or put it through a filter such as list or join")


def _size(operator: str, left: Any, right: Any) -> int:
    """How large the result of an operator is, in characters or items; of numbers those that are too large."""
    sizes = [_length(each) for each in (left, right)]
    if operator == "+":
        return sum(sizes)
    whole = [each for each in (left, right) if isinstance(each, int)]
    if operator == "*" and len(whole) == 1:
        return max(sizes) * max(whole[0], 0)
    if operator in ("*", "**") and len(whole) == 2:
        bits = [each.bit_length() for each in whole]
        if (bits[0] * abs(right) if operator == "**" else sum(bits)) > _MOST_BITS:
            raise Exhausted("a number has too many digits")
    return 0


def _length(value: Any) -> int:
    """In characters; an item of a list takes as much as some of them."""
    if isinstance(value, str):
        return len(value)
    return len(value) * _ITEM if isinstance(value, list | tuple) else 0


class _Limited(NodeTransformer):
    """Puts calls of the environment into a template's tree."""

    def visit_Template(self, node: nodes.Template) -> nodes.Node:
        return _stepping(self, node)

    def visit_For(self, node: nodes.For) -> nodes.Node:
        return _stepping(self, node)

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:
        return _stepping(self, node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _call("joined", node.nodes, node.lineno)


def _stepping(limited: _Limited, node: nodes.Template | nodes.For | nodes.Macro) -> nodes.Node:
    limited.generic_visit(node)
    node.body.insert(0, nodes.ExprStmt(_call("step", [], node.lineno), lineno=node.lineno))
    return node


def _call(name: str, args: list[nodes.Expr], line: int) -> nodes.Call:
    function = nodes.EnvironmentAttribute(name, lineno=line)
    return nodes.Call(function, args, [], None, None, lineno=line)


def _undefined(names: Mapping[str, Any]) -> type[StrictUndefined]:
    """What stands for a name that is not there: its use is an error that names the nearest one.

    Args:
        names: of the whole template.
    """

    class Nearest(StrictUndefined):
        @property
        def _undefined_message(self) -> str:
            obj, name = self._undefined_obj, self._undefined_name
            if self._undefined_hint or not isinstance(name, str):
                return super()._undefined_message
            known = names if obj is missing else obj if isinstance(obj, dict) else ()
            hint = did_you_mean(name, known)
            text = f"unknown name {name!r}" if obj is missing else f"{_what(obj)} has no {name!r}"
            return text if hint is None else f"{text}; {hint}"

    return Nearest


def _what(obj: Any) -> str:
    label = next((obj[key] for key in ("label", "id", "name") if key in obj), "") if isinstance(obj, dict) else ""
    return f"{str(label)[:100]!r}" if label else "None" if obj is None else f"a {type(obj).__name__}"
