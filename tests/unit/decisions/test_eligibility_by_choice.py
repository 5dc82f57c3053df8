"""Who could sign in without a password: the static answer sees codes and passkeys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogsim.decisions.eligibility import may_sign_in
from cogsim.decisions.password import keep
from cogsim.entropy import named
from cogsim.persistent import Map
from cogsim.world.pool_members import UserPoolDomain
from cogsim.world.pool_user import Passkey, PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

POOL = UserPool(
    "us-east-1_AbCdEfGhI",
    "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEfGhI",
    "Main",
    first_factors=("PASSWORD", "EMAIL_OTP", "WEB_AUTHN"),
)
CLIENT = UserPoolClient("1abc2defghij3klmn4opqrst5u", POOL.id, "app", explicit_auth_flows=("ALLOW_USER_AUTH",))
RP = "acme.auth.us-east-1.amazoncognito.com"
WORLD = World().with_user_pool(POOL).with_client(CLIENT).with_domain(UserPoolDomain(POOL.id, "acme"))
ALICE = PoolUser(POOL.id, "alice", "sub-alice", Map({"email": "a@x.example"}), UserStatus.CONFIRMED)
KEYED = replace(ALICE, attributes=Map(), passkeys=Map({"id": Passkey("id", "key", RP)}))


def eligible(pool: UserPool = POOL, client: UserPoolClient = CLIENT, user: PoolUser = ALICE) -> Any:
    return may_sign_in(pool, client, user, now=0.0, world=WORLD)


@pytest.mark.parametrize("user", [ALICE, KEYED, replace(ALICE, status=UserStatus.UNCONFIRMED)])
def test_an_address_or_a_passkey_is_enough_where_the_client_lets_people_choose(user: PoolUser) -> None:
    found = eligible(user=user)
    assert found.value is None
    [deciding] = found.deciding
    assert "taken to be given" in deciding.answer


@pytest.mark.parametrize(
    ("pool", "client", "user"),
    [
        (POOL, replace(CLIENT, explicit_auth_flows=("ALLOW_USER_SRP_AUTH",)), ALICE),
        (replace(POOL, tier="LITE"), CLIENT, ALICE),
        (replace(POOL, first_factors=("PASSWORD",)), CLIENT, ALICE),
        (POOL, CLIENT, replace(ALICE, attributes=Map())),
        (POOL, CLIENT, replace(ALICE, enabled=False)),
        (POOL, CLIENT, replace(ALICE, status=UserStatus.RESET_REQUIRED)),
        (POOL, CLIENT, replace(KEYED, status=UserStatus.UNCONFIRMED)),
        (POOL, CLIENT, replace(KEYED, passkeys=Map({"id": Passkey("id", "key", "other.example")}))),
        (replace(POOL, mfa="ON", mfa_factors=("SOFTWARE_TOKEN_MFA",)), CLIENT, ALICE),
    ],
)
def test_and_not_where_anything_of_it_is_missing(pool: UserPool, client: UserPoolClient, user: PoolUser) -> None:
    assert eligible(pool, client, user).value is not None


def test_a_password_opens_the_choice_only_where_it_is_a_first_factor() -> None:
    known = replace(ALICE, attributes=Map(), password=keep(POOL, "alice", "Correct-horse-9", named("test/salt")))
    assert eligible(user=known).value is None
    assert eligible(replace(POOL, first_factors=("EMAIL_OTP", "WEB_AUTHN")), user=known).value is not None
