"""An assistant for customer service: a language model that reads documents, and an agent that calls tools."""

from typing import Any

from pytest_threatmodel import (
    LLM,
    TM,
    Actor,
    Agent,
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

tm = TM(
    "Service assistant", description="Customers chat; the assistant looks things up, changes contracts, gives refunds."
)

internet = Boundary("Internet")
vendor = Boundary("Model vendor")
company = Boundary("Company cloud")
company.isCloudAccount = True
company.controls.protectsRootAccount = True
company.controls.logsControlPlane = True
company.controls.checksConfiguration = True
company.controls.detectsDrift = True
tools = Boundary("Tool servers", inBoundary=company)

prompt = Data("Prompt", description="What customers write.", classification=Classification.SENSITIVE, isPII=True)
answer = Data("Answer", description="Markdown.", classification=Classification.SENSITIVE, isPII=True)
document = Data("Document", description="Manuals, and mails of customers.", classification=Classification.SENSITIVE)
order = Data("Refund order", classification=Classification.SENSITIVE, isPII=True, format="JSON")
api_key = Data("Vendor key", classification=Classification.TOP_SECRET, isCredentials=True)

customer = Actor("Customer", inBoundary=internet)
editor = Actor("Editor", inBoundary=company)
packages = ExternalEntity("Public tool registry", inBoundary=internet)

chat = Server("Chat service", inBoundary=company, OS="Linux", usesSessionTokens=True)
chat.description = "Shows answers as Markdown with pictures and links, in the page of a signed-in customer."
chat.controls.isHardened = True
chat.controls.validatesInput = True
chat.controls.authenticatesSource = True
chat.controls.authorizesSource = True
chat.controls.implementsCSRFToken = True
chat.controls.implementsPOLP = True
chat.controls.usesStrongSessionIdentifiers = True
chat.controls.disablesiFrames = True
chat.controls.usesMFA = True
chat.controls.renewsSessionAtLogin = True
chat.controls.revokesSessions = True
chat.controls.setsCookieFlags = True
chat.controls.informsPeople = True
chat.isInternetFacing = True
chat.rendersModelOutput = True

agent = Agent("Service agent", inBoundary=company, usesExternalTools=True, validatesToolLaunchConfig=False)
agent.description = (
    "Plans up to fifty steps. Calls tools by MCP with one service account that may do all, refunds included, and asks "
    "nobody before. Remembers what customers told it, for all conversations alike. Records no steps."
)
agent.controls.isHardened = True
agent.controls.authenticatesSource = True
agent.controls.validatesInput = False
agent.readsUntrustedContent = True
agent.usesMCP = True
agent.hasMemory = True
agent.holdsCredentials = True
agent.servesManyUsers = True
agent.hasIrreversibleActions = True
agent.controls.hidesSecretsFromModel = True

model = LLM("Vendor model", inBoundary=vendor, isThirdParty=True, hasRAG=True, hasAgentCapabilities=True)
model.description = "The vendor keeps prompts for training. The system prompt holds a discount code."
model.processesPersonalData = True
model.retainsUserData = True
model.hasAccessToSensitiveSystems = True
model.hasSystemPrompt = True
model.processesUntrustedInput = True
model.controls.authenticatesSource = True
model.controls.isEncrypted = True
model.reliesOnSystemPrompt = True
model.holdsRestrictedDocuments = True
model.informsDecisions = True

small = LLM("Mail sorter", inBoundary=company, isThirdParty=False, isSelfHosted=True, hasFineTuning=True)
small.description = "Open weights from a public hub, trained further on old mails of customers. Only sorts mails."
small.processesPersonalData = True
small.hasSystemPrompt = False
small.retainsUserData = False
small.hasContentFiltering = True
small.controls.validatesInput = True
small.controls.handlesResourceConsumption = True
small.usesDownloadedModel = True
small.trainedOnPersonalData = True

vectors = Datastore("Vector store", inBoundary=company, isSQL=False, isShared=True, hasWriteAccess=True)
vectors.description = "Manuals and mails of all customers in one index; everybody's question finds all of it."
vectors.storesPII = True
vectors.storesSensitiveData = True
vectors.controls.isEncryptedAtRest = True
vectors.controls.authenticatesSource = True
vectors.controls.isResilient = True
vectors.controls.isHardened = True
vectors.isReplica = True
vectors.controls.usesKeyManagement = True
vectors.controls.deletesOldData = True
vectors.isVectorStore = True

contracts = Process("Contract tool", inBoundary=tools, codeType="Managed", implementsAPI=True)
contracts.description = "MCP server of our own: changes contracts and pays refunds for whom the agent names."
contracts.controls.validatesInput = True
contracts.controls.usesParameterizedInput = True
contracts.controls.authenticatesSource = True
contracts.controls.isHardened = True
contracts.controls.handlesCrashes = True
contracts.controls.handlesResourceConsumption = True
contracts.actsForUsers = True
contracts.servesRecordsById = True
contracts.isMCPServer = True

runner = Process("Calculation tool", inBoundary=tools, codeType="Managed", implementsAPI=True)
runner.description = "Runs Python that the model writes, in its own process, with network. Fetched at each start."
runner.controls.handlesCrashes = True
runner.controls.authenticatesSource = True
runner.controls.isHardened = True
runner.controls.authorizesSource = True
runner.evaluatesExpressions = True
runner.usesThirdPartyPackages = True
runner.controls.updatesDependencies = True
runner.isMCPServer = True

db = Datastore("Contracts", inBoundary=company, type=DatastoreType.SQL, isSQL=True, storesPII=True, hasWriteAccess=True)
db.storesSensitiveData = True
db.controls.isEncryptedAtRest = True
db.controls.hasAccessControl = True
db.controls.implementsPOLP = True
db.controls.authenticatesSource = True
db.controls.isResilient = True
db.controls.isHardened = True
db.controls.usesKeyManagement = True
db.controls.supportsSubjectRights = True

TLS: dict[str, Any] = {"protocol": "HTTPS", "dstPort": 443, "tlsVersion": TLSVersion.TLSv13}
ask = Dataflow(customer, chat, "Chat", data=prompt, **TLS)
plan = Dataflow(chat, agent, "Pass on question", data=prompt, **TLS)
infer = Dataflow(agent, model, "Infer", data=[prompt, document, api_key], **TLS)
search = Dataflow(agent, vectors, "Look up documents", data=document, **TLS)
change = Dataflow(agent, contracts, "Change contract", data=order, **TLS)
compute = Dataflow(agent, runner, "Compute", data=prompt, **TLS)
persist = Dataflow(contracts, db, "Write contract", protocol="PostgreSQL over TLS", dstPort=5432, data=order)
teach = Dataflow(editor, vectors, "Add manuals", data=document, **TLS)
index = Dataflow(small, vectors, "Index mails", data=document, **TLS)
install = Dataflow(packages, runner, "Install tool", **TLS)
install.isDeployment = True

for flow in (ask, plan, infer, search, change, compute, persist, teach, index, install):
    flow.controls.isEncrypted = True
for flow in (plan, search, change, compute, persist):
    flow.controls.authenticatesSource = True
