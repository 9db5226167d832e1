"""A web shop that takes cards through a payment provider; the team is careful, and knows what it has not done yet."""

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
    Server,
    TLSVersion,
)

tm = TM("Web shop", description="Customers browse, review and buy; a provider takes the cards.")

internet = Boundary("Internet")
partners = Boundary("Partners")
office = Boundary("Office")
dmz = Boundary("DMZ")
inside = Boundary("Private network")

review = Data("Review", description="Text with markup, and a photo.", classification=Classification.PUBLIC)
password = Data("Password", classification=Classification.SECRET, isCredentials=True)
order_data = Data("Order", classification=Classification.SENSITIVE, isPII=True, format="JSON")
session = Data("Session", classification=Classification.SECRET, isCredentials=True)
payment = Data(
    "Payment", description="Amount and token; the card stays with the provider.", classification="RESTRICTED"
)

customer = Actor("Customer", inBoundary=internet)
support = Actor("Support agent", inBoundary=office)

front = Server("Shop front", inBoundary=dmz, OS="Linux", usesSessionTokens=True, usesCache=True)
front.description = (
    "Server-side pages. Shows reviews that customers write in HTML, takes their photos, recognises them by a cookie, "
    "sends them on to the address in ?next= after the log-in. Log-in by password, as often as one likes."
)
front.controls.isHardened = True
front.controls.validatesInput = True
front.controls.usesParameterizedInput = True
front.controls.usesStrongSessionIdentifiers = True
front.controls.verifySessionIdentifiers = True
front.controls.definesConnectionTimeout = True
front.controls.authenticatesSource = True
front.controls.implementsStrictHTTPValidation = True
front.acceptsPasswords = True
front.controls.checksPasswordStrength = True
front.controls.hidesAccountExistence = True
front.controls.renewsSessionAtLogin = True
front.controls.revokesSessions = True
front.controls.setsCookieFlags = True
front.acceptsFileUploads = True
front.redirectsByParameter = True
front.isInternetFacing = True
front.servesRecordsById = True
front.controls.isolatesUserContent = True
front.controls.keysCacheFully = True
front.isCustomDeveloped = True
front.usesThirdPartyPackages = True
front.controls.updatesDependencies = True
front.controls.pinsDependencies = True
front.controls.reviewsDependencies = True
front.controls.isMonitored = True

orders_api = Server("Order service", inBoundary=inside, OS="Linux")
orders_api.description = (
    "JSON over HTTPS. Trusts the shop front; hands out the order whose number it is asked for. The provider's "
    "notifications are passed on to it as they come in, and it believes them."
)
orders_api.controls.isHardened = True
orders_api.controls.validatesInput = True
orders_api.controls.usesParameterizedInput = True
orders_api.controls.authenticatesSource = True
orders_api.controls.implementsPOLP = True
orders_api.controls.handlesResourceConsumption = True
orders_api.usesServiceAccount = True
orders_api.controls.rotatesCredentials = True
orders_api.controls.usesVault = True
orders_api.implementsAPI = True
orders_api.servesRecordsById = True
orders_api.receivesWebhooks = True
orders_api.hasOneTimeActions = True
orders_api.controls.locksTransactions = True
orders_api.controls.usesIdempotencyKeys = True
orders_api.controls.limitsReturnedFields = True
orders_api.controls.limitsWritableFields = True
orders_api.controls.checksFunctionAccess = True
orders_api.controls.limitsPageSize = True
orders_api.controls.keepsInventory = True
orders_api.controls.validatesResponses = True
orders_api.controls.enforcesContract = True
orders_api.isCustomDeveloped = True
orders_api.sendsEmail = True
orders_api.controls.authenticatesEmail = True

console = Server("Support console", inBoundary=inside, OS="Linux", usesSessionTokens=True)
console.description = "Single page application for support; sign-in by the company's OIDC, without a second factor."
console.controls.isHardened = True
console.controls.validatesInput = True
console.controls.encodesOutput = True
console.controls.implementsCSRFToken = True
console.controls.usesParameterizedInput = True
console.controls.authenticatesSource = True
console.controls.authorizesSource = True
console.controls.authenticationScheme = "OIDC"
console.controls.usesStrongSessionIdentifiers = True
console.controls.verifySessionIdentifiers = True
console.controls.definesConnectionTimeout = True
console.controls.handlesResourceConsumption = True
console.controls.implementsNonce = True
console.controls.authenticatesDestination = True
console.controls.usesPKCE = True
console.controls.verifiesTokens = True
console.controls.checksTokenAudience = True
console.controls.restrictsRedirects = True
console.controls.renewsSessionAtLogin = True
console.controls.revokesSessions = True
console.controls.setsCookieFlags = True
console.controls.auditsReads = True
console.rendersInBrowser = True
console.servesRecordsById = True
console.controls.encodesInBrowser = True
console.controls.checksObjectAccess = True

provider = ExternalEntity("Payment provider", inBoundary=partners)
mail = ExternalEntity("Mail provider", inBoundary=partners)
provider.controls.hasDataProcessingAgreement = True
mail.controls.hasDataProcessingAgreement = True

orders = Datastore("Orders", inBoundary=inside, type=DatastoreType.SQL, isSQL=True, storesPII=True, hasWriteAccess=True)
orders.description = "Customers, passwords and orders. Dumped every night to a disk in the same rack."
orders.storesSensitiveData = True
orders.controls.hasAccessControl = True
orders.controls.implementsPOLP = True
orders.controls.authenticatesSource = True
orders.controls.isHardened = True
orders.controls.hashesCredentials = True
orders.controls.supportsSubjectRights = True
orders.isBusinessCritical = True
orders.isSingleInstance = True
orders.controls.isMonitored = True

sessions = Datastore("Session cache", inBoundary=inside, isSQL=False, hasWriteAccess=True)
sessions.description = "Redis, without a password, on the private network."
sessions.controls.isResilient = True

TLS = TLSVersion.TLSv13
browse = Dataflow(customer, front, "Browse", protocol="HTTPS", dstPort=443, tlsVersion=TLS)
write_review = Dataflow(customer, front, "Write a review", protocol="HTTPS", dstPort=443, tlsVersion=TLS, data=review)
log_in = Dataflow(customer, front, "Log in", protocol="HTTPS", dstPort=443, tlsVersion=TLS, data=password)
order = Dataflow(customer, front, "Order", protocol="HTTPS", dstPort=443, tlsVersion=TLS, data=order_data)
place = Dataflow(front, orders_api, "Place order", protocol="HTTPS", dstPort=8443, tlsVersion=TLS, data=order_data)
charge = Dataflow(orders_api, provider, "Charge", protocol="HTTPS", dstPort=443, tlsVersion=TLS, data=payment)
notify = Dataflow(provider, orders_api, "Payment notification", protocol="HTTPS", dstPort=443, data=payment)
notify.tlsVersion = TLS
store = Dataflow(orders_api, orders, "Store order", protocol="PostgreSQL", dstPort=5432, data=order_data)
keep = Dataflow(front, sessions, "Keep session", protocol="Redis", dstPort=6379, data=session)
help_out = Dataflow(support, console, "Help a customer", protocol="HTTPS", dstPort=443, tlsVersion=TLS, data=order_data)
look = Dataflow(console, orders, "Look at orders", protocol="PostgreSQL over TLS", dstPort=5432, data=order_data)
confirm = Dataflow(orders_api, mail, "Confirm by mail", protocol="SMTPS", dstPort=465, tlsVersion=TLS, data=order_data)

for flow in (charge, confirm, log_in, order, place, look):
    flow.controls.isEncrypted = True
