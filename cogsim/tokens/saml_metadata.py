"""SAML metadata of an identity provider: read as a receiver does, and written as a provider does. # saml:metadata

1. The document is read without entities, document types or network: metadata are somebody else's text.
2. It describes one entity, an identity provider that speaks SAML 2.0, with its entity id.
3. Its signing keys are those marked `signing` and those not marked at all; keys for encryption verify nothing.

Its own signature is not verified, and neither do IAM and user pools verify it: who may change the document decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from cogsim.clock import iso
from cogsim.tokens.saml_signature import load_certificate
from cogsim.tokens.saml_xml import DS, MD, SAMLP, MalformedError, children, instant_of, parse, q, short, text_of

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
#: How many keys a provider may have with IAM. # ug:quotas
MOST_KEYS = 10


@dataclass(frozen=True, slots=True)
class IdpMetadata:
    """What metadata say of an identity provider.

    `certificates` are its signing certificates in Base64 of their DER, as they stand; `sign_in` and `sign_out` are
    addresses by binding, in the document's order; `valid_until` is in seconds, None where the document does not say.
    """

    entity_id: str
    certificates: tuple[str, ...]
    sign_in: tuple[tuple[str, str], ...] = ()
    sign_out: tuple[tuple[str, str], ...] = ()
    valid_until: float | None = None
    wants_signed_requests: bool = False
    name_id_formats: tuple[str, ...] = ()

    def sign_in_by(self, binding: str) -> str | None:
        """The address for requests by that binding."""
        return dict(self.sign_in).get(binding)


def read_metadata(document: str) -> IdpMetadata | str:
    """The metadata in a document, or what is wrong with it. Certificates are taken as they stand; whether one can be
    read is `readable_certificates`'s to say."""
    try:
        root = parse(document.encode("utf-8", "surrogatepass"))
    except MalformedError as error:
        return str(error)
    if short(root) != "md:EntityDescriptor" or not root.get("entityID"):
        return "no EntityDescriptor with an entityID"
    providers = children(root, "md:IDPSSODescriptor")
    if len(providers) != 1:
        return "no IDPSSODescriptor" if not providers else f"{len(providers)} IDPSSODescriptors"
    provider = providers[0]
    certificates = tuple(
        "".join(text_of(each).split())
        for key in children(provider, "md:KeyDescriptor")
        if key.get("use") in (None, "signing")
        for each in key.iter(q("ds:X509Certificate"))
    )
    if not certificates:
        return "no X509Certificate"
    try:
        ends = [instant_of(each.get("validUntil")) for each in (root, provider) if each.get("validUntil")]
    except MalformedError as error:
        return f"validUntil: {error}"
    return IdpMetadata(
        entity_id=str(root.get("entityID")),
        certificates=tuple(dict.fromkeys(certificates)),
        sign_in=_addresses(provider, "SingleSignOnService"),
        sign_out=_addresses(provider, "SingleLogoutService"),
        valid_until=min(ends, default=None),
        wants_signed_requests=provider.get("WantAuthnRequestsSigned") in ("true", "1"),
        name_id_formats=tuple(text_of(each).strip() for each in children(provider, "md:NameIDFormat")),
    )


def _addresses(provider: object, service: str) -> tuple[tuple[str, str], ...]:
    found = ((each.get("Binding"), each.get("Location")) for each in children(provider, f"md:{service}"))
    return tuple((str(binding), str(address)) for binding, address in found if binding and address)


def readable_certificates(metadata: IdpMetadata) -> tuple[str, ...]:
    """Those of the signing certificates that can be read, at most ten."""
    return tuple(each for each in metadata.certificates if load_certificate(each) is not None)[:MOST_KEYS]


def write_metadata(metadata: IdpMetadata) -> str:
    """The document for these metadata, unsigned; `read_metadata` gives them back."""
    until = "" if metadata.valid_until is None else f" validUntil={quoteattr(iso(metadata.valid_until))}"
    wants = ' WantAuthnRequestsSigned="true"' if metadata.wants_signed_requests else ""
    keys = "".join(
        f'<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{DS}"><ds:X509Data><ds:X509Certificate>'
        f"{escape(each)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        for each in metadata.certificates
    )
    formats = "".join(f"<md:NameIDFormat>{escape(each)}</md:NameIDFormat>" for each in metadata.name_id_formats)
    return (
        f'<md:EntityDescriptor xmlns:md="{MD}" entityID={quoteattr(metadata.entity_id)}{until}><md:IDPSSODescriptor'
        f' protocolSupportEnumeration="{SAMLP}"{wants}>{keys}{_services("SingleLogoutService", metadata.sign_out)}'
        f"{formats}{_services('SingleSignOnService', metadata.sign_in)}</md:IDPSSODescriptor></md:EntityDescriptor>"
    )


def write_service_metadata(entity_id: str, acs_url: str, logout_url: str, certificate: str) -> str:
    """The document of a receiver of responses by POST, whose requests the certificate (in Base64) verifies."""
    key = (
        f'<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{DS}"><ds:X509Data><ds:X509Certificate>'
        f"{escape(certificate)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )
    return (
        f'<md:EntityDescriptor xmlns:md="{MD}" entityID={quoteattr(entity_id)}><md:SPSSODescriptor'
        f' protocolSupportEnumeration="{SAMLP}" WantAssertionsSigned="true">{key}'
        f"{_services('SingleLogoutService', ((POST, logout_url),))}"
        f'<md:AssertionConsumerService Binding={quoteattr(POST)} Location={quoteattr(acs_url)} index="0"'
        ' isDefault="true"/></md:SPSSODescriptor></md:EntityDescriptor>'
    )


def _services(name: str, addresses: tuple[tuple[str, str], ...]) -> str:
    return "".join(
        f"<md:{name} Binding={quoteattr(binding)} Location={quoteattr(address)}/>" for binding, address in addresses
    )
