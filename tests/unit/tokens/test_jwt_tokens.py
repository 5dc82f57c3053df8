"""Tokens: what `sign` writes, what `read` refuses, and each attack that a step of `verify` stops."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.decision import Decision, Refusal
from cogsim.tokens import jwt
from cogsim.tokens.claims import ACCESS_TOKEN, ID_TOKEN, Column
from cogsim.tokens.jwks import jwks
from cogsim.tokens.keys import SigningKey, ec_key, rsa_key

KEY = rsa_key("test", "one")
OTHER = rsa_key("test", "two")
EC = ec_key("test", "three")
KEYS: dict[str, SigningKey] = {key.kid: key for key in (KEY, EC)}
CLAIMS = {"sub": "s", "exp": 5, "name": "Ünal"}


def _refusal(decision: Decision[Any]) -> str:
    assert isinstance(decision.value, Refusal), decision
    return decision.value.message


def _token(header: object, payload: object, signature: bytes = b"x") -> str:
    parts = [part if isinstance(part, str) else json.dumps(part) for part in (header, payload)]
    return ".".join([*(jwt.encode(part.encode()) for part in parts), jwt.encode(signature)])


def test_a_signed_token_verifies_and_its_header_is_kid_and_alg_alone() -> None:
    token = jwt.sign(CLAIMS, KEY)
    assert base64.urlsafe_b64decode(token.split(".")[0] + "==").decode() == f'{{"kid":"{KEY.kid}","alg":"RS256"}}'
    decision = jwt.verify(token, KEYS)
    assert decision.value == CLAIMS
    assert len(decision.steps) == 6


def test_signatures_are_deterministic_for_both_kinds_of_key() -> None:
    assert jwt.sign(CLAIMS, KEY) == jwt.sign(CLAIMS, KEY)
    assert jwt.sign(CLAIMS, EC, algorithm="ES256") == jwt.sign(CLAIMS, EC, algorithm="ES256")
    assert jwt.verify(jwt.sign(CLAIMS, EC, algorithm="ES256"), KEYS, algorithms=("ES256",)).value == CLAIMS


@pytest.mark.parametrize(("key", "algorithm"), [(KEY, "RS256"), (EC, "ES256")])
def test_another_library_accepts_our_tokens_by_our_key_set(key: SigningKey, algorithm: str) -> None:
    token = jwt.sign({"sub": "s"}, key, algorithm=algorithm)
    (published,) = pyjwt.PyJWKSet.from_dict(jwks([key])).keys
    assert pyjwt.decode(token, published.key, algorithms=[algorithm]) == {"sub": "s"}


def test_a_key_signs_with_no_algorithm_but_its_own() -> None:
    with pytest.raises(ValueError, match="RS256"):
        jwt.sign(CLAIMS, KEY, algorithm="ES256")


def test_a_key_set_publishes_public_halves_only() -> None:
    (entry,) = jwks([KEY])["keys"]
    assert sorted(entry) == ["alg", "e", "kid", "kty", "n", "use"]
    assert entry["e"] == "AQAB"


def test_keys_depend_on_their_name_alone() -> None:
    rsa_key.cache_clear()
    again = rsa_key("test", "one")
    assert again.jwk() == KEY.jwk() != OTHER.jwk()
    assert KEY.private_key.key_size == 2048
    numbers = KEY.private_key.private_numbers()
    rebuilt = numbers.private_key()  # the library's own validation, skipped when the key was made
    assert rebuilt.key_size == 2048


def test_a_token_signed_by_another_key_under_this_kid_is_refused() -> None:
    header = {"kid": KEY.kid, "alg": "RS256"}
    forged = jwt.sign(CLAIMS, OTHER).rpartition(".")[2]
    body = _token(header, CLAIMS).rpartition(".")[0]
    assert _refusal(jwt.verify(f"{body}.{forged}", KEYS)) == "the signature does not hold"


def test_an_unknown_kid_is_refused_and_a_key_brought_along_is_never_used() -> None:
    token = jwt.sign(CLAIMS, OTHER, headers={"jwk": OTHER.jwk(), "jku": "https://attacker.example/jwks"})
    assert _refusal(jwt.verify(token, KEYS)) == f"unknown key id {OTHER.kid!r}"
    assert _refusal(jwt.verify(_token({"alg": "RS256"}, CLAIMS), KEYS)) == "unknown key id None"
    assert _refusal(jwt.verify(_token({"alg": "RS256", "kid": ["a"]}, CLAIMS), KEYS)) == "unknown key id ['a']"


def test_alg_none_is_refused() -> None:
    token = _token({"kid": KEY.kid, "alg": "none"}, CLAIMS, b"")
    assert _refusal(jwt.verify(token, KEYS, algorithms=("RS256", "none"))) == "alg 'none' refused"


def test_an_hmac_made_with_the_public_key_is_refused() -> None:
    pem = KEY.private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    body = _token({"kid": KEY.kid, "alg": "HS256"}, CLAIMS).rpartition(".")[0]
    token = f"{body}.{jwt.encode(hmac.digest(pem, body.encode(), 'sha256'))}"
    assert _refusal(jwt.verify(token, KEYS, algorithms=("RS256", "HS256"))) == "alg 'HS256' refused"


def test_a_key_of_another_kind_does_not_stand_in() -> None:
    token = _token({"kid": EC.kid, "alg": "RS256"}, CLAIMS)
    assert _refusal(jwt.verify(token, KEYS)) == "alg 'RS256' refused"
    assert _refusal(jwt.verify(jwt.sign(CLAIMS, EC, algorithm="ES256"), KEYS)) == "alg 'ES256' refused"


def test_a_critical_extension_is_refused() -> None:
    token = jwt.sign(CLAIMS, KEY, headers={"crit": ["b64"], "b64": True})
    assert _refusal(jwt.verify(token, KEYS)) == "crit names an extension"


GOOD = json.dumps({"kid": KEY.kid, "alg": "RS256"})


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("", "1 parts instead of three"),
        ("a.b", "2 parts instead of three"),
        ("a.b.c.d.e", "5 parts instead of three"),
        ("a" * 70000, "longer than 65536 characters"),
        ("e30=.e30.e30", "the header is not base64url"),
        ("e3+0.e30.e30", "the header is not base64url"),
        ("e3\n0.e30.e30", "the header is not base64url"),
        ("e.e30.e30", "the header is not base64url"),
        ("e31.e30.e30", "the header is not canonical base64url"),
        (_token("[]", "{}"), "the header is not a JSON object"),
        (_token(GOOD, '"text"'), "the payload is not a JSON object"),
        (_token(GOOD, "{"), "the payload is not JSON"),
        (_token(GOOD, '{"a":' + "9" * 5000 + "}"), "the payload is not JSON"),
        (_token(GOOD, "[" * 9000 + "]" * 9000), "the payload is not JSON"),
        (_token(GOOD, '{"sub":"a","sub":"b"}'), "a member stands twice"),
        (_token('{"alg":"none","alg":"RS256"}', "{}"), "a member stands twice"),
        (_token(GOOD, '{"a":{"b":1,"b":2}}'), "a member stands twice"),
        (_token(GOOD, '{"exp":NaN}'), "NaN is not JSON"),
        (_token(GOOD, '{"exp":1e999}'), "1e999 is out of range"),
        (_token(GOOD, '{"exp":' + "9" * 5000 + ".0}"), "9" * 40 + " is out of range"),
        (f"{jwt.encode(GOOD.encode())}.e30.****", "the signature is not base64url"),
    ],
)
def test_a_malformed_token_is_refused_with_the_rule_it_breaks(token: str, message: str) -> None:
    refusal = jwt.read(token)
    assert refusal == Refusal("MalformedToken", message)
    assert _refusal(jwt.verify(token, KEYS)) == message


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_token_with_a_changed_character_verifies(data: st.DataObject) -> None:
    token = jwt.sign(CLAIMS, KEY)
    at = data.draw(st.integers(0, len(token) - 1))
    new = data.draw(st.characters(codec="ascii").filter(lambda c: c != token[at]))
    assert isinstance(jwt.verify(token[:at] + new + token[at + 1 :], KEYS).value, Refusal)


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_reading_any_text_gives_a_token_or_a_refusal(text: str) -> None:
    assert isinstance(jwt.read(text), jwt.UnverifiedToken | Refusal)


def test_every_claim_stands_in_exactly_one_column() -> None:
    for ledger in (ID_TOKEN, ACCESS_TOKEN):
        names = [*ledger.columns, *(prefix + "x" for prefix in ledger.prefixes), "added-by-a-trigger"]
        placed = [name for column in Column for name in ledger.in_column(column, names)]
        assert sorted(placed) == sorted(names)
        assert ledger.unaccounted(names) == ()


def test_who_changes_the_claims_that_were_read_changes_them_for_nobody_else() -> None:
    token = jwt.sign({**CLAIMS, "roles": ["a"], "address": {"in": ["Ulm"]}}, KEY)
    for _ in range(2):
        read, checked = jwt.read(token), jwt.verify(token, KEYS).value
        assert isinstance(read, jwt.UnverifiedToken)
        for claims in (read.claims, checked):
            assert claims == {**CLAIMS, "roles": ["a"], "address": {"in": ["Ulm"]}}
            assert isinstance(claims, dict)
            claims["roles"].append("admin")
            claims["address"]["in"][0] = "Bonn"
            claims["sub"] = "somebody else"
        assert isinstance(read.header, dict)
        read.header["alg"] = "none"


def test_no_text_that_is_too_long_to_be_a_token_stays_in_memory() -> None:
    jwt.read("short")
    held = jwt._read.cache_info().currsize
    for number in range(70):
        assert isinstance(jwt.read("x" * 70_000 + str(number)), Refusal)
    assert jwt._read.cache_info().currsize == held
