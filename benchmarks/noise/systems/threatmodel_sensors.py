"""Sensors in rented cellars, a gateway in each house, a platform in the cloud: heat, and leaks of water."""

from pytest_threatmodel import (
    TM,
    Actor,
    Boundary,
    Classification,
    Data,
    Dataflow,
    Datastore,
    ExternalEntity,
    Process,
    Server,
    TLSVersion,
)

tm = TM("Cellar sensors", description="40,000 sensors and 900 gateways in cellars; landlords look at a portal.")

cellar = Boundary("Cellar")
internet = Boundary("Internet")
cloud = Boundary("Cloud account")
cloud.isCloudAccount = True
cloud.controls.protectsRootAccount = True
cloud.controls.logsControlPlane = True
cloud.controls.checksConfiguration = True
cloud.controls.detectsDrift = True

reading = Data("Reading", description="Temperature and water a minute.", classification="SENSITIVE", isPII=True)
key = Data("Fleet key", description="One for all gateways.", classification="TOP_SECRET", isCredentials=True)
firmware = Data("Firmware", classification=Classification.RESTRICTED)
command = Data("Command", description="Open or close a valve.", classification=Classification.RESTRICTED)

landlord = Actor("Landlord", inBoundary=internet)
fitter = Actor("Fitter", inBoundary=cellar)

sensor = ExternalEntity("Leak sensor", inBoundary=cellar, hasPhysicalAccess=True)
sensor.description = "Battery, radio without pairing or encryption; its firmware cannot be changed."
sensor.isDevice = True
gateway = Server("House gateway", inBoundary=cellar, OS="Linux")
gateway.description = (
    "Embedded Linux in an unlocked box. Serial console without a password, the same root password in each, a web page "
    "for the fitter with a default password. Firmware is fetched by HTTP and not signed. The fleet key lies in flash."
)
gateway.controls.handlesCrashes = True
gateway.controls.handlesInterruptions = True
gateway.controls.implementsStrictHTTPValidation = True
gateway.controls.authenticatesSource = True
gateway.controls.encodesOutput = True
gateway.controls.usesParameterizedInput = True
gateway.acceptsPasswords = True
gateway.hasDefaultAccounts = True
gateway.keepsSecretsInConfiguration = True
gateway.storesKeys = True
gateway.isDevice = True
gateway.isGateway = True
gateway.hasPhysicalAccess = True
gateway.takesUpdates = True
gateway.hasDebugPorts = True
gateway.sharesKeys = True
gateway.isProvisionedInField = True
gateway.isActuator = True
gateway.reliesOnSensors = True
gateway.reliesOnCloud = True
gateway.controls.hasSafetyLimits = True
gateway.controls.failsSafe = True
gateway.controls.isolatesDevices = True
gateway.controls.providesUpdates = True

broker = Server("MQTT broker", inBoundary=cloud, OS="Linux")
broker.description = (
    "Takes whoever has the fleet key; who has it may read and write any topic, also other houses' commands."
)
broker.controls.isHardened = True
broker.controls.authenticatesSource = True
broker.controls.validatesInput = True
broker.controls.handlesResourceConsumption = True
broker.controls.isResilient = True
broker.isInternetFacing = True
broker.isMessageBroker = True

ingest = Process("Ingest", inBoundary=cloud, codeType="Managed")
ingest.controls.validatesInput = True
ingest.controls.usesParameterizedInput = True
ingest.controls.handlesCrashes = True
ingest.controls.handlesInterruptions = True
ingest.controls.implementsPOLP = True
ingest.controls.authenticatesSource = True
ingest.controls.authorizesSource = True
ingest.controls.isHardened = True
ingest.controls.handlesResourceConsumption = True

series = Datastore("Time series", inBoundary=cloud, isSQL=False, storesPII=True, hasWriteAccess=True)
series.description = "Readings a minute, of each flat, since the start: who is at home, and when."
series.storesSensitiveData = True
series.controls.isEncryptedAtRest = True
series.controls.hasAccessControl = True
series.controls.implementsPOLP = True
series.controls.authenticatesSource = True
series.controls.isResilient = True
series.controls.isHardened = True
series.controls.usesKeyManagement = True
series.controls.supportsSubjectRights = True

portal = Server("Landlord portal", inBoundary=cloud, OS="Linux", usesSessionTokens=True)
portal.description = "Password and second factor; it checks whose house is asked for."
portal.controls.isHardened = True
portal.controls.validatesInput = True
portal.controls.encodesOutput = True
portal.controls.implementsCSRFToken = True
portal.controls.usesParameterizedInput = True
portal.controls.authenticatesSource = True
portal.controls.authorizesSource = True
portal.controls.usesMFA = True
portal.controls.usesStrongSessionIdentifiers = True
portal.controls.verifySessionIdentifiers = True
portal.controls.handlesResourceConsumption = True
portal.controls.disablesiFrames = True
portal.controls.definesConnectionTimeout = True
portal.controls.implementsPOLP = True
portal.acceptsPasswords = True
portal.controls.limitsLoginAttempts = True
portal.controls.checksPasswordStrength = True
portal.controls.hidesAccountExistence = True
portal.controls.renewsSessionAtLogin = True
portal.controls.revokesSessions = True
portal.controls.setsCookieFlags = True
portal.controls.informsPeople = True
portal.isInternetFacing = True
portal.servesRecordsById = True
portal.controls.checksObjectAccess = True

updates = Server("Update server", inBoundary=cloud, OS="Linux")
updates.description = "Static files, open to the world by HTTP."
updates.controls.isHardened = True
updates.controls.handlesResourceConsumption = True
updates.controls.implementsPOLP = True
updates.controls.validatesInput = True
updates.isInternetFacing = True
updates.servesStaticFiles = True
updates.controls.limitsServedFiles = True
updates.distributesSoftware = True
updates.managesDevices = True
updates.controls.stagesRollouts = True

measure = Dataflow(sensor, gateway, "Measure", protocol="868 MHz radio", data=reading)
measure.usesLocalRadio = True
service = Dataflow(fitter, gateway, "Set up gateway", protocol="HTTP", dstPort=80)
report = Dataflow(gateway, broker, "Report", protocol="MQTTS", dstPort=8883, tlsVersion=TLSVersion.TLSv12)
report.data = [reading, key]
steer = Dataflow(broker, gateway, "Steer valve", protocol="MQTTS", tlsVersion=TLSVersion.TLSv12, data=command)
fetch = Dataflow(updates, gateway, "Fetch firmware", protocol="HTTP", dstPort=80, data=firmware)
fetch.isDeployment = True
take = Dataflow(broker, ingest, "Take readings", protocol="MQTTS", tlsVersion=TLSVersion.TLSv13, data=reading)
keep = Dataflow(ingest, series, "Keep readings", protocol="HTTPS", tlsVersion=TLSVersion.TLSv13, data=reading)
show = Dataflow(landlord, portal, "Look at house", protocol="HTTPS", tlsVersion=TLSVersion.TLSv13, data=reading)
query = Dataflow(portal, series, "Query readings", protocol="HTTPS", tlsVersion=TLSVersion.TLSv13, data=reading)

for flow in (report, steer, take, keep, show, query):
    flow.controls.isEncrypted = True
for flow in (report, take, keep, query):
    flow.controls.authenticatesSource = True
