"""Who may assume a role, asked statically: the trust policy's word is part of every answer."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.analysis.can import can, can_if, denial_messages, nearest_changes
from cogsim.decisions.authorization import unresolved
from tests.unit.aws.sts.sts_door import ACCOUNT, BOB_ARN, IAM, OTHER, Sts, allow, role, trust

APP, ASSUME = f"{IAM}role/app", "sts:AssumeRole"


def world(trusting: Any, *own: dict[str, Any]) -> Any:
    return Sts(role("app", trusting), bob=own or (allow("s3:*"),)).cloud.world


@pytest.mark.parametrize(
    ("principal", "own", "expected"),
    [
        ({"AWS": BOB_ARN}, allow("s3:*"), True),
        ({"AWS": ACCOUNT}, allow("s3:*"), False),
        ({"AWS": ACCOUNT}, allow("sts:*"), True),
        ({"AWS": OTHER}, allow("*"), False),
        ({"Service": "ec2.amazonaws.com"}, allow("*"), False),
    ],
)
def test_a_role_is_assumed_by_whom_it_trusts(principal: dict[str, str], own: dict[str, Any], expected: bool) -> None:
    assert can(world(trust(ASSUME, principal=principal), own), "bob", ASSUME, APP).value.allowed is expected


def test_the_answer_says_what_would_change_it() -> None:
    stranger = world(trust(ASSUME, principal={"AWS": OTHER}), allow("*"))
    ((_, text),) = denial_messages(stranger, "bob", ASSUME, APP)
    assert text.endswith("because no role trust policy allows the sts:AssumeRole action")
    ((_, change),) = nearest_changes(stranger, "bob", ASSUME, APP)
    assert BOB_ARN in str(change)


def test_a_condition_of_the_trust_policy_can_be_left_open() -> None:
    named = {"Condition": {"StringEquals": {"sts:ExternalId": "x1"}}}
    (answer,) = can_if(world(trust(ASSUME, **named)), "bob", ASSUME, APP, ["sts:ExternalId"])
    assert (
        str(answer.decision)
        == "Allowed if sts:ExternalId is x1\nImplicitlyDenied if sts:ExternalId is not x1 or absent"
    )


def test_a_root_user_is_told_what_sts_says() -> None:
    open_to_all = world(trust(ASSUME, principal={"AWS": "*"}))
    root = f"root({ACCOUNT})"
    assert not can(open_to_all, root, ASSUME, APP).value.allowed
    ((_, text),) = denial_messages(open_to_all, root, ASSUME, APP)
    assert text == "Roles may not be assumed by root accounts."
    assert nearest_changes(open_to_all, root, ASSUME, APP) == ()
    (answer,) = can_if(open_to_all, root, ASSUME, APP, ["sts:ExternalId"])
    assert answer.decision is None


def test_a_principal_that_was_not_resolved_leaves_the_answer_open() -> None:
    answer = can(world(trust(ASSUME, principal={"AWS": "arn:aws:iam::«Vendor»:root"})), "bob", ASSUME, APP)
    assert not answer.value.allowed
    assert unresolved(answer) == ("«Vendor»",)
