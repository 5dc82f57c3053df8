"""Key sets: what a reader takes for a key, how it finds one, and the ledger of what providers' tokens say."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm, RSAPSSAlgorithm

from cogsim.decision import Refusal
from cogsim.decisions.oidc_issue import id_token
from cogsim.decisions.workload_token import Job, workload_claims
from cogsim.persistent import Map
from cogsim.tokens.claims import ACCESS_TOKEN_INFO, OIDC_TOKEN, WORKLOAD_TOKEN, ClaimLedger, Column
from cogsim.tokens.jwks import KeySet, VerificationKey, jwks, key_set, public_pem_key, read_key, read_key_set
from cogsim.tokens.jwt import UnverifiedToken, read, sign, verify
from cogsim.tokens.keys import ec_key, rsa_key
from cogsim.tokens.strict_text import encode
from cogsim.world.external_oidc import PRESETS, OidcClient, OidcIssuer, OidcUser, Repository

RSA, EC = rsa_key("set", "one"), ec_key("set", "two")


def number(value: int) -> str:
    return encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@pytest.mark.parametrize(
    ("key", "algorithm", "change"),
    [(RSA, "RS256", {}), (EC, "ES256", {}), (RSA, "RS256", {"alg": None}), (EC, "ES256", {"alg": None, "use": None})],
)
def test_a_published_key_verifies_what_its_private_half_signed(key: Any, algorithm: str, change: Any) -> None:
    entry = {name: each for name, each in {**key.jwk(), **change}.items() if each is not None}
    keys = read_key_set({"keys": [entry]})
    assert verify(sign({"a": 1}, key, algorithm=algorithm), keys, algorithms=(algorithm,)).value == {"a": 1}


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("text", "not a JSON object"),
        ({"kty": "oct", "k": "AAAA"}, "a key of a kind that verifies nothing here"),
        ({"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}, "its numbers are no key"),
        ({"kty": "OKP", "crv": "X25519", "x": "AAAA"}, "a key of a kind that verifies nothing here"),
        ({**EC.jwk(), "crv": "secp256k1"}, "a key of a kind that verifies nothing here"),
        ({**RSA.jwk(), "use": "enc"}, "it is not for signatures"),
        ({**RSA.jwk(), "key_ops": ["encrypt"]}, "it is not for signatures"),
        ({**RSA.jwk(), "key_ops": "verify"}, "it is not for signatures"),
        ({**RSA.jwk(), "kid": 5}, "its kid is no text"),
        ({**RSA.jwk(), "alg": "HS256"}, "its alg 'HS256' is none of its kind"),
        ({**RSA.jwk(), "alg": "none"}, "its alg 'none' is none of its kind"),
        ({**EC.jwk(), "alg": "ES384"}, "its alg 'ES384' is none of its kind"),
        ({**RSA.jwk(), "n": number(2**1023 + 1)}, "an RSA key of 1024 bits"),
        ({**RSA.jwk(), "e": number(1)}, "an RSA key of 2048 bits"),
        ({**RSA.jwk(), "n": "not base64url!"}, "the number is not base64url"),
        ({**RSA.jwk(), "n": 5}, "its numbers are no key"),
        ({**RSA.jwk(), "n": "A" * 5000}, "its numbers are no key"),
        ({"kty": "RSA"}, "its numbers are no key"),
        ({**EC.jwk(), "x": number(7)}, "its numbers are no key"),
        ({**EC.jwk(), "y": EC.jwk()["x"]}, "its numbers are no key"),
    ],
)
def test_what_verifies_nothing_is_left_out_and_said_so(entry: Any, why: str) -> None:
    assert read_key(entry) == why
    both = read_key_set({"keys": [entry, EC.jwk()]})
    assert [key.kid for key in both.keys] == [EC.kid]
    assert both.left_out == (f"key 0: {why}",)


def test_a_document_that_is_no_key_set_holds_no_key() -> None:
    for document in ({}, {"keys": {}}, {"keys": [RSA.jwk()] * 201}):
        assert read_key_set(document).keys == ()


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(("kty", "kid", "n", "e", "alg", "use", "key_ops")), value=st.text() | st.integers())
def test_any_member_of_a_key_is_taken_or_left_out_and_never_fails(name: str, value: Any) -> None:
    assert isinstance(read_key({**RSA.jwk(), name: value}), VerificationKey | str)


def test_a_kid_is_an_opaque_name_and_two_keys_of_one_name_are_none() -> None:
    keys = key_set((RSA, EC))
    assert keys.find(RSA.kid) == keys.keys[0]
    assert keys.find(None) == "unknown key id None, among 2 keys"
    assert keys.find(RSA.kid.lower()) == f"unknown key id {RSA.kid.lower()!r}"
    assert keys.find([RSA.kid]) == f"unknown key id {[RSA.kid]!r}"
    stranger = replace(key_set((rsa_key("set", "three"),)).keys[0], kid=RSA.kid)
    assert KeySet((keys.keys[0], stranger)).find(RSA.kid) == f"2 keys have the id {RSA.kid!r}"
    assert KeySet((keys.keys[0], keys.keys[0])).find(RSA.kid) == keys.keys[0]
    assert KeySet((keys.keys[0], keys.keys[0])).find(None) == keys.keys[0]
    assert isinstance(key_set((RSA,)).find(None), VerificationKey)
    assert key_set(()).find(None) == "unknown key id None, among 0 keys"


def test_the_algorithm_is_the_keys_whatever_the_caller_would_allow() -> None:
    everything = ("none", "HS256", "RS256", "RS512", "PS256", "ES256", "ES384")
    keys = read_key_set(jwks((RSA, EC)))
    assert verify(sign({}, RSA), keys, algorithms=everything).value == {}
    header, payload, _ = sign({}, RSA).split(".")
    swapped = encode(f'{{"kid":"{RSA.kid}","alg":"PS256"}}'.encode())
    refused = verify(f"{swapped}.{payload}.AAAA", keys, algorithms=everything)
    assert refused.value == Refusal("InvalidToken", "alg 'PS256' refused")
    assert header


PRIVATE = RSA.private_key


@pytest.mark.parametrize(
    ("algorithm", "curve"),
    [
        *((name, None) for name in ("RS384", "RS512", "PS256", "PS384", "PS512")),
        ("ES384", ec.SECP384R1()),
        ("ES512", ec.SECP521R1()),
    ],
)
def test_tokens_of_other_issuers_may_be_signed_in_other_ways(algorithm: str, curve: Any) -> None:
    hashed = {"256": RSAAlgorithm.SHA256, "384": RSAAlgorithm.SHA384, "512": RSAAlgorithm.SHA512}[algorithm[2:]]
    body = encode(json.dumps({"alg": algorithm, "kid": "k"}).encode()) + "." + encode(b'{"sub":"s"}')
    private: Any = PRIVATE if curve is None else ec.derive_private_key(12345, curve)
    family: Any = {"RS": RSAAlgorithm, "PS": RSAPSSAlgorithm, "ES": ECAlgorithm}[algorithm[:2]](hashed)
    token = f"{body}.{encode(family.sign(body.encode(), private))}"
    numbers = family.to_jwk(private.public_key(), as_dict=True)
    numbers.pop("key_ops", None)
    keys = read_key_set({"keys": [{**numbers, "kid": "k"}]})
    assert verify(token, keys, algorithms=(algorithm,)).value == {"sub": "s"}
    assert isinstance(verify(token, keys, algorithms=("RS256", "ES256")).value, Refusal)


@pytest.mark.parametrize("algorithm", ["EdDSA", "Ed25519"])
def test_edwards_curves_are_read_too(algorithm: str) -> None:
    private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    body = encode(json.dumps({"alg": algorithm, "kid": "k"}).encode()) + "." + encode(b"{}")
    numbers = OKPAlgorithm.to_jwk(private.public_key(), as_dict=True)
    keys = read_key_set({"keys": [{**numbers, "kid": "k", "alg": algorithm}]})
    token = f"{body}.{encode(private.sign(body.encode()))}"
    assert verify(token, keys, algorithms=(algorithm,)).value == {}
    assert isinstance(verify(f"{body}.{encode(bytes(64))}", keys, algorithms=(algorithm,)).value, Refusal)
    assert isinstance(verify(token, keys).value, Refusal)


def test_a_public_key_in_pem_is_a_key_too() -> None:
    def pem(key: Any) -> bytes:
        encoding, shape = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        return bytes(key.public_key().public_bytes(encoding, shape))

    key = public_pem_key("k", pem(EC.private_key))
    assert isinstance(key, VerificationKey)
    assert key.algorithms == ("ES256",)
    assert isinstance(public_pem_key("k", pem(RSA.private_key)), VerificationKey)
    assert public_pem_key("k", b"text") == "not a public key in PEM"
    small: rsa.RSAPrivateKey = rsa.generate_private_key(65537, 1024)
    assert public_pem_key("k", pem(small)) == "a key of a kind that verifies nothing here"
    odd = ec.derive_private_key(5, ec.SECP256K1())
    assert public_pem_key("k", pem(odd)) == "a key of a kind that verifies nothing here"


# Ledgers


@pytest.mark.parametrize("preset", [name for name, each in PRESETS.items() if each.people and each.id_tokens])
def test_every_claim_of_a_providers_token_stands_in_a_column(preset: str) -> None:
    url = PRESETS[preset].url or "https://idp.example.com"
    person = OidcUser("a", "a", claims=Map({"email": "x@privaterelay.appleid.com", "name": "A", "hd": "example.com"}))
    made = id_token(
        OidcIssuer(url, preset),
        OidcClient("app"),
        person,
        scope="openid email profile name public_profile",
        nonce="n",
        access_token="t",
        signed_in=1,
        now=2,
        serial="s",
    )
    parsed = read(made)
    assert isinstance(parsed, UnverifiedToken)
    named = ClaimLedger(OIDC_TOKEN.kind, OIDC_TOKEN.columns, OIDC_TOKEN.prefixes)
    assert named.unaccounted(parsed.claims) == ()
    assert {"iss", "aud", "exp", "nonce"} <= set(OIDC_TOKEN.in_column(Column.CHECKED, parsed.claims))


def test_every_claim_of_a_job_stands_in_a_column() -> None:
    repository = Repository("o/r", environments=("prod",), enterprise="corp")
    github = OidcIssuer(PRESETS["github"].url or "", "github", repositories=Map({"o/r": repository}))
    claims = workload_claims(github, Job("o/r", environment="prod"), now=1000.0, serial="s").value
    assert not isinstance(claims, Refusal)
    assert WORKLOAD_TOKEN.unaccounted(claims) == ()
    assert ACCESS_TOKEN_INFO.unaccounted(("iss", "aud", "sub", "exp", "iat", "scope", "jti")) == ()
