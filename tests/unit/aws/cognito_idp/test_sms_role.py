"""The role that a pool sends text messages as: its trust with the pool's external id, and its right to publish."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.world.iam import Role

ROLE = "arn:aws:iam::123456789012:role/sms"
TRUST = (
    "InvalidSmsRoleTrustRelationshipException",
    "Role does not have a trust relationship allowing Cognito to assume the role",
)
ACCESS = ("InvalidSmsRoleAccessPolicyException", "Role does not have permission to publish with SNS")


def statement(**members: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", **members}}


def add_role(
    pools: Any,
    service: str = "cognito-idp.amazonaws.com",
    action: str = "sns:Publish",
    managed: tuple[str, ...] = (),
    **condition: Any,
) -> None:
    trust = statement(Action="sts:AssumeRole", Principal={"Service": service})
    if condition:
        trust["Statement"]["Condition"] = condition
    own = parse(statement(Action=action, Resource="*"), PolicyKind.IDENTITY)
    role = Role(ROLE, "sms", parse(trust, PolicyKind.TRUST), inline=Map({"send": own}), managed=managed)
    pools.cloud.world = pools.cloud.world.with_role(role)


def every_way(pools: Any, external_id: str | None = "club") -> list[tuple[str, dict[str, Any]]]:
    """The three operations that name the role."""
    sms = {"SnsCallerArn": ROLE, **({"ExternalId": external_id} if external_id else {})}
    return [
        ("CreateUserPool", {"PoolName": "p", "SmsConfiguration": sms}),
        ("UpdateUserPool", {"UserPoolId": pools.pool_id, "SmsConfiguration": sms}),
        (
            "SetUserPoolMfaConfig",
            {
                "UserPoolId": pools.pool_id,
                "MfaConfiguration": "OPTIONAL",
                "SmsMfaConfiguration": {"SmsConfiguration": sms},
            },
        ),
    ]


def test_a_role_that_trusts_the_service_and_may_publish_is_taken(pools: Any) -> None:
    add_role(pools, StringEquals={"sts:ExternalId": "club"})
    for name, params in every_way(pools):
        pools.call(name, **params)


@pytest.mark.parametrize("external_id", ["pub", None])
def test_the_external_id_must_be_the_one_that_the_role_wants(pools: Any, external_id: str | None) -> None:
    add_role(pools, StringEquals={"sts:ExternalId": "club"})
    for name, params in every_way(pools, external_id):
        assert pools.refusal(name, **params) == TRUST
    assert pools.cloud.world.user_pools[pools.pool_id].mfa == "OFF"


def test_a_role_of_another_service_is_refused(pools: Any) -> None:
    add_role(pools, service="lambda.amazonaws.com")
    for name, params in every_way(pools):
        assert pools.refusal(name, **params) == TRUST


def test_a_role_that_may_not_publish_is_refused(pools: Any) -> None:
    add_role(pools, action="sns:ListTopics")
    for name, params in every_way(pools):
        assert pools.refusal(name, **params) == ACCESS


def test_what_is_not_in_the_world_is_believed_unless_assumed_otherwise(pools: Any) -> None:
    name, params = every_way(pools)[1]
    pools.call(name, **params)
    with assuming({"cognito.smsRoleUnknown": "refused"}):
        assert pools.refusal(name, **params) == TRUST
    add_role(pools, action="sns:ListTopics", managed=("arn:aws:iam::123456789012:policy/unknown",))
    pools.call(name, **params)
    with assuming({"cognito.smsRoleUnknown": "refused"}):
        assert pools.refusal(name, **params) == ACCESS
