"""AssumeRole: an AWS principal becomes a role.

The order of AWS's checks: the caller is no root user, a second factor given is right, and the trust policy admits them
(the door asks before the handler), then the duration, then the session policies, then tags and source identity.
# sts:AssumeRole
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.arn import Arn
from cogsim.aws.context import CallContext
from cogsim.aws.mfa_codes import remember_codes, used_codes
from cogsim.aws.operation import Params, operation
from cogsim.aws.services.sts.credentials import issue, policy_arns, tag_pairs
from cogsim.decision import Decision, Refusal
from cogsim.decisions.caller import RoleSession
from cogsim.decisions.mfa_device import MfaProof
from cogsim.decisions.role_request import RoleRequest, given_proof, may_become
from cogsim.decisions.session import assumed_session, duration, lineage
from cogsim.decisions.session_policies import packed_percentage, packed_tags, passed_policies


def _request(ctx: CallContext, params: Params) -> RoleRequest:
    return RoleRequest(
        params["RoleArn"],
        params["RoleSessionName"],
        tags=dict(tag_pairs(params.get("Tags"))),
        transitive_tag_keys=tuple(params.get("TransitiveTagKeys") or ()),
        source_identity=params.get("SourceIdentity"),
        external_id=params.get("ExternalId"),
        serial_number=params.get("SerialNumber"),
        token_code=params.get("TokenCode"),
        used=used_codes(ctx, params.get("SerialNumber")),
    )


def _authorised(ctx: CallContext, params: Params) -> Decision[Refusal | None]:
    return may_become(ctx.world, _request(ctx, params), ctx.caller, origin=ctx.call.origin, now=ctx.now)


@operation("sts:AssumeRole", authorise=_authorised, ignores=("ExternalId", "SerialNumber", "TokenCode"))
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
    """A session of the role. External id and second factor are for the policies alone, which have been asked: neither
    is in the session."""
    role = ctx.world.roles[RoleArn]
    seconds = ctx.require(duration(DurationSeconds, role, chained=isinstance(ctx.caller, RoleSession)))
    arns, tags = policy_arns(ctx, PolicyArns), tag_pairs(Tags)
    policies = ctx.require(passed_policies(ctx.world, Policy, arns, Arn.parse(role.arn).account))
    carried = ctx.require(lineage(ctx.caller, tags, tuple(TransitiveTagKeys or ()), SourceIdentity))
    ctx.require(packed_tags(dict(tags), Policy, arns))
    _remember_code(ctx)
    session = assumed_session(role, RoleSessionName, carried, policies, now=ctx.now, seconds=seconds)
    response = issue(ctx, session)
    packed = packed_percentage(Policy, arns, len(tags), dict(tags))
    return response if packed is None else {**response, "PackedPolicySize": packed}


def _remember_code(ctx: CallContext) -> None:
    proof = given_proof(ctx.world, _request(ctx, ctx.call.params), ctx.caller, ctx.now).value
    if isinstance(proof, MfaProof):
        remember_codes(ctx, proof.serial_number, proof.period)
