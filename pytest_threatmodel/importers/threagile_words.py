"""The words of Threagile's files, and what they are here."""

from __future__ import annotations

from typing import Final

#: Ratings of confidentiality, from least to most -> our classification.
CLASSIFICATIONS: Final = {
    "public": "PUBLIC",
    "internal": "RESTRICTED",
    "restricted": "SENSITIVE",
    "confidential": "SECRET",
    "strictly-confidential": "TOP_SECRET",
}
#: Technologies of processes that answer requests; other processes are programs.
SERVERS: Final = frozenset({
    "application-server", "artifact-registry", "build-pipeline", "cms", "code-inspection-platform",
    "container-platform", "database", "ejb", "erp", "file-server", "gateway", "hsm", "identity-provider", "ids",
    "identity-store-database", "identity-store-ldap", "ips", "ldap-server", "load-balancer", "mail-server",
    "mainframe", "message-queue", "monitoring", "report-engine", "reverse-proxy", "search-engine", "search-index",
    "service-mesh", "service-registry", "sourcecode-repository", "stream-processing", "vault", "waf",
    "web-application", "web-server", "web-service-rest", "web-service-soap",
})  # fmt: skip
FUNCTION: Final = "function"
PROGRAMS: Final = frozenset({
    "ai", "batch-processing", "block-storage", "browser", "cli", "client-system", "data-lake", "desktop",
    "devops-client", "event-listener", "iot-device", "library", "local-file-system", "mobile-app", "scheduler",
    "task", "tool", "unknown-technology",
})  # fmt: skip
#: Technologies of stores that SQL is no language of -> our type of store.
NOT_SQL: Final = {
    "identity-store-ldap": "LDAP",
    "ldap-server": "LDAP",
    "file-server": "FILE_SYSTEM",
    "local-file-system": "FILE_SYSTEM",
    "block-storage": "FILE_SYSTEM",
    **dict.fromkeys(("artifact-registry", "hsm", "mail-server", "message-queue", "search-engine"), "UNKNOWN"),
    **dict.fromkeys(("search-index", "sourcecode-repository", "stream-processing", "vault"), "UNKNOWN"),
}
SQL_PROTOCOLS: Final = frozenset(
    ("jdbc", "jdbc-encrypted", "odbc", "odbc-encrypted", "sql-access-protocol", "sql-access-protocol-encrypted")
)
NOSQL_PROTOCOLS: Final = frozenset(("nosql-access-protocol", "nosql-access-protocol-encrypted"))

#: Protocols. What travels in the clear over TCP and has no name among ours is TCP, which the rules know to be in the
#: clear; its encrypted counterpart is TLS. The file's own word stays on the flow, as a note.
PROTOCOLS: Final = {
    "http": "HTTP",
    "https": "HTTPS",
    "ws": "WS",
    "wss": "WSS",
    "reverse-proxy-web-protocol": "HTTP",
    "reverse-proxy-web-protocol-encrypted": "HTTPS",
    "mqtt": "MQTT",
    "jdbc": "JDBC",
    "jdbc-encrypted": "JDBC over TLS",
    "odbc": "ODBC",
    "odbc-encrypted": "ODBC over TLS",
    "sql-access-protocol": "SQL",
    "sql-access-protocol-encrypted": "SQL over TLS",
    "ssh": "SSH",
    "ssh-tunnel": "SSH",
    "scp": "SSH",
    "sftp": "SFTP",
    "ftp": "FTP",
    "ftps": "FTPS",
    "smtp": "SMTP",
    "smtp-encrypted": "SMTPS",
    "pop3": "POP3",
    "pop3-encrypted": "POP3S",
    "imap": "IMAP",
    "imap-encrypted": "IMAPS",
    "ldap": "LDAP",
    "ldaps": "LDAPS",
    "nfs": "NFS",
    "local-file-access": "IPC",
    "in-process-library-call": "IPC",
    "inter-process-communication": "IPC",
    "container-spawning": "IPC",
    **dict.fromkeys(("nosql-access-protocol", "binary", "text", "jms", "smb", "nrpe", "xmpp", "iiop", "jrmp"), "TCP"),
    **dict.fromkeys(("nosql-access-protocol-encrypted", "binary-encrypted", "text-encrypted"), "TLS"),
    **dict.fromkeys(("smb-encrypted", "iiop-encrypted", "jrmp-encrypted"), "TLS"),
}
UNKNOWN_PROTOCOL: Final = "unknown-protocol"

#: How callers show who they are -> what that states on a flow.
AUTHENTICATIONS: Final[dict[str, dict[str, object]]] = {
    "none": {"controls.authenticatesSource": False},
    "credentials": {"controls.authenticatesSource": True},
    "session-id": {"controls.authenticatesSource": True, "usesSessionTokens": True},
    "token": {"controls.authenticatesSource": True, "usesSessionTokens": True},
    "client-certificate": {"controls.authenticatesSource": True},
    "two-factor": {"controls.authenticatesSource": True, "controls.usesMFA": True},
    "externalized": {"controls.authenticatesSource": True},
}
#: By whose rights a request is served. A technical user has its own: what the caller may do is not looked at.
AUTHORIZATIONS: Final[dict[str, dict[str, object]]] = {
    "none": {},
    "technical-user": {},
    "end-user-identity-propagation": {"controls.authorizesSource": True},
    "enduser-identity-propagation": {"controls.authorizesSource": True},
}
ENCRYPTIONS: Final = {
    "none": False,
    "transparent": True,
    "data-with-symmetric-shared-key": True,
    "data-with-asymmetric-shared-key": True,
    "data-with-end-user-individual-key": True,
    "data-with-enduser-individual-key": True,
}
