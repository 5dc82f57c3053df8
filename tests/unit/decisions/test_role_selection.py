"""Which role an identity pool vends: mappings, rules, ambiguity, a role asked for by name."""

from __future__ import annotations

import pytest

from cogsim.assumptions import assuming
from cogsim.decision import Decision, Refusal
from cogsim.decisions.login import AcceptedLogin
from cogsim.decisions.role_selection import rule_holds, select
from cogsim.errors import Location
from cogsim.persistent import Map
from cogsim.world.identity_pool import IdentityPool, MappingRule, RoleMapping
from cogsim.world.origin import Origin

PROVIDER = "cognito-idp.us-east-1.amazonaws.com/us-east-1_People"
KEY = f"{PROVIDER}:app"
R = "arn:aws:iam::123456789012:role/"
AUTH, GUEST, ACME, ADMIN = R + "auth", R + "guest", R + "acme", R + "admin"


def pool(mapping: RoleMapping | None = None, **roles: str) -> IdentityPool:
    places = {
        f"RoleMappings.{KEY}.RulesConfiguration.Rules.0": Location("w.yaml", 20),
        f"RoleMappings.{KEY}.RulesConfiguration.Rules.1": Location("w.yaml", 21),
        "Roles.authenticated": Location("w.yaml", 10),
    }
    return IdentityPool(
        "us-east-1:pool",
        "arn:aws:cognito-identity:us-east-1:123456789012:identitypool/us-east-1:pool",
        "pool",
        roles=Map(roles or {"authenticated": AUTH, "unauthenticated": GUEST}),
        role_mappings=Map({KEY: mapping} if mapping else {}),
        roles_origin=Origin("w", "RoleChoice", Location("w.yaml", 1), places),
    )


def login(**claims: object) -> AcceptedLogin:
    return AcceptedLogin(PROVIDER, "app", "sub-1", Map({"sub": "sub-1", **claims}))


def token(resolution: str = "Deny") -> RoleMapping:
    return RoleMapping("Token", resolution)


def rules(*given: tuple[str, str, str, str], resolution: str = "Deny") -> RoleMapping:
    return RoleMapping("Rules", resolution, tuple(MappingRule(*rule) for rule in given))


TENANT = ("custom:tenant", "Equals", "acme", ACME)
ROLES = {"cognito:roles": [AUTH, ADMIN]}

CASES = {
    "no mapping gives the authenticated role": (None, {}, None, AUTH),
    "the preferred role wins": (token(), {"cognito:preferred_role": ADMIN, **ROLES}, None, ADMIN),
    "without a preferred role the authenticated one may stand in": (token("AuthenticatedRole"), ROLES, None, AUTH),
    "without a preferred role the mapping may deny": (token(), ROLES, None, "NotAuthorizedException"),
    "a token without roles is ambiguous too": (token("AuthenticatedRole"), {}, None, AUTH),
    "a role of cognito:roles may be asked for": (token(), ROLES, ADMIN, ADMIN),
    "a role outside cognito:roles is refused, not replaced": (
        token("AuthenticatedRole"),
        {"cognito:preferred_role": ADMIN, **ROLES},
        ACME,
        "NotAuthorizedException",
    ),
    "roles joined by commas are roles too": (token(), {"cognito:roles": f"{AUTH},{ADMIN}"}, ADMIN, ADMIN),
    "a rule that holds gives its role": (rules(TENANT), {"custom:tenant": "acme"}, None, ACME),
    "the first rule that holds wins": (
        rules(TENANT, ("custom:tenant", "StartsWith", "ac", ADMIN)),
        {"custom:tenant": "acme"},
        None,
        ACME,
    ),
    "a later rule is reached where the first does not hold": (
        rules(TENANT, ("custom:tenant", "Contains", "lob", ADMIN)),
        {"custom:tenant": "globex"},
        None,
        ADMIN,
    ),
    "text is compared with regard to case": (rules(TENANT), {"custom:tenant": "ACME"}, None, "NotAuthorizedException"),
    "NotEqual holds of a claim that differs": (
        rules(("custom:tenant", "NotEqual", "acme", ADMIN)),
        {"custom:tenant": "x"},
        None,
        ADMIN,
    ),
    "NotEqual does not hold of a claim that is absent": (
        rules(("custom:tenant", "NotEqual", "acme", ADMIN), resolution="AuthenticatedRole"),
        {},
        None,
        AUTH,
    ),
    "Contains finds a part of a list's written form": (
        rules(("cognito:groups", "Contains", "admin", ADMIN)),
        {"cognito:groups": ["nonadmins"]},
        None,
        ADMIN,
    ),
    "a truth value is compared as text": (
        rules(("email_verified", "Equals", "true", ACME)),
        {"email_verified": True},
        None,
        ACME,
    ),
    "a role asked for must be one of a rule that holds": (
        rules(TENANT, ("custom:tenant", "StartsWith", "a", ADMIN)),
        {"custom:tenant": "acme"},
        ADMIN,
        ADMIN,
    ),
    "a role of a rule that does not hold is refused": (
        rules(TENANT, ("custom:tenant", "Equals", "globex", ADMIN), resolution="AuthenticatedRole"),
        {"custom:tenant": "acme"},
        ADMIN,
        "NotAuthorizedException",
    ),
    "without a mapping the default role may be asked for": (None, {}, AUTH, AUTH),
    "without a mapping no other role may be asked for": (None, {}, ADMIN, "NotAuthorizedException"),
}


def answer(decision: Decision[str | Refusal]) -> str:
    return decision.value.code if isinstance(decision.value, Refusal) else decision.value


@pytest.mark.parametrize(("mapping", "claims", "custom", "expected"), CASES.values(), ids=CASES.keys())
def test_the_pool_chooses(
    mapping: RoleMapping | None, claims: dict[str, object], custom: str | None, expected: str
) -> None:
    assert answer(select(pool(mapping), login(**claims), custom)) == expected


def test_a_guest_gets_the_unauthenticated_role_whatever_the_mappings() -> None:
    assert answer(select(pool(token()), None)) == GUEST


def test_a_pool_without_the_role_is_misconfigured() -> None:
    refusal = select(pool(None, unauthenticated=GUEST), login()).value
    assert isinstance(refusal, Refusal)
    assert str(refusal) == (
        "InvalidIdentityPoolConfigurationException: "
        "Invalid identity pool configuration. Check assigned IAM roles for this pool."
    )


def test_the_denial_names_the_provider() -> None:
    refusal = select(pool(token()), login(**ROLES)).value
    assert isinstance(refusal, Refusal)
    assert refusal.message == f"The ambiguous role mapping rules for: {PROVIDER} denied this request."


def test_the_deciding_step_names_claim_match_value_and_line() -> None:
    mapping = rules(("custom:tenant", "Equals", "globex", ADMIN), TENANT)
    (step,) = select(pool(mapping), login(**{"custom:tenant": "acme"})).deciding
    assert dict(step.facts) == {"claim": "custom:tenant", "match": "Equals", "value": "acme", "role": ACME}
    assert step.location == Location("w.yaml", 21)
    assert "'acme'" in step.found


def test_a_mapping_of_another_client_does_not_apply() -> None:
    other = AcceptedLogin(PROVIDER, "other-app", "s", Map({"cognito:preferred_role": ADMIN}))
    assert answer(select(pool(token()), other)) == AUTH


@pytest.mark.parametrize(
    ("assumption", "value", "mapping", "claims", "custom"),
    [
        ("identity.customRoleWithoutMapping", "refuse", None, {}, AUTH),
        ("identity.customRoleWithRules", "refuse", rules(TENANT), {"custom:tenant": "acme"}, ACME),
        ("identity.tokenWithoutRoles", "deny", token("AuthenticatedRole"), {}, None),
        (
            "identity.listClaimsInRules",
            "no-match",
            rules(("cognito:groups", "Contains", "a", ADMIN)),
            {"cognito:groups": ["a"]},
            None,
        ),
    ],
)
def test_what_is_not_documented_is_a_switch(
    assumption: str, value: str, mapping: RoleMapping | None, claims: dict[str, object], custom: str | None
) -> None:
    before = select(pool(mapping), login(**claims), custom)
    assert not isinstance(before.value, Refusal)
    assert assumption in before.assumptions
    with assuming({assumption: value}):
        assert answer(select(pool(mapping), login(**claims), custom)) == "NotAuthorizedException"


@pytest.mark.parametrize("match", ["Equals", "Contains", "StartsWith", "NotEqual"])
def test_no_rule_holds_of_an_absent_claim(match: str) -> None:
    assert not rule_holds(MappingRule("x", match, "", ACME), {})
