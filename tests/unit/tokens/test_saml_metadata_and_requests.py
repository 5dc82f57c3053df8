"""SAML metadata and requests to sign in: what is read is what was written, and nothing else is read."""

from __future__ import annotations

import base64
import zlib
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.decision import Refusal
from cogsim.tokens.saml_metadata import (
    POST,
    REDIRECT,
    IdpMetadata,
    read_metadata,
    readable_certificates,
    write_metadata,
)
from cogsim.tokens.saml_request import AuthnRequest, Received, read_post, read_redirect, redirect_url, request_xml
from tests.generators.saml import ISSUER, signer

WHOLE = IdpMetadata(
    ISSUER,
    (signer().certificate, "QUJD"),
    ((REDIRECT, "https://idp.example.com/sso?a=1&b=2"), (POST, "https://idp.example.com/sso")),
    ((POST, "https://idp.example.com/out"),),
    1_800_000_000.0,
    True,
    ("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",),
)


def test_metadata_are_read_as_they_were_written() -> None:
    assert read_metadata(write_metadata(WHOLE)) == WHOLE
    assert readable_certificates(WHOLE) == (signer().certificate,)
    assert WHOLE.sign_in_by(POST) == "https://idp.example.com/sso"
    assert WHOLE.sign_in_by("urn:x") is None


def test_keys_for_encryption_verify_nothing() -> None:
    text = write_metadata(WHOLE).replace('<md:KeyDescriptor use="signing">', '<md:KeyDescriptor use="encryption">', 1)
    found = read_metadata(text)
    assert isinstance(found, IdpMetadata)
    assert found.certificates == ("QUJD",)
    unmarked = read_metadata(write_metadata(WHOLE).replace(' use="signing"', ""))
    assert isinstance(unmarked, IdpMetadata)
    assert unmarked.certificates == WHOLE.certificates


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("EntityDescriptor", "EntitiesDescriptor"), "no EntityDescriptor"),
        ((f'entityID="{ISSUER}"', ""), "no EntityDescriptor"),
        (("IDPSSODescriptor", "SPSSODescriptor"), "no IDPSSODescriptor"),
        (("X509Certificate", "X509Name"), "no X509Certificate"),
        (('validUntil="', 'validUntil="soon '), "validUntil"),
        (("<md:EntityDescriptor", "<!DOCTYPE x><md:EntityDescriptor"), "document type"),
        (("</md:IDPSSODescriptor>", "</md:IDPSSODescriptor><md:IDPSSODescriptor/>"), "2 IDPSSODescriptors"),
    ],
)
def test_other_documents_are_no_metadata(change: tuple[str, str], told: str) -> None:
    found = read_metadata(write_metadata(WHOLE).replace(*change))
    assert isinstance(found, str)
    assert told in found


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_any_text_ends_in_a_reason(text: str) -> None:
    assert isinstance(read_metadata(text), str)
    assert isinstance(read_post(text), str)
    assert isinstance(read_redirect(f"https://idp.example.com/?SAMLRequest={quote(text)}").value, Refusal)


ASKED = AuthnRequest(
    "_q1", "urn:app&co", "https://app.example.com/acs", "https://idp.example.com/sso", 1_700_000_000.0, "urn:f", True
)


def received(url: str, *certificates: str) -> Received | Refusal:
    return read_redirect(url, certificates).value


@pytest.mark.parametrize("relay", [None, "", "a&b=c d", "é"])
def test_a_request_is_read_as_it_was_sent(relay: str | None) -> None:
    assert received(redirect_url(ASKED, relay)) == Received(ASKED, relay, False)
    signed = redirect_url(ASKED, relay, signer().key)
    assert received(signed, signer().certificate) == Received(ASKED, relay, True)
    assert read_post(base64.b64encode(request_xml(ASKED).encode()).decode()) == ASKED


def test_a_request_that_is_signed_must_hold_under_the_receivers_key() -> None:
    url = redirect_url(ASKED, "state", signer().key)
    for broken, certificate in (
        (url, signer("other").certificate),
        (url.replace("RelayState=state", "RelayState=other"), signer().certificate),
        (url.replace("rsa-sha256", "rsa-sha1"), signer().certificate),
        (url[:-9], signer().certificate),
    ):
        found = received(broken, certificate)
        assert isinstance(found, Refusal)
        assert found.code == "Signature"
    assert isinstance(received(url), Refusal)


def test_a_field_that_stands_twice_is_refused() -> None:
    url = redirect_url(ASKED, "state", signer().key)
    found = received(url + "&RelayState=other", signer().certificate)
    assert isinstance(found, Refusal)
    assert "twice" in found.message


def test_a_field_that_the_signature_would_not_cover_is_refused() -> None:
    url = redirect_url(ASKED, None, signer().key)
    found = received(url + "&Relay%53tate=evil", signer().certificate)
    assert isinstance(found, Refusal)
    assert "escapes" in found.message


def test_a_small_query_becomes_no_large_document() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = base64.b64encode(packer.compress(b" " * 50_000_000) + packer.flush()).decode()
    found = received(f"https://idp.example.com/?SAMLRequest={quote(bomb, safe='')}")
    assert isinstance(found, Refusal)
    assert "grows" in found.message
