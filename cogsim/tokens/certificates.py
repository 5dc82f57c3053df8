"""Self-signed X.509 certificates over keys derived from a name: the same name and date give the same bytes."""

from __future__ import annotations

import base64
from datetime import timedelta

from cogsim.clock import at
from cogsim.entropy import named
from cogsim.tokens.keys import RsaKey

#: How long a user pool's certificates are valid. # idp:providers §saml-signing
VALIDITY = timedelta(days=3650)


def self_signed(key: RsaKey, common_name: str, since: float, validity: timedelta = VALIDITY) -> str:
    """The certificate of `key`, valid for ten years from `since` (seconds) unless `validity` says otherwise, as base64
    of its DER without line breaks.

    RSA with PKCS #1 v1.5 draws no randomness, and the serial number is drawn from the name, so nothing is random.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    start = at(int(since))
    serial = named("x509/serial", common_name, key.kid, str(int(since))).integer(63) | 1
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.private_key.public_key())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(start + validity)
    )
    made = builder.sign(key.private_key, hashes.SHA256())
    return base64.b64encode(made.public_bytes(Encoding.DER)).decode()
