"""Records of a hospital: a portal for patients, a ward application, an interface for laboratories, research exports."""

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
    ExternalEntity,
    Process,
    Server,
    TLSVersion,
)

tm = TM("Hospital records", description="Patients see their results, wards write records, researchers get extracts.")

internet = Boundary("Internet")
laboratories = Boundary("Laboratories")
university = Boundary("University")
hospital = Boundary("Hospital network")
wards = Boundary("Ward network", inBoundary=hospital)
center = Boundary("Data centre", inBoundary=hospital)

record = Data("Record", description="Diagnoses and treatments.", classification="TOP_SECRET", isPII=True)
result = Data(
    "Result", description="Of the laboratory, HL7 in XML.", classification="TOP_SECRET", isPII=True, format="XML"
)
extract = Data("Extract", description="Records without names, with birth dates and postcodes.", classification="SECRET")
extract.isPII = True
extract.isPseudonymous = True
for data in (record, result, extract):
    data.isSpecialCategory = True
identity = Data("Log-in", classification=Classification.SECRET, isCredentials=True)

patient = Actor("Patient", inBoundary=internet)
nurse = Actor("Nurse", inBoundary=wards)
researcher = Actor("Researcher", inBoundary=university)
laboratory = ExternalEntity("Laboratory system", inBoundary=laboratories)
laboratory.controls.hasDataProcessingAgreement = True
analytics = ExternalEntity("Analytics service", inBoundary=internet)
analytics.description = "Counts visits; another company, which joins them with visits elsewhere."

portal = Server("Patient portal", inBoundary=center, OS="Linux", usesSessionTokens=True)
portal.description = (
    "Results and letters. Log-in by date of birth and a password of six signs, no second factor; a forgotten password "
    "is reset by a question. Embeds a script of the analytics service. Asks for no consent."
)
portal.controls.isHardened = True
portal.controls.validatesInput = True
portal.controls.encodesOutput = True
portal.controls.implementsCSRFToken = True
portal.controls.usesParameterizedInput = True
portal.controls.authenticatesSource = True
portal.controls.authorizesSource = True
portal.controls.usesStrongSessionIdentifiers = True
portal.controls.verifySessionIdentifiers = True
portal.controls.handlesResourceConsumption = True
portal.controls.disablesiFrames = True
portal.controls.definesConnectionTimeout = True
portal.controls.implementsPOLP = True
portal.acceptsPasswords = True
portal.allowsPasswordReset = True
portal.embedsThirdParties = True
portal.tracksUsers = True
portal.controls.limitsLoginAttempts = True
portal.controls.hidesAccountExistence = True
portal.controls.renewsSessionAtLogin = True
portal.controls.revokesSessions = True
portal.controls.setsCookieFlags = True
portal.isInternetFacing = True
portal.servesRecordsById = True
portal.controls.checksObjectAccess = True

ward = Server("Ward application", inBoundary=center, OS="Windows", usesSessionTokens=True)
ward.description = "One account a ward, written on the monitor. Every nurse sees every patient. Sessions never end."
ward.controls.isHardened = True
ward.controls.validatesInput = True
ward.controls.encodesOutput = True
ward.controls.implementsCSRFToken = True
ward.controls.usesParameterizedInput = True
ward.controls.authenticatesSource = True
ward.controls.usesStrongSessionIdentifiers = True
ward.controls.handlesResourceConsumption = True
ward.controls.disablesiFrames = True
ward.acceptsPasswords = True
ward.controls.limitsLoginAttempts = True
ward.controls.checksPasswordStrength = True
ward.controls.hidesAccountExistence = True
ward.controls.renewsSessionAtLogin = True
ward.controls.setsCookieFlags = True
ward.servesRecordsById = True
nurse.usesSharedAccount = True

lab_gate = Process("Laboratory interface", inBoundary=center, codeType="Managed", implementsAPI=True)
lab_gate.description = "Takes XML from laboratories whose address is on a list; any DTD is followed."
lab_gate.controls.handlesCrashes = True
lab_gate.controls.implementsPOLP = True
lab_gate.controls.isHardened = True
lab_gate.controls.usesParameterizedInput = True
lab_gate.controls.handlesResourceConsumption = True
lab_gate.controls.authorizesSource = True
lab_gate.trustsAddresses = True

exporter = Process("Research export", inBoundary=center, codeType="Managed")
exporter.description = "Takes the names out and leaves the rest: birth date, postcode and rare diagnoses stay."
exporter.controls.handlesCrashes = True
exporter.controls.implementsPOLP = True
exporter.controls.isHardened = True
exporter.controls.authenticatesSource = True
exporter.controls.authorizesSource = True
exporter.controls.validatesInput = True
exporter.controls.usesParameterizedInput = True
exporter.usedForAnalytics = True
exporter.sendsEmail = True
exporter.controls.authenticatesEmail = True

records = Datastore(
    "Records", inBoundary=center, type=DatastoreType.SQL, isSQL=True, isShared=True, hasWriteAccess=True
)
records.description = "Disk encrypted, replicated, access by role. Kept for ever, nobody can have a record corrected."
records.storesPII = True
records.storesSensitiveData = True
records.controls.isEncryptedAtRest = True
records.controls.hasAccessControl = True
records.controls.implementsPOLP = True
records.controls.authenticatesSource = True
records.controls.isResilient = True
records.controls.isHardened = True
records.controls.usesKeyManagement = True
records.controls.brokersDirectAccess = True
records.isBusinessCritical = True
records.controls.isMonitored = True

trail = Datastore("Access log", inBoundary=center, isSQL=True, storesLogData=True, storesPII=True, hasWriteAccess=True)
trail.description = "Who opened which record, with the patient's name. Administrators can change it; nobody reads it."
trail.controls.isEncryptedAtRest = True
trail.controls.authenticatesSource = True
trail.controls.isResilient = True
trail.controls.isHardened = True

tapes = Datastore("Backup tapes", inBoundary=center, isSQL=False, hasWriteAccess=False, storesPII=True)
tapes.description = "Written weekly, not encrypted, taken home by an administrator. No restore was tried yet."
tapes.storesSensitiveData = True
tapes.controls.hasAccessControl = True
tapes.controls.isResilient = True
tapes.controls.implementsPOLP = True
tapes.isBackup = True
tapes.isRemovable = True
tapes.controls.erasesMedia = True

TLS: dict[str, Any] = {"protocol": "HTTPS", "dstPort": 443, "tlsVersion": TLSVersion.TLSv13}
DB: dict[str, Any] = {"protocol": "PostgreSQL over TLS", "dstPort": 5432, "tlsVersion": TLSVersion.TLSv13}
log_in = Dataflow(patient, portal, "Log in", data=identity, **TLS)
see = Dataflow(patient, portal, "See results", data=result, **TLS)
track = Dataflow(portal, analytics, "Count visit", data=result, **TLS)
nurse_in = Dataflow(nurse, ward, "Open record", protocol="HTTP", dstPort=80, data=[record, identity])
deliver = Dataflow(laboratory, lab_gate, "Deliver result", data=result, **TLS)
file = Dataflow(lab_gate, records, "File result", data=result, **DB)
read = Dataflow(portal, records, "Read results", data=result, **DB)
write = Dataflow(ward, records, "Write record", data=record, **DB)
note = Dataflow(ward, trail, "Note access", data=record, **DB)
pull = Dataflow(exporter, records, "Pull records", data=record, **DB)
send = Dataflow(exporter, researcher, "Send extract", protocol="SMTP", dstPort=25, data=extract)
back_up = Dataflow(records, tapes, "Back up", protocol="NFS", dstPort=2049, data=record)

for flow in (log_in, see, track, deliver, file, read, write, note, pull):
    flow.controls.isEncrypted = True
for flow in (file, read, write, note, pull):
    flow.controls.authenticatesSource = True
