"""AssumeRoleWithWebIdentity: the bearer of a token becomes a role; nobody signs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.arn import Arn
from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.sts.credentials import issue, policy_arns
from cogsim.decisions.session import duration, federated_session
from cogsim.decisions.session_policies import packed_percentage, packed_tags, passed_policies
from cogsim.decisions.trust import assume_keys, may_assume
from cogsim.decisions.web_identity import accept_web_identity, provider_shown, seen_from


@operation("sts:AssumeRoleWithWebIdentity")
def assume_role_with_web_identity(
    ctx: CallContext,
    *,
    RoleArn: str,
    RoleSessionName: str,
    WebIdentityToken: str,
    ProviderId: str | None = None,
    PolicyArns: list[Mapping[str, str]] | None = None,
    Policy: str | None = None,
    DurationSeconds: int | None = None,
) -> dict[str, Any]:
    """A session of the role for the token's bearer: the token is accepted first, then the trust policy is asked."""
    bearer = ctx.require(accept_web_identity(ctx.world, WebIdentityToken, RoleArn, now=ctx.now, provider_id=ProviderId))
    keys = assume_keys(
        RoleSessionName,
        tags=bearer.tags,
        transitive_tag_keys=bearer.transitive_tag_keys,
        source_identity=bearer.source_identity,
    )
    origin = seen_from(ctx.caller, ctx.call.origin)
    action = "sts:AssumeRoleWithWebIdentity"
    ctx.require(may_assume(ctx.world, RoleArn, bearer, action, origin=origin, now=ctx.now, context=keys))
    role = ctx.world.roles[RoleArn]
    seconds = ctx.require(duration(DurationSeconds, role))
    arns = policy_arns(ctx, PolicyArns)
    policies = ctx.require(passed_policies(ctx.world, Policy, arns, Arn.parse(role.arn).account))
    ctx.require(packed_tags(bearer.tags, Policy, arns))
    session = federated_session(role, RoleSessionName, bearer, policies, now=ctx.now, seconds=seconds)
    response = {
        **issue(ctx, session),
        "SubjectFromWebIdentityToken": bearer.subject,
        "Provider": provider_shown(ctx.world, bearer),
        "Audience": bearer.audience,
    }
    packed = packed_percentage(Policy, arns, len(bearer.tags), bearer.tags)
    return response if packed is None else {**response, "PackedPolicySize": packed}
