"""Controls: what is done on an element against threats."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar

from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import shown
from pytest_threatmodel.model.fields import Bool
from pytest_threatmodel.model.fields import Text
from pytest_threatmodel.model.fields import control
from pytest_threatmodel.model.generated import ControlsPackFields
from pytest_threatmodel.model.origin import caller
from pytest_threatmodel.model.proven import ProvenBy
from pytest_threatmodel.model.registry import current

if TYPE_CHECKING:
    from pytest_threatmodel.model.element import Element
    from pytest_threatmodel.model.fields import Field
    from pytest_threatmodel.model.registry import Load

#: Schemes that hand out a secret or can be cracked off line -> the usual replacements.
_BETTER_SCHEMES = {
    "Basic": ("OIDC", "mTLS"),
    "Digest": ("OIDC", "mTLS"),
    "PAP": ("OIDC", "mTLS"),
    "NTLM": ("Kerberos",),
    "NTLMv1": ("Kerberos",),
    "LM": ("Kerberos",),
}
_SCHEMES = ("SSO", "OAuth2", "OIDC", "SAML", "Kerberos", "mTLS", "APIKey", *_BETTER_SCHEMES)
#: Digests with known collisions, and ciphers that NIST SP 800-131A disallows -> the usual replacements.
_BETTER_ALGORITHMS = {
    **dict.fromkeys(("MD2", "MD4", "MD5", "SHA", "SHA1", "SHA-1"), ("SHA-256",)),
    **dict.fromkeys(("DES", "3DES", "RC4"), ("AES",)),
}
_ALGORITHMS = ("AES", "ChaCha20", "RSA", "SHA-256", *_BETTER_ALGORITHMS)


class Controls(ControlsPackFields):
    """What is done on an element against threats; unstated means absent."""

    authenticatesDestination: Bool = control(
        default=False, doc="Checks who the other end is before it sends, for example by its certificate."
    )
    authenticatesSource: Bool = control(default=False, doc="Checks who the caller is.")
    authenticationScheme: Text = control(
        default="",
        stronger=_BETTER_SCHEMES,
        known=_SCHEMES,
        doc="The scheme by which callers are authenticated.",
    )
    authorizesSource: Bool = control(default=False, doc="Checks what the caller may do, for each request.")
    checksDestinationRevocation: Bool = control(
        default=False, doc="Checks that the credentials of the other end were not revoked."
    )
    checksInputBounds: Bool = control(default=False, doc="Checks lengths and ranges of what comes in.")
    definesConnectionTimeout: Bool = control(default=False, doc="Ends idle connections and sessions.")
    disablesDTD: Bool = control(default=False, doc="The XML parser takes no document type definitions.")
    disablesiFrames: Bool = control(default=False, doc="Pages cannot be framed by other sites.")
    encodesHeaders: Bool = control(default=False, doc="Encodes values that go into protocol headers.")
    encodesOutput: Bool = control(default=False, doc="Encodes what goes out for the place where it is shown.")
    encryptsCookies: Bool = control(default=False, doc="Cookies are encrypted.")
    encryptsSessionData: Bool = control(default=False, doc="Session data is encrypted.")
    handlesCrashes: Bool = control(default=False, doc="A crash is caught, recorded and recovered from.")
    handlesInterruptions: Bool = control(default=False, doc="Interrupted work is resumed or rolled back.")
    handlesResourceConsumption: Bool = control(default=False, doc="Limits what one caller can use up.")
    hasAccessControl: Bool = control(default=False, doc="Only those who are named get access.")
    implementsAuthenticationScheme: Bool = control(
        default=False, doc="Implements its authentication scheme completely, not parts of it."
    )
    implementsCSRFToken: Bool = control(
        default=False, doc="State-changing requests carry a token that other sites cannot know."
    )
    implementsNonce: Bool = control(default=False, doc="A number used once makes a recorded message worthless.")
    implementsPOLP: Bool = control(default=False, doc="Runs with the least privilege that its work needs.")
    implementsServerSideValidation: Bool = control(
        default=False, doc="Input is validated on the server, whatever the client did."
    )
    implementsStrictHTTPValidation: Bool = control(
        default=False, doc="Malformed or ambiguous HTTP messages are refused."
    )
    invokesScriptFilters: Bool = control(default=False, doc="Active content is filtered.")
    isEncrypted: Bool = control(default=False, doc="Data in transit is encrypted (on an asset: incoming flows).")
    isEncryptedAtRest: Bool = control(default=False, doc="Stored data is encrypted.")
    isHardened: Bool = control(
        default=False, doc="Configured to a hardening baseline: nothing runs or is open that need not be."
    )
    isResilient: Bool = control(default=False, doc="Goes on working when a part of it fails.")
    providesConfidentiality: Bool = control(default=False, doc="Keeps others from reading what it handles.")
    providesIntegrity: Bool = control(default=False, doc="Changes by others are prevented or noticed.")
    sanitizesInput: Bool = control(default=False, doc="Dangerous parts of what comes in are removed or escaped.")
    tracksExecutionFlow: Bool = control(default=False, doc="Deviations from the intended control flow are noticed.")
    usesCodeSigning: Bool = control(default=False, doc="Only signed code is run.")
    usesEncryptionAlgorithm: Text = control(
        default="", stronger=_BETTER_ALGORITHMS, known=_ALGORITHMS, doc="The encryption algorithm in use."
    )
    usesMFA: Bool = control(default=False, doc="More than one factor is needed to log in.")
    usesParameterizedInput: Bool = control(
        default=False, doc="Queries and commands take input as parameters, never as part of their text."
    )
    usesSecureFunctions: Bool = control(default=False, doc="Uses functions that cannot overrun their buffers.")
    usesStrongSessionIdentifiers: Bool = control(default=False, doc="Session identifiers cannot be guessed.")
    usesVPN: Bool = control(default=False, doc="Traffic goes through a virtual private network.")
    validatesContentType: Bool = control(default=False, doc="The declared content type is checked and enforced.")
    validatesHeaders: Bool = control(default=False, doc="Protocol headers are validated.")
    validatesInput: Bool = control(default=False, doc="What comes in is checked against what is expected.")
    verifySessionIdentifiers: Bool = control(default=False, doc="Session identifiers are verified on each request.")

    _plain: ClassVar[frozenset[str]] = frozenset({"facts", "owner"})
    if TYPE_CHECKING:
        owner: ClassVar[Element | None]

    if not TYPE_CHECKING:
        # Type checkers make the signature of the fields.
        def __init__(self, **values: Any) -> None:
            object.__setattr__(self, "owner", None)
            for name, value in values.items():
                setattr(self, name, value)

    def declared_fields(self) -> dict[str, Field[Any, Any]]:
        """The fields that packs declare for it, by name."""
        return self._load.declared_for(("Controls",))

    @property
    def _load(self) -> Load:
        return current() if self.owner is None else self.owner.load

    def _set_other(self, name: str, value: Any) -> None:
        field = self.declared_fields().get(name)
        if field is not None:
            self.state(field, value)
        elif self._load.other is not None:
            self._load.other.take(self, name, value)
        else:
            raise self.unknown(name)

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take any attribute for granted.
        def __getattr__(self, name: str) -> Any:
            field = None if name.startswith("_") else self.declared_fields().get(name)
            if field is None or (field.optional and name not in self.facts.given):
                raise self.unknown(name)
            return self.facts.given.get(name, field.default)

    def attribute_names(self) -> Iterator[str]:
        yield from super().attribute_names()
        yield from self.declared_fields()

    def describe(self) -> str:
        return "Controls" if self.owner is None else f"{self.owner.describe()}: controls"

    def take(self, other: Controls | Mapping[str, object]) -> None:
        """State here what `other` states."""
        if not isinstance(other, Controls):
            values = other
        else:
            proofs = other.facts.proofs
            stated = other.stated().items()
            values = {name: ProvenBy(value, proofs[name]) if name in proofs else value for name, value in stated}
        for name, value in values.items():
            if not isinstance(name, str):
                raise ModelError(f"{self.describe()}: {shown(name)} is no name of a control", place=caller())
            setattr(self, name, value)

    def stated(self) -> dict[str, Any]:
        """What the author wrote, by name."""
        return {name: value for name, value in self.facts.given.items() if self.is_stated(name)}
