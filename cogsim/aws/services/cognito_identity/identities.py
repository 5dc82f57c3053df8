"""GetId and DescribeIdentity: the identities of a pool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.cognito_identity.pools import identity_of, login_of, pool_of
from cogsim.clock import at
from cogsim.decisions.caller import caller_account
from cogsim.decisions.identity import admit_guest, admit_operator
from cogsim.persistent import Map
from cogsim.world.identity_pool import Identity, IdentityPool, identity_id


@operation("cognito-identity:GetId", ignores=("AccountId",))
def get_id(ctx: CallContext, *, IdentityPoolId: str, Logins: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The identity of a login, made at its first appearance; without a login a new guest at each call. # ci:GetId"""
    pool = pool_of(ctx, IdentityPoolId)
    login = login_of(ctx, pool, Logins)
    if login is None:
        return {"IdentityId": _new_guest(ctx, pool)}
    found = ctx.world.identity_of(pool.id, login.provider_name, login.subject)
    if found not in ctx.world.identities:
        _make(ctx, Identity(found, pool.id, Map({login.provider_name: login.subject}), created=ctx.now))
    return {"IdentityId": found}


def _new_guest(ctx: CallContext, pool: IdentityPool) -> str:
    ctx.require(admit_guest(pool))
    number = ctx.draw("cognito-identity/guest", pool.id).number
    made = identity_id(pool.id, "guest", str(number))
    _make(ctx, Identity(made, pool.id, created=ctx.now))
    return made


def _make(ctx: CallContext, identity: Identity) -> None:
    ctx.update_world(lambda world: world.with_identity(identity))


def _describe_requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    _, pool = identity_of(ctx, params["IdentityId"])
    keys = {"cognito-identity:IdentityPoolArn": pool.arn}
    return (Requirement("cognito-identity:DescribeIdentity", context=keys, wildcard_only=True),)


@operation("cognito-identity:DescribeIdentity", requires=_describe_requires, reads_only=True)
def describe_identity(ctx: CallContext, *, IdentityId: str) -> dict[str, Any]:
    """The providers that an identity has logins of, and when it was made."""
    identity, pool = identity_of(ctx, IdentityId)
    ctx.require(admit_operator(pool, identity, caller_account(ctx.caller)))
    made = at(identity.created)
    return {
        "IdentityId": identity.id,
        "Logins": list(identity.logins),
        "CreationDate": made,
        "LastModifiedDate": made,
    }
