"""What a sign-in may be sent that is not modelled: named, never skipped."""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.errors import NotModelled

#: What clients send in one step or another. # idp:authentication-flows
_OF_OTHER_STEPS = frozenset(
    (
        *("USERNAME", "PASSWORD", "NEW_PASSWORD", "SRP_A", "SECRET_HASH", "DEVICE_KEY", "ANSWER", "TIMESTAMP"),
        *("PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE", "SMS_MFA_CODE", "SOFTWARE_TOKEN_MFA_CODE"),
        *("EMAIL_OTP_CODE", "SMS_OTP_CODE", "CREDENTIAL", "CHALLENGE_NAME", "PREFERRED_CHALLENGE"),
    )
)


def refuse_unknown_keys(operation: str, parameter: str, given: Mapping[str, str], known: tuple[str, ...]) -> None:
    """Refuse keys of a free map that no sign-in reads; `known` may end in a dot for a family. What belongs to another
    step than this one is passed over, as AWS does: clients send along what they sent before."""
    for key in sorted(given):
        family = any(each.endswith(".") and key.startswith(each) for each in known)
        if key not in known and key not in _OF_OTHER_STEPS and not family:
            raise NotModelled(operation, f"{parameter}.{key}")
