"""The custom flow: which challenge a DefineAuthChallenge answer leads to, and when there are tokens.

1. The functions decide, the service keeps the books: every challenge and how it went stands in the session array, and
   DefineAuthChallenge sees all of it after each answer, a wrong one too.
2. To fail wins over everything the function says beside it; tokens win over a further challenge.
3. Where nobody stands behind the name the functions are asked all the same, and there are never tokens.
4. A password is asked for by its proof, so only where the flow began with SRP_A.
5. The account is judged before tokens as after any other first factor. # idp:custom-challenge
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions import refusals
from cogsim.decisions.next_challenge import TOKENS
from cogsim.decisions.progress import PASSWORD, Progress, Round
from cogsim.decisions.refusals import INVALID_PARAMETER, Check, passed, refused
from cogsim.decisions.sign_in import account
from cogsim.decisions.trigger_events import function_of
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient

CUSTOM_AUTH, CUSTOM_CHALLENGE = "CUSTOM_AUTH", "CUSTOM_CHALLENGE"
PASSWORD_VERIFIER, SRP_A = "PASSWORD_VERIFIER", "SRP_A"
NOT_CONFIGURED = Refusal(INVALID_PARAMETER, "Custom auth lambda trigger is not configured for the user pool.")

#: Challenges of the service that the function may ask for beside its own.
_BUILT_IN = frozenset(("SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA"))
_UNKNOWN = "cognito.defineUnknownChallenge"
_QUESTION, _SOURCE = "what does the custom flow ask next?", "idp:custom-challenge"


def check_configured(pool: UserPool, trigger: str) -> Check:
    """Whether the pool has the function that the flow needs at this point."""
    question, place = f"has the pool a {trigger} trigger?", pool.origin.at("LambdaConfig")
    if function_of(pool, trigger) is not None:
        return passed(
            question, pool.triggers[trigger], "idp:triggers", location=pool.origin.at(f"LambdaConfig.{trigger}")
        )
    return refused(NOT_CONFIGURED, question, "LambdaConfig has none", "idp:triggers", location=place)


def session_array(progress: Progress) -> list[dict[str, Any]]:
    """`request.session`: every challenge so far, its result, and what CreateAuthChallenge noted of it."""
    return [
        {"challengeName": each.challenge, "challengeResult": each.result, "challengeMetadata": each.metadata}
        for each in progress.rounds
    ]


def with_round(progress: Progress, challenge: str, result: bool, metadata: str | None = None) -> Progress:
    """The progress with one challenge more behind it; a right password is proved by it."""
    further = replace(progress, rounds=(*progress.rounds, Round(challenge, result, metadata)))
    return further.having(PASSWORD) if challenge == PASSWORD_VERIFIER and result else further


def follow_answer(response: Mapping[str, Any], progress: Progress, *, known: bool) -> Decision[str | Refusal]:
    """The challenge that DefineAuthChallenge's response leads to, TOKENS, or the refusal; `known` is whether somebody
    stands behind the name."""
    if response.get("failAuthentication"):
        return refused(refusals.INCORRECT, _QUESTION, "failAuthentication", _SOURCE, answer="nothing: it fails")
    if response.get("issueTokens"):
        if not known:
            return refused(refusals.INCORRECT, _QUESTION, "issueTokens, for nobody", "idp:existence", answer="nothing")
        return decided(TOKENS, Step(_QUESTION, "nothing: tokens", "issueTokens", _SOURCE, decides=True))
    name = response.get("challengeName")
    srp = SRP_A in progress.wanted
    if name == CUSTOM_CHALLENGE or (name == PASSWORD_VERIFIER and srp) or (name in _BUILT_IN and known):
        return decided(str(name), Step(_QUESTION, str(name), "challengeName", _SOURCE))
    found = f"challengeName {name}" + (", and no SRP_A was sent" if name == PASSWORD_VERIFIER else "")
    refusal = Refusal(choice(_UNKNOWN), "Unrecognizable lambda output")
    return refused(refusal, _QUESTION, found, _SOURCE, answer="nothing that can be asked", assumption=_UNKNOWN)


def judge_account(pool: UserPool, client: UserPoolClient, user: PoolUser, now: float) -> Check:
    """Whether the account may have the tokens that the functions give it at `now` in seconds (argument 5)."""
    judged = account(pool, client, user, now)
    if isinstance(judged.value, Refusal):
        return decided(judged.value, *judged.steps)
    return decided(None, *judged.steps)
