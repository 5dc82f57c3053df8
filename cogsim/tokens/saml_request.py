"""SAML 2.0 requests to sign in: written by a service, signed in the redirect's query or not, and read by a provider.

The redirect binding compresses a request; what comes out is bounded before it is read, so that a small query cannot
become a large document. # saml:bindings §3.4
"""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit
from xml.sax.saxutils import escape, quoteattr

from cogsim.clock import iso
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.tokens.keys import RsaKey
from cogsim.tokens.saml_issue import rsa_signature
from cogsim.tokens.saml_metadata import POST
from cogsim.tokens.saml_signature import load_certificate
from cogsim.tokens.saml_xml import LARGEST, SAML, SAMLP, MalformedError, child, instant_of, parse, short, text_of

_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


@dataclass(frozen=True, slots=True)
class AuthnRequest:
    """A request to sign somebody in: its id, who asks, where the response is to go; `issued_at` in seconds."""

    id: str
    issuer: str
    acs_url: str | None
    destination: str
    issued_at: float = 0.0
    name_id_format: str | None = None
    force: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """A request as a provider received it; `signed` says whether a signature was verified."""

    request: AuthnRequest
    relay_state: str | None = None
    signed: bool = False


def request_xml(request: AuthnRequest) -> str:
    """The AuthnRequest, unsigned."""
    acs = f" AssertionConsumerServiceURL={quoteattr(request.acs_url)}" if request.acs_url else ""
    force = ' ForceAuthn="true"' if request.force else ""
    policy = f"<samlp:NameIDPolicy Format={quoteattr(request.name_id_format)}/>" if request.name_id_format else ""
    return (
        f'<samlp:AuthnRequest xmlns:samlp="{SAMLP}" ID={quoteattr(request.id)} Version="2.0" '
        f'IssueInstant="{iso(request.issued_at)}" Destination={quoteattr(request.destination)} '
        f'ProtocolBinding="{POST}"{acs}{force}><saml:Issuer xmlns:saml="{SAML}">{escape(request.issuer)}'
        f"</saml:Issuer>{policy}</samlp:AuthnRequest>"
    )


def redirect_url(request: AuthnRequest, relay_state: str | None = None, key: RsaKey | None = None) -> str:
    """The address that a browser is sent to, signed over its query where `key` is given."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(request_xml(request).encode()) + packer.flush()
    query = f"SAMLRequest={quote(base64.b64encode(packed).decode(), safe='')}"
    if relay_state is not None:
        query += f"&RelayState={quote(relay_state, safe='')}"
    if key is not None:
        query += f"&SigAlg={quote(_RSA_SHA256, safe='')}"
        query += f"&Signature={quote(base64.b64encode(rsa_signature(query.encode(), key)).decode(), safe='')}"
    mark = "&" if "?" in request.destination else "?"
    return f"{request.destination}{mark}{query}"


def read_redirect(url: str, certificates: tuple[str, ...] = ()) -> Decision[Received | Refusal]:
    """The request in an address, its signature verified where it has one; one that does not hold under a certificate
    of the service, or that no certificate is known for, is refused."""
    query = urlsplit(url).query
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=20)
        fields = dict(pairs)
        if len(fields) != len(pairs):
            raise MalformedError("a field stands twice")
        if any(each.partition("=")[0] not in fields for each in query.split("&")):
            raise MalformedError("a field's name is written in escapes")  # the signature would not cover it
        request = _read(fields.get("SAMLRequest", ""))
    except (MalformedError, ValueError) as error:
        return _refuse("Malformed", "is it a request to sign in?", str(error))
    step = Step("is it a request to sign in?", "yes", f"{request.id} of {request.issuer}", "saml:bindings§3.4")
    relay_state = fields.get("RelayState")
    if "Signature" not in fields:
        return decided(
            Received(request, relay_state), Step("is it signed?", "no", "", "saml:bindings§3.4"), after=[step]
        )
    holds = fields.get("SigAlg") == _RSA_SHA256 and any(
        _holds(query, fields["Signature"], each) for each in certificates
    )
    if not holds:
        return _refuse("Signature", "does its signature hold?", f"{len(certificates)} certificates", step)
    signed = Step("does its signature hold?", "yes", "over the query", "saml:bindings§3.4.4.1")
    return decided(Received(request, relay_state, signed=True), signed, after=[step])


def read_post(value: str) -> AuthnRequest | str:
    """The request in the Base64 of a posted form, or what is wrong with it; a signature inside is not looked at."""
    try:
        return _parsed(base64.b64decode(value, validate=True))
    except (MalformedError, ValueError, binascii.Error) as error:
        return str(error)


def _read(value: str) -> AuthnRequest:
    packed = base64.b64decode(value, validate=True)
    unpacker = zlib.decompressobj(-15)
    try:
        raw = unpacker.decompress(packed, LARGEST + 1)
    except zlib.error as error:
        raise MalformedError(f"not compressed as it must be: {error}") from None
    if len(raw) > LARGEST or not unpacker.eof or unpacker.unused_data:
        raise MalformedError("it grows beyond what is read, or is cut short")
    return _parsed(raw)


def _parsed(raw: bytes) -> AuthnRequest:
    root = parse(raw)
    issuer = child(root, "saml:Issuer")
    if short(root) != "samlp:AuthnRequest" or root.get("Version") != "2.0" or not root.get("ID") or issuer is None:
        raise MalformedError(f"{short(root)} is no AuthnRequest of SAML 2.0 with ID and Issuer")
    policy = child(root, "samlp:NameIDPolicy")
    return AuthnRequest(
        id=str(root.get("ID")),
        issuer=text_of(issuer),
        acs_url=root.get("AssertionConsumerServiceURL"),
        destination=str(root.get("Destination", "")),
        issued_at=instant_of(root.get("IssueInstant")),
        name_id_format=policy.get("Format") if policy is not None else None,
        force=root.get("ForceAuthn") in ("true", "1"),
    )


def _holds(query: str, signature: str, certificate: str) -> bool:
    """Whether the signature covers the query as it was sent, up to itself. # saml:bindings §3.4.4.1"""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256

    loaded = load_certificate(certificate)
    key = loaded.public_key() if loaded is not None else None
    parts = {each.partition("=")[0]: each for each in query.split("&")}
    covered = "&".join(parts[name] for name in ("SAMLRequest", "RelayState", "SigAlg") if name in parts)
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        key.verify(base64.b64decode(signature, validate=True), covered.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def _refuse(code: str, question: str, found: str, *before: Step) -> Decision[Received | Refusal]:
    step = Step(question, "no", found, "saml:bindings§3.4", decides=True)
    return decided(Refusal(code, found), step, after=before)
