"""The refusals of identity pools: those whose words were seen, and those whose words no document shows. # ci:api"""

from __future__ import annotations

from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Location, Refusal, Step, decided

NOT_AUTHORIZED = "NotAuthorizedException"
INVALID_PARAMETER = "InvalidParameterException"
NOT_FOUND = "ResourceNotFoundException"
CONFLICT = "ResourceConflictException"

#: The assumption that a refusal rests on whose text no document shows.
UNSEEN_TEXTS = "identity.unseenTexts"

PUBLIC_PROVIDER = "Please provide a valid public provider."
LOGINS_DIFFER = "Logins don't match. Please include at least one valid login for this identity or identity pool."
ALREADY_LINKED = "Logins already linked"


def forbidden(identity_id: str) -> str:
    """What meets whoever may not act as an identity."""
    return f"Access to Identity '{identity_id}' is forbidden."


def no_identity(identity_id: str) -> str:
    return f"Identity '{identity_id}' not found."


def observed(
    code: str,
    text: str,
    question: str,
    found: str,
    source: str,
    *,
    answer: str = "no",
    location: Location | None = None,
) -> Decision[Any]:
    """A refusal whose words were seen."""
    return decided(Refusal(code, text), Step(question, answer, found, source, Basis.OBSERVED, location, decides=True))


def unseen(
    code: str,
    text: str,
    question: str,
    found: str,
    source: str = "ci:api",
    *,
    answer: str = "no",
    location: Location | None = None,
) -> Decision[Any]:
    """A refusal whose code is documented and whose words are ours, or none, as the assumption says."""
    message = "" if choice(UNSEEN_TEXTS) == "empty" else text
    step = Step(question, answer, found, source, Basis.ASSUMED, location, UNSEEN_TEXTS, decides=True)
    return decided(Refusal(code, message), step)


def before(steps: tuple[Step, ...], later: Decision[Any]) -> Decision[Any]:
    """The later decision, with `steps` in front."""
    return Decision(later.value, (*steps, *later.steps))
