"""The refusals of user pools, word for word, and how a check gives one. # idp:errors"""

from __future__ import annotations

from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Location, Refusal, Step, decided

NOT_AUTHORIZED = "NotAuthorizedException"
INVALID_PARAMETER = "InvalidParameterException"
NOT_FOUND = "ResourceNotFoundException"

#: The assumption that a refusal rests on whose text no document shows.
UNSEEN_TEXTS = "cognito.unseenTexts"

#: What a check answers: nothing to object, or the refusal.
Check = Decision[Refusal | None]

INCORRECT = Refusal(NOT_AUTHORIZED, "Incorrect username or password.")
ATTEMPTS_EXCEEDED = Refusal(NOT_AUTHORIZED, "Password attempts exceeded")
DISABLED = Refusal(NOT_AUTHORIZED, "User is disabled.")
TEMPORARY_PASSWORD_EXPIRED = Refusal(
    NOT_AUTHORIZED, "Temporary password has expired and must be reset by an administrator."
)
INVALID_SESSION = Refusal(NOT_AUTHORIZED, "Invalid session for the user.")
SESSION_EXPIRED = Refusal(NOT_AUTHORIZED, "Invalid session for the user, session is expired.")
SESSION_USED = Refusal(NOT_AUTHORIZED, "Invalid session for the user, session can only be used once.")
INVALID_REFRESH_TOKEN = Refusal(NOT_AUTHORIZED, "Invalid Refresh Token.")
REFRESH_TOKEN_EXPIRED = Refusal(NOT_AUTHORIZED, "Refresh Token has expired")
REFRESH_TOKEN_REVOKED = Refusal(NOT_AUTHORIZED, "Refresh Token has been revoked")
INVALID_ACCESS_TOKEN = Refusal(NOT_AUTHORIZED, "Invalid Access Token")
ACCESS_TOKEN_EXPIRED = Refusal(NOT_AUTHORIZED, "Access Token has expired")
ACCESS_TOKEN_REVOKED = Refusal(NOT_AUTHORIZED, "Access Token has been revoked")
SCOPE_MISSING = Refusal(NOT_AUTHORIZED, "Access Token does not have required scopes")
SIGN_UP_NOT_PERMITTED = Refusal(NOT_AUTHORIZED, "SignUp is not permitted for this user pool")
UNAUTHORIZED_ATTRIBUTE = Refusal(NOT_AUTHORIZED, "A client attempted to write unauthorized attribute")
NOT_CONFIRMED = Refusal("UserNotConfirmedException", "User is not confirmed.")
RESET_REQUIRED = Refusal("PasswordResetRequiredException", "Password reset required for the user")
NO_SUCH_USER = Refusal("UserNotFoundException", "User does not exist.")
NO_SUCH_USER_OF_CLIENT = Refusal("UserNotFoundException", "Username/client id combination not found.")
USERNAME_EXISTS = Refusal("UsernameExistsException", "User already exists")
ACCOUNT_EXISTS = Refusal("UsernameExistsException", "User account already exists")
CODE_MISMATCH = Refusal("CodeMismatchException", "Invalid verification code provided, please try again.")
FACTOR_MISMATCH = Refusal("CodeMismatchException", "Invalid code received for user")
STALE_STATE = Refusal(NOT_AUTHORIZED, "Invalid code or auth state for the user.")
TOKEN_REPLAYED = Refusal("ExpiredCodeException", "Your software token has already been used once.")
CODE_EXPIRED = Refusal("ExpiredCodeException", "Invalid code provided, please request a code again.")
LIMIT_EXCEEDED = Refusal("LimitExceededException", "Attempt limit exceeded, please try after some time.")
ALREADY_CONFIRMED = Refusal(INVALID_PARAMETER, "User is already confirmed.")
NOTHING_TO_RESEND = Refusal(INVALID_PARAMETER, "Cannot resend codes. Auto verification not turned on.")
INVALID_EMAIL = Refusal(INVALID_PARAMETER, "Invalid email address format.")
INVALID_PHONE = Refusal(INVALID_PARAMETER, "Invalid phone number format.")
NO_SUCH_DEVICE = Refusal(NOT_FOUND, "Device does not exist.")
GROUP_NOT_FOUND = Refusal(NOT_FOUND, "Group not found.")


def passed(
    question: str,
    found: str,
    source: str,
    *,
    answer: str = "yes",
    location: Location | None = None,
    assumption: str | None = None,
    facts: tuple[tuple[str, str], ...] = (),
    decides: bool = False,
) -> Check:
    """A check that objects to nothing; `decides` marks one that an answer is remembered by."""
    return decided(None, _step(question, answer, found, source, location, assumption, facts, decides=decides))


def refused(
    refusal: Refusal,
    question: str,
    found: str,
    source: str,
    *,
    answer: str = "no",
    location: Location | None = None,
    assumption: str | None = None,
    facts: tuple[tuple[str, str], ...] = (),
) -> Decision[Any]:
    """A check that refuses; the step is the one that decided."""
    if assumption == UNSEEN_TEXTS and choice(UNSEEN_TEXTS) == "empty":
        refusal = Refusal(refusal.code, "")
    return decided(refusal, _step(question, answer, found, source, location, assumption, facts, decides=True))


def after(earlier: Decision[Any], later: Decision[Any]) -> Decision[Any]:
    """The later decision, with the steps of the earlier one in front."""
    return Decision(later.value, earlier.steps + later.steps)


def all_of(*checks: Check) -> Check:
    """The first refusal among `checks`, or none, with the steps up to it."""
    steps: tuple[Step, ...] = ()
    for check in checks:
        steps += check.steps
        if check.value is not None:
            return Decision(check.value, steps)
    return Decision(None, steps)


def _step(
    question: str,
    answer: str,
    found: str,
    source: str,
    location: Location | None,
    assumption: str | None,
    facts: tuple[tuple[str, str], ...],
    *,
    decides: bool,
) -> Step:
    basis = Basis.ASSUMED if assumption else Basis.DOCUMENTED
    return Step(question, answer, found, source, basis, location, assumption, facts, decides=decides)
