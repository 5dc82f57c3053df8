"""TLS: the authority follows from the seed, and clients that trust it reach every served name."""

from __future__ import annotations

import http.client
import socket
import ssl
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from cogsim.errors import InputError
from cogsim.serve.certificates import authority, server_certificate
from cogsim.serve.launch import Wishes, launch
from tests.unit.serve.http.conftest import ADMIN, KEY, SECRET, Served


def test_the_same_seed_gives_the_same_certificates_and_another_others() -> None:
    assert authority("a").public_bytes(Encoding.PEM) == authority("a").public_bytes(Encoding.PEM)
    assert server_certificate("a", ("x.example",)) == server_certificate("a", ("x.example",))
    assert authority("a") != authority("b")
    server_certificate("a", ()).verify_directly_issued_by(authority("a"))


def test_the_certificate_names_the_machine_and_what_was_asked_for() -> None:
    made = server_certificate("a", ("adfs.example.com", "192.0.2.7"))
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {"localhost", "*.localhost", "adfs.example.com"} <= set(names.get_values_for_type(x509.DNSName))
    assert {"127.0.0.1", "::1", "192.0.2.7"} == {str(each) for each in names.get_values_for_type(x509.IPAddress)}


def shown(port: int, name: str, trusted: Path) -> set[str]:
    """The names of the certificate that a client is shown who asks for `name` and verifies it."""
    context = ssl.create_default_context(cafile=str(trusted))
    with socket.create_connection(("127.0.0.1", port)) as plain, context.wrap_socket(plain, server_hostname=name) as up:
        return {value for _, value in up.getpeercert()["subjectAltName"]}  # type: ignore[index, misc, union-attr]


def test_boto3_and_every_served_name_are_reached_over_https(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trusted = tmp_path / "ca.pem"
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    launched = launch(
        Wishes(principal=ADMIN, access_key=KEY, secret_key=SECRET, tls=True, ca_file=str(trusted), seed="tls")
    )
    assert [path.name for path in tmp_path.iterdir()] == ["ca.pem"]
    with launched.server.running() as base:
        assert base.startswith("https://")
        served = Served(base, launched)
        idp: Any = served.client("cognito-idp", verify=str(trusted))
        pool = idp.create_user_pool(PoolName="people")["UserPool"]["Id"]
        idp.create_user_pool_domain(UserPoolId=pool, Domain="acme")
        host = "acme.auth.us-east-1.amazoncognito.com"
        for name in ("localhost", "127.0.0.1", host, f"{host}.localhost", "a.b.localhost"):
            assert shown(served.port, name, trusted)
        with pytest.raises(ssl.SSLCertVerificationError):
            shown(served.port, "bank.example", trusted)
    assert [path.name for path in tmp_path.iterdir()] == ["ca.pem"]


def test_a_file_that_cannot_be_written_is_said_before_anything_listens(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot write the certificate"):
        launch(Wishes(tls=True, ca_file=str(tmp_path / "none" / "ca.pem")))


def test_a_client_that_stays_connected_does_not_hold_up_the_end() -> None:
    launched = launch(Wishes(principal=ADMIN, access_key=KEY, secret_key=SECRET, tls=True))
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    port = launched.server.address.port
    kept = http.client.HTTPSConnection("127.0.0.1", port, context=trusting)
    with launched.server.running():
        kept.request("GET", "/_cogsim/health")
        assert kept.getresponse().read()
        silent = trusting.wrap_socket(socket.create_connection(("127.0.0.1", port)))
        unshaken = socket.create_connection(("127.0.0.1", port))
        begun = perf_counter()
    assert perf_counter() - begun < 5
    for each in (silent, unshaken, kept):
        each.close()
