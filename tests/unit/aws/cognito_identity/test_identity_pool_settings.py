"""Identity pools as configuration through the door: made, replaced, listed, tagged, given roles and tag maps."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.cloud import Cloud
from tests.unit.aws.cognito_identity.identity_world import (
    ACCOUNT,
    ADMIN,
    AUTH,
    DEVELOPER,
    GUEST,
    ONE,
    OPERATOR,
    POOL,
    POOL_ARN,
    STRANGER,
    allowed,
    ask,
    cloud,
    error,
    manage,
    one,
    policy,
    submit,
)

NAMED = {"IdentityPoolName": "new", "AllowUnauthenticatedIdentities": True}
EVERYTHING: dict[str, Any] = {
    "IdentityPoolName": "whole",
    "AllowUnauthenticatedIdentities": False,
    "AllowClassicFlow": True,
    "SupportedLoginProviders": {"accounts.google.com": "client.apps.example"},
    "DeveloperProviderName": "login.whole",
    "OpenIdConnectProviderARNs": [f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example.com"],
    "CognitoIdentityProviders": [{"ProviderName": ONE, "ClientId": "app", "ServerSideTokenCheck": True}],
    "SamlProviderARNs": [f"arn:aws:iam::{ACCOUNT}:saml-provider/adfs"],
    "IdentityPoolTags": {"team": "blue"},
}


def mapping(**more: Any) -> dict[str, Any]:
    rule = {"Claim": "email", "MatchType": "Equals", "Value": "x", "RoleARN": ADMIN}
    stated = {"Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": {"Rules": [rule]}}
    return {f"{ONE}:app": {**stated, **more}}


def test_a_pool_is_described_as_it_was_made() -> None:
    at = cloud()
    made = manage(at, "CreateIdentityPool", **EVERYTHING).unwrap()
    assert made["IdentityPoolId"].startswith("us-east-1:")
    assert {**made, "IdentityPoolId": None} == {**EVERYTHING, "IdentityPoolId": None}
    assert manage(at, "DescribeIdentityPool", IdentityPoolId=made["IdentityPoolId"]).unwrap() == made
    bare = manage(at, "CreateIdentityPool", **NAMED).unwrap()
    assert set(bare) == {
        "IdentityPoolId",
        "IdentityPoolName",
        "AllowUnauthenticatedIdentities",
        "AllowClassicFlow",
    }
    assert bare["IdentityPoolId"] != made["IdentityPoolId"]


def test_a_new_pool_vends_nothing_until_it_has_roles() -> None:
    at = cloud()
    made = manage(at, "CreateIdentityPool", **NAMED).unwrap()["IdentityPoolId"]
    guest = ask(at, "GetId", IdentityPoolId=made).unwrap()["IdentityId"]
    assert error(ask(at, "GetCredentialsForIdentity", IdentityId=guest)) == (
        "InvalidIdentityPoolConfigurationException",
        "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
    )


def test_an_update_replaces_all_but_the_roles() -> None:
    at = cloud()
    made = manage(at, "CreateIdentityPool", **EVERYTHING).unwrap()["IdentityPoolId"]
    manage(at, "SetIdentityPoolRoles", IdentityPoolId=made, Roles={"authenticated": AUTH}).unwrap()
    updated = manage(at, "UpdateIdentityPool", IdentityPoolId=made, **NAMED).unwrap()
    assert updated == {
        "IdentityPoolId": made,
        **NAMED,
        "AllowClassicFlow": False,
        "DeveloperProviderName": "login.whole",
        "IdentityPoolTags": {"team": "blue"},
    }
    assert manage(at, "GetIdentityPoolRoles", IdentityPoolId=made).unwrap()["Roles"] == {"authenticated": AUTH}


def test_what_an_update_leaves_out_is_a_switch_where_no_document_says() -> None:
    at = cloud()
    made = manage(at, "CreateIdentityPool", **EVERYTHING).unwrap()["IdentityPoolId"]
    with assuming({"identity.developerNameOmitted": "refused"}):
        refused = manage(at, "UpdateIdentityPool", IdentityPoolId=made, **NAMED)
    assert error(refused)[0] == "InvalidParameterException"
    with assuming({"identity.tagsOmitted": "cleared"}):
        updated = manage(at, "UpdateIdentityPool", IdentityPoolId=made, **NAMED).unwrap()
    assert "IdentityPoolTags" not in updated
    changed = manage(at, "UpdateIdentityPool", IdentityPoolId=made, **NAMED, DeveloperProviderName="login.other")
    assert error(changed) == ("InvalidParameterException", "The developer provider name cannot be changed")


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"SupportedLoginProviders": {"login.example": "x"}}, "Please provide a valid public provider."),
        ({"CognitoIdentityProviders": [{"ProviderName": "x", "ClientId": "c"}]}, "Invalid Cognito Identity Provider"),
        ({"CognitoIdentityProviders": [{"ProviderName": ONE}]}, "ClientId is required"),
        (
            {"DeveloperProviderName": "accounts.google.com"},
            "accounts.google.com is the name of another provider",
        ),
        ({"IdentityPoolTags": {"aws:x": "y"}}, "The tag key aws:x is reserved"),
        ({"IdentityPoolTags": {f"k{n}": "" for n in range(51)}}, "An identity pool has at most 50 tags"),
        (
            {"SamlProviderARNs": [f"arn:aws:iam::{ACCOUNT}:oidc-provider/x"]},
            f"arn:aws:iam::{ACCOUNT}:oidc-provider/x is not the ARN of a saml-provider",
        ),
    ],
)
def test_settings_that_are_refused(setting: dict[str, Any], words: str) -> None:
    at = cloud()
    before = at.world
    assert error(manage(at, "CreateIdentityPool", **NAMED, **setting)) == ("InvalidParameterException", words)
    plain = manage(at, "CreateIdentityPool", **NAMED).unwrap()["IdentityPoolId"]
    before = at.world
    assert error(manage(at, "UpdateIdentityPool", IdentityPoolId=plain, **NAMED, **setting))[1] == words
    assert at.world.identity_pools == before.identity_pools


def test_the_words_nobody_saw_can_be_left_empty() -> None:
    with assuming({"identity.unseenTexts": "empty"}):
        refused = manage(cloud(), "CreateIdentityPool", **NAMED, IdentityPoolTags={"aws:x": "y"})
    assert error(refused) == ("InvalidParameterException", "")


def test_pools_are_listed_in_pages_and_only_the_accounts_own() -> None:
    at = cloud()
    for number in range(4):
        manage(at, "CreateIdentityPool", IdentityPoolName=f"p{number}", AllowUnauthenticatedIdentities=True).unwrap()
    first = manage(at, "ListIdentityPools", MaxResults=3).unwrap()
    rest = manage(at, "ListIdentityPools", MaxResults=3, NextToken=first["NextToken"]).unwrap()
    ids = [each["IdentityPoolId"] for each in (*first["IdentityPools"], *rest["IdentityPools"])]
    assert sorted(ids) == ids == sorted(at.world.identity_pools)
    assert submit(at, "cognito-identity:ListIdentityPools", STRANGER, MaxResults=9).unwrap() == {"IdentityPools": []}
    bad = manage(at, "ListIdentityPools", MaxResults=3, NextToken="nonsense")
    assert error(bad) == ("InvalidParameterException", "Invalid NextToken.")


def test_a_deleted_pool_takes_its_identities_along() -> None:
    at = cloud()
    ask(at, "GetId", IdentityPoolId=POOL, Logins=one(at)).unwrap()
    manage(at, "DeleteIdentityPool", IdentityPoolId=POOL).unwrap()
    assert not at.world.identities
    assert not at.world.logins
    gone = ("ResourceNotFoundException", f"IdentityPool '{POOL}' not found.")
    assert error(ask(at, "GetId", IdentityPoolId=POOL)) == gone
    assert error(manage(at, "DescribeIdentityPool", IdentityPoolId=POOL)) == gone


def test_roles_and_mappings_are_read_as_they_were_set_and_replaced_as_a_whole() -> None:
    at = cloud()
    stated = {"IdentityPoolId": POOL, "Roles": {"authenticated": AUTH}, "RoleMappings": mapping()}
    manage(at, "SetIdentityPoolRoles", **stated).unwrap()
    assert manage(at, "GetIdentityPoolRoles", IdentityPoolId=POOL).unwrap() == stated
    manage(at, "SetIdentityPoolRoles", IdentityPoolId=POOL, Roles={"unauthenticated": GUEST}).unwrap()
    read = manage(at, "GetIdentityPoolRoles", IdentityPoolId=POOL).unwrap()
    assert read == {"IdentityPoolId": POOL, "Roles": {"unauthenticated": GUEST}}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"AmbiguousRoleResolution": None}, "AmbiguousRoleResolution is required when the Type is Token or Rules"),
        ({"RulesConfiguration": None}, f"{ONE}:app: RulesConfiguration: goes with Type Rules, and only with it"),
        (
            {
                "RulesConfiguration": {
                    "Rules": [{"Claim": "c", "MatchType": "Equals", "Value": "v", "RoleARN": ADMIN}] * 26
                }
            },
            "A role mapping has at most 25 rules",
        ),
    ],
)
def test_mappings_that_are_refused(change: dict[str, Any], words: str) -> None:
    stated = {"IdentityPoolId": POOL, "Roles": {}, "RoleMappings": mapping(**change)}
    assert error(manage(cloud(), "SetIdentityPoolRoles", **stated)) == ("InvalidParameterException", words)


@pytest.mark.parametrize("place", ["default", "rule"])
def test_whoever_gives_a_role_to_a_pool_has_to_pass_it(place: str) -> None:
    passing = allowed("iam:PassRole", [AUTH, GUEST])
    at = cloud(operator=policy(allowed("cognito-identity:*"), passing))
    manage(at, "SetIdentityPoolRoles", IdentityPoolId=POOL, Roles={"authenticated": AUTH}).unwrap()
    stated: dict[str, Any] = {"Roles": {"unauthenticated": ADMIN}} if place == "default" else {"Roles": {}}
    stated |= {"RoleMappings": mapping()} if place == "rule" else {}
    refused = manage(at, "SetIdentityPoolRoles", IdentityPoolId=POOL, **stated)
    assert error(refused) == ("NotAuthorizedException", f"Access to Role '{ADMIN}' is forbidden.")
    assert dict(at.world.identity_pools[POOL].roles) == {"authenticated": AUTH}


def test_a_stranger_reaches_no_pool_through_actions_granted_on_all() -> None:
    at = cloud()
    words = ("ResourceNotFoundException", f"IdentityPool '{POOL}' not found.")
    named = {"IdentityPoolId": POOL}
    far = submit(at, "cognito-identity:SetIdentityPoolRoles", STRANGER, **named, Roles={})
    tags = submit(at, "cognito-identity:SetPrincipalTagAttributeMap", STRANGER, **named, IdentityProviderName=ONE)
    assert error(far) == error(tags) == words
    for name in ("DescribeIdentityPool", "DeleteIdentityPool", "GetIdentityPoolRoles"):
        assert error(submit(at, f"cognito-identity:{name}", STRANGER, **named))[0].startswith("AccessDenied")


def test_a_tag_map_is_read_as_it_was_set() -> None:
    at = cloud()
    named = {"IdentityPoolId": POOL, "IdentityProviderName": ONE}
    none = manage(at, "GetPrincipalTagAttributeMap", **named).unwrap()
    assert none == {**named, "UseDefaults": False, "PrincipalTags": {}}
    stated = {**named, "UseDefaults": False, "PrincipalTags": {"tenant": "custom:tenant"}}
    assert manage(at, "SetPrincipalTagAttributeMap", **stated).unwrap() == stated
    assert manage(at, "GetPrincipalTagAttributeMap", **named).unwrap() == stated
    both = manage(at, "SetPrincipalTagAttributeMap", **named, UseDefaults=True, PrincipalTags={"a": "b"})
    assert error(both)[0] == "InvalidParameterException"
    reserved = manage(at, "SetPrincipalTagAttributeMap", **named, PrincipalTags={"aws:x": "sub"})
    assert error(reserved) == ("InvalidParameterException", "The tag key aws:x is reserved")


def test_tags_are_put_on_taken_off_and_listed() -> None:
    at = cloud()
    manage(at, "TagResource", ResourceArn=POOL_ARN, Tags={"a": "1", "b": "2"}).unwrap()
    manage(at, "UntagResource", ResourceArn=POOL_ARN, TagKeys=["a", "c"]).unwrap()
    assert manage(at, "ListTagsForResource", ResourceArn=POOL_ARN).unwrap() == {"Tags": {"b": "2"}}
    missing = POOL_ARN.replace("00000000", "99999999")
    assert error(manage(at, "ListTagsForResource", ResourceArn=missing))[0] == "ResourceNotFoundException"


@pytest.mark.parametrize(("team", "may"), [("blue", True), ("red", False)])
def test_a_policy_may_ask_for_a_pools_tag(team: str, may: bool) -> None:
    condition = {"StringEquals": {"aws:ResourceTag/team": team}}
    statement = {**allowed("cognito-identity:DescribeIdentityPool"), "Condition": condition}
    at = cloud(operator=policy(statement, allowed("cognito-identity:TagResource")))
    manage(at, "TagResource", ResourceArn=POOL_ARN, Tags={"team": "blue"}).unwrap()
    assert (manage(at, "DescribeIdentityPool", IdentityPoolId=POOL).error is None) is may


def test_a_run_of_settings_is_the_same_twice() -> None:
    def run() -> Cloud:
        at = cloud()
        manage(at, "CreateIdentityPool", **EVERYTHING).unwrap()
        submit(at, "cognito-identity:TagResource", OPERATOR, ResourceArn=POOL_ARN, Tags={"x": DEVELOPER}).unwrap()
        return at

    assert run().world == run().world
