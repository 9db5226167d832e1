"""Protocols that have a protected counterpart, with the usual replacement first."""

from __future__ import annotations

from typing import Final

#: protocol in the clear -> the protocols that carry the same over TLS or SSH, named as in IANA's service registry or
#: in the vendors' manuals.
STRONGER: Final[dict[str, tuple[str, ...]]] = {
    "": ("HTTPS",),
    "HTTP": ("HTTPS",),
    "WS": ("WSS",),
    "FTP": ("SFTP", "FTPS"),
    "TFTP": ("SFTP",),
    "Telnet": ("SSH",),
    "RSH": ("SSH",),
    "LDAP": ("LDAPS",),
    "SMTP": ("SMTPS",),
    "IMAP": ("IMAPS",),
    "POP3": ("POP3S",),
    "MQTT": ("MQTTS",),
    "AMQP": ("AMQPS",),
    "Redis": ("Redis over TLS",),
    "MySQL": ("MySQL over TLS",),
    "PostgreSQL": ("PostgreSQL over TLS",),
    "SQL": ("SQL over TLS",),
    "MongoDB": ("MongoDB over TLS",),
    "Kafka": ("Kafka over TLS",),
    "gRPC": ("gRPC over TLS",),
    "Syslog": ("Syslog over TLS",),
    "SNMP": ("SNMPv3",),
    "DNS": ("DNS over TLS", "DNS over HTTPS"),
    "RTSP": ("RTSPS",),
    "SIP": ("SIPS",),
    "VNC": ("VNC over SSH",),
    "NFS": ("NFS over TLS",),
    "TCP": ("TLS",),
    "UDP": ("DTLS",),
    "JDBC": ("JDBC over TLS",),
    "ODBC": ("ODBC over TLS",),
    "TDS": ("TDS over TLS",),
    "Memcached": ("Memcached over TLS",),
}

#: Other names of protocols, in lower case; spelling in upper or lower case makes no difference anyway.
ALIASES: Final[dict[str, str]] = {
    "postgres": "PostgreSQL",
    "pgsql": "PostgreSQL",
    "mongo": "MongoDB",
    "mssql": "TDS",
    "sql server": "TDS",
    "websocket": "WS",
    "memcache": "Memcached",
    "grpcs": "gRPC over TLS",
    "rediss": "Redis over TLS",
    "ldap over tls": "LDAPS",
    "http over tls": "HTTPS",
}

#: Every protocol by name, clear ones first.
KNOWN: Final[tuple[str, ...]] = tuple(
    dict.fromkeys(
        [name for name in STRONGER if name]
        + [name for names in STRONGER.values() for name in names]
        + ["HTTP/2", "HTTP/3", "QUIC", "SOAP", "IPsec", "IPC"]
    )
)

#: The protocols that protect what they carry.
PROTECTED: Final[frozenset[str]] = frozenset(
    [name for names in STRONGER.values() for name in names] + ["HTTP/3", "QUIC", "IPsec"]
)
