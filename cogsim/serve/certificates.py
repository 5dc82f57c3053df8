"""A certificate authority and a server's certificate that follow from the seed: the same in every run, known nowhere.

1. The keys follow from the seed, so whoever knows the seed has them, and can sign any name with them: it is to be
   trusted by the client that needs it (AWS_CA_BUNDLE), not by a whole machine.
2. The certificates are signed with P-256, deterministically, and are valid for a fixed span, so the file to trust stays
   the same from start to start.
3. Hosts come while the server runs (a pool gets a domain), so a client that names one the world has, or any under
   localhost, is shown a certificate of that name; every other name gets the one the server began with.
4. The server's private key is written to a file of its owner alone, read, and removed: there is no other way to give a
   key to the TLS library.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cogsim.entropy import named
from cogsim.errors import InputError, Location
from cogsim.serve.web.routes import served_hosts
from cogsim.tokens.keys import ec_key

if TYPE_CHECKING:
    from cogsim.world.world import World

#: Long enough for every simulation; browsers hold certificates of authorities that users add to no shorter span.
_FROM, _UNTIL = datetime(2024, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)
_LOCAL_NAMES = ("localhost", "*.localhost")
_LOCAL_ADDRESSES = ("127.0.0.1", "::1")
#: For how many names certificates are made while the server runs.
_MOST_NAMES = 256


def authority(seed: str) -> x509.Certificate:
    """The authority of that seed, signed by itself."""
    key = ec_key("serve/authority", seed).private_key
    name = _name(f"cogsim {named('serve/authority-name', seed).lower_alnum(8)}: trust it on this machine only")
    made = _begun(name, name, key.public_key(), seed, "authority")
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    made = made.add_extension(_usage(signs_certificates=True), critical=True)
    return _signed(made, key)


def server_certificate(seed: str, names: Iterable[str]) -> x509.Certificate:
    """The server's certificate for localhost, the loopback addresses and `names` (host names, patterns, addresses)."""
    issuer = ec_key("serve/authority", seed).private_key
    key = ec_key("serve/server", seed).private_key
    wanted = sorted({*_LOCAL_NAMES, *_LOCAL_ADDRESSES, *names})
    made = _begun(_name("cogsim serve"), authority(seed).subject, key.public_key(), seed, "\n".join(wanted))
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    made = made.add_extension(_usage(signs_certificates=False), critical=True)
    made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    made = made.add_extension(x509.SubjectAlternativeName([_general(each) for each in wanted]), critical=False)
    made = made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False)
    return _signed(made, issuer)


def served_names(world: World) -> tuple[str, ...]:
    """The host names of the world that a client may open on this server, each also under `.localhost`."""
    known = [host for host in served_hosts(world) if _is_host(host)]
    return tuple(sorted({*known, *(f"{host}.localhost" for host in known)}))


def server_context(seed: str, host: str, world: Callable[[], World], ca_file: str | None) -> ssl.SSLContext:
    """What a server at `host` speaks TLS with; `world` gives the world as it is when somebody connects. The authority
    is written to `ca_file` where one is named."""
    if ca_file is not None:
        _write_authority(seed, Path(ca_file))
    own = (host,) if _is_host(host) or _address(host) is not None else ()
    first = _context(seed, own)
    others: dict[str, ssl.SSLContext] = {}

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        wanted = (name or "").lower()
        new = wanted not in others and len(others) < _MOST_NAMES and _is_host(wanted)
        if new and (wanted.endswith(".localhost") or wanted in served_names(world())):
            others[wanted] = _context(seed, (wanted, *own))
        connection.context = others.get(wanted, first)

    first.sni_callback = choose
    return first


def _context(seed: str, names: Iterable[str]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    key = ec_key("serve/server", seed).private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor, name = tempfile.mkstemp(prefix="cogsim-", suffix=".pem")  # 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key + server_certificate(seed, names).public_bytes(serialization.Encoding.PEM))
        context.load_cert_chain(name)
    finally:
        Path(name).unlink()
    return context


def _write_authority(seed: str, place: Path) -> None:
    try:
        place.write_bytes(authority(seed).public_bytes(serialization.Encoding.PEM))
    except OSError as error:
        raise InputError(f"cannot write the certificate: {error.strerror}", Location(str(place))) from None


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, seed: str, purpose: str
) -> x509.CertificateBuilder:
    serial = named("serve/certificate", seed, purpose).integer(152) + 1
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key).serial_number(serial)
    made = made.not_valid_before(_FROM).not_valid_after(_UNTIL)
    return made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _signed(made: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    return made.sign(key, hashes.SHA256(), ecdsa_deterministic=True)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general(name: str) -> x509.GeneralName:
    address = _address(name)
    return x509.DNSName(name) if address is None else x509.IPAddress(address)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _is_host(name: str) -> bool:
    labels = name.split(".")
    return 0 < len(name) < 240 and all(
        0 < len(label) < 64 and label.isascii() and label.replace("-", "").isalnum() for label in labels
    )
