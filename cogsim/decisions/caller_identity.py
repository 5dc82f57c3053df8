"""Who may ask who they are: everybody who proved it."""

from __future__ import annotations

from cogsim.decision import Decision, Refusal, Step

_STEP = Step(
    "do policies bear on sts:GetCallerIdentity?",
    "no: it succeeds even under an explicit deny",
    source="sts:GetCallerIdentity",
    decides=True,
)
_ALWAYS: Decision[Refusal | None] = Decision(None, (_STEP,))


def may_ask_who_they_are() -> Decision[Refusal | None]:
    """None, always: no policy is consulted, so none is gathered. # sts:GetCallerIdentity"""
    return _ALWAYS
