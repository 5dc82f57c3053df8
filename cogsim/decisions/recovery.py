"""How a forgotten password is recovered: by which address, in which state of the account, and what a stranger sees.

1. Only an address that is verified already receives the code: whoever types a stranger's name gets nothing by it.
2. A channel that is the user's second factor recovers nothing where the pool states its mechanisms: one phone would
   otherwise be both factors. The older rule (no mechanisms stated) takes it all the same. # idp:recovery
3. Who has still to choose a first password, and who signs in elsewhere, has none to recover.
4. Where the client hides its users, a name nobody has, a disabled user and one without an address are answered alike.
   # idp:existence
"""

from __future__ import annotations

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions import refusals
from cogsim.decisions.codes import Delivery, delivery
from cogsim.decisions.refusals import INVALID_PARAMETER, NOT_AUTHORIZED, UNSEEN_TEXTS, Check, after, passed, refused
from cogsim.decisions.sign_in import hides_users, unknown_user
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient

NO_ADDRESS = Refusal(
    INVALID_PARAMETER,
    "Cannot reset password for the user as there is no registered/verified email or phone_number",
)
NOT_IN_THIS_STATE = Refusal(NOT_AUTHORIZED, "User password cannot be reset in the current state.")
CONTACT_ADMINISTRATOR = "Contact administrator to reset password."

#: The older rule where no mechanisms are stated. # idp:recovery
_OLDER = ("verified_phone_number", "verified_email")
_ATTRIBUTE = {"verified_phone_number": "phone_number", "verified_email": "email"}
#: The second factor that goes to the same address.
_FACTOR = {"phone_number": "SMS_MFA", "email": "EMAIL_OTP"}

_ADMIN_ONLY = "cognito.adminOnlyRecovery"
_WITHOUT = "cognito.maskedWithoutChannel"
_UNCONFIRMED = "cognito.resetOfUnconfirmed"
_TEMPORARY = "cognito.resetOfTemporaryPassword"
_DISABLED = "cognito.resetOfDisabled"
_VERIFIES = "cognito.resetVerifies"


def channel(pool: UserPool, user: PoolUser) -> Decision[Delivery | Refusal]:
    """Where the code that recovers `user`'s password goes (arguments 1 and 2)."""
    question, place = "which address recovers the password?", pool.origin.at("AccountRecoverySetting")
    if pool.recovery == ("admin_only",):
        refusal = Refusal(choice(_ADMIN_ONLY), CONTACT_ADMINISTRATOR)
        return refused(refusal, question, "admin_only", "idp:recovery", location=place, assumption=_ADMIN_ONLY)
    steps: list[Step] = []
    for mechanism in _OLDER if pool.recovery is None else pool.recovery:
        attribute = _ATTRIBUTE[mechanism]
        objection = _objection(pool, user, attribute)
        if objection is None:
            step = Step(question, attribute, mechanism, "idp:recovery", location=place, decides=True)
            return decided(delivery(attribute, user.attributes[attribute]), step, after=steps)
        steps.append(Step(f"does {attribute} recover it?", "no", objection, "idp:recovery", location=place))
    none = refused(NO_ADDRESS, question, "none", "idp:recovery", answer="none", location=place)
    return decided(none.value, *none.steps, after=steps)


def _objection(pool: UserPool, user: PoolUser, attribute: str) -> str | None:
    """Why the address in `attribute` recovers nothing, or None."""
    if not user.attributes.get(attribute):
        return "the user has none"
    if user.attributes.get(f"{attribute}_verified") != "true":
        return "it is not verified"
    if pool.recovery is not None and pool.mfa != "OFF" and _FACTOR[attribute] in user.factors:
        return f"{_FACTOR[attribute]} is the user's second factor"
    return None


def begin(pool: UserPool, client: UserPoolClient, user: PoolUser) -> Decision[Delivery | Refusal | None]:
    """What ForgotPassword comes to: a code to that address, a refusal, or (None) the answer a stranger's name gets."""
    if not user.enabled:
        return _hidden_or(client, refusals.DISABLED, "is the user enabled?", "disabled")
    state = _recoverable(user)
    if state.value is not None:
        return Decision(state.value, state.steps)
    found = after(state, channel(pool, user))
    if found.value == NO_ADDRESS and hides_users(client):
        simulated = choice(_WITHOUT) == "simulated"
        step = _masking(client, "without an address", "a simulated delivery" if simulated else "the refusal", _WITHOUT)
        return decided(None if simulated else found.value, step, after=found.steps)
    return found


def unknown(client: UserPoolClient) -> Decision[Refusal | None]:
    """What a recovery comes to for a name nobody has; None where the answer must not tell (argument 4)."""
    if hides_users(client):
        return decided(None, _masking(client, "nobody", "what a user would see"))
    return unknown_user(client, refusals.NO_SUCH_USER_OF_CLIENT, refusals.NO_SUCH_USER_OF_CLIENT)


def simulated_attribute(pool: UserPool) -> str | None:
    """The attribute of a delivery that never happens: that of the first mechanism, where the pool states any."""
    return _ATTRIBUTE.get(pool.recovery[0]) if pool.recovery else None


def confirm(client: UserPoolClient, user: PoolUser | None) -> Check:
    """Whether a code may set this user's password, before the code is looked at; None is a name nobody has."""
    if user is None:
        return unknown_user(client, refusals.NO_SUCH_USER_OF_CLIENT, refusals.CODE_MISMATCH)
    if not user.enabled:
        question = "is the user enabled?"
        refusal = refusals.CODE_MISMATCH if hides_users(client) else refusals.DISABLED
        return refused(refusal, question, user.username, "idp:existence")
    question = "does the code set a password in this state?"
    if user.status is UserStatus.UNCONFIRMED:
        if choice(_UNCONFIRMED) == "confirms":
            return passed(question, user.status, "idp:user-accounts§status", assumption=_UNCONFIRMED)
        source = "idp:user-accounts§status"
        return refused(refusals.NOT_CONFIRMED, question, user.status, source, assumption=_UNCONFIRMED)
    return _recoverable(user)


def _recoverable(user: PoolUser) -> Check:
    """Whether there is a password to recover (argument 3)."""
    question, source = "is there a password to recover?", "idp:user-accounts§status"
    if user.status in (UserStatus.FORCE_CHANGE_PASSWORD, UserStatus.EXTERNAL_PROVIDER):
        return refused(NOT_IN_THIS_STATE, question, user.status, source)
    return passed(question, user.status, source)


def check_resettable(user: PoolUser) -> Check:
    """Whether an operator may reset the password: of a confirmed user, or again. # idp:user-accounts §status"""
    question, source = "may the password be reset?", "idp:user-accounts§status"
    if not user.enabled and choice(_DISABLED) == "refused":
        return refused(refusals.DISABLED, question, "disabled", source, assumption=_DISABLED)
    if user.status in (UserStatus.CONFIRMED, UserStatus.RESET_REQUIRED):
        return passed(question, user.status, source)
    if user.status is UserStatus.FORCE_CHANGE_PASSWORD:
        if choice(_TEMPORARY) == "reset":
            return passed(question, user.status, source, assumption=_TEMPORARY)
        return refused(NOT_IN_THIS_STATE, question, user.status, source, assumption=_TEMPORARY)
    return refused(NOT_IN_THIS_STATE, question, user.status, source)


def operators_channel(pool: UserPool, user: PoolUser) -> Decision[Delivery | Refusal]:
    """Where the code goes when an operator resets; a pool that leaves recovery to operators alone resets nothing."""
    if pool.recovery == ("admin_only",):
        question, place = "may users recover their accounts?", pool.origin.at("AccountRecoverySetting")
        refusal = Refusal(INVALID_PARAMETER, "Self-service account recovery is not configured for this user pool.")
        return refused(refusal, question, "admin_only", "idp:recovery", location=place, assumption=UNSEEN_TEXTS)
    return channel(pool, user)


def verified_by_reset(attribute: str) -> Decision[str | None]:
    """The attribute that becomes verified by the code of a recovery, or None."""
    yes = choice(_VERIFIES) == "yes"
    question = "does the code verify the address?"
    step = Step(question, "yes" if yes else "no", attribute, "idp:verification", Basis.ASSUMED, assumption=_VERIFIES)
    return decided(attribute if yes else None, step)


def _hidden_or(
    client: UserPoolClient, openly: Refusal, question: str, found: str
) -> Decision[Delivery | Refusal | None]:
    if hides_users(client):
        return decided(None, _masking(client, found, "a simulated delivery"))
    return refused(openly, question, found, "idp:existence", location=client.origin.at("PreventUserExistenceErrors"))


def _masking(client: UserPoolClient, found: str, answer: str, assumption: str | None = None) -> Step:
    place = client.origin.at("PreventUserExistenceErrors")
    basis = Basis.ASSUMED if assumption else Basis.DOCUMENTED
    question = "what does a client that hides its users answer?"
    return Step(question, answer, found, "idp:existence", basis, place, assumption, decides=True)
