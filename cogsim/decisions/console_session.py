"""Sign-in to the console with credentials of STS: the sign-in token, the URL it goes into, and for how long it is.

1. The keys are temporary, and prove who they say: the token is worth as much as they are.
2. They came of AssumeRole* or GetFederationToken; the keys of an IAM user, whatever session they are of, are for the
   sign-in page.
3. A length of its own is for a role's session that came of no other session: a federated user's lasts as long as its
   keys, and so does one at the end of a chain.
4. The URL is good for fifteen minutes, and goes to AWS's own console.

# ug:console-federation
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from cogsim.clock import iso
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.caller import Caller, FederatedUser, RoleSession, caller_arn, caller_id
from cogsim.decisions.refusals import Check, passed, refused

#: How long a sign-in token can be used, in seconds. # ug:console-federation
TOKEN_LIFETIME = 900
_SHORTEST, _LONGEST = 900, 43200
_SOURCE = "ug:console-federation"
_CODE = "BadRequest"

#: By partition: the host of the sign-in page, and the hosts of the console (with a dot in front: any below it).
_HOSTS = {
    "aws": ("signin.aws.amazon.com", "console.aws.amazon.com", ".console.aws.amazon.com"),
    "aws-cn": ("signin.amazonaws.cn", "console.amazonaws.cn", ".console.amazonaws.cn"),
    "aws-us-gov": (
        *("signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com"),
        ".console.amazonaws-us-gov.com",
    ),
}


def console_duration(caller: Caller, asked: int | None, remaining: float) -> Decision[float | Refusal]:
    """How long one is signed in, in seconds: `asked`, where that may be asked, else as long as the keys last
    (`remaining`), twelve hours at most."""
    for check in (_federated(caller), _may_ask(caller, asked)):
        if check.value is not None:
            return Decision(check.value, check.steps)
    seconds = min(remaining, float(_LONGEST)) if asked is None else float(asked)
    found = "as long as the keys" if asked is None else "as asked"
    return decided(seconds, _who_step(caller), Step("how long is one signed in?", f"{int(seconds)} s", found, _SOURCE))


def signed_in(caller: Caller) -> Decision[Caller]:
    """Whom a login URL signs in."""
    return decided(caller, _who_step(caller))


def _who_step(caller: Caller) -> Step:
    """Its facts are what a trail tells: `type`, `principalId`, `issued`, and `issuer` (an ARN) with `issuerId`."""
    facts: tuple[tuple[str, str], ...] = ()
    match caller:
        case RoleSession():
            facts = (("type", "AssumedRole"), ("issuer", caller.role_arn), ("issuerId", caller.role_id))
        case FederatedUser():
            facts = (("type", "FederatedUser"), ("issuer", caller.user_arn), ("issuerId", caller.user_id))
    if isinstance(caller, RoleSession | FederatedUser):
        facts += (("principalId", caller_id(caller)), ("issued", iso(caller.issued_at)))
    return Step("as whom?", caller_arn(caller), facts[0][1] if facts else "", _SOURCE, facts=facts)


def _federated(caller: Caller) -> Check:
    question = "did the keys come of AssumeRole or GetFederationToken?"
    if isinstance(caller, RoleSession | FederatedUser):
        return passed(question, caller_arn(caller), _SOURCE)
    text = "The console takes sessions of roles and of federated users"
    return refused(Refusal(_CODE, text), question, caller_arn(caller), _SOURCE)


def _may_ask(caller: Caller, asked: int | None) -> Check:
    question = "may the sign-in have a length of its own?"
    if asked is None:
        return passed(question, "none is asked", _SOURCE)
    if isinstance(caller, FederatedUser):
        text = "SessionDuration cannot be used with credentials of GetFederationToken"
        return refused(Refusal(_CODE, text), question, "a federated user", _SOURCE)
    if isinstance(caller, RoleSession) and caller.chained:
        text = "SessionDuration cannot be used with credentials of role chaining"
        step = Step(question, "no", "a chained session", _SOURCE, Basis.OBSERVED, decides=True)
        return decided(Refusal(_CODE, text), step)
    if not _SHORTEST <= asked <= _LONGEST:
        text = f"SessionDuration is {_SHORTEST} to {_LONGEST} seconds"
        return refused(Refusal(_CODE, text), question, f"{asked} s", _SOURCE)
    return passed(question, f"{asked} s", _SOURCE)


def leads_to_console(destination: str, partition: str) -> Check:
    """Whether the page that a login URL leads to is one of the console of that partition."""
    question = "does it lead to the console?"
    if _is_console(destination, _HOSTS.get(partition, _HOSTS["aws"])[1:]):
        return passed(question, destination, _SOURCE)
    return refused(Refusal(_CODE, "Destination is a page of the console"), question, destination, _SOURCE)


def _is_console(url: str, hosts: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = parts.hostname or ""
    known = any(host == name or (name.startswith(".") and host.endswith(name)) for name in hosts)
    return parts.scheme == "https" and known


def token_usable(expires_at: float | None, now: float) -> Check:
    """Whether a sign-in token that was given out (`expires_at`; None where it was not) can be used at `now`."""
    question = "is the sign-in token good?"
    if expires_at is None:
        return refused(Refusal(_CODE, "The sign-in token is not valid"), question, "none such was given", _SOURCE)
    if now >= expires_at:
        text = "The sign-in token has expired"
        return refused(Refusal(_CODE, text), question, f"{int(now - expires_at)} s ago", _SOURCE, answer="it was")
    return passed(question, f"{int(expires_at - now)} s left", _SOURCE)


def login_url(token: str, issuer: str, destination: str, partition: str = "aws") -> str:
    """The URL that a broker sends a browser to."""
    host = _HOSTS.get(partition, _HOSTS["aws"])[0]
    said = {"Action": "login", "Issuer": issuer, "Destination": destination, "SigninToken": token}
    return f"https://{host}/federation?{urlencode(said)}"
