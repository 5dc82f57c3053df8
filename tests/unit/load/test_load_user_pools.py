"""Every property of user pools and app clients is read, with errors at their lines, and comes back as written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from cogsim.errors import InputError
from cogsim.frozen import thaw
from cogsim.load import load
from cogsim.world.template import dump
from cogsim.world.user_pool import DeviceConfiguration, UserPool, WebAuthnConfiguration
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World
from tests.unit.aws.cognito_idp.conftest import CLIENT_ID, POOL_ARN, POOL_ID, Pools, base_world

Load = Callable[..., World]


def pool_of(world_of: Load, properties: str) -> UserPool:
    """The pool with these properties, written from the fourth line on."""
    head = "Resources:\n  A:\n    Type: AWS::Cognito::UserPool\n    Properties:\n"
    world = world_of(head + indent(dedent(properties), " " * 6))
    return next(iter(world.user_pools.values()))


def client_of(world_of: Load, properties: str) -> UserPoolClient:
    head = "Resources:\n  A:\n    Type: AWS::Cognito::UserPoolClient\n    Properties:\n      UserPoolId: p\n"
    world = world_of(head + indent(dedent(properties), " " * 6))
    return next(iter(world.clients.values()))


def test_factors_devices_passkeys_and_recovery_are_read(world_of: Load) -> None:
    pool = pool_of(
        world_of,
        """\
        MfaConfiguration: "ON"
        EnabledMfas: [SOFTWARE_TOKEN_MFA, SMS_MFA]
        Policies: {SignInPolicy: {AllowedFirstAuthFactors: [PASSWORD, WEB_AUTHN]}}
        WebAuthnRelyingPartyID: example.com
        WebAuthnUserVerification: required
        WebAuthnFactorConfiguration: MULTI_FACTOR_WITH_USER_VERIFICATION
        DeviceConfiguration: {DeviceOnlyRememberedOnUserPrompt: true}
        AccountRecoverySetting:
          RecoveryMechanisms: [{Name: verified_email, Priority: 2}, {Name: verified_phone_number, Priority: 1}]
        UserPoolAddOns: {AdvancedSecurityMode: AUDIT, AdvancedSecurityAdditionalFlows: {CustomAuthMode: ENFORCED}}
        IssuerConfiguration: {Type: UPDATED}
        """,
    )
    assert (pool.mfa, pool.mfa_factors) == ("ON", ("SOFTWARE_TOKEN_MFA", "SMS_MFA"))
    assert pool.first_factors == ("PASSWORD", "WEB_AUTHN")
    assert pool.web_authn == WebAuthnConfiguration("example.com", "required", "MULTI_FACTOR_WITH_USER_VERIFICATION")
    assert pool.devices == DeviceConfiguration(False, True)
    assert pool.recovery == ("verified_phone_number", "verified_email")
    assert (pool.advanced_security, pool.custom_auth_security, pool.tier) == ("AUDIT", "ENFORCED", "PLUS")
    assert pool.issuer.startswith("https://issuer-cognito-idp.")


def test_messages_senders_and_triggers_are_read(world_of: Load) -> None:
    pool = pool_of(
        world_of,
        """\
        EmailVerificationMessage: "Old {####}"
        EmailVerificationSubject: Old
        VerificationMessageTemplate: {EmailMessage: "New {####}", DefaultEmailOption: CONFIRM_WITH_CODE}
        AdminCreateUserConfig: {InviteMessageTemplate: {SMSMessage: "{username} {####}"}}
        SmsAuthenticationMessage: "S {####}"
        EmailAuthenticationMessage: "E {####}"
        EmailAuthenticationSubject: Yours
        EmailConfiguration: {EmailSendingAccount: DEVELOPER, SourceArn: "arn:aws:ses:us-east-1:1:identity/a"}
        SmsConfiguration: {EumsSms: {CallerArn: "arn:aws:iam::1:role/r", Region: eu-west-1}}
        KeyConfiguration: {KeyType: AWS_OWNED_KEY}
        LambdaConfig:
          PreSignUp: f
          PreTokenGenerationConfig: {LambdaArn: g, LambdaVersion: V3_0}
          KMSKeyID: k
        """,
    )
    assert thaw(pool.texts) == {
        "VerificationMessageTemplate": {
            "EmailMessage": "New {####}",
            "EmailSubject": "Old",
            "DefaultEmailOption": "CONFIRM_WITH_CODE",
        },
        "InviteMessageTemplate": {"SMSMessage": "{username} {####}"},
        "SmsAuthenticationMessage": "S {####}",
        "EmailMfaConfiguration": {"Message": "E {####}", "Subject": "Yours"},
    }
    assert thaw(pool.email)["EmailSendingAccount"] == "DEVELOPER"
    assert thaw(pool.sms) == {"EumsSms": {"CallerArn": "arn:aws:iam::1:role/r", "Region": "eu-west-1"}}
    assert thaw(pool.further) == {"KeyConfiguration": {"KeyType": "AWS_OWNED_KEY"}}
    assert dict(pool.triggers.items()) == {"PreSignUp": "f", "PreTokenGenerationConfig": "g"}
    assert (dict(pool.trigger_versions.items()), pool.sender_key) == ({"PreTokenGenerationConfig": "V3_0"}, "k")


def test_text_messages_are_the_factor_of_a_pool_that_can_send_them_and_states_none(world_of: Load) -> None:
    pool = pool_of(world_of, 'MfaConfiguration: OPTIONAL\nSmsConfiguration: {SnsCallerArn: "arn:aws:iam::1:role/r"}\n')
    assert pool.mfa_factors == ("SMS_MFA",)
    assert pool_of(world_of, 'MfaConfiguration: "OFF"\n').mfa_factors == ()


@pytest.mark.parametrize(
    ("properties", "error"),
    [
        ('MfaConfiguration: "ON"\n', "a.yaml:5:25: MfaConfiguration of A is ON, and needs EnabledMfas"),
        ("EnabledMfas: [EMAIL_MFA]\n", "a.yaml:5:20: EnabledMfas of A holds 'EMAIL_MFA', not one of"),
        (
            (
                "AccountRecoverySetting:\n"
                "  RecoveryMechanisms: [{Name: admin_only, Priority: 1}, {Name: verified_email, Priority: 2}]\n"
            ),
            "a.yaml:6:9: AccountRecoverySetting.RecoveryMechanisms of A: admin_only must stand alone",
        ),
        (
            "Policies: {SignInPolicy: {AllowedFirstAuthFactors: [WEB_AUTHN]}}\n",
            "a.yaml:5:33: Policies.SignInPolicy.AllowedFirstAuthFactors of A: must hold more than WEB_AUTHN",
        ),
        (
            (
                'MfaConfiguration: "ON"\nEnabledMfas: [SOFTWARE_TOKEN_MFA]\n'
                "Policies: {SignInPolicy: {AllowedFirstAuthFactors: [PASSWORD, EMAIL_OTP]}}\n"
            ),
            "a.yaml:7:33: Policies.SignInPolicy.AllowedFirstAuthFactors of A: one-time passwords cannot be",
        ),
        (
            "LambdaConfig:\n  PreTokenGeneration: f\n  PreTokenGenerationConfig: {LambdaArn: g}\n",
            "a.yaml:7:36: LambdaConfig.PreTokenGenerationConfig.LambdaArn of A: must be the function",
        ),
        (
            "LambdaConfig: {CustomSMSSender: {LambdaArn: g, LambdaVersion: V2_0}}\n",
            "LambdaConfig.CustomSMSSender.LambdaVersion of A is 'V2_0', and must be one of V1_0",
        ),
        (
            "Policies: {PasswordPolicy: {PasswordHistorySize: 25}}\n",
            "a.yaml:5:35: Policies.PasswordPolicy.PasswordHistorySize of A: 25 is not within 0 to 24",
        ),
        ("WebAuthnUserVerification: requried\n", "(did you mean 'required'?)"),
        ("DeviceConfiguration: {ChallengeRequired: true}\n", "unknown property 'ChallengeRequired'"),
    ],
)
def test_what_aws_would_refuse_of_a_pool_is_an_error_at_its_line(world_of: Load, properties: str, error: str) -> None:
    with pytest.raises(InputError) as caught:
        pool_of(world_of, properties)
    assert error in str(caught.value)


def test_a_clients_rotation_context_and_analytics_are_read(world_of: Load) -> None:
    client = client_of(
        world_of,
        """\
        GenerateSecret: true
        RefreshTokenRotation: {Feature: ENABLED, RetryGracePeriodSeconds: 20}
        EnablePropagateAdditionalUserContextData: true
        AnalyticsConfiguration: {ApplicationId: "00", UserDataShared: true}
        AccessTokenValidity: 20
        TokenValidityUnits: {AccessToken: minutes}
        """,
    )
    assert (client.refresh_token_rotation, client.retry_grace_period, client.propagate_user_context) == (True, 20, True)
    assert client.explicit_auth_flows == ("ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH")
    assert thaw(client.further) == {
        "AnalyticsConfiguration": {"ApplicationId": "00", "UserDataShared": True},
        "TokenValidityUnits": {"AccessToken": "minutes"},
        "StatedValidities": ["AccessTokenValidity"],
    }


@pytest.mark.parametrize(
    ("properties", "error"),
    [
        (
            "ExplicitAuthFlows: [ADMIN_NO_SRP_AUTH, ALLOW_USER_SRP_AUTH]\n",
            "a.yaml:6:7: ExplicitAuthFlows of A: ADMIN_NO_SRP_AUTH does not go together",
        ),
        ("ExplicitAuthFlows: [USER_SRP_AUTH]\n", "a.yaml:6:7: ExplicitAuthFlows of A: 'USER_SRP_AUTH' is not one of"),
        (
            "RefreshTokenRotation: {Feature: ENABLED}\nExplicitAuthFlows: [ALLOW_REFRESH_TOKEN_AUTH]\n",
            "a.yaml:6:30: RefreshTokenRotation.Feature of A: cannot be ENABLED",
        ),
        (
            "EnablePropagateAdditionalUserContextData: true\n",
            "a.yaml:6:7: EnablePropagateAdditionalUserContextData of A: needs a client secret",
        ),
        (
            "RefreshTokenRotation: {Feature: ENABLED, RetryGracePeriodSeconds: 61}\n",
            "a.yaml:6:48: RefreshTokenRotation.RetryGracePeriodSeconds of A: is not between 0 and 60",
        ),
        ("AuthSessionValidity: 16\n", "a.yaml:6:7: AuthSessionValidity of A: 960 s is not between 180 s and 900 s"),
        (
            "AccessTokenValidity: 3\nRefreshTokenValidity: 2\nTokenValidityUnits: {RefreshToken: hours}\n",
            "a.yaml:6:7: AccessTokenValidity of A: 10800 s exceeds",
        ),
        ("DefaultRedirectURI: https://a\n", "a.yaml:6:7: DefaultRedirectURI of A: must be among CallbackURLs"),
    ],
)
def test_what_aws_would_refuse_of_a_client_is_an_error_at_its_line(world_of: Load, properties: str, error: str) -> None:
    with pytest.raises(InputError) as caught:
        client_of(world_of, properties)
    assert error in str(caught.value)


def test_what_the_api_made_is_written_and_loads_again(tmp_path: Path) -> None:
    first = UserPool(POOL_ID, POOL_ARN, "Main")
    pools = Pools(base_world(first, UserPoolClient(CLIENT_ID, POOL_ID, "app")))
    role = {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms"}
    members: dict[str, Any] = {
        "AcrConfiguration": {"Level4": {"AcrValue": "four"}},
        "DcrConfiguration": {"EnableStatus": "Enabled", "OpenDcrEnabled": False, "OpenDcrGrantTypes": ["code"]},
        "MfaConfiguration": "OPTIONAL",
        "SmsConfiguration": role,
    }
    pool_id = pools.call("CreateUserPool", PoolName="x", **members)["UserPool"]["Id"]
    added = [{"Name": name, "AttributeDataType": "String"} for name in ("email", "tenant")]
    pools.call("AddCustomAttributes", UserPoolId=pool_id, CustomAttributes=added)
    units = {"AccessToken": "minutes", "RefreshToken": "hours"}
    client = pools.call(
        "CreateUserPoolClient",
        UserPoolId=pool_id,
        ClientName="c",
        GenerateSecret=True,
        AccessTokenValidity=30,
        TokenValidityUnits=units,
    )["UserPoolClient"]
    pools.cloud.advance(10)
    pools.call("AddUserPoolClientSecret", UserPoolId=pool_id, ClientId=client["ClientId"])
    paths = []
    for name, text in dump(pools.cloud.world).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        paths.append(tmp_path / name)
    again = load(*paths)
    assert again.user_pools == pools.cloud.world.user_pools
    assert again.clients == pools.cloud.world.clients
    described = Pools(again.with_user(next(iter(pools.cloud.world.users.values()))))
    answer = described.call("DescribeUserPoolClient", UserPoolId=pool_id, ClientId=client["ClientId"])
    shown = answer["UserPoolClient"]
    assert (shown["AccessTokenValidity"], shown["TokenValidityUnits"], shown["RefreshTokenValidity"]) == (
        30,
        units,
        720,
    )
