"""The life of users as stories: a link that is opened, a password that is forgotten, users who come from a file."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

from cogsim.scenario.run import Run, run

WORLD = """\
Resources:
  People:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolName: people
      AutoVerifiedAttributes: [email]
      VerificationMessageTemplate: {DefaultEmailOption: CONFIRM_WITH_LINK}
  Domain:
    Type: AWS::Cognito::UserPoolDomain
    Properties: {UserPoolId: !Ref People, Domain: people}
  App:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref People
      ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]
  Operator:
    Type: AWS::IAM::User
    Properties:
      UserName: operator
      Policies:
        - PolicyName: people
          PolicyDocument: {Statement: [{Effect: Allow, Action: ["cognito-idp:*", "iam:PassRole"], Resource: "*"}]}
  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Operator}}
"""


def play(tmp_path: Path, steps: str) -> Run:
    (tmp_path / "world.yaml").write_text(WORLD, encoding="utf-8")
    story = tmp_path / "story.yaml"
    story.write_text("name: a life\nworld: world.yaml\nsteps:\n" + indent(dedent(steps), "  "), encoding="utf-8")
    return run(story)


def test_a_link_is_opened_and_a_forgotten_password_replaced(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        """\
        - sign_up: {as: alice, client: $App, password: Correct-horse-9, attributes: {email: alice@example.com}}
        - call: cogsim:OpenConfirmationLink
          with: {Url: $alice.link}
        - sign_in: {as: alice, client: $App, password: Correct-horse-9}
        - call: cognito-idp:ForgotPassword
          with: {ClientId: $App, Username: alice}
        - call: cognito-idp:ConfirmForgotPassword
          with: {ClientId: $App, Username: alice, ConfirmationCode: $alice.code, Password: Battery-staple-8}
        - call: cogsim:OpenConfirmationLink
          with: {Url: $alice.link}
          expect: {error: NotAuthorizedException, message: Current status is CONFIRMED}
        - sign_in: {as: alice, client: $App, password: Correct-horse-9}
          expect: {error: NotAuthorizedException}
        - sign_in: {as: alice, client: $App, password: Battery-staple-8}
        """,
    )
    assert played.failures == ()


def test_users_come_from_a_file(tmp_path: Path) -> None:
    columns = (
        "name,given_name,family_name,middle_name,nickname,preferred_username,profile,picture,website,email,"
        "email_verified,gender,birthdate,zoneinfo,locale,phone_number,phone_number_verified,address,updated_at,"
        "cognito:mfa_enabled,cognito:username"
    )
    played = play(
        tmp_path,
        f"""\
        - call: cognito-idp:CreateUserImportJob
          as: $Operator
          with:
            UserPoolId: $People
            JobName: first
            CloudWatchLogsRoleArn: arn:aws:iam::123456789012:role/log
          save: job
        - call: cogsim:PutUserImportFile
          with:
            UserPoolId: $People
            JobId: $job.UserImportJob.JobId
            Csv: |
              {columns}
              ,,,,,,,,,ann@example.com,true,,,,,,,,,false,ann
        - call: cognito-idp:StartUserImportJob
          as: $Operator
          with: {{UserPoolId: $People, JobId: $job.UserImportJob.JobId}}
        - call: cognito-idp:AdminGetUser
          as: $Operator
          with: {{UserPoolId: $People, Username: ann}}
          expect: {{response: {{UserStatus: RESET_REQUIRED}}}}
        """,
    )
    assert played.failures == ()
