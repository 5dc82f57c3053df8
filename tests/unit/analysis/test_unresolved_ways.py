"""A reference that was not resolved and stands on the way to credentials is named by the answer it may change."""

from __future__ import annotations

from pathlib import Path

import pytest

from cogsim.analysis.can import can
from cogsim.decisions.authorization import unresolved
from cogsim.load import load
from cogsim.world.origin import could_be, unresolved_facts

WORLD = """\
Parameters: {P: {Type: String}}
Resources:
  Pool: {Type: AWS::Cognito::UserPool, Properties: {Schema: [{Name: tenant, AttributeDataType: String}]}}
  App: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Pool}}
  One:
    Type: AWS::Cognito::UserPoolGroup
    Properties: {UserPoolId: !Ref Pool, GroupName: one, RoleArn: !GetAtt Low.Arn}
  Two:
    Type: AWS::Cognito::UserPoolGroup
    Properties: {UserPoolId: !Ref Pool, GroupName: two, RoleArn: <role>}
  Ada:
    Type: AWS::Cognito::UserPoolUser
    Metadata: {cogsim: {Password: Correct-horse-9}}
    Properties: {UserPoolId: !Ref Pool, Username: ada, UserAttributes: [{Name: "custom:tenant", Value: acme}]}
  AdaOne:
    Type: AWS::Cognito::UserPoolUserToGroupAttachment
    Properties: {UserPoolId: !Ref Pool, Username: !Ref Ada, GroupName: !Ref One}
  AdaTwo:
    Type: AWS::Cognito::UserPoolUserToGroupAttachment
    Properties: {UserPoolId: !Ref Pool, Username: !Ref Ada, GroupName: !Ref Two}
  Ids:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: false
      CognitoIdentityProviders: [{ProviderName: !GetAtt Pool.ProviderName, ClientId: <client>}]
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Ids
      Roles: {authenticated: !GetAtt Low.Arn}
      RoleMappings:
        Only:
          {IdentityProvider: !Sub "${Pool.ProviderName}:<key>", AmbiguousRoleResolution: AuthenticatedRole, <mapping>}
  Low:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          Effect: Allow
          Principal: {Federated: cognito-identity.amazonaws.com}
          Action: sts:AssumeRoleWithWebIdentity
          Condition: {StringEquals: {"cognito-identity.amazonaws.com:aud": !Ref Ids}}
"""
RULE = "{Claim: 'custom:tenant', MatchType: Equals, Value: VALUE, RoleARN: 'arn:aws:iam::123456789012:role/high'}"
RULES = f"Type: Rules, RulesConfiguration: {{Rules: [{RULE}]}}"
KNOWN = {"role": "!GetAtt Low.Arn", "client": "!Ref App", "key": "${App}", "mapping": "Type: Token"}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({}, ()),
        ({"mapping": RULES.replace("VALUE", "globex")}, ()),
        ({"mapping": RULES.replace("VALUE", "!Ref P")}, ("«P»",)),
        ({"key": "${P}"}, ("«P»",)),
        ({"client": "!Ref P"}, ("«P»",)),
        ({"role": "!Ref P"}, ("«P»",)),
    ],
)
def test_what_may_choose_another_role_is_named(changed: dict[str, str], named: tuple[str, ...], tmp_path: Path) -> None:
    text = WORLD
    for name, value in {**KNOWN, **changed}.items():
        text = text.replace(f"<{name}>", value)
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    answer = can(load(tmp_path / "a.yaml"), "ada", "s3:GetObject", "arn:aws:s3:::data/x")
    assert not answer.value.allowed
    assert set(named) == {name for name in unresolved(answer) if "«" in name}


def test_a_text_with_references_could_be_what_fits_around_them() -> None:
    assert could_be("pool:«P»", "pool:app")
    assert not could_be("pool:«P»", "other:app")
    assert not could_be("pool:app", "pool:app")  # nothing in it is open
    assert unresolved_facts("a«P»«Q»", "«P»", "b") == (("unresolved", "«P»"), ("unresolved", "«Q»"))
