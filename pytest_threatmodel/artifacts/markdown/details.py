"""The parts of the full Markdown report that name things."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Final

from pytest_threatmodel.artifacts.findings import decided_text
from pytest_threatmodel.artifacts.findings import fact_name
from pytest_threatmodel.artifacts.findings import findings
from pytest_threatmodel.artifacts.findings import fixes
from pytest_threatmodel.artifacts.markdown.text import code
from pytest_threatmodel.artifacts.markdown.text import folded
from pytest_threatmodel.artifacts.markdown.text import lines
from pytest_threatmodel.artifacts.markdown.text import prose
from pytest_threatmodel.artifacts.markdown.text import reference
from pytest_threatmodel.artifacts.markdown.text import table
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.read import is_open
from pytest_threatmodel.snapshot.read import status
from pytest_threatmodel.snapshot.read import word
from pytest_threatmodel.snapshot.shape import DecisionShape
from pytest_threatmodel.snapshot.shape import FactShape
from pytest_threatmodel.snapshot.shape import OverriddenShape
from pytest_threatmodel.snapshot.shape import PairShape
from pytest_threatmodel.snapshot.shape import PartShape
from pytest_threatmodel.snapshot.shape import ProofShape
from pytest_threatmodel.snapshot.shape import ThreatShape

#: Longer lists are cut: browsers and comments choke on them, and the other reports have all.
_MOST: Final = 1_000
_MOST_SHOWN: Final = 12
_MOST_FACTS: Final = 6
#: So many threats are named beside a fact that would settle them.
_IDS: Final = 8


def open_findings(reader: Reader) -> Iterator[str]:
    """The findings that wait for an answer, by threat, the worst first; each with why and what to do.

    Args:
        reader: of the snapshot.
    """
    waiting = [pair for pair in findings(reader.snapshot) if is_open(pair)]
    yield f"## Open findings ({len(waiting):,})"
    if not waiting:
        yield "None."
    by_threat: dict[str, list[PairShape]] = {}
    for pair in waiting[:_MOST]:
        by_threat.setdefault(pair["threat"], []).append(pair)
    for threat, pairs in by_threat.items():
        yield from _threat(reader.threats[threat])
        for pair in pairs:
            yield from _finding(pair, reader)
    yield from _more(len(waiting))


def _threat(threat: ThreatShape) -> Iterator[str]:
    yield f"### {code(threat['id'])} {prose(threat['title'])}"
    yield prose(threat["description"])
    if threat["mitigation"]:
        yield f"**Mitigation**: {prose(threat['mitigation'])}"
    for each in threat.get("overridden", []):
        yield _overridden(each)
    kinds = [f"STRIDE {prose(word)}" for word in threat["stride"]]
    kinds += [f"LINDDUN {prose(word)}" for word in threat.get("linddun", [])]
    kinds += [f"CWE-{number}" for number in threat["cwe"]] + [f"CAPEC-{number}" for number in threat["capec"]]
    kinds += [f"{code('ATT&CK')} {code(item)}" for item in threat.get("attack", [])]
    kinds += [f"OWASP {code(item)}" for item in threat["owasp"]] + [f"ASVS {code(item)}" for item in threat["asvs"]]
    if kinds:
        yield f"{', '.join(kinds)}."
    if threat["references"]:
        yield lines(*(f"- {reference(each)}" for each in threat["references"]))


def _overridden(override: OverriddenShape) -> str:
    before = f", not {prose(override['before'])}" if override["before"] else ""
    changed = f"{code(override['key'])} is {prose(override['after'])}{before}"
    return f"Changed by pack {code(override['pack'])}, {prose(override['reason'])}: {changed}"


def _finding(pair: PairShape, reader: Reader) -> Iterator[str]:
    element = reader.elements[pair["element"]]
    ends = "" if element["flow"] is None else f" ({code(element['flow']['source'])} → {code(element['flow']['sink'])})"
    place = code(f"{element['file']}:{element['line']}")
    yield f"#### {pair['severity'].capitalize()}: {prose(element['kind'])} {code(element['label'])}"
    yield lines(*(f"- {text}" for text in (f"At {place}{ends}", *_notes(pair), *_why(pair), *_answers(pair))))


def _notes(pair: PairShape) -> Iterator[str]:
    if pair.get("severity_why"):
        yield f"Rated {pair['severity']}: {prose(pair['severity_why'])}"
    if pair.get("reason"):
        yield f"Judged so because: {prose(pair['reason'])}"
    told = {"Likelihood": pair.get("likelihood"), "CVSS": pair.get("cvss"), "Response": pair.get("response")}
    yield from (f"{name}: {code(value)}" for name, value in told.items() if value)


def _why(pair: PairShape) -> Iterator[str]:
    parts = pair.get("why", [])
    if parts:
        yield lines("Why:", *(f"  - {_part(part, pair)}" for part in parts))


def _part(part: PartShape, pair: PairShape) -> str:
    text = " ".join(filter(None, (part["joiner"], code(part["text"], 240))))
    told = [_fact(fact, pair) for fact in part["facts"][:_MOST_FACTS]]
    if part.get("witness"):
        told.insert(0, code(part["witness"]))
    more = len(part["facts"]) - _MOST_FACTS
    told += [f"{more:,} more"] if more > 0 else []
    return f"{text}: {'; '.join(told)}" if told else text


def _fact(fact: FactShape, pair: PairShape) -> str:
    return f"{code(fact_name(fact, pair))} is {code(fact['value'])}, {prose(fact['origin'])}"


def _answers(pair: PairShape) -> Iterator[str]:
    found = pair.get("fixes", [])
    yield f"Fix: {', or '.join(map(code, found))}" if found else f"Fix: {fixes(pair)}"
    corrections = pair.get("corrections", [])
    if corrections:
        yield f"If untrue, correct: {', or '.join(map(code, corrections))}"
    call = f'accept("{pair["threat"]}", reason=..., owner=..., until=...)'
    yield f"Or decide: {code(call)}"


def decided_sections(reader: Reader) -> Iterator[str]:
    """What people decided, and what the model's controls and facts answer.

    Args:
        reader: of the snapshot.
    """
    by_status: dict[str, list[PairShape]] = {}
    for pair in findings(reader.snapshot):
        by_status.setdefault(status(pair), []).append(pair)
    for pair in reader.snapshot["pairs"]:
        if pair["verdict"] not in ("vulnerable", "not-applicable"):
            by_status.setdefault(pair["verdict"], []).append(pair)
    yield from _section("Known findings", by_status.get("known"), reader, "Decision", _decision)
    yield from _section("Accepted findings", by_status.get("accepted"), reader, "Decision", _decision)
    yield from _section("Excluded findings", by_status.get("excluded"), reader, "Decision", _decision)
    yield from _section("Rule errors", by_status.get("error"), reader, "Error", _error)
    yield from _section("Mitigated", by_status.get("mitigated"), reader, "By", _carried)
    yield from _undetermined(by_status.get("undetermined", []))
    yield from _decisions(reader)
    yield from _evidence(reader)


def _section(
    title: str,
    pairs: list[PairShape] | None,
    reader: Reader,
    column: str,
    cell: Callable[[PairShape, Reader], str],
) -> Iterator[str]:
    if pairs:
        yield f"## {title} ({len(pairs):,})"
        rows = ([*_names(pair, reader), cell(pair, reader)] for pair in pairs[:_MOST])
        texts = [table(["Severity", "Threat", "Element", column], rows), *_more(len(pairs))]
        yield from texts if len(pairs) <= _MOST_SHOWN else folded("All of them", *texts)


def _names(pair: PairShape, reader: Reader) -> list[str]:
    title = reader.threats[pair["threat"]]["title"]
    return [pair["severity"], f"{code(pair['threat'])} {prose(title)}", code(pair["element"])]


def _decision(pair: PairShape, reader: Reader) -> str:
    decision = reader.decision(pair)
    if decision is None:
        return prose(pair.get("reason", ""))
    # The titles of the sections say so of the others.
    told = "" if decision["status"] in ("accepted", "excluded", "open") else f"{word(decision)}: "
    return told + _decided(decision)


def _decided(decision: DecisionShape) -> str:
    place = code(f"{decision['file']}:{decision['line']}")
    return f"{prose(decided_text(decision))} ({place})"


def _error(pair: PairShape, reader: Reader) -> str:
    return prose(pair.get("error", ""), 500)


def _carried(pair: PairShape, reader: Reader) -> str:
    return ", or ".join(map(code, pair.get("mitigated_by", [])))


def _undetermined(pairs: list[PairShape]) -> Iterator[str]:
    """What nobody stated, by element: the pairs of a large library would hide what there is to do."""
    waiting: dict[tuple[str, str], list[str]] = {}
    for pair in pairs:
        for fact in pair.get("unstated") or [""]:
            waiting.setdefault((pair["element"], fact), []).append(pair["threat"])
    if waiting:
        yield f"## Undetermined ({len(pairs):,})"
        rows = [_waiting_row(*each, ids) for each, ids in list(waiting.items())[:_MOST]]
        texts = [table(["Element", "Never stated", "Threats that it would settle"], rows), *_more(len(waiting))]
        yield from texts if len(waiting) <= _MOST_SHOWN else folded("All of them", *texts)


def _waiting_row(element: str, fact: str, ids: list[str]) -> list[str]:
    more = f" and {len(ids) - _IDS} more" if len(ids) > _IDS else ""
    return [code(element), code(fact) if fact else "more than can be named", ", ".join(map(code, ids[:_IDS])) + more]


def _decisions(reader: Reader) -> Iterator[str]:
    decisions = reader.snapshot["decisions"]
    if decisions:
        yield f"## Decisions ({len(decisions):,})"
        yield table(["Status", "Decision", "Element", "Reason"], map(_decision_row, decisions[:_MOST]))
        yield from _more(len(decisions))


def _evidence(reader: Reader) -> Iterator[str]:
    proofs = reader.snapshot.get("proofs", [])
    if proofs:
        proven = sum(each["state"] == "proven" for each in proofs)
        yield f"## Evidence ({proven:,} of {len(proofs):,} proven)"
        rows = [[code(each["element"]), code(each["control"]), _proof(each)] for each in proofs[:_MOST]]
        yield table(["Element", "Control", "Proof"], rows)
        yield from _more(len(proofs))


def _proof(proof: ProofShape) -> str:
    if proof["state"] == "proven":
        return f"proven by {', '.join(map(code, proof['tests'][:_MOST_FACTS]))}"
    return f"none: {prose(proof['why'], 500)}"


def _decision_row(decision: DecisionShape) -> list[str]:
    state = f"{word(decision)}, expired" if decision["expired"] else word(decision)
    return [state, code(decision["spelled"]), code(decision["element"]), _decided(decision)]


def _more(number: int) -> Iterable[str]:
    return [f"And {number - _MOST:,} more, which the JSON report has."] if number > _MOST else []
