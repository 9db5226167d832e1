"""pytm's helpers for flows that come in twos."""

from __future__ import annotations

from typing import Any

from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.kinds import Dataflow


def req_reply(src: Element, dest: Element, req_name: str, reply_name: str | None = None) -> tuple[Dataflow, Dataflow]:
    """A request and the response to it.

    Args:
        src: who asks.
        dest: who answers.
        req_name: name of the request.
        reply_name: name of the response; made from that of the request by default.
    """
    request = Dataflow(src, dest, req_name)
    return reply(request, **({"name": reply_name} if reply_name else {}))


def reply(req: Dataflow, **kwargs: Any) -> tuple[Dataflow, Dataflow]:
    """A request that is there, and a new response to it.

    Args:
        req: the request.
        kwargs: `name` and whatever else the response says.
    """
    name = kwargs.pop("name", f"Reply to {req.name}")
    return req, Dataflow(req.sink, req.source, name, **{"responseTo": req, **kwargs})
