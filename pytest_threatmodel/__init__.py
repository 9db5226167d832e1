"""Threat modelling that runs where tests run: the names that a model file imports.

Every name is loaded when it is first used, so that importing the package, which pytest does in every run of a project
that has it installed, costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from pytest_threatmodel.decisions.decision import accept as accept
    from pytest_threatmodel.decisions.decision import exclude as exclude
    from pytest_threatmodel.model.controls import Controls as Controls
    from pytest_threatmodel.model.element import Element as Element
    from pytest_threatmodel.model.enums import Action as Action
    from pytest_threatmodel.model.enums import Classification as Classification
    from pytest_threatmodel.model.enums import DatastoreType as DatastoreType
    from pytest_threatmodel.model.enums import Lifetime as Lifetime
    from pytest_threatmodel.model.enums import TLSVersion as TLSVersion
    from pytest_threatmodel.model.fields import control as control
    from pytest_threatmodel.model.fields import fact as fact
    from pytest_threatmodel.model.fields import protection as protection
    from pytest_threatmodel.model.kinds import LLM as LLM
    from pytest_threatmodel.model.kinds import Actor as Actor
    from pytest_threatmodel.model.kinds import Agent as Agent
    from pytest_threatmodel.model.kinds import Asset as Asset
    from pytest_threatmodel.model.kinds import Boundary as Boundary
    from pytest_threatmodel.model.kinds import Data as Data
    from pytest_threatmodel.model.kinds import Dataflow as Dataflow
    from pytest_threatmodel.model.kinds import Datastore as Datastore
    from pytest_threatmodel.model.kinds import ExternalEntity as ExternalEntity
    from pytest_threatmodel.model.kinds import Lambda as Lambda
    from pytest_threatmodel.model.kinds import Process as Process
    from pytest_threatmodel.model.kinds import Server as Server
    from pytest_threatmodel.model.kinds import SetOfProcesses as SetOfProcesses
    from pytest_threatmodel.model.notes import Assumption as Assumption
    from pytest_threatmodel.model.notes import Finding as Finding
    from pytest_threatmodel.model.proven import proven_by as proven_by
    from pytest_threatmodel.plugin.evidence_mark import evidence as evidence
    from pytest_threatmodel.plugin.warnings import ThreatModelWarning as ThreatModelWarning
    from pytest_threatmodel.tm import TM as TM
    from pytest_threatmodel.tm import load as load

_HOMES = {
    "accept": "decisions.decision",
    "exclude": "decisions.decision",
    "Controls": "model.controls",
    **dict.fromkeys(("Action", "Classification", "DatastoreType", "Lifetime", "TLSVersion"), "model.enums"),
    **dict.fromkeys(("control", "fact", "protection"), "model.fields"),
    **dict.fromkeys(("LLM", "Actor", "Agent", "Asset", "Boundary", "Data", "Dataflow", "Datastore"), "model.kinds"),
    "Element": "model.element",
    **dict.fromkeys(("ExternalEntity", "Lambda", "Process", "Server", "SetOfProcesses"), "model.kinds"),
    **dict.fromkeys(("Assumption", "Finding"), "model.notes"),
    "proven_by": "model.proven",
    "evidence": "plugin.evidence_mark",
    "ThreatModelWarning": "plugin.warnings",
    **dict.fromkeys(("TM", "load"), "tm"),
}

__all__ = list(_HOMES)  # the names are the keys of the table above


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{_meant(name)}")
    from importlib import import_module

    # Not kept in globals(): where pytest runs in one process twice, as in tests of plugins, it would be out of date.
    return getattr(import_module(f"{__name__}.{home}"), name)


def _meant(name: str) -> str:
    if name.startswith("__"):
        return ""
    from pytest_threatmodel.model.fields import did_you_mean

    hint = did_you_mean(name, _HOMES)
    return f"; {hint}" if hint else ""


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(_HOMES))
