"""SAML 2.0 requests to sign out, as a service sends them by redirect: always signed. # saml:profiles §4.4"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from cogsim.clock import iso
from cogsim.tokens.keys import RsaKey
from cogsim.tokens.saml_issue import rsa_signature
from cogsim.tokens.saml_xml import SAML, SAMLP

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
