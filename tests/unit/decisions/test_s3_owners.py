"""Who may handle what is a bucket's owner's alone: its policy, and what its account blocks."""

from __future__ import annotations

import pytest

from cogsim.decision import Refusal, Step, decided
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Anonymous, Caller, IamUser, Root
from cogsim.decisions.s3_account import may_set_up_account
from cogsim.decisions.s3_buckets import may_manage_policy
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.layers import NamedPolicy, Result
from cogsim.policy.parse import parse
from cogsim.world.bucket import Bucket
from cogsim.world.iam import User
from cogsim.world.world import World

HERE, THERE = "123456789012", "999999999999"
ASKED = Step("do the policies allow?", "as they do", "", "ug:eval-logic")
LOCKED = parse(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::data"}],
    },
    PolicyKind.RESOURCE,
)
OPEN = parse(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::data"}],
    },
    PolicyKind.RESOURCE,
)


def identity(action: str) -> object:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return parse({"Version": "2012-10-17", "Statement": statement}, PolicyKind.IDENTITY)


def user(account: str) -> IamUser:
    return IamUser(f"arn:aws:iam::{account}:user/u", "AIDAU")


def task(action: str) -> Root:
    """A session of AssumeRoot under a task policy."""
    named = NamedPolicy("task", identity(action))  # type: ignore[arg-type]
    return Root(HERE, issued_at=0.0, assumed=True, session_policies=(named,))


@pytest.mark.parametrize(
    ("caller", "policy", "expected"),
    [
        (user(HERE), None, None),
        (user(HERE), LOCKED, "AccessDenied"),
        (user(THERE), None, "AccessDenied"),
        (user(THERE), OPEN, "MethodNotAllowed"),
        (Anonymous(), OPEN, "MethodNotAllowed"),
        (Root(HERE), LOCKED, None),
        (Root(THERE), LOCKED, "AccessDenied"),
        (Root(THERE), OPEN, "MethodNotAllowed"),
        (task("s3:DeleteBucketPolicy"), LOCKED, None),
        (task("sqs:*"), LOCKED, "AccessDenied"),
        (task("sqs:*"), None, "AccessDenied"),
    ],
)
def test_who_may_take_a_buckets_policy_away(caller: Caller, policy: object, expected: str | None) -> None:
    bucket = Bucket("data", HERE, "us-east-1", policy=policy)  # type: ignore[arg-type]
    world = World().with_bucket(bucket)
    for account in (HERE, THERE):
        held = Map({"all": identity("*")})
        world = world.with_user(User(f"arn:aws:iam::{account}:user/u", "u", inline=held))  # type: ignore[arg-type]
    check = may_manage_policy(world, bucket, caller, "s3:DeleteBucketPolicy", origin=CallOrigin(), now=0.0, context={})
    assert (check.value.code if check.value else None) == expected
    assert check.steps


@pytest.mark.parametrize(
    ("caller", "result", "expected"),
    [
        (user(HERE), Result.ALLOWED, None),
        (user(HERE), Result.IMPLICITLY_DENIED, "AccessDenied"),
        (user(THERE), Result.ALLOWED, "AccessDenied"),
        (Anonymous(), Result.ALLOWED, "AccessDenied"),
    ],
)
def test_an_account_is_set_up_from_within(caller: Caller, result: Result, expected: str | None) -> None:
    value = may_set_up_account(caller, HERE, decided(result, ASKED)).value
    assert (value.code if isinstance(value, Refusal) else None) == expected
