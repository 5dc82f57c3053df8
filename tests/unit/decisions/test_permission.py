"""What may be done, asked outside of a call: the trust policy speaks where a role is to be assumed."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.aws.call import Call, Credentials
from cogsim.decisions.authorization import unresolved
from cogsim.decisions.permission import may_do
from cogsim.policy.layers import Result
from tests.unit.aws.sts.sts_door import (
    BOB,
    IAM,
    OTHER,
    ROOT,
    ROOT_ARN,
    Sts,
    allow,
    role,
    text,
    trust,
)

APP = f"{IAM}role/app"
STRANGER = {"AWS": f"arn:aws:iam::{OTHER}:root"}
MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
WEB = trust("sts:AssumeRoleWithWebIdentity", principal={"Federated": "cognito-identity.amazonaws.com"})


def asked(sts: Sts, by: Credentials, action: str = "sts:AssumeRole", resource: str = APP, **keys: str) -> Any:
    cloud = sts.cloud
    caller = sts.submit("GetCallerIdentity", by).caller
    return may_do(
        cloud.world, caller, action, resource, origin=cloud.origin(), now=cloud.clock.now, context=keys
    )  # fmt: skip


@pytest.mark.parametrize(
    ("trusting", "own", "expected"),
    [
        (trust("sts:AssumeRole"), allow("s3:*"), True),
        (trust("sts:AssumeRole", principal={"AWS": ROOT_ARN}), allow("s3:*"), False),
        (trust("sts:AssumeRole", principal={"AWS": ROOT_ARN}), allow("sts:*"), True),
        (trust("sts:AssumeRole", principal=STRANGER), allow("*"), False),
        (trust("sts:AssumeRole"), allow("sts:*", effect="Deny"), False),
        (trust("sts:AssumeRole", **MFA), allow("*"), False),
        (WEB, allow("*"), False),
    ],
)
def test_the_answer_is_the_doors(trusting: Any, own: dict[str, Any], expected: bool) -> None:
    sts = Sts(role("app", trusting), bob=(own,))
    door = sts.submit("AssumeRole", RoleArn=APP, RoleSessionName="s1")
    assert (asked(sts, BOB).value.allowed, door.error is None) == (expected, expected)


def test_a_key_of_the_call_is_given_with_the_question() -> None:
    named = {"Condition": {"StringEquals": {"sts:RoleSessionName": "s1"}}}
    sts = Sts(role("app", trust("sts:AssumeRole", **named)))
    assert not asked(sts, BOB).value.allowed
    assert asked(sts, BOB, **{"sts:RoleSessionName": "s1"}).value.allowed


def test_a_root_user_becomes_no_role_whoever_is_trusted() -> None:
    sts = Sts(role("app", trust("sts:AssumeRole", principal={"AWS": "*"})))
    assert asked(sts, ROOT).value is Result.EXPLICITLY_DENIED
    assert asked(sts, ROOT, "s3:GetObject", "arn:aws:s3:::data/k").value.allowed


def test_a_source_identity_that_is_handed_on_is_a_key_of_the_question() -> None:
    pinned = {"Condition": {"StringEquals": {"sts:SourceIdentity": "bob"}}}
    first = role("first", trust("sts:AssumeRole", "sts:SetSourceIdentity"))
    both = trust("sts:AssumeRole", "sts:SetSourceIdentity", principal={"AWS": f"{IAM}role/first"}, **pinned)
    sts = Sts(first, role("app", both))
    assert asked(sts, sts.assume("first", SourceIdentity="bob")).value.allowed
    assert not asked(sts, sts.assume("first")).value.allowed


def test_what_is_handed_on_or_tagged_must_be_allowed_as_well() -> None:
    first = role("first", trust("sts:AssumeRole", "sts:SetSourceIdentity"), allow("sts:AssumeRole"))
    account = {"AWS": ROOT_ARN}
    sts = Sts(first, role("app", trust("sts:AssumeRole", "sts:SetSourceIdentity", principal=account)))
    cases: tuple[dict[str, Any], ...] = ({"SourceIdentity": "bob"}, {})
    for given in cases:
        keys = sts.assume("first", **given)
        door = sts.submit("AssumeRole", keys, RoleArn=APP, RoleSessionName="s1").error is None
        assert asked(sts, keys).value.allowed is door is (not given)
    assert asked(sts, BOB).value.allowed
    assert not asked(sts, BOB, **{"aws:RequestTag/team": "a"}).value.allowed


def test_whom_a_role_outside_the_world_trusts_stays_open() -> None:
    answer = asked(Sts(), BOB, resource=f"arn:aws:iam::{OTHER}:role/far")
    assert not answer.value.allowed
    assert unresolved(answer) == (f"arn:aws:iam::{OTHER}:role/far",)


def test_what_a_kind_of_credentials_cannot_call_no_policy_opens() -> None:
    sts = Sts(role("app", trust("sts:AssumeRole")))
    plain = sts.keys("GetSessionToken")
    federated = sts.keys("GetFederationToken", Name="fed", Policy=text(allow("*")))
    for keys in (plain, federated):
        for written in ("iam:GetRole", "IAM:getrole", "STS:getsessiontoken"):
            assert asked(sts, keys, written).value is Result.EXPLICITLY_DENIED
        assert asked(sts, keys, "iam:PassRole").value.allowed, "no operation is called so"
        assert asked(sts, keys, "s3:GetObject", "arn:aws:s3:::data/k").value.allowed
    assert asked(sts, plain).value.allowed
    assert asked(sts, federated).value is Result.EXPLICITLY_DENIED


def test_what_goes_with_a_role_is_asked_like_the_role() -> None:
    sts = Sts(role("app", trust("sts:AssumeRole", "sts:TagSession")))
    plain = sts.keys("GetSessionToken")
    federated = sts.keys("GetFederationToken", Name="fed", Policy=text(allow("*")))
    assert asked(sts, plain, "sts:TagSession").value.allowed
    assert asked(sts, plain, "sts:SetSourceIdentity").value is Result.IMPLICITLY_DENIED
    assert asked(sts, federated, "sts:TagSession").value is Result.EXPLICITLY_DENIED


def test_a_role_is_a_resource_like_another_where_iam_is_asked() -> None:
    sts = Sts(role("app", trust("sts:AssumeRole", principal=STRANGER)))
    assert asked(sts, BOB, "iam:GetRole").value.allowed
    call = Call("iam:GetRole", {"RoleName": "app"}, BOB, sts.cloud.origin())
    assert sts.cloud.submit(call).error is None
