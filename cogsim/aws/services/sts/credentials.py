"""Temporary credentials: made for a session, remembered until they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.authenticate import ISSUED_SESSIONS, IssuedSession
from cogsim.aws.context import CallContext
from cogsim.clock import at
from cogsim.decisions.caller import FederatedUser, IamUser, RoleSession, Root, caller_account, caller_arn, caller_id
from cogsim.errors import NotModelled
from cogsim.world.access_key_ids import access_key_id


def policy_arns(ctx: CallContext, descriptors: list[Mapping[str, str]] | None) -> tuple[str, ...]:
    """The ARNs of PolicyArns, whose entries may leave out their only member; what AWS says to that is not known."""
    if any("arn" not in entry for entry in descriptors or ()):
        raise NotModelled(ctx.call.operation, "PolicyArns", "an entry without an arn")
    return tuple(entry["arn"] for entry in descriptors or ())


def tag_pairs(tags: list[Mapping[str, str]] | None) -> tuple[tuple[str, str], ...]:
    """The Tags of a call as pairs, in order."""
    return tuple((tag["Key"], tag["Value"]) for tag in tags or ())


def issue(ctx: CallContext, session: RoleSession) -> dict[str, Any]:
    """The members of a response that tell of a role's new session: Credentials, AssumedRoleUser, SourceIdentity."""
    made: dict[str, Any] = {
        "Credentials": credentials(ctx, session, session.expires_at),
        "AssumedRoleUser": {"AssumedRoleId": caller_id(session), "Arn": session.arn},
    }
    if session.source_identity is not None:
        made["SourceIdentity"] = session.source_identity
    return made


def credentials(
    ctx: CallContext, session: RoleSession | FederatedUser | IamUser | Root, expires_at: float
) -> dict[str, Any]:
    """The member Credentials for a session of any kind, which ends at `expires_at` (seconds)."""
    arn = caller_arn(session)
    # Three streams: draws of one stream begin alike, and a key's id is no secret.
    drawn = ctx.draw("sts/access-key-id", arn)
    key_id = access_key_id("ASIA", caller_account(session) or "", drawn)
    secret = ctx.draw("sts/secret-access-key", arn).base64(40)
    token = ctx.draw("sts/session-token", arn).base64(356)
    issued = IssuedSession(session, secret, token, expires_at)
    ctx.update_state(lambda state: ISSUED_SESSIONS.put(state, key_id, issued))
    return {
        "AccessKeyId": key_id,
        "SecretAccessKey": secret,
        "SessionToken": token,
        "Expiration": at(int(expires_at)),
    }
