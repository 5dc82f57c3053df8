"""The free maps of a sign-in: AuthParameters and ChallengeResponses."""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.refusals import INVALID_PARAMETER, Check, passed, refused

_UNREAD = "cognito.unreadSignInKeys"


def require_keys(given: Mapping[str, str], needed: tuple[str, ...]) -> Check:
    """Whether every key of `needed` is among the parameters. # idp:authentication-flows"""
    question = "are the parameters complete?"
    for key in needed:
        if not given.get(key):
            refusal = Refusal(INVALID_PARAMETER, f"Missing required parameter {key}")
            return refused(refusal, question, f"no {key}", "idp:authentication-flows")
    return passed(question, ", ".join(needed), "idp:authentication-flows")


def passes_over(keys: tuple[str, ...]) -> Decision[bool]:
    """Whether `keys`, which no step of any sign-in reads, are passed over. # idp:authentication-flows"""
    passed_over = choice(_UNREAD) == "passed-over"
    question, answer = "what becomes of keys that no sign-in reads?", "nothing" if passed_over else "it is not known"
    named = ", ".join(keys)
    source = "idp:authentication-flows"
    return decided(passed_over, Step(question, answer, named, source, Basis.ASSUMED, assumption=_UNREAD))


def require_session(session: str | None, needed: bool) -> Check:
    """Whether the answer to a challenge brings the Session it must. # idp:authentication-flows"""
    question = "does the answer bring a session?"
    if session is None and needed:
        refusal = Refusal(INVALID_PARAMETER, "Missing required parameter Session")
        return refused(refusal, question, "no Session", "idp:authentication-flows")
    return passed(question, "a Session" if session else "the step is found without", "idp:authentication-flows")
