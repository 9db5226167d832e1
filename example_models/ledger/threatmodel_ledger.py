"""The ledger of a small bank: decisions in a register, controls that tests prove, and one policy above both."""

from pytest_threatmodel import (
    TM,
    Actor,
    Boundary,
    Classification,
    Controls,
    Data,
    Dataflow,
    Datastore,
    DatastoreType,
    ExternalEntity,
    Process,
    Server,
    proven_by,
)

tm = TM("Ledger", key="ledger", description="Customers send money; bookings are exported to the clearing house.")

internet = Boundary("Internet")
edge = Boundary("Edge")
core = Boundary("Core network")
partner = Boundary("Clearing house")

transfer = Data("Transfer", format="JSON", classification=Classification.SENSITIVE, isPII=True)
booking = Data("Booking", format="JSON", classification=Classification.SECRET, isPII=True)

customer = Actor("Customer", inBoundary=internet)

BASELINE = Controls(
    isHardened=True, implementsPOLP=True, authenticatesSource=True, authorizesSource=True, isEncrypted=True
)

api = Server("Transfer API", inBoundary=edge, protocol="HTTPS", port=443, OS="Linux")
api.controls = BASELINE
api.controls.validatesInput = True
api.controls.usesParameterizedInput = True
api.controls.usesMFA = True  # customers confirm with their card and its reader

statements = Server("Statements", inBoundary=edge, protocol="HTTPS", port=443, OS="Linux")
statements.controls = BASELINE
statements.controls.validatesInput = True
statements.controls.usesMFA = True
statements.controls.handlesResourceConsumption = True
statements.controls.encodesOutput = proven_by("test_transfers.py::test_a_memo_is_text_and_never_markup")

export = Process("Clearing export", inBoundary=core, codeType="Managed")
export.controls = BASELINE

bookings = Datastore("Bookings", inBoundary=core, type=DatastoreType.SQL, isSQL=True, protocol="MySQL", port=3306)
bookings.controls.hasAccessControl = True
bookings.controls.authenticatesSource = True

clearing = ExternalEntity("Clearing house gateway", inBoundary=partner, protocol="HTTPS", port=443)
clearing.controls.hasDataProcessingAgreement = True

send = Dataflow(customer, api, "Send money", data=transfer)
read = Dataflow(customer, statements, "Read statement", data=booking)
book = Dataflow(api, bookings, "Book transfer", data=booking)
look_up = Dataflow(statements, bookings, "Look up bookings", data=booking)
collect = Dataflow(export, bookings, "Collect bookings", data=booking)
clear = Dataflow(export, clearing, "Clear bookings", data=booking)
