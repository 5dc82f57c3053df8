"""The counting of requests in virtual time, where a world has limits. # idp:quotas"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.state import Table
from cogsim.decisions import rate_limit
from cogsim.decisions.caller import caller_account
from cogsim.decisions.provisioned_limits import provisioned
from cogsim.world.rate_limits import RateLimits

#: What is counted, as a tuple of names, to the instants of its requests.
_REQUESTS: Table[tuple[str, ...], tuple[float, ...]] = Table("rate-limits")


def count_request(ctx: CallContext, limits: RateLimits, *, public: bool) -> None:
    """Count this request of user pools, or refuse it; nothing is counted of one that is refused."""
    name, address = ctx.call.name, ctx.call.origin.source_ip
    counts: list[tuple[tuple[str, ...], float]] = []
    if public and limits.per_address is not None:
        key: tuple[str, ...] = ("address", address)
        held = _held(ctx, key, rate_limit.ADDRESS_WINDOW)
        ctx.require(rate_limit.check_address_rate(address, held, limits.per_address))
        counts.append((key, rate_limit.ADDRESS_WINDOW))
    for name_of, rate in _rates(ctx, limits, name):
        ctx.require(rate_limit.check_rate(name_of[-1], _held(ctx, name_of, rate_limit.RATE_WINDOW), rate))
        counts.append((name_of, rate_limit.RATE_WINDOW))
    for counted, window in counts:
        _count(ctx, counted, window)


def _count(ctx: CallContext, key: tuple[str, ...], window: float) -> None:
    kept = (*rate_limit.recent(_REQUESTS.get(ctx.state, key) or (), ctx.now, window), ctx.now)
    ctx.update_state(lambda state: _REQUESTS.put(state, key, kept))


def _rates(ctx: CallContext, limits: RateLimits, name: str) -> list[tuple[tuple[str, ...], int]]:
    """What the request counts to, with the rate of each: the category, and the user where the request names one."""
    account = caller_account(ctx.caller) or _owner(ctx, ctx.call.params)
    where = (account, ctx.region)
    category = rate_limit.category(name)
    rate = provisioned(ctx.world, *where, category, limits.rate(category))
    counted = rate_limit.counted_as(name)
    found: list[tuple[tuple[str, ...], int]] = [
        (("category", *where, counted), 3 * rate if counted == "answers to challenges" else rate)
    ]
    user = _user(ctx.call.params)
    if user is not None:
        kind = "reads" if rate_limit.reads_user(name) else "writes"
        found.append((("user", *where, user, f"{kind} of one user"), limits.per_user))
    return found


def _held(ctx: CallContext, key: tuple[str, ...], window: float) -> int:
    return len(rate_limit.recent(_REQUESTS.get(ctx.state, key) or (), ctx.now, window))


def _user(params: Mapping[str, Any]) -> str | None:
    """The name by which a request speaks of a user."""
    for member in ("AuthParameters", "ChallengeResponses"):
        name = (params.get(member) or {}).get("USERNAME")
        if name is not None:
            return str(name)
    name = params.get("Username")
    return None if name is None else str(name)


def _owner(ctx: CallContext, params: Mapping[str, Any]) -> str:
    """The account of the pool that a public request is about."""
    client = ctx.world.clients.get(str(params.get("ClientId")))
    pool = ctx.world.user_pools.get(client.pool_id) if client else None
    return pool.arn.split(":")[4] if pool else ""
