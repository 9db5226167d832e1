"""Controls that name the tests which prove them."""

from __future__ import annotations

import pytest

from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.proven import proven_by

TEST = "tests/test_login.py::test_it"


def test_a_control_is_what_is_said_and_remembers_its_tests() -> None:
    web = Server("Web")
    web.controls.isHardened = proven_by(TEST, "tests\\test_more.py::test_it[1]")
    web.controls.authenticationScheme = proven_by(TEST, value="oidc")
    assert web.controls.isHardened is True
    assert web.controls.authenticationScheme == "OIDC"
    assert web.controls.facts.proofs == {
        "isHardened": (TEST, "tests/test_more.py::test_it[1]"),
        "authenticationScheme": (TEST,),
    }


def test_controls_that_are_handed_over_keep_their_tests() -> None:
    shared = Controls(isHardened=proven_by(TEST), usesMFA=True)
    web = Server("Web", controls=shared)
    other = Server("Other", controls={"isHardened": proven_by(TEST)})
    assert web.controls.facts.proofs == other.controls.facts.proofs == {"isHardened": (TEST,)}
    assert web.controls.usesMFA is True


def test_what_is_stated_again_without_tests_has_none() -> None:
    web = Server("Web", controls=Controls(isHardened=proven_by(TEST)))
    web.controls.isHardened = True
    assert web.controls.facts.proofs == {}


@pytest.mark.parametrize("test", ["", "tests/test_login.py", "::test_it", "tests/test_login.py::", 7])
def test_what_is_no_node_id_is_refused(test: str) -> None:
    with pytest.raises(ModelError, match=r"names no test, expected a node id"):
        proven_by(test)


def test_without_a_test_there_is_no_proof() -> None:
    with pytest.raises(ModelError, match="needs a test"):
        proven_by()


def test_only_controls_are_proven() -> None:
    with pytest.raises(ModelError, match="only controls are proven by tests"):
        Server("Web", usesCache=proven_by(TEST))


def test_the_value_must_fit_the_control() -> None:
    web = Server("Web")
    with pytest.raises(ModelError, match="isHardened = 'yes' is not accepted, expected True or False"):
        web.controls.isHardened = proven_by(TEST, value="yes")
