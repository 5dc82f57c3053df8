"""A token against stated trust: ID and access tokens of user pools, other providers, load balancers."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.decision import Refusal
from cogsim.tokens.jwks import key_set
from cogsim.tokens.jwt import sign
from cogsim.tokens.jwt_trust import JwtTrust, accept_jwt
from cogsim.tokens.keys import EcKey, ec_key, rsa_key

NOW = 1_767_225_600
POOL = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool"
KEY = rsa_key("trust")
ID = {"iss": POOL, "sub": "u", "aud": "app", "token_use": "id", "iat": NOW, "exp": NOW + 60}
ACCESS = {"iss": POOL, "sub": "u", "client_id": "app", "token_use": "access", "iat": NOW, "exp": NOW + 60}
TRUST = {kind: JwtTrust(kind, POOL, key_set((KEY,)), ("app",)) for kind in ("oidc", "cognito-id", "cognito-access")}


def check(kind: str, claims: dict[str, Any], **more: Any) -> str:
    """The number of the refusing rule, or nothing."""
    decision = accept_jwt(sign(claims, KEY).encode(), TRUST[kind], now=NOW, **more)
    if isinstance(decision.value, Refusal):
        return dict(decision.steps[-1].facts)["check"]
    assert decision.value == claims
    return ""


@pytest.mark.parametrize(
    ("kind", "claims", "refused"),
    [
        ("cognito-id", ID, ""),
        ("cognito-access", ACCESS, ""),
        ("oidc", ID, ""),
        ("cognito-id", {**ACCESS, "aud": "app"}, "13"),
        ("cognito-access", {**ID, "client_id": "app"}, "13"),
        ("cognito-id", {**ID, "token_use": ["id"]}, "13"),
        ("cognito-id", ACCESS, "7"),
        ("cognito-access", ID, "7"),
        ("cognito-access", {**ACCESS, "client_id": "other"}, "14"),
        ("cognito-access", {**ACCESS, "client_id": ["app"]}, "14"),
        ("cognito-access", {**ACCESS, "iss": POOL + "2"}, "9"),
        ("cognito-access", {**ACCESS, "exp": NOW}, "11"),
        ("cognito-id", {**ID, "aud": "other"}, "10"),
    ],
)
def test_a_user_pools_token_is_of_the_kind_and_for_the_application_that_is_asked_for(
    kind: str, claims: dict[str, Any], refused: str
) -> None:
    assert check(kind, claims) == refused


def test_a_nonce_and_the_difference_of_clocks_are_the_readers() -> None:
    assert check("oidc", {**ID, "nonce": "n"}, nonce="n") == ""
    assert check("oidc", ID, nonce="n") == "12"
    assert check("oidc", {**ID, "exp": NOW - 3}, skew=5) == ""


def test_bytes_that_are_no_text_are_refused() -> None:
    for raw in (b"", b"\xff.\xfe.\xfd", b"\x00", b'{"payload":""}'):
        assert isinstance(accept_jwt(raw, TRUST["oidc"], now=NOW).value, Refusal)


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=300))
def test_any_bytes_end_in_a_refusal(raw: bytes) -> None:
    for trust in TRUST.values():
        assert isinstance(accept_jwt(raw, trust, now=NOW).value, Refusal)


# Load balancers

BALANCER = ec_key("alb")
SIGNER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/front/50dc6c495c0c9188"
ALB = JwtTrust("alb", POOL, key_set((BALANCER,)), (), ("ES256",), SIGNER, "app")
HEADER = {"signer": SIGNER, "iss": POOL, "client": "app", "exp": NOW + 120}
PERSON = {"sub": "u", "email": "a@example.com", "exp": NOW + 120, "iss": POOL}


def balanced(header: dict[str, Any], claims: dict[str, Any], key: EcKey = BALANCER, pad: bool = True) -> bytes:
    """A token as a load balancer writes it: every part padded."""
    from cogsim.tokens.jwt import _signature

    def part(raw: bytes) -> str:
        text = base64.urlsafe_b64encode(raw).decode()
        return text if pad else text.rstrip("=")

    head = {"typ": "JWT", "kid": key.kid, "alg": "ES256", **header}
    body = f"{part(json.dumps(head).encode())}.{part(json.dumps(claims).encode())}"
    return f"{body}.{part(_signature(body.encode(), key))}".encode()


def test_a_load_balancers_token_is_padded_and_names_its_signer() -> None:
    token = balanced(HEADER, PERSON)
    assert b"=" in token
    assert accept_jwt(token, ALB, now=NOW).value == PERSON


@pytest.mark.parametrize(
    ("header", "claims", "refused"),
    [
        ({"signer": SIGNER.replace("123456789012", "999999999999")}, {}, "15"),
        ({"signer": None}, {}, "15"),
        ({"client": "other"}, {}, "15"),
        ({"iss": POOL + "/"}, {}, "15"),
        ({"exp": NOW}, {}, "11"),
        ({"exp": str(NOW + 60)}, {}, "8"),
        ({"exp": None}, {}, "7"),
        ({}, {"exp": NOW}, "11"),
        ({}, {"iss": "https://evil.example"}, "9"),
        ({"iss": None}, {}, "15"),
        ({}, {"sub": None}, "7"),
        ({}, {"iss": None}, "8"),
        ({}, {"exp": str(NOW + 60)}, "8"),
        ({"exp": NOW}, {"exp": NOW + 120}, "11"),
    ],
)
def test_another_customers_load_balancer_is_refused(header: Any, claims: Any, refused: str) -> None:
    decision = accept_jwt(balanced({**HEADER, **header}, {**PERSON, **claims}), ALB, now=NOW)
    assert isinstance(decision.value, Refusal)
    assert dict(decision.steps[-1].facts)["check"] == refused


def test_what_user_info_said_needs_neither_issuer_nor_end_for_the_header_has_them() -> None:
    claims = {"sub": "u", "email": "a@example.com"}
    assert accept_jwt(balanced(HEADER, claims), ALB, now=NOW).value == claims
    for member in ("exp", "iss", "signer", "client"):
        left = {name: value for name, value in HEADER.items() if name != member}
        assert isinstance(accept_jwt(balanced(left, claims), ALB, now=NOW).value, Refusal), member


def test_the_audiences_are_a_load_balancers_clients_where_no_one_client_is_named() -> None:
    trust = replace(ALB, client=None, audiences=("app", "app2"))
    assert accept_jwt(balanced(HEADER, PERSON), trust, now=NOW).value == PERSON
    refused = accept_jwt(balanced({**HEADER, "client": "other"}, PERSON), trust, now=NOW)
    assert refused.value == Refusal("WrongSigner", "client other")


def test_a_named_client_is_the_one_that_a_token_may_be_issued_to() -> None:
    def taken(kind: str, claims: dict[str, Any], client: str | None, *audiences: str) -> bool:
        trust = replace(TRUST[kind], client=client, audiences=audiences)
        return accept_jwt(sign(claims, KEY).encode(), trust, now=NOW).value == claims

    api = {**ID, "aud": "https://api.example.com", "azp": "app"}
    assert taken("oidc", api, "app", "https://api.example.com")
    assert not taken("oidc", {**api, "azp": "other"}, "app", "https://api.example.com", "other")
    assert taken("oidc", {**ID, "aud": ["app", "app2"]}, None, "app", "app2")
    assert not taken("oidc", {**ID, "aud": ["app", "app3"]}, None, "app", "app2")
    assert taken("cognito-access", ACCESS, "app", "app", "other")
    assert not taken("cognito-access", {**ACCESS, "client_id": "other"}, "app", "app", "other")


def test_padding_is_all_there_or_the_token_is_refused() -> None:
    token = balanced(HEADER, PERSON)
    for wrong in (token.rstrip(b"="), token + b"=", token.replace(b"=", b"", 1), token.replace(b"=", b"")):
        assert isinstance(accept_jwt(wrong, ALB, now=NOW).value, Refusal)
    assert accept_jwt(balanced(HEADER, PERSON, pad=False), ALB, now=NOW).value == PERSON
    other = replace(ALB, kind="oidc")
    assert isinstance(accept_jwt(token, other, now=NOW).value, Refusal)
