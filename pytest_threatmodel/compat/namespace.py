"""What the names of pytm stand for in one load."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from pytest_threatmodel.compat.finding import Finding
from pytest_threatmodel.compat.flows import reply
from pytest_threatmodel.compat.flows import req_reply
from pytest_threatmodel.compat.json_model import Reader
from pytest_threatmodel.compat.model import model_class
from pytest_threatmodel.compat.names import NAMES
from pytest_threatmodel.compat.names import NEVER
from pytest_threatmodel.compat.report_util import ReportUtils
from pytest_threatmodel.compat.threat import Threat
from pytest_threatmodel.compat.variables import VARIABLES
from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.enums import ENUMS
from pytest_threatmodel.model.enums import Ordered
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.kinds import KINDS
from pytest_threatmodel.model.notes import Assumption

if TYPE_CHECKING:
    from pytest_threatmodel.compat.pytm_file import PytmFile


class UIError(Exception):
    """There to be caught: what pytm raises for files that it cannot open."""


def namespace(pytm: PytmFile) -> dict[str, Any]:
    """The names for one load; the kinds are the same in all of them, the TM is its own."""
    tm = model_class(pytm)
    reader = Reader(tm)
    return {
        **{kind.__name__: kind for kind in KINDS},
        **ENUMS,
        **VARIABLES,
        "Assumption": Assumption,
        "Controls": Controls,
        "Finding": Finding,
        "OrderedEnum": Ordered,
        "ReportUtils": ReportUtils,
        "TM": tm,
        "Threat": Threat,
        "UIError": UIError,
        "load": reader.load,
        "loads": reader.loads,
        "reply": reply,
        "req_reply": req_reply,
    }


def missing(module: str, name: str) -> str:
    """Why there is no such name, and what is meant."""
    text = f"{module} has no name {name!r}"
    absent = {each.name: each.remark for each in NAMES if each.status == "absent"}
    if name in absent:
        return f"{text} here: {absent[name]}"
    if name in NEVER:
        return f"{text}, nor had it ever; meant is {NEVER[name]}"
    hint = did_you_mean(name, (each.name for each in NAMES if each.status != "absent" and "." not in each.name))
    return text if hint is None else f"{text}; {hint}"
