"""Whether IAM takes a public key or a certificate: it must parse, belong to its private key, and be new. # iam:api"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.iam_entities import unseen
from cogsim.decisions.refusals import Check, passed
from cogsim.world.account_document import AccountDocument

_MALFORMED, _INVALID_KEY, _ENCODING = "MalformedCertificate", "InvalidPublicKey", "UnrecognizedPublicKeyEncoding"


@dataclass(frozen=True, slots=True)
class SshKey:
    """An RSA key: `blob` is its SSH form, `ssh` one line of it, `pem` the same key in PEM."""

    blob: bytes
    ssh: str
    pem: str

    @property
    def fingerprint(self) -> str:
        """MD5 of the SSH form, in pairs of hexadecimal digits."""
        digest = hashlib.md5(self.blob, usedforsecurity=False).hexdigest()
        return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def ssh_key(body: str) -> Decision[SshKey | Refusal]:
    """The key that `body` is, in SSH or PEM form. # iam:api §UploadSSHPublicKey"""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    question = "is it an RSA public key?"
    text = body.strip()
    try:
        if text.startswith("-----BEGIN"):
            key = serialization.load_pem_public_key(text.encode())
        elif text.startswith("ssh-"):
            key = serialization.load_ssh_public_key(text.encode())
        else:
            return unseen(_ENCODING, "The public key encoding is not recognized.", question, "neither SSH nor PEM")
    except (ValueError, UnsupportedAlgorithm):
        return unseen(_INVALID_KEY, "The public key is malformed or otherwise invalid.", question, "it does not parse")
    if not isinstance(key, RSAPublicKey):
        return unseen(_INVALID_KEY, "The public key is not an RSA key.", question, type(key).__name__)
    ssh = key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    found = SshKey(base64.b64decode(ssh.split()[1]), ssh, pem)
    return decided(found, Step(question, "yes", found.fingerprint, "iam:api"))


def not_yet_there(held: list[AccountDocument], member: str, value: str, code: str, text: str) -> Check:
    """Whether no document holds the value already."""
    question = "has the user it already?"
    if all(each.content[member] != value for each in held):
        return passed(question, "no", "iam:api", answer="no")
    return unseen(code, text, question, "the same one is there")


def certificate_sound(body: str) -> Decision[float | Refusal]:
    """When the certificate in PEM ends, in seconds since the epoch, or the refusal of one that does not parse."""
    question = "is it an X.509 certificate?"
    certificate = _certificate(body)
    if certificate is None:
        return unseen(
            _MALFORMED,
            "Unable to parse certificate. Please ensure the certificate is in PEM format.",
            question,
            "it does not parse",
        )
    ends = certificate.not_valid_after_utc.timestamp()
    return decided(ends, Step(question, "yes", str(certificate.serial_number), "iam:api"))


def key_pair_matches(body: str, private_key: str) -> Check:
    """Whether the private key, unencrypted PEM, is that of the certificate. # iam:api §UploadServerCertificate"""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    question = "is it the certificate's private key?"
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    try:
        key = serialization.load_pem_private_key(private_key.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return unseen(
            _MALFORMED,
            "Unable to parse key; the body must be an unencrypted PEM-encoded private key.",
            question,
            "it does not parse",
        )
    certificate = _certificate(body)
    if certificate is not None and _public_bytes(certificate, form) == key.public_key().public_bytes(*form):
        return passed(question, "yes", "iam:api")
    return unseen("KeyPairMismatch", "The public key certificate and the private key do not match.", question, "no")


def _public_bytes(certificate: Any, form: Any) -> bytes | None:
    """The certificate's public key in that form, None where it is of a kind that nobody reads."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        made: bytes = certificate.public_key().public_bytes(*form)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return made


def chain_sound(chain: str) -> Check:
    """Whether every certificate of the chain parses."""
    from cryptography import x509

    question = "is it a chain of certificates?"
    try:
        count = len(x509.load_pem_x509_certificates(chain.encode()))
    except ValueError:
        text = "Unable to parse certificate chain. Please ensure each certificate is in PEM format."
        return unseen(_MALFORMED, text, question, "it does not parse")
    return passed(question, f"{count} certificates", "iam:api")


def _certificate(body: str) -> Any:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificate(body.encode())
    except (ValueError, binascii.Error):
        return None
