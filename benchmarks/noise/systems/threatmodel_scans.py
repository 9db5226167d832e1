"""Letters that are scanned in the browser and read by functions: no server, all of it in one AWS account."""

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
    Lambda,
    Server,
    TLSVersion,
)

tm = TM("Scanned letters", description="An insurer's customers upload letters; functions read, sort and file them.")

internet = Boundary("Internet")
partners = Boundary("Partners")
account = Boundary("AWS account")
account.isCloudAccount = True
account.controls.protectsRootAccount = True
account.controls.logsControlPlane = True

letter = Data("Letter", description="PDF or picture.", classification=Classification.SECRET, isPII=True)
text = Data("Text", description="What was read.", classification=Classification.SECRET, isPII=True, format="JSON")
api_key = Data("API key", description="Of the reading service.", classification="TOP_SECRET", isCredentials=True)
letter.isSpecialCategory = True
text.isSpecialCategory = True

customer = Actor("Insured person", inBoundary=internet)
developer = Actor("Developer", inBoundary=internet, isAdmin=True)
developer.isDeveloper = True
developer.controls.usesManagedDevice = True
reader = ExternalEntity("Reading service", inBoundary=partners)
reader.description = "Another company's text recognition, in another country."
reader.isAbroad = True

gateway = Server("API gateway", inBoundary=account, onAWS=True, usesSessionTokens=False)
gateway.description = "Checks the customer's token and hands out addresses for uploads. No limits, no firewall."
gateway.controls.isHardened = True
gateway.controls.authenticatesSource = True
gateway.controls.authorizesSource = True
gateway.controls.validatesInput = True
gateway.controls.validatesHeaders = True
gateway.controls.implementsPOLP = True
gateway.controls.encodesOutput = True
gateway.usesJWT = True
gateway.controls.verifiesTokens = True
gateway.controls.checksTokenAudience = True
gateway.controls.informsPeople = True
gateway.isInternetFacing = True
gateway.implementsAPI = True
gateway.controls.checksFunctionAccess = True
gateway.controls.limitsReturnedFields = True
gateway.controls.keepsInventory = True
gateway.controls.enforcesContract = True
gateway.issuesSignedURLs = True
gateway.controls.limitsLinks = True

inbox = Datastore("Inbox bucket", inBoundary=account, type=DatastoreType.AWS_S3, isSQL=False, onAWS=True)
inbox.description = "Where letters arrive. Its policy lets the world read, left over from a test; no versions are kept."
inbox.hasWriteAccess = True
inbox.storesPII = True
inbox.storesSensitiveData = True
inbox.controls.isEncryptedAtRest = True
inbox.controls.isResilient = True
inbox.controls.usesKeyManagement = True
inbox.controls.deletesOldData = True
inbox.isObjectStore = True
inbox.hasPublicEndpoint = True

convert = Lambda("Converter", inBoundary=account, environment="Production", usesEnvironmentVariables=True)
convert.description = (
    "Started by each object that arrives. Runs a picture tool through the shell with the object's name, and keeps the "
    "reading service's key in an environment variable. Its role may do everything on every bucket. No limit of runs."
)
convert.controls.handlesInterruptions = True
convert.keepsSecretsInConfiguration = True
convert.usesServiceAccount = True
convert.startsPrograms = True
convert.acceptsFileUploads = True
convert.isCustomDeveloped = True
convert.usesThirdPartyPackages = True
convert.hasExpensiveOperations = True
convert.scalesAutomatically = True
convert.controls.updatesDependencies = True
convert.controls.pinsDependencies = True
convert.controls.reviewsDependencies = True
convert.hasWildcardPermissions = True

classify = Lambda("Classifier", inBoundary=account, environment="Production")
classify.description = "Started by the queue; unpickles a model that the data team puts into a bucket."
classify.controls.hasAccessControl = True
classify.controls.implementsPOLP = True
classify.controls.authenticatesSource = True
classify.controls.handlesResourceConsumption = True
classify.controls.validatesInput = True
classify.deserializesObjects = True

queue = Datastore("Work queue", inBoundary=account, isSQL=False, onAWS=True, hasWriteAccess=True)
queue.description = "SQS, encrypted; what cannot be worked on is dropped after the third try."
queue.controls.isEncryptedAtRest = True
queue.controls.hasAccessControl = True
queue.controls.implementsPOLP = True
queue.controls.authenticatesSource = True
queue.controls.isResilient = True
queue.isMessageQueue = True
queue.controls.limitsQueueLength = True
queue.controls.restrictsPublishers = True
queue.controls.restrictsSubscribers = True
queue.dropsFailedMessages = True

archive = Datastore("Letter archive", inBoundary=account, isSQL=False, onAWS=True, hasWriteAccess=True)
archive.description = "DynamoDB table with text and metadata of every letter since 2019."
archive.storesPII = True
archive.storesSensitiveData = True
archive.controls.isEncryptedAtRest = True
archive.controls.hasAccessControl = True
archive.controls.authenticatesSource = True
archive.controls.isResilient = True
archive.controls.isHardened = True
archive.environment = "Production"
archive.controls.usesKeyManagement = True
archive.controls.supportsSubjectRights = True

logs = Datastore("Function logs", inBoundary=account, isSQL=False, onAWS=True, storesLogData=True, hasWriteAccess=True)
logs.description = "CloudWatch. Functions log the text that they read, to debug. Developers may change and delete."
logs.controls.isEncryptedAtRest = True
logs.controls.authenticatesSource = True
logs.controls.isResilient = True

TLS: dict[str, Any] = {"protocol": "HTTPS", "dstPort": 443, "tlsVersion": TLSVersion.TLSv12}
ask = Dataflow(customer, gateway, "Ask for an upload", **TLS)
upload = Dataflow(customer, inbox, "Upload letter", data=letter, **TLS)
arrive = Dataflow(inbox, convert, "Letter arrived", data=letter, **TLS)
read = Dataflow(convert, reader, "Read letter", data=[letter, api_key], **TLS)
enqueue = Dataflow(convert, queue, "Queue text", data=text, **TLS)
take = Dataflow(queue, classify, "Take text", data=text, **TLS)
file = Dataflow(classify, archive, "File letter", data=text, **TLS)
log = Dataflow(convert, logs, "Log", data=text, **TLS)
deploy = Dataflow(developer, convert, "Deploy", **TLS)
deploy.isDeployment = True

for flow in (ask, upload, arrive, read, enqueue, take, file, log, deploy):
    flow.controls.isEncrypted = True
for flow in (enqueue, take, file, log, arrive):
    flow.controls.authenticatesSource = True
