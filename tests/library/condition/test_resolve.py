"""Names are bound to the vocabulary; wrong ones are refused with the nearest right one."""

from __future__ import annotations

import pytest

from pytest_threatmodel.library.condition import ConditionError
from pytest_threatmodel.library.condition import resolve
from pytest_threatmodel.library.condition.parse import parse
from pytest_threatmodel.model.vocabulary import DeclaredField
from tests.library.condition.records import VOCABULARY
from tests.library.condition.records import Record
from tests.library.condition.records import bind
from tests.library.condition.records import built
from tests.library.condition.records import flow


@pytest.mark.parametrize(
    ("targets", "source", "error"),
    [
        (
            "Server",
            "not target.controls.isEncripted",
            "unknown attribute 'isEncripted' of Controls, column 21; did you mean 'isEncrypted'?",
        ),
        (
            "Server Lambda",
            "target.usesXmlParser",
            "unknown attribute 'usesXmlParser' of Server or Lambda, column 8; did you mean 'usesXMLParser'?",
        ),
        (
            "Dataflow",
            "target.sink.isSql is True",
            "unknown attribute 'isSql' of Element, column 13; did you mean 'isSQL'?",
        ),
        ("Dataflow", "any(d.isPii for d in target.data)", "column 7; did you mean 'isPII'?"),
        ("Dataflow", "targt.protocol == 'x'", "unknown name 'targt', column 1; did you mean 'target'?"),
        ("Dataflow", "target.sink.oneOf(Datastor)", "unknown name 'Datastor', column 19; did you mean 'Datastore'?"),
        ("Dataflow", "target.enter(Boundary)", "unknown predicate 'enter', column 8; did you mean 'enters'?"),
        ("Dataflow", "Lifetime.LONGG == 1", "unknown member 'LONGG' of Lifetime, column 10; did you mean 'LONG'?"),
        ("Dataflow", "anny(d.isPII for d in target.data)", "unknown function 'anny', column 1; did you mean 'any'?"),
        ("Dataflow", "target.oneOf", "the predicate oneOf must be called, column 8"),
        ("Dataflow", "'ä' != target.protocl", "column 15; did you mean 'protocol'?"),
        (
            "Server",
            "target.hasDataLeaks()",
            "hasDataLeaks does not fit here: unknown attribute 'source' of Server, column 8",
        ),
    ],
)
def test_a_wrong_name_is_refused_with_the_nearest(targets: str, source: str, error: str) -> None:
    """What, where, and what was probably meant."""
    with pytest.raises(ConditionError) as caught:
        bind(source, *targets.split())
    assert str(caught.value).endswith(error)


def test_no_hint_where_nothing_is_near() -> None:
    """A hint that has nothing to do with the name would mislead."""
    with pytest.raises(ConditionError) as caught:
        bind("target.zzzzzz", "Server")
    assert caught.value.hint is None


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("target.protocol == 'HTTP' and not target.controls.isEncrypted", ["protocol", "controls.isEncrypted"]),
        ("target.sink.isSQL", ["sink.isSQL"]),
        ("any(d.isPII for d in target.data)", ["data", "data[].isPII"]),
        ("target.inBoundary is None", ["inBoundary"]),
        ("target.sink.inBoundary.name == 'DMZ'", ["sink.inBoundary.name"]),
        (
            "any(f.tlsVersion < target.tlsVersion for f in target.sink.inputs for d in f.data if d.isPII)",
            ["sink.inputs[].data", "sink.inputs[].data[].isPII", "sink.inputs[].tlsVersion", "tlsVersion"],
        ),
        ("len(target.sink.inputs) > 1", ["sink.inputs"]),
        (
            "target.hasDataLeaks()",
            [
                "data",
                "data[].classification",
                "source.maxClassification",
                "sink.maxClassification",
                "maxClassification",
            ],
        ),
        ("target.protocol == 'a' or target.protocol == 'b'", ["protocol"]),
        ("target.source.inside(Boundary)", ["source"]),
    ],
)
def test_reads_are_the_dotted_paths_in_order(source: str, reads: list[str]) -> None:
    """Fields, data, and relations whose own value counts."""
    assert list(bind(source).reads) == reads


def test_a_field_of_one_target_kind_is_enough() -> None:
    """A rule for servers and flows may read what only flows have."""
    assert bind("target.tlsVersion == TLSVersion.NONE", "Server", "Dataflow").reads == ("tlsVersion",)
    with pytest.raises(ConditionError, match="unknown attribute 'tlsVersion' of Server"):
        bind("target.tlsVersion == TLSVersion.NONE", "Server")


def test_special_cases_of_a_target_kind_count() -> None:
    """A rule for all assets may ask what only servers have; the others lack it."""
    assert bind("target.usesXMLParser", "Asset").reads == ("usesXMLParser",)


def test_fields_of_packs_are_bound_like_others() -> None:
    """Also controls, which stand under `controls`."""
    declared = [
        DeclaredField("rendersMarkdown", ("Server",), "bool", "fact", "It renders Markdown."),
        DeclaredField("sanitizesMarkdown", ("Server",), "bool", "control", "Markdown is cleaned."),
    ]
    source = "target.rendersMarkdown and not target.controls.sanitizesMarkdown"
    with pytest.raises(ConditionError, match="unknown attribute 'rendersMarkdown' of Server"):
        bind(source, "Server")
    bound = bind(source, "Server", vocabulary=VOCABULARY.extended(declared))
    assert bound.reads == ("rendersMarkdown", "controls.sanitizesMarkdown")


def test_the_source_is_written_in_one_way() -> None:
    """Quotes and spaces of the author do not count."""
    assert bind('target.protocol  ==  "HTTP"').source == "target.protocol == 'HTTP'"


def test_equal_conditions_are_equal_whatever_they_were_bound_for() -> None:
    """Shared work of several rules is found by that."""
    one = bind("any(d.isPII for d in target.data)", "Dataflow")
    other = bind("any(item.isPII for item in target.data)", "Dataflow", "Server")
    assert one.tree == other.tree
    assert hash(one.tree) == hash(other.tree)


@pytest.mark.parametrize(
    "source",
    [
        "target.implementsNonce is False and any(d.format == 'JSON' for d in target.data)",
        "target.noSuchThing",
        "not target.noSuchThing",
        "target.noSuchThing.deeper == 3",
        "target.noSuchThing in ('a', 'b') or True",
        "any(x.isPII for x in target.noSuchThing)",
        "target.isResponse is False and target.noSuchThing is False",
        "any(d.isPII or d.noSuchThing for d in target.data)",
        "target.source.inside(target.noSuchThing) or True",
        "target.noSuchThing.inside(Boundary) or True",
        "Lifetime.FOREVER == Lifetime.LONG or True",
        "target.checkTLSVersion(target.noSuchThing) or True",
        "len(target.noSuchThing) == 0",
        "target.noSuchThing[0].isPII or True",
        "1 < 2 < target.noSuchThing or True",
        "sum(d.noSuchThing for d in target.data) == 0",
    ],
)
def test_leniently_an_undeclared_attribute_ends_the_condition_as_false(source: str) -> None:
    """As in pytm, where it raises AttributeError inside of the rule."""
    record = flow(data=(Record("Data"),))
    compiled = built(source, lenient=True)
    assert compiled.holds(record) is False
    assert compiled.traced(record, getattr) is False
    compiled.signature(record)


@pytest.mark.parametrize(
    "source",
    [
        "not target.sink.isSQL",
        "not target.sink.hasDataLeaks()",
        "not target.responseTo.isResponse",
        "target.responseTo.protocol != 'HTTP' or True",
        "not any(data.isPII for data in target.responseTo.data)",
        "not target.inBoundary.inside(Boundary)",
        "target.data[7].isPII is False or True",
        "min(data.classification for data in target.data) < Classification.SECRET or True",
    ],
)
def test_leniently_a_read_of_what_is_not_there_ends_the_condition_as_false(source: str) -> None:
    """The sink is no datastore, the flow answers nothing; strictly, such a read alone counts as false."""
    record = flow()
    compiled = built(source, lenient=True)
    assert compiled.holds(record) is False
    assert compiled.traced(record, getattr) is False


def test_an_undeclared_attribute_that_is_not_reached_does_no_harm() -> None:
    """The order of evaluation is Python's."""
    compiled = built("target.isResponse is False or target.noSuchThing", lenient=True)
    assert compiled.holds(flow()) is True
    assert compiled.holds(flow(isResponse=True)) is False


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("getattr(target, 'protocol', 'none') == 'HTTP'", True),
        ("getattr(target, 'protocol') == 'HTTP'", True),
        ("getattr(target.sink, 'isAdmin', True)", True),
        ("getattr(target.sink, 'noSuchThing', 'x') == 'x'", True),
        ("getattr(getattr(target, 'sink', None), 'isSQL', False)", True),
        ("any(d.isPII for d in getattr(target, 'data', []))", True),
        ("any(d for d in getattr(target, 'nothing', ()))", False),
        ("target.data[0].isPII and target.data[-1].isPII", True),
        ("target.data[7].isPII", False),
        ("target.protocol[0] == 'H'", True),
        ("any([d.isPII for d in target.data])", True),
        ("len([d for d in target.data if d.isPII]) == 1", True),
        ("any(target.data)", True),
        ("any(target.responseTo.data)", False),
        ("all(target.sink.inputs)", True),
        ("any(any(d.sink.inputs) for d in target.sink.inputs)", False),
        ("target.protocol is 'HTTP' and target.dstPort is not 80", True),
        ("target.protocol in 'HTTP HTTPS'", True),
    ],
)
def test_what_only_pytms_files_may_use(source: str, expected: bool) -> None:
    """`getattr`, constant subscripts, list comprehensions, `is` between texts."""
    record = flow(protocol="HTTP", data=(Record("Data", isPII=True),))
    assert built(source, lenient=True).holds(record) is expected
    assert built(source, lenient=True).traced(record, getattr) is expected
    built(source, lenient=True).signature(record)


@pytest.mark.parametrize(
    "source",
    [
        "target.usesEnvironmentVariables is True and target.controls.sanitizesInput is False",
        "(target.protocol == 'HTTP' or target.usesVPN is False) and target.usesSessionTokens is True",
        "not target.controls.isEncrypted or (target.source.inScope and not target.isResponse)",
        "target.checkTLSVersion(target.inputs) and (not target.controls.authorizesSource)",
        "(target.hasDataLeaks() or any(d.isCredentials or d.isPII for d in target.data))",
        "any(d.credentialsLife in (Lifetime.UNKNOWN, Lifetime.LONG) for d in target.data)",
        "target.controls.usesEncryptionAlgorithm != 'RSA' and target.protocol =='HTTP'",
        "target.tlsVersion < target.sink.minTLSVersion",
        "target.oneOf(Server, Datastore) and target.inBoundary is not None",
        "target.sink.controls.providesIntegrity is False and target.crosses(Boundary)",
    ],
)
def test_the_shapes_of_pytms_rules_are_read(source: str) -> None:
    """Rules for several kinds at once, as in pytm's own file."""
    record = flow()
    compiled = built(source, "Dataflow", "Server", lenient=True)
    assert compiled.holds(record) is compiled.traced(record, getattr)


def test_unknown_targets_have_no_fields() -> None:
    """The reader of packs refuses them; here nothing is found."""
    with pytest.raises(ConditionError, match="unknown attribute 'name' of Sever"):
        resolve(parse("target.name"), ("Sever",), VOCABULARY)
