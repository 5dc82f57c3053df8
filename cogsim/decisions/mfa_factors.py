"""Which second factor a user is asked for: what the pool offers, what the user has, what was preferred.

1. The preferred factor comes first, wherever it can be asked.
2. Where MFA is optional only what the user switched on is asked. Where it is required, or the risk of a sign-in
   demands it, whatever can be asked is: a registered authenticator app, a phone, an e-mail address, verified or not.
3. An address by which the password is recovered is no second factor beside that password: whoever reads the mail
   would have both. A user's own choice stands above this rule.
4. Several factors leave the choice to the user; none leads to set-up where MFA is required, and nowhere where only the
   risk demands it.
# idp:mfa §runtime
"""

from __future__ import annotations

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.refusals import INVALID_PARAMETER, NOT_AUTHORIZED, UNSEEN_TEXTS, after, passed, refused
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import MFA_FACTORS, UserPool

SMS_MFA, SOFTWARE_TOKEN_MFA, EMAIL_OTP = MFA_FACTORS
#: In a user's factors beside those: passkeys count as two factors. # idp:passwordless
WEB_AUTHN = "WEB_AUTHN"
SELECT_MFA_TYPE, MFA_SETUP = "SELECT_MFA_TYPE", "MFA_SETUP"

#: The attribute that a factor's code goes to.
CONTACT_OF = {SMS_MFA: "phone_number", EMAIL_OTP: "email"}
_RECOVERED_BY = {"verified_phone_number": SMS_MFA, "verified_email": EMAIL_OTP}

_SOURCE = "idp:mfa§runtime"
_BOTH = "cognito.bothContactsForMfa"
_NOT_FOUND = "cognito.mfaMethodNotFound"
_LOST = "cognito.activeFactorWithoutAddress"
BLOCKED = Refusal(NOT_AUTHORIZED, "Unable to login because of security reasons")

#: A challenge's name, or the refusal.
Choice = Decision[str | Refusal]


def offered(pool: UserPool) -> tuple[str, ...]:
    """The factors that the pool offers; a pool that switches MFA on and names none offers SMS. # idp:mfa"""
    if pool.mfa_factors:
        return tuple(factor for factor in MFA_FACTORS if factor in pool.mfa_factors)
    return () if pool.mfa == "OFF" else (SMS_MFA,)


def has(user: PoolUser, factor: str) -> bool:
    """Whether the user has what the factor needs: a proved authenticator app, or an address."""
    if factor == SOFTWARE_TOKEN_MFA:
        return user.software_token is not None
    return bool(user.attributes.get(CONTACT_OF.get(factor, "")))


def usable(pool: UserPool, user: PoolUser) -> tuple[str, ...]:
    """The factors that could be asked of the user: offered, and there."""
    return tuple(factor for factor in offered(pool) if has(user, factor))


def active(pool: UserPool, user: PoolUser) -> tuple[str, ...]:
    """The factors that the user switched on and the pool still offers, usable or not."""
    return tuple(factor for factor in offered(pool) if factor in user.factors)


def choose_factor(pool: UserPool, user: PoolUser, *, demanded: bool = False) -> Choice:
    """The challenge of a second factor that is due; `demanded` where the risk of the sign-in asks for it."""
    preferred, place = user.preferred_factor, pool.origin.at("MfaConfiguration")
    if preferred is not None and preferred in usable(pool, user) and preferred in user.factors:
        return decided(preferred, Step("which factor does the user prefer?", preferred, "", _SOURCE, decides=True))
    found = candidates(pool, user, demanded=demanded)
    if isinstance(found.value, Refusal):
        return Decision(found.value, found.steps)
    question, names = "which factor is asked?", ", ".join(found.value)
    if len(found.value) == 1:
        return decided(names, Step(question, names, "the only one", _SOURCE, decides=True), after=found.steps)
    if found.value:
        step = Step(question, "the user chooses", names, _SOURCE, location=place, decides=True)
        return decided(SELECT_MFA_TYPE, step, after=found.steps)
    return after(found, _none(pool, demanded=demanded))


def candidates(pool: UserPool, user: PoolUser, *, demanded: bool = False) -> Decision[tuple[str, ...] | Refusal]:
    """The factors that can be asked of a user who prefers none; the refusal where recovery leaves none."""
    ready = usable(pool, user)
    switched_on = tuple(factor for factor in active(pool, user) if factor in ready)
    optional = pool.mfa != "ON" and not (demanded and not switched_on)
    return _own(switched_on) if optional else _any(pool, ready, switched_on)


def accept_choice(choices: tuple[str, ...], answer: str) -> Decision[str | Refusal]:
    """The factor that the user chose among `choices`; e-mail has two names. # idp:mfa §select"""
    question = "which factor did the user choose?"
    chosen = {"EMAIL_MFA": EMAIL_OTP}.get(answer, answer)
    if chosen in choices:
        return decided(chosen, Step(question, chosen, ", ".join(choices), _SOURCE, decides=True))
    refusal = Refusal(choice(_NOT_FOUND), "Invalid MFA type selected")
    return refused(refusal, question, "none of those offered", _SOURCE, answer="another", assumption=_NOT_FOUND)


def _own(switched_on: tuple[str, ...]) -> Decision[tuple[str, ...] | Refusal]:
    question = "which factors did the user switch on?"
    return decided(switched_on, Step(question, ", ".join(switched_on) or "none that is still there", "", _SOURCE))


def _any(pool: UserPool, ready: tuple[str, ...], switched_on: tuple[str, ...]) -> Decision[tuple[str, ...] | Refusal]:
    """Arguments 2 and 3: an address that the user chose stands; without one, what the pool's recovery leaves."""
    chosen = tuple(factor for factor in switched_on if factor in CONTACT_OF)
    question = "which factors can be asked of the user?"
    app = tuple(factor for factor in ready if factor == SOFTWARE_TOKEN_MFA)
    if chosen:
        every = tuple(factor for factor in MFA_FACTORS if factor in app + chosen)
        return decided(every, Step(question, ", ".join(every), "switched on", _SOURCE))
    contacts = tuple(factor for factor in ready if factor in CONTACT_OF)
    spared = _beside_recovery(pool, contacts)
    every = tuple(factor for factor in MFA_FACTORS if factor in app + spared.value)
    if contacts and not every:
        refusal = Refusal(INVALID_PARAMETER, "The only MFA factor of the user is the account recovery method")
        found = f"{contacts[0]} alone, which recovers the password"
        place = pool.origin.at("AccountRecoverySetting")
        return after(spared, refused(refusal, question, found, _SOURCE, location=place, assumption=UNSEEN_TEXTS))
    step = Step(question, ", ".join(every) or "none", "what the user has and the pool offers", _SOURCE)
    return decided(every, step, after=spared.steps)


def _beside_recovery(pool: UserPool, contacts: tuple[str, ...]) -> Decision[tuple[str, ...]]:
    """Of the addresses those by which the password is not recovered."""
    question, place = "which address recovers the password?", pool.origin.at("AccountRecoverySetting")
    order = pool.recovery if pool.recovery is not None else ("verified_phone_number", "verified_email")
    channels = tuple(_RECOVERED_BY[name] for name in order if name in _RECOVERED_BY)
    sole = channels[0] if len(channels) == 1 else None
    if sole in contacts:
        rest = tuple(factor for factor in contacts if factor != sole)
        return decided(rest, Step(question, CONTACT_OF[str(sole)], order[0], _SOURCE, location=place))
    if len(contacts) < 2 or not channels:
        found = ", ".join(order)
        return decided(contacts, Step(question, "none that stands alone", found, _SOURCE, location=place))
    answer = choice(_BOTH)
    kept = contacts if answer == "select" else tuple(factor for factor in contacts if factor != channels[0])
    step = Step(question, f"{CONTACT_OF[channels[0]]} first", answer, _SOURCE, Basis.ASSUMED, place, _BOTH)
    return decided(kept, step)


def _none(pool: UserPool, *, demanded: bool) -> Choice:
    """Argument 4: nothing can be asked."""
    question, place = "what follows where nothing can be asked?", pool.origin.at("MfaConfiguration")
    if pool.mfa == "ON":
        return decided(MFA_SETUP, Step(question, "set-up", pool.mfa, _SOURCE, location=place, decides=True))
    if demanded:
        return refused(BLOCKED, question, "the risk demands a factor", "idp:adaptive", answer="no sign-in")
    refusal = Refusal(INVALID_PARAMETER, "User does not have delivery config for the MFA factor")
    found = "the user switched on a factor whose address is gone"
    return refused(refusal, question, found, _SOURCE, answer="no sign-in", location=place, assumption=_LOST)


def asked_of_nobody(pool: UserPool, user: PoolUser) -> Decision[bool]:
    """Whether an optional factor is not asked although it is switched on, since its address is gone."""
    question = "is what the user switched on still there?"
    left = tuple(factor for factor in active(pool, user) if has(user, factor))
    if left:
        return Decision(False, passed(question, ", ".join(left), _SOURCE).steps)
    answer = choice(_LOST)
    step = Step(question, "no", answer, _SOURCE, Basis.ASSUMED, assumption=_LOST)
    return decided(answer == "not-asked", step)
