"""What sessions of every kind leave in the trail, and that a journal of them happens again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cogsim.aws import journal
from cogsim.aws.journal_replay import replay
from cogsim.aws.trail.log import records
from cogsim.decisions.call_origin import CallOrigin
from cogsim.world.iam import RootAccess
from tests.unit.aws.sts.sts_door import (
    ACCOUNT,
    ALL_OF_STS,
    BOB,
    OTHER,
    ROOT,
    SEED,
    SERIAL,
    Sts,
    allow,
    role,
    text,
    trust,
)

TASK = {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}


def lived() -> tuple[Sts, str]:
    """A cloud where every kind of session was made and used, and the code that was given on the way."""
    sts = Sts(role("app", trust(*ALL_OF_STS)))
    sts.cloud.world = sts.cloud.initial = sts.cloud.world.with_root_access(RootAccess(ACCOUNT, (OTHER,)))
    code = sts.code()
    proved = sts.keys("GetSessionToken", SerialNumber=SERIAL, TokenCode=code)
    sts.submit("iam:ListUsers", proved)
    sts.may(sts.keys("GetFederationToken", ROOT, Name="carol", Policy=text(allow("s3:*"))))
    sts.submit("iam:GetUser", sts.keys("AssumeRoot", TargetPrincipal=OTHER, TaskPolicyArn=TASK), UserName="x")
    inside = CallOrigin(vpc_endpoint="vpce-1", source_vpc="vpc-1", vpc_source_ip="10.0.0.9")
    sts.submit("s3:GetObject", BOB, inside, Bucket="data", Key="k")
    device = sts.call("iam:CreateVirtualMFADevice", VirtualMFADeviceName="new")["VirtualMFADevice"]
    assert len(device["Base32StringSeed"]) == 64
    return sts, code


def identities(sts: Sts, name: str) -> list[dict[str, Any]]:
    return [entry["userIdentity"] for entry in records(sts.cloud) if entry["eventName"] == name]


def test_records_say_who_had_which_session() -> None:
    sts, _ = lived()
    (user,) = identities(sts, "ListUsers")
    assert user["sessionContext"]["attributes"]["mfaAuthenticated"] == "true"
    carol, bob = identities(sts, "GetObject")
    assert (carol["type"], bob["type"]) == ("FederatedUser", "IAMUser")
    issuer = {"type": "Root", "principalId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT}
    assert carol["sessionContext"]["sessionIssuer"] == issuer
    (root,) = identities(sts, "GetUser")
    assert (root["type"], root["accountId"], root["sessionContext"]["assumedRoot"]) == ("Root", OTHER, "true")


def test_a_record_shows_the_address_inside_the_network() -> None:
    sts, _ = lived()
    inside = [entry for entry in records(sts.cloud) if entry.get("vpcEndpointId") == "vpce-1"]
    assert [entry["sourceIPAddress"] for entry in inside] == ["10.0.0.9"]


def test_no_code_and_no_seed_stands_in_the_trail() -> None:
    sts, code = lived()
    seeds = [device.seed for device in sts.cloud.world.mfa_devices.values()]
    told = json.dumps(records(sts.cloud))
    assert [secret for secret in (code, SEED, *seeds) if secret in told] == []


def test_a_journal_of_sessions_happens_again(tmp_path: Path) -> None:
    sts, _ = lived()
    journal.write(sts.cloud, tmp_path / "j")
    again = replay(journal.read(tmp_path / "j"), sts.cloud.initial)
    assert (again.changed, again.unknown, again.notices) == ((), (), ())
    assert again.cloud.world == sts.cloud.world
    other = replay(journal.read(tmp_path / "j"), sts.cloud.initial, seed="another")
    assert (other.changed, other.unknown) == ((), ())


def test_the_sign_in_page_leaves_records_that_lead_back_to_the_keys() -> None:
    sts = Sts(role("app", trust("sts:AssumeRole")))
    console = "https://console.aws.amazon.com/s3"
    for keys in (sts.assume("app"), sts.keys("GetFederationToken", Name="carol")):
        said = {"SessionId": keys.access_key_id, "SessionKey": keys.secret_access_key}
        given = sts.call("cogsim:GetSigninToken", None, **said, SessionToken=keys.session_token)["SigninToken"]
        sts.call("cogsim:OpenConsole", None, SigninToken=given, Destination=console, Issuer="https://broker.example")
    sts.submit("cogsim:OpenConsole", None, SigninToken="none", Destination=console)
    made = [each for each in records(sts.cloud) if each["eventSource"] == "signin.amazonaws.com"]
    assert [each["eventName"] for each in made] == ["GetSigninToken", "ConsoleLogin"] * 2
    assert {each["eventType"] for each in made} == {"AwsConsoleSignIn"}
    assert [each["userIdentity"]["type"] for each in made] == ["AssumedRole"] * 2 + ["FederatedUser"] * 2
    issuers = [each["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] for each in made]
    assert issuers == ["app", "app", "bob", "bob"]
    assert made[2]["responseElements"]["credentials"] == {"accessKeyId": keys.access_key_id}
    assert made[3]["additionalEventData"]["LoginTo"] == console
    assert keys.secret_access_key not in str(made)
    assert given not in str(made)
