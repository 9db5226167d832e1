"""Filters that put text of a model into other formats, where it stays text."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from functools import wraps
from typing import Any
from typing import Final

from jinja2 import pass_eval_context
from jinja2.filters import FILTERS
from jinja2.filters import do_replace
from jinja2.nodes import EvalContext

from pytest_threatmodel.artifacts.csv_cells import write_csv
from pytest_threatmodel.artifacts.markdown.text import code
from pytest_threatmodel.artifacts.markdown.text import prose
from pytest_threatmodel.artifacts.markdown.text import reference
from pytest_threatmodel.artifacts.templates.budget import MOST_OUTPUT
from pytest_threatmodel.artifacts.templates.budget import Exhausted
from pytest_threatmodel.artifacts.text import shown
from pytest_threatmodel.artifacts.text import visible
from pytest_threatmodel.artifacts.text import web_address

#: jinja2's own that say something else in every run, take a width that could fill the memory, or make links.
_REFUSED: Final = ("random", "center", "format", "wordwrap", "urlize")
#: Those that take a number of things to make.
_COUNTED: Final = ("indent", "batch", "slice", "round", "truncate")
_MOST: Final = 10_000


def _text(function: Callable[[str], str]) -> Callable[[Any], str]:
    """A filter that shows text as it is meant, whatever it is given; Markdown and CSV are marked up by nothing else."""
    return lambda value: function("" if value is None else str(value))


def _counted(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that takes no large numbers."""

    @wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if any(isinstance(each, int) and each > _MOST for each in (*args[1:], *kwargs.values())):
            raise Exhausted(f"filters take no numbers above {_MOST:,}")
        return function(*args, **kwargs)

    return checked


@pass_eval_context
def _replace(context: EvalContext, text: str, old: str, new: str, count: int | None = None) -> str:
    """jinja2's `replace`, but what it makes has a limit."""
    times = str(text).count(str(old)) if str(old) else len(str(text)) + 1
    if len(str(text)) + times * len(str(new)) > MOST_OUTPUT:
        raise Exhausted(f"it makes more than {MOST_OUTPUT:,} characters")
    return do_replace(context, text, old, new, count)


def _cell(text: str) -> str:
    return write_csv([text], []).removesuffix("\r\n")


def _row(values: Any) -> str:
    return write_csv([], [list(values)]).removeprefix("\r\n").removesuffix("\r\n")


#: Name -> filter.
OWN: Final[Mapping[str, Callable[..., Any]]] = {
    "code": _text(lambda text: code(text, 500)),
    "prose": _text(prose),
    "link": _text(reference),
    "cell": _text(_cell),
    "row": _row,
    "lines": _text(shown),
    "line": _text(visible),
    "address": _text(web_address),
}
#: All that templates have.
ALLOWED: Final[Mapping[str, Callable[..., Any]]] = {
    **{name: function for name, function in FILTERS.items() if name not in _REFUSED},
    **{name: _counted(FILTERS[name]) for name in _COUNTED},
    "replace": _replace,
    **OWN,
}
