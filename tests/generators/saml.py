"""Responses of a SAML provider, and hostile ones made of them: signed with a real key, then rearranged."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from lxml import etree

from cogsim.tokens.certificates import self_signed
from cogsim.tokens.keys import rsa_key
from cogsim.tokens.saml import Expectation
from cogsim.tokens.saml_issue import (
    Signer,
    Statement,
    assertion_xml,
    canonical,
    envelope_xml,
    response_xml,
    rsa_signature,
    signed_xml,
)
from cogsim.tokens.saml_xml import DS, SAML, SAMLP

ISSUER, ACS, AUDIENCE = "https://idp.example.com/saml", "https://app.example.com/acs", "urn:app"
NOW = 1_700_000_000.0
ROLE = "role"


@cache
def signer(name: str = "idp") -> Signer:
    """The signer of that name."""
    key = rsa_key("test", name)
    return Signer(key, self_signed(key, name, NOW - 86400))


def statement(**changes: Any) -> Statement:
    """What the provider says of alice, a reader."""
    said = Statement(
        ISSUER, ACS, AUDIENCE, "alice@example.com", attributes=((ROLE, ("reader",)),), issued_at=NOW - 10,
        response_id="_r1", assertion_id="_a1",
    )  # fmt: skip
    return replace(said, **changes)


def expectation(**changes: Any) -> Expectation:
    """What the application expects."""
    plain = Expectation(ISSUER, (signer().certificate,), (AUDIENCE,), (ACS,))
    return replace(plain, **changes)


def good(sign: str = "assertion", **changes: Any) -> bytes:
    """A response that is accepted."""
    return response_xml(statement(**changes), signer(), sign)


# Hostile


def _tree(raw: bytes) -> Any:
    return etree.fromstring(raw)


def _bytes(root: Any) -> bytes:
    return etree.tostring(root)


def _find(root: Any, name: str, namespace: str = SAML) -> Any:
    return root.find(f".//{{{namespace}}}{name}")


def forged(element: Any, new_id: str) -> Any:
    """A copy of the element without its signatures, of another id, that names mallory as an admin."""
    evil = copy.deepcopy(element)
    for signature in list(evil.iter(f"{{{DS}}}Signature")):
        signature.getparent().remove(signature)
    evil.set("ID", new_id)
    for name in evil.iter(f"{{{SAML}}}NameID"):
        name.text = "mallory@example.com"
    for value in evil.iter(f"{{{SAML}}}AttributeValue"):
        value.text = "admin"
    return evil


def _response_wrapped(inside_object: bool) -> bytes:
    """XSW1 and XSW2: a forged response around the signature; the signed one inside the signature, or before it."""
    root = _tree(good("response"))
    evil, signature = forged(root, "_evil"), _find(root, "Signature", DS)
    original = copy.deepcopy(root)
    original.remove(original.find(f"{{{DS}}}Signature"))
    signature = copy.deepcopy(signature)
    if inside_object:
        etree.SubElement(signature, f"{{{DS}}}Object").append(original)
        evil.insert(1, signature)
    else:
        evil.insert(1, original)
        evil.insert(2, signature)
    return _bytes(evil)


def _assertion_wrapped(build: Callable[[Any, Any, Any, Any], None]) -> bytes:
    root = _tree(good("assertion"))
    assertion = _find(root, "Assertion")
    evil = forged(assertion, "_evil")
    signature = assertion.find(f"{{{DS}}}Signature")
    build(root, assertion, evil, signature)
    return _bytes(root)


def _xsw3(root: Any, assertion: Any, evil: Any, signature: Any) -> None:
    assertion.addprevious(evil)


def _xsw4(root: Any, assertion: Any, evil: Any, signature: Any) -> None:
    root.replace(assertion, evil)
    evil.append(assertion)


def _xsw5(root: Any, assertion: Any, evil: Any, signature: Any) -> None:
    assertion.remove(signature)
    evil.insert(1, signature)
    root.replace(assertion, evil)
    root.append(assertion)


def _xsw6(root: Any, assertion: Any, evil: Any, signature: Any) -> None:
    assertion.remove(signature)
    evil.insert(1, signature)
    root.replace(assertion, evil)
    signature.append(assertion)


def _xsw7(root: Any, assertion: Any, evil: Any, signature: Any) -> None:
    extensions = etree.Element(f"{{{SAMLP}}}Extensions")
    extensions.append(evil)
    root.insert(1, extensions)


def _xsw8(root: Any, assertion: Any, evil: Any, signature: Any) -> None:
    assertion.remove(signature)
    evil.insert(1, signature)
    root.replace(assertion, evil)
    etree.SubElement(signature, f"{{{DS}}}Object").append(assertion)


def _duplicate_id(root: Any, assertion: Any, evil: Any, signature: Any) -> None:
    evil.set("ID", "_a1")
    assertion.addprevious(evil)


def _in_advice(root: Any, assertion: Any, evil: Any, signature: Any) -> None:
    advice = etree.Element(f"{{{SAML}}}Advice")
    assertion.remove(signature)
    advice.append(assertion)
    evil.insert(1, signature)
    _find(evil, "Conditions").addnext(advice)
    root.append(evil)


#: Signature wrapping in its known variants.
WRAPPED: dict[str, Callable[[], bytes]] = {
    "xsw1": lambda: _response_wrapped(True),
    "xsw2": lambda: _response_wrapped(False),
    "xsw3": lambda: _assertion_wrapped(_xsw3),
    "xsw4": lambda: _assertion_wrapped(_xsw4),
    "xsw5": lambda: _assertion_wrapped(_xsw5),
    "xsw6": lambda: _assertion_wrapped(_xsw6),
    "xsw7": lambda: _assertion_wrapped(_xsw7),
    "xsw8": lambda: _assertion_wrapped(_xsw8),
    "duplicate-id": lambda: _assertion_wrapped(_duplicate_id),
    "in-advice": lambda: _assertion_wrapped(_in_advice),
}


def edited(edit: Callable[[Any], None], sign: str = "assertion", **changes: Any) -> bytes:
    """A good response, changed after it was signed."""
    root = _tree(good(sign, **changes))
    edit(root)
    return _bytes(root)


def resigned(edit: Callable[[Any], None], **changes: Any) -> bytes:
    """A response whose assertion was changed before it was signed: the provider's own word."""
    assertion = etree.fromstring(assertion_xml(statement(**changes)).encode())
    edit(assertion)
    text = etree.tostring(assertion, encoding="unicode")
    return envelope_xml(statement(**changes), signed_xml(text, signer())).encode()


def with_signed_info(change: Callable[[str], str], *, by: Signer | None = None, value: bytes | None = None) -> bytes:
    """A response whose SignedInfo was changed and then signed with the provider's own key: only its form is wrong."""
    root = _tree(good("assertion"))
    info = _find(root, "SignedInfo", DS)
    text = change(canonical(info).decode())
    made = etree.fromstring(text.encode())
    signature = info.getparent()
    signature.replace(info, made)
    octets = canonical(made)
    signed = value if value is not None else rsa_signature(octets, (by or signer()).key)
    _find(root, "SignatureValue", DS).text = base64.b64encode(signed).decode()
    return _bytes(root)
