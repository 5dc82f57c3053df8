"""AssumeRole: an AWS principal becomes a role.

The order of AWS's checks: the caller is no root user and the trust policy admits it (the door asks before the handler),
then the duration, then the session policies, then tags and source identity. # sts:AssumeRole
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, operation
from cogsim.aws.services.sts.credentials import issue, policy_arns
from cogsim.decision import Decision, Refusal
from cogsim.decisions.caller import RoleSession
from cogsim.decisions.session import assumed_session, duration, lineage
from cogsim.decisions.session_policies import packed_percentage, passed_policies
from cogsim.decisions.trust import assume_keys, may_assume


def _authorised(ctx: CallContext, params: Params) -> Decision[Refusal | None]:
    keys = assume_keys(
        params["RoleSessionName"],
        tags=dict(_pairs(params.get("Tags"))),
        transitive_tag_keys=tuple(params.get("TransitiveTagKeys") or ()),
        source_identity=params.get("SourceIdentity"),
        external_id=params.get("ExternalId"),
    )
    return may_assume(
        ctx.world,
        params["RoleArn"],
        ctx.caller,
        "sts:AssumeRole",
        origin=ctx.call.origin,
        now=ctx.now,
        context=keys,
    )


@operation("sts:AssumeRole", authorise=_authorised, ignores=("ExternalId",))
def assume_role(
    ctx: CallContext,
    *,
    RoleArn: str,
    RoleSessionName: str,
    PolicyArns: list[Mapping[str, str]] | None = None,
    Policy: str | None = None,
    DurationSeconds: int | None = None,
    Tags: list[Mapping[str, str]] | None = None,
    TransitiveTagKeys: list[str] | None = None,
    SourceIdentity: str | None = None,
) -> dict[str, Any]:
    """A session of the role. The external id is for the trust policy alone, which has been asked."""
    role = ctx.world.roles[RoleArn]
    seconds = ctx.require(duration(DurationSeconds, role, chained=isinstance(ctx.caller, RoleSession)))
    arns = policy_arns(ctx, PolicyArns)
    policies = ctx.require(passed_policies(ctx.world, Policy, arns))
    tags = _pairs(Tags)
    carried = ctx.require(lineage(ctx.caller, tags, tuple(TransitiveTagKeys or ()), SourceIdentity))
    session = assumed_session(role, RoleSessionName, carried, policies, now=ctx.now, seconds=seconds)
    response = issue(ctx, session)
    packed = packed_percentage(Policy, arns, len(tags))
    return response if packed is None else {**response, "PackedPolicySize": packed}


def _pairs(tags: list[Mapping[str, str]] | None) -> tuple[tuple[str, str], ...]:
    return tuple((tag["Key"], tag["Value"]) for tag in tags or ())
