"""Every public name of pytm 0.8 to 1.4.0 with its status; `docs/coming_from_pytm.md` holds the same table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from typing import Literal

Status = Literal["works", "differs", "nothing", "absent"]


@dataclass(frozen=True, slots=True)
class Name:
    """A name of pytm.

    Args:
        name: as scripts write it, with the class in front of what stands on its objects.
        status: it works; it works and means something else in part; it does nothing here; it is absent.
        remark: in what it differs, or what to write instead.
    """

    name: str
    status: Status
    remark: str = ""


def _works(*names: str) -> list[Name]:
    return [Name(name, "works") for name in names]


#: What `from pytm import *` gives in one version or another.
STARRED: Final = (
    "Action",
    "Actor",
    "Agent",
    "Assumption",
    "Boundary",
    "Classification",
    "Controls",
    "Data",
    "Dataflow",
    "Datastore",
    "DatastoreType",
    "Element",
    "ExternalEntity",
    "Finding",
    "LLM",
    "Lambda",
    "Lifetime",
    "Process",
    "Server",
    "SetOfProcesses",
    "TLSVersion",
    "TM",
    "Threat",
    "load",
    "loads",
    "var",
)

#: The modules below `pytm` in one version or another.
SUBMODULES: Final = (
    "actor",
    "asset",
    "base",
    "boundary",
    "data",
    "dataflow",
    "datastore",
    "element",
    "enums",
    "finding",
    "flows",
    "json",
    "process",
    "pytm",
    "report_util",
    "threat",
    "tm",
)

NAMES: Final = (
    *_works(*(name for name in STARRED if name not in ("Finding", "Threat", "load", "loads", "var")), "Asset"),
    Name(
        "Finding",
        "differs",
        "`severity`, `cvss`, `likelihood` and `response` count; other texts are kept for `tm.findings`",
    ),
    Name("Threat", "differs", "conditions are read by our language, never run as Python"),
    Name("load", "works", "also in `pytm.json`"),
    Name("loads", "works", "also in `pytm.json`"),
    Name("var", "differs", "may be stated again; the last value counts, as in pytm 1.4.0"),
    *_works(
        "varAction",
        "varAssumption",
        "varAssumptions",
        "varBool",
        "varBoundary",
        "varClassification",
        "varControls",
        "varData",
        "varDatastoreType",
        "varElement",
        "varElements",
        "varFindings",
        "varInt",
        "varInts",
        "varLifetime",
        "varString",
        "varStrings",
        "varTLSVersion",
    ),
    Name("OrderedEnum", "works", "the base of the enumerations that have an order"),
    Name("UIError", "differs", "there to be caught; nothing raises it"),
    Name("ReportUtils", "works", "in `pytm.report_util`"),
    Name("req_reply", "works", "in `pytm.flows`"),
    Name("reply", "works", "in `pytm.flows`"),
    Name("TM.process", "nothing", "pytest does what it does"),
    Name("TM.reset", "works", "a model that it drops is told of"),
    Name("TM.check", "differs", "raises one error with everything that is wrong"),
    Name("TM.resolve", "works"),
    Name("TM.findings", "differs", "what applies, without pairs that an override alone adds"),
    Name("TM.excluded_findings", "works"),
    Name("TM.dfd", "differs", "our diagram; of the options `levels` counts"),
    Name("TM.seq", "differs", "our diagram"),
    Name("TM.report", "works", "pytm's language and jinja2"),
    Name("TM.sqlDump", "absent", "use `--threatmodel-report=json`"),
    Name("TM.colormap", "nothing", "diagrams are coloured by findings"),
    Name("TM._elements", "differs", "a new list each time; elements join by themselves"),
    Name("TM._flows", "differs", "as `TM._elements`"),
    Name("TM._assets", "differs", "as `TM._elements`"),
    Name("TM._actors", "differs", "as `TM._elements`"),
    Name("TM._boundaries", "differs", "as `TM._elements`"),
    Name("TM._data", "differs", "as `TM._elements`"),
    Name("TM._threats", "works", "the library of the run; the threats of a `threatsFile` come besides"),
    Name("TM._threatsExcluded", "works", "counts as an assumption that excludes"),
    Name("DataSet", "absent", "`data` is a tuple here"),
    Name("SuperFormatter", "absent", "use `tm.report()`"),
    Name("get_args", "absent", "pytest has the options"),
    Name("sev_to_color", "absent", "diagrams are coloured by themselves"),
    Name("serialize", "absent", "use `--threatmodel-report=json`"),
    Name("to_serializable", "absent", "use `--threatmodel-report=json`"),
    Name("encode_threat_data", "absent", "templates are escaped where they are rendered"),
    Name("encode_element_threat_data", "absent", "templates are escaped where they are rendered"),
    Name("ts_element", "absent", "use `--threatmodel-report=json`"),
    Name("ts_tm", "absent", "use `--threatmodel-report=json`"),
    Name("decode", "absent", "use `loads()`"),
    Name("decode_boundaries", "absent", "use `loads()`"),
    Name("decode_elements", "absent", "use `loads()`"),
    Name("decode_flows", "absent", "use `loads()`"),
    Name("pdoc_overrides", "absent", "it makes pytm's own documentation"),
    Name("ControlsType", "absent", "use `Controls`"),
    Name("DF", "absent", "use `Dataflow`"),
    Name("TMModelMetaclass", "absent", "it is part of how pytm works inside"),
    Name("TMState", "absent", "it is part of how pytm works inside"),
    Name("Element.oneOf", "works"),
    Name("Element.inside", "works", "nested boundaries count"),
    Name("Element.enters", "differs", "nested boundaries count"),
    Name("Element.exits", "differs", "nested boundaries count"),
    Name("Element.crosses", "differs", "nested boundaries count"),
    Name("Element.checkTLSVersion", "works"),
    Name("Element.findings", "works", "filled by `tm.resolve()`"),
    Name("Element.overrides", "differs", "an override changes what it states, and adds no finding"),
    Name("Element.assumptions", "works"),
    Name("Element.check", "absent", "`tm.check()` looks at all of them"),
    Name("Element.dfd", "absent", "use `tm.dfd()`"),
    Name("Element.display_name", "absent", "use `name`"),
    Name("Dataflow.hasDataLeaks", "works"),
    Name("Boundary.parents", "works"),
)

#: Names that pytm never had and that scripts import -> what is meant.
NEVER: Final = {
    "AIModel": "LLM",
    "Client": "Actor, ExternalEntity or Process",
    "Component": "Process or Server",
    "DataFlow": "Dataflow",
    "DataStore": "Datastore",
    "Database": "Datastore",
    "Dataset": "Data or Datastore",
    "Entity": "ExternalEntity",
    "External": "ExternalEntity",
    "Flow": "Dataflow",
    "Store": "Datastore",
    "ThreatModel": "TM",
    "TrustBoundary": "Boundary",
    "User": "Actor",
    "WebServer": "Server",
}
