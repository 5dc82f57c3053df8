"""The free maps of a sign-in: AuthParameters and ChallengeResponses."""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.decision import Refusal
from cogsim.decisions.refusals import INVALID_PARAMETER, Check, passed, refused


def require_keys(given: Mapping[str, str], needed: tuple[str, ...]) -> Check:
    """Whether every key of `needed` is among the parameters. # idp:authentication-flows"""
    question = "are the parameters complete?"
    for key in needed:
        if not given.get(key):
            refusal = Refusal(INVALID_PARAMETER, f"Missing required parameter {key}")
            return refused(refusal, question, f"no {key}", "idp:authentication-flows")
    return passed(question, ", ".join(needed), "idp:authentication-flows")
