"""What a relying party takes: made by the authenticator of ours, and by hand with other keys."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.actors.authenticator import Authenticator, BrowserRefusal, client_data
from cogsim.decision import Refusal
from cogsim.tokens.keys import rsa_key
from cogsim.tokens.webauthn import (
    ES256,
    RS256,
    Ceremony,
    KnownCredential,
    origin_allowed,
    public_key,
    verify_assertion,
    verify_registration,
)
from cogsim.tokens.webauthn_parts import encode

RP, ORIGIN, CHALLENGE, HANDLE = "auth.example.com", "https://auth.example.com", encode(b"c" * 32), encode(b"alice")
CEREMONY = Ceremony(CHALLENGE, RP)


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def creation(challenge: str = CHALLENGE, rp: str = RP, handle: str = HANDLE) -> dict[str, Any]:
    return {
        "rp": {"id": rp, "name": rp},
        "user": {"id": handle, "name": "alice", "displayName": "alice"},
        "challenge": challenge,
        "pubKeyCredParams": [{"type": "public-key", "alg": ES256}],
    }


def requesting(challenge: str = CHALLENGE, rp: str = RP, verification: str = "preferred") -> dict[str, Any]:
    return {"challenge": challenge, "rpId": rp, "allowCredentials": [], "userVerification": verification}


def registered(device: Authenticator, handle: str = HANDLE, rp: str = RP) -> KnownCredential:
    made = verify_registration(
        device.create(creation(rp=rp, handle=handle), f"https://{rp}"), replace(CEREMONY, relying_party_id=rp)
    )
    assert not isinstance(made.value, Refusal), made.value
    return KnownCredential(made.value.credential_id, made.value.public_key, made.value.sign_count, handle)


def refusal(decision: Any) -> str:
    assert isinstance(decision.value, Refusal), decision.value
    assert decision.steps[-1].decides
    return decision.value.code


def with_client_data(credential: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The credential with members of its client data changed."""
    response = dict(credential["response"])
    members = json.loads(decoded(response["clientDataJSON"])) | changes
    response["clientDataJSON"] = encode(json.dumps(members).encode())
    return {**credential, "response": response}


def with_auth_data(credential: dict[str, Any], change: Callable[[bytearray], None]) -> dict[str, Any]:
    """A registration with its authenticator data changed."""
    response = dict(credential["response"])
    attestation = dict(cbor.decode(decoded(response["attestationObject"])))  # type: ignore[arg-type]
    data = bytearray(attestation["authData"])
    change(data)
    attestation["authData"] = bytes(data)
    response["attestationObject"] = encode(cbor.encode(attestation))
    return {**credential, "response": response}


def with_key(credential: dict[str, Any], cose: dict[int, Any]) -> dict[str, Any]:
    """A registration whose key is another."""
    response = dict(credential["response"])
    attestation = dict(cbor.decode(decoded(response["attestationObject"])))  # type: ignore[arg-type]
    data = attestation["authData"]
    identity = int.from_bytes(data[53:55], "big")
    attestation["authData"] = data[: 55 + identity] + cbor.encode(cose)
    response["attestationObject"] = encode(cbor.encode(attestation))
    return {**credential, "response": response}


def test_a_registration_of_ours_is_taken_with_its_key_and_what_it_says_of_itself() -> None:
    made = verify_registration(Authenticator().create(creation(), ORIGIN), CEREMONY).value
    assert not isinstance(made, Refusal)
    assert made.user_verified
    assert not made.device_bound
    assert (made.attachment, made.transports, made.sign_count) == ("platform", ("internal", "hybrid"), 0)
    assert isinstance(public_key(dict(cbor.decode(decoded(made.public_key)))), ec.EllipticCurvePublicKey)  # type: ignore[arg-type]


def test_an_assertion_of_ours_holds_and_its_counter_grows() -> None:
    device = Authenticator(device_bound=True)
    known = registered(device)
    for count in (1, 2, 3):
        answer = verify_assertion(device.get(requesting(), ORIGIN), CEREMONY, {known.credential_id: known})
        assert not isinstance(answer.value, Refusal)
        assert (answer.value.sign_count, answer.value.user_verified, answer.value.device_bound) == (count, True, True)
        known = replace(known, sign_count=count)


def test_the_same_steps_make_the_same_bytes() -> None:
    def run() -> str:
        device = Authenticator("alice's phone")
        return json.dumps([device.create(creation(), ORIGIN), device.get(requesting(), ORIGIN)])

    assert run() == run()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": "webauthn.get"}, "Ceremony"),
        ({"challenge": encode(b"d" * 32)}, "Challenge"),
        ({"challenge": CHALLENGE + "="}, "Challenge"),
        ({"challenge": ""}, "Challenge"),
        ({"challenge": "\ud800"}, "Malformed"),
        ({"challenge": None}, "Malformed"),
        ({"origin": "https://auth.example.com.evil.example"}, "Origin"),
        ({"origin": "http://auth.example.com"}, "Origin"),
        ({"origin": "https://evilauth.example.com"}, "Origin"),
        ({"origin": "https://example.com"}, "Origin"),
        ({"origin": 7}, "Malformed"),
        ({"crossOrigin": True}, "Origin"),
        ({"crossOrigin": "no"}, "Malformed"),
    ],
)
def test_client_data_of_another_ceremony_challenge_or_page_register_nothing(changes: dict[str, Any], code: str) -> None:
    credential = with_client_data(Authenticator().create(creation(), ORIGIN), **changes)
    assert refusal(verify_registration(credential, CEREMONY)) == code


def test_a_registration_for_another_relying_party_is_refused() -> None:
    credential = with_client_data(
        Authenticator().create(creation(rp="example.org"), "https://example.org"), origin=ORIGIN
    )
    assert refusal(verify_registration(credential, CEREMONY)) == "RelyingParty"


def test_nobody_there_and_nobody_verified_are_refused_where_it_matters() -> None:
    credential = Authenticator().create(creation(), ORIGIN)

    def clear(flag: int) -> Callable[[bytearray], None]:
        return lambda data: data.__setitem__(32, data[32] & ~flag)

    assert refusal(verify_registration(with_auth_data(credential, clear(0x01)), CEREMONY)) == "Presence"
    unverified = with_auth_data(credential, clear(0x04))
    required = replace(CEREMONY, verification_required=True)
    assert refusal(verify_registration(unverified, required)) == "Verification"
    made = verify_registration(unverified, CEREMONY).value
    assert not isinstance(made, Refusal)
    assert not made.user_verified


def test_only_keys_that_are_taken_and_sound_are_registered() -> None:
    credential = Authenticator().create(creation(), ORIGIN)
    x, y = b"\x01" * 32, b"\x02" * 32
    rsa_public = rsa_key("test", "passkey").private_key.public_key().public_numbers()
    modulus, exponent = rsa_public.n.to_bytes(256, "big"), b"\x01\x00\x01"
    for cose in (
        {1: 2, 3: ES256, -1: 1, -2: x, -3: y},  # not on the curve
        {1: 2, 3: ES256, -1: 2, -2: x, -3: y},  # another curve
        {1: 1, 3: -8, -1: 6, -2: x},  # EdDSA
        {1: 3, 3: RS256, -1: modulus[:64], -2: exponent},  # 512 bits
        {1: 2, 3: RS256, -1: modulus, -2: exponent},  # an RSA key that says it is none
        {1: 3, 3: RS256, -1: modulus, -2: b"\x02"},  # an even exponent
        {1: 2, 3: ES256, -1: 1, -2: x[:31], -3: y},
    ):
        assert refusal(verify_registration(with_key(credential, cose), CEREMONY)) == "Algorithm"
    taken = verify_registration(with_key(credential, {1: 3, 3: RS256, -1: modulus, -2: exponent}), CEREMONY)
    assert not isinstance(taken.value, Refusal)


def test_an_rsa_passkey_signs_in_too() -> None:
    key = rsa_key("test", "passkey").private_key
    numbers = key.public_key().public_numbers()
    cose = cbor.encode({1: 3, 3: RS256, -1: numbers.n.to_bytes(256, "big"), -2: b"\x01\x00\x01"})
    known = KnownCredential(encode(b"rsa"), encode(cose), 0, HANDLE)
    data = hashlib.sha256(RP.encode()).digest() + b"\x05\x00\x00\x00\x00"
    client = client_data("webauthn.get", CHALLENGE, ORIGIN)
    signature = key.sign(data + hashlib.sha256(client).digest(), padding.PKCS1v15(), SHA256())
    response = {
        "clientDataJSON": encode(client),
        "authenticatorData": encode(data),
        "signature": encode(signature),
        "userHandle": None,
    }
    credential = {"id": encode(b"rsa"), "type": "public-key", "response": response}
    held = verify_assertion(credential, CEREMONY, {known.credential_id: known})
    assert not isinstance(held.value, Refusal)
    assert held.value.sign_count == 0
    response["signature"] = encode(signature[:-1] + bytes([signature[-1] ^ 1]))
    assert refusal(verify_assertion(credential, CEREMONY, {known.credential_id: known})) == "Signature"


@pytest.mark.parametrize("member", ["clientDataJSON", "authenticatorData", "signature"])
def test_one_bit_of_what_is_signed_or_of_the_signature_is_one_too_many(member: str) -> None:
    device = Authenticator()
    known = registered(device)
    credential = device.get(requesting(), ORIGIN)
    raw = decoded(credential["response"][member])
    for position in range(len(raw)):
        for bit in (0x01, 0x80):
            changed = bytearray(raw)
            changed[position] ^= bit
            response = {**credential["response"], member: encode(bytes(changed))}
            answer = verify_assertion({**credential, "response": response}, CEREMONY, {known.credential_id: known})
            assert isinstance(answer.value, Refusal), (member, position, bit)


def test_every_byte_of_a_registration_that_is_checked_counts() -> None:
    """Attestation is not verified, so the name of the model and the flags of copying may change unseen."""
    credential = Authenticator().create(creation(), ORIGIN)
    for position in [*range(32), *range(53, 55)]:
        changed = with_auth_data(credential, lambda data, at=position: data.__setitem__(at, data[at] ^ 1))  # type: ignore[misc]
        assert isinstance(verify_registration(changed, CEREMONY).value, Refusal), position


def test_a_registration_is_no_assertion_and_an_assertion_no_registration() -> None:
    device = Authenticator()
    made, known = device.create(creation(), ORIGIN), registered(device)
    got = device.get(requesting(), ORIGIN)
    assert refusal(verify_registration(got, CEREMONY)) == "Malformed"
    mixed = {**got, "response": {**got["response"], "clientDataJSON": made["response"]["clientDataJSON"]}}
    assert refusal(verify_assertion(mixed, CEREMONY, {known.credential_id: known})) == "Ceremony"


def test_an_assertion_by_another_credential_or_for_another_user_handle_is_refused() -> None:
    device, other = Authenticator("alice's"), Authenticator("bob's")
    known = registered(device)
    registered(other)
    assert refusal(verify_assertion(other.get(requesting(), ORIGIN), CEREMONY, {known.credential_id: known})) == "Owner"
    renamed = {known.credential_id: replace(known, user_handle=encode(b"bob"))}
    assert refusal(verify_assertion(device.get(requesting(), ORIGIN), CEREMONY, renamed)) == "Owner"


def test_a_key_under_anothers_id_signs_nothing() -> None:
    device, other = Authenticator("alice's"), Authenticator("bob's")
    alice, bob = registered(device), registered(other)
    forged = other.get(requesting(), ORIGIN) | {"id": alice.credential_id, "rawId": alice.credential_id}
    known = {alice.credential_id: alice, bob.credential_id: bob}
    assert refusal(verify_assertion(forged, CEREMONY, known)) == "Signature"


def test_a_counter_that_stands_still_tells_a_copy() -> None:
    device = Authenticator()
    known = registered(device)
    thief = device.copy()
    device.get(requesting(), ORIGIN)
    known = replace(known, sign_count=1)
    stolen = thief.get(requesting(), ORIGIN)
    assert refusal(verify_assertion(stolen, CEREMONY, {known.credential_id: known})) == "Counter"
    tolerant = verify_assertion(stolen, CEREMONY, {known.credential_id: known}, counter=False)
    assert not isinstance(tolerant.value, Refusal)


def test_an_authenticator_that_does_not_count_may_always_show_zero_but_not_go_back_to_it() -> None:
    device = Authenticator(counts=False)
    known = registered(device)
    for _ in range(2):
        answer = verify_assertion(device.get(requesting(), ORIGIN), CEREMONY, {known.credential_id: known})
        assert not isinstance(answer.value, Refusal)
    counted = replace(known, sign_count=5)
    back = verify_assertion(device.get(requesting(), ORIGIN), CEREMONY, {known.credential_id: counted})
    assert refusal(back) == "Counter"


@pytest.mark.parametrize(
    "credential",
    [
        None,
        [],
        "text",
        {},
        {"type": "public-key", "id": "AAAA", "response": []},
        {"type": "password", "id": "AAAA", "response": {}},
        {"type": "public-key", "id": "AAA=", "response": {}},
        {"type": "public-key", "id": "AAAA", "rawId": "BBBB", "response": {}},
        {"type": "public-key", "id": "AAAA", "response": {"clientDataJSON": "e30"}},
        {"type": "public-key", "id": "AAAA", "response": {"clientDataJSON": encode(b'{"type":1,"type":2}')}},
        {"type": "public-key", "id": "AAAA", "response": {"clientDataJSON": encode(b"[" * 10000)}},
        {"type": "public-key", "id": "AAAA", "response": {"clientDataJSON": encode(b"\xff")}},
    ],
)
def test_what_is_no_credential_is_malformed(credential: Any) -> None:
    assert refusal(verify_registration(credential, CEREMONY)) == "Malformed"
    assert refusal(verify_assertion(credential, CEREMONY, {})) == "Malformed"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_refused_and_never_break_the_reader(raw: bytes) -> None:
    credential = Authenticator().create(creation(), ORIGIN)
    response = {**credential["response"], "attestationObject": encode(raw)}
    assert refusal(verify_registration({**credential, "response": response}, CEREMONY)) == "Malformed"
    inside = encode(cbor.encode({"fmt": "none", "attStmt": {}, "authData": raw}))
    response = {**credential["response"], "attestationObject": inside}
    assert isinstance(verify_registration({**credential, "response": response}, CEREMONY).value, Refusal)


@pytest.mark.parametrize("cut", [1, 10, 40, 60, 100])
def test_a_registration_cut_short_is_refused(cut: int) -> None:
    credential = Authenticator().create(creation(), ORIGIN)
    raw = decoded(credential["response"]["attestationObject"])[:-cut]
    response = {**credential["response"], "attestationObject": encode(raw)}
    assert isinstance(verify_registration({**credential, "response": response}, CEREMONY).value, Refusal)
    shortened = with_auth_data(credential, lambda data: data.__delitem__(slice(len(data) - cut, None)))
    assert isinstance(verify_registration(shortened, CEREMONY).value, Refusal)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://auth.example.com", True),
        ("https://app.auth.example.com", True),
        ("https://auth.example.com:8443", True),
        ("https://AUTH.example.com", False),
        ("https://auth.example.com/", False),
        ("https://auth.example.com@evil.example", False),
        ("https://evil.example#auth.example.com", False),
        ("https://xauth.example.com", False),
        ("https://example.com", False),
        ("http://auth.example.com", False),
        ("https://auth.example.com:port", False),
        ("android:apk-key-hash:abc", False),
        ("null", False),
        ("", False),
    ],
)
def test_a_page_is_the_relying_partys_or_below_it(origin: str, allowed: bool) -> None:
    assert origin_allowed(origin, RP) is allowed


def test_localhost_needs_no_tls_and_is_nobodys_elses() -> None:
    assert origin_allowed("http://localhost:3000", "localhost")
    assert not origin_allowed("http://localhost", RP)
    assert not origin_allowed("http://app.localhost", "localhost")


def test_the_browser_gives_a_page_elsewhere_nothing() -> None:
    device = Authenticator()
    registered(device)
    with pytest.raises(BrowserRefusal, match="has no part in the passkeys"):
        device.get(requesting(), "https://auth.example.com.evil.example")
    with pytest.raises(BrowserRefusal, match="has no part in the passkeys"):
        device.create(creation(), "https://evil.example")
    with pytest.raises(BrowserRefusal, match="holds no passkey"):
        device.get(requesting(rp="other.example"), "https://other.example")


def test_the_browser_keeps_to_what_the_options_say() -> None:
    device = Authenticator(verifies_user=False)
    with pytest.raises(BrowserRefusal, match="cannot verify"):
        device.create({**creation(), "authenticatorSelection": {"userVerification": "required"}}, ORIGIN)
    made = device.create(creation(), ORIGIN)
    with pytest.raises(BrowserRefusal, match="already"):
        device.create({**creation(), "excludeCredentials": [{"type": "public-key", "id": made["id"]}]}, ORIGIN)
    with pytest.raises(BrowserRefusal, match="no key of an algorithm"):
        device.create({**creation(), "pubKeyCredParams": [{"type": "public-key", "alg": RS256}]}, ORIGIN)
    with pytest.raises(BrowserRefusal, match="cannot verify"):
        device.get(requesting(verification="required"), ORIGIN)


_RPS = ("auth.example.com", "login.example.com", "example.com", "example.org")


@settings(max_examples=60, deadline=None)
@given(
    made=st.tuples(st.sampled_from(_RPS), st.sampled_from(("alice", "bob"))),
    asked=st.tuples(st.sampled_from(_RPS), st.sampled_from(("alice", "bob"))),
    page=st.sampled_from(_RPS),
    challenges=st.tuples(st.sampled_from((b"1" * 32, b"2" * 32)), st.sampled_from((b"1" * 32, b"2" * 32))),
)
def test_no_assertion_of_one_page_user_or_challenge_signs_another_in(
    made: tuple[str, str], asked: tuple[str, str], page: str, challenges: tuple[bytes, bytes]
) -> None:
    """Everybody has a passkey everywhere, on one device. An assertion made for one is shown to the other, in a browser
    that signs for any page: it is taken exactly where relying party, user, page and challenge fit."""
    known: dict[tuple[str, str], KnownCredential] = {}
    devices = {name: Authenticator(name) for name in ("alice", "bob")}
    for rp in _RPS:
        for name, device in devices.items():
            known[rp, name] = registered(device, encode(name.encode()), rp)
    mine = known[made]
    options = {
        "challenge": encode(challenges[0]),
        "rpId": made[0],
        "allowCredentials": [{"type": "public-key", "id": mine.credential_id}],
    }
    credential = devices[made[1]].relay(options, f"https://{page}")
    theirs = known[asked]
    answer = verify_assertion(credential, Ceremony(encode(challenges[1]), asked[0]), {theirs.credential_id: theirs})
    fits = made == asked and origin_allowed(f"https://{page}", asked[0]) and challenges[0] == challenges[1]
    assert isinstance(answer.value, Refusal) is not fits
