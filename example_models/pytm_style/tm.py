#!/usr/bin/env python3
"""A model as pytm's users write them: it imports pytm, and runs under pytest as it is.

pytest --threatmodel example_models/pytm_style/tm.py
"""

from common import cloud
from common import internet
from pytm import TM
from pytm import Actor
from pytm import Assumption
from pytm import Classification
from pytm import Data
from pytm import Dataflow
from pytm import Datastore
from pytm import Server
from pytm import Threat

tm = TM("Booking", description="Visitors book rooms; one database keeps the bookings.")
tm.isOrdered = True
tm.assumptions = ["The cloud provider does what its contract says."]
# Threats of the file's own: in pytm's JSON, and appended.
tm.threatsFile = "threats.json"
TM._threats.append(
    Threat(
        SID="BOOK2",
        description="Bookings go to a store that nobody backs up",
        target="Datastore",
        condition="not target.controls.isBackedUp",
        severity="High",
        mitigations="Back the store up, and try the backups.",
    )
)

visitor = Actor("Visitor", inBoundary=internet)

web = Server("Booking site")
web.inBoundary = cloud
# The flat name of pytm 1.1 and before; it counts as controls.isHardened, and pytest says so.
web.isHardened = True
web.controls.sanitizesInput = True
web.controls.validatesInput = True

db = Datastore("Bookings", inBoundary=cloud, maxClassification=Classification.SENSITIVE)
db.isSQL = True
db.controls.isEncryptedAtRest = True
# Names of the author's own, which the threats above read.
db.retentionDays = 400
db.controls.isBackedUp = True
# A slip that pytm takes without a word.
db.storesPii = True
db.assumptions = [Assumption("Old bookings are needed for tax", exclude=["BOOK1"])]

booking = Data("Booking", classification=Classification.SENSITIVE, isPII=True)
Dataflow(visitor, web, "Book a room", protocol="HTTPS", dstPort=443, data=booking)
Dataflow(web, db, "Store booking", protocol="PostgreSQL", dstPort=5432, data=booking)

if __name__ == "__main__":
    tm.process()
