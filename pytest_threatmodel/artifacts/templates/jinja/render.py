"""Renders a jinja2 template."""

from __future__ import annotations

from types import TracebackType
from typing import NoReturn

from jinja2 import Template
from jinja2 import TemplateSyntaxError
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.exceptions import TemplateNotFound

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.templates.budget import Budget
from pytest_threatmodel.artifacts.templates.budget import Exhausted
from pytest_threatmodel.artifacts.templates.jinja.context import NameProblem
from pytest_threatmodel.artifacts.templates.jinja.context import context
from pytest_threatmodel.artifacts.templates.jinja.environment import Environment
from pytest_threatmodel.artifacts.templates.jinja.environment import NotShown
from pytest_threatmodel.artifacts.templates.source import Source
from pytest_threatmodel.artifacts.templates.source import mistake
from pytest_threatmodel.snapshot.shape import Snapshot

_TOLD_AS_THEY_ARE = (NameProblem, NotShown, Exhausted, UndefinedError, SecurityError, TemplateNotFound)


def render(source: Source, snapshot: Snapshot, request: Request) -> str:
    """The text that the template makes.

    Args:
        source: the template.
        snapshot: of one model.
        request: its `seconds` limit the rendering.

    Raises:
        ArtifactError: the template has a mistake, or takes too much.
    """
    budget = Budget(request.seconds)
    environment = Environment(source, context(snapshot), budget)
    try:
        return _made(environment.get_template(source.path.name), budget)
    except TemplateSyntaxError as error:
        raise mistake(error.name or source.path.name, str(error.message), error.lineno) from None
    except (Exception, RecursionError, MemoryError) as error:  # templates can do much wrong
        _tell(error, source)


def _made(template: Template, budget: Budget) -> str:
    parts: list[str] = []
    length = 0
    for part in template.generate():
        parts.append(part)
        length += len(part)
        budget.fits(length)
    return "".join(parts)


def _tell(error: BaseException, source: Source) -> NoReturn:
    name, line = _place(error.__traceback__, source)
    if isinstance(error, RecursionError):
        text = "templates or macros call each other without an end"
    elif isinstance(error, MemoryError):
        text = "it takes more memory than there is"
    elif isinstance(error, _TOLD_AS_THEY_ARE):
        text = str(getattr(error, "message", None) or error)
    else:
        text = f"{type(error).__name__}: {error}"
    raise mistake(name, text, line) from None


def _place(traceback: TracebackType | None, source: Source) -> tuple[str, int]:
    """The template and the line in which it went wrong, which jinja2 puts into the traceback."""
    found = (source.path.name, 1)
    while traceback is not None:
        if "__jinja_exception__" in traceback.tb_frame.f_globals:
            found = (traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)
        traceback = traceback.tb_next
    return found
