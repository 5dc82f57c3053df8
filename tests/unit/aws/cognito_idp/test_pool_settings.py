"""A pool's settings beside itself at the door: risk, logs, looks, terms, replicas, sessions, limits."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.errors import NotModelled
from cogsim.frozen import freeze
from cogsim.persistent import Map

PLUS = {"tier": "PLUS", "advanced_security": "AUDIT"}
BLOCK = {"EventAction": "BLOCK"}
HIGH = {"HighAction": {"Notify": True, "EventAction": "MFA_REQUIRED"}}
SOURCE = "arn:aws:ses:us-east-1:123456789012:identity/me@example.com"
LOG_GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/pool"
NOTIFICATIONS = {
    "LogLevel": "ERROR",
    "EventSource": "userNotification",
    "CloudWatchLogsConfiguration": {"LogGroupArn": LOG_GROUP},
}
EVENTS = {"LogLevel": "INFO", "EventSource": "userAuthEvents", "S3Configuration": {"BucketArn": "arn:aws:s3:::logs"}}
LINKS = {"cognito:default": "https://example.com/terms"}
TERMS = {"TermsName": "terms-of-use", "TermsSource": "LINK", "Enforcement": "NONE"}
KEY = {"KeyConfiguration": freeze({"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": "arn:aws:kms:us-east-1:1:key/k"})}


def refusal(pools: Any, operation: str, **params: Any) -> str:
    return str(pools.refusal(operation, UserPoolId=pools.pool_id, **params)[0])


def described(pools: Any, **more: Any) -> Any:
    return pools.admin("DescribeRiskConfiguration", **more)["RiskConfiguration"]


# Threat protection


def test_a_risk_configuration_is_replaced_whole_and_shows_what_was_stated(make: Any) -> None:
    pools = make(pool=PLUS)
    assert described(pools) == {"UserPoolId": pools.pool_id}
    takeover = {"NotifyConfiguration": {"SourceArn": SOURCE}, "Actions": HIGH}
    exceptions = {"BlockedIPRangeList": ["192.0.2.0/24", "2001:db8::/32"]}
    made = pools.admin(
        "SetRiskConfiguration",
        CompromisedCredentialsRiskConfiguration={"Actions": BLOCK},
        AccountTakeoverRiskConfiguration=takeover,
        RiskExceptionConfiguration=exceptions,
    )["RiskConfiguration"]
    events = ["SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"]
    assert made["CompromisedCredentialsRiskConfiguration"] == {"EventFilter": events, "Actions": BLOCK}
    assert made["AccountTakeoverRiskConfiguration"] == takeover
    assert made["RiskExceptionConfiguration"] == exceptions
    assert described(pools) == made
    risk = pools.cloud.world.risk_configurations[pools.pool_id, ""]
    assert (risk.compromised_action, risk.takeover["High"].event_action) == ("BLOCK", "MFA_REQUIRED")
    other = {"Actions": {"EventAction": "NO_ACTION"}, "EventFilter": ["SIGN_UP"]}
    pools.admin("SetRiskConfiguration", CompromisedCredentialsRiskConfiguration=other)
    found = described(pools)
    assert set(found) == {"UserPoolId", "CompromisedCredentialsRiskConfiguration", "LastModifiedDate"}
    assert found["CompromisedCredentialsRiskConfiguration"] == other


def test_a_client_has_a_risk_configuration_of_its_own_until_it_is_reset(make: Any) -> None:
    pools = make(pool=PLUS)
    own = {"ClientId": pools.client_id}
    pools.admin("SetRiskConfiguration", RiskExceptionConfiguration={"SkippedIPRangeList": ["192.0.2.1/32"]}, **own)
    assert described(pools) == {"UserPoolId": pools.pool_id}
    assert described(pools, **own)["RiskExceptionConfiguration"] == {"SkippedIPRangeList": ["192.0.2.1/32"]}
    for _ in range(2):
        reset = pools.admin("SetRiskConfiguration", **own)["RiskConfiguration"]
        assert reset == {"UserPoolId": pools.pool_id, "ClientId": pools.client_id}
    assert pools.cloud.world.risk_configurations == Map()
    assert refusal(pools, "SetRiskConfiguration", ClientId="nobody") == "ResourceNotFoundException"
    assert refusal(pools, "DescribeRiskConfiguration", ClientId="nobody") == "ResourceNotFoundException"


TAKEOVER = {"AccountTakeoverRiskConfiguration": {"Actions": {"HighAction": {"Notify": False, "EventAction": "BLOCK"}}}}


def test_without_threat_protection_no_answer_to_risks_is_configured_but_addresses_and_known_passwords_are(
    pools: Any,
) -> None:
    assert refusal(pools, "SetRiskConfiguration", **TAKEOVER) == "UserPoolAddOnNotEnabledException"
    exceptions = {"BlockedIPRangeList": ["192.0.2.0/24"]}
    pools.call("SetRiskConfiguration", UserPoolId=pools.pool_id, RiskExceptionConfiguration=exceptions)
    shown = pools.call("DescribeRiskConfiguration", UserPoolId=pools.pool_id)["RiskConfiguration"]
    assert shown["RiskExceptionConfiguration"] == exceptions


def test_whether_a_part_is_configured_without_threat_protection_is_a_switch(pools: Any) -> None:
    with assuming({"cognito.riskConfigurationUnprotected": "no"}):
        for operation in ("SetRiskConfiguration", "DescribeRiskConfiguration"):
            assert refusal(pools, operation) == "UserPoolAddOnNotEnabledException"


@pytest.mark.parametrize("text", ["192.0.2.1", "192.0.2.0/33", "words", "", "2001:db8::/129"])
def test_an_exception_is_an_address_range(make: Any, text: str) -> None:
    pools = make(pool=PLUS)
    params = {"RiskExceptionConfiguration": {"BlockedIPRangeList": [text]}}
    assert refusal(pools, "SetRiskConfiguration", **params) == "InvalidParameterException"


def test_a_list_of_exceptions_holds_two_hundred(make: Any) -> None:
    pools = make(pool=PLUS)
    ranges = [f"10.0.{number}.0/24" for number in range(201)]
    params: dict[str, Any] = {"RiskExceptionConfiguration": {"SkippedIPRangeList": ranges}}
    _, text = pools.refusal("SetRiskConfiguration", UserPoolId=pools.pool_id, **params)
    assert "length less than or equal to 200" in text
    params["RiskExceptionConfiguration"]["SkippedIPRangeList"] = ranges[:200]
    pools.admin("SetRiskConfiguration", **params)


# Logs


def test_log_delivery_is_set_shown_and_ended(make: Any) -> None:
    pools = make(pool=PLUS)
    empty = {"UserPoolId": pools.pool_id, "LogConfigurations": []}
    assert pools.admin("GetLogDeliveryConfiguration")["LogDeliveryConfiguration"] == empty
    entries = [NOTIFICATIONS, EVENTS]
    made = pools.admin("SetLogDeliveryConfiguration", LogConfigurations=entries)["LogDeliveryConfiguration"]
    assert made == {"UserPoolId": pools.pool_id, "LogConfigurations": entries}
    assert pools.admin("GetLogDeliveryConfiguration")["LogDeliveryConfiguration"] == made
    pools.admin("SetLogDeliveryConfiguration", LogConfigurations=[])
    assert pools.admin("GetLogDeliveryConfiguration")["LogDeliveryConfiguration"] == empty


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([NOTIFICATIONS, NOTIFICATIONS], "InvalidParameterException"),
        ([NOTIFICATIONS | {"LogLevel": "INFO"}], "InvalidParameterException"),
        ([EVENTS | {"LogLevel": "ERROR"}], "InvalidParameterException"),
        ([{"LogLevel": "ERROR", "EventSource": "userNotification"}], "InvalidParameterException"),
        ([EVENTS | {"CloudWatchLogsConfiguration": {"LogGroupArn": LOG_GROUP}}], "InvalidParameterException"),
        ([EVENTS | {"EventSource": "userNotification", "LogLevel": "ERROR"}], "InvalidParameterException"),
        ([EVENTS | {"S3Configuration": {"BucketArn": "arn:aws:sns:::logs"}}], "InvalidParameterException"),
        ([EVENTS], "FeatureUnavailableInTierException"),
        ([NOTIFICATIONS, EVENTS, EVENTS], "InvalidParameterException"),
    ],
)
def test_logs_that_cannot_be_sent_so_are_refused(pools: Any, entries: list[Any], code: str) -> None:
    assert refusal(pools, "SetLogDeliveryConfiguration", LogConfigurations=entries) == code


# Looks


def test_the_hosted_uis_looks_need_a_domain_and_are_inherited_from_all(pools: Any) -> None:
    refused = pools.refusal("SetUICustomization", UserPoolId=pools.pool_id, CSS="x")
    assert refused == ("InvalidParameterException", "There has to be an existing domain associated with this user pool")
    assert pools.admin("GetUICustomization") == {"UICustomization": {}}
    pools.admin("CreateUserPoolDomain", Domain="my-app")
    made = pools.admin("SetUICustomization", CSS=".logo-customizable {}", ImageFile=b"\x00\x01")["UICustomization"]
    assert (made["ClientId"], made["CSS"], made["CSSVersion"]) == ("ALL", ".logo-customizable {}", "20260101000000")
    assert made["ImageUrl"].startswith("https://")
    assert pools.admin("GetUICustomization", ClientId=pools.client_id)["UICustomization"] == made
    own = pools.admin("SetUICustomization", ClientId=pools.client_id, CSS=".x {}")["UICustomization"]
    assert pools.admin("GetUICustomization", ClientId=pools.client_id)["UICustomization"] == own
    assert "ImageUrl" not in own
    assert pools.admin("GetUICustomization", ClientId="ALL")["UICustomization"] == made
    assert refusal(pools, "SetUICustomization", ClientId="nobody") == "ResourceNotFoundException"


def test_a_client_has_one_branding_style_that_is_found_by_its_id_and_by_the_client(pools: Any) -> None:
    client = {"ClientId": pools.client_id}
    asset = {"Category": "FORM_LOGO", "ColorMode": "DARK", "Extension": "PNG", "Bytes": b"\x00\xff"}
    settings = {"components": {"form": {"borderRadius": 8.5, "shadow": True, "none": None}}}
    made = pools.admin("CreateManagedLoginBranding", **client, Settings=settings, Assets=[asset])
    style = made["ManagedLoginBranding"]
    assert (style["Settings"], style["Assets"], style["UseCognitoProvidedValues"]) == (settings, [asset], False)
    named = {"ManagedLoginBrandingId": style["ManagedLoginBrandingId"]}
    assert pools.admin("DescribeManagedLoginBranding", **named) == made
    assert pools.admin("DescribeManagedLoginBrandingByClient", **client) == made
    assert refusal(pools, "CreateManagedLoginBranding", **client) == "ManagedLoginBrandingExistsException"
    with pytest.raises(NotModelled, match="ReturnMergedResources"):
        pools.admin("DescribeManagedLoginBranding", **named, ReturnMergedResources=True)
    assert pools.admin("DeleteManagedLoginBranding", **named) == {}
    for operation, params in (
        ("DescribeManagedLoginBranding", named),
        ("UpdateManagedLoginBranding", named),
        ("DeleteManagedLoginBranding", named),
        ("DescribeManagedLoginBrandingByClient", client),
    ):
        assert refusal(pools, operation, **params) == "ResourceNotFoundException"


def test_a_style_is_cognitos_own_or_another_and_never_both(pools: Any) -> None:
    both = {"ClientId": pools.client_id, "UseCognitoProvidedValues": True, "Settings": {"a": 1}}
    assert refusal(pools, "CreateManagedLoginBranding", **both) == "InvalidParameterException"
    made = pools.admin("CreateManagedLoginBranding", ClientId=pools.client_id, Settings={"a": 1})
    named = {"ManagedLoginBrandingId": made["ManagedLoginBranding"]["ManagedLoginBrandingId"]}
    changed = pools.admin("UpdateManagedLoginBranding", **named, Settings={"b": 2})["ManagedLoginBranding"]
    assert changed["Settings"] == {"b": 2}
    plain = pools.admin("UpdateManagedLoginBranding", **named, UseCognitoProvidedValues=True)["ManagedLoginBranding"]
    assert plain["UseCognitoProvidedValues"] is True
    assert "Settings" not in plain
    assert refusal(pools, "UpdateManagedLoginBranding") == "InvalidParameterException"


# Terms


def test_terms_are_created_found_by_client_renamed_listed_and_deleted(pools: Any) -> None:
    client = {"ClientId": pools.client_id}
    made = pools.admin("CreateTerms", **client, **TERMS, Links=LINKS)["Terms"]
    assert (made["Links"], made["ClientId"], made["TermsName"]) == (LINKS, pools.client_id, "terms-of-use")
    named = {"TermsId": made["TermsId"]}
    assert pools.admin("DescribeTerms", **named)["Terms"] == made
    assert pools.admin("DescribeTermsByClient", **client, TermsName="terms-of-use")["Terms"] == made
    assert refusal(pools, "CreateTerms", **client, **TERMS, Links=LINKS) == "TermsExistsException"
    other = TERMS | {"TermsName": "privacy-policy"}
    second = pools.admin("CreateTerms", **client, **other, Links=LINKS)["Terms"]
    taken = refusal(pools, "UpdateTerms", TermsId=second["TermsId"], TermsName="terms-of-use")
    assert taken == "TermsExistsException"
    changed = pools.admin("UpdateTerms", **named, Links={"cognito:french": "https://example.com/fr"})["Terms"]
    assert changed["Links"] == {"cognito:french": "https://example.com/fr"}
    first = pools.admin("ListTerms", MaxResults=1)
    rest = pools.admin("ListTerms", MaxResults=1, NextToken=first["NextToken"])
    ids = {each["TermsId"] for each in (*first["Terms"], *rest["Terms"])}
    assert ids == {made["TermsId"], second["TermsId"]}
    assert "Links" not in first["Terms"][0]
    assert pools.admin("DeleteTerms", **named) == {}
    for operation in ("DescribeTerms", "UpdateTerms", "DeleteTerms"):
        assert refusal(pools, operation, **named) == "ResourceNotFoundException"
    by_name = {**client, "TermsName": "terms-of-use"}
    assert refusal(pools, "DescribeTermsByClient", **by_name) == "ResourceNotFoundException"


def test_terms_need_a_link_in_a_language_that_there_is_and_a_client_of_the_pool(pools: Any) -> None:
    client = {"ClientId": pools.client_id}
    assert refusal(pools, "CreateTerms", **client, **TERMS) == "InvalidParameterException"
    latin = {"cognito:latin": "https://x"}
    assert refusal(pools, "CreateTerms", **client, **TERMS, Links=latin) == "InvalidParameterException"
    assert refusal(pools, "CreateTerms", ClientId="nobody", **TERMS, Links=LINKS) == "ResourceNotFoundException"


def test_who_may_not_describe_terms_may_not_describe_them_by_client_either(pools: Any) -> None:
    from dataclasses import replace

    from cogsim.policy.document import PolicyKind
    from cogsim.policy.parse import parse

    pools.admin("CreateTerms", ClientId=pools.client_id, **TERMS, Links=LINKS)
    arn = "arn:aws:iam::123456789012:user/stranger"
    allow = {"Effect": "Allow", "Action": "cognito-idp:DescribeTermsByClient", "Resource": "*"}
    deny = {"Effect": "Deny", "Action": "cognito-idp:DescribeTerms", "Resource": "*"}
    params = {"UserPoolId": pools.pool_id, "ClientId": pools.client_id, "TermsName": "terms-of-use"}
    for statements, allowed in (([allow], True), ([allow, deny], False)):
        policy = parse({"Version": "2012-10-17", "Statement": statements}, PolicyKind.IDENTITY)
        user = replace(pools.cloud.world.users[arn], inline=Map({"p": policy}))
        pools.cloud.world = pools.cloud.world.with_user(user)
        if allowed:
            pools.call("DescribeTermsByClient", pools.stranger, **params)
        else:
            assert pools.refusal("DescribeTermsByClient", pools.stranger, **params)[0] == "AccessDeniedException"


# Replicas


def test_a_replica_begins_inactive_is_activated_and_only_goes_inactive(make: Any) -> None:
    pools = make(pool={"further": Map(KEY)})
    abroad = {"RegionName": "eu-west-1"}
    made = pools.admin("CreateUserPoolReplica", **abroad, UserPoolTags={"team": "a"})["UserPoolReplica"]
    assert (made["Status"], made["Role"]) == ("CREATING", "SECONDARY")
    assert made["UserPoolArn"] == f"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/{pools.pool_id}"
    listed = pools.admin("ListUserPoolReplicas")["UserPoolReplicas"]
    assert [(each["RegionName"], each["Role"], each["Status"]) for each in listed] == [
        ("us-east-1", "PRIMARY", "ACTIVE"),
        ("eu-west-1", "SECONDARY", "INACTIVE"),
    ]
    assert refusal(pools, "CreateUserPoolReplica", RegionName="us-west-2") == "LimitExceededException"
    pools.admin("UpdateUserPoolReplica", **abroad, Status="ACTIVE")
    assert refusal(pools, "DeleteUserPoolReplica", **abroad) == "InvalidParameterException"
    pools.admin("UpdateUserPoolReplica", **abroad, Status="INACTIVE")
    assert pools.admin("DeleteUserPoolReplica", **abroad)["UserPoolReplica"]["Status"] == "DELETING"
    assert refusal(pools, "UpdateUserPoolReplica", **abroad, Status="ACTIVE") == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("pool", "region", "code"),
    [
        ({"tier": "LITE", "further": Map(KEY)}, "eu-west-1", "FeatureUnavailableInTierException"),
        ({}, "eu-west-1", "InvalidParameterException"),
        ({"further": Map(KEY)}, "us-east-1", "InvalidParameterException"),
    ],
)
def test_a_replica_needs_a_plan_a_key_and_another_region(make: Any, pool: Any, region: str, code: str) -> None:
    assert refusal(make(pool=pool), "CreateUserPoolReplica", RegionName=region) == code


def test_what_a_replica_would_answer_is_not_guessed(make: Any) -> None:
    from cogsim.aws.call import Call, CallOrigin

    pools = make(pool={"further": Map(KEY)})
    call = Call("cognito-idp:GetGroup", {"UserPoolId": pools.pool_id, "GroupName": "a"}, pools.operator)
    call = Call(call.operation, call.params, call.credentials, CallOrigin(region="eu-west-1"))
    assert str(pools.cloud.submit(call).error).startswith("ResourceNotFoundException")
    pools.admin("CreateUserPoolReplica", RegionName="eu-west-1")
    with pytest.raises(NotModelled, match="the replica of user pool"):
        pools.cloud.submit(call)


def test_with_its_client_a_style_and_its_terms_go(pools: Any) -> None:
    client = {"ClientId": pools.client_id}
    pools.admin("CreateManagedLoginBranding", **client)
    pools.admin("CreateTerms", **client, **TERMS, Links=LINKS)
    pools.admin("DeleteUserPoolClient", **client)
    assert pools.cloud.world.pool_documents == Map()


# Sessions


def test_session_tracking_is_off_until_it_is_switched_on(pools: Any) -> None:
    default = {"UserPoolId": pools.pool_id, "UserSessionTracking": "DISABLED", "TokenSession": {"MaxPerUser": 20}}
    assert pools.admin("GetUserPoolSessionConfiguration") == default
    client = {"ClientId": pools.client_id}
    assert pools.admin("GetUserPoolClientSessionConfiguration", **client)["SSOSession"] == {"MaxValidityMinutes": 60}
    minutes = {"SSOSession": {"MaxValidityMinutes": 0}}
    params = client | minutes
    assert refusal(pools, "SetUserPoolClientSessionConfiguration", **params) == "InvalidParameterException"
    stated = {"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 3}}
    assert pools.admin("SetUserPoolSessionConfiguration", **stated) == {"UserPoolId": pools.pool_id, **stated}
    assert pools.admin("GetUserPoolSessionConfiguration") == {"UserPoolId": pools.pool_id, **stated}
    pools.admin("SetUserPoolClientSessionConfiguration", **params)
    assert pools.admin("GetUserPoolClientSessionConfiguration", **client)["SSOSession"] == {"MaxValidityMinutes": 0}


def test_session_tracking_needs_a_plan_and_a_number_within_bounds(make: Any) -> None:
    stated = {"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 101}}
    assert refusal(make(), "SetUserPoolSessionConfiguration", **stated) == "InvalidParameterException"
    stated["TokenSession"] = {"MaxPerUser": 100}
    pools = make(pool={"tier": "LITE"})
    assert refusal(pools, "SetUserPoolSessionConfiguration", **stated) == "FeatureUnavailableInTierException"
    client = {"ClientId": pools.client_id, "SSOSession": {"MaxValidityMinutes": 60}}
    assert refusal(pools, "SetUserPoolClientSessionConfiguration", **client) == "FeatureUnavailableInTierException"
    nobody = {"ClientId": "nobody"}
    assert refusal(pools, "GetUserPoolClientSessionConfiguration", **nobody) == "ResourceNotFoundException"


# Limits


def limit(category: str) -> dict[str, Any]:
    return {"LimitDefinition": {"LimitClass": "API_CATEGORY", "Attributes": {"Category": category}}}


def test_a_limit_is_provisioned_for_the_account_and_shown(pools: Any) -> None:
    assert pools.call("GetProvisionedLimit", **limit("UserAuthentication")) == {
        "Limit": {**limit("UserAuthentication"), "ProvisionedLimitValue": 120, "FreeLimitValue": 120}
    }
    changed = pools.call("UpdateProvisionedLimit", **limit("UserAuthentication"), RequestedLimitValue=500)["Limit"]
    assert (changed["ProvisionedLimitValue"], changed["FreeLimitValue"]) == (500, 120)
    assert pools.call("GetProvisionedLimit", **limit("UserAuthentication"))["Limit"] == changed
    theirs = pools.call("GetProvisionedLimit", pools.foreigner, **limit("UserAuthentication"))["Limit"]
    assert theirs["ProvisionedLimitValue"] == 120


def test_a_limit_is_of_a_known_category_and_never_below_the_default(pools: Any) -> None:
    assert pools.refusal("GetProvisionedLimit", **limit("Nothing"))[0] == "ResourceNotFoundException"
    odd = {"LimitDefinition": {"LimitClass": "API_CATEGORY", "Attributes": {"Kind": "UserRead"}}}
    assert pools.refusal("GetProvisionedLimit", **odd)[0] == "InvalidParameterException"
    low = {**limit("UserRead"), "RequestedLimitValue": 119}
    assert pools.refusal("UpdateProvisionedLimit", **low)[0] == "InvalidParameterException"
    with assuming({"cognito.provisionedLimitMaximum": "default"}):
        high = {**limit("UserRead"), "RequestedLimitValue": 121}
        assert pools.refusal("UpdateProvisionedLimit", **high)[0] == "ServiceQuotaExceededException"
        pools.call("UpdateProvisionedLimit", **limit("UserRead"), RequestedLimitValue=120)


def test_a_provisioned_limit_is_in_force_where_a_world_has_limits(pools: Any) -> None:
    from dataclasses import replace

    from cogsim.world.rate_limits import RateLimits

    pools.call("UpdateProvisionedLimit", **limit("UserPoolRead"), RequestedLimitValue=16)
    pools.cloud.world = replace(pools.cloud.world, rate_limits=RateLimits(Map({"UserPoolRead": 1})))
    for _ in range(16):
        pools.admin("DescribeUserPool")
    assert refusal(pools, "DescribeUserPool") == "TooManyRequestsException"


# All of them

OPERATIONS = (
    ("SetRiskConfiguration", {}),
    ("DescribeRiskConfiguration", {}),
    ("SetLogDeliveryConfiguration", {"LogConfigurations": []}),
    ("GetLogDeliveryConfiguration", {}),
    ("SetUICustomization", {}),
    ("GetUICustomization", {}),
    ("CreateManagedLoginBranding", {"ClientId": "c"}),
    ("DescribeManagedLoginBrandingByClient", {"ClientId": "c"}),
    ("CreateTerms", {"ClientId": "c", **TERMS}),
    ("ListTerms", {}),
    ("CreateUserPoolReplica", {"RegionName": "eu-west-1"}),
    ("ListUserPoolReplicas", {}),
    ("SetUserPoolSessionConfiguration", {"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 1}}),
    ("GetUserPoolSessionConfiguration", {}),
    ("GetUserPoolClientSessionConfiguration", {"ClientId": "c"}),
    ("GetSigningCertificate", {}),
    ("CreateResourceServer", {"Identifier": "a", "Name": "a"}),
    ("ListResourceServers", {}),
    ("ListIdentityProviders", {}),
    ("CreateUserPoolDomain", {"Domain": "a"}),
    ("DeleteUserPoolDomain", {"Domain": "a"}),
)


@pytest.mark.parametrize(("operation", "params"), OPERATIONS)
def test_a_setting_needs_its_action_and_an_own_pool(pools: Any, operation: str, params: dict[str, Any]) -> None:
    whole = {"UserPoolId": pools.pool_id, **params}
    code, text = pools.refusal(operation, pools.stranger, **whole)
    assert code == "AccessDeniedException"
    assert f"cognito-idp:{operation}" in text
    assert pools.refusal(operation, pools.foreigner, **whole)[0] == "ResourceNotFoundException"


def test_a_blob_given_as_text_stands_for_its_bytes(pools: Any) -> None:
    asset = {"Category": "FORM_LOGO", "ColorMode": "DARK", "Extension": "SVG", "Bytes": "<svg/>"}
    made = pools.admin("CreateManagedLoginBranding", ClientId=pools.client_id, Assets=[asset])
    assert made["ManagedLoginBranding"]["Assets"][0]["Bytes"] == b"<svg/>"
    kept = next(iter(pools.cloud.world.pool_documents.values())).content["Assets"][0]["Bytes"]
    assert kept == base64.b64encode(b"<svg/>").decode()
