"""Hostile SAML responses, the rest of the catalogue: document types, smuggled parts, forms that a key really signed."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from cogsim.decision import Refusal
from cogsim.tokens import saml_xml
from cogsim.tokens.saml import Assertion, validate_response
from cogsim.tokens.saml_issue import assertion_xml
from cogsim.tokens.saml_xml import DS, EXC_C14N
from tests.generators.saml import (
    NOW,
    ROLE,
    edited,
    expectation,
    forged,
    good,
    resigned,
    signer,
    statement,
    with_signed_info,
)
from tests.generators.saml_hostile import (
    DOCUMENT_TYPES,
    FORGED,
    HIDDEN_ENCODINGS,
    STRAY,
    VALUED_TYPES,
    find,
    golden,
    mallory,
    two_certificates,
)


def verdict(raw: bytes, *left_out: str, **expected: Any) -> str | Assertion:
    found = validate_response(raw, expectation(left_out=frozenset(left_out), **expected), NOW).value
    return found.code if isinstance(found, Refusal) else found


def is_alice(found: str | Assertion) -> bool:
    return isinstance(found, Assertion) and (found.name_id, found.values(ROLE)) == ("alice@example.com", ("reader",))


# Document types


@pytest.fixture
def types_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that does not refuse document types."""
    monkeypatch.setattr(saml_xml, "check_no_document_type", lambda found: None)


@pytest.mark.parametrize("name", DOCUMENT_TYPES)
def test_a_document_type_is_refused_whatever_it_says(name: str) -> None:
    for raw in (DOCUMENT_TYPES[name] + good().decode(), "\n" + DOCUMENT_TYPES[name] + good("response").decode()):
        found = validate_response(raw.encode(), expectation(), NOW).value
        assert found == Refusal("WellFormed", "it has a document type")


@pytest.mark.usefixtures("types_allowed")
@pytest.mark.parametrize("name", DOCUMENT_TYPES)
def test_without_the_refusal_of_document_types_the_response_is_believed(name: str) -> None:
    assert is_alice(verdict((DOCUMENT_TYPES[name] + good().decode()).encode()))


@pytest.mark.parametrize("name", VALUED_TYPES)
def test_a_document_type_that_changes_values_is_refused(name: str) -> None:
    assert verdict(VALUED_TYPES[name]().encode()) == "WellFormed"


@pytest.mark.usefixtures("types_allowed")
@pytest.mark.parametrize("name", VALUED_TYPES)
def test_no_entity_is_expanded_even_where_document_types_are_let_through(name: str) -> None:
    found = verdict(VALUED_TYPES[name]().encode())
    assert found in ("WellFormed", "Subject", "Signature") or is_alice(found)
    if isinstance(found, Assertion):
        assert found.name_qualifier is None


@pytest.mark.parametrize("encoding", HIDDEN_ENCODINGS)
@pytest.mark.parametrize("name", DOCUMENT_TYPES)
def test_no_encoding_hides_a_document_type(name: str, encoding: str) -> None:
    text = DOCUMENT_TYPES[name] + good().decode()
    declared = f'<?xml version="1.0" encoding="{encoding}"?>{text}'
    for raw in (text.encode(encoding), declared.encode(encoding), declared.encode()):
        assert verdict(raw) == "WellFormed"


def test_the_words_of_a_document_type_in_lower_case_are_no_xml() -> None:
    assert verdict(b"<!doctype r>" + good()) == "WellFormed"


# Parts of signatures in other places


@pytest.mark.parametrize("name", STRAY)
def test_a_part_of_a_signature_by_itself_is_refused_and_changes_nothing_that_is_read(name: str) -> None:
    raw = STRAY[name]()
    assert verdict(raw) == "SignaturePlace"
    assert is_alice(verdict(raw, "SignaturePlace"))


@pytest.mark.parametrize("name", FORGED)
def test_a_forgery_is_refused_by_its_check(name: str) -> None:
    check, make = FORGED[name]
    assert verdict(make()) == check


@pytest.mark.parametrize("name", FORGED)
def test_no_forged_value_is_read_where_its_check_alone_is_left_out(name: str) -> None:
    check, make = FORGED[name]
    found = verdict(make(), *([] if check == "Signature" else [check]))
    assert isinstance(found, str) or is_alice(found)


@pytest.mark.parametrize("name", ["strangers certificate first", "another value"])
def test_without_the_arithmetic_any_forgery_is_believed(name: str) -> None:
    assert isinstance(verdict(FORGED[name][1](), "Signature"), Assertion)


def test_a_smuggled_digest_is_believed_only_where_nobody_verifies() -> None:
    found = verdict(FORGED["smuggled digest"][1](), "SignaturePlace", "Signature")
    assert isinstance(found, Assertion)
    assert found.name_id == "mallory@example.com"


def test_a_strangers_certificate_beside_the_providers_is_not_looked_at() -> None:
    assert is_alice(verdict(two_certificates()))
    assert verdict(two_certificates(), certificates=(mallory().certificate,)) == "Signature"


def test_a_stolen_key_signs_what_nothing_here_can_tell_from_the_providers_word() -> None:
    found = verdict(golden())
    assert isinstance(found, Assertion)
    assert (found.name_id, found.values(ROLE)) == ("mallory@example.com", ("admin",))


# Other providers and receivers


def test_an_assertion_of_one_provider_is_none_of_another() -> None:
    own, other = {"issuer": statement().issuer}, "https://other-idp.example.com/saml"
    assert verdict(good(), issuer=other, certificates=(mallory().certificate,)) == "Signature"
    assert verdict(good(), issuer=other) == "Issuer"
    assert verdict(good(), "Issuer", issuer=other) == verdict(good(), **own)


def test_an_assertion_that_was_made_for_another_service_of_the_provider_is_none_here() -> None:
    raw = good(recipient="https://other.example.com/acs", audience="urn:other")
    assert verdict(raw) == "Destination"
    assert verdict(raw, "Destination") == "Audience"
    assert verdict(raw, "Destination", "Audience") == "Recipient"
    assert isinstance(verdict(raw, "Destination", "Audience", "Recipient"), Assertion)


def test_a_replay_is_believed_by_those_who_do_not_remember() -> None:
    assert verdict(good(), seen=frozenset({"_a1"})) == "Replay"
    assert is_alice(verdict(good(), "Replay", seen=frozenset({"_a1"})))


def test_a_condition_may_stand_once_where_the_schema_says_so() -> None:
    def twice(assertion: Any) -> None:
        conditions = find(assertion, "Conditions")
        for _ in range(2):
            etree.SubElement(conditions, f"{{{saml_xml.SAML}}}ProxyRestriction").set("Count", "1")

    assert verdict(resigned(twice)) == "Conditions"
    assert is_alice(verdict(resigned(twice), "Conditions"))


# Forms whose digest and signature hold: the form alone is wrong


def _swapped(old: str, new: str, octets: bytes | None = None) -> bytes:
    """A SignedInfo of another form, signed by the provider's key; its digest is that of `octets`, where given."""
    digest = None if octets is None else base64.b64encode(hashlib.sha256(octets).digest()).decode()

    def change(text: str) -> str:
        assert old in text
        text = text.replace(old, new)
        return text if digest is None else re.sub("<ds:DigestValue>[^<]*", f"<ds:DigestValue>{digest}", text)

    return with_signed_info(change)


def _inclusive(raw: bytes) -> bytes:
    """The assertion without its signature in inclusive canonical form, where it stands."""
    root = etree.fromstring(raw)
    assertion = find(root, "Assertion")
    assertion.remove(find(assertion, "Signature", DS))
    return etree.tostring(assertion, method="c14n", exclusive=False)


_ENVELOPED = f'<ds:Transform Algorithm="{DS}enveloped-signature"></ds:Transform>'
_EXCLUSIVE = f'<ds:Transform Algorithm="{EXC_C14N}"></ds:Transform>'
_XPATH = (
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(self::saml:AttributeValue)'
    "</ds:XPath></ds:Transform>"
)
_FILTER = (
    '<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"><ds:XPath Filter="subtract">//*</ds:XPath>'
    "</ds:Transform>"
)
_XSLT = '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"></ds:Transform>'
_C14N = '<ds:Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"></ds:Transform>'

#: Forms that the arithmetic would let pass: the look at the form is what stops them.
LIVE: dict[str, Callable[[], bytes]] = {
    "xpath": lambda: _swapped(_EXCLUSIVE, _XPATH + _EXCLUSIVE),
    "xpath filter": lambda: _swapped(_EXCLUSIVE, _FILTER + _EXCLUSIVE),
    "xslt": lambda: _swapped(_EXCLUSIVE, _EXCLUSIVE + _XSLT),
    "other order": lambda: _swapped(_ENVELOPED + _EXCLUSIVE, _EXCLUSIVE + _ENVELOPED),
    "inclusive": lambda: _swapped(_EXCLUSIVE, _C14N, _inclusive(good())),
    "digest with a comment": lambda: _swapped("</ds:DigestValue>", "<!----></ds:DigestValue>"),
    "digest with an element": lambda: _swapped("</ds:DigestValue>", "<x/></ds:DigestValue>"),
    "length of an HMAC": lambda: _swapped('rsa-sha256">', 'rsa-sha256"><ds:HMACOutputLength>8</ds:HMACOutputLength>'),
}


@pytest.mark.parametrize("name", LIVE)
def test_another_form_is_refused_and_believed_where_nobody_looks_at_the_form(name: str) -> None:
    raw = LIVE[name]()
    assert verdict(raw) == "SignatureForm"
    assert is_alice(verdict(raw, "SignatureForm"))


def test_what_a_reference_to_the_whole_document_signs_is_no_assertion() -> None:
    """Signed is then whatever the document is: the form refuses it, and what is read must be what was signed."""
    root = etree.fromstring(good())
    find(root, "Assertion").remove(find(root, "Signature", DS))
    whole = etree.tostring(root, method="c14n", exclusive=True)
    raw = _swapped('URI="#_a1"', 'URI=""', whole)
    assert verdict(raw) == "SignatureForm"
    assert verdict(raw, "SignatureForm") == "SignedElement"


def test_the_makers_of_forgeries_make_forgeries() -> None:
    assertion = etree.fromstring(assertion_xml(statement()).encode())
    assert find(forged(assertion, "_x"), "NameID").text == "mallory@example.com"
    assert good() != edited(lambda root: root.set("ID", "_other"))
    assert signer().certificate != mallory().certificate
