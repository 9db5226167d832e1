"""ACME's checkout: a model under the shipped packs and the company's own, `acme.toml` beside it."""

# Type checkers know the fields of the shipped packs only.
# mypy: disable-error-code="call-arg"

from pytest_threatmodel import (
    TM,
    Actor,
    Boundary,
    Classification,
    Controls,
    Data,
    Dataflow,
    Datastore,
    ExternalEntity,
    Server,
    TLSVersion,
    accept,
)

tm = TM("Checkout", key="checkout", description="Customers pay for what is in their cart, and get it as a parcel.")

internet = Boundary("Internet")
shop = Boundary("Shop network", isCloudAccount=False, isCluster=False)
partners = Boundary("Partners")

order = Data("Order", format="JSON", isPII=True, isCredentials=False, classification=Classification.RESTRICTED)
# A field of ACME's pack is stated as any other: misspell it, and the message names the nearest.
card = Data("Card", holdsCardNumbers=True, isCredentials=False, classification=Classification.SECRET)

customer = Actor("Customer", inBoundary=internet, isAdmin=False)
payments = ExternalEntity("Payment provider", inBoundary=partners, protocol="HTTPS", port=443)
payments.controls.hasDataProcessingAgreement = True
payments.controls.authenticatesSource = True

checkout = Server("Checkout page", inBoundary=shop, protocol="HTTPS", port=443, OS="Linux")
checkout.usesSessionTokens = True
checkout.usesThirdPartyPackages = True
checkout.controls = Controls(
    isHardened=True,
    implementsPOLP=True,
    authenticatesSource=True,
    authorizesSource=True,
    handlesResourceConsumption=True,
    validatesInput=True,
    encodesOutput=True,
    usesParameterizedInput=True,
    implementsCSRFToken=True,
    disablesiFrames=True,
    # Sessions are those of acme-sessions.
    usesStrongSessionIdentifiers=True,
    definesConnectionTimeout=True,
    revokesSessions=True,
    # Packages come from the company's registry, which keeps out what nobody reviewed.
    pinsDependencies=True,
    reviewsDependencies=True,
    restrictsPackageSources=True,
    updatesDependencies=True,
)

orders = Datastore("Orders", inBoundary=shop, isSQL=True, storesPII=True)
orders.protocol = "PostgreSQL over TLS"
orders.port = 5432
orders.controls = Controls(
    authenticatesSource=True,
    hasAccessControl=True,
    implementsPOLP=True,
    isEncryptedAtRest=True,
    isResilient=True,
    deletesOldData=True,
)

TLS = TLSVersion.TLSv13
send_order = Dataflow(customer, checkout, "Send the order", data=order, tlsVersion=TLS)
pay = Dataflow(customer, payments, "Pay by card", data=card, tlsVersion=TLS)
write = Dataflow(checkout, orders, "Write the order", data=order, tlsVersion=TLS)

# A decision on a threat of ACME is as any other.
orders.marks = [
    accept(
        "ACME01",
        reason="the eraser learns of it with its next release; until then support deletes by hand",
        owner="checkout team",
        until="2030-06-30",
        ticket="SHOP-204",
        facts={"storesPII": True, "isBackup": False, "controls.isKnownToEraser": False},
    ),
]


def test_card_numbers_reach_the_payment_provider_alone(threatmodel):
    assert {flow.sink for flow in card.carriedBy} == {payments}
