"""Somebody who may do everything, in each account that an event changes something in: put into a copy of the world."""

from __future__ import annotations

from cogsim.arn import Arn
from cogsim.entropy import named
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.world.access_key_ids import access_key_id
from cogsim.world.iam import AccessKey, User
from cogsim.world.world import World

NAME = "cogsim-operator"
_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def with_operators(world: World) -> World:
    """The world with an operator in every account that has a user pool, an identity pool or a role."""
    nouns = (world.user_pools.values(), world.identity_pools.values(), world.roles.values())
    arns = [Arn.parse(noun.arn) for family in nouns for noun in family]
    policy = parse(_EVERYTHING, PolicyKind.IDENTITY)
    for partition, account in sorted({(arn.partition, arn.account) for arn in arns}):
        user = User(operator_arn(partition, account), NAME, inline=Map({"everything": policy}))
        draw = named("lab/lifetimes-operator", user.arn)
        key = AccessKey(access_key_id("AKIA", account, draw), user.arn, draw.base64(40))
        world = world.with_user(user).with_access_key(key)
    return world


def operator_arn(partition: str, account: str) -> str:
    """The operator's ARN in an account, by which a simulation signs."""
    return str(Arn(partition, "iam", "", account, f"user/{NAME}"))


def operator_for(arn: str) -> str:
    """The operator who changes the thing of that ARN."""
    parsed = Arn.parse(arn)
    return operator_arn(parsed.partition, parsed.account)
