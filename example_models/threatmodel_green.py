"""Room booking: a small system with every answer written down, and no decision.

It shows what a finished model looks like: each control that is there is stated, and so is each fact that a threat asks
for, also where the answer is no. So nothing is vulnerable, and nothing is left undetermined.
"""

from pytest_threatmodel import (
    TM,
    Actor,
    Boundary,
    Classification,
    Controls,
    Data,
    Dataflow,
    Datastore,
    Server,
    TLSVersion,
)

tm = TM("Room booking", description="Colleagues book meeting rooms in the browser.")

office = Boundary("Office network")
cloud = Boundary("Cloud account", description="Nothing in it has a public address but the booking service.")

booking = Data(
    "Booking",
    description="Who meets where and when.",
    format="JSON",
    classification=Classification.RESTRICTED,
    isPII=True,
    isCredentials=False,
)

colleague = Actor("Colleague", inBoundary=office, isAdmin=False)

app = Server(
    "Booking service",
    inBoundary=cloud,
    OS="Linux",
    data=booking,
    usesSessionTokens=True,
    usesXMLParser=False,
    handlesResources=True,  # the rooms
    controls=Controls(
        # Log-in is that of the company account.
        authenticatesSource=True,
        authenticationScheme="OIDC",
        authenticatesDestination=True,
        implementsNonce=True,
        # What a colleague may do is checked for each booking; the service itself may do little.
        authorizesSource=True,
        hasAccessControl=True,
        implementsPOLP=True,
        # Requests and pages.
        implementsCSRFToken=True,
        validatesInput=True,
        validatesContentType=True,
        encodesOutput=True,
        usesParameterizedInput=True,
        # Operation.
        isHardened=True,
        handlesResourceConsumption=True,
        handlesInterruptions=True,
    ),
)

bookings = Datastore(
    "Bookings",
    inBoundary=cloud,
    data=booking,
    isSQL=True,
    isShared=False,
    hasWriteAccess=True,
    storesPII=True,
    storesSensitiveData=False,
    storesLogData=False,
    controls=Controls(
        authenticatesSource=True,
        authenticationScheme="mTLS",
        hasAccessControl=True,
        implementsPOLP=True,
        isEncryptedAtRest=True,
        isResilient=True,
    ),
)

book = Dataflow(colleague, app, "Book a room", protocol="HTTPS", dstPort=443, order=1)
write = Dataflow(app, bookings, "Write the booking", protocol="PostgreSQL over TLS", dstPort=5432, order=2)
written = Dataflow(bookings, app, "Booking written", order=3, responseTo=write)
booked = Dataflow(app, colleague, "Room is booked", order=4, responseTo=book)

for flow in (book, write, written, booked):
    flow.data = booking
    flow.tlsVersion = TLSVersion.TLSv13
    flow.controls.isEncrypted = True
    flow.implementsCommunicationProtocol = False


def test_personal_data_goes_over_tls_1_3_alone(threatmodel):
    assert {flow.tlsVersion for flow in booking.carriedBy} == {TLSVersion.TLSv13}


def test_only_the_booking_service_reaches_the_store(threatmodel):
    assert {flow.source for flow in bookings.inputs} == {app}
