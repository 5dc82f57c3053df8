"""Playing scenarios through the door of a small world."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from cogsim.errors import InputError
from cogsim.scenario.run import Run, run

WORLD = """\
Resources:
  Guests:
    Type: AWS::Cognito::IdentityPool
    Properties: {AllowUnauthenticatedIdentities: true}
  Choice:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties: {IdentityPoolId: !Ref Guests, Roles: {unauthenticated: !GetAtt Guest.Arn}}
  Guest:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Federated: cognito-identity.amazonaws.com}
            Action: sts:AssumeRoleWithWebIdentity
            Condition: {StringEquals: {"cognito-identity.amazonaws.com:aud": !Ref Guests}}
      Policies:
        - PolicyName: public
          PolicyDocument:
            Statement:
              - {Sid: Public, Effect: Allow, Action: s3:GetObject, Resource: !Sub "${Papers.Arn}/public/*"}
  Admin:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {AWS: !GetAtt Operator.Arn}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: office
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: s3:*
                Resource: "*"
                Condition: {IpAddress: {"aws:SourceIp": 10.0.0.0/8}}
  Operator: {Type: AWS::IAM::User, Properties: {UserName: operator}}
  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Operator}}
  Papers: {Type: AWS::S3::Bucket, Properties: {BucketName: papers-of-acme}}
  Seed:
    Type: Cogsim::Objects
    Properties: {Bucket: !Ref Papers, Objects: {public/a.txt: A, public/b.txt: B, private/c.txt: C}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "world.yaml").write_text(WORLD)
    return tmp_path


def play(story: str) -> Run:
    Path("story.yaml").write_text("world: world.yaml\n" + dedent(story))
    return run("story.yaml")


def test_credentials_come_from_people_users_and_responses() -> None:
    played = play("""\
        steps:
          - credentials: {as: guest, identity_pool: $Guests}
            expect: {role: $Guest.Arn}
          - call: s3:GetObject
            as: $guest
            with: {Bucket: $Papers, Key: public/a.txt}
            expect: {response: {Body: A}, because: {sid: Public}}
          - call: s3:GetObject
            as: $guest.credentials
            with: {Bucket: $Papers, Key: private/c.txt}
            expect: {decision: denied}
          - call: sts:AssumeRole
            as: $Operator
            with: {RoleArn: $Admin.Arn, RoleSessionName: "for-$(Papers)", DurationSeconds: 900}
            save: admin
            expect:
              role: $Admin
              response:
                AssumedRoleUser.Arn: arn:aws:sts::123456789012:assumed-role/$(Admin)/for-papers-of-acme
          - call: s3:GetObject
            as: $admin
            from: {source_ip: 10.1.2.3}
            with: {Bucket: $Papers, Key: private/c.txt}
          - call: s3:GetObject
            as: $admin.Credentials
            with: {Bucket: $Papers, Key: private/c.txt}
            expect: {error: AccessDenied}
          - advance: 16m
          - call: s3:GetObject
            as: $admin
            from: {source_ip: 10.1.2.3}
            with: {Bucket: $Papers, Key: private/c.txt}
            expect: {error: ExpiredToken}
        """)
    assert [str(failure) for failure in played.failures] == []
    assert len(played.timeline) == 10, "nine calls, one of them caused by another, and a move of the clock"
    assert [event["eventName"] for event in played.trail].count("AssumeRoleWithWebIdentity") == 1


def test_access_is_asked_of_the_door_and_of_the_static_analysis() -> None:
    played = play("""\
        steps:
          - call: sts:AssumeRole
            as: operator
            with: {RoleArn: $Admin.Arn, RoleSessionName: anna}
            save: admin
        access:
          - {who: guest(Guests), action: s3:GetObject, resource: "$(Papers.Arn)/public/*", allowed: true}
          - {who: guest(Guests), action: s3:GetObject, resource: "$(Papers.Arn)/private/c.txt", allowed: false}
          - {who: $Admin.Arn, action: s3:GetObject, resource: "$(Papers.Arn)/private/c.txt", allowed: true,
             context: {"aws:SourceIp": 10.0.0.1}}
          - {who: Admin, action: s3:GetObject, resource: "$(Papers.Arn)/private/c.txt", allowed: false}
          - {who: operator, action: s3:GetObject, resource: "$(Papers.Arn)/private/c.txt", allowed: false}
          - {who: anonymous, action: s3:GetObject, resource: "$(Papers.Arn)/private/c.txt", allowed: false}
        """)
    assert [str(failure) for failure in played.failures] == []
    assert [(answer.door, answer.static) for answer in played.access] == [
        ("allowed", "allowed"),
        ("denied", "denied"),
        ("allowed", "allowed"),
        ("denied", "denied"),
        ("denied", "denied"),
        ("denied", "denied"),
    ]
    assert played.access[0].text == "checked on 1 identities × 2 resources, not proved"


def test_a_session_with_a_policy_of_its_own_does_not_answer_for_the_role() -> None:
    played = play("""\
        steps:
          - call: sts:AssumeRole
            as: operator
            with:
              RoleArn: $Admin.Arn
              RoleSessionName: anna
              Policy: '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
            save: admin
        access:
          - {who: Admin, action: s3:GetObject, resource: "$(Papers.Arn)/private/c.txt", allowed: false}
        """)
    assert [answer.door for answer in played.access] == ["not asked"]


def test_an_answer_other_than_written_fails_with_the_place_and_the_reason() -> None:
    played = play("""\
        access:
          - {who: guest(Guests), action: s3:GetObject, resource: "$(Papers.Arn)/*", allowed: true}
        """)
    (failure,) = played.failures
    assert str(failure).startswith(
        "story.yaml:3:5: guest(Guests) s3:GetObject arn:aws:s3:::papers-of-acme/private/c.txt: "
        "expected allowed, and it is denied; "
    )


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("aws:SecureTranport", "aws:SecureTransport"),
        ("s3:prefx", "s3:prefix"),
        ("aws:RequestTag", "aws:RequestTag/key"),
    ],
)
def test_a_condition_key_that_no_request_has_is_an_error_with_its_place(key: str, meant: str) -> None:
    with pytest.raises(InputError) as caught:
        play(f"""
            access:
              - {{who: anonymous, action: s3:ListBucket, resource: $Papers.Arn, allowed: false,
                  context: {{"{key}": x}}}}
            """)
    assert caught.value.suggestion == meant
    assert caught.value.location is not None
    assert caught.value.location.line == 4


def test_a_disagreement_of_door_and_static_answer_fails_whatever_was_expected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import cogsim.scenario.access as access

    monkeypatch.setattr(access, "_door", lambda *_: "allowed")
    played = play("""\
        access:
          - {who: operator, action: s3:GetObject, resource: "$(Papers.Arn)/x", allowed: false}
        """)
    assert "the door says allowed and the static answer denied: one of them is wrong" in played.failures[0].text


def test_a_step_without_what_an_earlier_one_should_have_saved_is_skipped_and_fails() -> None:
    played = play("""\
        steps:
          - call: sts:AssumeRole
            with: {RoleArn: $Admin.Arn, RoleSessionName: anna}
            save: admin
          - call: s3:GetObject
            as: $admin
            with: {Bucket: $Papers, Key: a}
        """)
    assert [step.result for step in played.steps][1:] == ["skipped"]
    assert [failure.location.line for failure in played.failures] == [3, 6]
    assert "$admin was not saved" in played.failures[1].text


def test_the_same_story_gives_the_same_bytes_and_another_seed_others() -> None:
    story = """\
        steps:
          - credentials: {as: guest, identity_pool: $Guests}
        """
    assert str(play(story)) == str(play(story))
    assert play(story).trail == play(story).trail
    other = play('        seed: "other"\n' + story)
    assert other.trail != play(story).trail


def test_neither_keys_nor_tokens_are_shown() -> None:
    played = play("""\
        steps:
          - credentials: {as: guest, identity_pool: $Guests}
        """)
    (step,) = played.steps
    assert step.response is not None
    keys = step.response["Credentials"]
    shown = str(played) + repr(played) + played._repr_html_() + str(played.to_dict()) + played.timeline.to_csv()
    assert keys["SecretKey"] not in shown
    assert keys["SessionToken"] not in shown


def test_an_assumption_is_chosen_for_one_story() -> None:
    with pytest.raises(InputError, match=r"story.yaml:2:\d+: unknown assumption"):
        play("assume: {no.such: x}\n")


def test_several_files_make_one_world(folder: Path) -> None:
    (folder / "more.yaml").write_text(
        "Resources:\n  More: {Type: AWS::S3::Bucket, Properties: {BucketName: more-papers}}\n"
    )
    Path("story.yaml").write_text(
        "world: [world.yaml, more.yaml]\nsteps:\n"
        "  - {call: s3:GetObject, as: operator, with: {Bucket: $More, Key: x}, expect: {error: AccessDenied}}\n"
    )
    assert run("story.yaml").ok


def test_a_call_comes_from_an_address() -> None:
    story = """\
        steps:
          - call: s3:GetObject
            with: {Bucket: papers, Key: a}
            from: {source_ip: 1.2.3.400}
        """
    with pytest.raises(InputError, match=r"story.yaml:\d+:\d+: source_ip is an IP address, not '1.2.3.400'"):
        play(story)
    simulation = play("steps: [{advance: 1s}]\n").simulation
    with pytest.raises(InputError, match="source_ip is an IP address, not 'here'"):
        simulation.calling_from(source_ip="here")


def test_a_name_of_any_length_leaves_the_timeline_readable() -> None:
    key = "x" * 900
    played = play(
        f"steps: [{{call: s3:GetObject, with: {{Bucket: papers, Key: {key}}}, expect: {{decision: denied}}}}]\n"
    )
    assert max(map(len, str(played).splitlines())) < 300
    assert played.timeline["on"][0] == f"papers/{key}"


@pytest.mark.parametrize("story", ["steps: []\n", "steps: []\naccess: []\ninvariants: []\n"])
def test_a_story_that_asks_nothing_is_no_pass(story: str) -> None:
    with pytest.raises(InputError, match="asks nothing"):
        play(story)
