"""User pools through the door: made, described, replaced, listed, tagged and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.persistent import Map
from cogsim.world.pool_members import PoolDocument, UserPoolDomain, UserPoolGroup, UserPoolIdentityProvider
from cogsim.world.user_pool import STANDARD_ATTRIBUTES
from tests.unit.aws.cognito_idp.conftest import Make, Pools

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
KEY = "arn:aws:kms:us-east-1:123456789012:key/k"
ROLE = "arn:aws:iam::123456789012:role/sms"
SES = "arn:aws:ses:us-east-1:123456789012:identity/a@example.com"
INVALID = "InvalidParameterException"
UNAVAILABLE = "FeatureUnavailableInTierException"
ESSENTIALS = "The following features need to be disabled for the ESSENTIALS pricing tier configured: "
PROTECTED = (
    "The user pool cannot be deleted because deletion protection is activated. "
    "Deletion protection must be inactivated first."
)


def made(pools: Pools, **members: Any) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = pools.call("CreateUserPool", PoolName="New", **members)["UserPool"]
    return answer


def described(pools: Pools, pool_id: str) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = pools.call("DescribeUserPool", UserPoolId=pool_id)["UserPool"]
    return answer


def test_a_pool_of_which_only_the_name_is_stated_has_awss_defaults(pools: Pools) -> None:
    pool = made(pools)
    region, _, rest = pool["Id"].partition("_")
    assert (region, len(rest), rest.isalnum()) == ("us-east-1", 9, True)
    assert pool["Arn"] == f"arn:aws:cognito-idp:us-east-1:123456789012:userpool/{pool['Id']}"
    assert pool["Policies"]["PasswordPolicy"] == {
        "MinimumLength": 8,
        **dict.fromkeys(("RequireUppercase", "RequireLowercase", "RequireNumbers", "RequireSymbols"), True),
        "TemporaryPasswordValidityDays": 7,
    }
    assert pool["Policies"]["SignInPolicy"] == {"AllowedFirstAuthFactors": ["PASSWORD"]}
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": False, "UnusedAccountValidityDays": 7}
    assert pool["VerificationMessageTemplate"] == {"DefaultEmailOption": "CONFIRM_WITH_CODE"}
    assert pool["EmailConfiguration"] == {"EmailSendingAccount": "COGNITO_DEFAULT"}
    assert (pool["MfaConfiguration"], pool["UserPoolTier"], pool["DeletionProtection"]) == (
        *("OFF", "ESSENTIALS"),
        "INACTIVE",
    )
    assert (pool["LambdaConfig"], pool["UserPoolTags"], pool["EstimatedNumberOfUsers"]) == ({}, {}, 0)
    absent = {"SmsConfiguration", "Domain", "AliasAttributes", "DeviceConfiguration", "UserPoolAddOns", "Status"}
    assert not absent & set(pool)
    assert described(pools, pool["Id"]) == pool


def test_the_schema_lists_every_standard_attribute_with_its_constraints_and_then_the_pools_own(pools: Pools) -> None:
    own = {"Name": "tenant", "AttributeDataType": "String", "StringAttributeConstraints": {"MaxLength": "9"}}
    secret = {"Name": "note", "AttributeDataType": "Number", "DeveloperOnlyAttribute": True, "Mutable": False}
    pool = made(pools, Schema=[{"Name": "email", "Required": True}, own, secret])
    entries = {entry["Name"]: entry for entry in pool["SchemaAttributes"]}
    assert list(entries) == [*STANDARD_ATTRIBUTES, "custom:tenant", "dev:custom:note"]
    assert entries["sub"]["StringAttributeConstraints"] == {"MinLength": "1", "MaxLength": "2048"}
    assert (entries["sub"]["Mutable"], entries["sub"]["Required"]) == (False, True)
    assert entries["birthdate"]["StringAttributeConstraints"] == {"MinLength": "10", "MaxLength": "10"}
    assert (entries["updated_at"]["AttributeDataType"], entries["email_verified"]["AttributeDataType"]) == (
        *("Number",),
        "Boolean",
    )
    assert entries["updated_at"]["NumberAttributeConstraints"] == {"MinValue": "0"}
    assert entries["identities"]["StringAttributeConstraints"] == {}
    assert entries["email"]["Required"]
    assert entries["email"]["StringAttributeConstraints"] == {"MinLength": "0", "MaxLength": "2048"}
    assert entries["custom:tenant"]["StringAttributeConstraints"] == {"MaxLength": "9"}
    assert entries["dev:custom:note"]["DeveloperOnlyAttribute"]
    assert not entries["dev:custom:note"]["Mutable"]


def test_what_is_configured_is_shown_as_it_was_given(pools: Pools) -> None:
    members = {
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": 12,
                **dict.fromkeys(("RequireUppercase", "RequireLowercase", "RequireNumbers", "RequireSymbols"), False),
                "PasswordHistorySize": 4,
                "TemporaryPasswordValidityDays": 3,
            },
            "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]},
        },
        "DeletionProtection": "ACTIVE",
        "LambdaConfig": {
            "PreSignUp": FUNCTION,
            "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": FUNCTION},
            "CustomEmailSender": {"LambdaVersion": "V1_0", "LambdaArn": FUNCTION},
            "KMSKeyID": KEY,
        },
        "AutoVerifiedAttributes": ["email"],
        "UsernameAttributes": ["email", "phone_number"],
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
        "SmsAuthenticationMessage": "Use {####}",
        "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False},
        "EmailConfiguration": {"EmailSendingAccount": "DEVELOPER", "SourceArn": SES, "From": "A <a@example.com>"},
        "SmsConfiguration": {"SnsCallerArn": ROLE, "ExternalId": "x"},
        "UserPoolTags": {"team": "a"},
        "UserPoolAddOns": {
            "AdvancedSecurityMode": "ENFORCED",
            "AdvancedSecurityAdditionalFlows": {"CustomAuthMode": "AUDIT"},
        },
        "DcrConfiguration": {"EnableStatus": "Enabled", "AllowedScopes": ["openid"]},
        "UsernameConfiguration": {"CaseSensitive": False},
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
        "UserPoolTier": "PLUS",
        "KeyConfiguration": {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": KEY},
        "IssuerConfiguration": {"Type": "UPDATED"},
    }
    pool = made(pools, **members)
    assert {name: pool[name] for name in members} == members
    assert described(pools, pool["Id"]) == pool


def test_recovery_mechanisms_stand_by_their_priority(pools: Pools) -> None:
    mechanisms = [{"Priority": 2, "Name": "verified_email"}, {"Priority": 1, "Name": "verified_phone_number"}]
    pool = made(pools, AccountRecoverySetting={"RecoveryMechanisms": mechanisms})
    assert pool["AccountRecoverySetting"]["RecoveryMechanisms"] == [mechanisms[1], mechanisms[0]]


def test_the_older_members_of_verification_and_the_template_say_the_same(pools: Pools) -> None:
    pool = made(pools, EmailVerificationMessage="Code {####}", VerificationMessageTemplate={"SmsMessage": "S {####}"})
    assert pool["VerificationMessageTemplate"] == {
        "DefaultEmailOption": "CONFIRM_WITH_CODE",
        "EmailMessage": "Code {####}",
        "SmsMessage": "S {####}",
    }
    assert (pool["EmailVerificationMessage"], pool["SmsVerificationMessage"]) == ("Code {####}", "S {####}")


def test_acr_levels_keep_their_default_names_where_none_is_given(pools: Pools) -> None:
    pool = made(pools, AcrConfiguration={"Level2": {"AcrValue": "urn:two"}})
    names = {level: entry["AcrValue"] for level, entry in pool["AcrConfiguration"].items()}
    assert names == {
        "Level1": "urn:cognito:loa:1",
        "Level2": "urn:two",
        "Level3": "urn:cognito:loa:3",
        "Level4": "urn:cognito:loa:4",
    }
    with pytest.raises(Exception, match="name of its own"):
        made(pools, AcrConfiguration={"Level2": {"AcrValue": "urn:cognito:loa:1"}})


def test_a_partial_password_policy_requires_what_it_leaves_out_unless_assumed_otherwise(pools: Pools) -> None:
    policies = {"PasswordPolicy": {"MinimumLength": 10, "RequireSymbols": False}}
    assert made(pools, Policies=policies)["Policies"]["PasswordPolicy"]["RequireNumbers"] is True
    assert "cognito-idp.passwordPolicyDefaults" in {step.assumption for step in pools.steps()}
    with assuming({"cognito-idp.passwordPolicyDefaults": "not-required"}):
        assert made(pools, Policies=policies)["Policies"]["PasswordPolicy"]["RequireNumbers"] is False


def test_threat_protection_makes_the_plan_plus_where_none_is_stated(pools: Pools) -> None:
    assert made(pools, UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"})["UserPoolTier"] == "PLUS"
    assert made(pools, UserPoolAddOns={"AdvancedSecurityMode": "OFF"})["UserPoolTier"] == "ESSENTIALS"


def test_first_version_of_the_token_trigger_and_plain_settings_need_no_plan(pools: Pools) -> None:
    config = {"PreTokenGenerationConfig": {"LambdaVersion": "V1_0", "LambdaArn": FUNCTION}}
    pool = made(pools, UserPoolTier="LITE", LambdaConfig=config)
    assert pool["LambdaConfig"] == config
    assert "AcrConfiguration" not in pool


def test_an_update_replaces_what_is_settable_and_keeps_what_is_not(pools: Pools) -> None:
    pool = made(
        pools,
        AutoVerifiedAttributes=["email"],
        UsernameAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
        Schema=[{"Name": "tenant", "AttributeDataType": "String"}],
        DeletionProtection="ACTIVE",
        UserPoolTags={"a": "b"},
        LambdaConfig={"PreSignUp": FUNCTION},
        Policies={"PasswordPolicy": {"MinimumLength": 20}},
        UserPoolTier="PLUS",
    )
    pools.cloud.advance(60)
    update = {"UserPoolId": pool["Id"], "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": True}}
    assert pools.call("UpdateUserPool", **update) == {}
    after = described(pools, pool["Id"])
    assert "AutoVerifiedAttributes" not in after
    assert (after["DeletionProtection"], after["UserPoolTags"], after["LambdaConfig"]) == ("INACTIVE", {}, {})
    assert after["Policies"]["PasswordPolicy"]["MinimumLength"] == 8
    assert after["DeviceConfiguration"]["ChallengeRequiredOnNewDevice"]
    kept = ("Id", "Arn", "Name", "UsernameAttributes", "UsernameConfiguration", "SchemaAttributes", "CreationDate")
    assert {name: after[name] for name in kept} == {name: pool[name] for name in kept}
    assert (after["LastModifiedDate"] - after["CreationDate"]).total_seconds() == 60
    pools.call("UpdateUserPool", UserPoolId=pool["Id"], PoolName="Renamed")
    after = described(pools, pool["Id"])
    assert after["Name"] == "Renamed"
    assert "DeviceConfiguration" not in after


def test_a_description_can_be_sent_back_as_an_update_and_changes_nothing(pools: Pools) -> None:
    pool = made(
        pools,
        AutoVerifiedAttributes=["email"],
        EmailVerificationMessage="Code {####}",
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True, "UnusedAccountValidityDays": 3},
        UserPoolAddOns={"AdvancedSecurityMode": "AUDIT"},
        LambdaConfig={"PreSignUp": FUNCTION},
        AcrConfiguration={"Level1": {"AcrValue": "one"}},
    )
    from cogsim.aws.model import operation_shape

    settable = operation_shape("cognito-idp:UpdateUserPool").members
    update = {name: value for name, value in pool.items() if name in settable}
    pools.call("UpdateUserPool", UserPoolId=pool["Id"], **update)
    after = described(pools, pool["Id"])
    # The effective names of the ACR levels come back as stated ones.
    assert after == pool


def test_which_plan_an_update_leaves_that_names_none_is_an_assumption(pools: Pools) -> None:
    pool = made(pools, UserPoolTier="LITE")
    pools.call("UpdateUserPool", UserPoolId=pool["Id"])
    assert "cognito.updateWithoutTier" in {step.assumption for step in pools.steps()}
    assert described(pools, pool["Id"])["UserPoolTier"] == "LITE"
    with assuming({"cognito.updateWithoutTier": "default"}):
        pools.call("UpdateUserPool", UserPoolId=pool["Id"])
    assert described(pools, pool["Id"])["UserPoolTier"] == "ESSENTIALS"
    code, text = pools.refusal(
        "UpdateUserPool", UserPoolId=pool["Id"], UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"}
    )
    assert (code, text) == (UNAVAILABLE, f"{ESSENTIALS}Threat Protection")


def test_whether_custom_senders_need_a_key_is_an_assumption(pools: Pools) -> None:
    config = {"CustomSMSSender": {"LambdaVersion": "V1_0", "LambdaArn": FUNCTION}}
    with assuming({"cognito.customSenderNeedsKey": "no"}):
        assert made(pools, LambdaConfig=config)["LambdaConfig"] == config


@pytest.mark.parametrize(
    ("tier", "need"),
    [("LITE", "client"), ("LITE", "domain"), ("LITE", "factor"), ("LITE", "passkeys"), ("ESSENTIALS", "logs")],
)
def test_a_plan_is_not_left_while_something_else_needs_it(pools: Pools, tier: str, need: str) -> None:
    pool = made(pools, UserPoolTier="PLUS", EmailConfiguration={"EmailSendingAccount": "DEVELOPER", "SourceArn": SES})
    pool_id = pool["Id"]
    world = pools.cloud.world
    if need == "client":
        pools.call("CreateUserPoolClient", UserPoolId=pool_id, ClientName="c", ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    elif need == "domain":
        pools.cloud.world = world.with_domain(UserPoolDomain(pool_id, "d", managed_login_version=2))
    elif need == "factor":
        pools.call("SetUserPoolMfaConfig", UserPoolId=pool_id, MfaConfiguration="OPTIONAL", EmailMfaConfiguration={})
    elif need == "passkeys":
        web = {"FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION"}
        pools.call("SetUserPoolMfaConfig", UserPoolId=pool_id, WebAuthnConfiguration=web)
    else:
        content = Map({"LogConfigurations": (Map({"EventSource": "userAuthEvents"}),)})
        pools.cloud.world = world.with_pool_document(PoolDocument(pool_id, "LogDeliveryConfiguration", "", content))
    members = {
        "EmailConfiguration": {"EmailSendingAccount": "DEVELOPER", "SourceArn": SES},
        "MfaConfiguration": "OPTIONAL" if need == "factor" else "OFF",
    }
    code, _ = pools.refusal("UpdateUserPool", UserPoolId=pool_id, UserPoolTier=tier, **members)
    assert code == "TierChangeNotAllowedException"
    assert described(pools, pool_id)["UserPoolTier"] == "PLUS"


def test_mfa_is_not_turned_on_later_by_an_update(pools: Pools) -> None:
    pool_id = made(pools)["Id"]
    assert pools.refusal("UpdateUserPool", UserPoolId=pool_id, MfaConfiguration="ON") == (
        INVALID,
        "Cannot turn MFA functionality ON, once the user pool has been created.",
    )
    code, text = pools.refusal("UpdateUserPool", UserPoolId=pool_id, MfaConfiguration="OPTIONAL")
    assert (code, "SMS configuration" in text) == (INVALID, True)
    pools.call(
        "UpdateUserPool", UserPoolId=pool_id, MfaConfiguration="OPTIONAL", SmsConfiguration={"SnsCallerArn": ROLE}
    )
    assert described(pools, pool_id)["MfaConfiguration"] == "OPTIONAL"
    assert "SmsMfaConfiguration" in pools.call("GetUserPoolMfaConfig", UserPoolId=pool_id)


def test_a_protected_pool_and_one_with_a_domain_are_not_deleted(make: Make) -> None:
    pools = make(pool={"deletion_protection": True})
    assert pools.refusal("DeleteUserPool", UserPoolId=pools.pool_id) == (
        INVALID,
        PROTECTED,
    )
    pools.call("UpdateUserPool", UserPoolId=pools.pool_id, DeletionProtection="INACTIVE")
    pools.cloud.world = pools.cloud.world.with_domain(UserPoolDomain(pools.pool_id, "example"))
    assert described(pools, pools.pool_id)["Domain"] == "example"
    assert pools.refusal("DeleteUserPool", UserPoolId=pools.pool_id) == (
        INVALID,
        "User pool cannot be deleted. It has a domain configured that should be deleted first.",
    )


def test_a_deleted_pool_takes_everything_of_its_own_along(pools: Pools) -> None:
    other = made(pools)["Id"]
    pools.confirmed()
    world = pools.cloud.world.with_pool_group(UserPoolGroup(pools.pool_id, "g"))
    world = world.with_pool_group(UserPoolGroup(other, "g"))
    world = world.with_pool_provider(UserPoolIdentityProvider(pools.pool_id, "p", "SAML"))
    world = world.with_pool_document(PoolDocument(pools.pool_id, "Terms", "t"))
    pools.cloud.world = world.with_known_password(pools.pool_id, "alice", "x")
    pools.call("DeleteUserPool", UserPoolId=pools.pool_id)
    world = pools.cloud.world
    assert list(world.user_pools) == [other]
    assert list(world.pool_groups) == [(other, "g")]
    left = (world.clients, world.pool_users, world.pool_providers, world.pool_documents, world.known_passwords)
    assert [len(each) for each in left] == [0, 0, 0, 0, 0]
    assert [len(each) for each in (world.aliases, world.subs)] == [0, 0]
    for operation in ("DescribeUserPool", "DeleteUserPool", "GetUserPoolMfaConfig", "UpdateUserPool"):
        assert pools.refusal(operation, UserPoolId=pools.pool_id) == (
            "ResourceNotFoundException",
            f"User pool {pools.pool_id} does not exist.",
        )


def test_pools_are_listed_in_pages_that_hold_each_once(pools: Pools) -> None:
    ids = {pools.pool_id, *(made(pools)["Id"] for _ in range(4))}
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = pools.call("ListUserPools", MaxResults=2, **token)
        assert len(answer["UserPools"]) <= 2
        found += [pool["Id"] for pool in answer["UserPools"]]
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert (len(found), set(found)) == (5, ids)
    assert pools.refusal("ListUserPools", MaxResults=2, NextToken="nonsense")[0] == INVALID
    assert pools.refusal("ListUserPools", MaxResults=61)[0] == INVALID
    assert pools.call("ListUserPools", credentials=pools.foreigner, MaxResults=60)["UserPools"] == []


def test_an_account_has_a_thousand_pools_in_a_region(pools: Pools) -> None:
    world = pools.cloud.world
    pool = world.user_pools[pools.pool_id]
    for number in range(999):
        pool_id = f"us-east-1_{number:09}"
        world = world.with_user_pool(replace(pool, id=pool_id, arn=pool.arn.replace(pools.pool_id, pool_id)))
    pools.cloud.world = world
    assert pools.refusal("CreateUserPool", PoolName="New")[0] == "LimitExceededException"


def test_custom_attributes_are_added_once_and_stay(pools: Pools) -> None:
    def add(*names: str, **more: Any) -> tuple[str, str] | None:
        entries = [{"Name": name, "AttributeDataType": "String", **more} for name in names]
        try:
            pools.call("AddCustomAttributes", UserPoolId=pools.pool_id, CustomAttributes=entries)
        except Exception as error:
            return error.code, error.message  # type: ignore[attr-defined]
        return None

    assert add("tenant", "email") is None
    names = [entry["Name"] for entry in described(pools, pools.pool_id)["SchemaAttributes"]]
    assert names[-2:] == ["custom:tenant", "custom:email"]
    assert add("tenant") == (INVALID, "custom:tenant: Existing attribute already has name custom:tenant.")
    assert add("twice", "twice") == (INVALID, "custom:twice: Existing attribute already has name custom:twice.")
    assert add("must", Required=True) == (INVALID, "Required custom attributes are not supported currently.")
    assert add("x" * 21)[0] == INVALID  # type: ignore[index]
    assert add(*(f"a{number}" for number in range(26)))[0] == INVALID  # type: ignore[index]
    assert add(*(f"a{number}" for number in range(25))) is None
    assert add(*(f"b{number}" for number in range(23))) is None
    assert add("one-too-many")[1] == "A user pool has at most 50 custom attributes"  # type: ignore[index]


@pytest.mark.parametrize("prefix", ["dev:custom:", "dev:"])
def test_the_prefix_of_developers_attributes_is_a_switch(pools: Pools, prefix: str) -> None:
    with assuming({"cognito-idp.developerOnlyPrefix": prefix}):
        pool = made(pools, Schema=[{"Name": "note", "AttributeDataType": "String", "DeveloperOnlyAttribute": True}])
    assert pool["SchemaAttributes"][-1]["Name"] == f"{prefix}note"
    assert pool["SchemaAttributes"][-1]["DeveloperOnlyAttribute"]
