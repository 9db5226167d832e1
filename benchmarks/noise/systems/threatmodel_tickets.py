"""Tickets for events: services in a Kubernetes cluster that talk by HTTP and Kafka."""

from typing import Any

from pytest_threatmodel import (
    TM,
    Actor,
    Boundary,
    Classification,
    Data,
    Dataflow,
    Datastore,
    DatastoreType,
    Process,
    Server,
    TLSVersion,
)

tm = TM("Tickets", description="Sells tickets for events; on the day of a sale a million people come at once.")

internet = Boundary("Internet")
office = Boundary("Office")
cluster = Boundary("Kubernetes cluster")
cluster.isCluster = True
shop_space = Boundary("Namespace shop", inBoundary=cluster)
stream_space = Boundary("Namespace streams", inBoundary=cluster)
storage = Boundary("Storage network")

booking = Data("Booking", classification=Classification.SENSITIVE, isPII=True, format="JSON")
seats = Data("Seats", classification=Classification.PUBLIC, format="JSON")
credentials = Data("Database password", classification=Classification.TOP_SECRET, isCredentials=True)

visitor = Actor("Visitor", inBoundary=internet)
engineer = Actor("Platform engineer", inBoundary=office, isAdmin=True)

ingress = Server("Ingress", inBoundary=cluster, OS="Linux")
ingress.description = "Ends TLS, still takes TLS 1.0 for old ticket machines. Limits requests a caller."
ingress.controls.isHardened = True
ingress.controls.handlesResourceConsumption = True
ingress.controls.implementsStrictHTTPValidation = True
ingress.controls.authenticatesSource = True
ingress.controls.validatesInput = True
ingress.controls.implementsPOLP = True
ingress.isProxy = True
ingress.isInternetFacing = True
ingress.hasLoadPeaks = True
ingress.usesCertificates = True
ingress.controls.scalesWithLoad = True
ingress.controls.absorbsFloods = True
ingress.controls.renewsCertificates = True

booking_service = Process("Booking service", inBoundary=shop_space, codeType="Managed", implementsAPI=True)
booking_service.description = (
    "Runs as root; image by the tag latest from a public registry; no limits of memory or CPU."
)
booking_service.controls.validatesInput = True
booking_service.controls.usesParameterizedInput = True
booking_service.controls.authenticatesSource = True
booking_service.controls.authorizesSource = True
booking_service.controls.handlesCrashes = True
booking_service.controls.handlesInterruptions = True
booking_service.usesEnvironmentVariables = True
booking_service.keepsSecretsInConfiguration = True
booking_service.usesServiceAccount = True
booking_service.servesRecordsById = True
booking_service.hasSensitiveFlows = True
booking_service.hasOneTimeActions = True
booking_service.controls.locksTransactions = True
booking_service.controls.checksObjectAccess = True
booking_service.controls.limitsReturnedFields = True
booking_service.controls.limitsWritableFields = True
booking_service.controls.checksFunctionAccess = True
booking_service.controls.enforcesContract = True
booking_service.hasLoadPeaks = True
booking_service.controls.scalesWithLoad = True
booking_service.runsInContainer = True
booking_service.usesMutableTags = True
booking_service.usesPublicImages = True

seating = Process("Seat map service", inBoundary=shop_space, codeType="Unmanaged", implementsAPI=True)
seating.description = "C++; computes seat maps. Runs without root, pinned image, limits of memory and CPU."
seating.controls.validatesInput = True
seating.controls.authenticatesSource = True
seating.controls.authorizesSource = True
seating.controls.handlesCrashes = True
seating.controls.implementsPOLP = True
seating.controls.isHardened = True
seating.controls.handlesResourceConsumption = True
seating.controls.limitsReturnedFields = True
seating.controls.limitsWritableFields = True
seating.controls.checksFunctionAccess = True
seating.controls.enforcesContract = True
seating.runsInContainer = True
seating.controls.runsAsNonRoot = True
seating.controls.verifiesImages = True
seating.controls.scansImages = True

printer = Process("Ticket printer", inBoundary=shop_space, codeType="Managed")
printer.description = "Takes bookings from Kafka and makes PDF; mounts the Docker socket to start a renderer."
printer.controls.handlesCrashes = True
printer.controls.handlesInterruptions = True
printer.controls.authenticatesSource = True
printer.controls.implementsPOLP = True
printer.controls.isHardened = True
printer.controls.usesDeadLetterQueue = True
printer.controls.ignoresDuplicates = True
printer.runsInContainer = True
printer.mountsContainerSocket = True
printer.controls.runsAsNonRoot = True
printer.controls.verifiesImages = True
printer.controls.scansImages = True

kafka = Datastore("Kafka", inBoundary=stream_space, isSQL=False, isShared=True, hasWriteAccess=True)
kafka.description = "No access control lists: each pod of the cluster can read and write each topic, in clear."
kafka.storesPII = True
kafka.controls.isResilient = True
kafka.isMessageQueue = True
kafka.controls.limitsQueueLength = True

db = Datastore("Bookings", inBoundary=storage, type=DatastoreType.SQL, isSQL=True, storesPII=True, hasWriteAccess=True)
db.storesSensitiveData = True
db.description = "Replicated, backed up daily, encrypted; one password for all services, in a Kubernetes secret."
db.controls.isEncryptedAtRest = True
db.controls.hasAccessControl = True
db.controls.authenticatesSource = True
db.controls.isResilient = True
db.controls.isHardened = True
db.controls.usesKeyManagement = True
db.controls.supportsSubjectRights = True
db.isBusinessCritical = True
db.usesSharedAccount = True
db.controls.hasRecoveryPlan = True
db.controls.rehearsesFailover = True
db.controls.isMonitored = True

control = Server("Kubernetes API", inBoundary=cluster, OS="Linux")
control.description = "Open to the internet; every developer is cluster-admin. No audit log, no network policies."
control.controls.authenticatesSource = True
control.controls.isHardened = True
control.controls.usesMFA = True
control.controls.validatesInput = True
control.controls.handlesResourceConsumption = True
control.hasAdminFunctions = True
control.controls.removesUnusedAccounts = True
control.isInternetFacing = True
control.implementsAPI = True
control.isOrchestrator = True

old: dict[str, Any] = {"protocol": "HTTPS", "dstPort": 443, "tlsVersion": TLSVersion.TLSv10}
plain: dict[str, Any] = {"protocol": "HTTP", "dstPort": 8080}
look = Dataflow(visitor, ingress, "Look at seats", data=seats, **old)
book = Dataflow(visitor, ingress, "Book", data=booking, **old)
route = Dataflow(ingress, booking_service, "Route booking", data=booking, **plain)
route_seats = Dataflow(ingress, seating, "Route seats", data=seats, **plain)
save = Dataflow(booking_service, db, "Save booking", protocol="PostgreSQL over TLS", dstPort=5432, data=booking)
publish = Dataflow(booking_service, kafka, "Publish booking", protocol="Kafka", dstPort=9092, data=booking)
consume = Dataflow(kafka, printer, "Print tickets", protocol="Kafka", dstPort=9092, data=booking)
manage = Dataflow(engineer, control, "kubectl", protocol="HTTPS", dstPort=6443, tlsVersion=TLSVersion.TLSv13)
