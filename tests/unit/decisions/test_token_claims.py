"""What stands in a user pool's tokens: every claim in its order, the groups' roles, and what a client may not read."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.assumptions import assuming
from cogsim.decisions.group_claims import group_claims
from cogsim.decisions.token_contents import Issue, access_claims, id_claims, pool_key, pool_keys
from cogsim.errors import Location
from cogsim.persistent import Map
from cogsim.tokens.claims import ACCESS_TOKEN, ID_TOKEN
from cogsim.world.origin import Origin
from cogsim.world.pool_members import UserPoolGroup
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import SchemaAttribute, UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

POOL = UserPool(
    "eu-west-1_AbCdEfGhI",
    "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI",
    "Main",
    schema=(SchemaAttribute("custom:tenant"), SchemaAttribute("custom:level", "Number")),
)
CLIENT = UserPoolClient("1abc2defghij3klmn4opqrst5u", POOL.id, "app")
SUB = "11111111-2222-3333-4444-555555555555"
USER = PoolUser(
    POOL.id,
    "alice",
    SUB,
    Map({"email": "alice@example.com", "email_verified": "true", "custom:tenant": "t1"}),
    UserStatus.CONFIRMED,
    groups=("admins", "readers"),
)
ISSUE = Issue(1760000000.7, 1760000000.7, "jti-1", "origin-1", "event-1")
ADMINS, READERS = (f"arn:aws:iam::123456789012:role/{name}" for name in ("admins", "readers"))
GROUPS = (UserPoolGroup(POOL.id, "admins", ADMINS, 0), UserPoolGroup(POOL.id, "readers", READERS, 5))


def world(*groups: UserPoolGroup) -> World:
    made = World().with_user_pool(POOL).with_client(CLIENT)
    for group in groups:
        made = made.with_pool_group(group)
    return made


def test_an_id_token_holds_these_claims_in_this_order() -> None:
    claims = id_claims(world(*GROUPS), POOL, CLIENT, USER, ISSUE).value
    assert json.dumps(claims) == json.dumps(
        {
            "sub": SUB,
            "cognito:groups": ["admins", "readers"],
            "email_verified": True,
            "cognito:preferred_role": ADMINS,
            "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI",
            "cognito:username": "alice",
            "origin_jti": "origin-1",
            "cognito:roles": [ADMINS, READERS],
            "aud": CLIENT.id,
            "event_id": "event-1",
            "token_use": "id",
            "auth_time": 1760000000,
            "exp": 1760003600,
            "iat": 1760000000,
            "jti": "jti-1",
            "email": "alice@example.com",
            "custom:tenant": "t1",
        }
    )


def test_an_access_token_holds_these_claims_in_this_order() -> None:
    claims = access_claims(world(*GROUPS), POOL, CLIENT, USER, ISSUE).value
    assert json.dumps(claims) == json.dumps(
        {
            "sub": SUB,
            "cognito:groups": ["admins", "readers"],
            "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI",
            "client_id": CLIENT.id,
            "origin_jti": "origin-1",
            "event_id": "event-1",
            "token_use": "access",
            "scope": "aws.cognito.signin.user.admin",
            "auth_time": 1760000000,
            "exp": 1760003600,
            "iat": 1760000000,
            "jti": "jti-1",
            "username": "alice",
        }
    )


def test_a_client_without_revocation_leaves_the_origin_out() -> None:
    client = replace(CLIENT, enable_token_revocation=False)
    assert "origin_jti" not in id_claims(world(), POOL, client, USER, ISSUE).value
    assert "origin_jti" not in access_claims(world(), POOL, client, USER, ISSUE).value


def test_validities_are_the_clients_and_count_from_the_issue() -> None:
    client = replace(CLIENT, id_token_validity=300, access_token_validity=86400)
    later = replace(ISSUE, now=ISSUE.now + 1000)
    identity, access = (claims(world(), POOL, client, USER, later).value for claims in (id_claims, access_claims))
    assert (identity["auth_time"], identity["iat"], identity["exp"]) == (1760000000, 1760001000, 1760001300)
    assert access["exp"] == 1760087400


def test_each_attribute_takes_its_own_form() -> None:
    attributes = {
        "address": "1 Road",
        "updated_at": "17",
        "phone_number": "+15551234567",
        "phone_number_verified": "false",
        "custom:level": "3",
        "identities": '[{"providerName":"AD","primary":"true"}]',
    }
    claims = id_claims(world(), POOL, CLIENT, replace(USER, attributes=Map(attributes)), ISSUE).value
    assert claims["address"] == {"formatted": "1 Road"}
    assert claims["updated_at"] == 17
    assert claims["phone_number_verified"] is False
    assert claims["custom:level"] == "3"
    assert claims["identities"] == [{"providerName": "AD", "primary": "true"}]


def test_what_the_client_may_not_read_stays_out_and_the_step_names_the_line() -> None:
    place = Location("pool.yaml", 12)
    client = replace(CLIENT, read_attributes=("email",), origin=Origin(places={"ReadAttributes": place}))
    decision = id_claims(world(), POOL, client, USER, ISSUE)
    assert decision.value["email"] == "alice@example.com"
    assert "custom:tenant" not in decision.value
    assert "email_verified" not in decision.value
    (hidden,) = [step for step in decision.steps if "stay out" in step.question]
    assert (hidden.answer, hidden.location) == ("custom:tenant, email_verified", place)


def test_the_default_read_permission_is_an_assumption() -> None:
    decision = id_claims(world(), POOL, CLIENT, USER, ISSUE)
    assert decision.assumptions == ("cognito.defaultAttributePermissions",)
    with assuming({"cognito.defaultAttributePermissions": "standard-only"}):
        claims = id_claims(world(), POOL, CLIENT, USER, ISSUE).value
    assert "email" in claims
    assert "custom:tenant" not in claims


def test_roles_can_be_assumed_to_be_one_text() -> None:
    with assuming({"cognito.rolesClaimForm": "string"}):
        claims = id_claims(world(*GROUPS), POOL, CLIENT, USER, ISSUE).value
    assert claims["cognito:roles"] == f"{ADMINS},{READERS}"


R1, R2, R3 = "arn:1", "arn:2", "arn:3"


@pytest.mark.parametrize(
    ("rows", "roles", "preferred", "shadowed"),
    [
        ([(0, R1), (5, R2)], [R1, R2], R1, R1),
        ([(1, R1), (1, R2)], [R1, R2], None, None),
        ([(1, R1), (1, R1), (2, R2)], [R1, R2], R1, R1),
        ([(None, R1)], [R1], R1, R1),
        ([(None, R1), (None, R2)], [R1, R2], None, None),
        ([(None, R1), (2147483647, R2)], [R2, R1], R2, R2),
        ([(0, None), (5, R2)], [R2], R2, R2),
        ([(0, None), (5, R2), (6, R3)], [R2, R3], R2, None),
        ([(0, None)], [], None, None),
        ([(0, R1), (0, None), (6, R3)], [R1, R3], R1, R1),
    ],
)
def test_the_preferred_role_is_the_sole_one_of_the_strongest_precedence(
    rows: list[tuple[int | None, str | None]], roles: list[str], preferred: str | None, shadowed: str | None
) -> None:
    groups = [UserPoolGroup(POOL.id, f"g{n}", role, precedence) for n, (precedence, role) in enumerate(rows)]
    user = replace(USER, groups=tuple(group.name for group in groups))
    claims = group_claims(world(*groups), user).value
    assert (list(claims.roles), claims.preferred_role) == (roles, preferred)
    with assuming({"cognito.rolelessGroupShadows": "yes"}):
        assert group_claims(world(*groups), user).value.preferred_role == shadowed


def test_groups_stand_in_the_order_of_precedence_unless_assumed_by_name() -> None:
    groups = (UserPoolGroup(POOL.id, "a"), UserPoolGroup(POOL.id, "b", None, 9), UserPoolGroup(POOL.id, "c", None, 0))
    user = replace(USER, groups=("a", "b", "c", "deleted"))
    assert group_claims(world(*groups), user).value.groups == ("c", "b", "a")
    with assuming({"cognito.groupOrder": "name"}):
        assert group_claims(world(*groups), user).value.groups == ("a", "b", "c")


def test_a_pool_has_two_keys() -> None:
    assert list(pool_keys(POOL)) == [pool_key(POOL, "id").kid, pool_key(POOL, "access").kid]


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from((*POOL.attribute_names[1:-3], "custom:tenant")), st.text(max_size=5)),
    st.lists(st.sampled_from(["admins", "readers", "gone"]), unique=True),
    st.booleans(),
)
def test_every_claim_that_is_issued_stands_in_the_ledger(
    attributes: dict[str, str], groups: list[str], revocation: bool
) -> None:
    user = replace(USER, attributes=Map(attributes), groups=tuple(groups))
    client = replace(CLIENT, enable_token_revocation=revocation)
    for decide, ledger in ((id_claims, ID_TOKEN), (access_claims, ACCESS_TOKEN)):
        claims = decide(world(*GROUPS), POOL, client, user, ISSUE).value
        stated = [
            name for name in claims if name in ledger.columns or name.startswith(tuple(ledger.prefixes) or ("\0",))
        ]
        assert stated == list(claims)
        json.dumps(claims)
