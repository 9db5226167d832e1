"""A model with many kinds, as a user writes it; mypy --strict accepts it."""

from __future__ import annotations

from pytest_threatmodel import LLM
from pytest_threatmodel import TM
from pytest_threatmodel import Action
from pytest_threatmodel import Actor
from pytest_threatmodel import Agent
from pytest_threatmodel import Assumption
from pytest_threatmodel import Boundary
from pytest_threatmodel import Classification
from pytest_threatmodel import Controls
from pytest_threatmodel import Data
from pytest_threatmodel import Dataflow
from pytest_threatmodel import Datastore
from pytest_threatmodel import DatastoreType
from pytest_threatmodel import Element
from pytest_threatmodel import ExternalEntity
from pytest_threatmodel import Finding
from pytest_threatmodel import Lambda
from pytest_threatmodel import Lifetime
from pytest_threatmodel import Process
from pytest_threatmodel import Server
from pytest_threatmodel import SetOfProcesses
from pytest_threatmodel import TLSVersion
from pytest_threatmodel import accept
from pytest_threatmodel import control
from pytest_threatmodel import exclude
from pytest_threatmodel import fact
from pytest_threatmodel import protection
from pytest_threatmodel import proven_by


class Portal(Server):
    """An own kind."""

    rendersMarkdown: bool = False
    team: str = "shop"
    isPublic: bool = fact(default=True, doc="Anybody can reach it.")
    checksUploads: bool = control(default=False)
    behindProxy: bool = protection(default=False)


tm = TM(
    "Shop",
    description="Web shop",
    isOrdered=True,
    mergeResponses=True,
    onDuplicates=Action.RESTRICT,
    threatsFile=["extra.json"],
    assumptions=[Assumption("The network is private", exclude=["DE01"])],
)
tm.ignoreUnused = False
tm.onDuplicates = "restrict"
tm.threatsFile = "extra.json"

internet = Boundary("Internet")
dmz = Boundary("DMZ", inBoundary=internet, inScope=False)

card = Data("card number", classification=Classification.SECRET, isPII=True, credentialsLife=Lifetime.LONG)
password = Data("password", classification="secret", credentialsLife="long")

user = Actor("User", inBoundary=internet, isAdmin=False, data=[card, "address"])
web = Server("Web", inBoundary=dmz, OS="Linux", levels=1, sourceFiles="web.py", usesVPN=True, port="443")
portal = Portal("Portal", rendersMarkdown=True, team="portal", isPublic=False, checksUploads=True)
db = Datastore("DB", isSQL=True, type=DatastoreType.SQL, controls={"isEncryptedAtRest": True})
cleaner = Lambda("Cleaner", onAWS=True, environment="Production")
worker = Process("Worker", codeType="Managed")
workers = SetOfProcesses("Workers")
partner = ExternalEntity("Partner", hasPhysicalAccess=True)
model = LLM("Model", isThirdParty=True)
agent = Agent("Agent", usesExternalTools=True)

order = Dataflow(user, web, "Order", protocol="HTTPS", dstPort=443, tlsVersion=TLSVersion.TLSv13, data=card)
query = Dataflow(source=web, sink=db, name="Query", dstPort="3306", tlsVersion="TLSv12", data=["rows", password])
rows = Dataflow(db, web, "Rows", isResponse=True, responseTo=query, marks=[exclude("DE*", reason="loopback")])

web.controls.isHardened = True
web.controls.usesMFA = proven_by("tests/test_login.py::test_second_factor")
web.controls.authenticationScheme = "OIDC"
web.controls = Controls(validatesInput=True, usesMFA=True)
web.levels = [0, 1]
web.data = "text"
web.data = [card, password]
web.inBoundary = None
web.maxClassification = "top_secret"
web.overrides = [Finding(threat_id="AC01", severity="low")]
web.assumptions.append(Assumption("Private"))
query.marks = [accept("DE01", reason="loopback only", owner="shop team", until="2027-06-30", ticket="SHOP-1")]
query.marks.append(accept("DE01", "DE02", element="Query", reason="one host", facts={"protocol": "MySQL"}))
pytestmark = [exclude("LB03", reason="the clean-up touches a fixed number of rows")]

port: int = query.dstPort
name: str = web.name
end: Element = query.sink
secret: bool = card.classification > Classification.PUBLIC
carried: tuple[Data, ...] = order.data
hardened: bool = web.controls.isHardened
markdown: bool = portal.rendersMarkdown
zone: Boundary | None = web.inBoundary
found: Element = tm["Web"]
leaving: list[Dataflow] = [flow for flow in tm.dataflows if flow.exits(dmz, Boundary) and flow.crosses(internet)]
tm.check()
tm.process()
