"""What the type of an OTM component says beside its kind: `redis` holds no SQL, a `proxy` passes requests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pytest_threatmodel.importers.otm_types import spelled

_SQL: Final[Mapping[str, object]] = {"type": "SQL", "isSQL": True}
_FILES: Final[Mapping[str, object]] = {"type": "FILE_SYSTEM", "isSQL": False}
_BUCKET: Final[Mapping[str, object]] = {"type": "AWS_S3", "isSQL": False, "onAWS": True}
_LOGS: Final[Mapping[str, object]] = {"storesLogData": True, "isSQL": False}
_PROXY: Final[Mapping[str, object]] = {"isProxy": True}

#: Component types -> what they state.
ROWS: Final[tuple[tuple[str, Mapping[str, object]], ...]] = (
    ("postgresql postgres mysql mariadb oracle microsoft-sql-server sql-server sqlite sql-database", _SQL),
    ("rds", {**_SQL, "onRDS": True, "onAWS": True}),
    ("s3 cd-s3", _BUCKET),
    ("file-server file-storage", _FILES),
    ("efs", {**_FILES, "onAWS": True}),
    ("mongodb cassandra elasticsearch nosql document-database redis cache blob-storage", {"isSQL": False}),
    ("queue message-queue", {"isSQL": False, "isMessageQueue": True}),
    ("dynamodb cd-dynamodb", {"isSQL": False, "onAWS": True}),
    ("sqs kinesis", {"isSQL": False, "isMessageQueue": True, "onAWS": True}),
    ("message-broker", {"isMessageBroker": True}),
    ("log-storage", _LOGS),
    ("cloudwatch", {**_LOGS, "onAWS": True}),
    ("load-balancer application-load-balancer reverse-proxy proxy web-application-firewall", _PROXY),
    ("cd-elb", {**_PROXY, "onAWS": True}),
    ("cdn", {**_PROXY, "usesCache": True}),
    ("cloudfront cd-cloudfront", {**_PROXY, "usesCache": True, "onAWS": True}),
    ("api-gateway", {**_PROXY, "implementsAPI": True}),
    ("cd-api-gateway", {**_PROXY, "implementsAPI": True, "onAWS": True}),
    ("api rest-api rest-api-service rest-full-web-service web-service", {"implementsAPI": True}),
    ("ec2 cd-ec2", {"onAWS": True}),
    ("docker-container container kubernetes-pod", {"runsInContainer": True}),
    ("elastic-container-service cd-ecs", {"runsInContainer": True, "onAWS": True}),
    ("kubernetes-cluster", {"isCluster": True}),
    ("azure-function", {"onAWS": False}),
    ("administrator", {"isAdmin": True}),
)


def facts_of(type_: str) -> dict[str, object]:
    """The fields that a component type states, with their values.

    Args:
        type_: as the file spells it.
    """
    wanted = spelled(type_)
    return next((dict(values) for types, values in ROWS if wanted in types.split()), {})
