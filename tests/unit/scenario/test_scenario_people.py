"""The recipes: people who sign up, confirm, sign in, refresh and get credentials, as an app would do it for them."""

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
      UsernameAttributes: [email]
      AutoVerifiedAttributes: [email]
      Policies: {PasswordPolicy: {MinimumLength: 8}}
  Secretive:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref People
      GenerateSecret: true
      ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]
  Server:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref People
      ExplicitAuthFlows: [ALLOW_ADMIN_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]
  Identities:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: false
      CognitoIdentityProviders: [{ClientId: !Ref Secretive, ProviderName: !GetAtt People.ProviderName}]
  Choice:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties: {IdentityPoolId: !Ref Identities, Roles: {authenticated: !GetAtt Member.Arn}}
  Member:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Federated: cognito-identity.amazonaws.com}
            Action: sts:AssumeRoleWithWebIdentity
            Condition: {StringEquals: {"cognito-identity.amazonaws.com:aud": !Ref Identities}}
  Operator:
    Type: AWS::IAM::User
    Properties:
      UserName: operator
      Policies:
        - PolicyName: people
          PolicyDocument: {Statement: [{Effect: Allow, Action: "cognito-idp:*", Resource: "*"}]}
  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Operator}}
"""

SIGN_UP = """\
steps:
  - sign_up: {as: ada, username: ada@example.com, client: $Secretive, password: Engine-1843!,
      attributes: {email: ada@example.com}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "world.yaml").write_text(WORLD)
    return tmp_path


def play(steps: str) -> Run:
    Path("story.yaml").write_text("world: world.yaml\n" + SIGN_UP + indent(dedent(steps), "  "))
    return run("story.yaml")


def test_a_person_goes_from_sign_up_to_credentials_through_a_client_with_a_secret() -> None:
    played = play("""\
          - confirm: {as: ada}
          - sign_in: {as: ada, client: $Secretive, identity_pool: $Identities}
            from: {source_ip: 192.0.2.7}
            expect: {role: $Member}
          - call: sts:GetCallerIdentity
            as: $ada
            expect: {response: {Account: 123456789012}}
          - call: cognito-idp:GetUser
            with: {AccessToken: $ada.AccessToken}
            expect: {response: {Username: $ada.UserSub}}
          - advance: 2h
          - call: cognito-idp:GetUser
            with: {AccessToken: $ada.AccessToken}
            expect: {error: NotAuthorizedException}
          - refresh: {as: ada}
          - call: cognito-idp:GetUser
            with: {AccessToken: $ada.AccessToken}
          - credentials: {as: ada, identity_pool: $Identities}
            save: later
            expect: {response: {IdentityId: $ada.IdentityId}}
          - call: sts:GetCallerIdentity
            as: $later
          - call: sts:GetCallerIdentity
            as: $ada
            expect: {error: ExpiredToken}
        """)
    assert [str(failure) for failure in played.failures] == []
    came_from = [event["sourceIPAddress"] for event in played.trail if event["eventName"] == "InitiateAuth"]
    assert came_from[0] == "192.0.2.7"
    assert came_from[-1] != "192.0.2.7"


def test_the_newest_code_of_the_mailbox_can_be_referred_to() -> None:
    played = play("""\
          - confirm: {as: ada, code: "$(ada.code)"}
        """)
    assert played.ok
    resent = play("""\
          - call: cognito-idp:ResendConfirmationCode
            with: {ClientId: $Server, Username: ada@example.com}
          - confirm: {as: ada}
        """)
    assert [str(failure) for failure in resent.failures] == []
    with pytest.raises(InputError, match=r"story.yaml:5:\d+: \$ada has no 'cod'; a person has .*'\$ada.code'"):
        play("""\
          - confirm: {as: ada, code: $ada.cod}
        """)


def test_the_servers_flow_is_signed_by_its_operator() -> None:
    played = play("""\
          - confirm: {as: ada}
          - sign_in: {as: ada, client: $Server, operator: operator}
            save: ada_at_server
          - call: cognito-idp:GetUser
            with: {AccessToken: $ada_at_server.AccessToken}
        """)
    assert [str(failure) for failure in played.failures] == []
    with pytest.raises(InputError, match=r"story.yaml:6:5: client '.*' allows only the server's flow"):
        play("""\
          - confirm: {as: ada}
          - sign_in: {as: ada, client: $Server}
        """)


def test_an_error_in_a_recipe_is_an_error_of_the_step() -> None:
    played = play("""\
          - sign_in: {as: ada, client: $Secretive, password: Wrong-1843!}
            expect: {error: NotAuthorizedException, message: Incorrect username or password.}
          - sign_in: {as: ada, client: $Secretive}
        """)
    (failure,) = played.failures
    assert str(failure).startswith("story.yaml:7:5: UserNotConfirmedException: ")


def test_a_person_without_credentials_cannot_sign() -> None:
    with pytest.raises(InputError, match=r"story.yaml:6:9: \$ada has no AWS credentials"):
        play("""\
          - call: sts:GetCallerIdentity
            as: $ada
        """)


def test_a_person_may_be_called_by_the_name_they_type() -> None:
    Path("story.yaml").write_text(
        dedent("""\
        world: world.yaml
        steps:
          - sign_up: {as: bo@example.com, client: $Secretive, password: Engine-1843!,
              attributes: {email: bo@example.com}}
          - confirm: {as: bo@example.com}
          - sign_in: {as: bo@example.com}
          - refresh: {as: bo@example.com}
          - credentials: {as: bo@example.com, identity_pool: $Identities}
            save: bo
          - call: sts:GetCallerIdentity
            as: $bo
        """)
    )
    assert [str(failure) for failure in run("story.yaml").failures] == []


def test_an_assumption_holds_for_the_whole_story_from_the_loading_of_its_world_on() -> None:
    story = """\
world: world.yaml
assume: {cognito-idp.passwordPolicyDefaults: %s}
steps:
  - sign_up: {as: eve, username: eve@example.com, client: $Secretive, password: all-lower-case,
      attributes: {email: eve@example.com}}
"""
    Path("story.yaml").write_text(story % "not-required")
    assert run("story.yaml").ok
    Path("story.yaml").write_text(story % "required")
    assert "InvalidPasswordException" in run("story.yaml").failures[0].text


def test_somebody_who_has_not_signed_in_is_found_before_anything_runs() -> None:
    with pytest.raises(InputError, match=r"story.yaml:5:5: 'adda' has not signed in \(did you mean 'ada'\?\)"):
        play("""\
          - refresh: {as: adda}
        """)


def test_neither_passwords_nor_codes_nor_tokens_are_shown() -> None:
    played = play("""\
          - confirm: {as: ada}
          - sign_in: {as: ada, client: $Secretive, identity_pool: $Identities}
        """)
    shown = str(played) + repr(played.steps) + played._repr_html_() + str(played.to_dict())
    code = played.steps[1].outcomes[0].call.params["ConfirmationCode"]
    tokens = played.steps[2].outcomes[0].unwrap()["AuthenticationResult"]
    for secret in ("Engine-1843!", code, *(tokens[name] for name in ("IdToken", "AccessToken", "RefreshToken"))):
        assert secret not in shown
