"""The identities of a pool: had, described, listed, deleted, and logins taken off them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.cognito_identity.pools import identity_of, logins_of, on_pool, page, pool_of, save
from cogsim.clock import at
from cogsim.decisions.caller import caller_account
from cogsim.decisions.identity import admit_guest, admit_operator, deletion_fault
from cogsim.decisions.identity_merge import find_identity, proofs
from cogsim.decisions.identity_unlink import unlink_logins
from cogsim.persistent import Map
from cogsim.world.identity_pool import Identity, IdentityPool, identity_id


@operation("cognito-identity:GetId", ignores=("AccountId",))
def get_id(ctx: CallContext, *, IdentityPoolId: str, Logins: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The identity of the logins, made at their first appearance; without one a new guest at each call. # ci:GetId"""
    pool = pool_of(ctx, IdentityPoolId)
    logins = logins_of(ctx, pool, Logins)
    if not logins:
        return {"IdentityId": _new_guest(ctx, pool)}
    found = ctx.require(find_identity(ctx.world, pool, proofs(logins), now=ctx.now))
    return {"IdentityId": save(ctx, found).id}


def _new_guest(ctx: CallContext, pool: IdentityPool) -> str:
    ctx.require(admit_guest(pool))
    made = ""
    while not made or made in ctx.world.identities:
        made = identity_id(pool.id, "guest", str(ctx.draw("cognito-identity/guest", pool.id).number))
    ctx.update_world(lambda world: world.with_identity(Identity(made, pool.id, created=ctx.now, modified=ctx.now)))
    return made


def _describe_requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    _, pool = identity_of(ctx, params["IdentityId"])
    keys = {"cognito-identity:IdentityPoolArn": pool.arn}
    return (Requirement("cognito-identity:DescribeIdentity", context=keys, wildcard_only=True),)


@operation("cognito-identity:DescribeIdentity", requires=_describe_requires, reads_only=True)
def describe_identity(ctx: CallContext, *, IdentityId: str) -> dict[str, Any]:
    """The providers that an identity has logins of, and when it was made."""
    identity, pool = identity_of(ctx, IdentityId)
    ctx.require(admit_operator(pool, identity, caller_account(ctx.caller)))
    return _described(identity)


@operation("cognito-identity:ListIdentities", requires=on_pool("ListIdentities"), reads_only=True)
def list_identities(
    ctx: CallContext,
    *,
    IdentityPoolId: str,
    MaxResults: int,
    NextToken: str | None = None,
    HideDisabled: bool | None = None,
) -> dict[str, Any]:
    """The pool's identities by id, those that were merged away or lost their last login among them unless hidden."""
    pool = pool_of(ctx, IdentityPoolId)
    held = (each for each in ctx.world.identities.values() if each.pool_id == pool.id and not each.deleted)
    wanted = ((each.id, each) for each in held if each.enabled or not HideDisabled)
    shown, more = page(ctx, wanted, NextToken, MaxResults)
    return {"IdentityPoolId": pool.id, "Identities": [_described(each) for each in shown], **more}


def _described(identity: Identity) -> dict[str, Any]:
    return {
        "IdentityId": identity.id,
        "Logins": sorted({provider for provider, _ in identity.links()}),
        "CreationDate": at(identity.created),
        "LastModifiedDate": at(max(identity.created, identity.modified)),
    }


def _delete_requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """One authorisation for each pool whose identities are named, or one in all where none is known."""
    held = (ctx.world.identities.get(name) for name in params["IdentityIdsToDelete"])
    pools = dict.fromkeys(each.pool_id for each in held if each is not None)
    arns = [pool.arn for name in pools if (pool := ctx.world.identity_pools.get(name)) is not None]
    keys = [{"cognito-identity:IdentityPoolArn": arn} for arn in arns] or [{}]
    action = "cognito-identity:DeleteIdentities"
    return tuple(Requirement(action, context=context, wildcard_only=True) for context in keys)


@operation("cognito-identity:DeleteIdentities", requires=_delete_requires)
def delete_identities(ctx: CallContext, *, IdentityIdsToDelete: Sequence[str]) -> dict[str, Any]:
    """Each identity is gone, and its logins get another at their next appearance; those that are not are named."""
    unprocessed = []
    for name in IdentityIdsToDelete:
        identity = ctx.world.identities.get(name)
        pool = ctx.world.identity_pools.get(identity.pool_id) if identity is not None else None
        fault = ctx.take(deletion_fault(identity, pool, caller_account(ctx.caller)))
        if fault is not None:
            unprocessed.append({"IdentityId": name, "ErrorCode": fault})
        elif identity is not None:
            _delete(ctx, identity)
    return {"UnprocessedIdentityIds": unprocessed}


def _delete(ctx: CallContext, identity: Identity) -> None:
    gone = replace(identity, logins=Map(), developer_users=Map(), enabled=False, deleted=True, modified=ctx.now)
    ctx.update_world(lambda world: world.with_identity(gone).without_datasets(gone.id))


@operation("cognito-identity:UnlinkIdentity")
def unlink_identity(
    ctx: CallContext, *, IdentityId: str, Logins: Mapping[str, str], LoginsToRemove: Sequence[str]
) -> dict[str, Any]:
    """The identity without logins of these providers; by its last one it is nobody's. # ci:api §UnlinkIdentity"""
    identity, pool = identity_of(ctx, IdentityId)
    logins = logins_of(ctx, pool, Logins)
    save(ctx, ctx.require(unlink_logins(identity, logins, tuple(LoginsToRemove), now=ctx.now)))
    return {}
