"""SAML responses that hold: what is read out of them, however they are signed, written or encrypted."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml import XMLSigner, methods
from signxml.algorithms import CanonicalizationMethod, SignatureMethod

from cogsim.decision import Decision, Refusal
from cogsim.entropy import named
from cogsim.tokens.certificates import self_signed
from cogsim.tokens.keys import ec_key, rsa_key
from cogsim.tokens.saml import Assertion, Expectation, validate_response
from cogsim.tokens.saml_checks import CHECKS
from cogsim.tokens.saml_encryption import CBC, GCM, encrypt
from cogsim.tokens.saml_issue import assertion_xml, envelope_xml, failure_xml, response_xml
from cogsim.tokens.saml_xml import SAML
from tests.generators.saml import (
    ACS,
    AUDIENCE,
    ISSUER,
    NOW,
    ROLE,
    edited,
    expectation,
    good,
    resigned,
    signer,
    statement,
)


def accepted(raw: bytes, expected: Expectation | None = None, now: float = NOW) -> Assertion:
    found = validate_response(raw, expected or expectation(), now)
    assert isinstance(found.value, Assertion), str(found.value)
    return found.value


def refused(raw: bytes, expected: Expectation | None = None, now: float = NOW) -> Refusal:
    found: Decision[Any] = validate_response(raw, expected or expectation(), now)
    assert isinstance(found.value, Refusal)
    return found.value


@pytest.mark.parametrize("sign", ["assertion", "response", "both"])
def test_what_the_provider_said_is_read_however_it_signed(sign: str) -> None:
    found = accepted(good(sign, session_index="s-1", session_not_on_or_after=NOW + 99, one_time_use=True))
    assert (found.issuer, found.name_id, found.recipient, found.audiences) == (
        ISSUER,
        "alice@example.com",
        ACS,
        (AUDIENCE,),
    )
    assert found.values(ROLE) == ("reader",)
    assert (found.id, found.response_id, found.session_index) == ("_a1", "_r1", "s-1")
    assert (found.session_not_on_or_after, found.remember_until, found.issued_at) == (NOW + 99, NOW + 290, NOW - 10)
    assert found.one_time_use
    assert found.signed == (("response", "assertion") if sign == "both" else (sign,))


def test_the_same_statement_gives_the_same_bytes() -> None:
    assert good("both") == good("both")


def test_every_step_says_which_attack_it_stops() -> None:
    steps = validate_response(good("both"), expectation(), NOW).steps
    assert all(dict(step.facts)["stops"] and step.source for step in steps)
    asked = {dict(step.facts)["check"] for step in steps}
    assert asked == {check.name for check in CHECKS}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a&amp;b &lt;c&gt; &#233;&#x20AC;", "a&b <c> é€"),
        ("<![CDATA[a<b>&]]>c", "a<b>&c"),
        ("a<!-- b -->c", "ac"),
        ("", ""),
        ("  spaced  ", "  spaced  "),
    ],
)
def test_a_value_is_the_whole_text_of_its_element(written: str, read: str) -> None:
    def edit(assertion: Any) -> None:
        value = assertion.find(f".//{{{SAML}}}AttributeValue")
        made = etree.fromstring(f'<x xmlns:saml="{SAML}"><saml:AttributeValue>{written}</saml:AttributeValue></x>')
        value.getparent().replace(value, made[0])

    assert accepted(resigned(edit)).values(ROLE) == (read,)


@pytest.mark.parametrize("sign", ["assertion", "response"])
def test_a_comment_put_into_a_name_after_signing_cuts_nothing_off(sign: str) -> None:
    name = "alice@example.com.evil.example"
    raw = good(sign, name_id=name).replace(b"example.com.evil", b"example.com<!---->.evil")
    assert accepted(raw).name_id == name
    assert refused(raw, expectation(comments_refused=True)).code == "Comments"


def test_an_instruction_put_into_a_name_after_signing_breaks_the_signature() -> None:
    raw = good().replace(b"alice@example.com", b"alice<?x y?>@example.com")
    assert refused(raw).code == "Signature"


def test_an_attribute_that_stands_twice_has_the_values_of_both() -> None:
    raw = good(attributes=((ROLE, ("a",)), (ROLE, ("b", "c"))))
    assert accepted(raw).values(ROLE) == ("a", "b", "c")


def test_a_value_that_is_a_name_counts_by_its_text() -> None:
    def edit(assertion: Any) -> None:
        value = assertion.find(f".//{{{SAML}}}AttributeValue")
        value.text = "\n  "
        etree.SubElement(value, f"{{{SAML}}}NameID").text = "opaque-1"

    assert accepted(resigned(edit)).values(ROLE) == ("opaque-1",)


def _signed_elsewhere(key: Any, certificate: str, method: SignatureMethod) -> bytes:
    """The same statement, signed by another implementation."""
    element = etree.fromstring(assertion_xml(statement()).encode())
    placeholder = etree.fromstring('<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>')
    element.insert(1, placeholder)
    pem = f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"
    canonical = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    maker = XMLSigner(method=methods.enveloped, signature_algorithm=method, c14n_algorithm=canonical)
    signed = maker.sign(element, key=key, cert=pem, reference_uri="_a1", id_attribute="ID")
    return envelope_xml(statement(), etree.tostring(signed, encoding="unicode")).encode()


@pytest.mark.parametrize("name", ["RSA_SHA256", "RSA_SHA384", "RSA_SHA512", "SHA256_RSA_MGF1", "SHA512_RSA_MGF1"])
def test_somebody_elses_signer_is_understood(name: str) -> None:
    made = signer()
    raw = _signed_elsewhere(made.key.private_key, made.certificate, SignatureMethod[name])
    assert accepted(raw).name_id == "alice@example.com"


def test_a_key_on_a_curve_signs_by_the_algorithms_of_curves_alone() -> None:
    key = ec_key("test", "curve").private_key
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "curve")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start.replace(year=2030))
    der = builder.sign(key, SHA256()).public_bytes(Encoding.DER)
    certificate = base64.b64encode(der).decode()
    raw = _signed_elsewhere(key, certificate, SignatureMethod.ECDSA_SHA256)
    assert accepted(raw, expectation(certificates=(certificate,))).name_id == "alice@example.com"
    assert refused(raw).code == "Algorithm"
    assert refused(good(), expectation(certificates=(certificate,))).code == "Algorithm"


def test_namespaces_declared_further_out_do_not_matter() -> None:
    raw = good("assertion").replace(b"<samlp:Response ", b'<samlp:Response xmlns:xs="urn:x" xmlns:saml="urn:y" ', 1)
    assert accepted(raw).name_id == "alice@example.com"


def test_a_person_of_a_thousand_groups_is_read_whatever_each_value_declares() -> None:
    """Keycloak and Okta declare two namespaces anew in each value."""

    def edit(assertion: Any) -> None:
        attribute = assertion.find(f".//{{{SAML}}}Attribute")
        declared = 'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        for number in range(1000):
            text = f'<a:AttributeValue xmlns:a="{SAML}" {declared} xsi:type="xs:string">g{number}</a:AttributeValue>'
            attribute.append(etree.fromstring(text))

    assert accepted(resigned(edit)).values(ROLE) == ("reader", *(f"g{number}" for number in range(1000)))


def test_a_character_of_four_bytes_is_read_whole_or_refused_where_the_receiver_takes_none() -> None:
    raw = good(attributes=((ROLE, ("key 🔑", "Ωß")),))
    assert accepted(raw).values(ROLE) == ("key 🔑", "Ωß")
    found = refused(raw, expectation(long_characters_refused=True))
    assert (found.code, found.message) == ("Values", "role has a character of four bytes")
    assert accepted(good(attributes=((ROLE, ("Ωß中",)),)), expectation(long_characters_refused=True))


# Keys


def test_each_certificate_of_the_metadata_is_tried() -> None:
    other = self_signed(rsa_key("test", "other"), "other", 0)
    both = (other, signer().certificate)
    assert accepted(good("both"), expectation(certificates=both)).name_id == "alice@example.com"
    assert refused(good("both"), expectation(certificates=(other,))).code == "Signature"
    assert refused(good("both"), expectation(certificates=("QUJD",))).code == "Signature"


def test_a_certificate_that_has_expired_still_verifies() -> None:
    old = self_signed(signer().key, "idp", NOW - 20 * 365 * 86400)
    assert accepted(good(), expectation(certificates=(old,))).name_id == "alice@example.com"


# Times


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (NOW - 10, None),
        (NOW - 10.001, "NotBefore"),
        (NOW + 289.9, None),
        (NOW + 290, "ConfirmationTime"),
        (NOW + 3590, "NotOnOrAfter"),
    ],
)
def test_it_holds_from_not_before_until_just_before_not_on_or_after(at: float, code: str | None) -> None:
    found = validate_response(good(), expectation(), at).value
    assert (found.code if isinstance(found, Refusal) else None) == code


def test_the_skew_widens_both_sides() -> None:
    assert accepted(good(), expectation(skew=60), NOW - 70)
    assert accepted(good(), expectation(skew=60), NOW + 349)
    assert refused(good(), expectation(skew=60), NOW + 350).code == "ConfirmationTime"


def test_the_providers_session_must_last() -> None:
    raw = good(session_not_on_or_after=NOW + 100)
    assert refused(raw, now=NOW + 100).code == "SessionNotOnOrAfter"
    assert accepted(raw, now=NOW + 99).session_not_on_or_after == NOW + 100


# Requests and replay


def test_a_response_answers_the_request_that_was_made_or_none() -> None:
    asked, unasked = good(in_response_to="_q1"), good()
    assert accepted(asked, expectation(in_response_to="_q1")).in_response_to == "_q1"
    assert refused(asked).code == "InResponseTo"
    assert refused(asked, expectation(in_response_to="_q2")).code == "InResponseTo"
    assert refused(unasked, expectation(in_response_to="_q1")).code == "InResponseTo"
    assert refused(unasked, expectation(unsolicited=False)).code == "InResponseTo"
    assert accepted(asked, expectation(any_request=True)).name_id == "alice@example.com"


def test_an_assertion_that_was_seen_is_refused() -> None:
    first = accepted(good("both"))
    assert refused(good("both"), expectation(seen=frozenset({first.id}))).code == "Replay"


def test_a_provider_that_refuses_is_told_from_one_that_is_not_understood() -> None:
    denied = "urn:oasis:names:tc:SAML:2.0:status:Responder"
    raw = failure_xml(statement(), denied, "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed")
    assert (refused(raw).code, "AuthnFailed" in refused(raw).message) == ("Status", True)
    assert refused(raw, expectation(left_out=frozenset({"Status", "OneAssertion"}))).code == "OneAssertion"


# Encryption


@pytest.mark.parametrize("algorithm", [*CBC, *GCM])
@pytest.mark.parametrize("sign", ["assertion", "response", "both"])
def test_an_encrypted_assertion_is_read_like_one_in_the_open(sign: str, algorithm: str) -> None:
    key = rsa_key("test", "sp").private_key
    raw = response_xml(statement(), signer(), sign, encrypt_for=key.public_key(), draw=named("t"), algorithm=algorithm)
    assert b"alice" not in raw
    found = accepted(
        raw, expectation(decryption_keys=(rsa_key("test", "x").private_key, key), encryption_required=True)
    )
    assert (found.name_id, found.encrypted) == ("alice@example.com", True)
    again = response_xml(
        statement(), signer(), sign, encrypt_for=key.public_key(), draw=named("t"), algorithm=algorithm
    )
    assert again == raw


def test_what_cannot_be_decrypted_is_refused_in_the_same_words() -> None:
    key = rsa_key("test", "sp").private_key
    raw = response_xml(statement(), signer(), encrypt_for=key.public_key(), draw=named("t"))
    expected = expectation(decryption_keys=(key,))
    root = etree.fromstring(raw)
    values = root.findall(".//{http://www.w3.org/2001/04/xmlenc#}CipherValue")
    assert refused(raw).message == "it is encrypted, and there is no key to decrypt it"
    stranger = rsa_key("test", "stranger").private_key
    told = {refused(raw, expectation(decryption_keys=(stranger,))).message}
    for value in values:
        octets = bytearray(base64.b64decode(value.text or ""))
        octets[-1] ^= 1
        kept, value.text = value.text, base64.b64encode(bytes(octets)).decode()
        found = refused(etree.tostring(root), expected)
        assert found.code == "Encryption"
        told.add(found.message)
        value.text = kept
    assert told == {"it does not decrypt"}


@pytest.mark.parametrize(
    "plain",
    [
        "",
        "text",
        "<a/>",
        "<?xml version='1.0'?><a/>",
        "<?xml version='1.0'?>",
        "<saml:Issuer>x</saml:Issuer>",
        "<a/><b/>",
    ],
)
def test_a_content_that_is_no_assertion_is_told_like_one_that_does_not_decrypt(plain: str) -> None:
    key = rsa_key("test", "sp").private_key
    raw = envelope_xml(statement(), encrypt(plain, key.public_key(), named("t"))).encode()
    found = refused(raw, expectation(decryption_keys=(key,)))
    assert (found.code, found.message) == ("Encryption", "it does not decrypt")


@pytest.mark.parametrize("label", ["AA", "not Base64!", "QUJD"])
def test_a_label_of_the_padding_that_does_not_fit_is_refused(label: str) -> None:
    key = rsa_key("test", "sp").private_key
    raw = response_xml(statement(), signer(), encrypt_for=key.public_key(), draw=named("t"))
    method = b'rsa-oaep-mgf1p"/>'
    assert method in raw
    params = f'rsa-oaep-mgf1p"><xenc:OAEPparams>{label}</xenc:OAEPparams></xenc:EncryptionMethod>'
    found = refused(raw.replace(method, params.encode()), expectation(decryption_keys=(key,)))
    assert found.code == "Encryption"


def test_a_signature_around_what_is_encrypted_is_verified_before_anything_is_decrypted() -> None:
    key = rsa_key("test", "sp").private_key
    raw = response_xml(statement(), signer(), "response", encrypt_for=key.public_key(), draw=named("t"))
    root = etree.fromstring(raw)
    for value in root.iter("{http://www.w3.org/2001/04/xmlenc#}CipherValue"):
        octets = bytearray(base64.b64decode(value.text or ""))
        octets[-1] ^= 1
        value.text = base64.b64encode(bytes(octets)).decode()
    assert refused(etree.tostring(root), expectation(decryption_keys=(key,))).code == "Signature"


def test_rsa_with_pkcs1_padding_is_refused() -> None:
    key = rsa_key("test", "sp").private_key
    raw = response_xml(statement(), signer(), encrypt_for=key.public_key(), draw=named("t"))
    raw = raw.replace(b"rsa-oaep-mgf1p", b"rsa-1_5")
    found = refused(raw, expectation(decryption_keys=(key,)))
    assert (found.code, "rsa-1_5" in found.message) == ("Encryption", True)


def test_an_assertion_in_the_open_is_refused_where_encryption_is_required() -> None:
    assert refused(good(), expectation(encryption_required=True)).code == "Encryption"


def test_an_encrypted_assertion_that_nobody_signed_is_refused() -> None:
    key = rsa_key("test", "sp").private_key
    raw = response_xml(statement(), signer(), "nothing", encrypt_for=key.public_key(), draw=named("t"))
    assert refused(raw, expectation(decryption_keys=(key,))).code == "Signed"


# Confirmations


def _two_confirmations(assertion: Any) -> None:
    subject = assertion.find(f"{{{SAML}}}Subject")
    first = subject.find(f"{{{SAML}}}SubjectConfirmation")
    other = etree.fromstring(etree.tostring(first))
    other[0].set("Recipient", "https://other.example.com/acs")
    first.addprevious(other)


def test_one_bearer_confirmation_that_holds_is_enough_unless_one_is_all() -> None:
    raw = resigned(_two_confirmations)
    assert accepted(raw).recipient == ACS
    assert refused(raw, expectation(one_confirmation=True)).code == "Confirmation"


def test_a_destination_is_needed_where_the_response_is_signed() -> None:
    def without(root: Any) -> None:
        del root.attrib["Destination"]

    assert accepted(edited(without)).name_id == "alice@example.com"
    assert refused(edited(without), expectation(destination_required=True)).code == "Destination"
    assert refused(edited(without, "both")).code == "Destination"


def test_what_is_accepted_stays_what_it_was_when_an_unused_right_is_given() -> None:
    assert accepted(good(), expectation(sha1=True)) == accepted(good())
    assert accepted(good(), replace(expectation(), recipients=(), recipient_pattern=r"https://app\.[a-z.]+/acs"))
