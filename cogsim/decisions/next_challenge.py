"""What a sign-in must prove next: a chosen password, a second factor, its device, and then tokens. # idp:mfa

1. A temporary password opens nothing but the choice of one's own: nobody is asked for a factor before.
2. A second factor is due where the pool requires MFA, where the user switched a factor on, or where the risk of this
   sign-in demands one. It is given by a code, by setting a factor up, by a passkey whose owner was verified where the
   pool takes that for two factors, or by having confirmed the account just now.
3. Whoever came through an external provider was judged there; a custom flow asks what its triggers say.
4. A remembered device can stand in for the second factor, never for the first; it must prove itself. Its key alone,
   which everybody may see, does nothing.
"""

from __future__ import annotations

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions import mfa_factors, refusals
from cogsim.decisions import progress as proofs
from cogsim.decisions.progress import SECOND_FACTORS, Progress
from cogsim.decisions.refusals import after, refused
from cogsim.world.pool_user import Device, PoolUser, UserStatus
from cogsim.world.user_pool import UserPool

#: In place of a challenge's name: nothing more is asked.
TOKENS = "tokens"
NEW_PASSWORD_REQUIRED, DEVICE_SRP_AUTH = "NEW_PASSWORD_REQUIRED", "DEVICE_SRP_AUTH"

_DEVICES = "idp:device-tracking"
_CUSTOM = "CUSTOM_AUTH"
_TEMPORARY = "cognito.customFlowTemporaryPassword"


def next_challenge(pool: UserPool, user: PoolUser, progress: Progress) -> Decision[str | Refusal]:
    """The name of the challenge that follows, or TOKENS; a refusal where what is demanded cannot be asked."""
    question = "what does the sign-in prove next?"
    temporary = user.status is UserStatus.FORCE_CHANGE_PASSWORD and proofs.NEW_PASSWORD not in progress.proved
    kept = _keeps_temporary(progress) if temporary else None
    if kept is not None and kept.value:
        return decided(TOKENS, *kept.steps)
    if temporary:
        return decided(NEW_PASSWORD_REQUIRED, Step(question, "a new password", user.status, "idp:user-accounts"))
    device = named_device(pool, user, progress)
    if isinstance(device.value, Refusal):
        return Decision(device.value, device.steps)
    due = second_factor_due(pool, user, progress)
    steps = (*device.steps, *due.steps)
    remembered = device.value is not None and device.value.remembered
    if due.value and remembered and _stands_in(pool, user):
        step = Step(question, "the device, in place of a second factor", "it is remembered", _DEVICES, decides=True)
        return decided(DEVICE_SRP_AUTH, step, after=steps)
    if due.value:
        chosen = mfa_factors.choose_factor(pool, user, demanded=progress.factor_demanded)
        return Decision(chosen.value, steps + chosen.steps)
    if remembered and proofs.DEVICE not in progress.proved:
        return decided(DEVICE_SRP_AUTH, Step(question, "the device", "it is remembered", _DEVICES), after=steps)
    return decided(TOKENS, Step(question, "nothing", ", ".join(progress.proved), "idp:mfa"), after=steps)


def _keeps_temporary(progress: Progress) -> Decision[bool]:
    """Whether an account with a temporary password gets tokens without choosing one: only after a custom flow that
    asked for no password, and where the assumption says so."""
    question, found = "must a temporary password be replaced that was not used?", ", ".join(progress.proved)
    if proofs.CUSTOM not in progress.proved or proofs.PASSWORD in progress.proved:
        return decided(False, Step(question, "yes", found, "idp:user-accounts"))
    kept = choice(_TEMPORARY) == "tokens"
    answer = "no" if kept else "yes"
    return decided(kept, Step(question, answer, found, "idp:custom-challenge", Basis.ASSUMED, assumption=_TEMPORARY))


def named_device(pool: UserPool, user: PoolUser, progress: Progress) -> Decision[Device | Refusal | None]:
    """The device that the app named by its key, if the pool tracks devices; one that the user has not is refused."""
    question, place = "which device is it?", pool.origin.at("DeviceConfiguration")
    if pool.devices is None or progress.device_key is None:
        found = "the pool tracks none" if pool.devices is None else "no DEVICE_KEY"
        return decided(None, Step(question, "none", found, _DEVICES, location=place))
    device = user.devices.get(progress.device_key)
    if device is None:
        return refused(refusals.NO_SUCH_DEVICE, question, "none of this user's", _DEVICES, answer="unknown")
    found = "remembered" if device.remembered else "confirmed, not remembered"
    return decided(device, Step(question, device.key, found, _DEVICES, location=place))


def second_factor_due(pool: UserPool, user: PoolUser, progress: Progress) -> Decision[bool]:
    """Whether a second factor is still to be given (arguments 2 and 3)."""
    question, place = "is a second factor asked for?", pool.origin.at("MfaConfiguration")
    excused = _excused(pool, user, progress)
    if excused is not None:
        return decided(False, Step(question, "no", *excused))
    if pool.mfa == "ON":
        return decided(True, Step(question, "yes", "ON", "idp:mfa", location=place))
    active = mfa_factors.active(pool, user)
    if pool.mfa == "OPTIONAL" and active:
        found = f"OPTIONAL, and the user switched on {', '.join(active)}"
        gone = mfa_factors.asked_of_nobody(pool, user)
        answer = "no" if gone.value else "yes"
        switched = decided(not gone.value, Step(question, answer, found, "idp:mfa", location=place), after=gone.steps)
        if switched.value or not progress.factor_demanded:
            return switched
    if progress.factor_demanded:
        return decided(True, Step(question, "yes", "the risk of this sign-in demands it", "idp:adaptive"))
    found = "OPTIONAL, and the account has no factor" if pool.mfa == "OPTIONAL" else pool.mfa
    return decided(False, Step(question, "no", found, "idp:mfa", location=place))


def _excused(pool: UserPool, user: PoolUser, progress: Progress) -> tuple[str, str] | None:
    """Why no factor is asked for whatever the pool says, with its source; None where none of these holds."""
    if user.status is UserStatus.EXTERNAL_PROVIDER or proofs.FEDERATED in progress.proved:
        return "the external provider judges its users", "idp:mfa§federated"
    if progress.flow == _CUSTOM:
        return "a custom flow asks what its triggers say", "idp:custom-challenge"
    given = SECOND_FACTORS & set(progress.proved[1:])
    if not _stands_in(pool, user):
        given -= {proofs.DEVICE}
    if pool.web_authn.factor_configuration != "MULTI_FACTOR_WITH_USER_VERIFICATION":
        given -= {proofs.USER_VERIFIED}
    if given == {proofs.USER_VERIFIED}:
        return "a passkey whose owner was verified counts as two", "idp:passwordless§passkeys"
    if given:
        return f"given: {', '.join(sorted(given))}", "idp:mfa"
    if progress.fresh:
        return "the account was confirmed just now, which counts as one", "idp:mfa§first-sign-in"
    return None


def _stands_in(pool: UserPool, user: PoolUser) -> bool:
    """Whether a remembered device replaces the second factor (argument 4): where the pool says so, and against the
    risk of a sign-in, which alone demands one where the user switched none on. # idp:device-tracking, idp:adaptive"""
    if pool.devices is None:
        return False
    by_risk_alone = pool.mfa != "ON" and not mfa_factors.active(pool, user)
    return pool.devices.challenge_required_on_new_device or by_risk_alone


def factor_asked(pool: UserPool, user: PoolUser) -> Decision[str | Refusal | None]:
    """What a static answer can say of the second factor of a sign-in by password, from a device that nobody knows:
    the challenge, the refusal it meets, or None where none is asked for."""
    sign_in = Progress("USER_PASSWORD_AUTH", (proofs.PASSWORD, proofs.NEW_PASSWORD))
    due = second_factor_due(pool, user, sign_in)
    if not due.value:
        return Decision(None, due.steps)
    chosen = mfa_factors.choose_factor(pool, user)
    if isinstance(chosen.value, Refusal):
        return after(due, chosen)
    return Decision(chosen.value, due.steps)
