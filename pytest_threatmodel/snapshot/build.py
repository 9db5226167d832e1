"""Builds the snapshot of one model."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from datetime import date
from pathlib import Path

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.gate import Gate
from pytest_threatmodel.decisions.weakenings import Weakening
from pytest_threatmodel.decisions.weakenings import model_weakenings
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.threat import Override
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.notes import Assumption
from pytest_threatmodel.snapshot.advice import AdviceShapes
from pytest_threatmodel.snapshot.comparison import comparison_shape
from pytest_threatmodel.snapshot.decisions import Decisions
from pytest_threatmodel.snapshot.pairs import Pairs
from pytest_threatmodel.snapshot.shape import VERSION
from pytest_threatmodel.snapshot.shape import AssumptionShape
from pytest_threatmodel.snapshot.shape import ModelShape
from pytest_threatmodel.snapshot.shape import OverriddenShape
from pytest_threatmodel.snapshot.shape import PackShape
from pytest_threatmodel.snapshot.shape import RunShape
from pytest_threatmodel.snapshot.shape import Snapshot
from pytest_threatmodel.snapshot.shape import ThreatShape
from pytest_threatmodel.snapshot.shape import WeakeningShape
from pytest_threatmodel.snapshot.values import Values
from pytest_threatmodel.snapshot.values import kind_shape


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a snapshot says beside the model.

    Args:
        root: to which paths are relative.
        nodeid: of the model file.
        today: by which decisions expire.
        run: when and on what.
        problems: what makes the run fail beside pairs and wrong decisions.
        weakenings: what weakens the gate beside what stands in the model.
        notices: what else people should know, beside what an import left out.
        gate: which findings fail.
    """

    root: Path
    nodeid: str
    today: date
    run: RunShape
    problems: tuple[str, ...] = ()
    weakenings: tuple[Weakening, ...] = ()
    notices: tuple[str, ...] = ()
    gate: Gate = field(default_factory=Gate)


def snapshot(verdicts: Verdicts, decided: Decided, about: Circumstances, *, explained: bool = True) -> Snapshot:
    """The snapshot of a model, before the outcomes of its pairs are known.

    Args:
        verdicts: of the model.
        decided: what was decided about them.
        about: the rest.
        explained: with the reasons of every pair, which take most of the time; or verdicts alone.
    """
    values = Values(verdicts.labels, about.root)
    library = verdicts.rulebook.library
    decisions, advice = Decisions(decided), AdviceShapes(verdicts)
    kinds = dict.fromkeys(element.kind() for element in verdicts.labels.values())
    made: Snapshot = {
        "version": VERSION,
        "redacted": False,
        "run": about.run,
        "model": _model(verdicts.model, about.nodeid, values),
        "packs": _packs(library),
        "threats": _threats(verdicts, values),
        "kinds": {kind: kind_shape(kind, verdicts.rulebook.vocabulary, values) for kind in (*kinds, "Controls")},
        "elements": [values.element(element) for element in verdicts.labels.values()],
        "pairs": list(Pairs(verdicts, decided, decisions, values, explained=explained).all()),
        "decisions": decisions.shapes(about.today, values),
        "problems": [*decided.problems, *decided.unstated[:1], *about.problems],
        "weakenings": [_weakening(each, values) for each in (*model_weakenings(verdicts, decided), *about.weakenings)],
        "notices": [*about.notices, *decided.notices],
        "improvements": advice.improvements(decided, about.gate) if explained else [],
        "idle_controls": advice.idle_controls() if explained else [],
    }
    if decided.comparison is not None:
        made["comparison"] = comparison_shape(decided.comparison)
    return made


def _model(model: Model, nodeid: str, values: Values) -> ModelShape:
    holders: list[Model | Element] = [model, *model.elements]
    return {
        "name": str(model.name),
        "description": str(model.description),
        "file": values.file(model.load.file or model.place.file),
        "line": model.place.line,
        "nodeid": nodeid,
        "is_ordered": model.isOrdered,
        "merge_responses": model.mergeResponses,
        "assumptions": [_assumption(each) for holder in holders for each in holder.assumptions],
    }


def _weakening(each: Weakening, values: Values) -> WeakeningShape:
    return {
        "sort": each.sort,
        "what": each.what,
        "reason": each.reason,
        "pairs": each.pairs,
        "file": "" if each.place is None else values.file(each.place.file),
        "line": 0 if each.place is None else each.place.line,
    }


def _assumption(assumption: Assumption) -> AssumptionShape:
    return {
        "name": assumption.name,
        "description": assumption.description,
        "exclude": list(assumption.exclude),
    }


def _packs(library: Library) -> list[PackShape]:
    return [_pack(pack) for pack in library.packs]


def _pack(pack: Pack) -> PackShape:
    shape: PackShape = {
        "name": pack.name,
        "title": pack.title,
        "version": pack.version,
        "threats": len(pack.threats),
    }
    if pack.extends:
        shape["extends"] = list(pack.extends)
    return shape


def _threats(verdicts: Verdicts, values: Values) -> list[ThreatShape]:
    met = {rule.threat.id for row in verdicts.rows for rule in row.rules}
    return [_threat(threat, values) for threat in verdicts.rulebook.library.threats if threat.id in met]


def _threat(threat: Threat, values: Values) -> ThreatShape:
    shape = _plain_threat(threat)
    if threat.overridden:
        shape["overridden"] = [_overridden(each, values) for each in threat.overridden]
    return shape


def _overridden(override: Override, values: Values) -> OverriddenShape:
    return {
        "key": override.key,
        "before": override.before,
        "after": override.after,
        "pack": override.pack,
        "reason": override.reason,
        "file": values.file(override.file),
        "line": override.line or 0,
    }


def _plain_threat(threat: Threat) -> ThreatShape:
    plain: ThreatShape = {
        "id": threat.id,
        "pack": threat.pack,
        "title": threat.title,
        "description": threat.description,
        "mitigation": threat.mitigation,
        "example": threat.example,
        "prerequisites": threat.prerequisites,
        "condition": " ".join(threat.condition.split()),
        "severity": threat.severity,
        "likelihood": threat.likelihood,
        "stride": list(threat.stride),
        "cwe": list(threat.cwe),
        "capec": list(threat.capec),
        "owasp": list(threat.owasp),
        "asvs": list(threat.asvs),
        "references": list(threat.references),
        "targets": list(threat.targets),
    }
    if threat.rationale:
        plain["rationale"] = threat.rationale
    if threat.linddun:
        plain["linddun"] = list(threat.linddun)
    if threat.attack:
        plain["attack"] = list(threat.attack)
    return plain
