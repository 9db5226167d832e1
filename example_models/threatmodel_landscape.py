"""Clinic appointments: the landscape of a product, as the teams that run it would keep it.

It shows a model that has grown: some 40 parts in boundaries four deep, classified data, partners, functions, an agent
with a language model, a baseline of controls that services share, protocols and ports that flows inherit from what they
reach, accepted and excluded risks, an assumption and an override. The findings that are left are the teams' backlog.
"""

from pytest_threatmodel import (
    LLM,
    TM,
    Actor,
    Agent,
    Assumption,
    Boundary,
    Classification,
    Controls,
    Data,
    Dataflow,
    Datastore,
    DatastoreType,
    ExternalEntity,
    Finding,
    Lambda,
    Lifetime,
    Process,
    Server,
    SetOfProcesses,
    TLSVersion,
    accept,
    exclude,
)

tm = TM("Clinic appointments", description="Patients find and book appointments at clinics, and pay a deposit.")
tm.assumptions = [
    Assumption(
        "Functions are deployed by the pipeline alone",
        exclude=["LB02"],
        description="the cloud account denies everybody else, which the platform team tests monthly",
    ),
]
pytestmark = [
    exclude("CR01", reason="no own protocol and no own cryptography; the review checklist asks for it"),
    accept(
        "DE01",
        "DE02",
        "AA02",
        element="*session",
        reason="the cache speaks no TLS; one namespace, and network policy lets only the booking API in",
        owner="platform team",
        until="2030-06-30",
        ticket="PLAT-412",
    ),
]

# ---- boundaries ----

internet = Boundary("Internet")
partners = Boundary("Partners")
clinic = Boundary("Clinic network")
office = Boundary("Company office")
cloud = Boundary("Cloud account")
edge = Boundary("Edge", inBoundary=cloud)
private = Boundary("Private network", inBoundary=cloud)
cluster = Boundary("Application cluster", inBoundary=private)
booking_space = Boundary("Booking namespace", inBoundary=cluster)
assistant_space = Boundary("Assistant namespace", inBoundary=cluster)
stores = Boundary("Data network", inBoundary=private)

# ---- data ----

slots = Data("Free slots", format="JSON", classification=Classification.PUBLIC)
booking = Data("Booking", format="JSON", classification=Classification.SENSITIVE, isPII=True)
complaint = Data("Complaint", description="Why the patient comes.", classification=Classification.SECRET, isPII=True)
letter = Data("Letter", description="Confirmations, as PDF.", classification=Classification.SENSITIVE, isPII=True)
calendar = Data("Clinic calendar", format="XML", classification=Classification.SENSITIVE, isPII=True)
deposit = Data("Deposit", description="Amount and token, no card.", format="JSON", classification="RESTRICTED")
password = Data("Password", classification="SECRET", isStored=True, credentialsLife=Lifetime.MANUAL)
session = Data("Session", classification="SECRET", credentialsLife=Lifetime.SHORT)
event = Data("Log entry", format="JSON", classification=Classification.RESTRICTED)

# ---- people and partners ----

patient = Actor("Patient", inBoundary=internet)
receptionist = Actor("Receptionist", inBoundary=clinic)
support = Actor("Support", inBoundary=office)
admin = Actor("Administrator", inBoundary=office, isAdmin=True)

payments = ExternalEntity("Payment provider", inBoundary=partners, protocol="HTTPS", port=443)
messages = ExternalEntity("Message gateway", inBoundary=partners, protocol="HTTPS", port=443)
practice = ExternalEntity("Practice software", inBoundary=clinic)
warehouse = Datastore("Reporting warehouse", inBoundary=office, inScope=False, description="The finance team's.")

# ---- services ----

BASELINE = Controls(
    isHardened=True,
    implementsPOLP=True,
    authenticatesSource=True,
    authorizesSource=True,
    handlesInterruptions=True,
    isEncrypted=True,
)

web = Server("Web gateway", inBoundary=edge, protocol="HTTPS", port=443, OS="Linux", usesSessionTokens=True)
web.controls = BASELINE
web.controls.handlesResourceConsumption = True
web.controls.implementsCSRFToken = True
web.controls.validatesInput = True
web.controls.validatesContentType = True
web.controls.encodesOutput = True

api = Server("Booking API", inBoundary=booking_space, protocol="HTTPS", port=8443, OS="Linux", handlesResources=True)
api.controls = BASELINE
api.controls.handlesResourceConsumption = True
api.controls.validatesInput = True
api.controls.validatesContentType = True
api.controls.usesParameterizedInput = True

sign_in = Server("Sign-in service", inBoundary=booking_space, protocol="HTTPS", port=8443, OS="Linux")
sign_in.controls = BASELINE
sign_in.controls.handlesResourceConsumption = True
sign_in.controls.usesParameterizedInput = True
sign_in.controls.encodesOutput = True

console = Server("Admin console", inBoundary=cluster, protocol="HTTPS", port=443, OS="Linux", usesSessionTokens=True)
console.controls = BASELINE
console.controls.authenticationScheme = "OIDC"
console.controls.implementsNonce = True
console.controls.authenticatesDestination = True
console.controls.usesMFA = True
console.controls.validatesInput = True
console.controls.validatesContentType = True
console.controls.encodesOutput = True
console.controls.handlesResourceConsumption = True
console.controls.usesParameterizedInput = True

for pages in (web, console):  # sessions are those of the framework that both use
    pages.controls.usesStrongSessionIdentifiers = True
    pages.controls.definesConnectionTimeout = True
    pages.controls.revokesSessions = True

sync = Process("Calendar sync", inBoundary=booking_space, protocol="HTTPS", port=8443, codeType="Managed")
sync.controls = BASELINE
sync.controls.validatesInput = True
sync.controls.usesParameterizedInput = True
sync.controls.handlesCrashes = True

reminders = Process("Reminders", inBoundary=booking_space, codeType="Managed")
reminders.controls = BASELINE
reminders.controls.handlesCrashes = True
reminders.controls.validatesInput = True
reminders.controls.validatesContentType = True
reminders.controls.handlesResourceConsumption = True

renderers = SetOfProcesses("Letter renderers", inBoundary=booking_space, codeType="Unmanaged")
renderers.controls = BASELINE
renderers.controls.isResilient = True
renderers.controls.validatesInput = True
renderers.controls.validatesContentType = True
renderers.marks = [
    accept(
        "AC01",
        reason="the PDF library is C; each renderer lives for one letter, without network and without credentials",
        owner="booking team",
        until="2030-12-31",
        ticket="BOOK-1187",
    ),
]

callback = Lambda("Payment callback", inBoundary=edge, protocol="HTTPS", port=443, implementsAPI=True)
callback.controls.isEncrypted = True
callback.controls.authenticatesSource = True  # the provider signs each call
callback.controls.validatesInput = True
callback.controls.validatesContentType = True
callback.controls.handlesInterruptions = True
callback.overrides = [Finding(threat_id="LB03", severity="low", cvss="3.1")]  # only the provider's addresses get in

retention = Lambda("Retention job", inBoundary=private, description="Deletes what is older than the law allows.")
retention.controls.handlesResourceConsumption = True

# ---- the assistant ----

assistant = Agent(
    "Triage assistant", inBoundary=assistant_space, usesExternalTools=True, validatesToolLaunchConfig=True
)
assistant.description = "Asks what the complaint is and proposes a specialty and slots. It cannot book."
assistant.protocol = "HTTPS"
assistant.controls = BASELINE
assistant.controls.limitsTools = True

model = LLM("Language model", inBoundary=partners, protocol="HTTPS", port=443, isThirdParty=True)
model.processesPersonalData = True
model.retainsUserData = False
model.hasContentFiltering = True
model.controls.isEncrypted = True
model.controls.authenticatesSource = True

# ---- stores ----

PROTECTED = Controls(
    authenticatesSource=True,
    hasAccessControl=True,
    implementsPOLP=True,
    isEncrypted=True,
    isEncryptedAtRest=True,
    isResilient=True,
)

appointments = Datastore("Appointments", inBoundary=stores, type=DatastoreType.SQL, onAWS=True, onRDS=True)
appointments.storesPII = True
appointments.storesSensitiveData = True
appointments.isShared = True
appointments.protocol = "PostgreSQL over TLS"
appointments.port = 5432
appointments.controls = PROTECTED
appointments.controls.deletesOldData = True  # by the retention job

accounts = Datastore("Accounts", inBoundary=stores, type=DatastoreType.SQL, onAWS=True, onRDS=True, storesPII=True)
accounts.protocol = "PostgreSQL over TLS"
accounts.port = 5432
accounts.controls = PROTECTED
accounts.controls.hashesCredentials = True

letters = Datastore("Letters", inBoundary=stores, type=DatastoreType.AWS_S3, isSQL=False, onAWS=True, storesPII=True)
letters.protocol = "HTTPS"
letters.port = 443
letters.hasWriteAccess = True
letters.controls = PROTECTED

jobs = Datastore("Job queue", inBoundary=stores, isSQL=False, protocol="AMQPS", port=5671, storesPII=True)
jobs.isMessageQueue = True
jobs.controls = PROTECTED
jobs.controls.isResilient = False
jobs.controls.restrictsPublishers = True  # an account for each service
jobs.controls.restrictsSubscribers = True
jobs.marks = [
    accept(
        "DO04",
        reason="one node; letters and reminders wait while it restarts, bookings do not need it",
        owner="platform team",
        until="2030-03-31",
        ticket="PLAT-388",
        facts={"isShared": False},  # when others use it as well, this is to be looked at again
    ),
]

cache = Datastore("Session cache", inBoundary=booking_space, isSQL=False, protocol="Redis", port=6379)
cache.controls = {"authenticatesSource": True, "hasAccessControl": True, "isResilient": True}

logs = Datastore("Log store", inBoundary=stores, isSQL=False, protocol="HTTPS", port=443, storesLogData=True)
logs.isShared = True
logs.controls = PROTECTED
logs.controls.providesIntegrity = True
logs.controls.sanitizesInput = True

# ---- a patient books ----

TLS = TLSVersion.TLSv13

find = Dataflow(patient, web, "Find a slot", order=1, data=slots, tlsVersion=TLS)
log_in = Dataflow(patient, web, "Log in", order=2, data=password, tlsVersion=TLS)
check = Dataflow(web, sign_in, "Check log-in", order=3, data=password, tlsVersion=TLS)
look_up = Dataflow(sign_in, accounts, "Look up account", order=4, data=password, tlsVersion=TLS)
book = Dataflow(patient, web, "Book a slot", order=5, data=booking, usesSessionTokens=True, tlsVersion=TLS)
pass_on = Dataflow(web, api, "Pass on booking", order=6, data=[booking, session], tlsVersion=TLS)
read_session = Dataflow(api, cache, "Read session", order=7)
found_session = Dataflow(cache, api, "Found session", order=8, data=session, responseTo=read_session)
write = Dataflow(api, appointments, "Write booking", order=9, data=booking, tlsVersion=TLS)
pay = Dataflow(api, payments, "Ask for deposit", order=10, data=deposit, tlsVersion=TLS)
pay.controls.authenticatesSource = True
booked = Dataflow(api, web, "Booked", order=11, data=booking, responseTo=pass_on)
shown = Dataflow(web, patient, "Show booking", order=12, data=booking, responseTo=book)

# ---- what follows from a booking ----

paid = Dataflow(payments, callback, "Deposit paid", data=deposit, tlsVersion=TLS)
paid.controls.handlesInterruptions = True  # the provider repeats it until we confirm
queue_payment = Dataflow(callback, jobs, "Queue payment", data=deposit, tlsVersion=TLS)
queue_letter = Dataflow(api, jobs, "Queue letter", data=booking, tlsVersion=TLS)
take_letter = Dataflow(jobs, renderers, "Take letter job", data=booking, tlsVersion=TLS)
store_letter = Dataflow(renderers, letters, "Store letter", data=letter, tlsVersion=TLS)
take_reminder = Dataflow(jobs, reminders, "Take reminder job", data=booking, tlsVersion=TLS)
remind = Dataflow(reminders, messages, "Send reminder", data=booking, tlsVersion=TLS)
remind.controls.authenticatesSource = True
clean = Dataflow(retention, appointments, "Delete old bookings", tlsVersion=TLS)

# ---- clinics ----

plan = Dataflow(receptionist, web, "Plan the day", data=booking, usesSessionTokens=True, tlsVersion=TLS)
export = Dataflow(practice, sync, "Send calendar", data=calendar, tlsVersion=TLS)
export.controls.handlesInterruptions = True  # every message holds the whole day
merge = Dataflow(sync, appointments, "Merge calendar", data=booking, tlsVersion=TLS)

# ---- the assistant talks ----

describe = Dataflow(web, assistant, "Describe complaint", data=complaint, tlsVersion=TLS)
ask = Dataflow(assistant, model, "Ask model", data=complaint, tlsVersion=TLS)
suggest = Dataflow(assistant, api, "Look for slots", data=slots, tlsVersion=TLS)

# ---- the company works ----

help_out = Dataflow(support, console, "Change a booking", data=booking, usesSessionTokens=True, tlsVersion=TLS)
manage = Dataflow(admin, console, "Manage clinics", usesSessionTokens=True, tlsVersion=TLS)
change = Dataflow(console, appointments, "Change data", data=booking, tlsVersion=TLS)
log_web = Dataflow(web, logs, "Log requests", data=event, tlsVersion=TLS)
log_api = Dataflow(api, logs, "Log bookings", data=event, tlsVersion=TLS)
report = Dataflow(appointments, warehouse, "Monthly figures", inScope=False)


def test_complaints_reach_nobody_but_the_assistant_and_its_model(threatmodel):
    assert {flow.sink for flow in complaint.carriedBy} == {assistant, model}


def test_only_the_edge_reaches_stores_from_outside_the_private_network(threatmodel):
    entering = [flow for flow in threatmodel.dataflows if flow.enters(private) and flow.sink.inside(stores)]
    assert entering
    assert all(flow.source.inside(edge) for flow in entering)


tm.process()  # python threatmodel_landscape.py --dfd --colormap | dot -Tpng -o landscape.png
