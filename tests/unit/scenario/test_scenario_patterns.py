"""The worlds of scenarios/patterns: each fixed form keeps tenants apart, each mistake leaks what its file says."""

from __future__ import annotations

from pathlib import Path

import pytest

import cogsim
from cogsim.analysis.leak import Kind
from cogsim.assumptions import assuming
from cogsim.scenario.load import load, loads
from cogsim.scenario.run import play, run

PATTERNS = Path(__file__).parents[3] / "scenarios" / "patterns"
STORIES = sorted(
    path.relative_to(PATTERNS).with_suffix("").as_posix()
    for path in PATTERNS.glob("*/*.yaml")
    if path.read_text(encoding="utf-8").startswith("name:")
)
#: What can go wrong in every pattern, and is shown in it.
EVERYWHERE = {"scan", "index"}


@pytest.mark.parametrize("story", STORIES)
def test_a_pattern_leaks_as_its_file_says_and_fixed_not_at_all(story: str) -> None:
    played = run(PATTERNS / f"{story}.yaml")
    assert played.failures == ()
    out = [leak for step in played.steps for leak in step.leaks if leak.kind != Kind.WITHHELD]
    assert bool(out) == (not story.endswith("/fixed"))


def test_there_are_six_patterns_each_with_the_mistakes_that_all_can_make() -> None:
    patterns = {story.partition("/")[0] for story in STORIES}
    assert len(patterns) == 6
    for pattern in sorted(patterns):
        mistakes = {story.partition("/")[2] for story in STORIES if story.startswith(f"{pattern}/")}
        assert mistakes >= {"fixed", *EVERYWHERE}


@pytest.mark.parametrize("pattern", sorted({story.partition("/")[0] for story in STORIES}))
def test_a_bucket_and_a_table_are_guarded_and_own_data_comes_back(pattern: str) -> None:
    scenario = load(PATTERNS / pattern / "fixed.yaml")
    with assuming({}):
        played = play(scenario, cogsim.load(*scenario.worlds))
    answered = {step.operation for step in played.steps if step.result == "ok"}
    refused = {step.operation for step in played.steps if step.result.startswith("AccessDenied")}
    assert {"s3:GetObject", "dynamodb:Query"} <= answered
    assert {"s3:GetObject", "dynamodb:Query", "dynamodb:Scan"} <= refused


SELF = """world: [store.yaml, people.yaml, attribute-and-tags/base.yaml, client-writable-tenant.yaml,
  attribute-and-tags/tag.yaml, policies/bucket.yaml, policies/table.yaml, operator.yaml]
steps:
  - sign_in: {as: alice, client: $App, identity_pool: $Identities}
  - %s
  - refresh: {as: alice}
  - credentials: {as: alice, identity_pool: $Identities}
  - {call: s3:GetObject, as: $alice, with: {Bucket: $Documents, Key: globex/plan.txt}}
"""
OPERATOR = """Metadata: {cogsim: {account: "111122223333", region: eu-west-1, stack: patterns}}
Resources:
  Operator:
    Type: AWS::IAM::User
    Properties:
      UserName: operator
      Policies:
        - PolicyName: people
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{Effect: Allow, Action: "cognito-idp:Admin*", Resource: "*"}]
  OperatorKey: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Operator}}
"""
HERSELF = (
    "{call: cognito-idp:UpdateUserAttributes, with: {AccessToken: $alice.AccessToken, "
    "UserAttributes: [{Name: 'custom:tenant', Value: globex}]}}"
)
AN_ADMINISTRATOR = (
    "{call: cognito-idp:AdminUpdateUserAttributes, as: operator, with: {UserPoolId: $Users, Username: alice, "
    "UserAttributes: [{Name: 'custom:tenant', Value: globex}]}}"
)


@pytest.mark.parametrize(("said_by", "leaks"), [(HERSELF, 1), (AN_ADMINISTRATOR, 0)])
def test_an_administrators_word_moves_people_and_their_own_does_not(tmp_path: Path, said_by: str, leaks: int) -> None:
    operator = tmp_path / "operator.yaml"
    operator.write_text(OPERATOR, encoding="utf-8")
    text = (SELF % said_by).replace("operator.yaml", str(operator))
    scenario = loads(text, str(PATTERNS / "said.yaml"))
    played = play(scenario, cogsim.load(*scenario.worlds))
    assert len(played.leaks) == leaks


GUESTS = """Metadata: {cogsim: {account: "111122223333", region: eu-west-1, stack: patterns}}
Resources:
  Guests:
    Type: AWS::Cognito::IdentityPool
    Properties: {IdentityPoolName: guests, AllowUnauthenticatedIdentities: true, AllowClassicFlow: true}
  GuestRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Federated: cognito-identity.amazonaws.com}
            Action: sts:AssumeRoleWithWebIdentity
            Condition: {StringEquals: {"cognito-identity.amazonaws.com:aud": !Ref Guests}}
  GuestChoice:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties: {IdentityPoolId: !Ref Guests, Roles: {unauthenticated: !GetAtt GuestRole.Arn}}
  Desk:
    Type: AWS::IAM::Role
    Properties:
      RoleName: desk
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: "arn:aws:iam::111122223333:user/operator"}
            Action: sts:AssumeRole
  Powers:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [!Ref GuestRole, !Ref Desk]
      PolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Action: ["cognito-idp:Admin*", "sts:AssumeRole"], Resource: "*"}]
"""
MOVED = """world: [store.yaml, people.yaml, attribute-and-tags/base.yaml, client.yaml,
  attribute-and-tags/tag.yaml, policies/bucket.yaml, policies/table.yaml, operator.yaml, guests.yaml]
steps:
%s
  - call: cognito-idp:AdminUpdateUserAttributes
    as: $actor
    with: {UserPoolId: $Users, Username: alice, UserAttributes: [{Name: 'custom:tenant', Value: globex}]}
  - sign_in: {as: alice, client: $App, identity_pool: $Identities}
  - {call: s3:GetObject, as: $alice, with: {Bucket: $Documents, Key: globex/plan.txt}}
"""
GUEST = "  - credentials: {as: guest, identity_pool: $Guests}\n    save: %s"
TAKEN = "  - {call: sts:AssumeRole, as: %s, save: actor, with: {RoleArn: $Desk.Arn, RoleSessionName: desk}}"
ACTORS = {
    "a guest": (GUEST % "actor", 1),
    "an administrator in a role": (TAKEN % "operator", 0),
}


@pytest.mark.parametrize("actor", sorted(ACTORS))
def test_nobody_but_iams_own_is_an_administrator(tmp_path: Path, actor: str) -> None:
    text, leaks = ACTORS[actor]
    for name, fragment in (
        ("operator.yaml", OPERATOR.replace('"cognito-idp:Admin*"', '"sts:*"')),
        ("guests.yaml", GUESTS),
    ):
        (tmp_path / name).write_text(fragment, encoding="utf-8")
    told = MOVED % text
    for name in ("operator.yaml", "guests.yaml"):
        told = told.replace(name, str(tmp_path / name))
    scenario = loads(told, str(PATTERNS / "moved.yaml"))
    played = play(scenario, cogsim.load(*scenario.worlds))
    assert [step.result for step in played.steps] == ["ok"] * len(played.steps)
    assert len(played.leaks) == leaks


POOL = """Metadata: {cogsim: {account: "111122223333", region: eu-west-1, stack: patterns}}
Resources:
  Users:
    Type: AWS::Cognito::UserPool
    Properties: {UserPoolName: acme, AutoVerifiedAttributes: [email]}
  Identities:
    Type: AWS::Cognito::IdentityPool
    Properties:
      IdentityPoolName: identities
      AllowUnauthenticatedIdentities: false
      CognitoIdentityProviders: [{ClientId: !Ref App, ProviderName: !GetAtt Users.ProviderName}]
  Members:
    Type: Cogsim::Tenancy
    Properties: {Members: [{UserPool: !Ref Users, Tenant: acme}]}
  AcmeRole:
    Type: AWS::IAM::Role
    Properties:
      Tags: [{Key: tenant, Value: acme}]
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Federated: cognito-identity.amazonaws.com}
            Action: sts:AssumeRoleWithWebIdentity
            Condition: {StringEquals: {"cognito-identity.amazonaws.com:aud": !Ref Identities}}
      ManagedPolicyArns: [!Ref DocumentsAccess, !Ref RecordsAccess]
  RoleChoice:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties: {IdentityPoolId: !Ref Identities, Roles: {authenticated: !GetAtt AcmeRole.Arn}}
"""
CONFIRMED = """world: [store.yaml, client.yaml, policies/bucket.yaml, policies/table.yaml, operator.yaml, pool.yaml]
steps:
  - sign_up: {as: kim, username: kim, client: $App, password: Anything-goes-1, attributes: {email: kim@example.com}}
  - %s
  - sign_in: {as: kim, client: $App, identity_pool: $Identities}
  - {call: s3:GetObject, as: $kim, with: {Bucket: $Documents, Key: acme/plan.txt}}
"""
CONFIRMATIONS = {
    "an administrator": (
        "{call: cognito-idp:AdminConfirmSignUp, as: operator, with: {UserPoolId: $Users, Username: kim}}",
        0,
    ),
    "a code": ("confirm: {as: kim}", 1),
}


@pytest.mark.parametrize("confirmed_by", sorted(CONFIRMATIONS))
def test_who_signs_up_is_of_the_pools_tenant_once_an_administrator_says_so(tmp_path: Path, confirmed_by: str) -> None:
    step, leaks = CONFIRMATIONS[confirmed_by]
    told = CONFIRMED % step
    for name, fragment in (("operator.yaml", OPERATOR), ("pool.yaml", POOL)):
        (tmp_path / name).write_text(fragment, encoding="utf-8")
        told = told.replace(name, str(tmp_path / name))
    client = (PATTERNS / "client.yaml").read_text(encoding="utf-8")
    (tmp_path / "client.yaml").write_text(
        client.replace(', "custom:tenant"]', "]").replace("[profile]", "[email]"), encoding="utf-8"
    )
    told = told.replace(" client.yaml", f" {tmp_path / 'client.yaml'}")
    scenario = loads(told, str(PATTERNS / "confirmed.yaml"))
    played = play(scenario, cogsim.load(*scenario.worlds))
    assert [step.result for step in played.steps] == ["ok"] * len(played.steps)
    assert len(played.leaks) == leaks
