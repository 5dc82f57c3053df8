"""One XML signature of a SAML message: is it of the one form that SAML allows, and does it hold.

1. It stands in the element that it signs, as its child, and refers to nothing but that element's ID.
2. Its transforms are the enveloped signature and exclusive canonical form, in this order: XSLT, XPath and Base64 could
   leave out, or make up, what is signed.
3. It has one SignedInfo with one Reference, no Object, and no comment in it: every reader sees the same digest.
4. Its algorithms are of a short list, by the kind of key; HMAC is never among them.
5. It holds under a certificate that the caller gave. What KeyInfo says is not looked at.
6. What is read afterwards is the element made of the very octets that were digested, not the one in the document.

The arithmetic (canonical form, digest, signature) is signxml's. # w3c:xmldsig; saml:core §5.4
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cogsim.tokens.saml_checks import ALGORITHM, SIGNATURE, SIGNATURE_FORM, SIGNED_ELEMENT, Trail
from cogsim.tokens.saml_xml import EXC_C14N, children, q, short, text_of

if TYPE_CHECKING:
    from cryptography import x509

_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_EXCLUSIVE = (EXC_C14N, f"{EXC_C14N}WithComments")
_MORE, _MORE_2007 = "http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2007/05/xmldsig-more#"
_SIZES = ("256", "384", "512")

#: Signature algorithms by the kind of key they take.
RSA_METHODS = (*(f"{_MORE}rsa-sha{size}" for size in _SIZES), *(f"{_MORE_2007}sha{size}-rsa-MGF1" for size in _SIZES))
EC_METHODS = tuple(f"{_MORE}ecdsa-sha{size}" for size in _SIZES)
DIGESTS = (
    "http://www.w3.org/2001/04/xmlenc#sha256",
    f"{_MORE}sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
)
#: Taken only where the caller says so.
RSA_SHA1, SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2000/09/xmldsig#sha1"
#: The shortest RSA key. # sts:AssumeRoleWithSAML
_SHORTEST_RSA = 1024


@dataclass(frozen=True, slots=True)
class Form:
    """What a signature says of itself."""

    method: str
    digest: str


def load_certificate(text: str) -> x509.Certificate | None:
    """The certificate in Base64 of its DER, or in PEM; None for what is none."""
    from cryptography import x509

    body = "".join(line for line in text.strip().splitlines() if not line.startswith("-----"))
    try:
        return x509.load_der_x509_certificate(base64.b64decode("".join(body.split()), validate=True))
    except (ValueError, binascii.Error):
        return None


def form_fault(signature: Any, signed_id: str) -> Form | str:
    """The form of the signature, or what about it SAML does not allow."""
    inner = children(signature)
    names = [short(each) for each in inner]
    if names not in (["ds:SignedInfo", "ds:SignatureValue"], ["ds:SignedInfo", "ds:SignatureValue", "ds:KeyInfo"]):
        return f"the signature holds {', '.join(names)}"
    if any(not isinstance(each.tag, str) for part in inner[:2] for each in part.iter()):
        return "a comment stands in what is signed"
    info = inner[0]
    parts = children(info)
    if [short(each) for each in parts] != ["ds:CanonicalizationMethod", "ds:SignatureMethod", "ds:Reference"]:
        return f"SignedInfo holds {', '.join(short(each) for each in parts)}"
    canonical, method, reference = parts
    if canonical.get("Algorithm") not in _EXCLUSIVE or not _prefixes_only(canonical) or len(method):
        return f"SignedInfo in the form {canonical.get('Algorithm')}"
    if reference.get("URI") != f"#{signed_id}" or not signed_id:
        return f"it refers to {reference.get('URI')!r}, and stands in {signed_id!r}"
    return _reference_fault(reference, str(method.get("Algorithm")))


def _reference_fault(reference: Any, method: str) -> Form | str:
    parts = children(reference)
    if [short(each) for each in parts] != ["ds:Transforms", "ds:DigestMethod", "ds:DigestValue"]:
        return f"the reference holds {', '.join(short(each) for each in parts)}"
    transforms, digest, value = parts
    steps = children(transforms)
    if any(short(each) != "ds:Transform" for each in steps) or len(steps) != 2:
        return f"{len(steps)} transforms"
    first, second = steps
    if first.get("Algorithm") != _ENVELOPED or len(first) or second.get("Algorithm") not in _EXCLUSIVE:
        return f"the transforms {first.get('Algorithm')} and {second.get('Algorithm')}"
    if not _prefixes_only(second) or len(value) or len(digest) or not text_of(value).strip():
        return "more than a digest"
    return Form(method, str(digest.get("Algorithm")))


def _prefixes_only(element: Any) -> bool:
    """Whether a canonical form is told no more than which prefixes to keep."""
    return len(element) == 0 or (len(element) == 1 and element[0].tag == q("ec:InclusiveNamespaces"))


def signed_copy(
    trail: Trail, root: Any, element: Any, certificates: tuple[str, ...], *, sha1: bool = False
) -> Any | None:
    """The element as it was signed by the signature that is its child; refuses where the signature does not hold.

    None where the arithmetic was left out. Checks 5 and 6 are made for each certificate until one holds.
    """
    (signature,) = children(element, "ds:Signature")
    name, signed_id = short(element).partition(":")[2], element.get("ID") or ""
    form = form_fault(signature, signed_id)
    trail.hold(SIGNATURE_FORM, isinstance(form, Form), form if isinstance(form, str) else f"of the {name}")
    found = [each for each in map(load_certificate, certificates) if each is not None]
    if not found:
        trail.refuse(SIGNATURE, "the metadata hold no certificate that can be read")
    elif isinstance(form, Form):
        taken, said = _algorithms_taken(form, found, sha1), f"{_tail(form.method)}, {_tail(form.digest)}"
        trail.hold(ALGORITHM, taken, said)
    verified = None if trail.left(SIGNATURE) else _verified(root, element, found, sha1)
    trail.hold(SIGNATURE, verified is not None, f"of the {name}, {len(found)} certificates")
    if verified is None:
        return None
    same = verified.tag == element.tag and verified.get("ID") == signed_id
    trail.hold(SIGNED_ELEMENT, same, f"{name} {signed_id}")
    return verified


def _tail(algorithm: str) -> str:
    return algorithm.rpartition("#")[2] or algorithm


def _algorithms_taken(form: Form, certificates: list[x509.Certificate], sha1: bool) -> bool:
    digests = (*DIGESTS, SHA1) if sha1 else DIGESTS
    methods = {method for each in certificates for method in _methods(each, sha1)}
    return form.digest in digests and form.method in methods


def _methods(certificate: x509.Certificate, sha1: bool) -> tuple[str, ...]:
    """The methods that a certificate's key takes; none for a key that is too short, or of another kind."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return ()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _SHORTEST_RSA:
        return (*RSA_METHODS, RSA_SHA1) if sha1 else RSA_METHODS
    return EC_METHODS if isinstance(key, ec.EllipticCurvePublicKey) else ()


def _verified(root: Any, element: Any, certificates: list[x509.Certificate], sha1: bool) -> Any | None:
    """The element of the octets that a certificate's signature covers, None where none does."""
    from signxml.algorithms import DigestAlgorithm, SignatureMethod
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    location = "./" if element is root else f"./{element.tag}/"
    for certificate in certificates:
        methods = _methods(certificate, sha1)
        configuration = SignatureConfiguration(
            location=location,
            signature_methods=frozenset(SignatureMethod(each) for each in methods),
            digest_algorithms=frozenset(DigestAlgorithm(each) for each in ((*DIGESTS, SHA1) if sha1 else DIGESTS)),
            ignore_ambiguous_key_info=True,
            # Whether a certificate has expired is no question of the signature, and not signxml's clock's to answer.
            verification_time=certificate.not_valid_before_utc,
        )
        try:
            result: Any = XMLVerifier().verify(
                root, x509_cert=certificate, validate_schema=False, id_attribute="ID", expect_config=configuration
            )
        except Exception:  # the library raises whatever its parts raise: anything but success is a refusal
            continue
        return result.signed_xml
    return None
