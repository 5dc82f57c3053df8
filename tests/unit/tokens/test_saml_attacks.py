"""Hostile SAML responses: each is refused by the check that is there for it, and lives once that check is left out."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from lxml import etree

from cogsim.decision import Refusal
from cogsim.tokens.certificates import self_signed
from cogsim.tokens.keys import rsa_key
from cogsim.tokens.saml import Assertion, validate_response
from cogsim.tokens.saml_issue import Signer, assertion_xml, envelope_xml, rsa_signature, signed_xml
from cogsim.tokens.saml_xml import DS, EXC_C14N, SAML, SAMLP
from tests.generators.saml import (
    ACS,
    ISSUER,
    NOW,
    ROLE,
    WRAPPED,
    edited,
    expectation,
    good,
    resigned,
    signer,
    statement,
    with_signed_info,
)


def verdict(raw: bytes, left_out: tuple[str, ...] = (), **expected: Any) -> str | Assertion:
    found = validate_response(raw, expectation(left_out=frozenset(left_out), **expected), NOW).value
    return found.code if isinstance(found, Refusal) else found


def find(root: Any, name: str, namespace: str = SAML) -> Any:
    return root.find(f".//{{{namespace}}}{name}")


# Wrapping


@pytest.mark.parametrize("name", WRAPPED)
def test_a_wrapped_signature_is_refused_before_anything_is_believed(name: str) -> None:
    assert verdict(WRAPPED[name]()) in ("Shape", "UniqueIds", "OneAssertion")


@pytest.mark.parametrize("name", WRAPPED)
def test_a_wrapped_signature_is_refused_too_where_any_child_may_be_the_signature(name: str) -> None:
    said = verdict(WRAPPED[name](), signature_anywhere=True)
    assert said in ("Shape", "UniqueIds", "OneAssertion", "SignaturePlace", "SignedElement")


@pytest.mark.parametrize("sign", ["assertion", "response"])
def test_a_signature_behind_its_siblings_is_taken_where_any_child_may_be_it(sign: str) -> None:
    def move(root: Any) -> None:
        signature = find(root, "Signature", DS)
        signature.getparent().append(signature)

    last = edited(move, sign)
    assert verdict(last) == "Shape"
    found = verdict(last, signature_anywhere=True)
    assert isinstance(found, Assertion)
    assert found.values(ROLE) == ("reader",)


#: The checks that look at where things stand.
PLACES = ("Shape", "UniqueIds", "OneAssertion", "SignaturePlace", "SignatureForm")


@pytest.mark.parametrize("name", WRAPPED)
@pytest.mark.parametrize("kept", PLACES)
def test_no_wrapped_signature_lets_mallory_in_even_where_one_check_alone_is_left(name: str, kept: str) -> None:
    found = verdict(WRAPPED[name](), tuple(each for each in PLACES if each != kept))
    assert isinstance(found, str) or found.name_id == "alice@example.com"


@pytest.mark.parametrize("name", WRAPPED)
def test_what_is_read_is_what_was_signed_even_without_a_look_at_places(name: str) -> None:
    found = verdict(WRAPPED[name](), PLACES)
    assert isinstance(found, str) or (found.name_id, found.values(ROLE)) == ("alice@example.com", ("reader",))


@pytest.mark.parametrize("name", ["xsw3", "xsw7", "in-advice"])
def test_without_places_and_arithmetic_a_wrapped_assertion_is_believed(name: str) -> None:
    left = (*PLACES, "Signature", "Signed", "SignedElement", "Algorithm")
    found = verdict(WRAPPED[name](), left)
    assert name == "xsw7" or (isinstance(found, Assertion) and found.name_id == "mallory@example.com")


# One check each


def _set(name: str, attribute: str, value: str | None, namespace: str = SAML) -> Callable[[Any], None]:
    def edit(root: Any) -> None:
        element = root if root.tag == f"{{{namespace}}}{name}" else find(root, name, namespace)
        if value is None:
            del element.attrib[attribute]
        else:
            element.set(attribute, value)

    return edit


def _text(name: str, value: str) -> Callable[[Any], None]:
    def edit(root: Any) -> None:
        find(root, name).text = value

    return edit


def _drop(name: str, namespace: str = SAML) -> Callable[[Any], None]:
    def edit(root: Any) -> None:
        element = find(root, name, namespace)
        element.getparent().remove(element)

    return edit


def _add(parent: str, markup: str, at: int = 0) -> Callable[[Any], None]:
    def edit(root: Any) -> None:
        within = root if root.tag.endswith(f"}}{parent}") else find(root, parent)
        within.insert(at, etree.fromstring(f'<x xmlns:saml="{SAML}" xmlns:samlp="{SAMLP}">{markup}</x>')[0])

    return edit


def _key(name: str, certificate: str | None = None) -> Signer:
    key = rsa_key("test", name)
    return Signer(key, certificate or self_signed(key, name, NOW))


def _signed_by(other: Signer) -> bytes:
    return envelope_xml(statement(), signed_xml(assertion_xml(statement()), other)).encode()


OTHER = "https://other.example.com/acs"
RESPONDER = "urn:oasis:names:tc:SAML:2.0:status:Responder"

#: Messages that exactly one check stops.
ONE_CHECK: dict[str, tuple[str, Callable[[], bytes]]] = {
    "stripped": ("Signed", lambda: edited(_drop("Signature", DS))),
    "never signed": ("Signed", lambda: good("nothing", name_id="mallory")),
    "status": ("Status", lambda: edited(_set("StatusCode", "Value", RESPONDER, SAMLP))),
    "destination": ("Destination", lambda: edited(_set("Response", "Destination", OTHER, SAMLP))),
    "recipient": ("Recipient", lambda: resigned(_set("SubjectConfirmationData", "Recipient", OTHER))),
    "no recipient": ("Recipient", lambda: resigned(_set("SubjectConfirmationData", "Recipient", None))),
    "audience": ("Audience", lambda: good(audience="urn:other")),
    "audience prefix": ("Audience", lambda: good(audience="urn:app2")),
    "audience case": ("Audience", lambda: good(audience="URN:APP")),
    "no audience": ("Audience", lambda: resigned(_drop("AudienceRestriction"))),
    "second restriction": (
        "Audience",
        lambda: resigned(_add("Conditions", "<saml:AudienceRestriction><saml:Audience>urn:b</saml:Audience>"
                              "</saml:AudienceRestriction>")),
    ),
    "issuer": ("Issuer", lambda: resigned(_text("Issuer", "https://evil.example.com"))),
    "issuer with a slash": ("Issuer", lambda: resigned(_text("Issuer", ISSUER + "/"))),
    "issuer of the response": ("Issuer", lambda: edited(_text("Issuer", "https://evil.example.com"))),
    "expired": ("NotOnOrAfter", lambda: resigned(_set("Conditions", "NotOnOrAfter", "2020-01-01T00:00:00Z"))),
    "dated ahead": ("NotBefore", lambda: resigned(_set("Conditions", "NotBefore", "2099-01-01T00:00:00Z"))),
    "confirmation expired": (
        "ConfirmationTime", lambda: resigned(_set("SubjectConfirmationData", "NotOnOrAfter", "2020-01-01T00:00:00Z"))
    ),
    "confirmation without an end": (
        "ConfirmationTime", lambda: resigned(_set("SubjectConfirmationData", "NotOnOrAfter", None))
    ),
    "confirmation with a beginning": (
        "ConfirmationTime", lambda: resigned(_set("SubjectConfirmationData", "NotBefore", "2020-01-01T00:00:00Z"))
    ),
    "no zone": ("NotOnOrAfter", lambda: resigned(_set("Conditions", "NotOnOrAfter", "2099-01-01T00:00:00"))),
    "another zone": ("NotOnOrAfter", lambda: resigned(_set("Conditions", "NotOnOrAfter", "2099-01-01T00:00:00+09:00"))),
    "no such day": ("NotBefore", lambda: resigned(_set("Conditions", "NotBefore", "2020-02-31T00:00:00Z"))),
    "session over": (
        "SessionNotOnOrAfter", lambda: resigned(_set("AuthnStatement", "SessionNotOnOrAfter", "2020-01-01T00:00:00Z"))
    ),
    "condition of its own": (
        "Conditions", lambda: resigned(_add("Conditions", "<saml:Condition/>"))
    ),
    "unasked answer": ("InResponseTo", lambda: good(in_response_to="_q")),
    "holder of key": (
        "Confirmation",
        lambda: resigned(_set("SubjectConfirmation", "Method", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key")),
    ),
    "nobody": ("Subject", lambda: resigned(_drop("NameID"))),
    "no statement of a sign-in": ("Subject", lambda: resigned(_drop("AuthnStatement"))),
    "version": ("Shape", lambda: edited(_set("Response", "Version", "1.1", SAMLP))),
    "element of its own": ("Shape", lambda: edited(_add("Response", "<evil xmlns='urn:x'/>"))),
    "another's key": ("Signature", lambda: _signed_by(_key("mallory"))),
    "another's key with our certificate": ("Signature", lambda: _signed_by(_key("mallory", signer().certificate))),
    "changed name": ("Signature", lambda: good().replace(b"alice@", b"admin@")),
    "changed value": ("Signature", lambda: good().replace(b">reader<", b">admin<")),
    "encrypted attribute": ("Values", lambda: resigned(_add("AttributeStatement", "<saml:EncryptedAttribute/>"))),
}  # fmt: skip


@pytest.mark.parametrize("name", ONE_CHECK)
def test_a_hostile_response_is_refused_by_its_check_and_believed_without_it(name: str) -> None:
    check, make = ONE_CHECK[name]
    raw = make()
    assert verdict(raw) == check
    assert isinstance(verdict(raw, (check,)), Assertion), verdict(raw, (check,))


# Forms and algorithms: signed by the provider's own key, so that the form alone is wrong


def _swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return change


_ENVELOPED = f'<ds:Transform Algorithm="{DS}enveloped-signature"></ds:Transform>'
_EXCLUSIVE = f'<ds:Transform Algorithm="{EXC_C14N}"></ds:Transform>'
_XPATH = (
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(self::saml:AttributeValue)'
    "</ds:XPath></ds:Transform>"
)
_XSLT = '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"></ds:Transform>'

FORMS: dict[str, Callable[[str], str]] = {
    "xpath": _swap(_EXCLUSIVE, _XPATH + _EXCLUSIVE),
    "xpath instead": _swap(_ENVELOPED, _XPATH),
    "xslt": _swap(_EXCLUSIVE, _EXCLUSIVE + _XSLT),
    "base64": _swap(_EXCLUSIVE, f'<ds:Transform Algorithm="{DS}base64"></ds:Transform>'),
    "no transforms": _swap(f"<ds:Transforms>{_ENVELOPED}{_EXCLUSIVE}</ds:Transforms>", ""),
    "other order": _swap(_ENVELOPED + _EXCLUSIVE, _EXCLUSIVE + _ENVELOPED),
    "inclusive": _swap(_EXCLUSIVE, '<ds:Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>'),
    "empty reference": _swap('URI="#_a1"', 'URI=""'),
    "no reference": _swap(' URI="#_a1"', ""),
    "another reference": _swap('URI="#_a1"', 'URI="#_r1"'),
    "external reference": _swap('URI="#_a1"', 'URI="https://evil.example.com/"'),
    "file reference": _swap('URI="#_a1"', 'URI="file:///etc/passwd"'),
    "xpointer": _swap('URI="#_a1"', "URI=\"#xpointer(id('_a1'))\""),
    "two references": lambda text: re.sub(r"(<ds:Reference .*</ds:Reference>)", r"\1\1", text),
    "digest comment": lambda text: re.sub(r"<ds:DigestValue>(....)", r"<ds:DigestValue>\1<!-- x -->", text),
    "digest element": lambda text: text.replace("</ds:DigestValue>", "<x/></ds:DigestValue>"),
    "short HMAC": lambda text: re.sub(r"(rsa-sha256\">)", r"\1<ds:HMACOutputLength>8</ds:HMACOutputLength>", text),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_signature_of_another_form_is_refused_though_its_key_is_right(name: str) -> None:
    assert verdict(with_signed_info(FORMS[name])) == "SignatureForm"


def test_a_second_signed_info_is_refused() -> None:
    def twice(root: Any) -> None:
        info = find(root, "SignedInfo", DS)
        info.addnext(etree.fromstring(etree.tostring(info)))

    assert verdict(edited(twice)) == "SignatureForm"


@pytest.mark.parametrize("name", ["sha1", "rsa-sha1", "hmac-sha256", "dsa-sha1"])
def test_weak_and_symmetric_algorithms_are_refused(name: str) -> None:
    more = "http://www.w3.org/2001/04/xmldsig-more#"
    method = f"{more}rsa-sha256"
    swaps = {
        "sha1": ("http://www.w3.org/2001/04/xmlenc#sha256", f"{DS}sha1"),
        "rsa-sha1": (method, f"{DS}rsa-sha1"),
        "hmac-sha256": (method, f"{more}hmac-sha256"),
        "dsa-sha1": (method, f"{DS}dsa-sha1"),
    }
    assert verdict(with_signed_info(_swap(*swaps[name]))) == "Algorithm"


def _sha1_signed() -> bytes:
    import hashlib

    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA1

    from cogsim.tokens.saml_issue import canonical

    plain = etree.fromstring(assertion_xml(statement()).encode())
    digest = base64.b64encode(hashlib.sha1(canonical(plain)).digest()).decode()
    made: list[bytes] = []

    def change(text: str) -> str:
        text = text.replace("http://www.w3.org/2001/04/xmlenc#sha256", f"{DS}sha1")
        text = text.replace("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", f"{DS}rsa-sha1")
        text = re.sub(r"<ds:DigestValue>[^<]*", f"<ds:DigestValue>{digest}", text)
        made.append(text.encode())
        return text

    with_signed_info(change)
    value = signer().key.private_key.sign(made[0], PKCS1v15(), SHA1())
    return with_signed_info(change, value=value)


def test_sha1_is_taken_only_where_somebody_says_so() -> None:
    raw = _sha1_signed()
    assert verdict(raw) == "Algorithm"
    assert isinstance(verdict(raw, sha1=True), Assertion)


def test_an_hmac_under_the_public_certificate_is_refused() -> None:
    import hmac

    more = "http://www.w3.org/2001/04/xmldsig-more#"
    change = _swap(f"{more}rsa-sha256", f"{more}hmac-sha256")
    mac = hmac.digest(base64.b64decode(signer().certificate), b"anything", "sha256")
    raw = with_signed_info(change, value=mac)
    assert verdict(raw) == "Algorithm"
    assert verdict(raw, ("Algorithm",)) == "Signature"


def test_a_key_in_the_message_is_no_key() -> None:
    mallory = _key("mallory")
    raw = _signed_by(mallory)
    assert verdict(raw) == "Signature"
    numbers = mallory.key.jwk()
    value = f"<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{numbers['n']}</ds:Modulus><ds:Exponent>AQAB</ds:Exponent>"
    inner = f"{value}</ds:RSAKeyValue></ds:KeyValue>".encode()
    assert verdict(raw.replace(b"<ds:X509Data>", inner + b"<ds:X509Data>")) == "Signature"


def test_a_signature_moved_elsewhere_is_refused() -> None:
    def move(root: Any) -> None:
        signature = find(root, "Signature", DS)
        extensions = etree.Element(f"{{{SAMLP}}}Extensions")
        extensions.append(signature)
        root.insert(1, extensions)

    assert verdict(edited(move)) == "SignaturePlace"
    assert verdict(edited(move), ("SignaturePlace",)) == "Signed"


def test_every_signature_there_is_must_hold() -> None:
    raw = good("both")
    root = etree.fromstring(raw)
    find(root, "SignatureValue", DS).text = base64.b64encode(rsa_signature(b"x", signer().key)).decode()
    assert verdict(etree.tostring(root)) == "Signature"


def test_the_assertion_alone_may_be_signed_where_the_responses_signature_is_gone() -> None:
    def strip(root: Any) -> None:
        root.remove(root.find(f"{{{DS}}}Signature"))

    assert isinstance(verdict(edited(strip, "both")), Assertion)


# Documents that are none


BOMB = "<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"x",
        b"<",
        b"<a/>trailing",
        b"<a/><b/>",
        good()[:-20],
        good() + good(),
        good().decode().encode("utf-16"),
        b'<?xml version="1.0" encoding="UTF-7"?>' + good(),
        b'<?xml version="1.1"?>' + good(),
        b"<!DOCTYPE samlp:Response>" + good(),
        b"<!DOCTYPE samlp:Response SYSTEM 'https://evil.example.com/x.dtd'>" + good(),
        b"<!DOCTYPE samlp:Response [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + good().replace(b"alice", b"&x;"),
        b"<!DOCTYPE samlp:Response [<!ATTLIST samlp:Response Destination CDATA 'x'>]>" + good(),
        BOMB.encode() + b"]>" + good().replace(b"alice", b"&j;"),
        good().replace(b"alice", b"&undefined;"),
        good().replace(b"alice", b"a" * 2_000_000),
        b"<a>" * 100_000,
        b"<r>" + b"<a/>" * 20_000 + b"</r>",
        b"<r " + b" ".join(b'xmlns:n%d="u"' % n for n in range(20_000)) + b"/>",
        b"<r " + b" ".join(b'a%d="u"' % n for n in range(50_000)) + b"/>",
        good().replace(b"alice", b"\xff\xfe"),
        good().replace(b"alice", b"a\x00b"),
    ],
)
def test_what_is_no_document_is_refused_at_once(raw: bytes) -> None:
    assert verdict(raw) == "WellFormed"
    assert verdict(raw, ("WellFormed",)) == "WellFormed"


@pytest.mark.parametrize(
    "raw",
    [
        b"<a/>",
        signed_xml(assertion_xml(statement()), signer()).encode(),
        good().replace(SAMLP.encode(), b"urn:oasis:names:tc:SAML:1.1:protocol"),
        good().replace(b"<samlp:Status>", b"text<samlp:Status>"),
    ],
)
def test_what_is_no_response_is_refused(raw: bytes) -> None:
    assert verdict(raw) == "Shape"


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_refusal(raw: bytes) -> None:
    assert isinstance(verdict(raw), str)


# Every value of an accepted response, as it was said
SAID = validate_response(good("both"), expectation(), NOW).value


@hypothesis_settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_changed_byte_is_refused_or_changes_nothing_that_is_read(data: st.DataObject) -> None:
    raw = bytearray(good(data.draw(st.sampled_from(("assertion", "response", "both")))))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        match data.draw(st.sampled_from(("set", "drop", "add"))):
            case "set":
                raw[at] = data.draw(st.integers(0, 255))
            case "drop":
                del raw[at]
            case "add":
                raw[at:at] = data.draw(st.sampled_from((b"<!---->", b"&#65;", b" ", b"<x/>", b"A", b"<![CDATA[a]]>")))
    found = verdict(bytes(raw))
    if isinstance(found, Assertion):
        assert isinstance(SAID, Assertion)
        told = (found.id, found.issuer, found.name_id, found.attributes, found.audiences, found.recipient)
        assert told == (SAID.id, SAID.issuer, SAID.name_id, SAID.attributes, SAID.audiences, SAID.recipient)
        assert (found.issued_at, found.remember_until) == (SAID.issued_at, SAID.remember_until)


def test_what_a_step_tells_is_bounded() -> None:
    found = validate_response(edited(_set("Response", "Destination", "x" * 100_000, SAMLP)), expectation(), NOW)
    assert isinstance(found.value, Refusal)
    assert all(len(step.found) < 500 for step in found.steps)
    assert len(found.value.message) < 500


def test_the_address_is_compared_whole() -> None:
    for other in (ACS + "/", ACS.upper(), ACS + "?x", ACS.replace("https", "http"), ACS + ".evil.example"):
        assert verdict(good(recipient=other)) == "Destination"
        assert verdict(good(recipient=other), ("Destination",)) == "Recipient"
