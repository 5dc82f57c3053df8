"""What an application makes of a client's own token in Authorization: each check stops what succeeds without it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.decision import Refusal
from cogsim.decisions.target_trust import DIRECT, Identity, accepts_target_token, target_accepts
from cogsim.decisions.token_contents import pool_key
from cogsim.errors import InvalidValue
from cogsim.tokens.jwt import sign
from cogsim.tokens.keys import rsa_key
from cogsim.world.load_balancer_target import Target
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

NOW = 1_767_225_600.0


def pool(name: str) -> UserPool:
    return UserPool(f"eu-west-1_{name}", name, f"arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_{name}")


OURS, THEIRS = pool("Ours00001"), pool("Theirs001")
WORLD = World().with_user_pool(OURS).with_user_pool(THEIRS)
RIGHT = Target(
    "app.internal",
    "eu-west-1",
    believes="authorization",
    issuer=OURS.issuer,
    client_id="app",
    reachable_from="anywhere",
)
CHECKS = ("issuer", "signature", "expiry", "client")


def token(of: UserPool = OURS, key: Any = None, **changed: Any) -> str:
    claims = {"iss": of.issuer, "sub": "a11ce", "client_id": "app", "exp": int(NOW) + 60, **changed}
    return sign({name: claims[name] for name in claims if claims[name] is not None}, key or pool_key(of, "access"))


def judged(target: Target, value: str | None) -> Identity | Refusal:
    headers = {"authorization": value} if value is not None else {}
    return target_accepts(WORLD, target, headers, DIRECT, NOW).value


ATTACKS = {
    "issuer": lambda: token(THEIRS),
    "signature": lambda: token(key=replace(rsa_key("mallory"), kid=pool_key(OURS, "access").kid)),
    "expiry": lambda: token(exp=int(NOW)),
    "client": lambda: token(client_id="another"),
}


def test_a_token_of_ones_own_client_says_who_asks() -> None:
    found = judged(RIGHT, f"Bearer {token()}")
    assert isinstance(found, Identity)
    assert found.subject == "a11ce"
    assert isinstance(accepts_target_token(WORLD, RIGHT, token(), NOW).value, Identity)
    assert isinstance(judged(RIGHT, f"Bearer {token(client_id=None, aud='app')}"), Identity)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("left", CHECKS)
def test_a_check_left_out_lets_what_it_stops_through_and_nothing_else(check: str, left: str) -> None:
    hostile = f"Bearer {ATTACKS[check]()}"
    assert isinstance(judged(RIGHT, hostile), Refusal)
    assert isinstance(judged(replace(RIGHT, skips=(left,)), hostile), Identity) == (check == left)


def test_without_the_issuer_any_known_issuer_signs_for_itself_and_for_nobody_else() -> None:
    careless = replace(RIGHT, skips=("issuer",))
    assert isinstance(judged(careless, token(THEIRS)), Identity)
    assert isinstance(judged(careless, token(THEIRS, iss=OURS.issuer)), Refusal)
    assert isinstance(judged(careless, token(iss="https://nobody.example")), Refusal)
    assert isinstance(judged(careless, token(iss=None)), Refusal)


def test_a_token_that_nobody_signed_is_believed_where_nobody_looks() -> None:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = {"iss": OURS.issuer, "sub": "alice", "client_id": "app", "exp": NOW + 60}
    unsigned = f"Bearer {part({'alg': 'none'})}.{part(claims)}."
    assert isinstance(judged(RIGHT, unsigned), Refusal)
    assert isinstance(judged(replace(RIGHT, skips=("signature",)), unsigned), Identity)
    nobodys = f"Bearer {part({'alg': 'none'})}.{part({**claims, 'sub': ''})}."
    assert isinstance(judged(replace(RIGHT, skips=CHECKS), nobodys), Refusal)


def test_no_token_is_nobody_or_a_guest() -> None:
    assert judged(RIGHT, None) == Refusal("401", "no authorization")
    assert judged(replace(RIGHT, guests=True), None) == Identity(None)
    assert isinstance(judged(replace(RIGHT, guests=True), "Bearer x"), Refusal)


def test_groups_are_read_from_the_token_that_says_who_asks() -> None:
    admins = replace(RIGHT, required_group="admins")
    assert isinstance(judged(admins, token(**{"cognito:groups": ["admins"]})), Identity)
    assert judged(admins, token(**{"cognito:groups": ["nonadmins"]})) == Refusal("403", "not in admins")
    assert judged(admins, token()) == Refusal("403", "not in admins")


def test_what_it_holds_a_token_against_is_stated() -> None:
    for missing in ("issuer", "client_id"):
        with pytest.raises(InvalidValue):
            replace(RIGHT, **{missing: None})
    assert replace(RIGHT, issuer=None, client_id=None, skips=("issuer", "client"))


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=40), st.sets(st.sampled_from(CHECKS)), st.booleans())
def test_no_header_makes_an_exception_escape(value: str, skips: set[str], dotted: bool) -> None:
    sent = f"{value}.{value}.{value}" if dotted else value
    found = judged(replace(RIGHT, skips=tuple(sorted(skips)), guests=True), f"Bearer {sent}")
    assert isinstance(found, Refusal)
