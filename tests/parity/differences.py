"""A model for each known difference from pytm, on which that difference shows."""

from __future__ import annotations

from typing import Any
from typing import Final

from tests.parity.oracle import ModelText


def _text(*lines: str, threats: list[dict[str, Any]] | None = None) -> ModelText:
    own = "" if threats is None else ", threatsFile='own.json'"
    return ModelText("\n".join([f"tm = TM('System'{own})", *lines]) + "\n", threats)


def _rule(condition: str, target: str, **more: Any) -> list[dict[str, Any]]:
    return [{"SID": "OWN", "description": "It can go wrong", "condition": condition, "target": target, **more}]


_TWO = ("user = Actor('User')", "web = Server('Web')", "flow = Dataflow(user, web, 'Ask')")

#: Repair -> a model; what the difference is stands with the repair.
DIFFERENCES: Final = {
    "nested-boundaries": _text(
        "outer = Boundary('Outer')",
        "inner = Boundary('Inner', inBoundary=outer)",
        "web = Server('Web', inBoundary=inner)",
        "db = Datastore('DB', inBoundary=outer)",
        "flow = Dataflow(db, web, 'Push')",
        threats=_rule("target.enters(Boundary)", "Dataflow"),
    ),
    "target-in-loops": _text(
        *_TWO,
        "flow.data = [Data('Order')]",
        threats=_rule("any(d.isPII is False and target.isResponse is False for d in target.data)", "Dataflow"),
    ),
    "names-in-conditions": _text(*_TWO, threats=_rule("not target.source.oneOf(LLM)", "Dataflow")),
    "ended-conditions": _text("web = Server('Web')", threats=_rule("not target.neverHeardOf", "Server")),
    "encryption-at-rest": _text(
        "card = Data('Card', isPII=True, isStored=True)",
        "web = Server('Web')",
        "vault = Datastore('Vault')",
        "vault.controls.isEncryptedAtRest = True",
        "keep = Dataflow(web, vault, 'Keep', data=[card])",
        "keep.controls.isEncrypted = True",
    ),
    "fields-of-packs": _text("job = Process('Job')", threats=_rule("not target.usesXMLParser", "Process")),
    "overrides-that-find": _text(
        "web = Server('Web')",
        "web.controls.isHardened = True",
        "web.overrides = [Finding(threat_id='DS03', severity='Low')]",
    ),
    "data-as-target": _text("card = Data('Card', isPII=True)", threats=_rule("target.isPII", "Data")),
    "invented-element": _text(
        "web = Server('Web')", "web.overrides = [Finding(threat_id='OWN')]", threats=_rule("target.inScope", "Element")
    ),
    "retired-threats": _text("web = Server('Web')", threats=_rule("True", "Server", DEPRECATED=True)),
    "stated-values": _text(
        "user = Actor('User')",
        "web = Server('Web')",
        "flow = Dataflow(user, web, 'Ask', protocol='HTTPS')",
        "flow.controls.isEncrypted = True",
    ),
    "response-from-request": _text(
        "user = Actor('User')",
        "web = Server('Web')",
        "ask = Dataflow(user, web, 'Ask')",
        "ask.controls.isEncrypted = True",
        "answer = Dataflow(web, user, 'Answer', isResponse=True)",
    ),
    "credentials-of-all-data": _text(
        *_TWO,
        "token = Data('Token', isCredentials=True)",
        "answer = Dataflow(web, user, 'Answer', responseTo=flow, data=[token])",
        threats=_rule("any(d.credentialsLife == Lifetime.UNKNOWN for d in target.data)", "Dataflow"),
    ),
    "spelling-of-protocols": _text(
        "web = Server('Web', protocol='http')", threats=_rule("target.protocol == 'HTTP'", "Server")
    ),
    "several-answers": _text(
        *_TWO,
        "yes = Dataflow(web, user, 'Yes', isResponse=True)",
        "no = Dataflow(web, user, 'No', isResponse=True)",
    ),
    "innermost-boundaries": _text(
        "tm.ignoreUnused = True",
        "dmz = Boundary('DMZ')",
        *_TWO,
        "user.inBoundary = dmz",
        threats=_rule("target.inScope", "Boundary"),
    ),
    "equal-data": _text(
        *_TWO,
        "plain = Data('Name')",
        "personal = Data('Name', isPII=True)",
        "flow.data = [plain, personal]",
        threats=_rule("any(d.isPII for d in target.data)", "Dataflow"),
    ),
}
