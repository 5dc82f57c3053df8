"""Bad templates: each a clear error with its place, and a suggestion where a known word is near."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.errors import InputError
from cogsim.load import load
from cogsim.load.cloudformation.build import build
from cogsim.load.cloudformation.fragment import fragments_of
from cogsim.load.cloudformation.notes import Notes
from cogsim.load.files import parse_document
from cogsim.load.nodes import plain
from cogsim.world.world import World

Load = Callable[..., World]


WHOLE = """\
Resources:
  Main: {Type: AWS::Cognito::UserPool, Properties: {Schema: [{Name: tenant, Mutable: true}], UserPoolTags: {a: b}}}
  Spa: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Main, AccessTokenValidity: 2}}
  Ada:
    Type: AWS::Cognito::UserPoolUser
    Metadata: {cogsim: {Salt: "00", Verifier: "01", Created: 5, Status: CONFIRMED}}
    Properties: {UserPoolId: !Ref Main, Username: ada, UserAttributes: [{Name: email, Value: x}]}
  Ids: {Type: AWS::Cognito::IdentityPool, Properties: {AllowUnauthenticatedIdentities: true}}
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Ids
      RoleMappings:
        x: {Type: Rules, RulesConfiguration: {Rules: [{Claim: a, MatchType: Equals, Value: b, RoleARN: c}]}}
  Admin:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {AWS: "*"}, Action: "sts:AssumeRole"}]}
  Data: {Type: AWS::S3::Bucket, Properties: {BucketName: data, Tags: [{Key: a, Value: b}]}}
  Seed: {Type: Cogsim::Objects, Properties: {Bucket: !Ref Data, Objects: {a: b, c: {Body: d, Modified: 1}}}}
"""


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("- a\n", "a.yaml:1:1: a list, not a template: a template is a mapping with Resources"),
        ("hello\n", "a.yaml:1:1: a scalar, not a template: a template is a mapping with Resources"),
        (
            "Resource:\n  A: {}\n",
            (
                "a.yaml:1:1: not a template: this is a mapping with the keys Resource; a template has Resources "
                "(did you mean 'Resources'?)"
            ),
        ),
        (
            "AWSTemplateFormatVersion: '2010-09-09'\n",
            "a.yaml:1:1: not a template: this is a template without its Resources",
        ),
        ("Version: '2012-10-17'\nStatement: []\n", "this is an IAM policy document"),
        ("name: x\nsteps: []\n", "this is a cogsim scenario"),
        ("{Records: []}", "this is a CloudTrail log file"),
        ("{format_version: '1', planned_values: {}}", "this is a Terraform plan"),
        ("{apiVersion: v1, kind: Pod}", "this is a Kubernetes manifest"),
        ("service: x\nprovider: {name: aws}\n", "this is a serverless.yml without resources"),
        ("Resources: []\n", "a.yaml:1:12: Resources is a list, and must be a mapping"),
        ("Resources:\n", "a.yaml:1:11: Resources is nothing, and must be a mapping"),
        ("Resources: {}\nOutput: {}\n", "a.yaml:2:1: unknown section 'Output' of a template (did you mean 'Outputs'?)"),
        ("Resources:\n  A: x\n", "a.yaml:2:6: the resource 'A' is a scalar, and must be a mapping"),
        ("Resources:\n  A: {Properties: {}}\n", "the resource 'A' has no Type"),
        (
            "Resources:\n  A: {Type: AWS::Cognito::UserPol}\n",
            "a.yaml:2:13: no resource type is called 'AWS::Cognito::UserPol' (did you mean 'AWS::Cognito::UserPool'?)",
        ),
        ("Resources:\n  A: {Type: Cogsim::Nothing}\n", "no resource type is called 'Cogsim::Nothing'"),
        (
            "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Propertes: {}\n",
            "a.yaml:4:5: the resource 'A' has no attribute 'Propertes' (did you mean 'Properties'?)",
        ),
        (
            "Resources:\n  A:\n    Type: AWS::Cognito::UserPool\n    Properties:\n      UserPoolNam: x\n",
            "a.yaml:5:7: A has an unknown property 'UserPoolNam' (did you mean 'UserPoolName'?)",
        ),
        (
            (
                "Resources:\n  A:\n    Type: AWS::Cognito::UserPool\n    Properties:\n"
                "      Policies: {PasswordPolicy: {MinimumLenght: 8}}\n"
            ),
            (
                "a.yaml:5:35: Policies.PasswordPolicy of A has an unknown property 'MinimumLenght' "
                "(did you mean 'MinimumLength'?)"
            ),
        ),
        (
            "Resources:\n  A:\n    Type: AWS::Cognito::UserPool\n    Properties: {UserPoolName: [a]}\n",
            "a.yaml:4:32: UserPoolName of A is a list, and must be a text",
        ),
        (
            "Resources:\n  A:\n    Type: AWS::Cognito::UserPool\n    Properties: {UsernameAttributes: email}\n",
            "a.yaml:4:38: UsernameAttributes of A is a scalar, and must be a list",
        ),
        (
            "Resources:\n  A:\n    Type: AWS::Cognito::UserPool\n    Properties: {UsernameAttributes: [e-mail]}\n",
            "UsernameAttributes of A holds 'e-mail', not one of email, phone_number (did you mean 'email'?)",
        ),
        (
            "Resources:\n  A:\n    Type: AWS::Cognito::UserPool\n    Properties: {MfaConfiguration: OPTIONALLY}\n",
            (
                "a.yaml:4:36: MfaConfiguration of A is 'OPTIONALLY', and must be one of OFF, ON, OPTIONAL "
                "(did you mean 'OPTIONAL'?)"
            ),
        ),
        (
            (
                "Resources:\n  A:\n    Type: AWS::Cognito::UserPool\n"
                "    Properties: {Policies: {PasswordPolicy: {MinimumLength: 3}}}\n"
            ),
            "a.yaml:4:46: Policies.PasswordPolicy.MinimumLength of A: 3 is not within 6 to 99",
        ),
        (
            (
                "Resources:\n  A:\n    Type: AWS::Cognito::UserPool\n"
                "    Properties: {UserAttributeUpdateSettings: {AttributesRequireVerificationBeforeUpdate: [email]}}\n"
            ),
            "a.yaml:4:48: UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate of A: All a",
        ),
        (
            (
                "Resources:\n  A:\n    Type: AWS::Cognito::UserPoolClient\n"
                "    Properties: {UserPoolId: p, AccessTokenValidity: soon}\n"
            ),
            "a.yaml:4:54: AccessTokenValidity of A is 'soon', and must be a whole number",
        ),
        (
            "Resources:\n  A: {Type: AWS::Cognito::UserPoolClient}\n",
            "a.yaml:2:3: A (AWS::Cognito::UserPoolClient) lacks the property UserPoolId",
        ),
        (
            (
                "Resources:\n  A:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n"
                "        Statement:\n          - {Effect: Alow, Principal: '*', Action: 'sts:AssumeRole'}\n"
            ),
            (
                "a.yaml:7:14: AssumeRolePolicyDocument: MalformedPolicyDocument: Syntax errors in policy. "
                "(Effect is Allow or Deny, not 'Alow' at Statement[0].Effect)"
            ),
        ),
        (
            (
                "Resources:\n  A:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument: >-\n"
                '        {"Statement": [}\n'
            ),
            "not valid JSON: expected a value or ], found '}'",
        ),
        (
            "Resources:\n  A: {Type: AWS::S3::Bucket, Properties: {BucketName: 'No Good'}}\n",
            "a.yaml:2:43: BucketName of A: 'No Good' must be 3 to 63 characters",
        ),
        (
            "Metadata: {cogsim: {acount: '1'}}\nResources: {}\n",
            "a.yaml:1:21: Metadata.cogsim has no 'acount' (did you mean 'account'?)",
        ),
        ("Metadata: {cogsim: {account: '12'}}\nResources: {}\n", "a.yaml:1:30: account is twelve digits, not '12'"),
        (
            "Resources:\n  A: {Type: AWS::S3::Bucket, Metadata: {cogsim: {Idd: x}}}\n",
            "Metadata.cogsim of A has an unknown property 'Idd'",
        ),
    ],
)
def test_a_bad_template_is_an_error_with_place_and_suggestion(world_of: Load, text: str, error: str) -> None:
    with pytest.raises(InputError) as caught:
        world_of(text)
    assert error in str(caught.value)
    assert str(caught.value).startswith("a.yaml:")


def test_a_logical_id_defined_in_two_files_of_a_stack_names_both_places(world_of: Load) -> None:
    one = "Resources:\n  Data: {Type: AWS::S3::Bucket}\n"
    with pytest.raises(InputError) as caught:
        world_of(one, "# other\n" + one)
    expected = "b.yaml:3:3: the logical id 'Data' is defined twice in one stack, first at a.yaml:2:3"
    assert str(caught.value) == expected


def test_a_physical_id_defined_twice_names_both_places(world_of: Load) -> None:
    one = (
        "Metadata: {cogsim: {stack: %s}}\nResources:\n  Data: {Type: AWS::S3::Bucket, Properties: {BucketName: data}}\n"
    )
    with pytest.raises(InputError, match=r"^b.yaml:3:3: the bucket data is defined twice, first at a.yaml:3:3$"):
        world_of(one % "one", one % "two")


def test_an_unknown_user_attribute_is_suggested_from_the_pools_schema(world_of: Load) -> None:
    with pytest.raises(InputError, match=r"did you mean 'custom:tenant'\?"):
        world_of(
            """\
            Resources:
              Main: {Type: AWS::Cognito::UserPool, Properties: {Schema: [{Name: tenant, Mutable: true}]}}
              Alice:
                Type: AWS::Cognito::UserPoolUser
                Properties: {UserPoolId: !Ref Main, Username: alice, UserAttributes: [{Name: custom:tenat, Value: x}]}
            """
        )


SITES = st.lists(st.integers(0, 99), max_size=12)
STRANGE = st.sampled_from(
    [
        *(None, "", 0, -1, True, [], {}, "x", ["x"], [[]], {"a": "b"}, {"Ref": "Gone"}, {"Ref": "Main"}, {"Ref": None}),
        *(
            {"Fn::Sub": "${A.B}"},
            {"Fn::GetAtt": "A"},
            {"Ref": "AWS::NoValue"},
            {"Fn::If": ["c", "a", "b"]},
            "${self:x}",
        ),
        *("9" * 50, "«x»", {"Fn::Split": [",", "a,b"]}, [{"Ref": "Gone"}], 1.5, "1e400", "nan", "2026-01-01"),
    ]
)


@settings(max_examples=100, deadline=None)
@given(path=SITES, value=STRANGE)
def test_a_template_with_anything_anywhere_loads_or_is_an_error_with_a_line(path: list[int], value: object) -> None:
    template: Any = plain(parse_document(WHOLE, "f.yaml"))
    place: Any = template
    for step in path:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = keys[step % len(keys)]
        if not isinstance(place[key], dict | list) or not place[key]:
            break
        place = place[key]
    place[next(iter(place)) if isinstance(place, dict) else 0] = value
    line = 1
    try:
        build(fragments_of(parse_document(json.dumps(template), "f.json"), Notes()), Notes())
    except InputError as error:
        line = error.location.line if error.location else 0
    assert line > 0


def test_no_file_at_all_is_an_error() -> None:
    with pytest.raises(InputError, match="no file"):
        load()


def test_a_default_role_has_one_of_two_names(world_of: Load) -> None:
    text = """
        Resources:
          Ids: {Type: AWS::Cognito::IdentityPool, Properties: {AllowUnauthenticatedIdentities: true}}
          Choice:
            Type: AWS::Cognito::IdentityPoolRoleAttachment
            Properties:
              IdentityPoolId: !Ref Ids
              Roles: {unauthenticatd: "arn:aws:iam::123456789012:role/guest"}
        """
    with pytest.raises(InputError, match=r"a.yaml:8:\d+: Roles has no 'unauthenticatd'") as bad:
        world_of(text)
    assert bad.value.suggestion == "unauthenticated"


def test_what_names_a_pool_or_a_role_that_is_not_there_is_warned_of(world_of: Load) -> None:
    world = world_of(
        """
        Resources:
          Data: {Type: AWS::S3::Bucket, Properties: {BucketName: data}}
          Spa: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Data}}
          Open: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Nothing}}
          Ids: {Type: AWS::Cognito::IdentityPool, Properties: {AllowUnauthenticatedIdentities: true}}
          Choice:
            Type: AWS::Cognito::IdentityPoolRoleAttachment
            Properties:
              IdentityPoolId: !Ref Ids
              Roles: {unauthenticated: "arn:aws:iam::123456789012:role/guest"}
              RoleMappings:
                x: {Type: Rules, RulesConfiguration: {Rules: [{Claim: a, MatchType: Equals, Value: b, RoleARN: c}]}}
        """
    )
    assert [warning.partition(": ")[2] for warning in world.completeness.warnings] == [
        "UserPoolId of Spa is data, and no user pool of that name is here",
        "Roles.unauthenticated of Choice is arn:aws:iam::123456789012:role/guest, and no role of that name is here",
        "RoleMappings.0.RulesConfiguration.Rules.0.RoleARN of Choice is c, and no role of that name is here",
    ]
    assert [warning.partition(":")[2].partition(":")[0] for warning in world.completeness.warnings] == ["4", "11", "13"]
