"""Roles of federated, developers' and several logins; and no role that neither token, rule, assertion nor pool has."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogsim.assumptions import assuming
from cogsim.decision import Refusal
from cogsim.decisions.attribute_mapping import principal_tags
from cogsim.decisions.login import AcceptedLogin
from cogsim.decisions.role_selection import leading, select
from cogsim.persistent import Map
from cogsim.world.identity_pool import MATCH_TYPES, IdentityPool, MappingRule, PrincipalTags, RoleMapping

HOST, OIDC_ARN = "idp.example.com", "arn:aws:iam::123456789012:oidc-provider/idp.example.com"
SAML_ARN = "arn:aws:iam::123456789012:saml-provider/adfs"
USERS = "cognito-idp.us-east-1.amazonaws.com/us-east-1_People"
DEFAULT, GUEST, A, B, C = (f"arn:aws:iam::123456789012:role/{name}" for name in ("default", "guest", "a", "b", "c"))
ROLES = (DEFAULT, GUEST, A, B, C)


def pool(**mappings: RoleMapping) -> IdentityPool:
    keys = {"oidc": HOST, "oidc_arn": OIDC_ARN, "saml": SAML_ARN, "users": f"{USERS}:app", "dev": "login.acme"}
    return IdentityPool(
        "us-east-1:p",
        "arn:aws:cognito-identity:us-east-1:123456789012:identitypool/us-east-1:p",
        "p",
        roles=Map({"authenticated": DEFAULT, "unauthenticated": GUEST}),
        role_mappings=Map({keys[name]: mapping for name, mapping in mappings.items()}),
    )


def rules(*rows: tuple[str, str, str, str], ambiguous: str = "Deny") -> RoleMapping:
    return RoleMapping("Rules", ambiguous, tuple(MappingRule(*row) for row in rows))


def oidc(**claims: Any) -> AcceptedLogin:
    return AcceptedLogin(HOST, "", "s", Map(claims), "oidc", OIDC_ARN)


def user(**claims: Any) -> AcceptedLogin:
    return AcceptedLogin(USERS, "app", "s", Map(claims))


def saml(*roles: str, **claims: Any) -> AcceptedLogin:
    return AcceptedLogin(SAML_ARN, "", "s", Map(claims), "saml", SAML_ARN, roles)


TEAM = rules(("team", "Equals", "x", A), ("team", "StartsWith", "x", B))
CASES = {
    "no mapping": (pool(), oidc(team="x"), None, DEFAULT),
    "by the provider's name": (pool(oidc=TEAM), oidc(team="x"), None, A),
    "by its ARN": (pool(oidc_arn=TEAM), oidc(team="xy"), None, B),
    "a later rule by name": (pool(oidc=TEAM), oidc(team="x"), B, B),
    "a rule that does not hold by name": (pool(oidc=TEAM), oidc(team="xy"), A, None),
    "no rule holds": (pool(oidc=TEAM), oidc(team="z"), None, None),
    "the mapping of another provider": (pool(users=TEAM), oidc(team="x"), None, DEFAULT),
    "one asserted role": (pool(), saml(A), None, A),
    "several, one named": (pool(), saml(A, B), B, B),
    "several, none named": (pool(), saml(A, B), None, None),
    "one that was not asserted": (pool(), saml(A, B), C, None),
    "none asserted": (pool(), saml(), None, DEFAULT),
    "rules before the assertion": (pool(saml=TEAM), saml(C, team="x"), None, A),
    "a developer's user": (pool(), AcceptedLogin("login.acme", "", "u", Map(), "developer"), None, DEFAULT),
    "a token mapping without roles": (
        pool(dev=RoleMapping("Token", "Deny")),
        AcceptedLogin("login.acme", "", "u", Map(), "developer"),
        None,
        None,
    ),
}


@pytest.mark.parametrize(("made", "login", "custom", "expected"), CASES.values(), ids=CASES.keys())
def test_the_role_of_a_login(
    made: IdentityPool, login: AcceptedLogin, custom: str | None, expected: str | None
) -> None:
    found = select(made, login, custom).value
    assert (None if isinstance(found, Refusal) else found) == expected


def test_of_several_logins_the_one_with_a_mapping_chooses() -> None:
    logins = (user(team="x"), oidc(team="x"))
    assert leading(pool(oidc=TEAM), logins).value is logins[1]
    assert leading(pool(), logins).value is logins[0]
    with assuming({"identity.severalLogins": "first-by-name"}):
        assert leading(pool(oidc=TEAM), logins).value is logins[0]
    assert leading(pool(), logins).assumptions == ("identity.severalLogins",)
    assert leading(pool(), logins[:1]).assumptions == ()


def test_the_default_tags_of_each_kind_of_provider() -> None:
    names = (HOST, SAML_ARN, "www.amazon.com", "login.acme")
    made = IdentityPool("r:p", pool().arn, "p", principal_tags=Map(dict.fromkeys(names, PrincipalTags(True))))
    claims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
    amazon = AcceptedLogin("www.amazon.com", "", "s", Map({"aud": "app", "user_id": "u"}), "social")
    named = saml(**{f"{claims}/nameidentifier": "id", f"{claims}/name": "Alice"})
    tagged = Map({"https://aws.amazon.com/tags": {"principal_tags": {"tenant": ["acme"]}}})
    developers = AcceptedLogin("login.acme", "", "u", tagged, "developer")
    assert dict(principal_tags(made, oidc(aud="app", sub="s")).value) == {"client": "app", "username": "s"}
    assert dict(principal_tags(made, named).value) == {"client": "id", "username": "Alice"}
    assert dict(principal_tags(made, amazon).value) == {"client": "app", "username": "u"}
    assert dict(principal_tags(made, developers).value) == {"tenant": "acme"}


CLAIMS = st.dictionaries(st.sampled_from(("team", "email", "x")), st.sampled_from(("x", "xy", "a@x")), max_size=3)
TOKENS = st.fixed_dictionaries(
    {},
    optional={
        "cognito:preferred_role": st.sampled_from((A, B, "")),
        "cognito:roles": st.lists(st.sampled_from((A, B, C)), max_size=3) | st.sampled_from((A, f"{A},{B}")),
    },
)
ROWS = st.builds(
    MappingRule,
    st.sampled_from(("team", "email", "x")),
    st.sampled_from(MATCH_TYPES),
    st.sampled_from(("x", "y", "a@x")),
    st.sampled_from((A, B)),
)
MAPPINGS = st.one_of(
    st.builds(RoleMapping, st.just("Token"), st.sampled_from((None, "Deny", "AuthenticatedRole"))),
    st.builds(
        RoleMapping,
        st.just("Rules"),
        st.sampled_from((None, "Deny", "AuthenticatedRole")),
        st.lists(ROWS, min_size=1, max_size=3).map(tuple),
    ),
)
LOGINS = st.one_of(
    st.builds(lambda claims, token: user(**claims, **token), CLAIMS, TOKENS),
    st.builds(lambda claims: oidc(**claims), CLAIMS),
    st.builds(lambda roles, claims: saml(*roles, **claims), st.lists(st.sampled_from((A, B, C)), max_size=2), CLAIMS),
)
POOLS = st.builds(
    lambda mappings: pool(**mappings),
    st.dictionaries(st.sampled_from(("oidc", "oidc_arn", "saml", "users")), MAPPINGS, max_size=3),
)


def named_by(made: IdentityPool, login: AcceptedLogin) -> set[str]:
    """Every role that the pool's default, the login's own mapping, its token or its assertion names."""
    key = f"{USERS}:app" if login.kind == "user-pool" else login.provider_name
    mapping = made.role_mappings.get(key) or made.role_mappings.get(login.provider_arn)
    found = {DEFAULT}
    if mapping is None:
        return found | set(login.roles)
    found |= {rule.role_arn for rule in mapping.rules}
    if mapping.type == "Token":
        listed = login.claims.get("cognito:roles", ())
        found |= set(listed.split(",") if isinstance(listed, str) else listed)
        found.add(login.claims.get("cognito:preferred_role", DEFAULT))
    return found


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(POOLS, st.lists(LOGINS, min_size=1, max_size=3), st.none() | st.sampled_from(ROLES))
def test_no_role_that_nothing_names(made: IdentityPool, logins: list[AcceptedLogin], custom: str | None) -> None:
    login = leading(made, tuple(logins)).value
    assert login in logins
    found = select(made, login, custom).value
    if not isinstance(found, Refusal):
        assert found in named_by(made, login)
        assert custom is None or found == custom


@settings(max_examples=50, deadline=None)
@given(POOLS, st.none() | st.sampled_from(ROLES))
def test_a_guest_has_the_guests_role_or_none(made: IdentityPool, custom: str | None) -> None:
    found = select(made, None, custom).value
    assert isinstance(found, Refusal) or found == GUEST
