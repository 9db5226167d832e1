"""Notices about what an author probably did not mean."""

from __future__ import annotations

import pytest

from pytest_threatmodel import TM
from pytest_threatmodel import Actor
from pytest_threatmodel import Dataflow
from pytest_threatmodel import Server
from pytest_threatmodel.analysis.notices import notices
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import loading


def model(protocol: str = "HTTP", *, requests: int = 1) -> TM:
    """A user who asks a server, and an answer."""
    with loading(Load("<model>")):
        made = TM("Shop")
        user, web = Actor("User"), Server("Web")
        for number in range(requests):
            Dataflow(user, web, f"Ask {number}", protocol=protocol)
        Dataflow(web, user, "Answer", isResponse=True)
    made.check()
    return made


@pytest.mark.parametrize("protocol", ["HTTP", "http", "postgres", "", "QUIC"])
def test_a_known_protocol_is_no_news(protocol: str) -> None:
    """Whatever its spelling."""
    assert notices(model(protocol)) == []


def test_an_unknown_protocol_is_named_once_with_the_nearest() -> None:
    (notice,) = notices(model("HTPP"))
    assert "protocol 'HTPP' is not known, so that no rule heeds it; did you mean 'HTTP'?" in notice
    assert notice.startswith("test_notices.py:")


def test_a_protocol_like_no_other_has_no_hint() -> None:
    (notice,) = notices(model("carrier pigeon"))
    assert notice.endswith("so that no rule heeds it")


@pytest.mark.parametrize("requests", [0, 2])
def test_a_response_to_no_single_request_is_named(requests: int) -> None:
    """It inherits nothing, and may look unprotected, or harmless, for no reason."""
    (notice,) = notices(model(requests=requests))
    assert 'Dataflow "Answer" is a response to no request; state responseTo' in notice
