"""Room booking: a small system with every answer written down, and no decision.

It shows what a finished model looks like. What the system is and does is stated, also where that brings threats along;
each of those threats has its control, and nothing is vulnerable. Of what the system does not do, the model says what a
reviewer would ask about a page that people log in to; robots, build machines and the like go without saying. All that
the pack `core` asks for has an answer.
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

office = Boundary("Office network", isCloudAccount=False, isCluster=False)
cloud = Boundary(
    "Cloud account",
    description="The office network alone gets in, and only to the booking service.",
    isCloudAccount=True,
    isCluster=False,
    allowsManualChanges=False,  # a pipeline makes them, from the description in the repository
    allowsAllRegions=False,
    controls=Controls(protectsRootAccount=True, logsControlPlane=True, checksConfiguration=True),
)

booking = Data(
    "Booking",
    description="Who meets where and when.",
    format="JSON",
    classification=Classification.RESTRICTED,
    isPII=True,
    isCredentials=False,
)

colleague = Actor("Colleague", inBoundary=office, isAdmin=False, usesSharedAccount=False)

app = Server(
    "Booking service",
    inBoundary=cloud,
    OS="Linux",
    data=booking,
    # What it is: an ordinary page with a form, in a container, for people in the office. Without it they ask around.
    isCustomDeveloped=True,
    usesThirdPartyPackages=True,
    runsInCloud=True,
    runsInContainer=True,
    usesPublicImages=True,
    handlesResources=True,  # the rooms
    servesRecordsById=True,  # the bookings
    usesSessionTokens=True,
    usesCookies=True,
    isInternetFacing=False,
    isBusinessCritical=False,
    isMultiTenant=False,
    # What it leaves to others, or does without.
    acceptsPasswords=False,
    hasAdminFunctions=False,
    acceptsFileUploads=False,
    fetchesURLs=False,
    allowsCrossOrigin=False,
    embedsThirdParties=False,
    sendsEmail=False,
    tracksUsers=False,
    usesXMLParser=False,
    controls=Controls(
        # Log-in is that of the company account, with its second factor; a session ends with the working day.
        authenticatesSource=True,
        authenticationScheme="OIDC",
        authenticatesDestination=True,
        implementsNonce=True,
        usesMFA=True,
        usesStrongSessionIdentifiers=True,
        renewsSessionAtLogin=True,
        definesConnectionTimeout=True,
        revokesSessions=True,
        setsCookieFlags=True,
        # What a colleague may do is checked for each booking; the service itself may do little.
        authorizesSource=True,
        hasAccessControl=True,
        checksObjectAccess=True,
        limitsReturnedFields=True,
        implementsPOLP=True,
        # Requests and pages.
        implementsCSRFToken=True,
        validatesInput=True,
        validatesContentType=True,
        encodesOutput=True,
        usesParameterizedInput=True,
        disablesiFrames=True,
        # How it is made, as the company's template for services does it.
        pinsDependencies=True,
        reviewsDependencies=True,
        updatesDependencies=True,
        buildsReproducibly=True,
        scansImages=True,
        verifiesImages=True,
        runsAsNonRoot=True,
        # Operation.
        isHardened=True,
        handlesResourceConsumption=True,
        handlesInterruptions=True,
        protectsMetadata=True,
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
    isBusinessCritical=False,
    isBackup=False,
    runsInCloud=True,
    hasPublicEndpoint=False,
    controls=Controls(
        authenticatesSource=True,
        authenticationScheme="mTLS",
        hasAccessControl=True,
        implementsPOLP=True,
        isEncryptedAtRest=True,
        deletesOldData=True,  # bookings of last year
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
