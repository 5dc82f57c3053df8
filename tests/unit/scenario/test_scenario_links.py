"""Presigned addresses in stories: signed by one, opened by another, later and from elsewhere."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from cogsim.actors.presigner import open_link, presign
from cogsim.errors import AwsError, InputError
from cogsim.scenario.run import Run, run
from cogsim.serve.wire.exchange import exchange
from cogsim.serve.wire.message import WireRequest
from cogsim.simulation import Simulation
from tests.unit.aws.s3.s3_door import ALL, allow, cloud, deny

WORLD = """\
Resources:
  Bob:
    Type: AWS::IAM::User
    Properties:
      UserName: bob
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]
  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Bob}}
  Papers: {Type: AWS::S3::Bucket, Properties: {BucketName: papers}}
  Fresh:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Papers
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Principal: "*"
            Action: "s3:*"
            Resource: !Sub "${Papers.Arn}/*"
            Condition: {NumericGreaterThan: {"s3:signatureAge": "600000"}}
          - Effect: Deny
            Principal: "*"
            Action: "s3:PutObject"
            Resource: !Sub "${Papers.Arn}/*"
            Condition: {StringEquals: {"s3:authType": REST-QUERY-STRING}}
          - Effect: Deny
            Principal: "*"
            Action: "s3:GetObject"
            Resource: !Sub "${Papers.Arn}/*"
            Condition: {IpAddress: {"aws:SourceIp": 203.0.113.0/24}}
  Seed: {Type: Cogsim::Objects, Properties: {Bucket: !Ref Papers, Objects: {a.txt: A}}}
"""
READ = '{as: bob, call: "s3:GetObject", with: {Bucket: $Papers, Key: a.txt}, expires: 1h}'


def play(tmp_path: Path, steps: str) -> Run:
    (tmp_path / "world.yaml").write_text(WORLD)
    head = "name: t\nworld: world.yaml\nsteps:\n"
    (tmp_path / "story.yaml").write_text(head + dedent(steps))
    return run(tmp_path / "story.yaml")


def test_the_story_of_presigned_links_goes_as_it_says() -> None:
    story = Path(__file__).parents[3] / "scenarios" / "stories" / "presigned-links.yaml"
    assert run(story).failures == ()


def test_an_address_is_seen_as_one_and_as_old_as_it_is(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        f"""\
        - presign: {READ}
          save: link
        - presign: {{as: bob, call: "s3:PutObject", with: {{Bucket: $Papers, Key: b.txt}}}}
          save: upload
        - open_link: {{as: eve, link: $link}}
          save: seen
          expect: {{response: {{Body: A}}}}
        - call: s3:PutObject
          as: bob
          with: {{Bucket: $Papers, Key: c.txt, Body: $seen.ETag}}
        - open_link: {{as: eve, link: $upload, body: B}}
          expect: {{error: AccessDenied}}
        - open_link: {{as: eve, link: $link}}
          from: {{source_ip: 203.0.113.9}}
          expect: {{error: AccessDenied}}
        - advance: 10m
        - open_link: {{as: eve, link: $link}}
        - advance: 1s
        - open_link: {{as: eve, link: $link}}
          expect: {{error: AccessDenied, message: Access Denied}}
        - advance: 49m59s
        - open_link: {{as: eve, link: $link}}
          expect: {{error: AccessDenied, message: Request has expired}}
        """,
    )
    assert told.failures == ()
    assert [step.who for step in told.steps[:3]] == ["bob", "bob", "eve"]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (f"- presign: {READ}\n", "needs a field 'save'"),
        (f"- open_link: {{as: eve, link: $link}}\n- presign: {READ}\n  save: link\n", "used before it is saved"),
        ("- sign_form: {as: bob, bucket: papers, conditions: []}\n", "needs a field 'save'"),
        ("- sign_form: {as: bob, bucket: papers, conditions: all}\n  save: form\n", "conditions are a list"),
        ("- send_form: {as: eve, form: form}\n", "the name that a form was saved under"),
        (f"- presign: {READ}\n  save: link\n- send_form: {{as: eve, form: $link}}\n", "no signed form"),
        ("- open_link: {as: eve, link: link}\n", "the name that an address was saved under"),
        ("- open_link: {as: eve, link: $Papers}\n", "no presigned address"),
        ('- presign: {as: bob, call: "sts:GetCallerIdentity"}\n  save: link\n', "an operation of S3"),
        ('- presign: {as: bob, call: "s3:GetObject", with: {Kee: a}}\n  save: link\n', "no parameter 'Kee'"),
        ('- presign: {as: bob, call: "s3:GetObject", expires: soon}\n  save: link\n', "soon"),
        ('- presign: {as: bob, call: "s3:PutObject", with: {Bucket: b, Key: k, Body: x}}\n  save: link\n', "body"),
        ('- presign: {as: nobody, call: "s3:GetObject", with: {Bucket: b, Key: k}}\n  save: link\n', "nobody"),
    ],
)
def test_steps_that_say_nothing_of_an_address_are_errors_with_a_place(tmp_path: Path, steps: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        play(tmp_path, steps)
    assert caught.value.location is not None


def test_a_form_is_signed_by_one_and_sent_by_another(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """\
        - sign_form:
            as: bob
            bucket: $Papers
            conditions: [[starts-with, $$key, in/], {acl: bucket-owner-full-control}]
            expires: 10m
          save: form
        - send_form:
            as: eve
            form: $form
            fields: {key: "in/${filename}", acl: bucket-owner-full-control}
            body: B
            filename: b.txt
          save: sent
          expect: {response: {ServerSideEncryption: AES256}}
        - send_form: {as: eve, form: $form, fields: {key: out/b, acl: bucket-owner-full-control}, body: B}
          expect: {error: AccessDenied, message: Invalid according to Policy}
        - advance: 10m
        - send_form: {as: eve, form: $form, fields: {key: in/b, acl: bucket-owner-full-control}, body: B}
          expect: {error: AccessDenied, message: Policy expired}
        """,
    )
    assert told.failures == ()
    assert told.simulation.world.objects["papers"]["in/b.txt"].body == b"B"


def test_an_address_for_longer_than_a_week_opens_nothing() -> None:
    sim = Simulation(cloud(ALL).world)
    sim.call("s3:PutObject", {"Bucket": "data", "Key": "k", "Body": "x"}, "bob")
    for seconds, expected in ((604_800, None), (604_801, "AuthorizationQueryParametersError"), (0, "Authorization")):
        link = presign(sim, "s3:GetObject", {"Bucket": "data", "Key": "k"}, "bob", seconds)
        if expected is None:
            assert open_link(sim, link)["Body"] == b"x"
        else:
            with pytest.raises(AwsError, match=expected):
                open_link(sim, link)
    assert "secret" not in repr(link)


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("s3:GetObject", {"Key": "a b/ü+c~", "ResponseContentType": "text/x"}),
        ("s3:HeadObject", {"Key": "a b/ü+c~"}),
        ("s3:PutObject", {"Key": "n", "ContentType": "text/plain", "Metadata": {"a": "b"}, "Tagging": "a=b"}),
        ("s3:ListObjectsV2", {"Prefix": "a b"}),
        ("s3:GetObjectTagging", {"Key": "a b/ü+c~"}),
        ("s3:DeleteObject", {"Key": "a b/ü+c~"}),
    ],
)
def test_the_address_itself_is_one_that_a_server_takes(operation: str, params: dict[str, object]) -> None:
    sim = Simulation(cloud(ALL).world)
    sim.call("s3:PutObject", {"Bucket": "data", "Key": "a b/ü+c~", "Body": "x"}, "bob")
    link = presign(sim, operation, {"Bucket": "data", **params}, "bob", 60)
    host = link.url.split("/")[2]
    taken = exchange(sim.cloud, WireRequest(link.method, link.url, {"host": host, **link.headers}), sim.origin)
    assert (taken.operation, taken.error) == (operation, None)
    other = link.url.replace("/data.", "/other.")
    refused = exchange(sim.cloud, WireRequest(link.method, other, {"host": host, **link.headers}), sim.origin)
    assert refused.error is not None


def test_what_ends_the_makers_rights_ends_the_address() -> None:
    open_world, shut = cloud(ALL).world, cloud(allow("s3:*", "*"), deny("s3:GetObject")).world
    sim = Simulation(open_world)
    sim.call("s3:PutObject", {"Bucket": "data", "Key": "k", "Body": "x"}, "bob")
    link = presign(sim, "s3:GetObject", {"Bucket": "data", "Key": "k"}, "bob")
    assert open_link(sim, link)["Body"] == b"x"
    sim.cloud.world = sim.world.with_user(next(iter(shut.users.values())))
    for user in shut.users.values():
        sim.cloud.world = sim.world.with_user(user)
    with pytest.raises(AwsError, match="AccessDenied"):
        open_link(sim, link)
