"""The tags of user pools, and who configures pools at all."""

from __future__ import annotations

from typing import Any

import pytest

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
