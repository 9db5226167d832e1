"""A project planner that companies rent: GraphQL, single sign-on, webhooks, many tenants in one database."""

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

tm = TM("Project planner", description="Teams of many companies plan projects; they sign in with their own companies.")

internet = Boundary("Internet")
customers = Boundary("Customers' systems")
cloud = Boundary("Cloud account")
cloud.isCloudAccount = True
cloud.controls.protectsRootAccount = True
cloud.controls.logsControlPlane = True
cloud.controls.checksConfiguration = True
cloud.controls.detectsDrift = True
edge = Boundary("Edge", inBoundary=cloud)
backend = Boundary("Back end", inBoundary=cloud)

project = Data("Project", classification=Classification.SENSITIVE, isPII=True, format="JSON")
token = Data("Access token", classification=Classification.SECRET, isCredentials=True)
document = Data("Document", description="What users attach, any format.", classification=Classification.SENSITIVE)

plan_file = Data("Plan of another tool", format="XML", classification=Classification.SENSITIVE)

member = Actor("Team member", inBoundary=internet)
operator = Actor("Operator", inBoundary=internet, isAdmin=True)
script = ExternalEntity("Customer's script", inBoundary=customers)
idp = ExternalEntity("Customer's identity provider", inBoundary=customers)
hook_target = ExternalEntity("Customer's webhook", inBoundary=customers)
for customer in (script, idp, hook_target):
    customer.controls.hasDataProcessingAgreement = True

app = Server("Web application", inBoundary=edge, OS="Linux", usesSessionTokens=True)
app.description = (
    "A single page application and the part that signs users in: authorization code flow, without PKCE. Access tokens "
    "are JWT that it checks by itself, kept in the browser's local storage, and live for a week."
)
app.controls.isHardened = True
app.controls.validatesInput = True
app.controls.encodesOutput = True
app.controls.implementsCSRFToken = True
app.controls.authenticatesSource = True
app.controls.authorizesSource = True
app.controls.authenticationScheme = "OIDC"
app.controls.implementsNonce = True
app.controls.authenticatesDestination = True
app.controls.handlesResourceConsumption = True
app.controls.usesStrongSessionIdentifiers = True
app.controls.disablesiFrames = True
app.controls.usesMFA = True
app.usesJWT = True
app.keepsSessionAtClient = True
app.controls.restrictsRedirects = True
app.controls.renewsSessionAtLogin = True
app.isInternetFacing = True
app.rendersInBrowser = True
app.acceptsFileUploads = True
app.controls.encodesInBrowser = True
app.issuesSignedURLs = True

api = Server("GraphQL API", inBoundary=backend, OS="Linux")
api.description = (
    "Queries of any depth, introspection on in production. Resolvers check that the caller is a member of the tenant, "
    "but mutations take every field of the input type, also the role. API keys for scripts never expire."
)
api.controls.isHardened = True
api.controls.validatesInput = True
api.controls.usesParameterizedInput = True
api.controls.authenticatesSource = True
api.controls.authorizesSource = True
api.controls.implementsPOLP = True
api.controls.encodesOutput = True
api.implementsAPI = True
api.isInternetFacing = True
api.usesGraphQL = True
api.usesAPIKeys = True
api.bindsRequestsToObjects = True
api.servesRecordsById = True
api.controls.checksObjectAccess = True
api.controls.limitsReturnedFields = True
api.controls.checksFunctionAccess = True
api.controls.limitsPageSize = True
api.controls.keepsSecretsOutOfURLs = True
api.controls.keepsInventory = True
api.isMultiTenant = True

hooks = Process("Webhook sender", inBoundary=backend, codeType="Managed")
hooks.description = "Calls the addresses that customers enter, whatever they are, and signs what it sends."
hooks.controls.validatesInput = True
hooks.controls.handlesCrashes = True
hooks.controls.handlesInterruptions = True
hooks.controls.implementsPOLP = True
hooks.controls.isHardened = True
hooks.controls.authenticatesSource = True
hooks.controls.handlesResourceConsumption = True
hooks.fetchesURLs = True

importer = Process("Import worker", inBoundary=backend, codeType="Managed")
importer.description = "Reads plans that users upload: XML of another tool, and ZIP archives."
importer.controls.handlesCrashes = True
importer.controls.implementsPOLP = True
importer.controls.isHardened = True
importer.controls.usesParameterizedInput = True
importer.controls.authenticatesSource = True
importer.acceptsFileUploads = True
importer.unpacksArchives = True

admin = Server("Operator console", inBoundary=edge, OS="Linux", usesSessionTokens=True)
admin.description = "Reached from the internet; can sign in as any user of any tenant, which is written nowhere."
admin.controls.isHardened = True
admin.controls.authenticatesSource = True
admin.controls.authorizesSource = True
admin.controls.usesMFA = True
admin.controls.validatesInput = True
admin.controls.encodesOutput = True
admin.controls.implementsCSRFToken = True
admin.controls.handlesResourceConsumption = True
admin.controls.usesStrongSessionIdentifiers = True
admin.controls.disablesiFrames = True
admin.controls.usesParameterizedInput = True
admin.hasAdminFunctions = True
admin.allowsImpersonation = True
admin.controls.setsCookieFlags = True
admin.controls.renewsSessionAtLogin = True
admin.controls.revokesSessions = True
admin.controls.removesUnusedAccounts = True
admin.isInternetFacing = True

db = Datastore("Tenants", inBoundary=backend, type=DatastoreType.SQL, isSQL=True, isShared=True, hasWriteAccess=True)
db.description = "One schema for all tenants, told apart by a column; every query must name it."
db.storesPII = True
db.storesSensitiveData = True
db.controls.isEncryptedAtRest = True
db.controls.hasAccessControl = True
db.controls.implementsPOLP = True
db.controls.authenticatesSource = True
db.controls.isHardened = True
db.controls.isResilient = True
db.controls.usesKeyManagement = True
db.controls.supportsSubjectRights = True
db.isMultiTenant = True
db.isBusinessCritical = True
db.controls.isMonitored = True

files = Datastore("Attachments", inBoundary=backend, isSQL=False, isShared=True, hasWriteAccess=True)
files.description = "A bucket; links to what is in it are signed, and live for a year."
files.storesSensitiveData = True
files.controls.isEncryptedAtRest = True
files.controls.hasAccessControl = True
files.controls.implementsPOLP = True
files.controls.authenticatesSource = True
files.controls.isResilient = True
files.controls.usesKeyManagement = True
files.controls.separatesTenants = True
files.controls.deletesOldData = True
files.isMultiTenant = True
files.isObjectStore = True
files.controls.blocksPublicAccess = True

TLS: dict[str, Any] = {"protocol": "HTTPS", "dstPort": 443, "tlsVersion": TLSVersion.TLSv12}
use = Dataflow(member, app, "Plan", data=project, **TLS)
attach = Dataflow(member, app, "Attach a document", data=document, **TLS)
sign_in = Dataflow(app, idp, "Sign in", data=token, **TLS)
query = Dataflow(app, api, "Query", data=[project, token], **TLS)
automate = Dataflow(script, api, "Automate", data=[project, token], **TLS)
operate = Dataflow(operator, admin, "Operate", data=project, **TLS)
call = Dataflow(hooks, hook_target, "Tell the customer", data=project, **TLS)
tell = Dataflow(api, hooks, "Queue event", data=project, **TLS)
hand_over = Dataflow(app, importer, "Import", data=[document, plan_file], **TLS)
save = Dataflow(api, db, "Save project", protocol="PostgreSQL over TLS", dstPort=5432, data=project)
save_file = Dataflow(importer, files, "Save document", data=document, **TLS)
impersonate = Dataflow(admin, db, "Act for a user", protocol="PostgreSQL over TLS", dstPort=5432, data=project)

for flow in (use, attach, sign_in, query, automate, operate, call, tell, hand_over, save, save_file, impersonate):
    flow.controls.isEncrypted = True
