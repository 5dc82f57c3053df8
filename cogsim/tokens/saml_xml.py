"""XML as SAML messages are read: one parser without entities, names, whole texts, instants, and the shapes of elements.

1. Bytes are UTF-8, of XML 1.0, bounded in size, in elements and in namespaces: nothing makes the reader work long.
2. A document type is refused before anything is parsed: no entity is ever defined, hence none expanded or fetched.
3. A text is all of an element's text: comments and instructions between two pieces of it end nothing.
4. An element's children are those of the schema, in its order: an element in a place of its own is found here.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

_PREFIXES = {"saml": SAML, "samlp": SAMLP, "md": MD, "ds": DS, "xenc": XENC, "xenc11": XENC11, "ec": EXC_C14N}
_SHORT = {namespace: prefix for prefix, namespace in _PREFIXES.items()}

#: What a message may hold: bytes, elements, namespace declarations, and attributes in one element. STS and user pools
#: take 100,000 characters of Base64; a person of some hundred groups has some thousand elements, and many providers
#: declare two namespaces anew in each value. # sts:AssumeRoleWithSAML
LARGEST, MOST_ELEMENTS, MOST_NAMESPACES, MOST_ATTRIBUTES = 1_000_000, 10_000, 10_000, 100

_DECLARATION = re.compile(rb"\A<\?xml\s+version\s*=\s*[\"']([^\"']*)[\"'](?:\s+encoding\s*=\s*[\"']([^\"']*)[\"'])?")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,12})?Z", re.ASCII)


class MalformedError(Exception):
    """What is wrong with a document."""


@cache
def q(name: str) -> str:
    """`saml:Issuer` in the form that elements are tagged with."""
    prefix, _, local = name.partition(":")
    return f"{{{_PREFIXES[prefix]}}}{local}"


def short(element: Any) -> str:
    """An element's tag with the usual prefix; names of other namespaces are written out."""
    if not isinstance(element.tag, str):
        return "(comment)"
    namespace, _, local = element.tag.rpartition("}")
    prefix = _SHORT.get(namespace[1:])
    return f"{prefix}:{local}" if prefix else str(element.tag)


def parse(raw: bytes) -> Any:
    """The root element of a document; MalformedError for what is none, or none that a SAML message may be."""
    from lxml import etree

    if len(raw) > LARGEST:
        raise MalformedError(f"{len(raw)} bytes, more than {LARGEST}")
    _check_bytes(raw)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedError(f"not XML: {str(error)[:200]}") from None
    info: Any = root.getroottree().docinfo
    check_no_document_type(bool(info.doctype) or info.internalDTD is not None or info.externalDTD is not None)
    count = 0
    for element in root.iter():
        count += 1
        if len(element.attrib) > MOST_ATTRIBUTES:
            raise MalformedError(f"an element with {len(element.attrib)} attributes, more than {MOST_ATTRIBUTES}")
    if count > MOST_ELEMENTS:
        raise MalformedError(f"{count} elements, more than {MOST_ELEMENTS}")
    return root


def _check_bytes(raw: bytes) -> None:
    """What must hold before a parser sees the bytes: another encoding would hide a document type from this look."""
    body = raw.removeprefix(b"\xef\xbb\xbf")
    if not body.lstrip()[:1] == b"<":
        raise MalformedError("not XML: it does not begin with an element")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedError("not UTF-8") from None
    if body.startswith(b"<?xml"):
        found = _DECLARATION.match(body)
        if found is None or found[1] != b"1.0":
            raise MalformedError("not a declaration of XML 1.0")
        if found[2] is not None and found[2].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
            raise MalformedError(f"encoded as {found[2][:40].decode(errors='replace')}")
    check_no_document_type(b"<!DOCTYPE" in body or b"<!ENTITY" in body)
    if body.count(b"xmlns") > MOST_NAMESPACES:
        raise MalformedError(f"more than {MOST_NAMESPACES} namespaces are declared")


def check_no_document_type(found: bool) -> None:
    """Rule 2, asked of the bytes and of what was parsed. # w3c:xml"""
    if found:
        raise MalformedError("it has a document type")


def text_of(element: Any) -> str:
    """The whole text inside an element, whatever stands between its pieces."""
    return "".join(_texts(element))


def _texts(element: Any) -> list[str]:
    found = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            found.extend(_texts(child))
        found.append(child.tail or "")
    return found


def children(element: Any, name: str | None = None) -> list[Any]:
    """The child elements, those of that name where one is given (`saml:Issuer`)."""
    wanted = q(name) if name is not None else None
    return [each for each in element if isinstance(each.tag, str) and wanted in (None, each.tag)]


def child(element: Any, name: str) -> Any | None:
    """The first child element of that name."""
    found = children(element, name)
    return found[0] if found else None


def named(root: Any, name: str) -> list[Any]:
    """Every element of that name in the document, in its order."""
    return list(root.iter(q(name)))


def instant_of(text: str | None) -> float:
    """Seconds since the epoch; MalformedError for what is not an instant in UTC. # saml:core §1.3.3"""
    found = _INSTANT.fullmatch(text or "")
    if found is None:
        raise MalformedError(f"{(text or '')[:60]!r} is no instant in UTC")
    try:
        whole = datetime.fromisoformat(found[1]).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise MalformedError(f"{found[0]!r} is no instant") from None
    return whole + float(found[2] or 0)


# Shapes # saml:core §2, §3

_NAMES = "(?:saml:BaseID |saml:NameID |saml:EncryptedID )?"
_EMPTY = ""
_SHAPES: dict[str, str] = {
    "samlp:Response": "(?:saml:Issuer )?(?:ds:Signature )?(?:samlp:Extensions )?samlp:Status "
    "(?:saml:Assertion |saml:EncryptedAssertion )*",
    "samlp:Status": "samlp:StatusCode (?:samlp:StatusMessage )?(?:samlp:StatusDetail )?",
    "samlp:StatusCode": "(?:samlp:StatusCode )?",
    "saml:Assertion": "saml:Issuer (?:ds:Signature )?(?:saml:Subject )?(?:saml:Conditions )?(?:saml:Advice )?"
    "(?:saml:Statement |saml:AuthnStatement |saml:AuthzDecisionStatement |saml:AttributeStatement )*",
    "saml:Subject": f"{_NAMES}(?:saml:SubjectConfirmation )*",
    "saml:SubjectConfirmation": f"{_NAMES}(?:saml:SubjectConfirmationData )?",
    "saml:Conditions": "(?:saml:Condition |saml:AudienceRestriction |saml:OneTimeUse |saml:ProxyRestriction )*",
    "saml:AudienceRestriction": "(?:saml:Audience )+",
    "saml:AuthnStatement": "(?:saml:SubjectLocality )?saml:AuthnContext ",
    "saml:AttributeStatement": "(?:saml:Attribute |saml:EncryptedAttribute )*",
    "saml:Attribute": "(?:saml:AttributeValue )*",
    "saml:EncryptedAssertion": "xenc:EncryptedData (?:xenc:EncryptedKey )*",
    **dict.fromkeys(("saml:Issuer", "saml:NameID", "saml:Audience", "samlp:StatusMessage", "saml:OneTimeUse"), _EMPTY),
}
_COMPILED = {name: re.compile(shape) for name, shape in _SHAPES.items()}
#: Elements that a signature signs by standing in them.
_SIGNED = frozenset(("samlp:Response", "saml:Assertion"))
#: Elements whose inside is text.
_TEXTUAL = frozenset(("saml:Issuer", "saml:NameID", "saml:Audience", "samlp:StatusMessage"))
#: Elements whose inside the schema leaves open.
_OPEN = frozenset(
    (
        *("samlp:Extensions", "samlp:StatusDetail", "saml:Advice", "saml:AttributeValue", "saml:AuthnContext"),
        *(
            "saml:SubjectConfirmationData",
            "ds:Signature",
            "xenc:EncryptedData",
            "xenc:EncryptedKey",
            "saml:EncryptedID",
        ),
        *("saml:EncryptedAttribute", "saml:Condition", "saml:Statement", "saml:AuthzDecisionStatement", "saml:BaseID"),
        *("saml:ProxyRestriction", "saml:SubjectLocality"),
    )
)


def misshapen(root: Any, signature_anywhere: bool = False) -> str | None:
    """What in the tree is not as the schema has it, None where all is; with `signature_anywhere` a signature may be
    any child of a response or an assertion."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        name, inner = short(element), children(element)
        if name in _OPEN:
            continue
        shape = _COMPILED.get(name)
        if shape is None:
            return f"{name} is no element of a response"
        found = "".join(f"{short(each)} " for each in inner)
        if signature_anywhere and name in _SIGNED:
            found = found.replace("ds:Signature ", "", 1)
        if shape.fullmatch(found) is None:
            return f"{name} holds {found.strip() or 'nothing'}"
        if name not in _TEXTUAL and _loose_text(element):
            return f"{name} holds a text of its own"
        waiting.extend(inner)
    return None


def _loose_text(element: Any) -> bool:
    pieces = [element.text, *(each.tail for each in element)]
    return any(piece and piece.strip() for piece in pieces)
