"""Which policies are gathered for a request, whose resource it is, and what the world does not tell."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.decisions.authorization import authorise, gather, unresolved
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Anonymous, Caller, IamUser, RoleSession
from cogsim.decisions.session_policies import passed_policies, scope_down
from cogsim.errors import Location
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.layers import Result
from cogsim.policy.parse import parse
from cogsim.world.bucket import Bucket
from cogsim.world.iam import Group, ManagedPolicy, Role, User
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.origin import Origin
from cogsim.world.table import Table
from cogsim.world.world import World

HERE, THERE = "123456789012", "999999999999"
IAM = f"arn:aws:iam::{HERE}:"
ROLE, USER = f"{IAM}role/r", f"{IAM}user/u"
TABLE = f"arn:aws:dynamodb:us-east-1:{HERE}:table/t"


def allow(action: Any, resource: Any = "*", kind: PolicyKind = PolicyKind.IDENTITY, **more: Any) -> Any:
    return parse(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}]},
        kind,
    )


TRUST = parse(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": HERE}, "Action": "sts:AssumeRole"}],
    },
    PolicyKind.TRUST,
)


def role(**parts: Any) -> Role:
    return Role(ROLE, "r", TRUST, unique_id="AROAR", **parts)


SESSION = RoleSession(ROLE, "AROAR", "s")
BOB = IamUser(USER, "AIDAU")


def ask(world: World, caller: Caller, action: str, resource: str, **more: Any) -> Any:
    return authorise(world, caller, action, resource, origin=CallOrigin(), now=0.0, **more)


def test_a_user_has_its_own_policies_and_its_groups() -> None:
    world = (
        World()
        .with_managed_policy(ManagedPolicy(f"{IAM}policy/list", "list", allow("s3:ListBucket")))
        .with_managed_policy(ManagedPolicy(f"{IAM}policy/put", "put", allow("s3:PutObject")))
        .with_group(
            Group(f"{IAM}group/x/devs", "devs", "/x/", Map({"get": allow("s3:GetObject")}), (f"{IAM}policy/put",))
        )
        .with_group(Group(f"arn:aws:iam::{THERE}:group/devs", "devs", inline=Map({"all": allow("*")})))
        .with_user(User(USER, "u", managed=(f"{IAM}policy/list",), groups=("devs",)))
        .with_bucket(Bucket("data", HERE, "us-east-1"))
    )
    names = [entry.name for entry in gather(world, BOB, "arn:aws:s3:::data/x").identity]
    assert names == [f"{IAM}policy/list", "group/devs inline get", f"{IAM}policy/put"]
    assert ask(world, BOB, "s3:PutObject", "arn:aws:s3:::data/x").value is Result.ALLOWED
    assert ask(world, BOB, "s3:DeleteObject", "arn:aws:s3:::data/x").value is Result.IMPLICITLY_DENIED


def test_a_buckets_policy_is_found_by_the_objects_arn() -> None:
    policy = allow("s3:GetObject", "arn:aws:s3:::data/*", PolicyKind.RESOURCE, Principal={"AWS": ROLE})
    world = World().with_role(role()).with_bucket(Bucket("data", HERE, "us-east-1", policy=policy))
    assert ask(world, SESSION, "s3:GetObject", "arn:aws:s3:::data/x").value is Result.ALLOWED
    assert ask(world, Anonymous(), "s3:GetObject", "arn:aws:s3:::data/x").value is Result.IMPLICITLY_DENIED


def test_a_bucket_of_another_account_must_allow_as_well() -> None:
    world = World().with_role(role(inline=Map({"p": allow("s3:*")})))
    closed = world.with_bucket(Bucket("data", THERE, "us-east-1"))
    policy = allow("s3:GetObject", "arn:aws:s3:::data/*", PolicyKind.RESOURCE, Principal={"AWS": HERE})
    opened = world.with_bucket(Bucket("data", THERE, "us-east-1", policy=policy))
    assert ask(closed, SESSION, "s3:GetObject", "arn:aws:s3:::data/x").value is Result.IMPLICITLY_DENIED
    assert ask(opened, SESSION, "s3:GetObject", "arn:aws:s3:::data/x").value is Result.ALLOWED


def test_a_bucket_nothing_is_known_of_is_an_assumption() -> None:
    world = World().with_role(role(inline=Map({"p": allow("s3:*")})))
    answer = ask(world, SESSION, "s3:GetObject", "arn:aws:s3:::elsewhere/x")
    assert answer.value is Result.ALLOWED
    assert answer.assumptions == ("authorization.unknownOwner",)
    assert unresolved(answer) == ("arn:aws:s3:::elsewhere/x",)
    with assuming({"authorization.unknownOwner": "another-account"}):
        assert ask(world, SESSION, "s3:GetObject", "arn:aws:s3:::elsewhere/x").value is Result.IMPLICITLY_DENIED


def test_a_policy_without_a_document_grants_nothing_and_is_named() -> None:
    foreign = "arn:aws:iam::aws:policy/AmazonS3TablesFullAccess"
    places = {"ManagedPolicyArns": Location("w.yaml", 7)}
    attached = role(managed=(foreign,), origin=Origin("w", "R", Location("w.yaml", 1), places))
    world = World().with_role(attached).with_bucket(Bucket("data", HERE, "us-east-1"))
    answer = ask(world, SESSION, "s3:GetObject", "arn:aws:s3:::data/x")
    assert answer.value is Result.IMPLICITLY_DENIED
    assert unresolved(answer) == (foreign,)
    assert answer.steps[0].location == Location("w.yaml", 7)


def test_an_explicit_deny_is_not_changed_by_what_is_unknown() -> None:
    deny = parse(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]},
        PolicyKind.IDENTITY,
    )
    attached = role(managed=("arn:aws:iam::aws:policy/Unknown",), inline=Map({"no": deny}))
    world = World().with_role(attached).with_bucket(Bucket("data", HERE, "us-east-1"))
    answer = ask(world, SESSION, "s3:GetObject", "arn:aws:s3:::data/x")
    assert answer.value is Result.EXPLICITLY_DENIED
    assert unresolved(answer) == ()


def test_a_boundary_without_a_document_allows_nothing() -> None:
    limited = role(inline=Map({"p": allow("s3:*")}), boundary=f"arn:aws:iam::{THERE}:policy/limit")
    world = World().with_role(limited).with_bucket(Bucket("data", HERE, "us-east-1"))
    assert gather(world, SESSION, "arn:aws:s3:::data/x").boundary == ()
    answer = ask(world, SESSION, "s3:GetObject", "arn:aws:s3:::data/x")
    assert answer.value is Result.IMPLICITLY_DENIED
    assert unresolved(answer) == (f"arn:aws:iam::{THERE}:policy/limit",)


def test_a_caller_who_is_not_in_the_world_is_unresolved() -> None:
    assert unresolved(ask(World(), SESSION, "s3:ListAllMyBuckets", "*")) == (ROLE,)


def test_administrator_access_is_known() -> None:
    world = World().with_role(role(managed=("arn:aws:iam::aws:policy/AdministratorAccess",)))
    answer = ask(world, SESSION, "ec2:RunInstances", "*", wildcard_only=True)
    assert answer.value is Result.ALLOWED
    assert unresolved(answer) == ()


@pytest.mark.parametrize("suffix", ["", "/index/by-owner"])
def test_a_tables_policy_and_tags_are_found_by_its_arn_and_its_indexes(suffix: str) -> None:
    policy = allow("dynamodb:Query", f"{TABLE}{suffix}", PolicyKind.RESOURCE, Principal={"AWS": ROLE})
    table = Table("t", TABLE, (("id", "HASH"),), policy=policy, tags=Map({"team": "red"}))
    world = World().with_role(role()).with_table(table)
    assert ask(world, SESSION, "dynamodb:Query", f"{TABLE}{suffix}").value is Result.ALLOWED
    tagged = allow("dynamodb:Scan", Condition={"StringEquals": {"aws:ResourceTag/team": "red"}})
    assert (
        ask(world.with_role(role(inline=Map({"p": tagged}))), SESSION, "dynamodb:Scan", TABLE).value is Result.ALLOWED
    )


def test_iam_is_asked_in_one_region() -> None:
    home = allow("iam:GetUser", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}})
    world = World().with_role(role(inline=Map({"p": home})))
    origin = CallOrigin(region="eu-west-1")
    assert authorise(world, SESSION, "iam:GetUser", USER, origin=origin, now=0.0).value is Result.ALLOWED


def test_an_assumption_about_keys_is_named_only_where_a_policy_reads_them() -> None:
    plain = World().with_role(role(inline=Map({"p": allow("iam:*")}), tags=Map({"a": "b"})))
    assert ask(plain, SESSION, "iam:GetUser", USER).assumptions == ()
    read = {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "StringEquals": {"aws:PrincipalTag/a": "b"}}
    reading = plain.with_role(role(inline=Map({"p": allow("iam:*", Condition=read)}), tags=Map({"a": "b"})))
    assert ask(reading, SESSION, "iam:GetUser", USER).assumptions == ("context.mfaOfRoleSession", "context.roleTags")


POOL = IdentityPool("us-east-1:p", f"arn:aws:cognito-identity:us-east-1:{HERE}:identitypool/us-east-1:p", "p")


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("s3:GetObject", "arn:aws:s3:::data/x", True),
        ("dynamodb:Scan", TABLE, True),
        ("kms:Decrypt", f"arn:aws:kms:us-east-1:{HERE}:key/k", True),
        ("cognito-sync:ListRecords", "*", True),
        ("ec2:RunInstances", "*", False),
        ("iam:CreateUser", USER, False),
        ("sts:AssumeRole", ROLE, False),
        ("secretsmanager:GetSecretValue", "*", False),
        ("sagemaker:CreateModel", "*", False),
    ],
)
def test_a_guest_with_an_administrators_role_reaches_the_listed_services_only(
    action: str, resource: str, expected: bool
) -> None:
    world = (
        World()
        .with_role(role(managed=("arn:aws:iam::aws:policy/AdministratorAccess",)))
        .with_bucket(Bucket("data", HERE, "us-east-1"))
    )
    passed = scope_down(POOL, None).then(lambda narrow: passed_policies(world, narrow.policy, narrow.policy_arns)).value
    assert isinstance(passed, tuple)
    guest = RoleSession(ROLE, "AROAR", "CognitoIdentityCredentials", session_policies=passed)
    assert ask(world, guest, action, resource).value.allowed is expected


def test_an_opt_in_region_lacks_the_old_services() -> None:
    far = IdentityPool("af-south-1:p", POOL.arn, "p")
    assert "cognito-sync" not in (scope_down(far, None).value.policy or "")
    assert "cognito-sync" in (scope_down(POOL, None).value.policy or "")
    assert len(scope_down(POOL, None).value.policy or "") <= 2048
