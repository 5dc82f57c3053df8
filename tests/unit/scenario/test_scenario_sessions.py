"""Stories of brokers, second factors, networks and the console, in AWS's own words."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from cogsim.errors import InputError
from cogsim.scenario.run import Run, run
from cogsim.tokens.totp import code_at

SEED, START = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", 1_767_225_600.0
WORLD = f"""\
Resources:
  Broker:
    Type: AWS::IAM::User
    Properties:
      UserName: broker
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {{Effect: Allow, Action: [sts:GetFederationToken, sts:TagSession, iam:ListUsers], Resource: "*"}}
              - Effect: Allow
                Action: s3:GetObject
                Resource: !Sub "${{Papers.Arn}}/${{!aws:PrincipalTag/tenant}}/*"
                Condition: {{StringEquals: {{"aws:SourceVpc": vpc-1}}}}
  Key: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: !Ref Broker}}}}
  Phone:
    Type: AWS::IAM::VirtualMFADevice
    Metadata: {{cogsim: {{Seed: {SEED}}}}}
    Properties: {{VirtualMfaDeviceName: phone, Users: [!Ref Broker]}}
  Papers: {{Type: AWS::S3::Bucket, Properties: {{BucketName: papers-of-acme}}}}
  Seed:
    Type: Cogsim::Objects
    Properties: {{Bucket: !Ref Papers, Objects: {{red/a.txt: A, blue/b.txt: B}}}}
"""
FEDERATED = """
  - call: sts:GetFederationToken
    as: broker
    with:
      Name: carol
      Policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
      Tags: [{Key: tenant, Value: red}]
    save: carol
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "world.yaml").write_text(WORLD)


def play(*steps: str) -> Run:
    head = "name: A story\nworld: world.yaml\nstart: 2026-01-01T00:00:00Z\nsteps:\n"
    Path("story.yaml").write_text(head + "".join(dedent(step).strip("\n").join("\n\n") for step in steps))
    return run("story.yaml")


def test_a_broker_hands_out_what_the_tenant_may_inside_the_network() -> None:
    told = play(
        FEDERATED,
        """
          - call: s3:GetObject
            as: $carol
            with: {Bucket: papers-of-acme, Key: red/a.txt}
            from: {vpc_endpoint: vpce-1, source_vpc: vpc-1, vpc_source_ip: 10.0.0.7}
            expect: {decision: allowed}
          - call: s3:GetObject
            as: $carol
            with: {Bucket: papers-of-acme, Key: blue/b.txt}
            from: {vpc_endpoint: vpce-1, source_vpc: vpc-1}
            expect: {error: AccessDenied}
          - call: s3:GetObject
            as: $carol
            with: {Bucket: papers-of-acme, Key: red/a.txt}
            from: {vpc_endpoint: vpce-1, source_vpc: "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-2"}
            expect: {error: AccessDenied}
          - call: iam:ListUsers
            as: $carol
            expect: {error: InvalidClientTokenId}
        """,
    )
    assert [str(failure) for failure in told.failures] == []


def test_a_second_factor_opens_iam_to_a_session() -> None:
    told = play(
        f"""
          - call: sts:GetSessionToken
            as: broker
            with: {{SerialNumber: "arn:aws:iam::123456789012:mfa/phone", TokenCode: "{code_at(SEED, START)}"}}
            save: proved
          - call: iam:ListUsers
            as: $proved
            expect: {{decision: allowed}}
        """
    )
    assert [str(failure) for failure in told.failures] == []


def test_a_federated_user_opens_the_console() -> None:
    told = play(
        FEDERATED,
        """
          - call: cogsim:GetSigninToken
            with:
              SessionId: $carol.Credentials.AccessKeyId
              SessionKey: $carol.Credentials.SecretAccessKey
              SessionToken: $carol.Credentials.SessionToken
            save: signin
          - call: cogsim:OpenConsole
            with: {SigninToken: $signin.SigninToken, Destination: "https://console.aws.amazon.com/"}
            expect: {response: {Arn: "arn:aws:sts::123456789012:federated-user/carol", Expires: "2026-01-01T12:00:00Z"}}
          - advance: 15m
          - call: cogsim:OpenConsole
            with: {SigninToken: $signin.SigninToken, Destination: "https://console.aws.amazon.com/"}
            expect: {error: BadRequest}
        """,
    )
    assert [str(failure) for failure in told.failures] == []


@pytest.mark.parametrize("origin", ["{source_vpc: vpc-1}", "{vpc_endpoint: vpce-1, source_vpc: sg-1}",
                                    "{vpc_endpoint: vpce-1, vpc_source_ip: 10.0.0}"])  # fmt: skip
def test_a_network_that_cannot_be_is_an_error_with_its_place(origin: str) -> None:
    with pytest.raises(InputError, match=r"story\.yaml:8:9"):
        play(f"\n  - call: sts:GetCallerIdentity\n    as: broker\n    from: {origin}\n")
