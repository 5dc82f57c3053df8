"""From a login to a session without a token: role, tags, trust, scope-down; and who may act as an identity."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.decision import Refusal
from cogsim.decisions.attribute_mapping import principal_tags
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import RoleSession
from cogsim.decisions.cognito_session import CONFIGURATION_ERROR, session_for
from cogsim.decisions.identity import admit_classic_flow, admit_guest
from cogsim.decisions.login import AcceptedLogin
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.policy.request import Values
from cogsim.world.iam import Role
from cogsim.world.identity_pool import Identity, IdentityPool, PrincipalTags, RoleMapping, identity_id
from cogsim.world.world import World

COGNITO = "cognito-identity.amazonaws.com"
PROVIDER = "cognito-idp.us-east-1.amazonaws.com/us-east-1_People"
AUTH, GUEST = (f"arn:aws:iam::123456789012:role/{name}" for name in ("auth", "guest"))
POOL_ID = "us-east-1:pool"
NOW = 1_767_225_600.0


def trust(amr: str, *actions: str) -> Any:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": COGNITO},
        "Action": ["sts:AssumeRoleWithWebIdentity", *actions],
        "Condition": {
            "StringEquals": {f"{COGNITO}:aud": POOL_ID},
            "ForAnyValue:StringLike": {f"{COGNITO}:amr": amr},
        },
    }
    return parse({"Version": "2012-10-17", "Statement": [statement]}, PolicyKind.TRUST)


def pool(**more: Any) -> IdentityPool:
    return IdentityPool(
        POOL_ID,
        f"arn:aws:cognito-identity:us-east-1:123456789012:identitypool/{POOL_ID}",
        "pool",
        roles=Map({"authenticated": AUTH, "unauthenticated": GUEST}),
        **more,
    )


def world(*actions: str) -> World:
    return (
        World()
        .with_role(Role(AUTH, "auth", trust("authenticated", *actions)))
        .with_role(Role(GUEST, "guest", trust("unauthenticated")))
    )


def login(**claims: Any) -> AcceptedLogin:
    return AcceptedLogin(PROVIDER, "app", "sub-1", Map({"sub": "sub-1", "aud": "app", **claims}))


def session(asked: World, made: IdentityPool, who: AcceptedLogin | None, custom: str | None = None) -> Any:
    identity = identity_id(POOL_ID, PROVIDER, "sub-1")
    return session_for(asked, made, who, identity, now=NOW, origin=CallOrigin(), custom_role_arn=custom)


def test_a_login_becomes_a_session_with_the_pools_keys() -> None:
    made = session(world(), pool(), login()).value
    assert isinstance(made, RoleSession)
    assert (made.role_arn, made.session_name, made.expires_at) == (AUTH, "CognitoIdentityCredentials", NOW + 3600)
    assert made.federated_provider == COGNITO
    assert made.session_policies is None
    identity = identity_id(POOL_ID, PROVIDER, "sub-1")
    methods = ("authenticated", PROVIDER, f"{PROVIDER}:CognitoSignIn:sub-1")
    assert made.federated == Map(
        {
            f"{COGNITO}:aud": Values((POOL_ID,)),
            f"{COGNITO}:sub": Values((identity,)),
            f"{COGNITO}:amr": Values(methods, multivalued=True),
        }
    )


def test_a_guests_session_is_narrowed() -> None:
    made = session(world(), pool(), None).value
    assert isinstance(made, RoleSession)
    assert made.role_arn == GUEST
    assert [policy.name.rpartition("/")[2] for policy in made.session_policies or ()] == [
        "session policy",
        "AmazonCognitoUnAuthedIdentitiesSessionPolicy",
    ]


def test_a_guest_cannot_have_a_role_that_asks_for_a_login() -> None:
    swapped = IdentityPool(POOL_ID, pool().arn, "pool", roles=Map({"unauthenticated": AUTH}))
    answer = session(world(), swapped, None)
    assert answer.value == CONFIGURATION_ERROR
    assert any("trust policy" in step.question for step in answer.steps)


def test_tags_need_the_trust_policys_word() -> None:
    tagging = pool(principal_tags=Map({PROVIDER: PrincipalTags(tags=Map({"tenant": "custom:tenant"}))}))
    who = login(**{"custom:tenant": "acme"})
    assert session(world(), tagging, who).value == CONFIGURATION_ERROR
    made = session(world("sts:TagSession"), tagging, who).value
    assert isinstance(made, RoleSession)
    assert made.session_tags == Map({"tenant": "acme"})


def test_a_claim_that_is_absent_makes_no_tag() -> None:
    tagging = pool(principal_tags=Map({PROVIDER: PrincipalTags(tags=Map({"tenant": "custom:tenant"}))}))
    assert principal_tags(tagging, login()).value == Map()
    assert isinstance(session(world(), tagging, login()).value, RoleSession)


def test_the_default_tags_are_username_and_client() -> None:
    tagging = pool(principal_tags=Map({PROVIDER: PrincipalTags(use_defaults=True)}))
    assert principal_tags(tagging, login()).value == Map({"username": "sub-1", "client": "app"})
    assert principal_tags(tagging, None).value == Map()


def test_tags_beyond_the_limits_are_not_guessed() -> None:
    tagging = pool(principal_tags=Map({PROVIDER: PrincipalTags(tags=Map({"t": "big"}))}))
    with pytest.raises(NotModelled, match="460 bytes"):
        principal_tags(tagging, login(big="x" * 257))


def test_the_enhanced_flow_stays_in_the_pools_account() -> None:
    foreign = AUTH.replace("123456789012", "999999999999")
    mapped = pool(role_mappings=Map({f"{PROVIDER}:app": RoleMapping("Token", "Deny")}))
    open_trust = world().with_role(Role(foreign, "auth", trust("authenticated")))
    answer = session(open_trust, mapped, login(**{"cognito:preferred_role": foreign}))
    assert answer.value == CONFIGURATION_ERROR
    assert answer.deciding[-1].found == foreign


def test_a_refusal_of_the_mapping_is_the_answer() -> None:
    mapped = pool(role_mappings=Map({f"{PROVIDER}:app": RoleMapping("Token", "Deny")}))
    answer = session(world(), mapped, login()).value
    assert isinstance(answer, Refusal)
    assert answer.code == "NotAuthorizedException"


OWN = Identity("us-east-1:own", POOL_ID, Map({PROVIDER: "sub-1"}))


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (admit_guest(pool(allow_unauthenticated=True)), None),
        (admit_guest(pool()), "Unauthenticated access is not supported for this identity pool."),
        (admit_guest(pool(allow_unauthenticated=True), OWN), "Access to Identity 'us-east-1:own' is forbidden."),
        (
            admit_guest(pool(allow_unauthenticated=True), Identity("us-east-1:off", POOL_ID, enabled=False)),
            "Access to Identity 'us-east-1:off' is forbidden.",
        ),
        (admit_classic_flow(pool(allow_classic_flow=True)), None),
        (admit_classic_flow(pool()), "Basic (classic) flow is not enabled, please use enhanced flow."),
        (
            admit_classic_flow(
                pool(allow_classic_flow=True, role_mappings=Map({PROVIDER: RoleMapping("Token", "Deny")}))
            ),
            "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.",
        ),
    ],
)
def test_who_may_act_as_an_identity(decision: Any, words: str | None) -> None:
    assert (decision.value.message if decision.value else None) == words
