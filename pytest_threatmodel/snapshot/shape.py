"""The shape of a snapshot: strings, numbers, lists and dictionaries, so that it crosses processes and is JSON as it is.

The JSON report is a snapshot; `docs/reference/report.schema.json` says the same for other programs. `VERSION` changes
its first number when a key changes its meaning or goes, and its second when keys are added.
"""

from __future__ import annotations

from typing import Any
from typing import Final
from typing import Literal
from typing import NotRequired
from typing import TypedDict

VERSION: Final = "1.1"

#: What became of a pair in this run. `not run`: it was not selected, or the run ended before it.
OutcomeWord = Literal["passed", "failed", "xfailed", "xpassed", "skipped", "not run"]


class PackShape(TypedDict):
    """A threat pack that was in use.

    Args:
        name: short name.
        title: what it is about.
        version: empty where the pack has none.
        threats: how many it holds.
        extends: names of the packs whose threats it may override; left out where there are none.
    """

    name: str
    title: str
    version: str
    threats: int
    extends: NotRequired[list[str]]


class ThreatShape(TypedDict):
    """A threat that met some element.

    Args:
        id: unique in the snapshot.
        pack: name of its pack.
        title: one line.
        description, mitigation, example, prerequisites: prose, may be empty; plain text, never markup.
        condition: the rule, on one line.
        severity: its own, before anything adjusts it.
        likelihood: empty where the pack does not say.
        stride: words, as in "information disclosure".
        cwe, capec: numbers.
        owasp: items with edition, "A01:2025".
        asvs: requirements of OWASP's Application Security Verification Standard, "v5.0.0-1.2.5".
        references: links and titles; from other people's packs, so never trusted as links.
        targets: kinds.
        rationale: why it is that bad and that likely; left out where the pack does not say.
        linddun: types of threat to privacy, "linking"; left out where there are none.
        attack: techniques of ATT&CK and ATLAS, "T1552.005"; left out where there are none.
        overridden: what packs that extend its own changed about it; left out where none did.
    """

    id: str
    pack: str
    title: str
    description: str
    mitigation: str
    example: str
    prerequisites: str
    condition: str
    severity: str
    likelihood: str
    stride: list[str]
    cwe: list[int]
    capec: list[int]
    owasp: list[str]
    asvs: list[str]
    references: list[str]
    targets: list[str]
    rationale: NotRequired[str]
    linddun: NotRequired[list[str]]
    attack: NotRequired[list[str]]
    overridden: NotRequired[list[OverriddenShape]]


class OverriddenShape(TypedDict):
    """One key of a threat that a pack changed.

    Args:
        key: of the threat: "severity", "condition".
        before: what the threat's own pack says, as text.
        after: what counts, as text.
        pack: name of the pack that changed it.
        reason: why.
        file, line: where that stands; the line is 0 where it is not known.
    """

    key: str
    before: str
    after: str
    pack: str
    reason: str
    file: str
    line: int


class FieldShape(TypedDict):
    """A field of a kind.

    Args:
        role: "fact", "control" or "protection".
        type: "bool", "int", "text", a kind, "list of Data" ...
        default: the value while nobody said anything, as in `ElementShape.values`.
        doc: one sentence.
    """

    role: str
    type: str
    default: Any
    doc: str


class KindShape(TypedDict):
    """A kind of element that the model uses, and `Controls`.

    Args:
        kinds: the kind and all that it is a special case of, nearest first.
        fields: name -> field.
    """

    kinds: list[str]
    fields: dict[str, FieldShape]


class OriginShape(TypedDict):
    """Where a value comes from.

    Args:
        file: that states it, as `ElementShape.file`; empty where it is not known.
        line: in it, counted from 1; 0 where it is not known.
        owner: the element that it was inherited from; empty where the author stated it here.
        field: of that element.
    """

    file: str
    line: int
    owner: str
    field: str


class ElementShape(TypedDict):
    """A part of the system, boundaries and data included, in or out of scope.

    Args:
        label: names it; unique in the snapshot. All relations are labels.
        name: as the author wrote it: any character, any length.
        kind: key of `Snapshot.kinds`.
        description: may be empty.
        in_scope: whether threats against it are looked at.
        file, line: of the line that makes it; the file relative to the root, with slashes.
        boundary: label of the innermost boundary around it, or None.
        levels: on which it is drawn.
        values: field -> value where it is not the field's default. Enumerations are their names, relations labels, or
            lists of labels. Read it by `read.value`.
        controls: the same for its controls.
        origins: field, or "controls." and control -> where the value comes from; unstated fields have none.
        sensitivity: the most sensitive class of the data that it is, carries or processes; "UNKNOWN" without any.
        flow: what only flows have, or None.
    """

    label: str
    name: str
    kind: str
    description: str
    in_scope: bool
    file: str
    line: int
    boundary: str | None
    levels: list[int]
    values: dict[str, Any]
    controls: dict[str, Any]
    origins: dict[str, OriginShape]
    sensitivity: str
    flow: FlowShape | None


class FlowShape(TypedDict):
    """What only flows have.

    Args:
        source, sink: labels.
        order: its number in the sequence, as stated or, where the model `isOrdered`, as counted; -1 for none.
        protocol: may be empty.
        port: at the sink, -1 where nobody said.
        encrypted: whether what it carries is protected in transit: by protocol, TLS, VPN or a control.
        is_response: whether it answers another flow.
        response_to: label of the flow that it answers, or None.
        response: label of the flow that answers it, or None.
        data: labels.
        note: a remark, may be empty and have several lines.
        crosses: labels of the boundaries that it enters or leaves.
    """

    source: str
    sink: str
    order: int
    protocol: str
    port: int
    encrypted: bool
    is_response: bool
    response_to: str | None
    response: str | None
    data: list[str]
    note: str
    crosses: list[str]


class FactShape(TypedDict):
    """A value that a condition read.

    Args:
        element: label of the element that it belongs to.
        field: dotted, "controls.isEncrypted".
        value: as text, as an author would write it.
        origin: "stated in line 12", "never stated".
    """

    element: str
    field: str
    value: str
    origin: str


class PartShape(TypedDict):
    """One part of a condition.

    Args:
        joiner: "and", "or" or "".
        text: source.
        holds: whether it is true.
        facts: what it read.
        witness: label of the element that makes an `any` true which reads no field, such as a flow that crosses a
            boundary; left out elsewhere.
    """

    joiner: str
    text: str
    holds: bool
    facts: list[FactShape]
    witness: NotRequired[str]


class PairShape(TypedDict):
    """One threat on one element. Keys that have nothing to say are left out, but for those that are always there.

    Args:
        id: the end of its node id, "DE01[Place order]"; the whole one is `f"{snapshot['model']['nodeid']}::{id}"`.
        threat: id of the threat.
        element: label of the element.
        verdict: "vulnerable", "mitigated", "undetermined", "not-applicable" or "error".
        severity: that counts here.
        judged: what the gate says, whether the pair ran or not: "failed", "xfailed", "skipped" or "passed".
        outcome: what became of it in this run.
        decision: index in `Snapshot.decisions`, or None. It may have lapsed: then `judged` is "failed".
        decided: the status of that decision, if there is one.
        reason: why it was judged so, where that is not plain from the verdict.
        new_rule: the day from which it fails, where it passes only because its threat is new: "2026-12-24".
        severity_why: why the severity is not the threat's own.
        likelihood, cvss, response: what the element overrides.
        why: the parts of the condition that decided.
        fixes: the smallest changes that would close a finding, each as text.
        corrections: single facts that would close it if what is said about them is untrue, each as text.
        mitigated_by: the minimal sets that carry a mitigation, each as text.
        controls: the fields in those sets, each once: label of the element, dot, dotted field.
        unstated: the facts that could make it vulnerable, each as text.
        evidence: which controls no test proves and why, each as text, where the mitigation does not hold without them.
            Where proof is required the verdict is then "vulnerable".
        error: what went wrong in the rule.
    """

    id: str
    threat: str
    element: str
    verdict: str
    severity: str
    judged: str
    outcome: OutcomeWord
    decision: int | None
    decided: NotRequired[str]
    reason: NotRequired[str]
    new_rule: NotRequired[str]
    severity_why: NotRequired[str]
    likelihood: NotRequired[str]
    cvss: NotRequired[str]
    response: NotRequired[str]
    why: NotRequired[list[PartShape]]
    fixes: NotRequired[list[str]]
    corrections: NotRequired[list[str]]
    mitigated_by: NotRequired[list[str]]
    controls: NotRequired[list[str]]
    unstated: NotRequired[list[str]]
    evidence: NotRequired[list[str]]
    error: NotRequired[str]


class DecisionShape(TypedDict):
    """What somebody decided.

    Args:
        status: "accepted", "transferred", "false-positive", "mitigated-elsewhere", "not-applicable", "excluded", or
            "open": known, and to be fixed.
        threats: ids or patterns.
        element: label or pattern.
        reason: why.
        owner, ticket: may be empty.
        until: "2027-06-30", or empty.
        facts: dotted field -> value as text, as it was when the decision was made.
        expired: whether its last day was over.
        file, line: where it is written.
        spelled: as it is written, `accept("DE01")`.
        source: where decisions of its sort are written: "model", "import" or "register".
        since: the day on which it was made, as it says itself; may be empty.
        commit: that last changed its lines; empty where that is not known, or where they are not committed.
        decided: the day of that commit (UTC), "uncommitted", or empty where it is not known.
    """

    status: str
    threats: list[str]
    element: str
    reason: str
    owner: str
    ticket: str
    until: str
    facts: dict[str, str]
    expired: bool
    file: str
    line: int
    spelled: str
    source: str
    since: str
    commit: str
    decided: str


class AssumptionShape(TypedDict):
    """Something that the model takes for granted.

    Args:
        name: what.
        description: more, may be empty.
        exclude: ids or patterns of the threats that need no answer because of it.
    """

    name: str
    description: str
    exclude: list[str]


class ModelShape(TypedDict):
    """The model as a whole.

    Args:
        name: as the author wrote it.
        description: may be empty.
        file: relative to the root, with slashes.
        line: where the model is made.
        nodeid: of the file, as pytest spells it.
        is_ordered: flows without an order are numbered as they are written.
        merge_responses: a response is drawn together with its request.
        assumptions: of the model and its elements.
    """

    name: str
    description: str
    file: str
    line: int
    nodeid: str
    is_ordered: bool
    merge_responses: bool
    assumptions: list[AssumptionShape]


class ComparedShape(TypedDict):
    """A finding of this run or of an earlier one.

    Args:
        pair: its name, "DE01[Place order]".
        threat: id of the threat.
        element: label of the element.
        severity: that counts now; of what is resolved, that counted then.
        why: what changed, or since when it exists; may be empty.
    """

    pair: str
    threat: str
    element: str
    severity: str
    why: str


class ComparisonShape(TypedDict):
    """The findings beside those of earlier runs.

    Args:
        against: the newest run that had the model, for people; empty where none had, and every finding is new.
        new: not there before.
        worsened: there before, and worse now.
        unchanged: there before.
        resolved: there before, and not now.
        new_rules: of threats that were not in the library before.
    """

    against: str
    new: list[ComparedShape]
    worsened: list[ComparedShape]
    unchanged: list[ComparedShape]
    resolved: list[ComparedShape]
    new_rules: list[ComparedShape]


class RunShape(TypedDict):
    """The run.

    Args:
        created: "2026-11-24T09:30:00Z"; of SOURCE_DATE_EPOCH where that is set.
        commit: of the repository that the model file is in; empty where there is none.
        dirty: whether tracked files differ from that commit.
        version: of pytest-threatmodel.
        fail_on: the lowest severity that fails; then those of folders and packs, "high, pack:llm=low".
        today: by which decisions expire, "2026-11-24".
        expiry_notice: decisions that end within so many days are told.
        interrupted: why the run ended before its last test; empty where it did not.
    """

    created: str
    commit: str
    dirty: bool
    version: str
    fail_on: str
    today: str
    expiry_notice: int
    interrupted: str


class WeakeningShape(TypedDict):
    """One thing because of which less fails than the threat packs ask for.

    Args:
        sort: "excluded" by a decision, element "out of scope", severity "lowered" by an override, finding that
            "passes the gate" or is of a "new rule", "marked" by pytest's own marks, "fail-on" above info, "check" of
            decisions that does less than by default, "day" that was given, "deselected" by an option, shipped pack
            "left out" or "replaced", rule "overridden" by a pack.
        what: the decision, element, pair, option or pack.
        reason: why, as its author says; empty where nobody said.
        pairs: on how many pairs it counts, 0 where that is not counted.
        file: where it is written; empty for what holds for a whole run.
        line: counted from 1; 0 without a file.
    """

    sort: str
    what: str
    reason: str
    pairs: int
    file: str
    line: int


class ChangeShape(TypedDict):
    """A value of one field.

    Args:
        element: label.
        field: dotted, "controls.isEncrypted".
        value: as text, as an author would write it.
    """

    element: str
    field: str
    value: str


class ImprovementShape(TypedDict):
    """What would close open findings.

    Args:
        changes: one, or several that are needed together.
        text: the same and what it does, in words.
        closes: ids of the pairs that are no findings then; each improvement counts what those before it left.
        opens: ids of the pairs that become findings.
        worst: the worst severity among those that it closes.
        of_worst: how many of them have it.
    """

    changes: list[ChangeShape]
    text: str
    closes: list[str]
    opens: list[str]
    worst: str
    of_worst: int


class IdleControlShape(ChangeShape):
    """A control that is claimed and on which no verdict rests.

    Args:
        element: label.
        field: dotted, "controls.isEncrypted".
        value: that is claimed, as text.
        redundant: others hold off what it holds off; where False, it holds off nothing at all.
        beside: those others, in words, as the first pair has them; may be empty.
    """

    redundant: bool
    beside: str


class ProofShape(TypedDict):
    """What tests say of one control that carries mitigations.

    Args:
        element: label.
        control: name.
        state: "proven", "unproven", or "away" where its tests were not selected.
        why: what is missing; empty where it is proven.
        tests: node ids of the tests that say they prove it.
    """

    element: str
    control: str
    state: str
    why: str
    tests: list[str]


class Snapshot(TypedDict):
    """One model's run.

    Args:
        version: of this shape.
        redacted: always False here; a report that leaves counts only says True and has `totals` only.
        run: when and on what.
        model: as a whole.
        packs: in the order of the library.
        threats: those that met some element, in the order of the library.
        kinds: name -> kind, for every kind in use and for `Controls`.
        elements: as created.
        pairs: elements as created, threats as in the library; elements in scope only.
        decisions: that were made.
        problems: what is wrong with decisions, or violates the policy, each a sentence.
        weakenings: what makes the gate weaker than the threat packs ask for.
        notices: what else people should know, each a sentence.
        comparison: with earlier runs; left out where nothing was compared.
        improvements: the changes that would close most open findings, the best first, at most 20; only in reports with
            reasons.
        idle_controls: claimed controls on which no verdict rests, in the order of the elements; only in reports with
            reasons.
        proofs: of the controls that carry mitigations; left out where evidence is off.
    """

    version: str
    redacted: bool
    run: RunShape
    model: ModelShape
    packs: list[PackShape]
    threats: list[ThreatShape]
    kinds: dict[str, KindShape]
    elements: list[ElementShape]
    pairs: list[PairShape]
    decisions: list[DecisionShape]
    problems: list[str]
    weakenings: list[WeakeningShape]
    notices: list[str]
    comparison: NotRequired[ComparisonShape]
    improvements: list[ImprovementShape]
    idle_controls: list[IdleControlShape]
    proofs: NotRequired[list[ProofShape]]
