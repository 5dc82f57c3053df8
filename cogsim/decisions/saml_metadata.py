"""What a user pool reads from a SAML provider's metadata: where it takes requests.

1. The document is parsed without entities, document types or network: metadata is somebody else's text.
2. It describes an identity provider with a certificate; without one no assertion of it could be verified.
3. Requests go by HTTP redirect, so there must be such an address. Whether the certificate is still valid is not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


@dataclass(frozen=True, slots=True)
class SamlEndpoints:
    """The addresses that requests to sign in and out are redirected to; None where there is none."""

    sign_in: str | None
    sign_out: str | None


def endpoints(metadata: str) -> SamlEndpoints | None:
    """The endpoints of the identity provider that `metadata` describes, None where it describes none."""
    from lxml import etree

    if "<!DOCTYPE" in metadata:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False)
    try:
        root = etree.fromstring(metadata.encode("utf-8", "surrogatepass"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    provider = root.find(f"{_MD}IDPSSODescriptor") if root.tag == f"{_MD}EntityDescriptor" else None
    if provider is None or not root.get("entityID") or provider.find(f".//{_DS}X509Certificate") is None:
        return None
    return SamlEndpoints(_location(provider, "SingleSignOnService"), _location(provider, "SingleLogoutService"))


def _location(provider: Any, service: str) -> str | None:
    for element in provider.findall(f"{_MD}{service}"):
        if element.get("Binding") == _REDIRECT and element.get("Location"):
            return str(element.get("Location"))
    return None
