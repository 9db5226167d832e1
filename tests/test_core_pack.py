"""The pack `core`: the ids and titles that are promised."""

from __future__ import annotations

from pytest_threatmodel.library.load import load_library

#: The ids and titles are promised; what they are about may not move to other ids.
TITLES = {
    "AA01": "Dataflow not authenticated",
    "HA01": "Server not hardened",
    "AU01": "Logs created: verify if sensitive data is stored",
    "AU02": "Potential weak protections for audit data",
    "AC01": "Process memory tampered",
    "AC02": "Replay attacks",
    "CR01": "Collision attacks",
    "AU03": "Risks from logging",
    "AA02": "Authenticated data flow compromised",
    "IN01": "Potential SQL injection vulnerability",
    "IN02": "XML DTD and XSLT processing",
    "IN03": "JavaScript Object Notation processing/XSS",
    "IN04": "Cross site scripting",
    "AC03": "The data store could be corrupted",
    "AA03": "Weakness in SSO authorization",
    "AC04": "Elevation using impersonation",
    "AC05": "Elevation by changing the execution flow in a process",
    "OT01": "Cross site request forgery",
    "DO01": "Potential excessive resource consumption",
    "DO02": "Potential process crash or stop",
    "DO03": "Data flow is potentially interrupted",
    "DO04": "Data store inaccessible",
    "AA04": "Authorization bypass",
    "DE01": "Data flow sniffing",
    "AC06": "Weak access control for a resource",
    "DS01": "Weak credential storage",
    "DE02": "Weak credential transit",
    "AA05": "Weak authentication scheme",
    "LB01": "Lambda does not authenticate source of request",
    "LB02": "Lambda has no access control",
    "LB03": "Lambda does not handle resource consumption",
}


def test_the_pack_has_the_threats_that_are_promised() -> None:
    assert {threat.id: threat.title for threat in load_library(["core"])} == TITLES
    assert len(TITLES) == 31
