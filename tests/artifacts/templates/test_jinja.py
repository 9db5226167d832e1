"""jinja2 templates in their sandbox."""

from __future__ import annotations

import csv
import inspect
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.templates.jinja.context import OPTIONAL
from pytest_threatmodel.artifacts.templates.render import render_file
from pytest_threatmodel.snapshot.shape import PairShape
from tests.artifacts.markdown_reader import read
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import hostile
from tests.artifacts.report_models import texts
from tests.artifacts.templates.rendering import mistake
from tests.artifacts.templates.rendering import rendered


def made(text: str, **others: str) -> str:
    return rendered(text, "report.md.j2", beside=others)


def wrong(text: str, seconds: float = 25.0, **others: str) -> str:
    return mistake(text, "report.md.j2", seconds=seconds, beside=others)


def test_templates_see_the_snapshot() -> None:
    snapshot = bank()
    keys = ("run", "model", "packs", "threats", "kinds", "elements", "decisions", "problems", "notices")
    for key in keys:
        whole: Any = snapshot
        assert json.loads(made(f"{{{{ {key}|tojson }}}}")) == whole[key]
    assert json.loads(made("{{ pairs|map(attribute='id')|list|tojson }}")) == [pair["id"] for pair in snapshot["pairs"]]


def test_pairs_have_all_their_keys() -> None:
    """Also those that a snapshot leaves out, so that a template need not ask."""
    named = re.findall(r"^    (\w+): NotRequired", inspect.getsource(PairShape), re.MULTILINE)
    assert sorted(OPTIONAL) == sorted(named)
    assert (
        made("{% for pair in pairs %}{{ pair.error }}{{ pair.reason[:0] }}{{ (pair.fixes|join)[:0] }}{% endfor %}")
        == ""
    )


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ open|length == totals.findings.open.values()|sum }}", "True"),
        ("{{ findings[0].id }} {{ status(findings[0]) }} {{ status(findings[-1]) }}", "AA04[Web Server] open excluded"),
        ("{{ element('Web Server').kind }} {{ threat('AA04').pack }}", "Server core"),
        ("{{ value('Web Server', 'usesSessionTokens') }} {{ value(element('Mailer'), 'OS') }}", "True "),
        ("{{ control('Web Server', 'validatesInput') }} {{ control('Mailer', 'validatesInput') }}", "True False"),
        ("{{ is_a('Workers', 'Asset') }} {{ is_a(elements[0], 'Asset') }}", "True False"),
        (
            "{{ decision(findings[-1]).status }}",
            "excluded",
        ),
        ("{{ decision(findings[0]) is none }} {{ severities[0] }}", "True critical"),
        ("{{ elements[5].values.inBoundary }} {{ totals.verdicts.vulnerable > 10 }}", "Internet True"),
        ("{{ fixes(findings[0]) }}", "controls.authorizesSource = True, or controls.hasAccessControl = True"),
        ("{{ reasons(findings[0])[-1] }}", "controls.hasAccessControl is False (never stated)"),
    ],
)
def test_conveniences_answer_what_reports_ask(template: str, text: str) -> None:
    assert made(template) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ 'a|b `c`'|code }}", "`a`&#124;`` b `c` ``"),
        ("{{ 'plain words'|prose }} {{ '<b>'|prose }}", "plain words `<b>`"),
        ("{{ 'https://example.org/a'|link }} {{ 'javascript:1'|link }}", "<https://example.org/a> `javascript:1`"),
        ("{{ '=1+1'|cell }},{{ 'a,b'|cell }},{{ 3|cell }}", '\'=1+1,"a,b",3'),
        ("{{ [1, '-x', none, 'a\"b']|row }}", '1,\'-x,,"a""b"'),
        ("{{ 'a\\x00\nb'|line }}|{{ 'a\\x00b'|lines }}", "a\\x00 b|a\\x00b"),
        ("{{ 'https://example.org'|address }}|{{ 'javascript:1'|address }}", "https://example.org|"),
        ("{{ 'ab'|replace('a', 'c') }}{{ 'a\nb'|indent(2) }}{{ 'a' ~ 1 ~ none }}", "cba\n  ba1None"),
    ],
)
def test_filters_put_text_into_other_formats(template: str, text: str) -> None:
    assert made(template) == text


def test_blocks_leave_no_empty_lines() -> None:
    assert made("{# jinja #}\n{% if true %}\n  {% if true %}\na\n  {% endif %}\n{% endif %}\n") == "a\n"


@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        ("r.html.j2", True),
        ("r.htm.jinja", True),
        ("r.XML.j2", True),
        ("r.svg.j2", True),
        ("r.md.j2", False),
        ("r.j2", False),
    ],
)
def test_markup_is_escaped_by_the_inner_ending(name: str, escaped: bool) -> None:
    template = "{{ '<' ~ '&' }}{% set x %}<i>{{ '<' }}{% endset %}{{ x }}"
    assert rendered(template, name) == ("&lt;&amp;<i>&lt;" if escaped else "<&<i><")


def test_templates_take_others_from_their_folder() -> None:
    text = (
        "{% extends 'base.j2' %}{% from 'macros.j2' import head %}"
        "{% block body %}{{ head(model.name) }}{% include 'part.j2' %}{% endblock %}"
    )
    others = {
        "base": "<{% block body %}{% endblock %}>",
        "macros": "{% macro head(x) %}# {{ x }}{% endmacro %}",
        "part": " {{ run.version }}",
    }
    assert made(text, **others) == "<# Bank 0.2.0>"


def test_nothing_outside_of_the_folder_is_taken(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (tmp_path / "secret.j2").write_text("secret")
    (folder / "link.j2").symlink_to(tmp_path / "secret.j2")
    (folder / "up").symlink_to(tmp_path)
    path = folder / "report.md.j2"
    names = ["../secret.j2", "link.j2", "up/secret.j2", f"{tmp_path}/secret.j2", "./link.j2", "..\\secret.j2", "a//b"]
    for name in names:
        for statement in (f"include {name!r}", f"extends {name!r}", f"import {name!r} as x", f"include [{name!r}]"):
            path.write_text(f"{{% {statement} %}}")
            with pytest.raises(ArtifactError, match=r"own folder only|symbolic links|none of the templates") as caught:
                render_file(path, bank(), Request())
            assert "secret" not in str(caught.value).replace("secret.j2", "")
    path.write_text("{% include '../secret.j2' ignore missing %}x")
    assert render_file(path, bank(), Request()) == "x"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("a\n{{ model.nam }}", "line 2: 'Bank' has no 'nam'; did you mean 'name'?"),
        ("{{ fndings }}", "line 1: unknown name 'fndings'; did you mean 'findings'?"),
        (
            "{% for p in open %}\n{{ p.reson }}{% endfor %}",
            "line 2: 'AA04[Web Server]' has no 'reson'; did you mean 'reason'?",
        ),
        ("\n\n{{ element('Web Servr') }}", "line 3: unknown element 'Web Servr'; did you mean 'Web Server'?"),
        ("{{ threat('AA99') }}", "line 1: unknown threat 'AA99'*"),
        ("{{ value('Mailer', 'usesCach') }}", "line 1: unknown field of Lambda 'usesCach'*"),
        (
            "{{ control('Mailer', 'validateInput') }}",
            "line 1: unknown control 'validateInput'; did you mean 'validatesInput'?",
        ),
        ("{{ elements[0].flow.source }}", "line 1: None has no 'source'"),
        ("{% for x in y %}", "line 1: Unexpected end of template.*"),
        ("a\n{% frob %}", "line 2: Encountered unknown tag 'frob'."),
        ("{{ 1|frob }}", "line 1: No filter named 'frob'."),
        ("{{ x", "line 1: unexpected end of template*"),
        ("\n{{ 1 / 0 }}", "line 2: ZeroDivisionError: division by zero"),
        ("{{ model + 1 }}", "line 1: TypeError: *"),
        (
            "{% include 'prt.j2' %}",
            "line 1: template prt.j2 cannot be read: No such file or directory; did you mean 'part.j2'?",
        ),
    ],
)
def test_mistakes_name_the_line_and_the_nearest_name(template: str, message: str) -> None:
    text = wrong(template, part="x")
    assert re.fullmatch(re.escape(message).replace(r"\*", ".*"), text), text


@pytest.mark.parametrize(
    "template",
    ["{{ element }}", "{{ pairs|map(attribute='id') }}", "{{ 'a' ~ status }}", "{{ cycler(1) }}", "{{ range }}"],
)
def test_only_data_is_shown(template: str) -> None:
    """What Python shows of its objects differs from run to run."""
    assert wrong(template).endswith(" is no text; call it, or put it through a filter such as list or join")


def test_a_mistake_in_an_included_template_is_told_where_it_is() -> None:
    assert wrong("{% include 'part.j2' %}", part="a\n{{ b }}") == "template part.j2, line 2: unknown name 'b'"
    assert wrong("{% include 'part.j2' %}", part="a\n{% b %}").startswith(
        "template part.j2, line 2: Encountered unknown"
    )


@pytest.mark.parametrize(
    "expression",
    [
        "''.__class__.__mro__",
        "''['__class__']",
        "''|attr('__class__')",
        "element.__globals__",
        "element.__func__",
        "element.__self__._reader",
        "cycler.__init__.__globals__",
        "self.__init__",
        "self._TemplateReference__context",
        "'{0.__class__}'.format(1)",
        "'{a.__class__}'.format_map({'a': 1})",
        "'%s'|format(1)",
        "['']|map(attribute='__class__')|list|first + 1",
        "elements.append(1)",
        "run.update(x=1)",
        "model.clear()",
        "pairs.sort()",
        "lipsum()",
        "[1, 2]|random",
        "(1).__class__",
        "range.__doc__",
        "namespace.__init__",
        "step()",
        "environment",
    ],
)
def test_nothing_of_python_is_within_reach(expression: str) -> None:
    assert wrong(f"{{{{ {expression} }}}}").startswith("line 1: ")


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
        "{% set n = namespace(x='xx') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
        "{% set n = namespace(x='xx') %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
        "{% set n = namespace(x='xx') %}{% for i in range(99) %}{% set n.x = n.x|replace('x', 'xx') %}{% endfor %}",
        "{% set n = namespace(x='x') %}{% for i in range(99) %}{% set n.x %}{{ n.x }}{{ n.x }}{% endset %}{% endfor %}",
        "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
        "{{ 'x' * 10 ** 10 }}",
        "{{ 10 ** 10 * [1] }}",
        "{{ 9 ** 99999 }}",
        "{% set n = namespace(x=9) %}{% for i in range(99) %}{% set n.x = n.x * n.x %}{% endfor %}",
        "{{ '%9999999999d' % 1 }}",
        "{{ 'x'.ljust(10 ** 10) }}",
        "{{ 'x\nx'|indent(10 ** 9) }}",
        "{{ [1]|batch(10 ** 9, 0)|list }}",
        "{{ range(10 ** 9)|list }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% include 'report.md.j2' %}",
        "{{ " + "(" * 300 + "1" + ")" * 300 + " }}",
    ],
)
def test_a_template_comes_to_an_end(template: str) -> None:
    """In time, and before it fills the memory."""
    assert wrong(template, seconds=0.3).startswith("line ")


def test_hostile_names_stay_text_in_markdown() -> None:
    template = "|a|b|\n|-|-|\n{% for e in elements %}\n|{{ e.name|code }}|{{ e.description|prose }}|\n{% endfor %}\n"
    shown = read(rendered(template, "r.md.j2", hostile()))
    assert shown.tags == {"table", "thead", "tbody", "tr", "th", "td", "code"}
    assert shown.links == []


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(name for name, _ in attrs)}


def test_hostile_names_stay_text_in_html() -> None:
    tags = _Tags()
    tags.feed(
        rendered(
            "{% for e in elements %}<p title='{{ e.name }}' id=\"{{ e.name }}\">{{ e.name }}</p>{% endfor %}",
            "r.html.j2",
            hostile(),
        )
    )
    assert tags.found == {"p", "title", "id"}


def test_hostile_names_stay_text_in_json_and_csv() -> None:
    snapshot = hostile()
    assert json.loads(rendered("{{ elements|tojson }}", "r.json.j2", snapshot)) == snapshot["elements"]
    rows = csv.reader(
        rendered("{% for e in elements %}{{ [e.name, e.kind]|row }}\n{% endfor %}", "r.csv.j2", snapshot).splitlines(
            True
        )
    )
    assert {len(row) for row in rows} == {2}


def test_every_text_of_a_hostile_model_renders() -> None:
    assert len(texts(hostile())) > 100
    whole = "{% for p in pairs %}{{ p }}{{ reasons(p) }}{{ fixes(p) }}{{ status(p) }}{% endfor %}{{ elements }}"
    assert rendered(whole, "r.md.j2", hostile())


#: What templates are made of, whole and broken.
PIECES = (
    *(
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        " for x in ",
        "pairs",
        " endfor ",
        " if ",
        " endif ",
        "model",
        ".name",
        "|code",
    ),
    *(
        "__class__",
        "[0]",
        "(",
        ")",
        "'",
        "~",
        "*",
        "9" * 9,
        " set x = ",
        "include 'a'",
        "macro f()",
        "range",
        "\n",
        "\0",
        "\udc80",
    ),
)


@settings(max_examples=150)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=14).map("".join))
def test_any_text_is_rendered_or_refused(template: str) -> None:
    try:
        text = rendered(template, "report.md.j2", seconds=1.0)
    except ArtifactError as error:
        text = str(error)
    assert isinstance(text, str)
