"""What kinds the component types of OTM are; OTM leaves them free, these are in use by its tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: Our kind -> component types; the first of each row is what we write.
_TYPES: Final[Mapping[str, str]] = {
    "Server": """server web-service web-server web-application-server-side web-application web-ui
        rest-full-web-service rest-api rest-api-service api api-gateway application-server backend load-balancer
        application-load-balancer reverse-proxy proxy firewall web-application-firewall cdn cloudfront mail-server
        message-broker ec2 virtual-machine dns route-53 vpn cd-ec2 cd-elb cd-api-gateway cd-cloudfront""",
    "Datastore": """datastore database data-store postgresql postgres mysql mariadb oracle microsoft-sql-server
        sql-server sqlite mongodb redis cassandra elasticsearch nosql document-database sql-database rds dynamodb s3
        file-server file-storage cache queue message-queue sqs kinesis log-storage cloudwatch efs blob-storage cd-s3
        cd-dynamodb""",
    "Process": """process docker-container container elastic-container-service service microservice kubernetes-pod
        desktop-application application worker batch code-class cd-ecs""",
    "SetOfProcesses": "set-of-processes",
    "Lambda": "lambda aws-lambda-function function serverless-function azure-function cd-lambda",
    "ExternalEntity": """external-entity generic-client web-client browser mobile-client android-device ios-device
        client rich-client iot-device external-system third-party third-party-service""",
    "Actor": "actor user person human administrator",
    "LLM": "llm large-language-model",
    "Agent": "agent ai-agent",
    "Asset": "asset",
    "Element": "element",
    "Boundary": """boundary vpc subnet virtual-network network group availability-zone region cluster
        kubernetes-cluster cd-vpc""",
}
_BY_TYPE: Final = {spelling: kind for kind, types in _TYPES.items() for spelling in types.split()}


def kind_of(type_: str) -> str | None:
    """The name of our kind for a component type, or None where it is not known.

    Args:
        type_: in any case, words joined by dashes, underscores or blanks.
    """
    return _BY_TYPE.get(spelled(type_))


def spelled(type_: str) -> str:
    """A component type in the one spelling in which it stands in our tables."""
    return "-".join(type_.lower().replace("_", " ").split())


def type_of(kind: str) -> str:
    """The component type by which we write a kind."""
    return _TYPES[kind].split()[0]
