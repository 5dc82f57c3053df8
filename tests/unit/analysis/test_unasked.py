"""What policies allow beyond the questions, and who is asked about though nobody of the world is there yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from cogsim.analysis.unasked import Unasked, unasked
from cogsim.analysis.who_can import access
from cogsim.load import load
from cogsim.world.world import World

POOLS = """
Resources:
  Users: {Type: AWS::Cognito::UserPool}
  Spa: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Users}}
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: false
      CognitoIdentityProviders: [{ClientId: !Ref Spa, ProviderName: !GetAtt Users.ProviderName}]
  Choice:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties: {IdentityPoolId: !Ref Pool, Roles: {authenticated: !GetAtt Reader.Arn}}
  Reader:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Federated: cognito-identity.amazonaws.com}
            Action: sts:AssumeRoleWithWebIdentity
            Condition: {StringEquals: {"cognito-identity.amazonaws.com:aud": !Ref Pool}}
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: s3:GetObject
                Resource: "arn:aws:s3:::papers/${!cognito-identity.amazonaws.com:sub}/*"
  Papers: {Type: AWS::S3::Bucket, Properties: {BucketName: papers}}
""".replace("${!", "${")


def beyond(tmp_path: Path, statement: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    world = load_with(tmp_path, statement)
    return [(one.actions, one.resources) for one in unasked(world)]


def load_with(tmp_path: Path, statement: str) -> World:
    path = tmp_path / "world.yaml"
    policy = f'{{Version: "2012-10-17", Statement: [{statement}]}}'
    user = f"  Ann: {{Type: AWS::IAM::User, Properties: {{Policies: [{{PolicyName: p, PolicyDocument: {policy}}}]}}}}\n"
    path.write_text(POOLS + user)
    return load(path)


@pytest.mark.parametrize(
    ("statement", "actions"),
    [
        ('{Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:::papers/*"}', None),
        ('{Effect: Allow, Action: s3:getobject, Resource: "*"}', None),
        ('{Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:::pap*"}', None),
        ('{Effect: Deny, Action: "s3:*", Resource: "*"}', None),
        ('{Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:::elsewhere/*"}', ("s3:GetObject",)),
        ('{Effect: Allow, Action: ["s3:*", "s3:PutObject"], Resource: "*"}', ("s3:*",)),
        ('{Effect: Allow, Action: "execute-api:Invoke", Resource: "*"}', ("execute-api:Invoke",)),
        ('{Effect: Allow, NotAction: "iam:*", Resource: "*"}', ("all but iam:*",)),
        ('{Effect: Allow, Action: s3:GetObject, NotResource: "arn:aws:s3:::papers/*"}', ("s3:GetObject",)),
    ],
)
def test_an_allow_beyond_the_questions_is_listed(
    tmp_path: Path, statement: str, actions: tuple[str, ...] | None
) -> None:
    assert [found for found, _ in beyond(tmp_path, statement)] == ([actions] if actions else [])


def test_it_is_listed_as_written_and_with_its_place(tmp_path: Path) -> None:
    (one,) = unasked(load_with(tmp_path, '{Effect: Allow, Action: iot:Publish, Resource: "arn:aws:iot:*:*:topic/a"}'))
    assert one == Unasked("Ann", "p", ("iot:Publish",), ("arn:aws:iot:*:*:topic/a",), one.where)
    assert str(one.where).endswith("world.yaml:32:123")


def test_whoever_signs_up_next_is_asked_about(tmp_path: Path) -> None:
    world = load_with(tmp_path, '{Effect: Allow, Action: iot:Publish, Resource: "*"}')
    answers = [answer for answer in access(world) if answer.who == "somebody (nobody today)"]
    allowed = [answer for answer in answers if answer.allowed]
    assert {answer.via for answer in answers} == {"Spa via Pool"}
    assert [answer.action for answer in allowed] == ["s3:GetObject"]
    assert "cogsim-another" not in allowed[0].resource
    assert not [answer for answer in access(world) if answer.via == "a session of the role"]
