"""Twenty-five things that are easily got wrong about Cognito, by number.

The twentieth and the twenty-first are of people who come from another provider: see the tests of a domain's pages.
"""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.decision import Refusal
from cogsim.decisions.threats import password_digest
from cogsim.decisions.token_contents import pool_keys
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.tokens import srp
from cogsim.tokens.jwt import verify
from cogsim.world.iam import Role
from cogsim.world.identity_pool import CognitoProvider, IdentityPool, MappingRule, RoleMapping
from cogsim.world.user_pool import SchemaAttribute

ROLE = "arn:aws:iam::123456789012:role/"
IDENTITIES = "us-east-1:11111111-2222-3333-4444-555555555555"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
VERIFIED = {"email": "alice@example.com", "email_verified": "true"}
WRONG = ("NotAuthorizedException", "Incorrect username or password.")
LOCKED = ("NotAuthorizedException", "Password attempts exceeded")


def operated(pools: Any, name: str = "alice", **attributes: str) -> None:
    """A confirmed user whom an operator made."""
    given = pools.as_list(attributes)
    made = {"TemporaryPassword": pools.password, "MessageAction": "SUPPRESS", "UserAttributes": given}
    pools.admin("AdminCreateUser", Username=name, **made)
    pools.admin("AdminSetUserPassword", Username=name, Password=pools.password, Permanent=True)


def signed_in(pools: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The claims of alice's ID token and of her access token."""
    tokens = pools.tokens()
    return pools.claims(tokens["IdToken"]), pools.claims(tokens["AccessToken"])


def offline(pools: Any, token: str) -> bool:
    """Whether who has the pool's keys, and nothing else, takes the token."""
    keys = pool_keys(pools.cloud.world.user_pools[pools.pool_id])
    return not isinstance(verify(token, keys).value, Refusal)


def refused(pools: Any, **login: str) -> Any:
    return pools.refusal("InitiateAuth", **pools.login(**login))


def grouped(pools: Any, *groups: tuple[str, int | None, str | None]) -> Mapping[str, Any]:
    """The claims of alice's ID token as a member of groups (name, precedence, role)."""
    operated(pools)
    for name, precedence, role in groups:
        given = {"Precedence": precedence, "RoleArn": role and ROLE + role}
        members = {key: value for key, value in given.items() if value is not None}
        pools.admin("CreateGroup", GroupName=name, **members)
        pools.admin("AdminAddUserToGroup", GroupName=name, Username="alice")
    return signed_in(pools)[0]


def document(kind: PolicyKind, **members: Any) -> Any:
    return parse({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **members}}, kind)


def with_identities(pools: Any, mapping: RoleMapping | None = None, **settings: Any) -> str:
    """An identity pool beside the user pool, with three roles; the name of the user pool as a provider there."""
    provider = f"cognito-idp.us-east-1.amazonaws.com/{pools.pool_id}"
    key = f"{provider}:{pools.client_id}"
    kept = IdentityPool(
        IDENTITIES,
        f"arn:aws:cognito-identity:us-east-1:123456789012:identitypool/{IDENTITIES}",
        "pool",
        cognito_providers=(CognitoProvider(provider, pools.client_id),),
        roles=Map({"authenticated": ROLE + "member", "unauthenticated": ROLE + "guest"}),
        role_mappings=Map({key: mapping} if mapping else {}),
        **settings,
    )
    world = pools.cloud.world.with_identity_pool(kept)
    for name, amr in (("member", "authenticated"), ("chief", "authenticated"), ("guest", "unauthenticated")):
        condition = {
            "StringEquals": {"cognito-identity.amazonaws.com:aud": IDENTITIES},
            "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": amr},
        }
        trusted = {"Federated": "cognito-identity.amazonaws.com"}
        asked = "sts:AssumeRoleWithWebIdentity"
        trust = document(PolicyKind.TRUST, Action=asked, Principal=trusted, Condition=condition)
        every = document(PolicyKind.IDENTITY, Action="*", Resource="*")
        world = world.with_role(Role(ROLE + name, name, trust, inline=Map({"all": every})))
    pools.cloud.world = world
    return provider


def vended(pools: Any, token: str | None, **more: Any) -> Outcome:
    """The credentials of who shows the ID token, or of a guest."""
    provider = f"cognito-idp.us-east-1.amazonaws.com/{pools.pool_id}"
    logins = {"Logins": {provider: token}} if token else {}
    found = Call("cognito-identity:GetId", {"IdentityPoolId": IDENTITIES, **logins}, None, pools.cloud.origin())
    identity = pools.cloud.submit(found).unwrap()["IdentityId"]
    asked = {"IdentityId": identity, **logins, **more}
    call = Call("cognito-identity:GetCredentialsForIdentity", asked, None, pools.cloud.origin())
    return pools.cloud.submit(call)  # type: ignore[no-any-return]


def role_of(pools: Any, outcome: Outcome) -> str:
    """The role behind vended credentials."""
    key = outcome.unwrap()["Credentials"]
    own = Credentials(key["AccessKeyId"], key["SecretKey"], key["SessionToken"])
    who = pools.cloud.submit(Call("sts:GetCallerIdentity", {}, own, pools.cloud.origin())).unwrap()
    return str(who["Arn"].split("/")[1])


def test_1_a_sign_in_by_the_api_has_one_scope(pools: Any) -> None:
    operated(pools)
    assert signed_in(pools)[1]["scope"] == "aws.cognito.signin.user.admin"


def test_2_a_sign_out_everywhere_is_not_noticed_by_who_checks_tokens_alone(pools: Any) -> None:
    operated(pools)
    tokens = pools.tokens()
    pools.call("GlobalSignOut", AccessToken=tokens["AccessToken"])
    revoked = ("NotAuthorizedException", "Access Token has been revoked")
    assert pools.refusal("GetUser", AccessToken=tokens["AccessToken"]) == revoked
    assert [offline(pools, tokens[name]) for name in ("IdToken", "AccessToken")] == [True, True]


def test_3_an_access_token_names_its_client_and_no_audience(pools: Any) -> None:
    operated(pools)
    identity, access = signed_in(pools)
    assert (access["client_id"], "aud" in access) == (pools.client_id, False)
    assert (identity["aud"], "client_id" in identity) == (pools.client_id, False)


def test_4_id_and_access_tokens_are_signed_by_different_keys(pools: Any) -> None:
    operated(pools)
    tokens = pools.tokens()
    heads = [json.loads(base64.b64decode(tokens[name].split(".")[0] + "==")) for name in ("IdToken", "AccessToken")]
    assert heads[0]["kid"] != heads[1]["kid"]
    assert {head["alg"] for head in heads} == {"RS256"}


@pytest.mark.parametrize(
    ("groups", "preferred"),
    [
        ((("a", 0, "one"), ("b", 5, "two")), "one"),
        ((("a", 1, "one"), ("b", 1, "two")), None),
        ((("a", 1, "one"), ("b", 1, "one"), ("c", 2, "two")), "one"),
        ((("a", None, "one"),), "one"),
        ((("a", None, "one"), ("b", None, "two")), None),
        ((("a", None, "one"), ("b", 2**31 - 1, "two")), "two"),
        ((("a", 0, None), ("b", 5, "two")), "two"),
        ((("a", 0, None), ("b", 5, "two"), ("c", 6, "three")), "two"),
    ],
)
def test_5_a_tie_prefers_no_role_and_no_precedence_is_the_weakest(pools: Any, groups: Any, preferred: Any) -> None:
    assert grouped(pools, *groups).get("cognito:preferred_role") == (preferred and ROLE + preferred)


def test_6_roles_stand_in_the_id_token_alone_and_groups_in_both(pools: Any) -> None:
    grouped(pools, ("a", 0, "one"), ("b", 5, "two"))
    identity, access = signed_in(pools)
    assert identity["cognito:roles"] == [ROLE + "one", ROLE + "two"]
    assert identity["cognito:groups"] == access["cognito:groups"] == ["a", "b"]
    assert not {"cognito:roles", "cognito:preferred_role"} & set(access)


def test_7_a_role_asked_for_that_is_not_in_the_token_is_denied(pools: Any) -> None:
    with_identities(pools, RoleMapping("Token", "AuthenticatedRole"))
    grouped(pools, ("a", 0, "chief"))
    token = pools.tokens()["IdToken"]
    assert role_of(pools, vended(pools, token)) == "chief"
    assert vended(pools, token, CustomRoleArn=ROLE + "member").error is not None


def test_8_a_rule_of_not_equal_wants_the_claim_and_the_first_that_holds_wins(make: Any) -> None:
    rules = (
        MappingRule("custom:tenant", "NotEqual", "acme", ROLE + "guest"),
        MappingRule("email", "Contains", "@", ROLE + "chief"),
        MappingRule("email", "StartsWith", "alice", ROLE + "member"),
    )
    pools = make(pool={"schema": (SchemaAttribute("custom:tenant"),)})
    with_identities(pools, RoleMapping("Rules", "Deny", rules))
    operated(pools, email="alice@example.com")
    assert role_of(pools, vended(pools, pools.tokens()["IdToken"])) == "chief"


@pytest.mark.parametrize(("settings", "mapped"), [({"allow_classic_flow": True}, True), ({}, False)])
def test_9_the_basic_flow_is_closed_by_a_mapping_and_unless_it_is_allowed(
    pools: Any, settings: dict[str, Any], mapped: bool
) -> None:
    provider = with_identities(pools, RoleMapping("Token", "AuthenticatedRole") if mapped else None, **settings)
    operated(pools)
    logins = {provider: pools.tokens()["IdToken"]}
    origin = pools.cloud.origin()
    found = Call("cognito-identity:GetId", {"IdentityPoolId": IDENTITIES, "Logins": logins}, None, origin)
    asked = {"IdentityId": pools.cloud.submit(found).unwrap()["IdentityId"], "Logins": logins}
    outcome = pools.cloud.submit(Call("cognito-identity:GetOpenIdToken", asked, None, origin))
    assert outcome.error is not None


def test_10_a_guest_is_held_down_whatever_the_role_allows(pools: Any) -> None:
    with_identities(pools, allow_unauthenticated=True)
    key = vended(pools, None).unwrap()["Credentials"]
    own = Credentials(key["AccessKeyId"], key["SecretKey"], key["SessionToken"])
    outcome = pools.cloud.submit(Call("iam:ListUsers", {}, own, pools.cloud.origin()))
    assert outcome.error is not None
    assert outcome.error.code == "AccessDenied"


def test_11_an_identity_is_not_the_user_of_the_pool(pools: Any) -> None:
    provider = with_identities(pools)
    operated(pools)
    logins = {provider: pools.tokens()["IdToken"]}
    call = Call("cognito-identity:GetId", {"IdentityPoolId": IDENTITIES, "Logins": logins}, None, pools.cloud.origin())
    assert pools.cloud.submit(call).unwrap()["IdentityId"] != pools.user()["sub"]


def test_12_a_role_that_trusts_every_identity_pool_is_not_saved(pools: Any) -> None:
    trusted = {"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}}
    statement = {**trusted, "Action": "sts:AssumeRoleWithWebIdentity"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    params = {"RoleName": "open", "AssumeRolePolicyDocument": text}
    outcome = pools.cloud.submit(Call("iam:CreateRole", params, pools.operator, pools.cloud.origin()))
    assert outcome.error is not None
    assert outcome.error.code == "MalformedPolicyDocument"


def test_13_wrong_passwords_lock_for_twice_as_long_each_time_and_the_right_one_waits(pools: Any) -> None:
    operated(pools)
    for _ in range(4):
        assert refused(pools, password="Wrong-horse-9") == WRONG
    for number in range(5, 15):
        assert refused(pools, password="Wrong-horse-9") == WRONG
        pools.cloud.advance(2.0 ** (number - 5) - 0.5)
        assert refused(pools, password=pools.password) == LOCKED
        assert refused(pools, password="Wrong-horse-9") == LOCKED
        pools.cloud.advance(0.5)
    assert "AuthenticationResult" in pools.log_in()


def test_14_a_sign_up_always_tells_who_is_there_and_the_rest_hides_it(make: Any) -> None:
    pools = make(client={"prevent_user_existence_errors": "ENABLED"})
    pools.sign_up(email="alice@example.com")
    taken = {"ClientId": pools.client_id, "Username": "alice", "Password": pools.password}
    assert pools.refusal("SignUp", **taken) == ("UsernameExistsException", "User already exists")
    assert refused(pools, name="nobody") == WRONG
    assert "CodeDeliveryDetails" in pools.call("ForgotPassword", ClientId=pools.client_id, Username="nobody")
    begun = {"AuthFlow": "USER_SRP_AUTH", "AuthParameters": {"USERNAME": "nobody", "SRP_A": "ab12"}}
    asked = [pools.call("InitiateAuth", ClientId=pools.client_id, **begun)["ChallengeParameters"] for _ in range(2)]
    assert [each["SALT"] for each in asked] == [asked[0]["SALT"]] * 2
    assert asked[0]["SRP_B"] != asked[1]["SRP_B"]


def test_15_an_update_replaces_everything(pools: Any) -> None:
    policies = {"PasswordPolicy": {"MinimumLength": 20}}
    pools.admin("UpdateUserPool", Policies=policies, AutoVerifiedAttributes=["email"])
    pools.admin("UpdateUserPool", PoolName="Main")
    pool = pools.admin("DescribeUserPool")["UserPool"]
    assert (pool["Policies"]["PasswordPolicy"]["MinimumLength"], pool.get("AutoVerifiedAttributes", [])) == (8, [])
    pools.admin("UpdateUserPoolClient", ClientId=pools.client_id, AuthSessionValidity=15)
    client = pools.admin("UpdateUserPoolClient", ClientId=pools.client_id)["UserPoolClient"]
    assert client["AuthSessionValidity"] == 3
    assert "ExplicitAuthFlows" not in client
    assert "ALLOW_USER_PASSWORD_AUTH" not in pools.cloud.world.clients[pools.client_id].explicit_auth_flows


def test_16_required_is_for_who_signs_up_and_immutable_is_set_once(make: Any) -> None:
    fixed = SchemaAttribute("custom:tenant", mutable=False)
    pools = make(pool={"schema": (SchemaAttribute("email", required=True), fixed)})
    given = {"ClientId": pools.client_id, "Username": "bob", "Password": pools.password}
    assert "The attribute is required" in pools.refusal("SignUp", **given)[1]
    operated(pools, custom__tenant="acme")
    change = pools.as_list({"custom__tenant": "evil"})
    text = "user.custom:tenant: Attribute cannot be updated."
    params = {"UserPoolId": pools.pool_id, "Username": "alice", "UserAttributes": change}
    assert pools.refusal("AdminUpdateUserAttributes", **params) == ("InvalidParameterException", text)


def test_17_people_write_custom_attributes_unless_somebody_forbade_it(make: Any) -> None:
    schema = {"schema": (SchemaAttribute("custom:role"),)}
    for client, written in (({}, True), ({"write_attributes": ("email",)}, False)):
        pools = make(pool=schema, client=client)
        operated(pools)
        change = {"AccessToken": pools.access_token(), "UserAttributes": pools.as_list({"custom__role": "admin"})}
        if written:
            pools.call("UpdateUserAttributes", **change)
        else:
            assert pools.refusal("UpdateUserAttributes", **change)[0] == "NotAuthorizedException"
        assert pools.user().get("custom:role") == ("admin" if written else None)


@pytest.mark.parametrize(("keeps", "names"), [((), ()), (("email",), ("alice@example.com",))])
def test_18_a_new_email_is_nobodys_name_until_it_is_verified(make: Any, keeps: Any, names: tuple[str, ...]) -> None:
    pools = make(pool={"alias_attributes": ("email",), "verify_before_update": keeps})
    operated(pools, **VERIFIED)
    change = pools.as_list({"email": "new@example.com"})
    pools.call("UpdateUserAttributes", AccessToken=pools.access_token(), UserAttributes=change)
    for name in ("alice@example.com", "new@example.com"):
        if name in names:
            assert "AuthenticationResult" in pools.log_in(name)
        else:
            assert refused(pools, name=name)[0] == "UserNotFoundException"
    pools.sign_up("bob", email="alice@example.com")  # what is taken shows only when it is confirmed


def test_19_names_tell_capitals_apart_unless_the_pool_says_otherwise(pools: Any) -> None:
    for settings, same in (({}, False), ({"UsernameConfiguration": {"CaseSensitive": False}}, True)):
        made = pools.call("CreateUserPool", PoolName="p", **settings)["UserPool"]["Id"]
        pools.call("AdminCreateUser", UserPoolId=made, Username="Ann", MessageAction="SUPPRESS")
        again = {"UserPoolId": made, "Username": "ann", "MessageAction": "SUPPRESS"}
        if same:
            assert pools.refusal("AdminCreateUser", **again)[0] == "UsernameExistsException"
        else:
            pools.call("AdminCreateUser", **again)


def test_22_what_a_sign_in_begins_with_reaches_no_function_that_makes_tokens(make: Any) -> None:
    names = Map({name: FUNCTION + name for name in ("PreAuthentication", "PreTokenGeneration")})
    pools, events = make(pool={"triggers": names}), []

    def heard(event: dict[str, Any]) -> dict[str, Any]:
        events.append(copy.deepcopy(event))
        return event

    pools.cloud.functions = dict.fromkeys(names.values(), heard)
    given = {"TemporaryPassword": pools.password, "MessageAction": "SUPPRESS"}
    pools.admin("AdminCreateUser", Username="alice", **given)
    session = pools.call("InitiateAuth", **pools.login(), ClientMetadata={"at": "first"})["Session"]
    pools.call(
        "RespondToAuthChallenge",
        ClientId=pools.client_id,
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=session,
        ChallengeResponses={"USERNAME": "alice", "NEW_PASSWORD": "Another-horse-10"},
        ClientMetadata={"at": "second"},
    )
    before, tokens = (event["request"] for event in events)
    assert (before["validationData"], tokens["clientMetadata"]) == ({"at": "first"}, {"at": "second"})


def test_23_a_breached_password_is_not_seen_behind_srp(make: Any) -> None:
    pools = make(
        pool={"advanced_security": "ENFORCED", "tier": "PLUS"}, client={"explicit_auth_flows": ("ALLOW_USER_AUTH",)}
    )
    operated(pools)
    pools.cloud.world = replace(pools.cloud.world, breached_passwords=frozenset({password_digest(pools.password)}))
    block = {"Actions": {"EventAction": "BLOCK"}}
    pools.admin("SetRiskConfiguration", CompromisedCredentialsRiskConfiguration=block)
    asked = {"USERNAME": "alice", "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": "ab12"}
    begun = {"ClientId": pools.client_id, "AuthFlow": "USER_AUTH"}
    assert pools.call("InitiateAuth", **begun, AuthParameters=asked)["ChallengeName"] == "PASSWORD_VERIFIER"
    shown = {"USERNAME": "alice", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": pools.password}
    pools.call("InitiateAuth", **begun, AuthParameters=shown)  # a choice is neither of the flows that look
    assert "USER_PASSWORD_AUTH" in refused(pools)[1]


def test_24_a_refresh_looks_again_and_goes_back_to_the_same_sign_in(make: Any) -> None:
    pools = make(client={"explicit_auth_flows": ("ALLOW_USER_PASSWORD_AUTH",), "refresh_token_rotation": True})
    operated(pools)
    tokens = pools.tokens()
    first = pools.claims(tokens["IdToken"])
    pools.admin("CreateGroup", GroupName="staff")
    pools.admin("AdminAddUserToGroup", GroupName="staff", Username="alice")
    pools.cloud.advance(20 * 86400)
    params = {"ClientId": pools.client_id, "RefreshToken": tokens["RefreshToken"]}
    again = pools.call("GetTokensFromRefreshToken", **params)["AuthenticationResult"]
    claims = pools.claims(again["IdToken"])
    assert [claims[name] for name in ("auth_time", "origin_jti")] == [
        first[name] for name in ("auth_time", "origin_jti")
    ]
    assert (first.get("cognito:groups"), claims["cognito:groups"]) == (None, ["staff"])
    pools.cloud.advance(10 * 86400)
    late = {"ClientId": pools.client_id, "RefreshToken": again["RefreshToken"]}
    assert pools.refusal("GetTokensFromRefreshToken", **late)[1] == "Refresh Token has expired"


def test_25_srp_has_its_own_generator_padding_salt_and_date(make: Any) -> None:
    pools = make(pool={"username_attributes": ("email",)})
    operated(pools, "alice@example.com")
    begun = {"AuthFlow": "USER_SRP_AUTH", "AuthParameters": {"USERNAME": "alice@example.com", "SRP_A": "ab12"}}
    asked = pools.call("InitiateAuth", ClientId=pools.client_id, **begun)["ChallengeParameters"]
    assert asked["USER_ID_FOR_SRP"] == pools.user("alice@example.com")["sub"]
    assert (srp.G, srp.N.bit_length()) == (2, 3072)
    assert srp.timestamp(1788591789.0) == "Sat Sep 5 07:03:09 UTC 2026"
