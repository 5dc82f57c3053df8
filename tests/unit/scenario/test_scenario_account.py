"""What people do about their accounts in a story: passwords, factors, devices, passkeys, and what must come of it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from cogsim.errors import InputError
from cogsim.scenario.run import Run, run

WORLD = """\
Resources:
  People:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolName: people
      UserPoolTier: PLUS
      UserPoolAddOns: {AdvancedSecurityMode: AUDIT}
      AutoVerifiedAttributes: [email]
      MfaConfiguration: OPTIONAL
      EnabledMfas: [SOFTWARE_TOKEN_MFA, EMAIL_OTP]
      EmailConfiguration:
        EmailSendingAccount: DEVELOPER
        SourceArn: arn:aws:ses:us-east-1:123456789012:identity/x.example
      AccountRecoverySetting:
        RecoveryMechanisms: [{Name: verified_email, Priority: 1}, {Name: verified_phone_number, Priority: 2}]
      DeviceConfiguration: {ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true}
      Policies: {SignInPolicy: {AllowedFirstAuthFactors: [PASSWORD, EMAIL_OTP, WEB_AUTHN]}}
      WebAuthnRelyingPartyID: people.example
      LambdaConfig:
        DefineAuthChallenge: arn:aws:lambda:us-east-1:123456789012:function:define
        CreateAuthChallenge: arn:aws:lambda:us-east-1:123456789012:function:create
        VerifyAuthChallengeResponse: arn:aws:lambda:us-east-1:123456789012:function:verify
  App:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref People
      GenerateSecret: true
      ExplicitAuthFlows: [ALLOW_USER_AUTH, ALLOW_USER_PASSWORD_AUTH, ALLOW_CUSTOM_AUTH, ALLOW_REFRESH_TOKEN_AUTH]
  Rotating:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref People
      GenerateSecret: true
      ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH]
      RefreshTokenRotation: {Feature: ENABLED, RetryGracePeriodSeconds: 0}
  Ada:
    Type: AWS::Cognito::UserPoolUser
    Metadata: {cogsim: {Password: Engine-1843!}}
    Properties:
      UserPoolId: !Ref People
      Username: ada
      UserAttributes: [{Name: email, Value: ada@x.example}, {Name: email_verified, Value: "true"}]
  Define:
    Type: Cogsim::Trigger
    Properties:
      Function: define
      Rules:
        - When: {request.session.length: 1, request.session.0.challengeName: SRP_A}
          Response: {challengeName: PASSWORD_VERIFIER}
        - When: {request.session.-1.challengeName: PASSWORD_VERIFIER, request.session.-1.challengeResult: false}
          Response: {failAuthentication: true}
        - When: {request.session.-1.challengeName: CUSTOM_CHALLENGE, request.session.-1.challengeResult: true}
          Response: {issueTokens: true}
        - Response: {challengeName: CUSTOM_CHALLENGE}
  Create:
    Type: Cogsim::Trigger
    Properties: {Function: create, Rules: [{Response: {privateChallengeParameters: {answer: "42"}}}]}
  Verify:
    Type: Cogsim::Trigger
    Properties:
      Function: verify
      Rules:
        - {When: {request.challengeAnswer: "42"}, Response: {answerCorrect: true}}
        - {Response: {answerCorrect: false}}
  Operator:
    Type: AWS::IAM::User
    Properties:
      UserName: operator
      Policies:
        - PolicyName: people
          PolicyDocument: {Statement: [{Effect: Allow, Action: "cognito-idp:*", Resource: "*"}]}
  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Operator}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "world.yaml").write_text(WORLD)
    return tmp_path


def play(steps: str) -> Run:
    Path("story.yaml").write_text("world: world.yaml\nsteps:\n" + indent(dedent(steps), "  "))
    return run("story.yaml")


def failures(steps: str) -> list[str]:
    return [str(failure) for failure in play(steps).failures]


def test_a_password_is_forgotten_reset_and_changed_and_the_story_remembers_it() -> None:
    assert not failures("""\
        - forgot_password: {as: ada, client: $App}
          expect: {sent: {to: ada@x.example, medium: EMAIL, purpose: reset password, body: "$(ada.code)"}}
        - reset_password: {as: ada, password: Analytical-1837!}
        - sign_in: {as: ada}
        - change_password: {as: ada, previous: Engine-1843!, password: Difference-1822!}
          expect: {error: NotAuthorizedException}
        - change_password: {as: ada, password: Difference-1822!}
        - sign_in: {as: ada}
        - sign_in: {as: ada, password: Analytical-1837!}
          expect: {error: NotAuthorizedException}
        """)


def test_a_first_password_is_chosen_once_and_remembered() -> None:
    assert not failures("""\
        - call: cognito-idp:AdminCreateUser
          as: operator
          with: {UserPoolId: $People, Username: eve, TemporaryPassword: Temporary-1!, MessageAction: SUPPRESS}
        - sign_in: {as: eve, client: $App, password: Temporary-1!, new_password: Permanent-1!}
        - sign_in: {as: eve, new_password: Never-asked-for-1!}
        - sign_in: {as: eve}
        - sign_in: {as: eve, password: Never-asked-for-1!}
          expect: {error: NotAuthorizedException}
        """)


def test_an_authenticator_is_set_up_asked_and_its_code_spent() -> None:
    assert not failures("""\
        - sign_in: {as: ada, client: $App}
        - set_up_authenticator: {as: ada, authenticator: phone}
        - advance: 30s
        - sign_in: {as: ada, authenticator: phone}
          expect: {because: {"which factor does the user prefer?": SOFTWARE_TOKEN_MFA}, sent: nothing}
        - sign_in: {as: ada, authenticator: phone}
          expect: {error: ExpiredCodeException}
        """)
    with pytest.raises(InputError, match=r"story.yaml:6:5: the authenticator app 'tablet' holds no account yet"):
        play("""\
            - sign_in: {as: ada, client: $App}
            - set_up_authenticator: {as: ada, authenticator: phone}
            - advance: 30s
            - sign_in: {as: ada, authenticator: tablet}
            """)


def test_a_factor_that_is_set_up_without_preference_is_chosen_among_several() -> None:
    assert not failures("""\
        - sign_in: {as: ada, client: $App}
        - set_up_authenticator: {as: ada, authenticator: phone, prefer: false}
        - call: cognito-idp:SetUserMFAPreference
          with: {AccessToken: $ada.AccessToken, EmailMfaSettings: {Enabled: true}}
        - advance: 30s
        - sign_in: {as: ada, mfa: EMAIL_OTP}
          expect: {sent: {to: ada@x.example, purpose: sign-in}}
        - sign_in: {as: ada, mfa: SOFTWARE_TOKEN_MFA, authenticator: phone}
          expect: {sent: nothing}
        """)


def test_a_device_is_remembered_until_its_owner_says_otherwise() -> None:
    assert not failures("""\
        - sign_in: {as: ada, client: $App}
        - set_up_authenticator: {as: ada, authenticator: phone}
        - advance: 30s
        - sign_in: {as: ada, authenticator: phone, device: laptop, remember: false}
        - call: cognito-idp:GetDevice
          with: {AccessToken: $ada.AccessToken, DeviceKey: $ada.DeviceKey}
        - remember_device: {as: ada}
        - sign_in: {as: ada, device: laptop}
          expect: {because: {"what does the sign-in prove next?": "the device, in place of a second factor"}}
        - refresh: {as: ada}
        - remember_device: {as: ada, remember: false}
        - advance: 30s
        - sign_in: {as: ada, device: laptop, authenticator: phone}
        """)
    Path("world.yaml").write_text(WORLD.replace("      DeviceConfiguration", "      # DeviceConfiguration"))
    with pytest.raises(InputError, match=r"story.yaml:4:5: 'ada' has not signed in from a device"):
        play("""\
            - sign_in: {as: ada, client: $App}
            - remember_device: {as: ada}
            """)


def test_a_passkey_signs_in_on_its_own_page_and_gives_another_nothing() -> None:
    played = play("""\
        - sign_in: {as: ada, client: $App}
        - register_passkey: {as: ada, passkey: phone, page: "https://evil.example"}
          expect: {error: BrowserRefusal, message: has no part in the passkeys of people.example}
        - register_passkey: {as: ada, passkey: phone}
        - sign_in: {as: ada, passkey: phone}
          expect: {id_token: {"cognito:username": ada}, sent: nothing}
        - sign_in: {as: ada, passkey: phone, page: "https://evil.example"}
          expect: {error: BrowserRefusal}
        - sign_in: {as: ada, factor: EMAIL_OTP}
          expect: {sent: {to: ada@x.example}}
        """)
    assert [str(failure) for failure in played.failures] == []
    lines = [line for line in str(played).splitlines() if "BrowserRefusal" in line]
    assert [line.split()[-2:] for line in lines] == [
        ["register_passkey", "BrowserRefusal"],
        ["sign_in", "BrowserRefusal"],
    ]


def test_a_question_of_the_pools_own_is_answered_until_the_answers_run_out() -> None:
    assert not failures("""\
        - sign_in: {as: ada, client: $App, answers: [41, 42]}
        - sign_in: {as: ada, password: Engine-1843!, answers: 42}
        - sign_in: {as: ada, password: Wrong-1843!, answers: 42}
          expect: {error: NotAuthorizedException}
        """)
    with pytest.raises(
        InputError, match=r"story.yaml:3:5: 'ada' is asked .* \(CUSTOM_CHALLENGE\): give another answer"
    ):
        play("""\
            - sign_in: {as: ada, client: $App, answers: 41}
            """)


def test_who_signs_out_is_out_here_or_everywhere() -> None:
    assert not failures("""\
        - sign_in: {as: ada, client: $App}
          save: elsewhere
        - sign_in: {as: ada, client: $App}
        - sign_out: {as: ada}
        - refresh: {as: ada}
          expect: {error: NotAuthorizedException}
        - refresh: {as: elsewhere}
        - sign_out: {as: elsewhere, everywhere: true}
        - refresh: {as: elsewhere}
          expect: {error: NotAuthorizedException}
        """)


def test_an_app_that_rotates_refresh_tokens_keeps_the_newest() -> None:
    assert not failures("""\
        - sign_in: {as: ada, client: $Rotating, device: laptop}
        - refresh: {as: ada}
          save: newer
          expect: {differs: {AuthenticationResult.RefreshToken: $ada.RefreshToken}, id_token: {"cognito:username": ada}}
        - refresh: {as: ada}
          expect: {error: RefreshTokenReuseException}
        - refresh: {as: newer}
        - refresh: {as: newer}
        """)


def test_a_fingerprint_goes_along_with_what_apps_send() -> None:
    played = play("""\
        - sign_in: {as: ada, client: $App}
          from: {source_ip: 192.0.2.7, fingerprint: a-laptop}
        - call: cognito-idp:ListUsers
          as: operator
          from: {fingerprint: a-laptop}
          with: {UserPoolId: $People}
        """)
    assert [str(failure) for failure in played.failures] == []
    sent = [outcome.call.params for step in played.steps for outcome in step.outcomes]
    assert [params.get("UserContextData") for params in sent[:2]] == [{"EncodedData": "a-laptop"}] * 2
    assert "UserContextData" not in sent[-1]


def test_nobody_needs_a_password_where_the_pool_takes_none() -> None:
    assert not failures("""\
        - sign_up: {as: eve, client: $App, attributes: {email: eve@x.example}}
        - confirm: {as: eve}
        - sign_in: {as: eve, factor: EMAIL_OTP}
        """)


SELF_SERVICE = "aws.cognito.signin.user.admin"
RESET = "reset password by EMAIL to ada@x.example"


def test_what_was_not_left_is_said() -> None:
    assert failures("""\
        - sign_in: {as: ada, client: $App}
          save: before
          expect:
            id_token: {"cognito:username": bob, emial: ada@x.example, email_verified: null}
            access_token: {scope: openid}
            sent: {to: ada@x.example, body: secret}
        - forgot_password: {as: ada}
          expect: {sent: nothing}
        - forgot_password: {as: ada}
          expect: {sent: [{to: ada@x.example}, {medium: SMS}]}
        - call: cognito-idp:GetUser
          with: {AccessToken: $before.AccessToken}
          expect: {differs: {Username: ada, Usrname: ada}, id_token: {sub: x}}
        """) == [
        "story.yaml:3:5: expected the claim cognito:username of the IdToken to be 'bob', and it is 'ada'",
        "story.yaml:3:5: the IdToken has no claim 'emial' (did you mean 'email'?)",
        "story.yaml:3:5: expected the claim email_verified of the IdToken to be None, and it is True",
        f"story.yaml:3:5: expected the claim scope of the AccessToken to be 'openid', and it is '{SELF_SERVICE}'",
        "story.yaml:3:5: expected a message (to 'ada@x.example', body) to be sent, and there was none",
        f"story.yaml:9:5: expected nothing to be sent, and it was: {RESET}",
        f"story.yaml:11:5: expected a message (medium 'SMS') to be sent, and there was {RESET}",
        "story.yaml:13:5: expected another Username than before, and it is the same",
        "story.yaml:13:5: expected Usrname: the response holds no 'Usrname'; it holds UserAttributes, Username",
        "story.yaml:13:5: expected an IdToken, and the step gave none",
    ]


SIGNED_IN = "- sign_in: {as: ada, client: $App}\n"


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("sign_in: {as: ada, mfa: SMS}", r"4:29: mfa is one of SMS_MFA, .*, not 'SMS' \(did you mean 'SMS_MFA'\?\)"),
        ("sign_in: {as: ada, factor: EMAIL_OPT}", r"4:32: factor is one of .* \(did you mean 'EMAIL_OTP'\?\)"),
        ("sign_in: {as: ada, authentcator: phone}", r"4:24: sign_in has no field 'authentcator' \(did you mean"),
        ("sign_in: {as: ada, device: 1 laptop}", r"4:32: cannot call it '1 laptop'"),
        ("sign_in: {as: ada, device: laptop, remember: perhaps}", r"4:50: remember is true or false, not 'perhaps'"),
        ("sign_in: {as: ada, remember: true}", r"4:24: remember goes with device"),
        ("sign_in: {as: ada, page: 'https://x.example'}", r"4:24: page goes with passkey"),
        ("sign_in: {as: ada, factor: WEB_AUTHN}", r"4:24: a sign-in by WEB_AUTHN needs a field 'passkey'"),
        (
            "sign_in: {as: ada, factor: SMS_OTP, passkey: phone}",
            r"4:41: a passkey signs in by WEB_AUTHN, not by SMS_OTP",
        ),
        ("sign_in: {as: ada, passkey: phone}", r"4:5: no step before has registered a passkey on 'phone'"),
        ("sign_in: {as: ada, answers: 42, factor: PASSWORD}", r"4:37: a sign-in is by answers or by factor"),
        ("sign_in: {as: ada, operator: operator, factor: PASSWORD}", r"4:44: a sign-in is by operator or by factor"),
        ("sign_in: {as: ada, answers: {a: b}}", r"4:33: answers is a list, not a mapping"),
        ("sign_in: {as: ada, answers: [$adda.code]}", r"4:34: \$adda: no step saved .* \(did you mean '\$ada'\?\)"),
        ("register_passkey: {as: ada}", r"4:23: register_passkey needs a field 'passkey'"),
        (
            "register_passkey: {as: ada, passkey: phone, page: x.example}",
            r"page is the origin of a web page, https://host",
        ),
        (
            "set_up_authenticator: {as: adda, authenticator: p}",
            r"4:5: 'adda' has not signed in \(did you mean 'ada'\?\)",
        ),
        ("reset_password: {as: ada}", r"4:21: reset_password needs a field 'password'"),
        ("reset_password: {as: ada, client: $Ap, password: x}", r"4:39: \$Ap: .* \(did you mean '\$App'\?\)"),
        ("change_pasword: {as: ada}", r"4:5: a step is one of .* \(did you mean 'change_password'\?\)"),
        ("change_password: {as: ada, password: $ada.pasword}", r"4:42: \$ada has no 'pasword'"),
        (
            "sign_out: {as: ada, everwhere: true}",
            r"4:25: sign_out has no field 'everwhere' \(did you mean 'everywhere'",
        ),
        ("remember_device: {as: bob}", r"4:5: 'bob' has not signed in"),
        ("refresh: {as: ada}\n  expect: {sent: nothng}", r"5:20: sent is nothing, .* \(did you mean 'nothing'\?\)"),
        ("refresh: {as: ada}\n  expect: {sent: []}", r"5:20: an empty list says nothing"),
        ("refresh: {as: ada}\n  expect: {sent: {two: x}}", r"5:21: a message has no field 'two' \(did you mean 'to'"),
        ("refresh: {as: ada}\n  expect: {sent: {}}", r"5:20: a message has some of to, medium"),
        (
            "refresh: {as: ada}\n  expect: {id_tokn: {}}",
            r"5:14: expect has no field 'id_tokn' \(did you mean 'id_token'",
        ),
        ("refresh: {as: ada}\n  expect: {differs: {X: $adda.code}}", r"5:27: \$adda: no step saved"),
        ("refresh: {as: ada}\n  from: {fingerprnt: x}", r"5:12: from has no field 'fingerprnt' \(did you mean"),
        ("refresh: {as: ada}\n  from: {vpc_source_ip: 10.0.0.1}", r"5:11: vpc_source_ip goes with vpc_endpoint"),
    ],
)
def test_what_means_nothing_is_refused_with_its_place_before_anything_runs(step: str, message: str) -> None:
    with pytest.raises(InputError, match=r"story.yaml:" + message if message[0].isdigit() else message):
        play(SIGNED_IN + "- " + step + "\n")
