"""The flat names of the first pytm: models of 0.3 to 0.8 say the same as before."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import UnknownAttribute
from pytest_threatmodel.model.kinds import KINDS
from pytest_threatmodel.model.kinds import LLM
from pytest_threatmodel.model.kinds import Actor
from pytest_threatmodel.model.kinds import Agent
from pytest_threatmodel.model.kinds import Boundary
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.kinds import Datastore
from pytest_threatmodel.model.kinds import Lambda
from pytest_threatmodel.model.kinds import Process
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.loading import load_model

from .conftest import Write

#: What every element of pytm 0.3, 0.4, 0.6 and 0.8 had.
EVERYWHERE = (
    "OS definesConnectionTimeout description handlesResources implementsAuthenticationScheme implementsNonce inBoundary"
    " inScope isAdmin isHardened name onAWS"
)
#: What a kind had besides, in any of these releases.
OLD_NAMES = {
    "Element": "",
    "Actor": "",
    "Boundary": "",
    "ExternalEntity": "hasPhysicalAccess",
    "Server": (
        "authenticatesDestination authenticatesSource authenticationScheme authorizesSource encodesOutput"
        " handlesResourceConsumption hasAccessControl implementsCSRFToken protocol providesConfidentiality"
        " providesIntegrity sanitizesInput usesCache usesEncryptionAlgorithm usesSessionTokens usesVPN validatesHeaders"
        " validatesInput"
    ),
    "Datastore": (
        "_authenticatesDestination authenticatesDestination authenticatesSource authenticationScheme authorizesSource"
        " handlesInterruptions handlesResourceConsumption hasAccessControl hasWriteAccess isResilient isSQL isSql"
        " isShared onRDS providesConfidentiality providesIntegrity storesLogData storesPII storesSensitiveData"
        " usesEncryptionAlgorithm validatesInput"
    ),
    "Lambda": (
        "authenticatesSource authenticationScheme authorizesSource checksInputBounds encodesOutput environment"
        " handlesResourceConsumption hasAccessControl implementsAPI sanitizesInput usesEnvironmentVariables"
        " validatesInput"
    ),
    "Process": (
        "HandlesResources authenticatesDestination authenticatesSource authenticationScheme authorizesSource"
        " checksInputBounds codeType data dataType environment handlesCrashes handlesInterruptions"
        " handlesResourceConsumption hasAccessControl implementsAPI implementsCSRFToken"
        " implementsCommunicationProtocol isResilient providesConfidentiality providesIntegrity sanitizesInput"
        " tracksExecutionFlow usesEnvironmentVariables usesSecureFunctions validatesInput"
    ),
    "Dataflow": (
        "authenticatedWith authorizesSource data dstPort implementsCommunicationProtocol isEncrypted note order"
        " protocol sink source usesSessionTokens usesVPN"
    ),
}
OLD_NAMES["SetOfProcesses"] = OLD_NAMES["Process"]
TEXTS = {
    "OS",
    "authenticationScheme",
    "codeType",
    "data",
    "dataType",
    "description",
    "environment",
    "name",
    "note",
    "protocol",
    "usesEncryptionAlgorithm",
}
NUMBERS = {"dstPort", "order"}


def make(kind: str) -> Any:
    found = next(found for found in KINDS if found.kind() == kind)
    return Dataflow(Actor("User"), Server("Web"), "Order") if found is Dataflow else found("It")


def value_of(name: str) -> object:
    if name in ("sink", "source"):
        return Server("Other")
    if name == "inBoundary":
        return Boundary("DMZ")
    return "text" if name in TEXTS else 7 if name in NUMBERS else True


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in OLD_NAMES.items() for name in f"{EVERYWHERE} {names}".split()]
)
def test_every_attribute_of_the_first_releases_is_set_and_read(kind: str, name: str) -> None:
    element, value = make(kind), value_of(name)
    setattr(element, name, value)
    if name == "data":
        assert [data.name for data in element.data] == ["text"]
    else:
        assert getattr(element, name) == value
    assert hasattr(make(kind), name)


@pytest.mark.parametrize("name", sorted(Controls.fields.keys() - Server.fields.keys()))
def test_a_flat_control_is_that_under_controls(name: str) -> None:
    web: Any = Server("Web")
    value = "AES" if isinstance(getattr(web.controls, name), str) else True
    assert getattr(web, name) == getattr(web.controls, name)
    setattr(web, name, value)
    assert getattr(web.controls, name) == value
    assert web.controls.is_stated(name)


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (Datastore, "isSql", "isSQL"),
        (Process, "HandlesResources", "handlesResources"),
        (Datastore, "_authenticatesDestination", "controls.authenticatesDestination"),
        (Dataflow, "authenticatedWith", "controls.authenticatesSource"),
    ],
)
def test_an_old_spelling_means_the_new_one(kind: type[Element], old: str, new: str) -> None:
    element: Any = make(kind.kind())
    setattr(element, old, True)
    node = element.controls if new.startswith("controls.") else element
    name = new.removeprefix("controls.")
    assert getattr(node, name) is True
    assert node.is_stated(name)
    with pytest.raises(ModelError, match=f"{name} = 'yes' is not accepted, expected True or False"):
        setattr(element, old, "yes")


def test_flat_names_are_keyword_arguments_too() -> None:
    kind: Any = Server
    web = kind("Web", isHardened=True, validatesInput=True)
    assert web.controls.facts.given == {"isHardened": True, "validatesInput": True}


def test_encryption_of_a_datastore_is_refused_as_it_meant_two_things() -> None:
    """Set, given or read: a test that reads it would believe the wrong one."""
    db: Any = Datastore("DB")
    kind: Any = Datastore
    for use in (lambda: setattr(db, "isEncrypted", True), lambda: db.isEncrypted, lambda: kind("DB", isEncrypted=True)):
        with pytest.raises(UnknownAttribute) as caught:
            use()
        assert caught.value.problem == 'Datastore "DB": isEncrypted on a datastore is ambiguous'
        assert caught.value.hint == (
            "write controls.isEncrypted (in transit) or controls.isEncryptedAtRest (stored data)"
        )
    assert not hasattr(db, "isEncrypted")


def test_the_data_type_of_a_process_is_the_format_of_its_data() -> None:
    process: Any = Process("Parser")
    assert process.dataType == ""
    process.dataType = "JSON"
    assert [(data.name, data.format) for data in process.data] == [("JSON data", "JSON")]
    assert process.dataType == "JSON"
    empty: Any = Process("Other")
    empty.dataType = ""
    assert empty.data == ()


@pytest.mark.parametrize("name", ["OS", "onAWS", "isAdmin", "handlesResources"])
def test_what_all_elements_had_is_kept_where_the_kind_has_no_such_field(name: str) -> None:
    """No rule reads it there, as none did; a wrong value is refused all the same."""
    edge: Any = Boundary("Edge")
    assert not getattr(edge, name)
    with pytest.raises(ModelError, match=f"{name} = 3 is not accepted"):
        setattr(edge, name, 3)


@pytest.mark.parametrize("kind", [Data, LLM, Agent])
def test_kinds_that_came_later_have_only_their_own_fields(kind: type[Element]) -> None:
    with pytest.raises(UnknownAttribute):
        kind("It").isAdmin = True  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("Server", "isSql"), ("Actor", "HandlesResources"), ("Server", "dataType"), ("Lambda", "usesMfa")],
)
def test_an_old_name_of_another_kind_is_unknown(kind: str, name: str) -> None:
    element = make(kind)
    with pytest.raises(UnknownAttribute):
        setattr(element, name, True)
    assert not hasattr(element, name)


def test_a_model_of_the_first_pytm_loads(write: Write) -> None:
    """The sample that came with it, with its names; only the import is ours."""
    text = """
        from pytest_threatmodel import *

        tm = TM("my test tm")
        tm.description = "another test tm"

        User_Web = Boundary("User/Web")
        Web_DB = Boundary("Web/DB")

        user = Actor("User")
        user.inBoundary = User_Web

        web = Server("Web Server")
        web.OS = "CloudOS"
        web.isHardened = True

        db = Datastore("SQL Database (*)")
        db.OS = "CentOS"
        db.isHardened = False
        db.inBoundary = Web_DB
        db.isSql = True
        db.inScope = False

        my_lambda = Lambda("cleanDBevery6hours")
        my_lambda.hasAccessControl = True
        my_lambda.inBoundary = Web_DB

        my_lambda_to_db = Dataflow(my_lambda, db, "(λ)Periodically cleans DB")
        my_lambda_to_db.protocol = "SQL"
        my_lambda_to_db.dstPort = 3306

        user_to_web = Dataflow(user, web, "User enters comments (*)")
        user_to_web.protocol = "HTTP"
        user_to_web.dstPort = 80
        user_to_web.data = 'Comments in HTML or Markdown'
        user_to_web.order = 1

        web_to_user = Dataflow(web, user, "Comments saved (*)")
        web_to_user.protocol = "HTTP"
        web_to_user.data = ''
        web_to_user.order = 2

        tm.process()
    """
    tm = load_model(write("threatmodel_old.py", text)).model
    assert tm["Web Server"].controls.isHardened
    assert tm["SQL Database (*)"].oneOf(Datastore)
    assert tm["cleanDBevery6hours"].controls.hasAccessControl
    assert isinstance(tm["cleanDBevery6hours"], Lambda)
    assert tm.dataflows[0].name == "(λ)Periodically cleans DB"
    assert [data.name for data in tm.data] == ["Comments in HTML or Markdown"]
