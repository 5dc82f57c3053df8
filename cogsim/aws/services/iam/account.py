"""What a call to IAM is about: the account, the entity it names, and the permission it needs. # sar:iam"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, Requires
from cogsim.decisions.caller import caller_account
from cogsim.decisions.iam_attachments import is_aws_managed
from cogsim.decisions.iam_entities import Owner, existing, existing_policy, find, own_user
from cogsim.decisions.iam_keys import request_tag_keys, tag_name_keys
from cogsim.decisions.iam_tags import tag_pairs
from cogsim.world.iam import Group, ManagedPolicy, Role, User

#: The condition keys that a call of these parameters brings, about the entity it names, where there is one.
Keys = Callable[[Params, Any], Mapping[str, Any]]

_MEMBERS = {"user": "UserName", "role": "RoleName", "group": "GroupName"}


def owner(ctx: CallContext) -> Owner:
    """The caller's account: IAM speaks of no other."""
    return Owner(caller_account(ctx.caller) or ctx.world.home.account, ctx.partition)


def the_user(ctx: CallContext, name: str | None) -> User:
    """The user of that name; of no name, the caller. Raises NoSuchEntity or ValidationError."""
    if name is None:
        return ctx.require(own_user(ctx.world, ctx.caller))
    return ctx.require(existing(ctx.world.users, owner(ctx), "user", name))


def the_role(ctx: CallContext, name: str) -> Role:
    """The role of that name; raises NoSuchEntity."""
    return ctx.require(existing(ctx.world.roles, owner(ctx), "role", name))


def the_group(ctx: CallContext, name: str) -> Group:
    """The group of that name; raises NoSuchEntity."""
    return ctx.require(existing(ctx.world.groups, owner(ctx), "group", name))


def the_policy(ctx: CallContext, arn: str) -> ManagedPolicy:
    """The customer managed policy of that ARN; raises NoSuchEntity or InvalidInput."""
    return ctx.require(existing_policy(ctx.world, owner(ctx), arn))


def save(ctx: CallContext, entity: User | Role | Group | ManagedPolicy) -> None:
    """Put the entity into the world, in place of the one with its ARN."""
    match entity:
        case User():
            ctx.update_world(lambda world: world.with_user(entity))
        case Role():
            ctx.update_world(lambda world: world.with_role(entity))
        case Group():
            ctx.update_world(lambda world: world.with_group(entity))
        case ManagedPolicy():
            ctx.update_world(lambda world: world.with_managed_policy(entity))


def on(kind: str, action: str, *keys: Keys) -> Requires:
    """`iam:action` on the user, role or group that the call names. One that is not there is asked about under the ARN
    it would have without a path: who may not ask must not learn that it is missing."""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        entity, arn = _named(ctx, kind, params)
        return (Requirement(f"iam:{action}", arn, _gathered(keys, params, entity)),)

    return requires


def _named(ctx: CallContext, kind: str, params: Params) -> tuple[User | Role | Group | None, str]:
    name = params.get(_MEMBERS[kind])
    if name is None:
        user = the_user(ctx, None)
        return user, user.arn
    entities: Any = {"user": ctx.world.users, "role": ctx.world.roles, "group": ctx.world.groups}[kind]
    found: User | Role | Group | None = find(entities, owner(ctx), name)
    return found, found.arn if found is not None else owner(ctx).arn(kind, name)


def creating(kind: str, action: str, name: str, *keys: Keys) -> Requires:
    """`iam:action` on what the call would make; `name` is the member that holds its name."""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        arn = owner(ctx).arn(kind, f"{(params.get('Path') or '/')[1:]}{params[name]}")
        return (Requirement(f"iam:{action}", arn, _gathered(keys, params, None)),)

    return requires


def on_arn(action: str, member: str, *keys: Keys) -> Requires:
    """`iam:action` on the policy or provider whose ARN the call holds. To look at a policy of AWS's own the caller's
    policies suffice; to change one nothing does, for it belongs to another account."""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        arn = params[member]
        reading = is_aws_managed(arn) and action.startswith(("Get", "List"))
        account = owner(ctx).account if reading else None
        return (Requirement(f"iam:{action}", arn, _gathered(keys, params, None), account),)

    return requires


def on_everything(action: str) -> Requires:
    """`iam:action`, which has no resource types."""
    needed = (Requirement(f"iam:{action}", wildcard_only=True),)
    return lambda _ctx, _params: needed


def _gathered(keys: tuple[Keys, ...], params: Params, entity: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in keys:
        found.update(each(params, entity))
    return found


def its_boundary(_params: Params, entity: Any) -> Mapping[str, Any]:
    """The boundary that the entity has."""
    boundary = getattr(entity, "boundary", None)
    return {} if boundary is None else {"iam:PermissionsBoundary": boundary}


def asked_boundary(params: Params, _entity: Any) -> Mapping[str, Any]:
    """The boundary that the call asks for."""
    boundary = params.get("PermissionsBoundary")
    return {} if boundary is None else {"iam:PermissionsBoundary": boundary}


def policy_arn(params: Params, _entity: Any) -> Mapping[str, Any]:
    """The policy that the call attaches or detaches."""
    return {"iam:PolicyARN": params["PolicyArn"]}


def asked_tags(params: Params, _entity: Any) -> Mapping[str, Any]:
    """The tags that the call passes."""
    return request_tag_keys(tag_pairs(params.get("Tags")))


def tag_names(params: Params, _entity: Any) -> Mapping[str, Any]:
    """The tags that the call takes away."""
    return tag_name_keys(tuple(params.get("TagKeys") or ()))
