"""The federation endpoint of the sign-in page, which is no API: credentials become a sign-in token, a URL opens the
console.

`cogsim:GetSigninToken` is `GET https://signin.aws.amazon.com/federation?Action=getSigninToken`, with the members of its
`Session` and `SessionDuration`; `cogsim:OpenConsole` is a browser that opens the login URL (`login_url`), with that
URL's parameters. Both leave records of the sign-in (`aws/trail/signin.py`). What one does in the console is not
modelled: the answer says as whom, and until when.
# ug:console-federation
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cogsim.aws.authenticate import ISSUED_SESSIONS, authenticate
from cogsim.aws.call import Call, Credentials
from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.state import Table
from cogsim.clock import iso
from cogsim.decisions.caller import Caller, caller_account, caller_arn
from cogsim.decisions.console_session import TOKEN_LIFETIME, console_duration, leads_to_console, signed_in, token_usable


@dataclass(frozen=True, slots=True)
class GivenToken:
    """A sign-in token given out: for whom, until when it can be used, and how long one is then signed in (seconds)."""

    caller: Caller
    expires_at: float
    seconds: float


SIGNIN_TOKENS: Table[str, GivenToken] = Table("signin/tokens")


@operation("cogsim:GetSigninToken")
def get_signin_token(
    ctx: CallContext, *, SessionId: str, SessionKey: str, SessionToken: str, SessionDuration: int | None = None
) -> dict[str, Any]:
    """A sign-in token for the session whose keys are given; the keys are held to what STS knows of them."""
    signed = Call(
        "sts:GetCallerIdentity", {}, Credentials(SessionId, SessionKey, SessionToken), ctx.call.origin, ctx.now
    )
    caller = authenticate(ctx.world, ctx.state, signed, "query")
    issued = ISSUED_SESSIONS.get(ctx.state, SessionId)
    remaining = issued.expires_at - ctx.now if issued is not None else 0.0
    seconds = ctx.require(console_duration(caller, SessionDuration, remaining))
    token = ctx.draw("signin/token", caller_arn(caller)).base64(428)
    held = GivenToken(caller, ctx.now + TOKEN_LIFETIME, seconds)
    ctx.update_state(lambda state: SIGNIN_TOKENS.put(state, token, held))
    return {"SigninToken": token}


@operation("cogsim:OpenConsole", ignores=("Issuer",))
def open_console(ctx: CallContext, *, SigninToken: str, Destination: str) -> dict[str, Any]:
    """Sign in by a login URL: as whom, until when, and which page shows. `Issuer` is where the console sends people
    whose session has ended."""
    held = SIGNIN_TOKENS.get(ctx.state, SigninToken)
    ctx.require(token_usable(held.expires_at if held is not None else None, ctx.now))
    assert held is not None
    caller = ctx.take(signed_in(held.caller))
    ctx.require(leads_to_console(Destination, ctx.partition))
    return {
        "Arn": caller_arn(caller),
        "Account": caller_account(caller),
        "Expires": iso(ctx.now + held.seconds),
        "Location": Destination,
    }
