"""A world of two tenants for the tests of analyses, written as a person would write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cogsim.load import load
from cogsim.world.world import World

TWO_TENANTS = """
Metadata: {cogsim: {stack: two, region: eu-west-1}}
Resources:
  Users:
    Type: AWS::Cognito::UserPool
    Properties:
      Schema: [{Name: tenant, AttributeDataType: String, Mutable: true}]
  Spa:
    Type: AWS::Cognito::UserPoolClient
    Properties: {UserPoolId: !Ref Users, ExplicitAuthFlows: [ALLOW_USER_SRP_AUTH]}
  Machine:
    Type: AWS::Cognito::UserPoolClient
    Properties: {UserPoolId: !Ref Users, ExplicitAuthFlows: [ALLOW_REFRESH_TOKEN_AUTH]}
  Admins:
    Type: AWS::Cognito::UserPoolGroup
    Properties: {UserPoolId: !Ref Users, GroupName: admins, RoleArn: !GetAtt AdminRole.Arn}
  Alice:
    Type: AWS::Cognito::UserPoolUser
    Metadata: {cogsim: {Password: Correct-horse-7}}
    Properties: {UserPoolId: !Ref Users, Username: alice, UserAttributes: [{Name: "custom:tenant", Value: acme}]}
  Bob:
    Type: AWS::Cognito::UserPoolUser
    Metadata: {cogsim: {Password: Correct-horse-7}}
    Properties: {UserPoolId: !Ref Users, Username: bob, UserAttributes: [{Name: "custom:tenant", Value: globex}]}
  Carol:
    Type: AWS::Cognito::UserPoolUser
    Metadata: {cogsim: {Password: Correct-horse-7, Enabled: false}}
    Properties: {UserPoolId: !Ref Users, Username: carol}
  Dave:
    Type: AWS::Cognito::UserPoolUser
    Metadata: {cogsim: {Password: Correct-horse-7, Status: UNCONFIRMED}}
    Properties: {UserPoolId: !Ref Users, Username: dave}
  Erin:
    Type: AWS::Cognito::UserPoolUser
    Properties: {UserPoolId: !Ref Users, Username: erin}
  Identities:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: false
      CognitoIdentityProviders:
        - {ClientId: !Ref Spa, ProviderName: !GetAtt Users.ProviderName}
        - {ClientId: !Ref Machine, ProviderName: !GetAtt Users.ProviderName}
  Tags:
    Type: AWS::Cognito::IdentityPoolPrincipalTag
    Properties:
      IdentityPoolId: !Ref Identities
      IdentityProviderName: !GetAtt Users.ProviderName
      PrincipalTags: {tenant: "custom:tenant"}
  Choice:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties: {IdentityPoolId: !Ref Identities, Roles: {authenticated: !GetAtt PersonRole.Arn}}
  PersonRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: &trust
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Federated: cognito-identity.amazonaws.com}
            Action: [sts:AssumeRoleWithWebIdentity, sts:TagSession]
            Condition: {StringEquals: {"cognito-identity.amazonaws.com:aud": !Ref Identities}}
      Policies:
        - PolicyName: tenant
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Sid: Tenant
                Effect: Allow
                Action: [s3:GetObject, s3:PutObject]
                Resource: "arn:aws:s3:::two-data/${aws:PrincipalTag/tenant}/*"
              - Sid: Own
                Effect: Allow
                Action: s3:*
                Resource: "arn:aws:s3:::two-data/private/${cognito-identity.amazonaws.com:sub}/*"
              - Sid: OwnNotes
                Effect: Allow
                Action: dynamodb:GetItem
                Resource: !GetAtt Notes.Arn
                Condition:
                  ForAllValues:StringEquals: {"dynamodb:LeadingKeys": "${cognito-identity.amazonaws.com:sub}"}
  AdminRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: *trust
      ManagedPolicyArns: ["arn:aws:iam::123456789012:policy/not-here"]
      Policies:
        - PolicyName: all
          PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}
  Robot:
    Type: AWS::IAM::User
    Properties:
      UserName: robot
      Policies:
        - PolicyName: list
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{Effect: Allow, Action: s3:ListAllMyBuckets, Resource: "*"}]
  Data:
    Type: AWS::S3::Bucket
    Properties: {BucketName: two-data}
  Notes:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: notes
      AttributeDefinitions: [{AttributeName: owner, AttributeType: S}]
      KeySchema: [{AttributeName: owner, KeyType: HASH}]
  Seed:
    Type: Cogsim::Objects
    Properties:
      Bucket: !Ref Data
      Objects: {acme/plan.txt: a, globex/plan.txt: g, readme.txt: r}
"""


@pytest.fixture(scope="session")
def two_tenants(tmp_path_factory: pytest.TempPathFactory) -> World:
    path = Path(tmp_path_factory.mktemp("world")) / "two.yaml"
    path.write_text(TWO_TENANTS, encoding="utf-8")
    return load(path)
