"""Hostile SAML responses beside those of wrapping: document types, stray and smuggled parts, keys, other providers."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from typing import Any

from lxml import etree

from cogsim.tokens.certificates import self_signed
from cogsim.tokens.keys import rsa_key
from cogsim.tokens.saml_issue import Signer, assertion_xml, canonical, envelope_xml, rsa_signature, signed_xml
from cogsim.tokens.saml_xml import DS, SAML, SAMLP
from tests.generators.saml import NOW, edited, forged, good, signer, statement

Edit = Callable[[Any], None]

#: Document types in front of a genuine response: none of them changes what a reader without entities sees.
DOCUMENT_TYPES = {
    "bare": "<!DOCTYPE samlp:Response>",
    "external subset": "<!DOCTYPE samlp:Response SYSTEM 'https://evil.example.com/x.dtd'>",
    "public": "<!DOCTYPE samlp:Response PUBLIC '-//evil' 'https://evil.example.com/x.dtd'>",
    "file": "<!DOCTYPE samlp:Response SYSTEM 'file:///etc/passwd'>",
    "parameter entity": "<!DOCTYPE r [<!ENTITY % p 'x'>]>",
    "external entity": "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
    "element": "<!DOCTYPE r [<!ELEMENT r ANY>]>",
    "id attribute": f"<!DOCTYPE r [<!ATTLIST a xmlns:a CDATA #FIXED '{SAML}' ID ID #IMPLIED>]>",
    "notation": "<!DOCTYPE r [<!NOTATION n SYSTEM 'x'>]>",
    "two entities of one name": "<!DOCTYPE r [<!ENTITY x 'a'><!ENTITY x 'b'>]>",
}

#: Document types that would change values: an entity in a name, a default attribute, a bomb.
VALUED_TYPES: dict[str, Callable[[], str]] = {
    "entity as a name": lambda: (
        "<!DOCTYPE r [<!ENTITY x 'mallory@example.com'>]>" + good().decode().replace("alice@example.com", "&x;")
    ),
    "external entity as a name": lambda: (
        "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + good().decode().replace("alice@example.com", "&x;")
    ),
    "default attribute": lambda: "<!DOCTYPE r [<!ATTLIST saml:NameID NameQualifier CDATA 'evil'>]>" + good().decode(),
    "billion laughs": lambda: (
        "<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'>"
        + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
        + "]>"
        + good().decode().replace("alice@example.com", "&j;")
    ),
}

#: Encodings in which a look for a document type at the bytes finds none.
HIDDEN_ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037")


def find(root: Any, name: str, namespace: str = SAML) -> Any:
    """The first element of that name."""
    return root.find(f".//{{{namespace}}}{name}")


def mallory() -> Signer:
    """A signer whom nobody trusts."""
    key = rsa_key("test", "mallory")
    return Signer(key, self_signed(key, "mallory", NOW))


def _signature(root: Any) -> Any:
    return find(root, "Signature", DS)


def _within(parent: str, namespace: str, part: Callable[[Any], Any]) -> Edit:
    def edit(root: Any) -> None:
        made = part(root)
        holder = find(root, parent, namespace)
        if holder is None:
            holder = etree.Element(f"{{{namespace}}}{parent}")
            if parent == "StatusDetail":
                find(root, "Status", SAMLP).append(holder)
            else:
                root.insert(1, holder)
        holder.append(made)

    return edit


def _digest_of_forged(root: Any) -> Any:
    """The digest that a forged assertion would have: a reader that looks for a DigestValue anywhere takes this one."""
    import hashlib

    value = etree.Element(f"{{{DS}}}DigestValue")
    digest = hashlib.sha256(canonical(forged(find(root, "Assertion"), "_a1"))).digest()
    value.text = base64.b64encode(digest).decode()
    return value


def _copied(name: str) -> Callable[[Any], Any]:
    return lambda root: copy.deepcopy(find(root, name, DS))


#: Parts of a signature put beside the genuine one, which stays as it is.
STRAY: dict[str, Callable[[], bytes]] = {
    "digest in the status": lambda: edited(_within("StatusDetail", SAMLP, _digest_of_forged)),
    "digest in the extensions": lambda: edited(_within("Extensions", SAMLP, _digest_of_forged)),
    "signed info": lambda: edited(_within("Extensions", SAMLP, _copied("SignedInfo"))),
    "signature value": lambda: edited(_within("Extensions", SAMLP, _copied("SignatureValue"))),
    "reference": lambda: edited(_within("StatusDetail", SAMLP, _copied("Reference"))),
    "signature in the extensions": lambda: edited(_within("Extensions", SAMLP, _copied("Signature"))),
    "signature in the status": lambda: edited(_within("StatusDetail", SAMLP, _copied("Signature"))),
}


def _smuggled(root: Any) -> None:
    """CVE-2024-45409: the forged assertion keeps the signature, its digest is smuggled in where anything may stand."""
    _within("StatusDetail", SAMLP, _digest_of_forged)(root)
    assertion = find(root, "Assertion")
    find(assertion, "NameID").text = "mallory@example.com"
    find(assertion, "AttributeValue").text = "admin"


def _moved_to(parent: str) -> Edit:
    def edit(root: Any) -> None:
        find(root, parent).append(_signature(root))

    return edit


def _appended(root: Any) -> None:
    root.append(forged(find(root, "Assertion"), "_evil"))


def _foreign(namespace: str) -> Edit:
    def edit(root: Any) -> None:
        evil = forged(find(root, "Assertion"), "_evil")
        for each in evil.iter():
            each.tag = each.tag.replace(SAML, namespace)
        root.append(evil)

    return edit


def _two_certificates(root: Any) -> None:
    data = find(root, "X509Data", DS)
    extra = etree.SubElement(data, f"{{{DS}}}X509Certificate")
    extra.text = mallory().certificate


def _certificates_swapped() -> bytes:
    """Signed by a stranger, whose certificate stands in KeyInfo before the genuine one."""
    assertion = signed_xml(assertion_xml(statement(name_id="mallory@example.com")), mallory())
    root = etree.fromstring(envelope_xml(statement(), assertion).encode())
    etree.SubElement(find(root, "X509Data", DS), f"{{{DS}}}X509Certificate").text = signer().certificate
    return etree.tostring(root)


def _value_replaced(root: Any) -> None:
    find(root, "SignatureValue", DS).text = base64.b64encode(rsa_signature(b"other", signer().key)).decode()


#: Messages by the check that refuses them.
FORGED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "smuggled digest": ("SignaturePlace", lambda: edited(_smuggled)),
    "moved to the subject": ("Shape", lambda: edited(_moved_to("Subject"))),
    "moved to the conditions": ("Shape", lambda: edited(_moved_to("Conditions"))),
    "moved into a value": ("SignaturePlace", lambda: edited(_moved_to("AttributeValue"))),
    "unsigned one appended": ("OneAssertion", lambda: edited(_appended)),
    "foreign namespace": ("Shape", lambda: edited(_foreign("urn:evil"))),
    "SAML 1.1 namespace": ("Shape", lambda: edited(_foreign("urn:oasis:names:tc:SAML:1.0:assertion"))),
    "strangers certificate first": ("Signature", _certificates_swapped),
    "another value": ("Signature", lambda: edited(_value_replaced)),
}


def golden() -> bytes:
    """Signed with the provider's own stolen key: nothing in the message tells it from a genuine one."""
    return good(name_id="mallory@example.com", attributes=(("role", ("admin",)),))


def two_certificates() -> bytes:
    """Genuine, with a stranger's certificate beside the provider's in KeyInfo."""
    return edited(_two_certificates)
