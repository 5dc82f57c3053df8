"""Encrypted assertions: AES for the content, RSA-OAEP for its key. # w3c:xmlenc

1. Exactly one key and one content, of algorithms in the list: RSA with PKCS #1 v1.5 is refused, whoever asks whether
   its padding was right learns the key.
2. Every failure to decrypt is told in the same words, for the same reason; so is a content that is no assertion, for
   without a signature around it whoever tells them apart reads the content byte by byte.
3. What comes out is one element, an assertion; it is checked like one that came in the open.

Encrypting draws its key, its vectors and the padding of OAEP from a Draw: the same draw gives the same bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Any

from cogsim.entropy import Draw
from cogsim.tokens.saml_xml import MalformedError, child, children, named, parse, q, short, text_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

_XENC, _XENC11 = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#"
#: Content algorithms and the size of their keys in bytes.
CBC = {f"{_XENC}aes{bits}-cbc": bits // 8 for bits in (128, 192, 256)}
GCM = {f"{_XENC11}aes{bits}-gcm": bits // 8 for bits in (128, 192, 256)}
#: Key transport.
OAEP_MGF1P, OAEP = f"{_XENC}rsa-oaep-mgf1p", f"{_XENC11}rsa-oaep"
AES256_GCM = f"{_XENC11}aes256-gcm"
_ELEMENT = f"{_XENC}Element"
_FAILED = "it does not decrypt"


def decrypted(encrypted: Any, keys: tuple[rsa.RSAPrivateKey, ...]) -> Any:
    """The assertion inside an EncryptedAssertion, as the root of a document of its own; MalformedError where it cannot
    be had."""
    data = children(encrypted, "xenc:EncryptedData")[0]
    transported = named(encrypted, "xenc:EncryptedKey")
    if len(transported) != 1 or len(named(encrypted, "xenc:EncryptedData")) != 1:
        raise MalformedError(f"{len(transported)} encrypted keys")
    if data.get("Type") not in (None, _ELEMENT):
        raise MalformedError(f"encrypted is {data.get('Type')}, and not an element")
    algorithm = _algorithm(data)
    if algorithm not in CBC and algorithm not in GCM:
        raise MalformedError(f"encrypted by {algorithm}")
    if not keys:
        raise MalformedError("it is encrypted, and there is no key to decrypt it")
    plain = None
    for key in keys:
        content_key = _content_key(transported[0], key)
        plain = _plain(_octets(data), algorithm, content_key) if content_key is not None else None
        if plain is not None:
            break
    if plain is None:
        raise MalformedError(_FAILED)
    return _element(plain, encrypted)


def load_private_key(pem: str) -> rsa.RSAPrivateKey | None:
    """The RSA key in PEM, not encrypted by a password; None for anything else."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.encode("utf-8", "replace"), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPrivateKey) else None


def _algorithm(element: Any) -> str:
    method = child(element, "xenc:EncryptionMethod")
    return str(method.get("Algorithm")) if method is not None else "no stated algorithm"


def _octets(element: Any) -> bytes:
    value = element.find(f"{q('xenc:CipherData')}/{q('xenc:CipherValue')}")
    if value is None or len(value):
        raise MalformedError("encrypted content that is not at hand")
    return _base64(value)


def _base64(value: Any) -> bytes:
    try:
        return base64.b64decode("".join(text_of(value).split()), validate=True)
    except (ValueError, binascii.Error):
        raise MalformedError("encrypted content that is not Base64") from None


def _hash(name: str) -> HashAlgorithm:
    """The hash of a DigestMethod or MGF by the end of its name."""
    from cryptography.hazmat.primitives import hashes

    known: dict[str, type[HashAlgorithm]] = {
        "sha1": hashes.SHA1,
        "sha256": hashes.SHA256,
        "sha384": hashes.SHA384,
        "sha512": hashes.SHA512,
    }
    tail = name.rpartition("#")[2]
    if tail not in known:
        raise MalformedError(f"the key's padding hashes by {name}")
    return known[tail]()


def _content_key(transported: Any, key: rsa.RSAPrivateKey) -> bytes | None:
    """The content's key. OAEP without a DigestMethod is that of SHA-1, which is sound there. # w3c:xmlenc §5.5"""
    from cryptography.hazmat.primitives.asymmetric import padding

    algorithm = _algorithm(transported)
    if algorithm not in (OAEP_MGF1P, OAEP):
        raise MalformedError(f"the key is transported by {algorithm}")
    method = child(transported, "xenc:EncryptionMethod")
    digest, mask = child(method, "ds:DigestMethod"), child(method, "xenc11:MGF")
    label = child(method, "xenc:OAEPparams")
    digest_name = "sha1" if digest is None else str(digest.get("Algorithm"))
    mask_name = "sha1" if mask is None or algorithm == OAEP_MGF1P else str(mask.get("Algorithm")).replace("mgf1", "")
    scheme = padding.OAEP(
        padding.MGF1(_hash(mask_name)),
        _hash(digest_name),
        _base64(label) if label is not None else None,
    )
    try:
        return key.decrypt(_octets(transported), scheme)
    except ValueError:
        return None


def _plain(octets: bytes, algorithm: str, key: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(key) != {**CBC, **GCM}[algorithm]:
        return None
    if algorithm in GCM:
        try:
            return AESGCM(key).decrypt(octets[:12], octets[12:], None)
        except (InvalidTag, ValueError):
            return None
    if len(octets) < 32 or len(octets) % 16:
        return None
    decryptor = Cipher(algorithms.AES(key), modes.CBC(octets[:16])).decryptor()
    padded = decryptor.update(octets[16:]) + decryptor.finalize()
    # w3c:xmlenc §5.2: the last byte counts the padding, whose other bytes are anything
    return padded[: -padded[-1]] if 1 <= padded[-1] <= 16 else None


def _element(plain: bytes, place: Any) -> Any:
    """The one element in what was decrypted, read where it stood: prefixes may be declared further out."""
    try:
        root = parse(plain.lstrip()) if plain.lstrip()[:5] == b"<?xml" else _placed(plain, place)
    except MalformedError:
        raise MalformedError(_FAILED) from None
    if short(root) != "saml:Assertion":
        raise MalformedError(_FAILED)
    return root


def _placed(plain: bytes, place: Any) -> Any:
    """The element in the namespaces of the place where it was encrypted."""
    declared = "".join(
        f' xmlns{f":{prefix}" if prefix else ""}="{_escaped(uri)}"'
        for prefix, uri in sorted(place.nsmap.items(), key=lambda each: each[0] or "")
        if prefix != "xml"
    )
    wrapped = parse(b"<outer" + declared.encode() + b">" + plain + b"</outer>")
    inner = children(wrapped)
    if len(inner) != 1 or len(wrapped) != 1 or (wrapped.text or "").strip() or (inner[0].tail or "").strip():
        raise MalformedError(_FAILED)
    inner[0].tail = None
    return inner[0]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


# Encrypting


def encrypt(assertion: str, key: rsa.RSAPublicKey, draw: Draw, algorithm: str = AES256_GCM) -> str:
    """An EncryptedAssertion around the text of an assertion, its content's key transported by RSA-OAEP (SHA-1, MGF1),
    as AD FS does it."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    size = {**CBC, **GCM}[algorithm]
    drawn, plain = draw.bytes(size + 16 + 20), assertion.encode()
    content_key, vector, seed = drawn[:size], drawn[size : size + 16], drawn[size + 16 :]
    if algorithm in GCM:
        content = vector[:12] + AESGCM(content_key).encrypt(vector[:12], plain, None)
    else:
        fill = 16 - len(plain) % 16
        encryptor = Cipher(algorithms.AES(content_key), modes.CBC(vector)).encryptor()
        content = vector + encryptor.update(plain + bytes(fill - 1) + bytes([fill])) + encryptor.finalize()
    wrapped = base64.b64encode(_oaep(content_key, key, seed)).decode()
    return (
        '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">'
        f'<xenc:EncryptedData xmlns:xenc="{_XENC}" Type="{_ELEMENT}"><xenc:EncryptionMethod Algorithm="{algorithm}"/>'
        '<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey>'
        f'<xenc:EncryptionMethod Algorithm="{OAEP_MGF1P}"/><xenc:CipherData><xenc:CipherValue>{wrapped}'
        "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue>"
        f"{base64.b64encode(content).decode()}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>"
        "</saml:EncryptedAssertion>"
    )


def _oaep(message: bytes, key: rsa.RSAPublicKey, seed: bytes) -> bytes:
    """EME-OAEP under SHA-1 with a given seed, and RSA: the library's own draws a seed that no run repeats.
    # rfc:8017 §7.1.1"""
    numbers = key.public_numbers()
    size = (numbers.n.bit_length() + 7) // 8
    label = hashlib.sha1(b"", usedforsecurity=False).digest()
    block = label + bytes(size - len(message) - 2 * len(label) - 2) + b"\x01" + message
    masked = _xor(block, _mask(seed, len(block)))
    padded = b"\x00" + _xor(seed, _mask(masked, len(seed))) + masked
    return pow(int.from_bytes(padded, "big"), numbers.e, numbers.n).to_bytes(size, "big")


def _mask(seed: bytes, size: int) -> bytes:
    """MGF1 over SHA-1."""
    blocks = (hashlib.sha1(seed + number.to_bytes(4, "big"), usedforsecurity=False).digest() for number in range(999))
    mask = b""
    while len(mask) < size:
        mask += next(blocks)
    return mask[:size]


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
