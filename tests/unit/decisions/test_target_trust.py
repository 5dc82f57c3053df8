"""What an application behind a load balancer believes: each check stops an attack that succeeds without it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.assumptions import assuming
from cogsim.decision import Decision, Refusal
from cogsim.decisions.load_balancer_token import (
    claims_token,
    published_key,
    region_key,
    region_keys,
    without_forgeries,
)
from cogsim.decisions.target_trust import DIRECT, Identity, accepts_target_token, target_accepts
from cogsim.decisions.token_contents import pool_key
from cogsim.tokens.jwt import sign
from cogsim.tokens.keys import ec_key
from cogsim.world.load_balancer_target import CHECKS, Target
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

NOW = 1_767_225_600.0
REGION = "eu-west-1"
OURS = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/ours/0123456789abcdef"
THEIRS = "arn:aws:elasticloadbalancing:eu-west-1:999988887777:loadbalancer/app/theirs/0123456789abcdef"
POOL = UserPool(
    "eu-west-1_AbCdEfGhI", "people", "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_AbCdEfGhI"
)
WORLD = World().with_user_pool(POOL)
RIGHT = Target("app.internal", REGION, signer=OURS, issuer=POOL.issuer, client_id="app", reachable_from="anywhere")
ALICE = {"sub": "a11ce", "email": "alice@example.com"}


def token(
    signer: str = OURS, issuer: str = POOL.issuer, client: str = "app", region: str = REGION, at: float = NOW
) -> str:
    return claims_token(signer, region, issuer, client, ALICE, now=at, access_ends=at + 3600).value


def judged(target: Target, value: str, **headers: str) -> Identity | Refusal:
    return target_accepts(WORLD, target, {"x-amzn-oidc-data": value, **headers}, DIRECT, NOW).value


def forged(key: Any = None, **changed: Any) -> str:
    """A token that nobody's load balancer signed."""
    header = {"typ": "JWT", "iss": POOL.issuer, "client": "app", "signer": OURS, "exp": int(NOW) + 60, **changed}
    mine = replace(key or ec_key("mallory"), kid=region_key(REGION).kid)
    return sign(ALICE, mine, algorithm="ES256", headers=header, padded=True)


#: For each check, the token that it stops.
ATTACKS = {
    "signature": lambda: forged(),
    "signer": lambda: token(signer=THEIRS),
    "client": lambda: token(client="another"),
    "issuer": lambda: token(issuer="https://login.mallory.example"),
    "expiry": lambda: token(at=NOW - 86_400),
}


def test_the_load_balancers_own_token_is_believed() -> None:
    assert judged(RIGHT, token()) == Identity("a11ce", ALICE)
    assert accepts_target_token(WORLD, RIGHT, token(), NOW).value == Identity("a11ce", ALICE)


@pytest.mark.parametrize("check", CHECKS)
def test_each_check_stops_what_succeeds_without_it(check: str) -> None:
    hostile = ATTACKS[check]()
    assert judged(RIGHT, hostile) == Refusal("401", judged(RIGHT, hostile).message)  # type: ignore[union-attr]
    assert isinstance(judged(replace(RIGHT, skips=(check,)), hostile), Identity)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("left", CHECKS)
def test_a_check_left_out_lets_nothing_else_through(check: str, left: str) -> None:
    came_in = isinstance(judged(replace(RIGHT, skips=(left,)), ATTACKS[check]()), Identity)
    assert came_in == (check == left)


def test_what_is_left_out_is_said() -> None:
    steps = target_accepts(WORLD, replace(RIGHT, skips=("signer",)), {"x-amzn-oidc-data": token()}, DIRECT, NOW).steps
    assert ("does the target check the signer?", "no") in [(step.question, step.answer) for step in steps]


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "a.b.c",
        "\ud800",
        "🔑" * 10,
        "x" * 200_000,
        token(region="eu-central-1"),
        token().replace(".", "..", 1),
        sign(ALICE, pool_key(POOL, "access"), headers={"signer": OURS}),
        base64.urlsafe_b64encode(json.dumps({"alg": "none", "signer": OURS}).encode()).decode() + ".e30=.",
    ],
    ids=range(9),
)
def test_what_is_no_token_of_the_region_is_refused(hostile: str) -> None:
    assert isinstance(judged(RIGHT, hostile), Refusal)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.sampled_from(CHECKS), st.text(max_size=20))
def test_no_header_makes_an_exception_escape(value: str, left: str, group: str) -> None:
    target = replace(RIGHT, skips=(left,), required_group="admins", groups_from="header")
    for each in (value, f"{value}.{value}.{value}", token()[: len(value)]):
        assert isinstance(judged(target, each, **{"x-groups": group}), Refusal)


@pytest.mark.parametrize("claims", ['{"sub":1}', '{"sub":""}', '{"sub":null}', "{}", "[]", '{"sub":"a","exp":"x"}'])
def test_a_reader_that_asks_for_no_signature_still_reads_strictly(claims: str) -> None:
    head = base64.urlsafe_b64encode(
        json.dumps({"signer": OURS, "iss": POOL.issuer, "client": "app", "exp": NOW + 9}).encode()
    )
    body = base64.urlsafe_b64encode(claims.encode())
    careless = replace(RIGHT, skips=("signature",))
    assert isinstance(judged(careless, f"{head.decode()}.{body.decode()}."), Refusal)


def test_the_network_admits_the_load_balancer_alone() -> None:
    guarded = replace(RIGHT, reachable_from="load-balancer")
    headers = {"x-amzn-oidc-data": token()}
    refused = target_accepts(WORLD, guarded, headers, DIRECT, NOW)
    assert refused.value == Refusal("ConnectionTimedOut", "app.internal does not answer")
    assert isinstance(target_accepts(WORLD, guarded, headers, OURS, NOW).value, Identity)


def test_a_target_that_believes_a_header_believes_anybody() -> None:
    careless = Target("h", REGION, believes="x-amzn-oidc-identity", reachable_from="anywhere")
    headers = {"x-amzn-oidc-identity": "a11ce"}
    assert target_accepts(WORLD, careless, headers, DIRECT, NOW).value == Identity("a11ce")
    assert isinstance(target_accepts(WORLD, RIGHT, headers, DIRECT, NOW).value, Refusal)
    assert isinstance(accepts_target_token(WORLD, careless, token(), NOW).value, Refusal)


def test_a_guest_is_nobody_and_in_no_group() -> None:
    news = replace(RIGHT, guests=True)
    assert target_accepts(WORLD, news, {}, DIRECT, NOW).value == Identity(None)
    assert isinstance(target_accepts(WORLD, news, {"x-amzn-oidc-data": forged()}, DIRECT, NOW).value, Refusal)
    closed = replace(news, required_group="admins", groups_from="data")
    assert target_accepts(WORLD, closed, {}, DIRECT, NOW).value == Refusal("403", "not in admins")


def access(**changed: Any) -> str:
    claims = {
        "iss": POOL.issuer,
        "sub": "a11ce",
        "token_use": "access",
        "client_id": "app",
        "cognito:groups": ["admins"],
        "iat": int(NOW),
        "exp": int(NOW) + 3600,
        **changed,
    }
    return sign(claims, pool_key(POOL, "access"))


ADMINS = replace(RIGHT, required_group="admins")


def in_group(target: Target, access_token: str, **headers: str) -> Decision[Identity | Refusal]:
    sent = {"x-amzn-oidc-data": token(), "x-amzn-oidc-accesstoken": access_token, **headers}
    return target_accepts(WORLD, target, sent, OURS, NOW)


def test_a_group_is_read_from_the_access_token_of_the_same_user() -> None:
    assert in_group(ADMINS, access()).value == Identity("a11ce", ALICE, ("admins",))


@pytest.mark.parametrize(
    "other",
    [
        access(sub="e7e"),
        access(client_id="another"),
        access(exp=int(NOW)),
        access(token_use="id"),
        access(iss="https://evil.example"),
        access(**{"cognito:groups": ["users"]}),
        access(**{"cognito:groups": {"admins": 1}}),
        access()[:-4] + "AAAA",
        "",
        "\ud800",
    ],
    ids=range(10),
)
def test_another_access_token_admits_nobody(other: str) -> None:
    assert in_group(ADMINS, other).value == Refusal("403", "not in admins")


def test_a_group_in_a_header_is_anybodys() -> None:
    assert isinstance(
        in_group(replace(ADMINS, groups_from="header"), "", **{"x-groups": "users, admins"}).value, Identity
    )
    assert in_group(ADMINS, "", **{"x-groups": "admins"}).value == Refusal("403", "not in admins")


# The token itself


def test_the_public_key_is_found_by_its_id_alone() -> None:
    kid = region_key(REGION).kid
    assert (published_key(REGION, kid) or "").startswith("-----BEGIN PUBLIC KEY-----")
    assert published_key(REGION, "../" + kid) is None
    assert published_key("eu-central-1", kid) is None
    assert [key.kid for key in region_keys(REGION).keys] == [kid]


def test_the_end_of_a_token_and_its_payload_are_assumptions() -> None:
    def parts(value: str) -> tuple[dict[str, Any], dict[str, Any]]:
        head, body, _ = value.split(".")
        return json.loads(base64.urlsafe_b64decode(head)), json.loads(base64.urlsafe_b64decode(body))

    header, payload = parts(token())
    assert header["exp"] == NOW + 120
    assert payload == ALICE
    with assuming({"elb.dataExpiry": "access-token", "elb.payloadClaims": "with-iss-and-exp"}):
        header, payload = parts(token())
        assert isinstance(judged(RIGHT, token()), Identity)
    assert header["exp"] == NOW + 3600
    assert payload == {**ALICE, "iss": POOL.issuer, "exp": NOW + 3600}


def test_headers_that_clients_forge_are_taken_away_where_a_rule_authenticates() -> None:
    sent = {"x-amzn-oidc-data": "forged", "x-amzn-oidc-anything": "1", "x-groups": "admins"}
    assert without_forgeries(sent, authenticates=True).value == {"x-groups": "admins"}
    assert without_forgeries(sent, authenticates=False).value == sent
    with assuming({"elb.forgedHeaders": "everywhere"}):
        assert without_forgeries(sent, authenticates=False).value == {"x-groups": "admins"}
