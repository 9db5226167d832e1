"""pytm's template language over a snapshot."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.templates.pytm.functions import FUNCTIONS
from pytest_threatmodel.artifacts.templates.pytm.world import COLLECTIONS
from pytest_threatmodel.artifacts.templates.pytm.world import World
from tests.artifacts.markdown_reader import read
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import hostile
from tests.artifacts.report_models import named
from tests.artifacts.templates.rendering import mistake
from tests.artifacts.templates.rendering import rendered

#: Shows all there is of everything, in a table and outside of it.
EVERYTHING = """# {tm.name}

{tm.description}

|Name|Text|
|---|---|
{elements:repeat:|{{item.name}}|{{item}} {{item.display_name:call:}} {{item.inBoundary}}|
}{dataflows:repeat:|{{item.protocol}} {{item.data}}|{{item.source}} {{item.sink.OS}}|
}

{tm.findings:repeat:
<details><summary>{{item.target}} {{item.description}}</summary>{{item}} {{item.response}}</details>
}
{tm.excluded_findings:repeat:* {{item}} {{item.assumption}}
}
{dataflows:repeat:* {{item.source.name}} {{item.protocol}} {{item.note}} {{item.data}}
}
{data:repeat:* {{item.name}} {{item.description}} {{item.carriedBy:repeat:{{{{item.name}}}}, }}
}
"""


def test_values_of_the_model_and_of_loops() -> None:
    template = "{tm.name}: {actors:repeat:{{item.name}} in {{item.inBoundary.name}}, }{servers:repeat:{{item}}}"
    assert rendered(template) == "Bank: Customer in Internet, Server(Web Server)"


def test_single_braces_in_a_loop_are_filled_in_outside_of_it() -> None:
    template = "{actors:repeat:{tm.name} {{tm.name}} {{item.inBoundary:repeat:}}{{item.inputs:if:x{tm.name}}}"
    assert rendered(template + "{{item.outputs:repeat:{tm.name}-{{{{item.order}}}} }}}") == "Bank Bank Bank-1 Bank-3 "


def test_what_is_filled_in_is_never_read_as_template() -> None:
    """Not even in the directive of a loop, where pytm reads it once more."""
    snapshot = named("{tm.description} {{item.name}} {")
    template = "{tm.name} {actors:repeat:}{servers:repeat:{tm.name} {{item.name}} {{item.inScope:if:{tm.name}}}}"
    name = snapshot["model"]["name"]
    assert rendered(template, snapshot=snapshot) == f"{name} {name} {name} {name}"


def test_conditions_ask_values_methods_and_collections() -> None:
    template = "{boundaries:repeat:{{item.parents:if:{{item:call:getParentName}}}}{{item.parents:not:-}} }"
    assert rendered(template) == "- - Cloud Cloud "
    assert rendered("{tm.assumptions:if:yes {{}} {tm.name}}{tm.isOrdered:not:no}") == "yes {} Bank"
    assert rendered("{data:repeat:{{item.description:if:x}}{{item.format:not:-}}}{findings[0].response:if:r}") == "--r"


def test_what_a_condition_hides_is_not_asked() -> None:
    """Most elements have no boundary to ask for its name."""
    template = "{dataflows[0].inBoundary:if:{dataflows[0].inBoundary.name}}{assets[0].inBoundary:if:{assets[0].name}}"
    assert rendered(template) == "Credit agency"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{assets[1].parents:call:}", "[Boundary(DMZ), Boundary(Cloud)]"),
        ("{assets[1].parents:call:{{item.name}}; }", "DMZ; Cloud; "),
        ("{assets[1].parents:call:{{item.display_name:call:}}, }", "DMZ, Cloud, "),
        ("{dataflows[2].display_name:call:}", "(3) Transfer"),
        ("{dataflows[2].display_name}", "(3) Transfer"),
        ("{assets[1].parents:repeat:{{item.name}}}", "DMZCloud"),
        ("{assets[1]:call:getElementType}", "Server"),
        ("{assets[1].__class__.__name__}", "Server"),
        ("{boundaries[2]:call:getNamesOfParents}", "['Cloud']"),
        ("{boundaries[2]:call:getNamesOfParents:{{item}}!}", "Cloud!"),
        ("{boundaries[0]:call:getParentName}", ""),
        ("{assets[7]:call:getFindingCount}", "2"),
        ("{assets[7]:call:getInScopeFindings:{{item.threat_id}} }", "AC06 DO04 "),
        ("{assets[8].inScope}{assets[8]:call:getInScopeFindings}", "False[]"),
        ("{tm:call:getFindingCount}", "(no element: TM)"),
        ("{tm.name:call:getElementType}", "(no element: a text)"),
        ("{assets[0]:call:getThreatId}", ""),
        ("{findings[0]:call:getThreatId} {findings[0]:call:getFindingSeverity}", "AA04 Very High"),
        ("{findings[0]:call:getFindingTarget}", "Web Server"),
    ],
)
def test_methods_and_functions_are_called(template: str, text: str) -> None:
    assert rendered(template) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{dataflows[0].dstPort:06d}|{dataflows[0].name!s:>8}|{tm.name!r}", "000443|  Log in|Bank"),
        (
            "{data[0].classification} {data[0].classification.name} {data[0].classification.value}",
            "Classification.SECRET SECRET 4",
        ),
        ("{data[1].credentialsLife.value} {data[1].credentialsLife.label:call:}", "LONG_LIVED long lived"),
        ("{dataflows[0].data}|{dataflows[1].data}", "Password|[]"),
        ("{assets[1].levels} {assets[1].sourceFiles}", "[0] ['web/app.py']"),
        ("{assets[1].controls.validatesInput} {assets[1].validatesInput}", "True True"),
        (
            "{dataflows[1].responseTo} {dataflows[0].response} {dataflows[0].responseTo}",
            "Dataflow(Log in) Dataflow(Welcome) None",
        ),
        ("{assets[1].severity} {actors[0].severity}", "5 0"),
        ("{tm.assumptions} {tm.assumptions[0].exclude}", "[The provider patches the hosts] ['HA01']"),
        ("{{tm.name}} {{{tm.name}}}", "{tm.name} {Bank}"),
        ("{threats[0].target:if:{threats[0]}}", "Threat(AA01)"),
    ],
)
def test_values_are_shown_as_pytm_shows_them(template: str, text: str) -> None:
    assert rendered(template) == text


def test_findings_have_pytms_attributes() -> None:
    attributes = "id threat_id target description details severity mitigations example references condition cvss"
    fields = "|".join(f"{{{{item.{name}}}}}" for name in [*attributes.split(), "response", "likelihood", "assumption"])
    first = rendered(f"{{findings:repeat:{fields}\n}}").splitlines()[0].split("|")
    assert first[:3] == ["1", "AA04", "Web Server"]
    assert (first[5], first[10], first[11], first[13]) == ("Very High", "9.1", "accepted", "None")


def test_findings_are_those_that_nothing_excludes() -> None:
    """In the order of elements and threats, each list numbered from one; accepted ones say why."""
    snapshot = bank()
    found = [pair for pair in snapshot["pairs"] if pair["verdict"] == "vulnerable"]
    kept = [pair["id"] for pair in found if pair["judged"] != "skipped"]
    shown = rendered("{findings:repeat:{{item.id}} {{item.threat_id}}[{{item.target}}]\n}").splitlines()
    assert shown == [f"{number} {id}" for number, id in enumerate(kept, 1)]
    excluded = rendered("{tm.excluded_findings:repeat:{{item.id}} {{item.threat_id}} {{item.assumption.name}}\n}")
    assert excluded.splitlines()[0] == "1 HA01 The provider patches the hosts"
    assert len(excluded.splitlines()) == len(found) - len(kept)
    assert "accepted: being replaced" in rendered("{findings:repeat:{{item.response}}\n}").splitlines()


def test_threats_are_encoded_as_pytm_does_it() -> None:
    snapshot = bank()
    snapshot["threats"][0]["title"] = "<b> & 'x' costs $5"
    template = "{threats[0].description}|{tm.description:if:{threats[0].description}}"
    text = "&lt;b&gt; &amp; &#x27;x&#x27; costs \\$5"
    for name in ("report.md", "report.html", "report.txt"):
        assert rendered(template, name, snapshot) == f"{text}|{text}"


def test_every_collection_is_there() -> None:
    assert set(World(bank()).names()) == {"tm", *COLLECTIONS}
    for name in COLLECTIONS:
        assert rendered(f"{{{name}:repeat:{{{{item}}}}}}"), name


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("one\n {tm.nam}", "line 2, column 2: tm.nam: TM has no attribute 'nam'; did you mean 'name'?"),
        ("{fndings:repeat:}", "line 1, column 1: unknown name 'fndings'; did you mean 'findings'?"),
        (
            "{elements:repeat:\n{{item.nme}}}",
            "line 2, column 1: item.nme: Boundary has no attribute 'nme'; did you mean 'name'?",
        ),
        ("a {tm.name", "line 1, column 3: an opening brace that nothing closes; a brace itself is written twice"),
        ("\n}", "line 2, column 1: a closing brace that nothing opens; a brace itself is written twice"),
        (
            "{elements:repeat:\n{{item.name}",
            "line 1, column 1: an opening brace that nothing closes; a brace itself is written twice",
        ),
        (
            "{elements:repaet:x}",
            "line 1, column 1: unknown directive 'repaet', expected repeat, call, if, not; did you mean 'repeat'?",
        ),
        ("{}", "line 1, column 1: braces without a name; a brace itself is written twice"),
        ("{tm.name:%%}", "line 1, column 1: tm.name: '%%' is no directive and no format"),
        ("{tm.isOrdered:99999999999}", "line 1, column 1: tm.isOrdered: '99999999999' is no directive and no format"),
        ("{tm.name!x}", "line 1, column 1: expected !s and a colon or a closing brace"),
        ("{tm..name}", "line 1, column 1: 'tm..name' is no name, expected one as in 'item.source.name'"),
        ("{tm.name.upper}", "line 1, column 1: tm.name.upper: a text has no attribute 'upper'"),
        ("{elements.append}", "line 1, column 1: elements.append: a collection has no attribute 'append'"),
        ("{elements[999].name}", "line 1, column 1: elements[999].name: there is no item 999"),
        (
            "{dataflows[0].inBoundary.name}",
            "line 1, column 1: dataflows[0].inBoundary.name: what should have the attribute 'name' is None; "
            "put it into an :if:",
        ),
        ("{elements:repeat:{{item.{tm.name}}}}", "line 1, column 25: a brace in a name"),
    ],
)
def test_mistakes_name_line_and_column(template: str, message: str) -> None:
    assert mistake(template) == message


def test_an_unknown_function_lists_those_that_there_are() -> None:
    text = mistake("{tm:call:getFindingCont}")
    assert text.startswith("line 1, column 1: tm: unknown function 'getFindingCont', expected getParentName, ")
    assert text.endswith("; did you mean 'getFindingCount'?")
    assert all(name in text for name in FUNCTIONS)


@pytest.mark.parametrize(
    "path",
    [
        "tm.__class__",
        "tm.__class__.__name__.__class__",
        "tm.__class__.__init__",
        "tm.__dict__",
        "item.__class__.__name__.x",
        "tm.name.__class__.__mro__",
        "elements[0].__init__.__globals__",
        "tm._attributes",
        "tm.name[__class__]",
        "tm[_load]",
        "_tm",
        "__builtins__",
        "0.__class__",
        "tm.attributes",
        "tm.load",
        "elements.items",
        "assets[0].parents.call",
        "tm.findings.shown",
    ],
)
@pytest.mark.parametrize("directive", ["", ":repeat:", ":call:", ":if:x", "!r"])
def test_nothing_of_python_is_within_reach(path: str, directive: str) -> None:
    assert mistake(f"{{{path}{directive}}}").startswith("line 1, column 1: ")


def test_messages_are_short_and_one_line() -> None:
    """`mistake` looks at the message."""
    for name in ("x" * 500_000, "a\nb\x1b[31m\u202e"):
        assert "\x1b" not in mistake(f"{{{name}}}")
        mistake(f"{{tm.{name}}}")
        mistake(f"{{tm:call:{name}}}")
        mistake(f"{{tm:{name}:x}}")


def test_nesting_has_a_limit() -> None:
    deep = "{tm:if:" * 300 + "x" + "}" * 300
    assert "fields are nested more than 16 deep" in mistake(deep)
    assert rendered("{tm:if:" * 15 + "x" + "}" * 15) == "x"


def test_a_template_cannot_go_on_for_ever() -> None:
    inner = "{item.name}"
    for _ in range(6):
        inner = "{elements:repeat:" + inner.replace("{", "{{").replace("}", "}}") + "}"
    assert "it takes more than 0.2 seconds" in mistake(inner, seconds=0.2)


def test_hostile_names_stay_text_in_markdown() -> None:
    """The tags are those of the template, each row of the table has its two cells, and nothing links anywhere."""
    snapshot = hostile()
    text = rendered(EVERYTHING, snapshot=snapshot)
    elements = [each for each in snapshot["elements"] if each["kind"] != "Data"]
    flows = [each for each in elements if each["flow"] is not None]
    assert [line.count("|") for line in text.splitlines() if "|" in line] == [3] * (len(elements) + len(flows) + 2)
    shown = read(text)
    own = {"h1", "p", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "ul", "li"}
    emphasis = {"em", "del", "strong"}  # names such as "SQL Database (*)" come through as they are
    assert shown.tags <= own | emphasis
    assert shown.links == []


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.found |= {str(value) for _, value in attrs}


def test_hostile_names_stay_text_in_html() -> None:
    tags = _Tags()
    tags.feed(
        rendered("{elements:repeat:<p title='{{item.name}}' class=\"{{item.name}}\">{{item}}</p>}", "r.html", hostile())
    )
    tags.close()
    assert "p" in tags.found
    assert not {"script", "img", "b", "f0"} & tags.found


def test_hostile_names_stay_text_in_json() -> None:
    template = '[{elements:repeat:["{{item.name}}", "{{item.description}}"],\n}null]'
    found = json.loads(rendered(template, "report.json", hostile()))
    assert len(found) == len([each for each in hostile()["elements"] if each["kind"] != "Data"]) + 1


#: What templates are made of, whole and broken.
PIECES = (
    *(
        "{",
        "}",
        "{{",
        "}}",
        "tm",
        "item",
        ".name",
        ":repeat:",
        ":if:",
        ":not:",
        ":call:",
        "elements",
        "findings",
        "[0]",
    ),
    *("!s", ".inBoundary", ".__class__", ":", ".", "getFindingCount", "{tm.name}", "\n", "\0", "99", "\udc80"),
)


@settings(max_examples=150)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=14).map("".join))
def test_any_text_is_rendered_or_refused(template: str) -> None:
    try:
        made = rendered(template, seconds=1.0)
    except ArtifactError as error:
        made = str(error)
    assert isinstance(made, str)
