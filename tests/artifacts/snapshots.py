"""Snapshots for tests: of a model given as text, of a system that shows everything, and of hostile names."""

from __future__ import annotations

from datetime import date
from textwrap import dedent
from typing import TYPE_CHECKING

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.decisions.decide import decide
from pytest_threatmodel.decisions.gate import Gate
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.library.threat import parse_severity
from pytest_threatmodel.model.loading import load_model
from pytest_threatmodel.snapshot.build import Circumstances
from pytest_threatmodel.snapshot.build import snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_threatmodel.snapshot.shape import Snapshot

TODAY = date(2026, 11, 24)

#: A system with everything that diagrams and reports can show.
BANK = """
from pytest_threatmodel import *

tm = TM(
    "Bank",
    description="Accounts of customers, and an assistant that answers them",
    isOrdered=True,
    mergeResponses=True,
    assumptions=[Assumption("The provider patches the hosts", exclude=["HA01"], description="Stated in the contract.")],
)
internet = Boundary("Internet")
cloud = Boundary("Cloud")
dmz = Boundary("DMZ", inBoundary=cloud)
vault = Boundary("Vault", inBoundary=cloud)

customer = Actor("Customer", inBoundary=internet)
credit = ExternalEntity("Credit agency", inBoundary=internet)
web = Server("Web Server", inBoundary=dmz, usesSessionTokens=True, sourceFiles=["web/app.py"])
web.controls.validatesInput = True
jobs = Process("Interest job", inBoundary=vault)
fleet = SetOfProcesses("Workers", inBoundary=vault)
mailer = Lambda("Mailer", inBoundary=cloud)
llm = LLM("Assistant", inBoundary=cloud, processesPersonalData=True)
agent = Agent("Broker agent", inBoundary=cloud, usesExternalTools=True)
accounts = Datastore("Accounts", inBoundary=vault, isSQL=True, storesPII=True)
old = Datastore("Archive", inBoundary=vault, inScope=False, levels=[1])

card = Data("Card number", classification="SECRET", isPII=True)
password = Data("Password", classification="SENSITIVE", isCredentials=True, credentialsLife="LONG")

login = Dataflow(customer, web, "Log in", protocol="HTTPS", dstPort=443, data=[password], note="Twice a day\\nat most")
welcome = Dataflow(web, customer, "Welcome", responseTo=login)
transfer = Dataflow(customer, web, "Transfer", protocol="HTTP", dstPort=80, data=[card])
query = Dataflow(web, accounts, "Look up", protocol="PostgreSQL", dstPort=5432, data=[card])
rows = Dataflow(accounts, web, "Rows", responseTo=query)
score = Dataflow(web, credit, "Score", protocol="HTTPS", tlsVersion="TLSv13", data=[card])
tidy = Dataflow(jobs, jobs, "Tidy up")
ask = Dataflow(web, llm, "Ask", protocol="HTTPS")
act = Dataflow(llm, agent, "Act")
mail = Dataflow(fleet, mailer, "Send mail", protocol="AMQP")
keep = Dataflow(accounts, old, "Archive rows", usesVPN=True)

transfer.marks = [
    accept("DE01", reason="being replaced", owner="payments", until="2027-06-30", ticket="PAY-7"),
]
web.overrides = [Finding(threat_id="AA04", severity="critical", cvss="9.1", response="accepted")]
pytestmark = [
    exclude("LB03", reason="the mailer touches a fixed number of rows"),
    accept("DO0*", element="Interest job", reason="late", owner="jobs", until="2026-01-31"),
]
"""

#: Names that break formats: each is used as the name of an element, of data, of a flow, and in prose.
HOSTILE_NAMES = (
    "quote \" and ' and `tick`",
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "a]]>b & c; &lt; &#x41;",
    "line\\nbreak \\r\\n and \\t tab",
    "back\\\\slash \\\\N \\\\G \\\\l {a|b} <f0>",
    "@enduml\\n@startuml",
    "pipe | pipe || `code` *bold* _it_ ~~x~~ [link](javascript:alert(1)) <!-- c -->",
    "=cmd|' /C calc'!A0",
    "+1-1@SUM(A1)",
    "../../../etc/passwd",
    "nul \\x00 bell \\x07 esc \\x1b[31m",
    "rtl \\u202e gnitset \\u2066 zero\\u200bwidth",
    "lone \\udc80 surrogate",
    "end\\nnote\\nparticipant x",
    "{{ 7 * 7 }} {% raw %} {tm.name} {elements:repeat:{item.name}}",
    "%%{init: {'theme':'dark'}}%% ; # comment",
    "emoji \\U0001f600 ümläut 漢字",
    "   ",
)


def hostile_model() -> str:
    """A model in which every name is hostile, one of them 10,000 characters long."""
    names = [name for name in HOSTILE_NAMES if name.strip()]
    lines = [
        "from pytest_threatmodel import *",
        f'tm = TM("{_quoted(names[1])}", description="{_quoted(" ".join(names))}")',
        f"names = [{', '.join(_literal(name) for name in names)}, 'x' * 10_000, 'word ' * 2_000]",
        "zones, servers = [], []",
        "for name in names:",
        "    zone = Boundary(name, inBoundary=zones[-1] if zones else None)",
        "    server = Server(name, inBoundary=zone, description=name, OS=name, usesCache=True)",
        "    data = Data(name, description=name, isPII=True)",
        "    if servers:",
        "        flow = Dataflow(servers[-1], server, name, protocol=name, note=name, data=[data])",
        "        flow.marks = [accept('*', reason='because ' + name, owner='o ' + name, ticket='t ' + name)]",
        "    zones.append(zone)",
        "    servers.append(server)",
        "Dataflow(servers[0], servers[0], names[0] + ' self')",
    ]
    return "\n".join(lines)


def _literal(name: str) -> str:
    return f'"{_quoted(name)}"'


def _quoted(name: str) -> str:
    # The backslashes of the table are Python's already.
    return name.replace('"', '\\"')


def snapshot_of(source: str, folder: Path, *, explained: bool = True, fail_on: str = "info") -> Snapshot:
    """The snapshot of a model given as text, with the pack core, as of `TODAY`.

    Args:
        source: the model file.
        folder: an empty one, which becomes the root.
        explained: with the reasons of every pair.
        fail_on: the lowest severity that fails.
    """
    path = folder / "threatmodel_sample.py"
    path.write_text(dedent(source), encoding="utf-8")
    library = load_library(["core"])
    loaded = load_model(path, library.vocabulary.declared, None)
    verdicts = evaluate(loaded.model, library)
    decided = decide(
        verdicts, getattr(loaded.module, "pytestmark", []), Ground(TODAY, Gate(parse_severity(fail_on))), str(path)
    )
    about = Circumstances(
        root=folder,
        nodeid=path.name,
        today=TODAY,
        run={
            "created": "2026-11-24T09:30:00Z",
            "commit": "0123456789abcdef0123456789abcdef01234567",
            "dirty": False,
            "version": "0.2.0",
            "fail_on": fail_on,
            "today": TODAY.isoformat(),
            "expiry_notice": 30,
            "interrupted": "",
        },
        gate=Gate(parse_severity(fail_on)),
    )
    return snapshot(verdicts, decided, about, explained=explained)
