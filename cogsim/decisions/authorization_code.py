"""Is this code one that the client was given, for this address, with its verifier, in time, and for the first time.

1. A code is good for five minutes and once. A second use may end what the first one opened.
2. It belongs to the client that asked for it: another client's use is as if there were no such code, and spends
   nothing, or anybody could spend other people's codes.
3. The address is the one of the request: else a code that went astray could be brought in from elsewhere.
4. Where a challenge was sent the verifier is due: who stole the code alone has nothing. A verifier without a challenge
   is a sign that the challenge was taken out on the way. # rfc:9700 §2.1.1
5. Its user is still the same person, and enabled.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field, replace

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.oauth_grant import Grant
from cogsim.decisions.progress import Progress
from cogsim.decisions.refusals import UNSEEN_TEXTS, Check, all_of, passed, refused
from cogsim.tokens.strict_text import encode
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool_client import UserPoolClient

#: How long a code is good for (seconds). # idp:authorize-endpoint
CODE_LIFE = 300.0
_SOURCE = "idp:token-endpoint"
_BARE, _SPENT, _REPLAY = "cognito.verifierWithoutChallenge", "cognito.codeSpentByFailure", "cognito.codeReplayRevokes"
_INVALID = Refusal("invalid_grant", "")


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """A code that was given out, known by its SHA-256; instants in seconds. `origin_jti` names the sign-in that it
    opened, once it has."""

    pool_id: str
    client_id: str
    redirect_uri: str
    username: str
    sub: str
    grant: Grant
    progress: Progress
    auth_time: float
    issued_at: float
    challenge: str | None = field(default=None, repr=False)
    used: bool = False
    origin_jti: str | None = None

    def spent(self, origin_jti: str | None = None) -> AuthorizationCode:
        """The code after its use."""
        return replace(self, used=True, origin_jti=origin_jti)


def find_code(code: AuthorizationCode | None, client: UserPoolClient) -> Decision[AuthorizationCode | Refusal]:
    """The code, where it is one of this client's (argument 2)."""
    question = "was the client given this code?"
    if code is None or (code.client_id, code.pool_id) != (client.id, client.pool_id):
        return refused(_INVALID, question, "no code of this client's", _SOURCE)
    return decided(code, Step(question, "yes", f"for {code.username}", _SOURCE))


def check_unused(code: AuthorizationCode) -> Check:
    """Whether the code comes for the first time (argument 1)."""
    question = "is it presented for the first time?"
    if not code.used:
        return passed(question, "yes", _SOURCE)
    return refused(_INVALID, question, "used before", _SOURCE)


def replay_revokes() -> Decision[bool]:
    """Whether a second use ends the sign-in of the first."""
    yes = choice(_REPLAY) == "yes"
    question = "does it end what the first use opened?"
    step = passed(question, "", "rfc:6749§4.1.2", answer="yes" if yes else "no", assumption=_REPLAY)
    return Decision(yes, step.steps)


def failure_spends() -> Decision[bool]:
    """Whether a code whose own client presented it wrongly is used up."""
    yes = choice(_SPENT) == "yes"
    question = "is the code used up all the same?"
    return Decision(yes, passed(question, "", _SOURCE, answer="yes" if yes else "no", assumption=_SPENT).steps)


def check_presented(
    code: AuthorizationCode, user: PoolUser | None, redirect_uri: str | None, verifier: str | None, now: float
) -> Check:
    """Whether an unused code of this client's gives tokens at `now` (seconds)."""
    return all_of(
        _check_time(code, now),
        _check_address(code, redirect_uri),
        _check_verifier(code, verifier),
        _check_user(code, user),
    )


def _check_time(code: AuthorizationCode, now: float) -> Check:
    question, age = "is it still good?", now - code.issued_at
    found = f"{age:g} s old, of {CODE_LIFE:g} s"
    return passed(question, found, _SOURCE) if age < CODE_LIFE else refused(_INVALID, question, found, _SOURCE)


def _check_address(code: AuthorizationCode, redirect_uri: str | None) -> Check:
    question = "is it for the address that it was asked for?"
    if redirect_uri == code.redirect_uri:
        return passed(question, code.redirect_uri, "rfc:6749§4.1.3")
    found = f"{redirect_uri or 'none'} in place of {code.redirect_uri}"
    return refused(Refusal("unauthorized_client", "invalid_redirect"), question, found, "rfc:6749§4.1.3")


def _check_verifier(code: AuthorizationCode, verifier: str | None) -> Check:
    question = "does the verifier fit the challenge?"
    if code.challenge is None and verifier is None:
        return passed(question, "the code was asked for without one", "rfc:7636§4.6", answer="not asked")
    if code.challenge is None:
        found = "a verifier, and no challenge"
        if choice(_BARE) == "ignored":
            return passed(question, found, "rfc:9700§2.1.1", answer="not asked", assumption=_BARE)
        return refused(_INVALID, question, found, "rfc:9700§2.1.1", assumption=_BARE)
    if verifier is None:
        return refused(_INVALID, question, "no code_verifier", "rfc:7636§4.6")
    if not hmac.compare_digest(s256(verifier).encode(), code.challenge.encode()):
        return refused(_INVALID, question, "another one", "rfc:7636§4.6")
    return passed(question, "S256", "rfc:7636§4.6")


def _check_user(code: AuthorizationCode, user: PoolUser | None) -> Check:
    question = "is its user still there, and enabled?"
    if user is not None and user.sub == code.sub and user.enabled:
        return passed(question, code.username, _SOURCE, facts=(("sub", code.sub),))
    found = "disabled" if user is not None and user.sub == code.sub else "gone"
    return refused(_INVALID, question, found, _SOURCE, assumption=UNSEEN_TEXTS)


def s256(verifier: str) -> str:
    """The challenge of a verifier. # rfc:7636 §4.2"""
    return encode(hashlib.sha256(verifier.encode()).digest())
