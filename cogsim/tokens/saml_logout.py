"""SAML 2.0 requests to sign out, as a service sends them by redirect, and a provider's answer: all of them signed.
# saml:profiles §4.4"""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit
from xml.sax.saxutils import escape, quoteattr

from cogsim.clock import iso
from cogsim.tokens.keys import RsaKey
from cogsim.tokens.saml import SUCCESS
from cogsim.tokens.saml_issue import Signer, rsa_signature, signed_xml
from cogsim.tokens.saml_xml import LARGEST, SAML, SAMLP, MalformedError, child, parse, short, text_of

_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A request to end somebody's session at a provider; `issued_at` in seconds."""

    id: str
    issuer: str
    destination: str
    name_id: str
    issued_at: float
    session_index: str | None = None


def logout_xml(request: LogoutRequest) -> str:
    """The LogoutRequest, unsigned."""
    index = ""
    if request.session_index is not None:
        index = f"<samlp:SessionIndex>{escape(request.session_index)}</samlp:SessionIndex>"
    return (
        f'<samlp:LogoutRequest xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID={quoteattr(request.id)} Version="2.0" '
        f'IssueInstant="{iso(request.issued_at)}" Destination={quoteattr(request.destination)}><saml:Issuer>'
        f"{escape(request.issuer)}</saml:Issuer><saml:NameID>{escape(request.name_id)}</saml:NameID>{index}"
        "</samlp:LogoutRequest>"
    )


def logout_redirect(request: LogoutRequest, relay_state: str, key: RsaKey) -> str:
    """The address that a browser is sent to, signed over its query. # saml:bindings §3.4.4.1"""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(logout_xml(request).encode()) + packer.flush()
    query = f"SAMLRequest={quote(base64.b64encode(packed).decode(), safe='')}"
    query += f"&RelayState={quote(relay_state, safe='')}&SigAlg={quote(_RSA_SHA256, safe='')}"
    signature = base64.b64encode(rsa_signature(query.encode(), key)).decode()
    mark = "&" if "?" in request.destination else "?"
    return f"{request.destination}{mark}{query}&Signature={quote(signature, safe='')}"


@dataclass(frozen=True, slots=True)
class LogoutAsked:
    """A request to sign out as a provider received it by redirect: its id, who asks, and what goes back with it."""

    id: str
    issuer: str
    name_id: str
    relay_state: str | None


def read_logout(url: str) -> LogoutAsked | str:
    """The request in an address, or why there is none; bounded as all requests are."""
    fields = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    try:
        packed = base64.b64decode(fields.get("SAMLRequest", ""), validate=True)
        unpacker = zlib.decompressobj(-15)
        raw = unpacker.decompress(packed, LARGEST + 1)
        if len(raw) > LARGEST or not unpacker.eof:
            return "it grows beyond what is read, or is cut short"
        root = parse(raw)
    except (binascii.Error, ValueError, zlib.error, MalformedError) as error:
        return str(error)
    issuer, name = child(root, "saml:Issuer"), child(root, "saml:NameID")
    if short(root) != "samlp:LogoutRequest" or issuer is None or name is None or not root.get("ID"):
        return f"{short(root)} is no LogoutRequest"
    return LogoutAsked(str(root.get("ID")), text_of(issuer), text_of(name), fields.get("RelayState"))


def logout_response(asked: LogoutAsked, issuer: str, destination: str, now: float, signer: Signer) -> str:
    """The provider's signed answer that the session has ended, in Base64. # saml:core §3.7.2"""
    text = (
        f'<samlp:LogoutResponse xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID={quoteattr(f"{asked.id}-ended")} '
        f'Version="2.0" IssueInstant="{iso(now)}" Destination={quoteattr(destination)} '
        f"InResponseTo={quoteattr(asked.id)}><saml:Issuer>{escape(issuer)}</saml:Issuer><samlp:Status>"
        f"<samlp:StatusCode Value={quoteattr(SUCCESS)}/></samlp:Status></samlp:LogoutResponse>"
    )
    return base64.b64encode(signed_xml(text, signer).encode()).decode()
