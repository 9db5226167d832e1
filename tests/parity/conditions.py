"""Conditions and threat files as authors of pytm models write them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.parity.oracle import Oracle

_BOOLEAN_TESTS = ("{}", "not {}", "{} is True", "{} is False", "{} == True", "{} != False")
_TEXT_TESTS = ("{} == 'HTTP'", "{} != 'HTTP'", "{} in ('HTTP', 'SOAP')", "{} not in ('HTTP', 'own')", "not {}")
_BOUNDARIES = ("inside", "enters", "exits", "crosses")
_OTHERS = (
    "target.checkTLSVersion(target.inputs)",
    "target.hasDataLeaks()",
    "target.tlsVersion < target.sink.minTLSVersion",
    "target.tier == 'gold'",
    "not target.tier",
    "target.controls.pinned is True",
    "not target.sink.controls.pinned",
    "'a' in target.zones",
    "any(target.inputs)",
    "not any(target.source.outputs)",
    "all(target.data)",
    "any(any(flow.data) for flow in target.inputs)",
    "len(target.inputs) > 0",
    "len(target.outputs) == 0",
    "target.inBoundary is None",
    "target.inBoundary.inScope",
    "target.source.inBoundary is not target.sink.inBoundary",
    "target.response is None",
    "target.responseTo.controls.isEncrypted",
    "target.isResponse",
    "target.neverHeardOf is True",
    "not target.neverHeardOf",
    "target.controls.neverHeardOf is False",
    "target.maxClassification >= Classification.SECRET",
    "any(flow.tlsVersion < TLSVersion.TLSv12 for flow in target.inputs)",
    "any(data.classification > target.maxClassification for data in target.data)",
    "all(data.isPII for data in target.data)",
    "any(data.credentialsLife in (Lifetime.UNKNOWN, Lifetime.LONG) for data in target.data)",
    "any(data.isStored and not flow.controls.isEncrypted for flow in target.inputs for data in flow.data)",
    "target.source.oneOf(Actor, Process)",
    "target.sink.oneOf(Datastore)",
    "len(target.data) > 1",
    "target.type == DatastoreType.SQL",
    "any(flow.isResponse for flow in target.carriedBy)",
    "len(target.processedBy) > 1",
)


def _read(place: str, names: list[str], tests: tuple[str, ...]) -> st.SearchStrategy[str]:
    reads = st.sampled_from(names).map(lambda name: f"{place}.{name}")
    return st.tuples(st.sampled_from(tests), reads).map(lambda pair: pair[0].format(pair[1]))


def _leaves(oracle: Oracle) -> st.SearchStrategy[str]:
    """Conditions of one test; half of the fields that they read are not there on some target."""

    def names(kinds: list[str], type_: str) -> list[str]:
        skipped = ("is_drawn", "isDestEncryptedAtRest", "isSourceEncryptedAtRest")
        found = {name for kind in kinds for name, is_ in oracle.kinds[kind].items() if is_ == type_}
        return sorted(found.difference(skipped))

    kinds = sorted(set(oracle.kinds) - {"Controls"})
    places = ["target", "target", "target.source", "target.sink"]
    booleans = [_read(place, names(kinds, "bool"), _BOOLEAN_TESTS) for place in places]
    controls = [_read(f"{place}.controls", names(["Controls"], "bool"), _BOOLEAN_TESTS) for place in places]
    texts = _read("target", ["protocol", "environment", "codeType", "OS", "format"], _TEXT_TESTS)
    boundaries = st.sampled_from(_BOUNDARIES).map(lambda name: f"target.{name}(Boundary)")
    return st.one_of(*booleans, *controls, texts, boundaries, st.sampled_from(_OTHERS))


def conditions(oracle: Oracle) -> st.SearchStrategy[str]:
    """Conditions of up to some tests."""
    return st.recursive(
        _leaves(oracle),
        lambda inner: st.one_of(
            inner.map(lambda part: f"not ({part})"),
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda three: f"({' '.join(three)})"),
        ),
        max_leaves=4,
    )


def rules(oracle: Oracle) -> st.SearchStrategy[dict[str, Any]]:
    """Threats of a file, without their ids."""
    kinds = st.sampled_from(sorted(set(oracle.kinds) - {"Controls"}))
    return st.fixed_dictionaries(
        {"condition": conditions(oracle), "description": st.just("It can go wrong")},
        optional={
            "target": st.one_of(kinds, st.lists(kinds, min_size=1, max_size=4, unique=True)),
            "severity": st.sampled_from(["Very High", "Medium", "Low"]),
            "DEPRECATED": st.just(True),
        },
    )
