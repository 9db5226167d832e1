"""Threagile's files, in the forms of versions 0.9 and 1.0: assets, links, boundaries, tracked risks."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_threatmodel.importers.fault import ImportFault
from pytest_threatmodel.importers.formats import read_model
from pytest_threatmodel.importers.threagile_risks import CATEGORIES
from pytest_threatmodel.importers.threagile_tracking import _fits
from pytest_threatmodel.importers.threagile_words import AUTHENTICATIONS
from pytest_threatmodel.importers.threagile_words import PROTOCOLS
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.protocols import KNOWN
from tests.importers.loaded import FILES
from tests.importers.loaded import SAMPLES
from tests.importers.loaded import decisions_of
from tests.importers.loaded import ends
from tests.importers.loaded import inside
from tests.importers.loaded import model_of
from tests.importers.loaded import named
from tests.importers.loaded import parsed
from tests.importers.loaded import stated
from tests.importers.loaded import threats_of

pytest.importorskip("yaml", reason="PyYAML is not installed")

SAMPLE_FILES = SAMPLES / "threagile"
needs_samples = pytest.mark.skipif(not SAMPLE_FILES.is_dir(), reason=f"no sample files in {SAMPLE_FILES}")

SMALL = """\
threagile_version: 1.0.0
title: Small
technical_assets:
  A: {id: a, type: process, technology: web-server, communication_links: {Go: {target: b, protocol: http}}}
  B: {id: b, type: datastore, technology: database}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "threagile.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def kinds(file: Path) -> list[tuple[str, str]]:
    tm = model_of(file)
    return [(type(each).__name__, each.name) for each in tm.elements if not isinstance(each, Dataflow)]


def test_version_0_by_name() -> None:
    assert kinds(FILES / "threagile-0.yaml") == [
        ("Boundary", "Outer"),
        ("Boundary", "Inner"),
        ("Actor", "Browser"),
        ("Server", "Web Server"),
        ("Datastore", "Database"),
        ("Datastore", "Directory"),
        ("Data", "Orders"),
        ("Data", "Logs"),
    ]
    tm = model_of(FILES / "threagile-0.yaml")
    assert (tm.name, tm.description) == ("Ordering", "Takes orders.")
    assert inside(tm) == {"Inner": "Outer", "Web Server": "Outer", "Database": "Inner", "Directory": "Inner"}
    assert ends(tm) == [
        ("Browser", "Web Server", "Web Traffic (TLS!)"),
        ("Web Server", "Browser", "Web Traffic (TLS!) (response)"),
        ("Web Server", "Database", "Query"),
        ("Web Server", "Directory", "Users"),
    ]


def test_version_1_by_name() -> None:
    assert kinds(FILES / "threagile-1.yaml") == [
        ("ExternalEntity", "Partner"),
        ("Lambda", "Function"),
        ("Process", "Tool"),
        ("Datastore", "Files"),
        ("Datastore", "Store"),
        ("Data", "Tokens"),
    ]
    assert ends(model_of(FILES / "threagile-1.yaml")) == [
        ("Function", "Store", "Save"),
        ("Function", "Partner", "Tell"),
    ]


def test_assets_say_what_they_are() -> None:
    made = {element.name: dict(element.values) for element in parsed(FILES / "threagile-0.yaml").elements}
    assert made == {
        "Browser": {"scopeReason": "theirs"},
        "Web Server": {
            "maxClassification": "SENSITIVE",
            "controls.isEncryptedAtRest": True,
            "controls.isResilient": True,
            "usesXMLParser": True,
            "acceptsPasswords": True,
            "usesServiceAccount": True,
            "isMultiTenant": True,
            "isCustomDeveloped": True,
            "sharesRuntime": True,
        },
        "Database": {
            "sharesRuntime": True,
            "onAWS": True,
            "controls.isEncryptedAtRest": True,
            "type": "SQL",
            "isSQL": True,
            "onRDS": True,
            "hasWriteAccess": False,
        },
        "Directory": {
            "controls.isEncryptedAtRest": False,
            "type": "LDAP",
            "isSQL": False,
            "hasWriteAccess": True,
        },
    }


def test_assets_of_version_1_say_what_they_are() -> None:
    made = {element.name: dict(element.values) for element in parsed(FILES / "threagile-1.yaml").elements}
    assert made == {
        "Partner": {},
        "Function": {"onAWS": True, "actsForUsers": True, "controls.propagatesIdentity": True},
        "Tool": {},
        "Files": {"type": "AWS_S3", "isSQL": False, "onAWS": True},
        "Store": {"controls.isEncryptedAtRest": True, "isSQL": False, "hasWriteAccess": True},
    }


def test_links_say_how_they_are_protected() -> None:
    made = {flow.name: dict(flow.values) for flow in parsed(FILES / "threagile-0.yaml").flows}
    assert made == {
        "Web Traffic (TLS!)": {
            "protocol": "HTTPS",
            "controls.authenticatesSource": True,
            "controls.usesMFA": True,
            "controls.authorizesSource": True,
            "usesVPN": True,
        },
        "Web Traffic (TLS!) (response)": {"usesVPN": True},
        "Query": {"protocol": "JDBC over TLS", "controls.authenticatesSource": True},
        "Users": {"protocol": "TCP", "note": "binary", "controls.authenticatesSource": False},
    }


def test_data_goes_in_the_direction_that_the_link_says() -> None:
    tm = model_of(FILES / "threagile-0.yaml")
    request, response, query, users = tm.dataflows
    assert [[data.name for data in flow.data] for flow in (request, response, query, users)] == [
        ["Orders"],
        ["Orders"],
        ["Orders"],
        [],
    ]
    assert (response.responseTo, response.protocol) == (request, "HTTPS")
    assert {data.name: stated(data)["classification"].name for data in tm.data} == {
        "Orders": "SECRET",
        "Logs": "RESTRICTED",
    }
    assert [data.name for data in tm.data if data.isStored] == ["Orders", "Logs"]


def test_what_is_out_of_scope_says_why() -> None:
    browser = model_of(FILES / "threagile-0.yaml")["Browser"]
    assert (browser.inScope, browser.scopeReason) == (False, "theirs")


def test_tracked_risks_stand_on_what_their_ids_name() -> None:
    made = parsed(FILES / "threagile-0.yaml").decisions
    assert [(each.title, each.on, each.element, each.status, each.cwe) for each in made] == [
        ("Unencrypted Communication", "flows", "web>users", "accepted", (319,)),
        ("Unencrypted Communication", "elements", "web", "accepted", (319,)),
        ("Data store inaccessible", "elements", "db", "accepted", (410,)),
        ("Missing Authentication", "flows", "web>users", None, (306,)),
        ("Missing Authentication", "elements", "ldap", None, (306,)),
        ("SQL/NoSQL-Injection", "flows", "web>query", "accepted", (89,)),
        ("SQL/NoSQL-Injection", "elements", "web", "accepted", (89,)),
        ("Missing Hardening", "elements", "web", None, (16,)),
    ]


def test_risks_of_version_1_are_a_list() -> None:
    made = parsed(FILES / "threagile-1.yaml").decisions
    assert [(each.title, each.on, each.element, each.status, each.reason) for each in made] == [
        ("Own risk", "elements", "store", "accepted", "Internal only"),
        ("Own risk", "flows", "fn>save", "accepted", "Internal only"),
    ]


def test_decisions_of_version_0() -> None:
    found = decisions_of(model_of(FILES / "threagile-0.yaml"))
    told = {pair: (each.status, each.owner, each.reason) for pair, each in found.by_pair.items()}
    assert told == {
        ("DO04", "Database"): (
            "accepted",
            None,
            "Quotas (mitigated as disk-full@db, says threagile-0.yaml)",
        ),
        ("IN01", "Web Server"): (
            "accepted",
            None,
            "Bound parameters (false-positive as sql-nosql-injection@web@db@web>query, says threagile-0.yaml)",
        ),
        ("DE01", "Users"): (
            "accepted",
            "John",
            "Same host, ticket SHOP-1, 2020-01-04 "
            "(accepted as unencrypted-communication@web>users@web@*, says threagile-0.yaml)",
        ),
    }


def test_what_cannot_be_mapped_is_told() -> None:
    assert parsed(FILES / "threagile-0.yaml").unmapped == (
        "no counterpart for type of trust boundaries: Outer (network-on-prem), Inner (execution-environment)",
        "no counterpart for internet of technical assets: Browser",
        "no counterpart for data_formats_accepted 'json': Web Server",
        "no counterpart for tags of technical assets: Database",
        "no counterpart for ip_filtered of communication links: Web Traffic (TLS!)",
        "no counterpart for usage, quantity, integrity, availability of data assets: Orders, Logs",
        "risks on nothing that has threats here: odd (Somewhere), missing-hardening@nobody",
        "the status 'postponed' is not understood: missing-hardening@web",
        "risks of a category that is not known: unknown-category@web",
        "questions are not read: Who pays?",
        "abuse_cases are not read: Theft",
        "security_requirements are not read: Validation",
    )
    assert parsed(FILES / "threagile-1.yaml").unmapped == (
        "no counterpart for tags of technical assets: Function, Files",
        "technology 'quantum-thing' is not known, taken as a program: Tool",
        "no counterpart for usage of technical assets: Tool",
        "protocol 'carrier-pigeon' is not known: Tell",
        "authentication 'telepathy' is not known: Tell",
        "included files are not read: join them first: more.yaml",
    )


def test_unknown_keys_are_told_once_for_all_assets(tmp_path: Path) -> None:
    text = SMALL.replace("type: process,", "type: process, raa: 5,").replace(
        "type: datastore,", "type: datastore, raa: 9,"
    )
    assert parsed(written(tmp_path, text.replace("protocol: http", "protocol: http, speed: 1"))).unmapped == (
        "/technical_assets/*/raa is not read",
        "/technical_assets/*/communication_links/*/speed is not read",
    )


@pytest.mark.parametrize(
    ("id_", "on"),
    [
        ("missing-hardening@*", {"a", "b"}),
        ("missing-hardening@a", {"a"}),
        ("missing-hardening@*a*", set()),
        ("unencrypted-communication@*@*@b", {"a>go", "a"}),
        ("unencrypted-communication@*@b@*", set()),
        ("missing-authentication@a>go@a@b", {"a>go", "b"}),
        ("cross-site-request-forgery@b@*", {"a>go", "b"}),
        ("dos-risky-access-across-trust-boundary@b@a@a>go->a>other", {"a>go", "b"}),
        ("unnecessary-communication-link@a>go", {"a>go"}),
        ("incomplete-model@a>go@a", {"a>go"}),
        ("missing-hardening@a@b@c", set()),
        ("mixed-targets-on-shared-runtime@*", set()),
    ],
)
def test_ids_of_risks(tmp_path: Path, id_: str, on: set[str]) -> None:
    text = f"{SMALL}risk_tracking:\n  '{id_}': {{status: accepted, justification: x}}\n"
    made = parsed(written(tmp_path, text))
    assert {each.element for each in made.decisions} == on
    assert any(line.startswith("risks on nothing") for line in made.unmapped) is not bool(on)


@pytest.mark.parametrize(
    ("status", "ours"),
    [
        ("unchecked", None),
        ("in-discussion", None),
        ("in-progress", None),
        ("accepted", "accepted"),
        ("mitigated", "accepted"),
        ("false-positive", "accepted"),
    ],
)
def test_states(tmp_path: Path, status: str, ours: str | None) -> None:
    made = parsed(written(tmp_path, f"{SMALL}risk_tracking:\n  missing-hardening@a: {{status: {status}}}\n"))
    assert [(each.status, each.said) for each in made.decisions] == [(ours, f"{status} as missing-hardening@a")]


def test_protocols_are_ours_and_none_in_the_clear_looks_protected() -> None:
    assert set(PROTOCOLS.values()) <= set(KNOWN)
    clear = {protocol for protocol in PROTOCOLS if f"{protocol}-encrypted" in PROTOCOLS}
    assert {PROTOCOLS[protocol] for protocol in clear} == {"HTTP", "JDBC", "ODBC", "SQL", "TCP", "SMTP", "POP3", "IMAP"}


def test_only_who_says_so_is_not_authenticated() -> None:
    unsure = [word for word, said in AUTHENTICATIONS.items() if said["controls.authenticatesSource"] is not True]
    assert unsure == ["none"]


def test_categories_have_a_weakness_and_parts() -> None:
    assert len(CATEGORIES) == 42
    assert all(category.cwe > 0 and category.at in category.parts for category in CATEGORIES.values())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1.0.0", "2.0", "/threagile_version: this is version '2.0' of Threagile's format, expected 0.9 or 1.0"),
        ("target: b", "target: c", "/technical_assets/A/communication_links/Go: there is no element with the id 'c'"),
        ("target: b, ", "", "/technical_assets/A/communication_links/Go: 'target' is missing or empty, expected text"),
        ("id: b", "id: a", "/technical_assets/B: the id 'a' stands at /technical_assets/A as well"),
        ("type: process", "type: proces", "/technical_assets/A/type: 'proces' is no type of a technical asset"),
        ("{id: b, type: datastore, technology: database}", "b", "/technical_assets/B: expected a mapping, got 'b'"),
    ],
)
def test_bad_files_are_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    file = written(tmp_path, SMALL.replace(old, new))
    with pytest.raises(ImportFault) as error:
        model_of(file)
    assert f"threagile.yaml: {message}" in str(error.value)


@pytest.mark.parametrize(
    ("boundaries", "message"),
    [
        (
            "X: {id: x, technical_assets_inside: [c]}",
            "/trust_boundaries/X/technical_assets_inside: nothing has the id 'c'",
        ),
        (
            "X: {id: x, technical_assets_inside: [a]}\n  Y: {id: y, technical_assets_inside: [a]}",
            "/trust_boundaries/Y/technical_assets_inside: 'a' is in the trust boundary 'x' as well, expected one",
        ),
        (
            "X: {id: x, trust_boundaries_nested: [y]}\n  Y: {id: y, trust_boundaries_nested: [x]}",
            "boundaries are inside themselves: 'X' in 'Y' in 'X'",
        ),
        ("X: {id: x, trust_boundaries_nested: [x]}", "boundaries are inside themselves: 'X' in 'X'"),
    ],
)
def test_bad_boundaries_are_named(tmp_path: Path, boundaries: str, message: str) -> None:
    file = written(tmp_path, f"{SMALL}trust_boundaries:\n  {boundaries}\n")
    with pytest.raises(ImportFault) as error:
        model_of(file)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("pattern", "id_", "fits"),
    [
        ("*", "web", True),
        ("*", "", False),
        ("w*b", "web", True),
        ("w*b", "wb", False),
        ("w*e*b", "wxeyb", True),
        ("w*e*b", "weeb", False),
        ("web*", "web", False),
        ("web", "web-2", False),
        ("*" + "a*" * 50, "a" * 5000, True),
        ("*" + "a*" * 50 + "b", "a" * 5000, False),
    ],
)
def test_wildcards(pattern: str, id_: str, fits: bool) -> None:
    assert _fits(pattern, id_) is fits


def test_too_many_wildcards_are_refused(tmp_path: Path) -> None:
    assets = "\n".join(f"  N{number}: {{id: n{number}, type: process}}" for number in range(1500))
    tracked = "\n".join(f"  missing-hardening@*{number}: {{status: accepted}}" for number in range(1500))
    file = written(tmp_path, f"technical_assets:\n{assets}\nrisk_tracking:\n{tracked}\n")
    with pytest.raises(ImportFault, match="too many tracked risks"):
        read_model(file)


@needs_samples
@pytest.mark.parametrize(
    ("file", "elements", "flows", "boundaries", "data", "decisions"),
    [("example.yaml", 14, 36, 5, 12, 131), ("stub.yaml", 2, 1, 1, 1, 1)],
)
def test_samples_by_number(file: str, elements: int, flows: int, boundaries: int, data: int, decisions: int) -> None:
    made = parsed(SAMPLE_FILES / file)
    numbers = (len(made.elements), len(made.flows), len(made.boundaries), len(made.data), len(made.decisions))
    assert numbers == (elements, flows, boundaries, data, decisions)
    assert not [line for line in made.unmapped if line.startswith("/")]


@needs_samples
def test_samples_by_name() -> None:
    tm = model_of(SAMPLE_FILES / "example.yaml")
    assert inside(tm) == {
        "Web DMZ": "Application Network",
        "ERP DMZ": "Application Network",
        "Auth Handling Environment": "Application Network",
        "Load Balancer": "Application Network",
        "Apache Webserver": "Web DMZ",
        "Marketing CMS": "Web DMZ",
        "Backoffice ERP System": "ERP DMZ",
        "Contract File Server": "ERP DMZ",
        "Customer Contract Database": "ERP DMZ",
        "Identity Provider": "Auth Handling Environment",
        "LDAP Auth Server": "Auth Handling Environment",
        "Jenkins Build Server": "Dev Network",
        "Git Repository": "Dev Network",
        "Backend Admin Client": "Dev Network",
        "Backoffice Client": "Dev Network",
    }
    assert [each.name for each in tm.elements if not each.inScope] == [
        "Customer Web Client",
        "Backoffice Client",
        "Backend Admin Client",
        "External Development Client",
    ]
    assert named(tm, "NFS Filesystem Access").protocol == "NFS"
    assert named(tm, "Customer Contract Summaries").classification.name == "SENSITIVE"


@needs_samples
def test_decisions_of_the_sample() -> None:
    tm = model_of(SAMPLE_FILES / "example.yaml")
    told = {(threat.title, threat.element.name): threat for threat in threats_of(tm)}
    accepted = told["Untrusted Deserialization", "Backoffice ERP System"]
    assert (accepted.status, accepted.owner, set(accepted.cwe)) == ("accepted", "John Doe", {502})
    assert accepted.reason.startswith("Risk accepted as tolerable, ticket XYZ-1234, 2020-01-04")
    on_ldap = {name for title, name in told if title == "LDAP-Injection"}
    assert on_ldap == {
        "Backend Admin Client",
        "Identity Provider",
        "Marketing CMS",
        "User Management Access",
        "User Management Access (response)",
        "LDAP Credential Check Traffic",
        "Auth Traffic",
        "Auth Traffic (response)",
    }
    assert all(each.status is None for (title, _), each in told.items() if title.startswith("DoS-risky"))


def _asset(tmp_path: Path, more: str, type_: str = "process") -> dict[str, object]:
    """What a file says of its one asset, which a browser of people calls."""
    file = tmp_path / "one.yaml"
    file.write_text(
        "threagile_version: 1.0.0\ntitle: One\ntechnical_assets:\n"
        f"  It: {{id: it, type: {type_}, {more}}}\n"
        "  Browser: {id: browser, type: external-entity, technology: browser}\n",
        encoding="utf-8",
    )
    return dict(next(element.values for element in parsed(file).elements if element.name == "It"))


@pytest.mark.parametrize(
    ("more", "type_", "said"),
    [
        ("technology: load-balancer", "process", {"isProxy": True}),
        ("technology: web-service-rest, internet: true", "process", {"implementsAPI": True, "isInternetFacing": True}),
        ("technology: identity-provider", "process", {"isIdentityProvider": True}),
        ("technology: message-queue", "process", {"isMessageBroker": True}),
        ("technology: message-queue, multi_tenant: true", "datastore", {"isMessageQueue": True, "isMultiTenant": True}),
        ("technology: build-pipeline", "process", {"runsBuilds": True}),
        ("technology: artifact-registry", "datastore", {"isArtifactRegistry": True}),
        ("technology: scheduler", "process", {"runsOnSchedule": True}),
        ("technology: web-server, machine: container", "process", {"runsInContainer": True}),
        ("technology: container-platform", "process", {"isOrchestrator": True}),
        ("technology: iot-device", "external-entity", {"isDevice": True}),
        ("technology: web-server, data_formats_accepted: [serialization]", "process", {"deserializesObjects": True}),
        ("technology: web-server, data_formats_accepted: [file]", "process", {"acceptsFileUploads": True}),
        ("technology: web-server, tags: ['aws:ec2']", "process", {"onAWS": True}),
        ("technology: web-server, custom_developed_parts: true", "process", {"isCustomDeveloped": True}),
    ],
)
def test_technologies_formats_and_flags_are_facts(
    tmp_path: Path, more: str, type_: str, said: dict[str, object]
) -> None:
    pytest.importorskip("yaml", reason="PyYAML is not installed")
    assert {name: _asset(tmp_path, more, type_).get(name) for name in said} == said


def test_what_builds_and_deploys_brings_programs_to_where_they_run(tmp_path: Path) -> None:
    file = tmp_path / "ci.yaml"
    link = "{{target: {0}, protocol: ssh, usage: {1}, readonly: {2}}}"
    links = ", ".join(
        f"{title}: {link.format(*row)}"
        for title, row in {
            "Deploy": ("web", "devops", "false"),
            "Look": ("web", "devops", "true"),
            "Call": ("web", "business", "false"),
            "Push": ("registry", "devops", "false"),
        }.items()
    )
    file.write_text(
        "threagile_version: 1.0.0\ntitle: CI\ntechnical_assets:\n"
        f"  CI: {{id: ci, type: process, technology: build-pipeline, communication_links: {{{links}}}}}\n"
        "  Web: {id: web, type: process, technology: web-server}\n"
        "  Registry: {id: registry, type: process, technology: artifact-registry}\n",
        encoding="utf-8",
    )
    assert [flow.name for flow in parsed(file).flows if flow.values.get("isDeployment")] == ["Deploy"]
