"""Intrinsic functions, parameters, conditions and mappings of templates."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cogsim.errors import InputError
from cogsim.world.world import World

Load = Callable[..., World]

SECTIONS = """\
Parameters:
  Stage: {Type: String, Default: dev}
  Zones: {Type: CommaDelimitedList, Default: "a, b,c"}
  Missing: {Type: String}
  Kept: {Type: "AWS::SSM::Parameter::Value<String>", Default: /path}
Mappings:
  Sizes: {dev: {small: one, large: two}}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsProd: !Not [{Condition: IsDev}]
  Unknown: !Equals [!Ref Missing, x]
  Both: !And [!Condition IsDev, !Condition Unknown]
  Neither: !And [!Condition IsProd, !Condition Unknown]
Resources:
  Data: {Type: "AWS::S3::Bucket", Properties: {BucketName: data}}
"""


def description(world_of: Load, written: str) -> str:
    """What `written` resolves to, read from a text property."""
    indented = written.replace("\n", "\n      ")
    text = f"{SECTIONS}  Group:\n    Type: AWS::Cognito::UserPoolGroup\n    Properties:\n      UserPoolId: p\n"
    world = world_of(f"{text}      GroupName: g\n      Description: {indented}\n")
    return world.pool_groups["p", "g"].description


@pytest.mark.parametrize(
    ("written", "result"),
    [
        ("!Ref Stage", "dev"),
        ("{Ref: Data}", "data"),
        ("!GetAtt Data.Arn", "arn:aws:s3:::data"),
        ("{'Fn::GetAtt': [Data, Arn]}", "arn:aws:s3:::data"),
        ("!Ref AWS::AccountId", "123456789012"),
        (
            "!Sub '${AWS::Partition} ${AWS::Region} ${AWS::StackName} ${AWS::URLSuffix}'",
            "aws us-east-1 stack amazonaws.com",
        ),
        ("!Sub '${Stage}-${Data.Arn}'", "dev-arn:aws:s3:::data"),
        ("!Sub ['${x}/${!aws:username}', {x: !Ref Data}]", "data/${aws:username}"),
        ("!Join ['-', [a, !Ref Stage, !Ref AWS::NoValue, c]]", "a-dev-c"),
        ("!Join [',', !Ref Zones]", "a,b,c"),
        ("!Join ['', ['$', '{aws:username}']]", "${aws:username}"),
        ("!Select [1, !Ref Zones]", "b"),
        ("!Select [2, !Split [':', !GetAtt Data.Arn]]", "s3"),
        ("!Select ['0', !Cidr ['10.0.0.0/16', 2, 8]]", "10.0.0.0/24"),
        ("!FindInMap [Sizes, !Ref Stage, large]", "two"),
        ("!FindInMap [Sizes, prod, large, {DefaultValue: none}]", "none"),
        ("!If [IsDev, yes it is, no]", "yes it is"),
        ("!If [IsProd, x, !If [IsDev, inner, y]]", "inner"),
        ("!Base64 hello", "aGVsbG8="),
        ("'${aws:PrincipalTag/team} stays'", "${aws:PrincipalTag/team} stays"),
        ("true", "true"),
        ("010", "010"),
    ],
)
def test_a_function_gives_its_value(world_of: Load, written: str, result: str) -> None:
    assert description(world_of, written) == result


@pytest.mark.parametrize(
    ("written", "result"),
    [
        ("!Ref Missing", "«Missing»"),
        ("!Ref Kept", "«Kept»"),
        ("!Ref Absent", "«Absent»"),
        ("!GetAtt Absent.Arn", "«Absent.Arn»"),
        ("'x${self:custom.stage, ''dev''}y'", "x«self¦custom.stage, 'dev'»y"),
        (
            "'${opt:stage, self:${env:NAME}.x} ${file(./a.yml):b} ${cf:s.Out} ${param:p} ${sls:stage}'",
            "«opt¦stage, self¦env¦NAME.x» «file(./a.yml)¦b» «cf¦s.Out» «param¦p» «sls¦stage»",
        ),
        ("!Sub '${cognito-identity.amazonaws.com:sub}'", "«cognito-identity.amazonaws.com¦sub»"),
        ("!Select [0, !Split ['-', !Ref Missing]]", "«Select 0 Missing»"),
        ("!Select [0, !Split ['-', !Sub 'a-${Missing}']]", "a"),
        ("!Select [5, !Ref Missing]", "«Select 5 Missing»"),
        ("!FindInMap [Sizes, prod, large]", "«Sizes.prod.large»"),
        ("!ImportValue nowhere", "«nowhere»"),
        ("!If [Unknown, a, b]", "«If Unknown»"),
        ("!If [Unknown, a, a]", "a"),
        ("!If [Neither, a, b]", "b"),
        ("!Base64 {Ref: Missing}", "«Base64 Missing»"),
        ("!GetAZs us-east-1", "«GetAZs us-east-1»"),
    ],
)
def test_what_cannot_be_known_is_a_visible_placeholder(world_of: Load, written: str, result: str) -> None:
    assert description(world_of, written).replace("{", "").replace("}", "").replace("·", "") == result


def test_every_placeholder_is_listed_with_what_was_written_and_where(world_of: Load) -> None:
    world = world_of(
        """\
        Parameters: {Name: {Type: String}}
        Resources:
          Main:
            Type: AWS::Cognito::UserPool
            Properties:
              UserPoolName: !Ref Name
              UserPoolTags: {stage: "${self:custom.stage}", near: !Ref Mian}
        """
    )
    assert world.completeness.unresolved == (
        ("«Name»", "the parameter Name has no value", "a.yaml:6:21"),
        ("«self¦custom.stage»", "${self:custom.stage}", "a.yaml:7:29"),
        ("«Mian»", "Ref Mian: nothing has that name", "a.yaml:7:59"),
    )


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("!GetAtt Data.Arm", "a.yaml:21:20: AWS::S3::Bucket has no attribute 'Arm' (did you mean 'Arn'?)"),
        (
            "!Ref AWS::AcountId",
            "a.yaml:21:20: no pseudo parameter is called 'AWS::AcountId' (did you mean 'AWS::AccountId'?)",
        ),
        ("{'Fn::Jion': [a]}", "a.yaml:21:21: unknown function Fn::Jion (did you mean 'Fn::Join'?)"),
        ("!FindInMap [Size, a, b]", "no mapping is called 'Size' (did you mean 'Sizes'?)"),
        ("!If [IsDevv, a, b]", "no condition is called 'IsDevv' (did you mean 'IsDev'?)"),
        ("!Select [9, [a]]", "takes value 9 of a list of 1"),
        ("!Select [x, [a]]", "counts from 0"),
        ("!Join [a]", "Fn::Join takes a list of 2 values"),
        ("!Cidr [10.0.0.0/24, 3, 8]", "holds only 1 networks"),
        ("{Ref: [a]}", "Ref takes a name"),
        ("{'Fn::Sub': a, x: b}", "Fn::Sub stands alone"),
        ("[a]", "is a list, and must be a text"),
    ],
)
def test_a_misused_function_is_an_error_with_place_and_suggestion(world_of: Load, written: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        description(world_of, written)
    assert says in str(caught.value)
    assert str(caught.value).startswith("a.yaml:21:")


def test_a_resource_exists_as_its_condition_says_and_an_unknown_condition_keeps_it(world_of: Load) -> None:
    buckets = "".join(
        f"  {name}: {{Type: 'AWS::S3::Bucket', Condition: {name}, Properties: {{BucketName: b-{name.lower()}}}}}\n"
        for name in ("IsDev", "IsProd", "Unknown", "Both", "Neither")
    )
    world = world_of(SECTIONS + buckets)
    assert list(world.buckets) == ["b-both", "b-isdev", "b-unknown", "data"]
    assert [warning for warning in world.completeness.warnings if "is not known" in warning] == [
        "a.yaml:18:49: whether Unknown exists is not known; it is read as if it did",
        "a.yaml:19:46: whether Both exists is not known; it is read as if it did",
    ]


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        ("Conditions: {A: {Condition: B}, B: {Condition: A}}\nResources: {}\n", "conditions in a circle"),
        (
            (
                "Resources:\n  A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref B}}\n"
                "  B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${A}'}}\n"
            ),
            "circular dependency between resources: ",
        ),
        (
            "Resources:\n  A: {Type: AWS::S3::Bucket, Properties: {BucketName: !GetAtt A.Arn}}\n",
            "circular dependency between resources: A → A",
        ),
    ],
)
def test_circles_are_clear_errors(world_of: Load, sections: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        world_of(sections)
    assert caught.value.location is not None


def test_a_chain_of_thousands_of_references_needs_no_deep_stack(world_of: Load) -> None:
    chain = "".join(
        f"  B{n}: {{Type: 'AWS::S3::Bucket', Properties: {{Tags: [{{Key: next, Value: !Ref B{n + 1}}}]}}}}\n"
        for n in range(3000)
    )
    world = world_of(f"Resources:\n{chain}  B3000: {{Type: 'AWS::S3::Bucket'}}\n")
    assert len(world.buckets) == 3001


def test_exports_cross_the_stacks_of_an_account_and_region(world_of: Load) -> None:
    shared = """\
        Metadata: {cogsim: {stack: shared}}
        Parameters: {Stage: {Type: String, Default: dev}}
        Resources: {Data: {Type: AWS::S3::Bucket, Properties: {BucketName: shared-data}}}
        Outputs: {Arn: {Value: !GetAtt Data.Arn, Export: {Name: !Sub "${Stage}-data"}}}
        """
    app = """\
        Metadata: {cogsim: {stack: app}}
        Resources:
          Main: {Type: AWS::Cognito::UserPool, Properties: {UserPoolTags: {data: !ImportValue dev-data}}}
        """
    elsewhere = app.replace("stack: app", "stack: app, region: eu-west-1")
    world = world_of(app, shared, elsewhere)
    tags = {pool.region: pool.tags["data"] for pool in world.user_pools.values()}
    assert tags == {"us-east-1": "arn:aws:s3:::shared-data", "eu-west-1": "«123456789012/eu-west-1/app/dev-data»"}
