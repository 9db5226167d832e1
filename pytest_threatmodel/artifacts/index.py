"""The page that links all artifacts of a run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Final
from urllib.parse import quote

from jinja2 import Environment

from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.read import is_open
from pytest_threatmodel.snapshot.shape import Snapshot

if TYPE_CHECKING:
    from pytest_threatmodel.artifacts.write import Artifact

_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 2rem 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .25rem; overflow-wrap: anywhere; }
p { margin: .25rem 0; }
.quiet { opacity: .75; }
ul { margin: .5rem 0; padding-left: 1.25rem; }
a { overflow-wrap: anywhere; }
"""

_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{{ style_hash }}'; \
base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Threat models</title>
<style>{{ style }}</style>
</head>
<body>
<main>
<h1>Threat models</h1>
<p class="quiet">{{ created }}{% if not redact %}. Reports name weaknesses: treat them as confidential.{% endif %}</p>
{%- for model in models %}
<section>
<h2>{{ model.name }}</h2>
<p>{{ model.counts }}{% if model.not_run %} <span class="quiet">({{ model.not_run }} not run)</span>{% endif %}</p>
<ul>
{%- for link in model.links %}
<li><a href="{{ link.url }}">{{ link.text }}</a></li>
{%- endfor %}
</ul>
</section>
{%- endfor %}
</main>
</body>
</html>
"""


def index_page(snapshots: Sequence[Snapshot], artifacts: Sequence[Artifact], *, redact: bool) -> str:
    """A page with the models of a run, their open findings, and links to what was written of them.

    Args:
        snapshots: one a model.
        artifacts: that were written; the links are relative to their folder.
        redact: name models by their file only.
    """
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    models = [_model(snapshot, artifacts, redact) for snapshot in snapshots]
    template = Environment(autoescape=True).from_string(_PAGE)
    return template.render(
        style=_STYLE,
        style_hash=digest,
        created=snapshots[0]["run"]["created"],
        redact=redact,
        models=[model for model in models if model["links"]],
    )


def _model(snapshot: Snapshot, artifacts: Sequence[Artifact], redact: bool) -> dict[str, object]:
    file = snapshot["model"]["file"]
    name = escape(file) if redact else f"{escape(snapshot['model']['name'])} ({escape(file)})"
    mine = [artifact for artifact in artifacts if artifact.file == file]
    return {
        "name": name,
        "counts": _counts(snapshot),
        "not_run": sum(pair["outcome"] == "not run" for pair in snapshot["pairs"]),
        "links": [{"url": quote(each.name), "text": f"{each.format.title} ({each.name})"} for each in mine],
    }


def _counts(snapshot: Snapshot) -> str:
    found = [pair["severity"] for pair in snapshot["pairs"] if is_open(pair)]
    counted = [f"{found.count(word)} {word}" for word in SEVERITIES if word in found]
    return f"open findings: {', '.join(counted) or 'none'}"
