"""What AWS refuses of a new user pool, and with which words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.aws.cognito_idp.conftest import Pools

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
OTHER_FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:g"
ROLE = "arn:aws:iam::123456789012:role/sms"
INVALID = "InvalidParameterException"
ESSENTIALS = "The following features need to be disabled for the ESSENTIALS pricing tier configured: "
LITE = "The following features need to be disabled for the LITE pricing tier configured: "
UNAVAILABLE = "FeatureUnavailableInTierException"


@pytest.mark.parametrize(
    ("members", "code", "text"),
    [
        (
            {"AliasAttributes": ["email"], "UsernameAttributes": ["email"]},
            INVALID,
            "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.",
        ),
        (
            {"UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]}},
            INVALID,
            "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes",
        ),
        (
            {"Schema": [{"Name": "a", "AttributeDataType": "String", "Required": True}]},
            INVALID,
            "Required custom attributes are not supported currently.",
        ),
        (
            {"Schema": [{"Name": "a"}]},
            INVALID,
            "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
        ),
        ({"Schema": [{"Name": "email", "AttributeDataType": "Number"}]}, INVALID, "Invalid AttributeDataType input"),
        ({"Schema": [{"Name": "email"}, {"Name": "email"}]}, INVALID, "email is defined twice"),
        (
            {
                "Schema": [
                    {
                        "Name": "a",
                        "AttributeDataType": "Number",
                        "NumberAttributeConstraints": {"MinValue": "x"},
                    }
                ]
            },
            INVALID,
            "'x' is not a whole number",
        ),
        (
            {
                "Schema": [
                    {
                        "Name": "a",
                        "AttributeDataType": "String",
                        "StringAttributeConstraints": {"MinLength": "5", "MaxLength": "4"},
                    }
                ]
            },
            INVALID,
            "below the minimum",
        ),
        (
            {
                "Schema": [
                    {"Name": "a", "AttributeDataType": "String", "StringAttributeConstraints": {"MaxLength": "2049"}}
                ]
            },
            INVALID,
            "2049 is not within 0 to 2048",
        ),
        (
            {"AliasAttributes": ["preferred_username"], "Schema": [{"Name": "preferred_username", "Required": True}]},
            INVALID,
            "preferred_username cannot be required",
        ),
        (
            {"MfaConfiguration": "OPTIONAL"},
            INVALID,
            "SMS configuration and Auto verification for phone_number are required when MFA is required/optional",
        ),
        (
            {
                "MfaConfiguration": "ON",
                "SmsConfiguration": {"SnsCallerArn": ROLE},
                "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "SMS_OTP"]}},
            },
            INVALID,
            "one-time passwords cannot be first factors",
        ),
        (
            {"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["WEB_AUTHN"]}}},
            INVALID,
            "must hold more than WEB_AUTHN",
        ),
        (
            {"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "SOFTWARE_TOKEN"]}}},
            INVALID,
            "'SOFTWARE_TOKEN' is not one of",
        ),
        (
            {
                "AccountRecoverySetting": {
                    "RecoveryMechanisms": [
                        {"Priority": 1, "Name": "admin_only"},
                        {"Priority": 2, "Name": "verified_email"},
                    ]
                }
            },
            INVALID,
            "admin_only must stand alone",
        ),
        (
            {
                "AccountRecoverySetting": {
                    "RecoveryMechanisms": [
                        {"Priority": 1, "Name": "verified_phone_number"},
                        {"Priority": 1, "Name": "verified_email"},
                    ]
                }
            },
            INVALID,
            "a Priority of its own",
        ),
        (
            {
                "LambdaConfig": {
                    "PreTokenGeneration": FUNCTION,
                    "PreTokenGenerationConfig": {"LambdaVersion": "V1_0", "LambdaArn": OTHER_FUNCTION},
                }
            },
            INVALID,
            "must be the function that PreTokenGeneration names",
        ),
        (
            {"LambdaConfig": {"CustomSMSSender": {"LambdaVersion": "V1_0", "LambdaArn": FUNCTION}}},
            INVALID,
            "KMSKeyID is required with CustomSMSSender",
        ),
        ({"EmailConfiguration": {"EmailSendingAccount": "DEVELOPER"}}, INVALID, "SourceArn is required"),
        ({"UserPoolTags": {f"k{number}": "v" for number in range(51)}}, INVALID, "at most 50 tags"),
        ({"UserPoolTags": {"aws:x": "v"}}, INVALID, "aws:x is reserved"),
        (
            {
                "AdminCreateUserConfig": {"UnusedAccountValidityDays": 5},
                "Policies": {"PasswordPolicy": {"TemporaryPasswordValidityDays": 3}},
            },
            INVALID,
            "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays",
        ),
        (
            {"UserPoolTier": "ESSENTIALS", "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"}},
            UNAVAILABLE,
            f"{ESSENTIALS}Threat Protection",
        ),
        (
            {"UserPoolTier": "LITE", "Policies": {"PasswordPolicy": {"PasswordHistorySize": 1}}},
            UNAVAILABLE,
            f"{LITE}Password History",
        ),
        (
            {
                "UserPoolTier": "LITE",
                "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}},
            },
            UNAVAILABLE,
            f"{LITE}Choice-Based Sign-In",
        ),
        (
            {
                "UserPoolTier": "LITE",
                "LambdaConfig": {"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": FUNCTION}},
            },
            UNAVAILABLE,
            f"{LITE}Access Token Customization",
        ),
        (
            {"UserPoolTier": "LITE", "AcrConfiguration": {"Level1": {"AcrValue": "one"}}},
            UNAVAILABLE,
            f"{LITE}ACR Configuration",
        ),
        (
            {"UserPoolTier": "LITE", "DcrConfiguration": {"EnableStatus": "Enabled"}},
            UNAVAILABLE,
            f"{LITE}Dynamic Client Registration",
        ),
        ({"Policies": {"PasswordPolicy": {"MinimumLength": 5}}}, INVALID, "greater than or equal to 6"),
        ({"MfaConfiguration": "SOMETIMES"}, INVALID, "enum value set"),
    ],
)
def test_what_aws_refuses_of_a_new_pool(pools: Pools, members: dict[str, Any], code: str, text: str) -> None:
    before = pools.cloud.world
    refused, message = pools.refusal("CreateUserPool", PoolName="New", **members)
    assert (refused, text in message) == (code, True), message
    assert pools.cloud.world is before
