"""The model that `--threatmodel-init` writes."""

from __future__ import annotations

from typing import Final

FIRST_MODEL: Final = '''"""A threat model: what the system is made of. Run it with: pytest --threatmodel"""

from pytest_threatmodel import TM, Actor, Boundary, Data, Dataflow, Datastore, Server

# One file describes one system. Elements join it by themselves.
tm = TM("My system", description="What it does, in a sentence or two")

# Trust boundaries: what is inside trusts each other more than what is outside.
internet = Boundary("Internet")
backend = Boundary("Backend")

# The parts. "pytest --threatmodel-describe=Server" lists what a server can say about itself.
user = Actor("User", inBoundary=internet)
web = Server("Web application", inBoundary=backend)
db = Datastore("Database", inBoundary=backend, isSQL=True)

# What you do against threats stands under controls. Unstated means absent.
web.controls.validatesInput = True
web.controls.usesParameterizedInput = True

# The data, and the flows that carry it.
account = Data("Account", isPII=True, isStored=True)
login = Dataflow(user, web, "Log in", protocol="HTTPS", dstPort=443, data=account)
login.controls.isEncrypted = True
save = Dataflow(web, db, "Save account", protocol="PostgreSQL", dstPort=5432, data=account)

# A failing test is a threat that nobody answers: state the control that answers it, or decide:
#
# from pytest_threatmodel import accept, exclude
# save.marks = [accept("DE01", reason="same host, loopback only", owner="my team", until="2030-12-31")]
# pytestmark = [exclude("DO04", reason="the backup site takes over")]


# Ordinary tests may stand here too, with the model as a fixture.
def test_personal_data_is_encrypted_on_its_way_in(threatmodel):
    into = [flow for flow in threatmodel.dataflows if flow.enters(backend)]
    assert all(flow.controls.isEncrypted for flow in into if any(data.isPII for data in flow.data))


# As a script the file draws and prints; pytest does not mind. Try -h, or: --dfd | dot -Tpng -o dfd.png
tm.process()
'''
