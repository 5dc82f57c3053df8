"""What belongs to a pool, as templates state it: read, held against AWS's rules with its place, and written back."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from cogsim.errors import InputError
from cogsim.frozen import thaw
from cogsim.world.pool_members import COMPROMISED, EXCEPTIONS, TAKEOVER
from cogsim.world.template import dump

EVERYTHING = """\
Resources:
  Pool: {Type: AWS::Cognito::UserPool, Properties: {UserPoolTier: PLUS, UserPoolAddOns: {AdvancedSecurityMode: AUDIT}}}
  Other: {Type: AWS::Cognito::UserPool}
  App: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Pool}}
  Risk:
    Type: AWS::Cognito::UserPoolRiskConfigurationAttachment
    Properties:
      UserPoolId: !Ref Pool
      ClientId: ALL
      CompromisedCredentialsRiskConfiguration: {Actions: {EventAction: BLOCK}}
      AccountTakeoverRiskConfiguration:
        Actions: {HighAction: {EventAction: BLOCK, Notify: true}}
        NotifyConfiguration:
          SourceArn: arn:aws:ses:us-east-1:123456789012:identity/me@example.com
          BlockEmail: {Subject: Blocked, TextBody: Somebody tried}
      RiskExceptionConfiguration: {BlockedIPRangeList: [192.0.2.0/24]}
  Logs:
    Type: AWS::Cognito::LogDeliveryConfiguration
    Properties:
      UserPoolId: !Ref Pool
      LogConfigurations:
        - {LogLevel: INFO, EventSource: userAuthEvents, S3Configuration: {BucketArn: "arn:aws:s3:::logs"}}
  Looks:
    Type: AWS::Cognito::UserPoolUICustomizationAttachment
    Properties: {UserPoolId: !Ref Pool, ClientId: ALL, CSS: ".logo-customizable {}"}
  Style:
    Type: AWS::Cognito::ManagedLoginBranding
    Properties:
      UserPoolId: !Ref Pool
      ClientId: !Ref App
      Settings: {form: {radius: 8, ratio: 1.5, shadow: true, none: null, text: "8"}, list: [1]}
      Assets: [{Category: FORM_LOGO, ColorMode: DARK, Extension: PNG, Bytes: AAEC}]
  Terms:
    Type: AWS::Cognito::Terms
    Properties:
      UserPoolId: !Ref Pool
      ClientId: !Ref App
      TermsName: terms-of-use
      TermsSource: LINK
      Enforcement: NONE
      Links: {"cognito:default": https://example.com}
  Replica:
    Type: AWS::Cognito::UserPoolReplica
    Properties: {UserPoolId: !Ref Pool, RegionName: eu-west-1}
  Domain:
    Type: AWS::Cognito::UserPoolDomain
    Properties: {UserPoolId: !Ref Pool, Domain: my-app}
  Own:
    Type: AWS::Cognito::UserPoolDomain
    Properties:
      UserPoolId: !Ref Pool
      Domain: auth.example.com
      CustomDomainConfig: {CertificateArn: "arn:aws:acm:us-east-1:1:certificate/c", SecurityPolicy: TLS_V1}
      Routing: {Failover: {SecondaryRegion: eu-west-1, PrimaryRoute53HealthCheckId: check}}
  Corp:
    Type: AWS::Cognito::UserPoolIdentityProvider
    Properties:
      UserPoolId: !Ref Pool
      ProviderName: Corp
      ProviderType: OIDC
      ProviderDetails: {client_id: a}
      AttributeMapping: {email: mail, username: sub}
      IdpIdentifiers: [example.com]
    Metadata: {cogsim: {AcrMapping: {Level1: low}, Created: 10, Modified: 20}}
  Api:
    Type: AWS::Cognito::UserPoolResourceServer
    Properties:
      UserPoolId: !Ref Pool
      Identifier: api
      Name: API
      Scopes: [{ScopeName: read, ScopeDescription: Look}]
  Admins:
    Type: AWS::Cognito::UserPoolGroup
    Properties: {UserPoolId: !Ref Pool, GroupName: admins}
    Metadata: {cogsim: {Created: 2026-01-01T00:00:00Z}}
  Sessions:
    Type: Cogsim::PoolDocument
    Properties:
      UserPoolId: !Ref Pool
      Kind: UserPoolSessionConfiguration
      Content: {UserSessionTracking: ENABLED, TokenSession: {MaxPerUser: 3}}
  Ada:
    Type: AWS::Cognito::UserPoolUser
    Properties: {UserPoolId: !Ref Pool, Username: ada}
    Metadata:
      cogsim:
        PasswordHistory: [{Salt: "00", Verifier: "01"}, {Salt: "02", Verifier: "03"}]
        Factors: [SMS_MFA, SOFTWARE_TOKEN_MFA]
        PreferredFactor: SOFTWARE_TOKEN_MFA
        SoftwareToken: {Secret: JBSWY3DPEHPK3PXP, Name: phone}
        Devices:
          us-east-1_11111111: {GroupKey: g, Salt: "0a", Verifier: "ff", Remembered: true, Created: 5}
        Passkeys:
          abc: {PublicKey: key, RelyingPartyId: example.com, SignCount: 7, Transports: [internal], Attachment: platform}
  Breaches:
    Type: Cogsim::BreachedPasswords
    Properties: {Passwords: [hunter2], Sha256: [%s]}
""" % ("AB" * 32)


def test_a_risk_configuration_is_read_with_its_parts(world_of: Any) -> None:
    world = world_of(EVERYTHING)
    (risk,) = world.risk_configurations.values()
    assert (risk.client_id, risk.compromised_action) == (None, "BLOCK")
    assert risk.compromised_events == ("SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP")
    assert (risk.takeover["High"].event_action, risk.takeover["High"].notify) == ("BLOCK", True)
    assert risk.notify["BlockEmail"]["Subject"] == "Blocked"
    assert risk.blocked_ranges == ("192.0.2.0/24",)
    assert risk.parts == (COMPROMISED, TAKEOVER, EXCEPTIONS)
    assert risk.origin.at(COMPROMISED).line == 10


def test_documents_are_of_the_apis_own_shape(world_of: Any) -> None:
    world = world_of(EVERYTHING)
    found = {kind: (key, thaw(document.content)) for (_, kind, key), document in world.pool_documents.items()}
    assert found["LogDeliveryConfiguration"][1]["LogConfigurations"][0]["EventSource"] == "userAuthEvents"
    settings = {"form": {"radius": 8, "ratio": 1.5, "shadow": True, "none": None, "text": "8"}, "list": [1]}
    assert found["ManagedLoginBranding"][1]["Settings"] == settings
    assert found["ManagedLoginBranding"][0] == world.names["stack/Style"].attributes["ManagedLoginBrandingId"]
    assert found["Terms"][1]["Links"] == {"cognito:default": "https://example.com"}
    assert found["UICustomization"] == ("ALL", {"CSS": ".logo-customizable {}"})
    assert found["UserPoolReplica"] == ("eu-west-1", {"Status": "INACTIVE"})
    assert found["UserPoolSessionConfiguration"][1]["TokenSession"] == {"MaxPerUser": 3}


def test_a_user_is_read_with_all_that_it_owns(world_of: Any) -> None:
    world = world_of(EVERYTHING)
    (user,) = world.pool_users.values()
    assert [kept.verifier for kept in user.password_history] == ["01", "03"]
    assert (user.factors, user.preferred_factor) == (("SMS_MFA", "SOFTWARE_TOKEN_MFA"), "SOFTWARE_TOKEN_MFA")
    assert (user.software_token.secret, user.software_token.name) == ("JBSWY3DPEHPK3PXP", "phone")
    device = user.devices["us-east-1_11111111"]
    assert (device.remembered, device.created, device.modified, device.last_authenticated) == (True, 5, 5, 5)
    passkey = user.passkeys["abc"]
    assert (passkey.sign_count, passkey.transports, passkey.attachment) == (7, ("internal",), "platform")


def test_members_and_breaches_are_read_and_all_comes_back_from_what_is_written(world_of: Any) -> None:
    world = world_of(EVERYTHING)
    assert world.breached_passwords == {hashlib.sha256(b"hunter2").hexdigest(), "ab" * 32}
    (provider,) = world.pool_providers.values()
    assert (provider.acr_mapping["Level1"], provider.created, provider.modified) == ("low", 10.0, 20.0)
    group, autogenerated = sorted(world.pool_groups.values(), key=lambda each: each.name)
    assert autogenerated.name == f"{provider.pool_id}_Corp"
    assert group.created == group.modified == 1767225600.0
    own = next(domain for domain in world.domains.values() if domain.custom)
    assert (own.security_policy, own.routing["Failover"]["SecondaryRegion"]) == ("TLS_V1", "eu-west-1")
    assert world.names["stack/Own"].attributes["CloudFrontDistribution"] == own.cloudfront
    written = dump(world)
    assert "hunter2" not in "".join(written.values())
    assert world_of(*written.values()) == world


@pytest.mark.parametrize(
    ("written", "wrong", "told"),
    [
        ("{EventAction: BLOCK}}", "{EventAction: REFUSE}}", "a.yaml:10:72: Comprom.* 'REFUSE', and must be one of"),
        ("HighAction: {EventAction: BLOCK, ", "HighAction: {", r"a.yaml:12:31: Acc.*EventAction .*is required"),
        ("HighAction", "HugeAction", r"a.yaml:12:19: .*unknown property 'HugeAction'.*HighAction"),
        ("[192.0.2.0/24]", "[192.0.2.0]", r"a.yaml:16:36: RiskExc.*'192.0.2.0' is no address range"),
        ("LogLevel: INFO", "LogLevel: DEBUG", "a.yaml:22:22: LogConfigurations.LogLevel .* 'DEBUG'"),
        ("LogLevel: INFO", "LogLevel: ERROR", "a.yaml:22:22: LogConfigurations.LogLevel .* is sent at INFO"),
        ("EventSource: userAuthEvents, S3", "EventSource: userAuthEvents, X: 1, S3", "unknown property 'X'"),
        ("S3Configuration: {BucketArn:", "CloudWatchLogsConfiguration: {BucketArn:", "unknown property 'BucketArn'"),
        ("LogLevel: INFO, EventSource: userAuthEvents", "EventSource: userNotification", "takes no userNotification"),
        (
            "Properties: {UserPoolId: !Ref Pool, Domain: my-app}",
            "Properties: {UserPoolId: !Ref Pool, Domain: My_App}",
            "a.yaml:47:49: Domain of Domain is 'My_App': a prefix has",
        ),
        ("Domain: my-app}", "Domain: my-aws-app}", "cannot contain the reserved word aws"),
        ("ProviderName: Corp", "ProviderName: Google", "ProviderName of Corp is 'Google', and cannot be of type OIDC"),
        ("TermsName: terms-of-use", "TermsName: terms", "a.yaml:38:18: TermsName of Terms is 'terms'"),
        ("ManagedLoginBranding\n", "ManagedLoginBrand\n", "no resource type is called"),
        ("PreferredFactor: SOFTWARE_TOKEN_MFA", "PreferredFactor: EMAIL_OTP", "not among Factors"),
        ("SMS_MFA, SOFT", "SMS, SOFT", "'SMS', not one of SMS_MFA"),
        ("{Secret: JBSWY3DPEHPK3PXP, ", "{", "SoftwareToken.Secret .*is required"),
        ("{GroupKey: g, ", "{Group: g, ", "has an unknown property 'Group'"),
        ('Verifier: "ff"', 'Verifier: "xy"', "must be hexadecimal digits"),
        ("SignCount: 7", "SignCount: seven", "must be a whole number"),
        ("AttributeMapping: {email:", "AttributeMapping: {emial:", r"a.yaml:62:33: .*emial .*did you mean 'email'"),
        ("ProviderType: OIDC", "ProviderType: OpenID", "must be one of SAML"),
        ("Kind: UserPoolSessionConfiguration", "Kind: Sessions", "is 'Sessions', and must be one of"),
        ("Sha256: [AB", "Sha256: [XY", "is no SHA-256"),
        ("Domain: my-app}", "Domain: my-app, ManagedLoginVersion: 3}", "a.yaml:47:57: ManagedLogin.* 3 is not 1 or 2"),
        ("[{ScopeName: read, ScopeDescription: Look}]", "[{ScopeName: a}, {ScopeName: a}]", "of a scope before"),
    ],
)
def test_what_aws_would_refuse_is_an_error_at_its_line(world_of: Any, written: str, wrong: str, told: str) -> None:
    assert written in EVERYTHING
    with pytest.raises(InputError, match=told):
        world_of(EVERYTHING.replace(written, wrong))


TERMS = (
    "UserPoolId: !Ref Pool, ClientId: !Ref App, TermsName: terms-of-use, TermsSource: LINK, Enforcement: NONE, "
    "Links: {}"
)
SECOND = """
  Again:
    Type: AWS::Cognito::{type}
    Properties: {{{properties}}}
"""


@pytest.mark.parametrize(
    ("type_name", "properties", "told"),
    [
        ("UserPoolGroup", "UserPoolId: !Ref Pool, GroupName: admins", "the group admins of"),
        ("UserPoolIdentityProvider", "UserPoolId: !Ref Pool, ProviderName: Corp, ProviderType: OIDC", "Corp of"),
        (
            "UserPoolIdentityProvider",
            "UserPoolId: !Ref Pool, ProviderName: B, ProviderType: OIDC, IdpIdentifiers: [example.com]",
            "the identifier example.com",
        ),
        ("UserPoolResourceServer", "UserPoolId: !Ref Pool, Identifier: api, Name: x", "the resource server api of"),
        ("UserPoolDomain", "UserPoolId: !Ref Other, Domain: my-app", "the domain my-app in us-east-1"),
        ("UserPoolDomain", "UserPoolId: !Ref Pool, Domain: second", "the prefix of"),
        (
            "UserPoolDomain",
            "UserPoolId: !Ref Other, Domain: auth.example.com, CustomDomainConfig: {CertificateArn: a}",
            "the domain auth.example.com",
        ),
        ("UserPoolRiskConfigurationAttachment", "UserPoolId: !Ref Pool, ClientId: ALL", "risk configuration of ALL"),
        ("LogDeliveryConfiguration", "UserPoolId: !Ref Pool", "the LogDeliveryConfiguration"),
        ("ManagedLoginBranding", "UserPoolId: !Ref Pool, ClientId: !Ref App", "the branding style of the app client"),
        (
            "Terms",
            TERMS,
            "the document terms-of-use",
        ),
        ("UserPoolReplica", "UserPoolId: !Ref Pool, RegionName: eu-west-1", "the UserPoolReplica eu-west-1"),
    ],
)
def test_what_is_defined_twice_is_refused(world_of: Any, type_name: str, properties: str, told: str) -> None:
    text = EVERYTHING + SECOND.format(type=type_name, properties=properties)
    with pytest.raises(InputError, match=f"{told}.* is defined twice, first at a.yaml:"):
        world_of(text)


def test_a_providers_group_that_has_gone_stays_away(world_of: Any) -> None:
    world = world_of(EVERYTHING)
    (provider,) = world.pool_providers.values()
    without = world.without_pool_group(provider.pool_id, f"{provider.pool_id}_Corp")
    assert world_of(*dump(without).values()) == without


def test_the_same_prefix_may_stand_in_another_region(world_of: Any) -> None:
    abroad = """\
        Metadata: {cogsim: {region: eu-west-1, stack: abroad}}
        Resources:
          Pool: {Type: AWS::Cognito::UserPool}
          Domain: {Type: AWS::Cognito::UserPoolDomain, Properties: {UserPoolId: !Ref Pool, Domain: my-app}}
        """
    world = world_of(EVERYTHING, abroad)
    assert [domain.domain for domain in world.domains.values()].count("my-app") == 2


def test_a_setting_of_what_is_not_there_is_told(world_of: Any) -> None:
    text = """\
        Resources:
          Pool: {Type: AWS::Cognito::UserPool}
          Risk:
            Type: AWS::Cognito::UserPoolRiskConfigurationAttachment
            Properties: {UserPoolId: !Ref Pool, ClientId: nobody}
          Style: {Type: AWS::Cognito::ManagedLoginBranding, Properties: {UserPoolId: !Ref Pool, ClientId: nobody}}
          Server:
            Type: AWS::Cognito::UserPoolResourceServer
            Properties: {UserPoolId: us-east-1_x, Identifier: a, Name: a}
        """
    warnings = world_of(text).completeness.warnings
    assert "Risk configures threat protection, which is off in" in warnings[0]
    assert [warning.partition(": ")[2].partition(",")[0] for warning in warnings[1:]] == [
        "UserPoolId of Server is us-east-1_x",
        "ClientId of Risk is nobody",
        "ClientId of Style is nobody",
    ]
