"""Who may set up what a whole account has of S3: principals of that account alone, by its own policies.

# s3:block-public-access
"""

from __future__ import annotations

from cogsim.decision import Decision, Refusal
from cogsim.decisions.caller import Caller, caller_account
from cogsim.decisions.refusals import Check, refused
from cogsim.policy.layers import Result

_DENIED = Refusal("AccessDenied", "Access Denied")


def may_set_up_account(caller: Caller, account: str, allowed: Decision[Result]) -> Check:
    """Whether `caller`, of whom policies say `allowed`, may read or change the settings of `account`."""
    question = "is the account the caller's own?"
    own = caller_account(caller)
    if own != account:
        found = f"{own or 'no account'}; asked for {account}"
        check = refused(_DENIED, question, found, "s3control:PutPublicAccessBlock")
        return Decision(check.value, (*allowed.steps, *check.steps))
    return Decision(None if allowed.value.allowed else _DENIED, allowed.steps)
