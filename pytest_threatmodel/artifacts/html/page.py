"""The page: what the templates say, with the styles and the script in it."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any
from typing import Final

from jinja2 import Environment
from jinja2 import PackageLoader
from jinja2 import StrictUndefined
from markupsafe import Markup

from pytest_threatmodel.artifacts.findings import cut
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.html.data import embedded
from pytest_threatmodel.artifacts.html.decisions import carriers
from pytest_threatmodel.artifacts.html.decisions import decisions
from pytest_threatmodel.artifacts.html.diagrams import diagrams
from pytest_threatmodel.artifacts.html.elements import data_rows
from pytest_threatmodel.artifacts.html.elements import elements
from pytest_threatmodel.artifacts.html.overview import attention
from pytest_threatmodel.artifacts.html.overview import run_facts
from pytest_threatmodel.artifacts.html.overview import statuses
from pytest_threatmodel.artifacts.html.overview import waiting
from pytest_threatmodel.artifacts.redaction import redacted
from pytest_threatmodel.artifacts.redaction import totals
from pytest_threatmodel.artifacts.text import shown
from pytest_threatmodel.artifacts.text import visible
from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.shape import Snapshot

_PACKAGE: Final = "pytest_threatmodel.artifacts.html"
_FOLDER: Final = "template"
#: In the order in which they build on each other.
_SCRIPTS: Final = ("dom.js", "details.js", "table.js", "diagrams.js", "page.js")
_LONGEST_NAME: Final = 200
#: Longer tables are cut; the JSON report has everything.
_MOST_ROWS: Final = 1_000


def render(snapshot: Snapshot, request: Request) -> str:
    """The report of a model as one page that loads nothing.

    Args:
        snapshot: of one model.
        request: with `redact`, the page holds counts only; takes a warning where a diagram cannot be drawn.
    """
    environment, style = _environment(), _text("report.css")
    shared = {"severities": SEVERITIES, "style": style}
    if request.redact:
        page = environment.get_template("redacted.html.j2")
        return page.render(shared, script="", policy=_policy(style, ""), **redacted(snapshot))
    script = Markup("\n").join(map(_text, _SCRIPTS))
    page = environment.get_template("report.html.j2")
    return page.render(shared, script=script, policy=_policy(style, script), **_context(snapshot, request))


def _context(snapshot: Snapshot, request: Request) -> dict[str, Any]:
    reader = Reader(snapshot)
    return {
        "most": _MOST_ROWS,
        "model": snapshot["model"],
        "facts": run_facts(snapshot),
        "attention": attention(snapshot),
        "totals": totals(snapshot),
        "fail_on": snapshot["run"]["fail_on"],
        "statuses": statuses(snapshot),
        "diagrams": diagrams(snapshot, request),
        "waiting": waiting(reader),
        "data": Markup(embedded(reader)),
        "decisions": decisions(snapshot),
        "carriers": carriers(snapshot),
        "improvements": snapshot["improvements"],
        "idle_controls": sorted(snapshot["idle_controls"], key=lambda each: each["redundant"]),
        "elements": elements(reader),
        "data_rows": data_rows(reader),
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(_PACKAGE, _FOLDER),
        autoescape=True,
        finalize=_finalized,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["name"] = _name
    environment.filters["number"] = "{:,}".format
    environment.filters["counted"] = _counted
    return environment


def _finalized(value: Any) -> Any:
    """What a template writes: text with what cannot be seen escaped; markup is our own and stays as it is."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _name(text: str) -> str:
    """A name on one line, cut where it is too long for a cell."""
    return cut(visible(text), _LONGEST_NAME) or "(empty)"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _text(name: str) -> Markup:
    return Markup(files(_PACKAGE).joinpath(_FOLDER, name).read_text(encoding="utf-8"))


def _policy(style: str, script: str) -> str:
    """What browsers let the page do: nothing but its own styles and its own script."""
    scripts = f"script-src {_digest(script)}; " if script else ""
    return f"default-src 'none'; {scripts}style-src {_digest(style)}; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
