"""SAML 2.0 responses as a provider makes them: built, signed, encrypted where asked.

The same ids, instants, keys and draws give the same bytes: RSA signatures with PKCS #1 v1.5 draw no randomness.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from cogsim.clock import iso
from cogsim.entropy import Draw
from cogsim.tokens.keys import RsaKey
from cogsim.tokens.saml import SUCCESS, UNSPECIFIED
from cogsim.tokens.saml_conditions import BEARER
from cogsim.tokens.saml_encryption import AES256_GCM, encrypt
from cogsim.tokens.saml_xml import DS, EXC_C14N, SAML, SAMLP, children

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_ENVELOPED = f"{DS}enveloped-signature"
PASSWORD_CONTEXT = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a provider says of a person who signed in.

    Instants in seconds since the epoch; `valid_for` and `confirm_for` in seconds from `issued_at`, the first for the
    conditions, the second for the bearer's confirmation. `attributes` are names with their values, in order.
    """

    issuer: str
    recipient: str
    audience: str
    name_id: str
    name_id_format: str = UNSPECIFIED
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    issued_at: float = 0.0
    valid_for: float = 3600.0
    confirm_for: float = 300.0
    response_id: str = "_response"
    assertion_id: str = "_assertion"
    in_response_to: str | None = None
    session_index: str | None = None
    session_not_on_or_after: float | None = None
    authn_instant: float | None = None
    name_qualifier: str | None = None
    sp_name_qualifier: str | None = None
    one_time_use: bool = False
    status: str = SUCCESS


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs, and its certificate in Base64 of its DER."""

    key: RsaKey = field(repr=False)
    certificate: str


def response_xml(
    statement: Statement,
    signer: Signer,
    sign: str = "assertion",
    *,
    encrypt_for: rsa.RSAPublicKey | None = None,
    draw: Draw | None = None,
    algorithm: str = AES256_GCM,
) -> bytes:
    """The response, signed in the parts that `sign` names; its assertion encrypted for `encrypt_for` with what `draw`
    gives, after it was signed."""
    assertion = assertion_xml(statement)
    if sign in ("assertion", "both"):
        assertion = signed_xml(assertion, signer)
    if encrypt_for is not None:
        if draw is None:
            raise ValueError("encryption needs a draw")
        assertion = encrypt(assertion, encrypt_for, draw, algorithm)
    response = envelope_xml(statement, assertion)
    return (signed_xml(response, signer) if sign in ("response", "both") else response).encode()


def failure_xml(statement: Statement, status: str, inner: str | None = None) -> bytes:
    """A response that says why there is no assertion."""
    nested = f"<samlp:StatusCode Value={quoteattr(inner)}/>" if inner else ""
    code = f"<samlp:StatusCode Value={quoteattr(status)}>{nested}</samlp:StatusCode>"
    return _envelope(statement, code, "").encode()


def envelope_xml(statement: Statement, assertion: str) -> str:
    """A Response around an assertion, unsigned."""
    return _envelope(statement, f"<samlp:StatusCode Value={quoteattr(statement.status)}/>", assertion)


def _envelope(statement: Statement, code: str, inner: str) -> str:
    said = _attributes(
        ID=statement.response_id,
        Version="2.0",
        IssueInstant=iso(statement.issued_at),
        Destination=statement.recipient,
        InResponseTo=statement.in_response_to,
    )
    return (
        f'<samlp:Response xmlns:samlp="{SAMLP}"{said}><saml:Issuer xmlns:saml="{SAML}">{escape(statement.issuer)}'
        f"</saml:Issuer><samlp:Status>{code}</samlp:Status>{inner}</samlp:Response>"
    )


def assertion_xml(statement: Statement) -> str:
    """The Assertion, unsigned."""
    at = statement.issued_at
    said = _attributes(ID=statement.assertion_id, IssueInstant=iso(at), Version="2.0")
    name = _attributes(
        Format=statement.name_id_format,
        NameQualifier=statement.name_qualifier,
        SPNameQualifier=statement.sp_name_qualifier,
    )
    data = _attributes(
        InResponseTo=statement.in_response_to,
        NotOnOrAfter=iso(at + statement.confirm_for),
        Recipient=statement.recipient,
    )
    limits = _attributes(NotBefore=iso(at), NotOnOrAfter=iso(at + statement.valid_for))
    once = "<saml:OneTimeUse/>" if statement.one_time_use else ""
    return (
        f'<saml:Assertion xmlns:saml="{SAML}"{said}><saml:Issuer>{escape(statement.issuer)}</saml:Issuer>'
        f"<saml:Subject><saml:NameID{name}>{escape(statement.name_id)}</saml:NameID>"
        f'<saml:SubjectConfirmation Method="{BEARER}"><saml:SubjectConfirmationData{data}/></saml:SubjectConfirmation>'
        f"</saml:Subject><saml:Conditions{limits}><saml:AudienceRestriction><saml:Audience>"
        f"{escape(statement.audience)}</saml:Audience></saml:AudienceRestriction>{once}</saml:Conditions>"
        f"{_attribute_statement(statement)}{_authn_statement(statement)}</saml:Assertion>"
    )


def _attribute_statement(statement: Statement) -> str:
    if not statement.attributes:
        return ""
    written = []
    for name, values in statement.attributes:
        inner = "".join(f"<saml:AttributeValue>{escape(value)}</saml:AttributeValue>" for value in values)
        written.append(f"<saml:Attribute Name={quoteattr(name)}>{inner}</saml:Attribute>")
    return f"<saml:AttributeStatement>{''.join(written)}</saml:AttributeStatement>"


def _authn_statement(statement: Statement) -> str:
    end = statement.session_not_on_or_after
    at = statement.issued_at if statement.authn_instant is None else statement.authn_instant
    said = _attributes(
        AuthnInstant=iso(at),
        SessionIndex=statement.session_index or statement.assertion_id,
        SessionNotOnOrAfter=None if end is None else iso(end),
    )
    return (
        f"<saml:AuthnStatement{said}><saml:AuthnContext><saml:AuthnContextClassRef>{PASSWORD_CONTEXT}"
        "</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
    )


def _attributes(**values: str | None) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in values.items() if value is not None)


# Signing


def signed_xml(text: str, signer: Signer) -> str:
    """The element whose text is given with an enveloped RSA-SHA256 signature after its Issuer. # saml:core §5.4"""
    from lxml import etree

    element = etree.fromstring(text.encode())
    signature = etree.fromstring(signature_xml(element, signer).encode())
    issuer = children(element, "saml:Issuer")
    element.insert(element.index(issuer[0]) + 1 if issuer else 0, signature)
    return etree.tostring(element, encoding="unicode")


def signature_xml(element: Any, signer: Signer) -> str:
    """The Signature over an element that does not hold it yet."""
    digest = base64.b64encode(hashlib.sha256(canonical(element)).digest()).decode()
    info = (
        f'<ds:SignedInfo xmlns:ds="{DS}"><ds:CanonicalizationMethod Algorithm="{EXC_C14N}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{_RSA_SHA256}"></ds:SignatureMethod><ds:Reference URI="#{element.get("ID")}">'
        f'<ds:Transforms><ds:Transform Algorithm="{_ENVELOPED}"></ds:Transform><ds:Transform Algorithm="{EXC_C14N}">'
        f'</ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="{_SHA256}"></ds:DigestMethod>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    )
    value = base64.b64encode(rsa_signature(info.encode(), signer.key)).decode()
    return (
        f'<ds:Signature xmlns:ds="{DS}">{info.replace(f" xmlns:ds={quoteattr(DS)}", "", 1)}<ds:SignatureValue>{value}'
        f"</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{signer.certificate}</ds:X509Certificate>"
        "</ds:X509Data></ds:KeyInfo></ds:Signature>"
    )


def canonical(element: Any) -> bytes:
    """The element in exclusive canonical form."""
    from lxml import etree

    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def rsa_signature(octets: bytes, key: RsaKey) -> bytes:
    """RSA with SHA-256 and PKCS #1 v1.5 over octets."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    return key.private_key.sign(octets, PKCS1v15(), SHA256())
