"""Worlds from templates: defaults, ids, attachments, fragments, origins, and the completeness statement."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cogsim.load import load
from cogsim.tokens.srp import verifier
from cogsim.world.pool_user import UserStatus
from cogsim.world.user_pool import PasswordPolicy
from cogsim.world.world import World

Load = Callable[..., World]

SPA = """\
Resources:
  Main:
    Type: AWS::Cognito::UserPool
    Properties:
      Schema:
        - {Name: tenant, AttributeDataType: String, Mutable: false}
        - {Name: email, Required: true}
  Spa:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref Main
      WriteAttributes:
        - email
        - custom:tenant
  Ids:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: true
      CognitoIdentityProviders:
        - {ClientId: !Ref Spa, ProviderName: !GetAtt Main.ProviderName}
  Admin:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Federated: cognito-identity.amazonaws.com}
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals:
                cognito-identity.amazonaws.com:aud: !Ref Ids
  Attachment:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Ids
      Roles: {authenticated: !GetAtt Admin.Arn}
      RoleMappings:
        web:
          IdentityProvider: !Sub "${Main.ProviderName}:${Spa}"
          Type: Rules
          AmbiguousRoleResolution: Deny
          RulesConfiguration:
            Rules:
              - {Claim: custom:tenant, MatchType: Equals, Value: acme, RoleARN: !GetAtt Admin.Arn}
              - Claim: cognito:groups
                MatchType: Contains
                Value: admin
                RoleARN: !GetAtt Admin.Arn
"""


def test_a_client_that_states_little_has_awss_defaults(world_of: Load) -> None:
    client = next(iter(world_of(SPA).clients.values()))
    assert client.secret is None
    assert client.explicit_auth_flows == ("ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH")
    assert (client.access_token_validity, client.refresh_token_validity) == (3600, 30 * 86400)
    assert client.read_attributes is None
    assert client.write_attributes == ("email", "custom:tenant")
    assert client.enable_token_revocation


def test_units_and_secrets_and_legacy_flows_are_read_as_written(world_of: Load) -> None:
    world = world_of(
        """\
        Resources:
          A:
            Type: AWS::Cognito::UserPoolClient
            Properties:
              UserPoolId: us-east-1_x
              GenerateSecret: "true"
              AccessTokenValidity: 10
              TokenValidityUnits: {AccessToken: minutes}
              RefreshTokenValidity: "200"
              ExplicitAuthFlows: [ADMIN_NO_SRP_AUTH]
        """
    )
    client = next(iter(world.clients.values()))
    assert client.secret is not None
    assert len(client.secret) == 51
    assert (client.access_token_validity, client.refresh_token_validity) == (600, 200 * 86400)
    assert client.explicit_auth_flows == ("ADMIN_NO_SRP_AUTH",)


def test_ids_have_awss_forms_and_depend_on_the_place_alone(world_of: Load) -> None:
    world, again = world_of(SPA), world_of("# moved\n\n" + SPA)
    assert world == again
    pool, client, ids = world.names["stack/Main"], world.names["stack/Spa"], world.names["stack/Ids"]
    region, _, name = pool.ref.partition("_")
    assert (region, len(name), name.isalnum()) == ("us-east-1", 9, True)
    assert (len(client.ref), client.ref.islower()) == (26, True)
    assert ids.ref.startswith("us-east-1:")
    assert world.names["stack/Admin"].attributes["Arn"].startswith("arn:aws:iam::123456789012:role/stack-Admin-")
    elsewhere = world_of("Metadata: {cogsim: {account: '012345678901', region: eu-west-1}}\n" + SPA)
    assert elsewhere.home.account == "012345678901"
    assert not set(elsewhere.user_pools) & set(world.user_pools)


def test_a_long_logical_id_still_gives_a_role_name_that_iam_takes(world_of: Load) -> None:
    world = world_of(SPA.replace("Admin", "A" * 200))
    assert len(next(iter(world.roles.values())).name) <= 64


def test_every_property_rule_statement_and_condition_has_its_line(world_of: Load) -> None:
    world = world_of(SPA)
    client, pool = next(iter(world.clients.values())), next(iter(world.identity_pools.values()))
    provider = next(iter(pool.role_mappings))
    assert str(client.origin.location) == "a.yaml:8:3"
    assert str(client.origin.at("WriteAttributes")) == "a.yaml:12:7"
    assert str(client.origin.at("WriteAttributes.1")) == "a.yaml:14:11"
    assert provider == f"{world.names['stack/Main'].attributes['ProviderName']}:{client.id}"
    for path in (
        f"RoleMappings.{provider}.Rules.1",
        "RoleMappings.0.Rules.1",
        "RoleMappings.web.RulesConfiguration.Rules.1",
    ):
        assert str(pool.roles_origin.at(path)) == "a.yaml:45:17"
    trust = next(iter(world.roles.values())).trust
    assert str(trust.statements[0].location) == "a.yaml:26:13"
    assert str(trust.statements[0].conditions[0].location) == "a.yaml:31:17"
    assert trust.statements[0].conditions[0].values == (pool.id,)


def test_a_pool_that_states_no_password_policy_has_awss(world_of: Load) -> None:
    pool = next(iter(world_of(SPA).user_pools.values()))
    assert pool.password_policy == PasswordPolicy()
    assert [(each.name, each.mutable, each.required) for each in pool.schema] == [
        ("custom:tenant", False, False),
        ("email", True, True),
    ]


def test_a_bucket_that_states_nothing_blocks_public_access_and_one_that_states_some_has_those(world_of: Load) -> None:
    world = world_of(
        """\
        Resources:
          A: {Type: AWS::S3::Bucket, Properties: {BucketName: all-on}}
          B:
            Type: AWS::S3::Bucket
            Properties: {BucketName: one-on, PublicAccessBlockConfiguration: {BlockPublicAcls: true}}
        """
    )
    assert len(world.buckets["all-on"].public_access_block) == 4
    assert world.buckets["one-on"].public_access_block == {"BlockPublicAcls"}


def test_unquoted_words_and_numbers_that_aws_reads_otherwise_are_kept_and_warned_of(world_of: Load) -> None:
    world = world_of(
        """\
        Resources:
          Main: {Type: AWS::Cognito::UserPool, Properties: {MfaConfiguration: OFF, UserPoolName: 0123}}
        """
    )
    pool = next(iter(world.user_pools.values()))
    assert (pool.mfa, pool.name) == ("OFF", "0123")
    assert set(world.completeness.warnings) == {
        "a.yaml:2:71: MfaConfiguration: AWS reads the unquoted OFF as false; quote it",
        "a.yaml:2:90: UserPoolName: AWS reads the unquoted 0123 as octal; quote it",
    }


USERS = """\
Resources:
  Main:
    Type: AWS::Cognito::UserPool
    Properties: {UsernameAttributes: [email], UsernameConfiguration: {CaseSensitive: false}}
  Admins: {Type: AWS::Cognito::UserPoolGroup, Properties: {UserPoolId: !Ref Main, GroupName: admins}}
  Alice:
    Type: AWS::Cognito::UserPoolUser
    Metadata: {cogsim: {Password: "Correct-Horse-1", Created: 2026-01-01T00:00:00Z}}
    Properties:
      UserPoolId: !Ref Main
      Username: alice@example.com
      UserAttributes: [{Name: email_verified, Value: "true"}]
  Bob: {Type: AWS::Cognito::UserPoolUser, Properties: {UserPoolId: !Ref Main, Username: bob@example.com}}
  AliceIsAdmin:
    Type: AWS::Cognito::UserPoolUserToGroupAttachment
    Properties: {UserPoolId: !Ref Main, Username: Alice@example.com, GroupName: !Ref Admins}
  BobIsAdmin:
    Type: AWS::Cognito::UserPoolUserToGroupAttachment
    Properties: {UserPoolId: !Ref Main, Username: !Ref Bob, GroupName: !Ref Admins}
  Nobody:
    Type: AWS::Cognito::UserPoolUserToGroupAttachment
    Properties: {UserPoolId: !Ref Main, Username: carol, GroupName: !Ref Admins}
"""


def test_users_have_the_password_that_the_metadata_states_and_the_groups_that_they_are_put_into(world_of: Load) -> None:
    world = world_of(USERS)
    pool = next(iter(world.user_pools.values()))
    name = world.resolve_username(pool, "alice@example.com")
    assert name is not None
    alice = world.pool_users[pool.id, name]
    assert alice.username == alice.sub == world.names["stack/Alice"].ref
    assert dict(alice.attributes) == {"email": "alice@example.com", "email_verified": "true"}
    assert (alice.status, alice.groups, alice.created) == (UserStatus.CONFIRMED, ("admins",), 1767225600.0)
    assert alice.password is not None
    stored = verifier(pool.id.partition("_")[2], name, "Correct-Horse-1", alice.password.salt)
    assert alice.password.verifier == stored
    assert world.known_passwords[pool.id, name] == "Correct-Horse-1"
    assert "Correct-Horse-1" not in repr(world) + repr(alice)
    bob = world.pool_users[pool.id, world.names["stack/Bob"].ref]
    assert (bob.status, bob.groups, bob.password) == (UserStatus.FORCE_CHANGE_PASSWORD, ("admins",), None)
    assert any("puts carol into admins, but the pool has no such user" in each for each in world.completeness.warnings)


POLICY = "{Version: '2012-10-17', Statement: [{Effect: Allow, Action: 's3:*', Resource: '*'}]}"
TRUST = "{Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: 'sts:AssumeRole'}]}"


def test_policies_land_in_the_nouns_they_attach_to_by_name_or_reference(world_of: Load) -> None:
    world = world_of(
        f"""\
        Resources:
          Inline:
            Type: AWS::IAM::Policy
            Properties: {{PolicyName: i, PolicyDocument: {POLICY}, Roles: [named, !Ref Other, gone], Groups: [team]}}
          Managed:
            Type: AWS::IAM::ManagedPolicy
            Properties: {{ManagedPolicyName: m, PolicyDocument: {POLICY}, Roles: [named], Users: [ada]}}
          Single: {{
            Type: AWS::IAM::RolePolicy, Properties: {{PolicyName: s, RoleName: named, PolicyDocument: {POLICY}}}
          }}
          Named: {{Type: AWS::IAM::Role, Properties: {{RoleName: named, Path: /x/, AssumeRolePolicyDocument: {TRUST}}}}}
          Other: {{Type: AWS::IAM::Role, Properties: {{AssumeRolePolicyDocument: {TRUST}}}}}
          Team: {{Type: AWS::IAM::Group, Properties: {{GroupName: team}}}}
          Ada: {{Type: AWS::IAM::User, Properties: {{UserName: ada}}}}
          Member: {{Type: AWS::IAM::UserToGroupAddition, Properties: {{GroupName: !Ref Team, Users: [!Ref Ada]}}}}
          Key: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: !Ref Ada}}}}
        """
    )
    named = world.roles["arn:aws:iam::123456789012:role/x/named"]
    managed = "arn:aws:iam::123456789012:policy/m"
    assert (list(named.inline), named.managed) == (["i", "s"], (managed,))
    assert list(world.roles[world.names["stack/Other"].attributes["Arn"]].inline) == ["i"]
    ada = world.users["arn:aws:iam::123456789012:user/ada"]
    assert (ada.managed, ada.groups) == ((managed,), ("team",))
    assert list(world.groups["arn:aws:iam::123456789012:group/team"].inline) == ["i"]
    key = next(iter(world.access_keys.values()))
    assert (key.user_arn, key.id[:4], len(key.id)) == (ada.arn, "AKIA", 20)
    assert world.completeness.warnings == ("a.yaml:2:3: Inline attaches to the role gone, which is not there",)


def test_a_policy_may_be_json_text_and_unresolved_ones_allow_nothing(world_of: Load) -> None:
    world = world_of(
        """\
        Parameters: {Given: {Type: String}}
        Resources:
          A:
            Type: AWS::IAM::ManagedPolicy
            Properties:
              PolicyDocument: !Sub |
                {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:${AWS::Partition}:s3:::x"}]}
          B: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: !Ref Given}}
        """
    )
    text = world.managed_policies[world.names["stack/A"].ref].policy
    assert text.statements[0].resources is not None
    assert text.statements[0].resources.values == ("arn:aws:s3:::x",)
    unknown = world.managed_policies[world.names["stack/B"].ref].policy
    assert unknown.statements[0].actions.values == ("«Given»",)
    assert any("PolicyDocument is «Given», which is not known" in each for each in world.completeness.warnings)


def test_words_in_policies_are_read_as_aws_reads_them(world_of: Load) -> None:
    world = world_of(
        """\
        Resources:
          A:
            Type: AWS::IAM::ManagedPolicy
            Properties:
              PolicyDocument:
                Version: 2012-10-17
                Statement:
                  - {Effect: Deny, Action: '*', Resource: '*', Condition: {Bool: {aws:SecureTransport: no}}}
                  - {Effect: Deny, Action: '*', Resource: '*', Condition: {NumericEquals: {aws:TokenIssueTime: 010}}}
        """
    )
    policy = next(iter(world.managed_policies.values())).policy
    assert [each.conditions[0].values for each in policy.statements] == [("false",), ("010",)]
    assert any("the unquoted no is false to AWS" in each for each in world.completeness.warnings)


def test_fragments_and_a_serverless_file_join_into_one_stack(world_of: Load) -> None:
    pool = "Resources: {Main: {Type: AWS::Cognito::UserPool}}\n"
    serverless = """\
        service: x
        provider: {name: aws}
        resources:
          - Resources:
              Spa: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Main}}
          - ${file(resources/more.yml)}
        """
    world = world_of(pool, serverless)
    assert next(iter(world.clients.values())).pool_id in world.user_pools
    assert world.completeness.warnings == (
        "b.yaml:6:5: resources from ${file(resources/more.yml)} are not loaded: give that file as well",
    )


def test_several_accounts_and_stacks_make_one_world(world_of: Load) -> None:
    bucket = "Metadata: {cogsim: {account: '%s', stack: %s}}\nResources: {Data: {Type: AWS::S3::Bucket}}\n"
    world = world_of(bucket % ("111111111111", "a"), bucket % ("222222222222", "b"), bucket % ("111111111111", "b"))
    assert sorted((each.account, each.origin.stack) for each in world.buckets.values()) == [
        ("111111111111", "a"),
        ("111111111111", "b"),
        ("222222222222", "b"),
    ]
    assert world.home.account == "111111111111"


def test_objects_are_seed_data(world_of: Load) -> None:
    world = world_of(
        """\
        Resources:
          Data: {Type: AWS::S3::Bucket, Properties: {BucketName: data}}
          Seed:
            Type: Cogsim::Objects
            Properties:
              Bucket: !Ref Data
              Objects:
                acme/plan.txt: the plan
                globex/plan.bin: {BodyBase64: AAE=, ContentType: application/x, Metadata: {owner: g}}
        """
    )
    held = world.objects["data"]
    assert list(held) == ["acme/plan.txt", "globex/plan.bin"]
    assert held["acme/plan.txt"].body == b"the plan"
    assert held["acme/plan.txt"].etag == hashlib.md5(b"the plan").hexdigest()
    assert held["globex/plan.bin"].body == b"\0\1"
    assert str(held["globex/plan.bin"].origin.location) == "a.yaml:9:9"


def test_what_is_not_modelled_is_listed_and_its_references_are_placeholders(world_of: Load) -> None:
    world = world_of(
        """\
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Api: {Type: AWS::Serverless::GraphQLApi, Properties: {SchemaUri: x}}
          Main:
            Type: AWS::Cognito::UserPool
            Properties:
              LambdaConfig: {PreSignUp: !GetAtt Function.Arn}
              UserPoolName: !Ref Api
          Data: {Type: AWS::S3::Bucket, Properties: {BucketName: data, LifecycleConfiguration: {Rules: []}}}
          Function: {Type: AWS::Lambda::Function}
          Own: {Type: Custom::Thing}
        """
    )
    done = world.completeness
    assert done.read == {"AWS::Cognito::UserPool": 1, "AWS::S3::Bucket": 1}
    assert [entry[:2] for entry in done.ignored] == [
        ("AWS::Serverless::GraphQLApi", "Api"),
        ("AWS::Lambda::Function", "Function"),
        ("Custom::Thing", "Own"),
    ]
    assert done.properties == (("Data", "LifecycleConfiguration"),)
    pool = next(iter(world.user_pools.values()))
    assert (pool.name, pool.triggers["PreSignUp"]) == ("«Api»", "«Function.Arn»")
    assert world.names["stack/Api"].ref == "«Api»"


def test_a_placeholder_where_a_truth_value_or_number_is_wanted_is_read_as_the_default_and_said(world_of: Load) -> None:
    world = world_of(
        """\
        Parameters: {P: {Type: String}}
        Resources:
          Ids:
            Type: AWS::Cognito::IdentityPool
            Properties: {AllowUnauthenticatedIdentities: !Ref P}
        """
    )
    assert not next(iter(world.identity_pools.values())).allow_unauthenticated
    assert world.completeness.warnings == (
        "a.yaml:5:50: AllowUnauthenticatedIdentities is «P», which is not known; it is read as False",
    )


def test_placeholders_of_several_stacks_are_not_taken_for_one_another(world_of: Load) -> None:
    one = """\
        Metadata: {cogsim: {stack: %s}}
        Parameters: {P: {Type: String}}
        Resources: {Main: {Type: AWS::Cognito::UserPool, Properties: {UserPoolName: !Ref P}}}
        """
    world = world_of(one % "one", one % "two")
    assert {pool.name for pool in world.user_pools.values()} == {"«one/P»", "«two/P»"}


def test_stacks_of_one_name_in_two_accounts_keep_their_names_and_placeholders_apart(world_of: Load) -> None:
    one = """\
        Metadata: {cogsim: {account: '%s'}}
        Resources: {Main: {Type: AWS::Cognito::UserPool, Properties: {UserPoolName: !Ref Api}}, Api: {Type: A::B::C}}
        """
    world = world_of(one % "111111111111", one % "222222222222")
    assert len({pool.name for pool in world.user_pools.values()}) == 2
    assert list(world.names) == [
        *("111111111111/us-east-1/stack/Api", "111111111111/us-east-1/stack/Main"),
        *("222222222222/us-east-1/stack/Api", "222222222222/us-east-1/stack/Main"),
    ]
    assert {pool.name for pool in world.user_pools.values()} == {
        each.ref for name, each in world.names.items() if name.endswith("Api")
    }


def test_thousands_of_resources_load_in_seconds(world_of: Load) -> None:
    groups = "".join(
        f"  G{n}: {{Type: 'AWS::Cognito::UserPoolGroup', Properties: {{UserPoolId: !Ref Main, GroupName: g{n}}}}}\n"
        for n in range(5000)
    )
    began = time.perf_counter()
    world = world_of(SPA + groups)
    assert len(world.pool_groups) == 5000
    assert time.perf_counter() - began < 30


def test_a_world_is_the_same_under_every_hash_seed(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(SPA + "\n" + USERS.removeprefix("Resources:\n").replace("Main", "Second"), encoding="utf-8")
    script = "import sys; from cogsim.load import load; from cogsim.world.template import dump; w = load(sys.argv[1]); "
    outputs = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", script + "print(dump(w), w.completeness, w.names)", str(file)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path.cwd())},
            capture_output=True,
            check=True,
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1


@pytest.mark.parametrize("name", ["world.yaml", "world.template", "world.json"])
def test_json_is_read_under_any_name(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text('{"Resources": {"Data": {"Type": "AWS::S3::Bucket"}}}', encoding="utf-8")
    assert len(load(file).buckets) == 1


def test_where_the_stacks_stand_is_said_where_nobody_would_know(world_of: Load) -> None:
    bucket = "Resources: {B: {Type: AWS::S3::Bucket}}\n"
    stated = "Metadata: {cogsim: {stack: s, account: '111122223333', region: eu-west-1}}\n" + bucket
    assumed = world_of(bucket).completeness
    assert assumed.stacks == (("stack", "aws", "123456789012", "us-east-1", "a.yaml"),)
    assert "123456789012" in str(assumed)
    assert "123456789012" in assumed._repr_html_()
    alone = world_of(stated).completeness
    assert alone.stacks == (("s", "aws", "111122223333", "eu-west-1", "a.yaml"),)
    assert "111122223333" not in str(alone)
    assert "111122223333" in str(world_of(stated, bucket).completeness)
