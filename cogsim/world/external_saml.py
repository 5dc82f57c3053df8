"""AD FS and its like: a SAML provider over a directory, with its claim rules as values.

A provider signs with the first of its certificates; the others are published beside it, so that receivers can take
them before they are used. What receivers stored does not change by itself: a provider registered with IAM keeps the
metadata it was given. # ms:adfs-certificates
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin, is_placeholder

if TYPE_CHECKING:
    from cogsim.tokens.keys import RsaKey
    from cogsim.tokens.saml_issue import Signer

PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
#: The formats of names by the short words of a template.
NAME_ID_FORMATS = {"persistent": PERSISTENT, "transient": TRANSIENT, "emailAddress": EMAIL, "unspecified": UNSPECIFIED}

#: What a provider signs.
SIGNED_PARTS = ("assertion", "response", "both")
#: What every user has, beside attributes of their own.
BUILT_IN_ATTRIBUTES = ("groups", "name", "sid", "upn")
#: How long a certificate that AD FS made itself is valid. # ms:adfs-certificates
_CERTIFICATE_LIFE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class DirectoryUser:
    """A person in the directory. `upn` is what they sign in by, `sid` what never changes; `attributes` have one or
    more values each. The password is the one they know."""

    upn: str
    name: str
    sid: str
    password: str = field(repr=False)
    groups: tuple[str, ...] = ()
    attributes: Map[str, tuple[str, ...]] = field(default_factory=Map)
    enabled: bool = True
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        for name in self.attributes:
            if name in BUILT_IN_ATTRIBUTES:
                raise InvalidValue(f"Attributes.{name}", "stands beside Attributes, not in it")

    def values(self, attribute: str) -> tuple[str, ...]:
        """The values of an attribute, a built-in one among them; none where the user lacks it."""
        match attribute:
            case "groups":
                return self.groups
            case "name":
                return (self.name,)
            case "sid":
                return (self.sid,)
            case "upn":
                return (self.upn,)
            case _:
                return self.attributes.get(attribute, ())


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """One rule: which claim goes out, and of what it is made.

    Either `value` is a constant, or `attribute` names what of the user is taken, value by value: those in which
    `matches` (a regular expression) is found somewhere, and of them the text where `replacement` stands for every
    place that `matches` fits (`$1` is its first group), as RegExReplace does. What is not matched stays: an expression
    without anchors lets the rest of a group's name through. # ms:adfs-claim-rules
    """

    claim: str
    attribute: str | None = None
    value: str | None = None
    matches: str | None = None
    replacement: str | None = None
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if (self.attribute is None) == (self.value is None):
            raise InvalidValue("Attribute", "either it or Value makes the claim")
        if self.matches is None and self.replacement is not None:
            raise InvalidValue("Replacement", "needs an expression in Matches")
        if self.value is not None and self.matches is not None:
            raise InvalidValue("Matches", "needs an Attribute")
        if self.matches is not None:
            groups = _compiled(self.matches)
            wanted = max((int(each) for each in _REFERENCE.findall(self.replacement or "")), default=0)
            if wanted > groups:
                raise InvalidValue("Replacement", f"speaks of group {wanted}, and Matches has {groups}")


_REFERENCE = re.compile(r"\$(\d)")


def _compiled(pattern: str) -> int:
    """The number of the expression's groups; InvalidValue where it is none."""
    try:
        return re.compile(pattern).groups
    except (re.error, OverflowError, RecursionError) as error:
        raise InvalidValue("Matches", f"{pattern!r} is no regular expression: {error}") from None


@dataclass(frozen=True, slots=True)
class NameIdRule:
    """The name in the subject. `attribute` is what of the user it is; without one a persistent name is derived from
    provider, receiver and SID, and a transient one is made for every sign-in."""

    format: str = UNSPECIFIED
    attribute: str | None = None

    def __post_init__(self) -> None:
        if self.format not in NAME_ID_FORMATS.values():
            raise InvalidValue("NameId.Format", f"{self.format!r} is not one of {', '.join(NAME_ID_FORMATS)}")
        if self.attribute is None and self.format not in (PERSISTENT, TRANSIENT):
            raise InvalidValue("NameId.Attribute", "is needed for names of this format")


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """A receiver that a provider issues responses for.

    `identifier` is its entity id and the audience of assertions; `endpoints` are its addresses, the first the default;
    `sign` what is signed (`assertion`, `response`, `both`); `encryption_certificate` and `signing_certificates` are
    its own, in Base64; lengths of time in seconds.
    """

    identifier: str
    endpoints: tuple[str, ...]
    name_id: NameIdRule = field(default_factory=lambda: NameIdRule(UNSPECIFIED, "upn"))
    rules: tuple[ClaimRule, ...] = ()
    sign: str = "assertion"
    lifetime: int = 3600
    session_lifetime: int | None = None
    encryption_certificate: str | None = None
    signing_certificates: tuple[str, ...] = ()
    signed_requests: bool = False
    idp_initiated: bool = True
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.endpoints:
            raise InvalidValue("Endpoints", "a receiver has an address")
        if self.sign not in SIGNED_PARTS:
            raise InvalidValue("Sign", f"{self.sign!r} is not one of {', '.join(SIGNED_PARTS)}")
        if self.lifetime < 1 or (self.session_lifetime is not None and self.session_lifetime < 1):
            raise InvalidValue("Lifetime", "is a second at least")


@dataclass(frozen=True, slots=True)
class SigningCertificate:
    """One generation of a provider's signing key; its certificate is valid from `since` (seconds)."""

    generation: int
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class AdFs:
    """A SAML provider over a directory: `base_url` is where it is (`https://adfs.example.com`), `users` are by UPN in
    lower case, `parties` by their identifier, `certificates` by age of use, the first one signing."""

    entity_id: str
    base_url: str
    users: Map[str, DirectoryUser] = field(default_factory=Map)
    parties: Map[str, RelyingParty] = field(default_factory=Map)
    certificates: tuple[SigningCertificate, ...] = (SigningCertificate(1),)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.base_url.startswith("https://") and not is_placeholder(self.base_url):
            raise InvalidValue("BaseUrl", f"{self.base_url!r} must begin with https://")
        generations = [each.generation for each in self.certificates]
        if not generations or len(set(generations)) != len(generations) or min(generations) < 1:
            raise InvalidValue("Certificates", "are one at least, each of a generation of its own, from 1")

    @property
    def sign_in_url(self) -> str:
        return f"{self.base_url.rstrip('/')}/adfs/ls/"

    def key(self, certificate: SigningCertificate) -> RsaKey:
        """The key of that generation."""
        from cogsim.tokens.keys import rsa_key

        return rsa_key("adfs", self.entity_id, str(certificate.generation))

    def certificate(self, certificate: SigningCertificate) -> str:
        """The certificate in Base64 of its DER."""
        from cogsim.tokens.certificates import self_signed

        name = f"ADFS Signing - {self.base_url.removeprefix('https://').partition('/')[0]}"
        return self_signed(self.key(certificate), name[:64], certificate.since, _CERTIFICATE_LIFE)

    @property
    def signer(self) -> Signer:
        """What signs now."""
        from cogsim.tokens.saml_issue import Signer

        first = self.certificates[0]
        return Signer(self.key(first), self.certificate(first))

    def metadata(self) -> str:
        """The federation metadata as published now, every certificate among them."""
        from cogsim.tokens.saml_metadata import POST, REDIRECT, IdpMetadata, write_metadata

        return write_metadata(
            IdpMetadata(
                entity_id=self.entity_id,
                certificates=tuple(self.certificate(each) for each in self.certificates),
                sign_in=((REDIRECT, self.sign_in_url), (POST, self.sign_in_url)),
                sign_out=((REDIRECT, self.sign_in_url), (POST, self.sign_in_url)),
                name_id_formats=(EMAIL, PERSISTENT, TRANSIENT),
            )
        )

    def with_user(self, user: DirectoryUser) -> AdFs:
        """This provider with a person added or replaced."""
        return replace(self, users=self.users.set(user.upn.lower(), user))

    def with_party(self, party: RelyingParty) -> AdFs:
        """This provider with a receiver added or replaced."""
        return replace(self, parties=self.parties.set(party.identifier, party))

    def with_next_certificate(self, since: float) -> AdFs:
        """A new certificate is published, and does not sign yet."""
        made = SigningCertificate(max(each.generation for each in self.certificates) + 1, since)
        return replace(self, certificates=(*self.certificates, made))

    def with_newest_signing(self) -> AdFs:
        """The newest certificate signs; the others stay published."""
        newest = max(self.certificates, key=lambda each: each.generation)
        return replace(self, certificates=(newest, *(each for each in self.certificates if each != newest)))

    def with_signing_alone(self) -> AdFs:
        """Every certificate that does not sign is withdrawn."""
        return replace(self, certificates=self.certificates[:1])
