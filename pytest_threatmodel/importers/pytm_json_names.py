"""Names by which things in pytm's JSON refer to each other."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_threatmodel.importers.parts import Part
from pytest_threatmodel.model.fields import did_you_mean


class Names:
    """The things of one list.

    Args:
        parts: in their order.
        kind: the name of the list, for messages.
    """

    def __init__(self, parts: Sequence[Part], kind: str) -> None:
        self.parts = parts
        self._kind = kind
        self._by_name: dict[str, list[str]] = {}
        for part in parts:
            self._by_name.setdefault(part.need("name"), []).append(part.place)
        self._flows: dict[tuple[str, str, str, str], list[str]] = {}
        for part in parts:
            ends = (part.text("source"), part.text("sink"))
            self._flows.setdefault(("name", part.text("name"), *ends), []).append(part.place)
            if "response" in part:
                self._flows.setdefault(("response", part.text("response"), *ends), []).append(part.place)

    def refer(self, part: Part, key: str) -> str | None:
        """The place of what a name under a key means; None where nothing stands.

        Raises:
            ImportFault: nothing has this name, or two things have.
        """
        name = part.text(key)
        return self.find(part, key, name) if name else None

    def find(self, part: Part, key: str, name: str) -> str:
        """The place of the thing with this name.

        Raises:
            ImportFault: nothing has this name, or two things have.
        """
        places = self.find_any(part, key, name)
        if len(places) > 1:
            raise part.fault(f"the name {name!r} stands twice, at {places[0]} and {places[1]}", key)
        return places[0]

    def find_any(self, part: Part, key: str, name: str) -> list[str]:
        """The places of all things with this name.

        Raises:
            ImportFault: nothing has this name.
        """
        if name not in self._by_name:
            hint = did_you_mean(name, self._by_name)
            raise part.fault(f"nothing under {self._kind!r} has the name {name!r}", key, hint)
        return self._by_name[name]

    def places(self, name: str) -> list[str]:
        """The places of all things with this name; none where there is no such thing."""
        return self._by_name.get(name, [])

    def requests(self, name: str, response: str, ends: tuple[str, str]) -> list[str]:
        """The places of the flows that a response may answer; of many only some, since one is wanted.

        Args:
            name: of the request, where the response says it.
            response: the name of the response, which a request may say.
            ends: source and sink of the request.
        """
        key = ("name", name, *ends) if name else ("response", response, *ends)
        return self._flows.get(key, [])[:3]
