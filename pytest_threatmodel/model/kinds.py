"""The kinds of elements; their names and fields are pytm's."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar
from typing import TypeAlias

from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.enums import Classification
from pytest_threatmodel.model.enums import DatastoreType
from pytest_threatmodel.model.enums import Lifetime
from pytest_threatmodel.model.enums import TLSVersion
from pytest_threatmodel.model.fields import Bool
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.fields import FieldType
from pytest_threatmodel.model.fields import Int
from pytest_threatmodel.model.fields import Text
from pytest_threatmodel.model.fields import collection
from pytest_threatmodel.model.fields import endpoint
from pytest_threatmodel.model.fields import fact
from pytest_threatmodel.model.fields import in_order
from pytest_threatmodel.model.fields import named
from pytest_threatmodel.model.fields import protection
from pytest_threatmodel.model.fields import relation
from pytest_threatmodel.model.generated import ActorPackFields
from pytest_threatmodel.model.generated import AgentPackFields
from pytest_threatmodel.model.generated import AssetPackFields
from pytest_threatmodel.model.generated import BoundaryPackFields
from pytest_threatmodel.model.generated import DataflowPackFields
from pytest_threatmodel.model.generated import DataPackFields
from pytest_threatmodel.model.generated import DatastorePackFields
from pytest_threatmodel.model.generated import ExternalEntityPackFields
from pytest_threatmodel.model.generated import LambdaPackFields
from pytest_threatmodel.model.generated import LLMPackFields
from pytest_threatmodel.model.generated import ProcessPackFields
from pytest_threatmodel.model.generated import ServerPackFields
from pytest_threatmodel.model.predicates import around
from pytest_threatmodel.model.protocols import ALIASES
from pytest_threatmodel.model.protocols import KNOWN
from pytest_threatmodel.model.protocols import STRONGER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_threatmodel.model.element import ClassificationField
    from pytest_threatmodel.model.element import TLSVersionField

    DataField: TypeAlias = "Field[tuple[Data, ...], Data | str | Iterable[Data | str]]"
    FlowsField: TypeAlias = "Field[tuple[Dataflow, ...], Dataflow | Iterable[Dataflow]]"
    ElementsField: TypeAlias = "Field[tuple[Element, ...], Element | Iterable[Element]]"
    EndField: TypeAlias = "Field[Element, Element]"
    FlowField: TypeAlias = "Field[Dataflow | None, Dataflow | None]"
    LifetimeField: TypeAlias = "Field[Lifetime, Lifetime | str]"
    DatastoreTypeField: TypeAlias = "Field[DatastoreType, DatastoreType | str]"


class _DataField(Field[Any, Any]):
    """A collection of data, in which text stands for data that has only a name."""

    def convert(self, value: Any, node: Any = None) -> tuple[Data, ...]:
        return super().convert(_described(value), node)  # type: ignore[no-any-return]  # a tuple, as of every collection


def _described(value: Any) -> Any:
    if isinstance(value, str):
        # The first pytm's default was an empty text.
        return Data(value) if value.strip() else ()
    if isinstance(value, list | tuple | set | frozenset):
        return [Data(item) if isinstance(item, str) else item for item in in_order(value)]
    return value


def _data(*, default: tuple[()], doc: str) -> Any:
    return _DataField(FieldType("many", "Data"), default, doc=doc)


class Boundary(BoundaryPackFields, Element):
    """A trust boundary: what is inside trusts each other more than what is outside."""

    name: Text = named(kw_only=False)

    def parents(self) -> list[Boundary]:
        """The boundaries around this one, innermost first."""
        return list(around(self))


class Data(DataPackFields, Element):
    """A piece of data that flows carry and elements process."""

    name: Text = named(kw_only=False)
    format: Text = fact(default="", known=("JSON", "XML", "SOAP", "YAML", "CSV", "HTML"), doc="How it is written down.")
    classification: ClassificationField = fact(default=Classification.UNKNOWN, doc="How sensitive it is.")
    isPII: Bool = fact(default=False, doc="It tells about a person who can be identified.")
    isCredentials: Bool = fact(default=False, doc="It lets its holder log in or decrypt: passwords, tokens, keys.")
    credentialsLife: LifetimeField = fact(default=Lifetime.NONE, doc="How long the credentials live and how they end.")
    isStored: Bool = fact(default=False, doc="The receiver stores it, rather than only processing it.")
    isDestEncryptedAtRest: Bool = protection(default=False, doc="It is encrypted where the receiver stores it.")
    isSourceEncryptedAtRest: Bool = protection(default=False, doc="It is encrypted where the sender stores it.")
    carriedBy: FlowsField = collection(of="Dataflow", default=(), doc="The flows that carry it.")
    processedBy: ElementsField = collection(of="Element", default=(), doc="The elements that store or process it.")


class Asset(AssetPackFields, Element):
    """Something with incoming or outgoing flows that the team runs or depends on."""

    name: Text = named(kw_only=False)
    port: Int = fact(default=-1, doc="The port of incoming flows that state none.")
    protocol: Text = protection(
        default="",
        stronger=STRONGER,
        known=KNOWN,
        aliases=ALIASES,
        doc="The protocol of incoming flows that state none.",
    )
    data: DataField = _data(default=(), doc="The data that it handles, and sends along each of its flows.")
    inputs: FlowsField = collection(of="Dataflow", default=(), doc="Incoming flows, responses left out.")
    outputs: FlowsField = collection(of="Dataflow", default=(), doc="Outgoing flows, responses left out.")
    onAWS: Bool = fact(default=False, doc="It runs on Amazon Web Services.")
    handlesResources: Bool = fact(default=False, doc="It hands out resources that can run out.")
    usesEnvironmentVariables: Bool = fact(default=False, doc="It reads environment variables.")
    OS: Text = fact(default="", doc="The operating system.")


class Server(ServerPackFields, Asset):
    """A server that answers requests."""

    usesSessionTokens: Bool = fact(default=False, doc="Users are recognised by session tokens.")
    usesCache: Bool = fact(default=False, doc="Answers are cached.")
    usesVPN: Bool = protection(default=False, doc="It is reached through a virtual private network only.")
    usesXMLParser: Bool = fact(default=False, doc="It parses XML.")


class ExternalEntity(ExternalEntityPackFields, Asset):
    """A system outside the team's control."""

    hasPhysicalAccess: Bool = fact(default=False, doc="Others can get at the device itself.")


class Datastore(DatastorePackFields, Asset):
    """Something that stores data."""

    onRDS: Bool = fact(default=False, doc="It runs on Amazon's relational database service.")
    storesLogData: Bool = fact(default=False, doc="It stores logs.")
    storesPII: Bool = fact(default=False, doc="It stores data about people who can be identified.")
    storesSensitiveData: Bool = fact(default=False, doc="It stores data that others must not see.")
    isSQL: Bool = fact(default=True, doc="It is queried by SQL.")
    isShared: Bool = fact(default=False, doc="Several systems use it.")
    hasWriteAccess: Bool = fact(default=False, doc="Its users can write to it.")
    type: DatastoreTypeField = fact(default=DatastoreType.UNKNOWN, doc="The technology.")


class Actor(ActorPackFields, Element):
    """A person, or someone in a role, who uses the system."""

    name: Text = named(kw_only=False)
    port: Int = fact(default=-1, doc="The port of outgoing flows that state none.")
    protocol: Text = protection(
        default="",
        stronger=STRONGER,
        known=KNOWN,
        aliases=ALIASES,
        doc="The protocol of outgoing flows that state none.",
    )
    data: DataField = _data(default=(), doc="The data that it sends along each of its flows.")
    inputs: FlowsField = collection(of="Dataflow", default=(), doc="Incoming flows, responses left out.")
    outputs: FlowsField = collection(of="Dataflow", default=(), doc="Outgoing flows, responses left out.")
    isAdmin: Bool = fact(default=False, doc="It has administrative rights.")


class Process(ProcessPackFields, Asset):
    """A running program."""

    codeType: Text = fact(default="Unmanaged", known=("Managed", "Unmanaged"), doc="Whether a runtime manages memory.")
    implementsCommunicationProtocol: Bool = fact(default=False, doc="It has its own communication protocol.")
    tracksExecutionFlow: Bool = protection(default=False, doc="Deviations from the intended flow are noticed.")
    implementsAPI: Bool = fact(default=False, doc="It offers an interface for programs.")
    environment: Text = fact(default="", known=("Production", "Test", "Development"), doc="Where it runs.")
    allowsClientSideScripting: Bool = fact(default=False, doc="Its output may hold scripts that clients run.")


class SetOfProcesses(Process):
    """Several processes that are looked at as one."""


class Lambda(LambdaPackFields, Asset):
    """A function that a cloud provider runs on demand."""

    onAWS: Bool = fact(default=True, doc="It runs on Amazon Web Services.")
    environment: Text = fact(default="", known=("Production", "Test", "Development"), doc="Where it runs.")
    implementsAPI: Bool = fact(default=False, doc="It offers an interface for programs.")


class LLM(LLMPackFields, Asset):
    """A large language model."""

    isThirdParty: Bool = fact(default=True, doc="Another organisation runs it.")
    isSelfHosted: Bool = fact(default=False, doc="The team runs it.")
    processesPersonalData: Bool = fact(default=False, doc="Prompts or answers hold personal data.")
    retainsUserData: Bool = fact(default=False, doc="It keeps what users enter.")
    hasAgentCapabilities: Bool = fact(default=False, doc="It can call tools or act.")
    hasAccessToSensitiveSystems: Bool = fact(default=False, doc="Its tools reach systems that matter.")
    executesCode: Bool = fact(default=False, doc="It runs code that it writes.")
    hasContentFiltering: Bool = protection(default=False, doc="Prompts and answers are filtered.")
    hasSystemPrompt: Bool = fact(default=True, doc="A hidden prompt steers it.")
    processesUntrustedInput: Bool = fact(default=True, doc="Anybody's text can reach it.")
    hasRAG: Bool = fact(default=False, doc="It retrieves documents to answer.")
    hasFineTuning: Bool = fact(default=False, doc="It was trained further on own data.")


class Agent(AgentPackFields, Asset):
    """A program that decides by itself which tools to use."""

    usesExternalTools: Bool = fact(default=False, doc="It launches tools that others provide.")
    validatesToolLaunchConfig: Bool = protection(default=False, doc="It checks how tools are launched.")


class Dataflow(DataflowPackFields, Element):
    """Data that goes from a source to a sink."""

    source: EndField = endpoint(kw_only=False, doc="Where it comes from.")
    sink: EndField = endpoint(kw_only=False, doc="Where it goes.")
    name: Text = named(kw_only=False)
    isResponse: Bool = fact(default=False, doc="It answers another flow.")
    response: FlowField = relation(of="Dataflow", default=None, doc="The flow that answers this one.")
    responseTo: FlowField = relation(of="Dataflow", default=None, doc="The flow that this one answers.")
    srcPort: Int = fact(default=-1, doc="The port at the source.")
    dstPort: Int = fact(default=-1, doc="The port at the sink.")
    tlsVersion: TLSVersionField = protection(default=TLSVersion.NONE, stronger="higher", doc="The TLS version in use.")
    protocol: Text = protection(default="", stronger=STRONGER, known=KNOWN, aliases=ALIASES, doc="The protocol in use.")
    data: DataField = _data(default=(), doc="The data that it carries.")
    order: Int = fact(default=-1, doc="Its number in the sequence of flows.")
    implementsCommunicationProtocol: Bool = fact(default=False, doc="It uses an own communication protocol.")
    note: Text = fact(default="", doc="A remark for the diagrams.")
    usesVPN: Bool = protection(default=False, doc="It goes through a virtual private network.")
    usesSessionTokens: Bool = fact(default=False, doc="It carries session tokens.")

    _positional: ClassVar[tuple[str, ...]] = ("source", "sink", "name")

    def hasDataLeaks(self) -> bool:
        """Whether it carries data that is more sensitive than an end, or the flow itself, may handle."""
        allowed = (self.maxClassification, self.source.maxClassification, self.sink.maxClassification)
        return any(data.classification > limit for data in self.data for limit in allowed)


KINDS: tuple[type[Element], ...] = (
    Element,
    Asset,
    Server,
    ExternalEntity,
    Datastore,
    Actor,
    Process,
    SetOfProcesses,
    Dataflow,
    Boundary,
    Lambda,
    LLM,
    Agent,
    Data,
)
