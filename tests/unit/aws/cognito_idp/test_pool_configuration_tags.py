"""The tags of user pools, and who configures pools at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from tests.unit.aws.cognito_idp.conftest import Pools

INVALID = "InvalidParameterException"


def test_tags_are_put_on_read_and_taken_off(pools: Pools) -> None:
    arn = pools.admin("DescribeUserPool")["UserPool"]["Arn"]
    assert pools.call("TagResource", ResourceArn=arn, Tags={"a": "1", "b": "2"}) == {}
    assert pools.call("TagResource", ResourceArn=arn, Tags={"a": "3"}) == {}
    assert pools.call("ListTagsForResource", ResourceArn=arn) == {"Tags": {"a": "3", "b": "2"}}
    assert pools.call("UntagResource", ResourceArn=arn, TagKeys=["b", "c"]) == {}
    assert pools.admin("DescribeUserPool")["UserPool"]["UserPoolTags"] == {"a": "3"}
    missing = arn.replace(pools.pool_id, "us-east-1_000000000")
    assert pools.refusal("ListTagsForResource", ResourceArn=missing)[0] == "ResourceNotFoundException"
    assert pools.refusal("TagResource", ResourceArn=arn.replace(":userpool/", ":pool/"), Tags={})[0] == (
        "ResourceNotFoundException"
    )
    many = {f"k{number}": "v" for number in range(50)}
    assert pools.refusal("TagResource", ResourceArn=arn, Tags=many) == (INVALID, "A user pool has at most 50 tags")


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("CreateUserPool", {"PoolName": "x"}),
        ("ListUserPools", {"MaxResults": 1}),
        ("DescribeUserPool", {"UserPoolId": Pools.pool_id}),
        ("UpdateUserPool", {"UserPoolId": Pools.pool_id}),
        ("DeleteUserPool", {"UserPoolId": Pools.pool_id}),
        ("SetUserPoolMfaConfig", {"UserPoolId": Pools.pool_id, "MfaConfiguration": "OFF"}),
        ("GetUserPoolMfaConfig", {"UserPoolId": Pools.pool_id}),
        ("CreateUserPoolClient", {"UserPoolId": Pools.pool_id, "ClientName": "c"}),
        ("ListUserPoolClients", {"UserPoolId": Pools.pool_id}),
        ("ListUserPoolClientSecrets", {"UserPoolId": Pools.pool_id, "ClientId": Pools.client_id}),
    ],
)
def test_a_stranger_configures_and_reads_nothing(pools: Pools, operation: str, params: dict[str, Any]) -> None:
    assert pools.refusal(operation, pools.stranger, **params)[0] == "AccessDeniedException"


def test_who_may_change_a_pool_can_hang_on_its_tags_and_on_the_tags_of_the_call(pools: Pools) -> None:
    statements = [
        {"Effect": "Allow", "Action": "cognito-idp:*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": "cognito-idp:UpdateUserPool",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/stage": "live"}},
        },
        {
            "Effect": "Deny",
            "Action": ["cognito-idp:TagResource", "cognito-idp:CreateUserPool"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestTag/stage": "live"}},
        },
    ]
    inline = Map({"tags": parse({"Version": "2012-10-17", "Statement": statements}, PolicyKind.IDENTITY)})
    world = pools.cloud.world
    user = world.users["arn:aws:iam::123456789012:user/operator"]
    pool = world.user_pools[pools.pool_id]
    pools.cloud.world = world.with_user(replace(user, inline=inline))
    pools.admin("UpdateUserPool", UserPoolTags={"stage": "test"})
    refused = {
        "TagResource": {"ResourceArn": pool.arn, "Tags": {"stage": "live"}},
        "CreateUserPool": {"PoolName": "x", "UserPoolTags": {"stage": "live"}},
    }
    for operation, params in refused.items():
        assert pools.refusal(operation, None, **params)[0] == "AccessDeniedException"
    pools.cloud.world = pools.cloud.world.with_user_pool(replace(pool, tags=Map({"stage": "live"})))
    assert pools.refusal("UpdateUserPool", UserPoolId=pools.pool_id)[0] == "AccessDeniedException"
    pools.call("UntagResource", ResourceArn=pool.arn, TagKeys=["stage"])
    pools.admin("UpdateUserPool")


def test_a_pool_that_sends_text_messages_needs_the_right_to_pass_its_role(pools: Pools) -> None:
    statements = [
        {"Effect": "Allow", "Action": "cognito-idp:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::123456789012:role/sms"},
    ]
    inline = Map({"sms": parse({"Version": "2012-10-17", "Statement": statements}, PolicyKind.IDENTITY)})
    user = pools.cloud.world.users["arn:aws:iam::123456789012:user/operator"]
    pools.cloud.world = pools.cloud.world.with_user(replace(user, inline=inline))
    for role, code in (("sms", None), ("other", "AccessDeniedException")):
        sms = {"SnsCallerArn": f"arn:aws:iam::123456789012:role/{role}"}
        calls: dict[str, dict[str, Any]] = {
            "CreateUserPool": {"PoolName": "x", "SmsConfiguration": sms},
            "UpdateUserPool": {"UserPoolId": pools.pool_id, "SmsConfiguration": sms},
            "SetUserPoolMfaConfig": {
                "UserPoolId": pools.pool_id,
                "MfaConfiguration": "ON",
                "SmsMfaConfiguration": {"SmsConfiguration": sms},
            },
        }
        for operation, params in calls.items():
            if code is None:
                pools.call(operation, **params)
            else:
                assert pools.refusal(operation, **params)[0] == code
