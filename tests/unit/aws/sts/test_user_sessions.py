"""GetSessionToken and GetFederationToken: how long, with what rights, who may, and what such sessions may not call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogsim.aws.call import Credentials
from cogsim.decisions.call_origin import CallOrigin
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.world.bucket import Bucket
from cogsim.world.iam import ManagedPolicy
from tests.unit.aws.sts.sts_door import (
    ACCOUNT,
    ALL_OF_STS,
    BOB,
    BOB_ARN,
    IAM,
    ROOT,
    ROOT_SERIAL,
    SERIAL,
    Sts,
    allow,
    identity,
    role,
    text,
    trust,
)

CAROL = f"arn:aws:sts::{ACCOUNT}:federated-user/carol"
READ, WIDE = text(allow("s3:GetObject")), text(allow("*"))
INVALID = ("InvalidClientTokenId", "The security token included in the request is invalid.")


def federate(sts: Sts, by: Credentials = BOB, **params: Any) -> Credentials:
    return sts.keys("GetFederationToken", by, **{"Name": "carol", **params})


@pytest.mark.parametrize(
    ("operation", "by", "asked", "seconds"),
    [
        ("GetSessionToken", BOB, None, 43200),
        ("GetSessionToken", BOB, 129600, 129600),
        ("GetSessionToken", BOB, 900, 900),
        ("GetSessionToken", ROOT, None, 3600),
        ("GetSessionToken", ROOT, 900, 900),
        ("GetSessionToken", ROOT, 43200, 3600),
        ("GetFederationToken", BOB, None, 43200),
        ("GetFederationToken", BOB, 129600, 129600),
        ("GetFederationToken", ROOT, None, 3600),
        ("GetFederationToken", ROOT, 7200, 3600),
    ],
)
def test_how_long_a_users_session_lasts(operation: str, by: Credentials, asked: int | None, seconds: int) -> None:
    sts = Sts()
    params: dict[str, Any] = {"Name": "carol"} if operation == "GetFederationToken" else {}
    keys = sts.keys(operation, by, DurationSeconds=asked, **params)
    sts.cloud.advance(seconds - 1)
    assert sts.submit("GetCallerIdentity", keys).error is None
    sts.cloud.advance(1)
    assert sts.error("GetCallerIdentity", keys)[0] == "ExpiredToken"


@pytest.mark.parametrize(
    ("operation", "params", "constraint"),
    [
        ("GetSessionToken", {"DurationSeconds": 899}, "Member must have value greater than or equal to 900"),
        ("GetSessionToken", {"DurationSeconds": 129601}, "Member must have value less than or equal to 129600"),
        ("GetFederationToken", {"Name": "a"}, "Member must have length greater than or equal to 2"),
        ("GetFederationToken", {"Name": "a" * 33}, "Member must have length less than or equal to 32"),
        ("GetFederationToken", {"Name": "a b"}, "Member must satisfy regular expression pattern: [\\w+=,.@-]*"),
        ("GetFederationToken", {"Name": "carol", "Policy": "x" * 2049}, "length less than or equal to 2048"),
        ("GetSessionToken", {"SerialNumber": SERIAL, "TokenCode": "12345"}, "length greater than or equal to 6"),
    ],
)
def test_parameters_that_break_the_model(operation: str, params: dict[str, Any], constraint: str) -> None:
    code, message = Sts().error(operation, **params)
    assert code == "ValidationError"
    assert message.startswith("1 validation error detected: Value '")
    assert constraint in message


def test_a_session_of_a_user_is_the_user() -> None:
    sts = Sts(tags={})
    keys = sts.keys("GetSessionToken")
    identity_told = sts.call("GetCallerIdentity", keys)
    assert identity_told == {"UserId": "AIDABOB", "Account": ACCOUNT, "Arn": BOB_ARN}
    assert sts.may(keys)


def test_get_session_token_needs_no_permission_and_no_policy_forbids_it() -> None:
    assert Sts(bob=(allow("s3:*"),)).submit("GetSessionToken").error is None
    assert Sts(bob=(allow("*", effect="Deny"),)).submit("GetSessionToken").error is None


def test_a_federated_user_is_told_as_aws_tells_it() -> None:
    response = Sts().call("GetFederationToken", Name="carol", Policy=READ, Tags=[{"Key": "team", "Value": "red"}])
    assert response["FederatedUser"] == {"FederatedUserId": f"{ACCOUNT}:carol", "Arn": CAROL}
    assert response["PackedPolicySize"] == 100 * len(READ) // 2048
    assert "PackedPolicySize" not in Sts().call("GetFederationToken", Name="carol")


@pytest.mark.parametrize(
    ("of_bob", "policy", "reads", "writes"),
    [
        ((allow("*"),), None, False, False),
        ((allow("*"),), READ, True, False),
        ((allow("*"),), WIDE, True, True),
        ((allow("s3:GetObject", "sts:GetFederationToken"),), WIDE, True, False),
        ((allow("s3:PutObject", "sts:GetFederationToken"),), READ, False, False),
    ],
)
def test_a_federated_user_has_what_both_allow(of_bob: tuple[Any, ...], policy: str, reads: bool, writes: bool) -> None:
    sts = Sts(bob=of_bob)
    keys = federate(sts, Policy=policy)
    assert sts.may(keys) is reads
    assert sts.may(keys, "s3:PutObject", Bucket="data", Key="k", Body="x") is writes


def test_a_federated_user_of_root_has_what_the_policy_passes_on() -> None:
    sts = Sts()
    assert sts.may(federate(sts, ROOT, Policy=READ))
    assert not sts.may(federate(sts, ROOT, Policy=READ), "s3:PutObject", Bucket="data", Key="k", Body="x")
    assert not sts.may(federate(sts, ROOT))


def test_a_bucket_that_names_the_federated_user_admits_them_without_a_session_policy() -> None:
    sts = Sts(bob=(allow("sts:GetFederationToken"),))
    statement = {"Effect": "Allow", "Principal": {"AWS": CAROL}, "Action": "s3:GetObject", "Resource": "*"}
    open_to_carol = parse({"Version": "2012-10-17", "Statement": [statement]}, PolicyKind.RESOURCE)
    sts.cloud.world = sts.cloud.world.with_bucket(Bucket("data", ACCOUNT, "us-east-1", policy=open_to_carol))
    assert sts.may(federate(sts))
    assert not sts.may(federate(sts, Name="dave"))


def test_whom_a_broker_may_federate_is_bounded_by_name() -> None:
    sts = Sts(bob=(allow("sts:GetFederationToken", resource=f"arn:aws:sts::{ACCOUNT}:federated-user/c*"),))
    assert sts.submit("GetFederationToken", Name="carol").error is None
    words = (
        f"User: {BOB_ARN} is not authorized to perform: sts:GetFederationToken on resource: "
        f"arn:aws:sts::{ACCOUNT}:federated-user/dave because no identity-based policy allows the "
        "sts:GetFederationToken action"
    )
    assert sts.error("GetFederationToken", Name="dave") == ("AccessDenied", words)


def test_tags_of_a_federated_user_are_a_permission_of_their_own() -> None:
    tags = [{"Key": "team", "Value": "red"}]
    sts = Sts(bob=(allow("sts:GetFederationToken"),))
    assert sts.error("GetFederationToken", Name="carol", Tags=tags)[1].startswith(
        f"User: {BOB_ARN} is not authorized to perform: sts:TagSession on resource: {CAROL}"
    )
    bounded = allow("sts:TagSession", Condition={"StringEquals": {"aws:RequestTag/team": "red"}})
    sts = Sts(bob=(allow("sts:GetFederationToken"), bounded))
    assert sts.submit("GetFederationToken", Name="carol", Tags=tags).error is None
    assert sts.error("GetFederationToken", Name="carol", Tags=[{"Key": "team", "Value": "blue"}])[0] == "AccessDenied"


def test_session_tags_win_over_the_users_and_open_what_they_should() -> None:
    own = allow("s3:GetObject", resource="arn:aws:s3:::data/${aws:PrincipalTag/team}/*")
    sts = Sts(bob=(own, allow("sts:*")), tags={"Team": "blue"})
    keys = federate(sts, Policy=WIDE, Tags=[{"Key": "team", "Value": "red"}])
    assert sts.may(keys, Key="red/k")
    assert not sts.may(keys, Key="blue/k")
    assert sts.may(federate(sts, Policy=WIDE), Key="blue/k")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Policy": "{"}, "MalformedPolicyDocument"),
        ({"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/AdministratorAccess"}] * 11}, "ValidationError"),
        (
            {"Policy": READ + " " * (2040 - len(READ)), "PolicyArns": [{"arn": f"{IAM}policy/p"}]},
            "PackedPolicyTooLarge",
        ),
        ({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]}, "ValidationError"),
        ({"Tags": [{"Key": "aws:x", "Value": "1"}]}, "ValidationError"),
        ({"Tags": [{"Key": f"k{number}", "Value": "v" * 256} for number in range(9)]}, "PackedPolicyTooLarge"),
    ],
)
def test_what_a_federated_session_cannot_be_made_of(params: dict[str, Any], code: str) -> None:
    sts = Sts()
    sts.cloud.world = sts.cloud.world.with_managed_policy(ManagedPolicy(f"{IAM}policy/p", "p", identity(allow("*"))))
    assert sts.error("GetFederationToken", Name="carol", **params)[0] == code


def test_a_session_makes_no_session_of_a_user() -> None:
    sts = Sts(role("app", trust(*ALL_OF_STS)))
    sessions = (sts.keys("GetSessionToken"), federate(sts), sts.assume("app"))
    for keys in sessions:
        assert sts.error("GetSessionToken", keys) == (
            "AccessDenied", "Cannot call GetSessionToken with session credentials",
        )  # fmt: skip
        assert sts.error("GetFederationToken", keys, Name="dave") == (
            "AccessDenied", "Cannot call GetFederationToken with session credentials",
        )  # fmt: skip


def test_what_the_sessions_reach_of_iam_and_sts() -> None:
    sts = Sts(role("app", trust(*ALL_OF_STS)))
    plain, proved = sts.keys("GetSessionToken"), sts.keys("GetSessionToken", SerialNumber=SERIAL, TokenCode=sts.code())
    carol = federate(sts, Policy=WIDE)
    assert sts.error("iam:ListUsers", plain) == INVALID
    assert sts.submit("iam:ListUsers", proved).error is None
    assert sts.error("iam:ListUsers", carol) == INVALID
    assert sts.submit("iam:ListUsers", sts.assume("app")).error is None
    assert sts.error("GetAccessKeyInfo", proved, AccessKeyId="AKIABOB123456789") == INVALID
    assert sts.refused_role("app", carol) == INVALID
    assert sts.assume("app", plain).access_key_id.startswith("ASIA")
    assert sts.call("GetCallerIdentity", carol)["UserId"] == f"{ACCOUNT}:carol"


def test_the_root_users_session_proves_its_second_factor() -> None:
    sts = Sts()
    assert sts.error("iam:ListUsers", sts.keys("GetSessionToken", ROOT)) == INVALID
    keys = sts.keys("GetSessionToken", ROOT, SerialNumber=ROOT_SERIAL, TokenCode=sts.code())
    assert sts.call("GetCallerIdentity", keys) == {"UserId": ACCOUNT, "Account": ACCOUNT, "Arn": f"{IAM}root"}
    assert sts.submit("iam:ListUsers", keys).error is None


def test_the_root_user_becomes_no_role() -> None:
    sts = Sts(role("app", trust(*ALL_OF_STS, principal={"AWS": ACCOUNT})))
    words = ("AccessDenied", "Roles may not be assumed by root accounts.")
    assert sts.refused_role("app", ROOT) == words
    assert sts.refused_role("app", ROOT, SerialNumber=ROOT_SERIAL, TokenCode="000000") == words
    assert sts.refused_role("app", sts.keys("GetSessionToken", ROOT)) == words


def test_a_key_that_is_switched_off_ends_no_session_it_made() -> None:
    sts = Sts()
    keys = (sts.keys("GetSessionToken"), federate(sts, Policy=READ))
    world = sts.cloud.world
    sts.cloud.world = world.with_access_key(replace(world.access_keys["AKIABOB"], active=False))
    assert sts.error("GetCallerIdentity") == INVALID
    assert all(sts.may(each) for each in keys)
    sts.cloud.world = sts.cloud.world.without_access_key("AKIABOB")
    assert all(sts.may(each) for each in keys)


def test_a_users_sessions_end_with_the_user_and_do_not_rise_with_a_new_one() -> None:
    sts = Sts()
    keys = (sts.keys("GetSessionToken"), federate(sts, Policy=READ))
    world, bob = sts.cloud.world, sts.cloud.world.users[BOB_ARN]
    sts.cloud.world = world.without_user(BOB_ARN)
    assert [sts.error("GetCallerIdentity", each) for each in keys] == [INVALID, INVALID]
    sts.cloud.world = world.with_user(replace(bob, unique_id="AIDAANOTHERBOB"))
    assert [sts.error("GetCallerIdentity", each) for each in keys] == [INVALID, INVALID]


def test_a_user_who_is_renamed_keeps_the_sessions() -> None:
    sts = Sts()
    plain, carol = sts.keys("GetSessionToken"), federate(sts, Policy=READ)
    sts.call("iam:UpdateUser", UserName="bob", NewUserName="robert")
    assert sts.call("GetCallerIdentity", plain)["Arn"] == f"{IAM}user/staff/robert"
    assert sts.may(carol)


def test_what_the_user_loses_the_sessions_lose() -> None:
    sts = Sts()
    keys = federate(sts, Policy=READ)
    assert sts.may(keys)
    bob = sts.cloud.world.users[BOB_ARN]
    sts.cloud.world = sts.cloud.world.with_user(replace(bob, inline=bob.inline.discard("own")))
    assert not sts.may(keys)


def test_a_second_factor_in_a_session_opens_what_asks_for_it_while_it_is_young() -> None:
    young = {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "NumericLessThan": {"aws:MultiFactorAuthAge": "300"}}
    sts = Sts(bob=(allow("s3:GetObject", Condition=young),))
    keys = sts.keys("GetSessionToken", SerialNumber=SERIAL, TokenCode=sts.code())
    assert not sts.may(BOB)
    assert not sts.may(sts.keys("GetSessionToken"))
    assert sts.may(keys)
    sts.cloud.advance(300)
    assert not sts.may(keys)


def test_a_network_bounds_a_session() -> None:
    inside = {"StringEquals": {"aws:SourceVpc": "vpc-1"}, "IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}
    sts = Sts(bob=(allow("s3:GetObject", Condition=inside),))
    there = CallOrigin(vpc_endpoint="vpce-1", source_vpc="vpc-1", vpc_source_ip="10.1.2.3")
    elsewhere = CallOrigin(vpc_endpoint="vpce-1", source_vpc="vpc-2", vpc_source_ip="10.1.2.3")
    errors = [sts.submit("s3:GetObject", BOB, origin, Bucket="data", Key="k").error for origin in (there, elsewhere)]
    assert [error.code if error else None for error in errors] == [None, "AccessDenied"]
    assert not sts.may(BOB)


def test_a_users_boundary_binds_their_sessions_and_their_federated_users() -> None:
    bound = ManagedPolicy(f"{IAM}policy/bound", "bound", identity(allow("s3:GetObject", "sts:*")))
    sts = Sts(boundary=bound.arn)
    sts.cloud.world = sts.cloud.world.with_managed_policy(bound)
    for keys in (sts.keys("GetSessionToken"), federate(sts, Policy=WIDE)):
        assert sts.may(keys)
        assert not sts.may(keys, "s3:PutObject", Bucket="data", Key="k", Body="x")


def test_a_device_is_set_right_by_two_codes_in_a_row_which_are_then_used() -> None:
    sts = Sts()
    named: dict[str, Any] = {"UserName": "bob", "SerialNumber": SERIAL}

    def resync(first: str, second: str, **changed: str) -> str | None:
        codes = {"AuthenticationCode1": first, "AuthenticationCode2": second}
        error = sts.submit("iam:ResyncMFADevice", **{**named, **codes, **changed}).error
        return error.code if error else None

    before, current = sts.code(-30), sts.code()
    assert resync(current, before) == "InvalidAuthenticationCode"
    assert resync(before, before) == "InvalidAuthenticationCode"
    assert resync(before, current, SerialNumber=f"{SERIAL}-none") == "NoSuchEntity"
    assert resync(before, current, SerialNumber=ROOT_SERIAL) == "NoSuchEntity"
    assert resync(before, current) is None
    assert sts.error("GetSessionToken", SerialNumber=SERIAL, TokenCode=current)[0] == "AccessDenied"
    sts.cloud.advance(60)
    assert sts.keys("GetSessionToken", SerialNumber=SERIAL, TokenCode=sts.code())
