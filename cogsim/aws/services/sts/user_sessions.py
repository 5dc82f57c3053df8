"""GetSessionToken and GetFederationToken: sessions of IAM users, and of a root user who should not ask for them.

Both take long-term keys; the door has turned sessions away. # ug:temp-credentials
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.mfa_codes import remember_codes, used_codes
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.sts.credentials import credentials, policy_arns, tag_pairs
from cogsim.decisions.caller import IamUser, Root, caller_account, caller_id
from cogsim.decisions.federation import check_long_term, federated_arn, federation_keys, tags_of_federation
from cogsim.decisions.mfa_device import MfaProof, prove
from cogsim.decisions.session import federated_user, own_session, user_session_duration
from cogsim.decisions.session_policies import packed_percentage, packed_tags, passed_policies


def _long_term(ctx: CallContext) -> IamUser | Root:
    ctx.require(check_long_term(ctx.caller, ctx.call.name))
    assert isinstance(ctx.caller, IamUser | Root)
    return ctx.caller


def _no_resource(_ctx: CallContext, _params: Params) -> tuple[Requirement, ...]:
    return (Requirement("sts:GetSessionToken", wildcard_only=True),)


@operation("sts:GetSessionToken", requires=_no_resource)
def get_session_token(
    ctx: CallContext,
    *,
    DurationSeconds: int | None = None,
    SerialNumber: str | None = None,
    TokenCode: str | None = None,
) -> dict[str, Any]:
    """The caller again, with the proof of a second factor where one was given."""
    caller = _long_term(ctx)
    used = used_codes(ctx, SerialNumber)
    proof = ctx.require(prove(ctx.world, caller, SerialNumber, TokenCode, used, ctx.now))
    seconds = ctx.take(user_session_duration(DurationSeconds, caller))
    if isinstance(proof, MfaProof):
        remember_codes(ctx, proof.serial_number, proof.period)
    session = own_session(caller, now=ctx.now, mfa=isinstance(proof, MfaProof))
    return {"Credentials": credentials(ctx, session, ctx.now + seconds)}


def _federates(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """sts:GetFederationToken on the federated user, and sts:TagSession where tags are passed. # sar:sts"""
    arn = federated_arn(ctx.caller, params["Name"], ctx.partition)
    keys = federation_keys(tag_pairs(params.get("Tags")))
    needed = Requirement("sts:GetFederationToken", arn, keys)
    return (needed, Requirement("sts:TagSession", arn, keys)) if keys else (needed,)


@operation("sts:GetFederationToken", requires=_federates)
def get_federation_token(
    ctx: CallContext,
    *,
    Name: str,
    Policy: str | None = None,
    PolicyArns: list[Mapping[str, str]] | None = None,
    DurationSeconds: int | None = None,
    Tags: list[Mapping[str, str]] | None = None,
) -> dict[str, Any]:
    """A session for somebody who has no account: what the caller may and the policies passed on allow, both."""
    caller = _long_term(ctx)
    account = caller_account(caller) or ""
    seconds = ctx.take(user_session_duration(DurationSeconds, caller))
    arns, pairs = policy_arns(ctx, PolicyArns), tag_pairs(Tags)
    policies = ctx.require(passed_policies(ctx.world, Policy, arns, account))
    tags = ctx.require(tags_of_federation(caller, pairs))
    ctx.require(packed_tags(tags, Policy, arns))
    session = federated_user(caller, Name, tags, policies, now=ctx.now, seconds=seconds)
    response: dict[str, Any] = {
        "Credentials": credentials(ctx, session, session.expires_at),
        "FederatedUser": {"FederatedUserId": caller_id(session), "Arn": session.arn},
    }
    packed = packed_percentage(Policy, arns, len(tags), tags)
    return response if packed is None else {**response, "PackedPolicySize": packed}
