"""What a sign-in may be sent that no step of it reads: named, never skipped in silence."""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.aws.context import CallContext
from cogsim.decisions.auth_parameters import passes_over
from cogsim.errors import NotModelled

#: What clients send in one step or another. # idp:authentication-flows
_OF_OTHER_STEPS = frozenset(
    (
        *("USERNAME", "PASSWORD", "NEW_PASSWORD", "SRP_A", "SECRET_HASH", "DEVICE_KEY", "ANSWER", "TIMESTAMP"),
        *("PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE", "SMS_MFA_CODE", "SOFTWARE_TOKEN_MFA_CODE"),
        *("EMAIL_OTP_CODE", "SMS_OTP_CODE", "CREDENTIAL", "CHALLENGE_NAME", "PREFERRED_CHALLENGE"),
    )
)


def look_over_keys(ctx: CallContext, parameter: str, given: Mapping[str, str], known: tuple[str, ...]) -> None:
    """Put the keys of a free map on record that no sign-in reads; `known` may end in a dot for a family. What belongs
    to another step than this one is passed over, as AWS does: clients send along what they sent before."""
    families = tuple(each for each in known if each.endswith("."))
    read = _OF_OTHER_STEPS.union(known)
    unread = tuple(key for key in sorted(given) if key not in read and not key.startswith(families))
    if unread and not ctx.take(passes_over(unread)):
        raise NotModelled(ctx.call.operation, f"{parameter}.{unread[0]}")
