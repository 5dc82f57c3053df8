"""A pool's second factors and passkeys, as SetUserPoolMfaConfig sets them."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.persistent import Map
from tests.unit.aws.cognito_idp.conftest import Make, Pools

SMS = {"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "x"}}
SES = "arn:aws:ses:us-east-1:123456789012:identity/a@example.com"
TOTP = {"Enabled": True}
INVALID = "InvalidParameterException"
TOGETHER = "Invalid MFA configuration given, can't turn off MFA and configure an MFA together."
NONE_LEFT = "Invalid MFA configuration given, can't disable all MFAs with a required or optional configuration."


def test_a_pool_without_mfa_says_so(pools: Pools) -> None:
    assert pools.admin("GetUserPoolMfaConfig") == {
        "MfaConfiguration": "OFF",
        "SoftwareTokenMfaConfiguration": {"Enabled": False},
    }


def test_the_call_states_all_factors_at_once(make: Make) -> None:
    email = {"EmailSendingAccount": "DEVELOPER", "SourceArn": SES}
    pools = make(pool={"email": Map(email)})
    sms = {**SMS, "SmsAuthenticationMessage": "Code {####}"}
    message = {"Message": "Code {####}", "Subject": "Yours"}
    everything: dict[str, Any] = {
        "MfaConfiguration": "ON",
        "SmsMfaConfiguration": sms,
        "SoftwareTokenMfaConfiguration": TOTP,
        "EmailMfaConfiguration": message,
    }
    assert pools.admin("SetUserPoolMfaConfig", **everything) == everything
    assert pools.admin("GetUserPoolMfaConfig") == everything
    pool = pools.admin("DescribeUserPool")["UserPool"]
    assert (pool["MfaConfiguration"], pool["SmsConfiguration"]) == ("ON", SMS["SmsConfiguration"])
    assert pool["SmsAuthenticationMessage"] == "Code {####}"
    less = {"MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": TOTP}
    assert pools.admin("SetUserPoolMfaConfig", **less) == less
    assert pools.cloud.world.user_pools[pools.pool_id].mfa_factors == ("SOFTWARE_TOKEN_MFA",)
    off = pools.admin("SetUserPoolMfaConfig", MfaConfiguration="OFF")
    assert off == {"MfaConfiguration": "OFF", "SoftwareTokenMfaConfiguration": {"Enabled": False}}
    # How text messages are sent is the pool's, not the factor's.
    assert pools.admin("DescribeUserPool")["UserPool"]["SmsConfiguration"] == SMS["SmsConfiguration"]


@pytest.mark.parametrize(
    ("members", "code", "text"),
    [
        ({"MfaConfiguration": "OFF", "SoftwareTokenMfaConfiguration": TOTP}, INVALID, TOGETHER),
        ({"MfaConfiguration": "OFF", "SmsMfaConfiguration": SMS}, INVALID, TOGETHER),
        ({"MfaConfiguration": "OFF", "EmailMfaConfiguration": {}}, INVALID, TOGETHER),
        ({"SoftwareTokenMfaConfiguration": TOTP}, INVALID, TOGETHER),
        ({"MfaConfiguration": "ON"}, INVALID, NONE_LEFT),
        ({"MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": False}}, INVALID, NONE_LEFT),
        (
            {"MfaConfiguration": "ON", "SmsMfaConfiguration": {"SmsAuthenticationMessage": "Code {####}"}},
            INVALID,
            "SmsConfiguration is required for SMS MFA",
        ),
        ({"MfaConfiguration": "ON", "EmailMfaConfiguration": {}}, INVALID, "EmailSendingAccount DEVELOPER"),
        (
            {"WebAuthnConfiguration": {"UserVerification": "discouraged"}},
            INVALID,
            "enum value set",
        ),
    ],
)
def test_mfa_and_its_factors_fit_together(pools: Pools, members: dict[str, Any], code: str, text: str) -> None:
    refused, message = pools.refusal("SetUserPoolMfaConfig", UserPoolId=pools.pool_id, **members)
    assert (refused, text in message) == (code, True), message


def test_factors_need_their_plan(make: Make) -> None:
    pools = make(pool={"tier": "LITE"})
    web = {"FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION"}
    code, text = pools.refusal("SetUserPoolMfaConfig", UserPoolId=pools.pool_id, WebAuthnConfiguration=web)
    assert (code, text.rpartition(": ")[2]) == ("FeatureUnavailableInTierException", "Passkey MFA")
    pools.admin("SetUserPoolMfaConfig", MfaConfiguration="ON", SoftwareTokenMfaConfiguration=TOTP)


def test_email_is_no_factor_where_it_alone_recovers_accounts(make: Make) -> None:
    pools = make(pool={"recovery": ("verified_email",)})
    update = {"MfaConfiguration": "ON", "EmailMfaConfiguration": {}}
    code, text = pools.refusal("SetUserPoolMfaConfig", UserPoolId=pools.pool_id, **update)
    assert (code, "e-mail alone recovers" in text) == (INVALID, True)


def test_one_time_passwords_as_first_factors_and_required_mfa_exclude_each_other(make: Make) -> None:
    pools = make(pool={"first_factors": ("PASSWORD", "EMAIL_OTP")})
    on = {"MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": TOTP}
    code, text = pools.refusal("SetUserPoolMfaConfig", UserPoolId=pools.pool_id, **on)
    assert (code, "one-time passwords" in text) == (INVALID, True)
    pools.admin("SetUserPoolMfaConfig", **{**on, "MfaConfiguration": "OPTIONAL"})


def test_passkeys_are_configured_without_touching_mfa(pools: Pools) -> None:
    pools.admin("SetUserPoolMfaConfig", MfaConfiguration="ON", SoftwareTokenMfaConfiguration=TOTP)
    web = {"RelyingPartyId": "example.com", "UserVerification": "required", "FactorConfiguration": "SINGLE_FACTOR"}
    shown = pools.admin("SetUserPoolMfaConfig", WebAuthnConfiguration=web)
    assert shown == {
        "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": TOTP,
        "WebAuthnConfiguration": web,
    }
    assert pools.admin("SetUserPoolMfaConfig", MfaConfiguration="OFF")["WebAuthnConfiguration"] == web


def test_what_an_unstated_mfa_configuration_means_is_an_assumption(make: Make) -> None:
    pools = make(pool={"mfa": "OPTIONAL", "mfa_factors": ("SMS_MFA",)})
    shown = pools.admin("SetUserPoolMfaConfig", SoftwareTokenMfaConfiguration=TOTP)
    assert shown["MfaConfiguration"] == "OPTIONAL"
    with assuming({"cognito.mfaConfigurationOmitted": "OFF"}):
        update = {"SoftwareTokenMfaConfiguration": TOTP}
        assert pools.refusal("SetUserPoolMfaConfig", UserPoolId=pools.pool_id, **update) == (INVALID, TOGETHER)
