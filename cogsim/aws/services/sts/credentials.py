"""Temporary credentials: made for a session, remembered until they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.authenticate import ISSUED_SESSIONS, IssuedSession
from cogsim.aws.context import CallContext
from cogsim.clock import at
from cogsim.decisions.caller import RoleSession, caller_id
from cogsim.errors import NotModelled


def policy_arns(ctx: CallContext, descriptors: list[Mapping[str, str]] | None) -> tuple[str, ...]:
    """The ARNs of PolicyArns, whose entries may leave out their only member; what AWS says to that is not known."""
    if any("arn" not in entry for entry in descriptors or ()):
        raise NotModelled(ctx.call.operation, "PolicyArns", "an entry without an arn")
    return tuple(entry["arn"] for entry in descriptors or ())


def issue(ctx: CallContext, session: RoleSession) -> dict[str, Any]:
    """The members of a response that tell of a new session: Credentials, AssumedRoleUser, SourceIdentity."""
    # Three streams: draws of one stream begin alike, and a key's id is no secret.
    key_id = "ASIA" + ctx.draw("sts/access-key-id", session.arn).base32(16)
    secret = ctx.draw("sts/secret-access-key", session.arn).base64(40)
    token = ctx.draw("sts/session-token", session.arn).base64(356)
    issued = IssuedSession(session, secret, token, session.expires_at)
    ctx.update_state(lambda state: ISSUED_SESSIONS.put(state, key_id, issued))
    made: dict[str, Any] = {
        "Credentials": {
            "AccessKeyId": key_id,
            "SecretAccessKey": secret,
            "SessionToken": token,
            "Expiration": at(int(session.expires_at)),
        },
        "AssumedRoleUser": {"AssumedRoleId": caller_id(session), "Arn": session.arn},
    }
    if session.source_identity is not None:
        made["SourceIdentity"] = session.source_identity
    return made
