"""The categories of risk that Threagile finds by itself, and which weakness each is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Category:
    """A category of risk.

    Args:
        title: as Threagile's reports show it.
        cwe: the number of the weakness.
        parts: what the parts of a risk's id name, after the category: a technical asset (`asset`), or a communication
            link (`link`) with its ends (`source`, `target`); other words name what has no pairs.
        at: the part that the risk is at; of a risk with a link, the link as well.
    """

    title: str
    cwe: int
    parts: tuple[str, ...] = ("asset",)
    at: str = "asset"


_SOURCE_TARGET_LINK: Final = ("source", "target", "link")
_TARGET_SOURCE_LINK: Final = ("target", "source", "link")
_LINK_SOURCE_TARGET: Final = ("link", "source", "target")

#: id -> category. Ids, titles, numbers and the parts of ids are those of Threagile's built-in risk rules
#: (`pkg/risks/builtin/` in its repository; its command `list-risk-rules` prints them), in versions 0.9 and 1.0 alike.
CATEGORIES: Final[dict[str, Category]] = {
    "accidental-secret-leak": Category("Accidental Secret Leak", 200),
    "code-backdooring": Category("Code Backdooring", 912),
    "container-baseimage-backdooring": Category("Container Base Image Backdooring", 912),
    "container-platform-escape": Category("Container Platform Escape", 1008),
    "cross-site-request-forgery": Category("Cross-Site Request Forgery (CSRF)", 352, ("target", "link"), "target"),
    "cross-site-scripting": Category("Cross-Site Scripting (XSS)", 79),
    "dos-risky-access-across-trust-boundary": Category(
        "DoS-risky Access Across Trust-Boundary", 400, _TARGET_SOURCE_LINK, "target"
    ),
    "incomplete-model": Category("Incomplete Model", 1008),
    "ldap-injection": Category("LDAP-Injection", 90, _SOURCE_TARGET_LINK, "source"),
    "missing-authentication": Category("Missing Authentication", 306, _LINK_SOURCE_TARGET, "target"),
    "missing-authentication-second-factor": Category(
        "Missing Two-Factor Authentication (2FA)", 308, _LINK_SOURCE_TARGET, "target"
    ),
    "missing-build-infrastructure": Category("Missing Build Infrastructure", 1127),
    "missing-cloud-hardening": Category("Missing Cloud Hardening", 1008),
    "missing-file-validation": Category("Missing File Validation", 434),
    "missing-hardening": Category("Missing Hardening", 16),
    "missing-identity-propagation": Category("Missing Identity Propagation", 284, _LINK_SOURCE_TARGET, "target"),
    "missing-identity-provider-isolation": Category("Missing Identity Provider Isolation", 1008),
    "missing-identity-store": Category("Missing Identity Store", 287),
    "missing-network-segmentation": Category("Missing Network Segmentation", 1008),
    "missing-vault": Category("Missing Vault (Secret Storage)", 522),
    "missing-vault-isolation": Category("Missing Vault Isolation", 1008),
    "missing-waf": Category("Missing Web Application Firewall (WAF)", 1008),
    "mixed-targets-on-shared-runtime": Category("Mixed Targets on Shared Runtime", 1008, ("runtime",), "runtime"),
    "path-traversal": Category("Path-Traversal", 22, _SOURCE_TARGET_LINK, "source"),
    "push-instead-of-pull-deployment": Category("Push instead of Pull Deployment", 1127),
    "search-query-injection": Category("Search-Query Injection", 74, _SOURCE_TARGET_LINK, "source"),
    "server-side-request-forgery": Category("Server-Side Request Forgery (SSRF)", 918, _SOURCE_TARGET_LINK, "source"),
    "service-registry-poisoning": Category("Service Registry Poisoning", 693),
    "sql-nosql-injection": Category("SQL/NoSQL-Injection", 89, _SOURCE_TARGET_LINK, "source"),
    "unchecked-deployment": Category("Unchecked Deployment", 1127),
    "unencrypted-asset": Category("Unencrypted Technical Assets", 311),
    "unencrypted-communication": Category("Unencrypted Communication", 319, _LINK_SOURCE_TARGET, "source"),
    "unguarded-access-from-internet": Category("Unguarded Access From Internet", 501, _TARGET_SOURCE_LINK, "target"),
    "unguarded-direct-datastore-access": Category(
        "Unguarded Direct Datastore Access", 501, _LINK_SOURCE_TARGET, "target"
    ),
    "unnecessary-communication-link": Category("Unnecessary Communication Link", 1008, ("link",), "link"),
    "unnecessary-data-asset": Category("Unnecessary Data Asset", 1008, ("data",), "data"),
    "unnecessary-data-transfer": Category("Unnecessary Data Transfer", 1008, ("data", "asset", "partner")),
    "unnecessary-technical-asset": Category("Unnecessary Technical Asset", 1008),
    "untrusted-deserialization": Category("Untrusted Deserialization", 502),
    "wrong-communication-link-content": Category(
        "Wrong Communication Link Content", 1008, ("source", "link"), "source"
    ),
    "wrong-trust-boundary-content": Category("Wrong Trust Boundary Content", 1008),
    "xml-external-entity": Category("XML External Entity (XXE)", 611),
}
