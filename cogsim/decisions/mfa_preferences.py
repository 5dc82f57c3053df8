"""Which second factors a user has switched on, and which comes first.

1. Only what the pool offers and the user has can be switched on: an app that was proved, an address that is there.
2. One factor can be preferred, and it must be on.
3. Where MFA is required nobody switches a factor off, neither the user nor an operator; the preference is free.
4. A passkey counts as two factors only where the pool says so, and never as the user's only way.
# idp:mfa §preferences
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.mfa_factors import SMS_MFA, SOFTWARE_TOKEN_MFA, WEB_AUTHN, has, offered
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, after, all_of, passed, refused
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import MFA_FACTORS, UserPool

_SOURCE = "idp:mfa§preferences"
_TEXT = "cognito.totpPreferenceText"
_ORDER = (*MFA_FACTORS, WEB_AUTHN)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a call says of one factor: None where it says nothing."""

    enabled: bool | None = None
    preferred: bool | None = None


@dataclass(frozen=True, slots=True)
class Preferences:
    """The factors that are on, in AWS's order, and the one that comes first."""

    factors: tuple[str, ...]
    preferred: str | None


def wish(settings: Mapping[str, bool] | None) -> Wish:
    """A wish as the API states it: Enabled and PreferredMfa."""
    given = settings or {}
    return Wish(given.get("Enabled"), given.get("PreferredMfa"))


def plan_preferences(pool: UserPool, user: PoolUser, wishes: Mapping[str, Wish]) -> Decision[Preferences | Refusal]:
    """The user's factors after the call, or the refusal; `wishes` by factor."""
    factors, preferred = set(user.factors), user.preferred_factor
    checked = passed("what may be switched on and off?", pool.mfa, _SOURCE, location=pool.origin.at("MfaConfiguration"))
    for factor in (name for name in _ORDER if name in wishes):
        wanted = wishes[factor]
        if wanted.enabled:
            checked = all_of(checked, _may_switch_on(pool, user, factor))
            factors.add(factor)
        elif wanted.enabled is False:
            checked = all_of(checked, _may_switch_off(pool, user, factor))
            factors.discard(factor)
        if checked.value is not None:
            return Decision(checked.value, checked.steps)
    chosen = [factor for factor in _ORDER if factor in wishes and wishes[factor].preferred]
    dropped = preferred is not None and wishes.get(preferred, Wish()).preferred is False
    preferred = chosen[0] if chosen else None if dropped or preferred not in factors else preferred
    checked = all_of(checked, _check_preferred(factors, chosen), _check_passkey(factors))
    if checked.value is not None:
        return Decision(checked.value, checked.steps)
    result = Preferences(_sorted(factors), preferred)
    step = Step("which factors are on?", ", ".join(result.factors) or "none", preferred or "", _SOURCE, decides=True)
    return decided(result, step, after=checked.steps)


def _may_switch_on(pool: UserPool, user: PoolUser, factor: str) -> Check:
    question = f"can {factor} be switched on?"
    if factor == WEB_AUTHN:
        found, place = pool.web_authn.factor_configuration, pool.origin.at("WebAuthnFactorConfiguration")
        if found == "MULTI_FACTOR_WITH_USER_VERIFICATION":
            return passed(question, found, "idp:passwordless§passkeys", location=place)
        refusal = Refusal(INVALID_PARAMETER, "WebAuthn MFA is not enabled for the user pool")
        return refused(refusal, question, found, _SOURCE, location=place, assumption=UNSEEN_TEXTS)
    place, found = pool.origin.at("EnabledMfas"), ", ".join(offered(pool)) or "the pool offers none"
    if factor not in offered(pool):
        refusal = Refusal(INVALID_PARAMETER, f"{factor} is not enabled for the user pool")
        return refused(refusal, question, found, _SOURCE, location=place, assumption=UNSEEN_TEXTS)
    if has(user, factor):
        return passed(question, "the user has what it needs", _SOURCE)
    if factor == SOFTWARE_TOKEN_MFA and choice(_TEXT) == "not-verified":
        refusal = Refusal(INVALID_PARAMETER, "User has not verified software token mfa")
    else:
        refusal = Refusal(INVALID_PARAMETER, f"User does not have delivery config set to turn on {factor}")
    resting = _TEXT if factor == SOFTWARE_TOKEN_MFA else None
    return refused(refusal, question, "the user has not what it needs", _SOURCE, assumption=resting)


def _may_switch_off(pool: UserPool, user: PoolUser, factor: str) -> Check:
    question, place = f"can {factor} be switched off?", pool.origin.at("MfaConfiguration")
    if pool.mfa != "ON" or factor not in user.factors or factor == WEB_AUTHN:
        return passed(question, "it is off" if factor not in user.factors else pool.mfa, _SOURCE, location=place)
    refusal = Refusal(INVALID_PARAMETER, f"{factor} cannot be turned off, since the user pool requires MFA")
    return refused(refusal, question, "MfaConfiguration is ON", _SOURCE, location=place, assumption=UNSEEN_TEXTS)


def _check_preferred(factors: set[str], chosen: list[str]) -> Check:
    question = "can it be preferred?"
    if len(chosen) > 1:
        refusal = Refusal(INVALID_PARAMETER, "Only one MFA factor can be preferred")
        return refused(refusal, question, ", ".join(chosen), _SOURCE, assumption=UNSEEN_TEXTS)
    if chosen and chosen[0] not in factors:
        refusal = Refusal(INVALID_PARAMETER, f"{chosen[0]} must be enabled to be preferred")
        return refused(refusal, question, "it is off", _SOURCE, assumption=UNSEEN_TEXTS)
    return passed(question, chosen[0] if chosen else "none is named", _SOURCE)


def _check_passkey(factors: set[str]) -> Check:
    question = "is there another factor beside passkeys?"
    if WEB_AUTHN not in factors or factors - {WEB_AUTHN}:
        return passed(question, ", ".join(_sorted(factors)) or "no passkeys", "idp:passwordless§passkeys")
    refusal = Refusal(INVALID_PARAMETER, "Another MFA factor must be enabled beside WebAuthn")
    return refused(refusal, question, "none", "idp:passwordless§passkeys", assumption=UNSEEN_TEXTS)


def plan_settings(pool: UserPool, user: PoolUser, options: Mapping[str, str]) -> Decision[Preferences | Refusal]:
    """What the older SetUserSettings asks for: SMS on where an option names the phone, off where none does; `options`
    from attribute to medium. It knows no other factor."""
    question = "does it ask for SMS?"
    for attribute in sorted(options):
        if (attribute, options[attribute]) != ("phone_number", "SMS"):
            refusal = Refusal(INVALID_PARAMETER, "Only SMS to phone_number can be set")
            return refused(refusal, question, "something else", _SOURCE, assumption=UNSEEN_TEXTS)
    asked = passed(question, "phone_number", _SOURCE, answer="yes" if options else "no")
    return after(asked, plan_preferences(pool, user, {SMS_MFA: Wish(enabled=bool(options))}))


def with_app(pool: UserPool, user: PoolUser, *, by_session: bool) -> Decision[tuple[str, ...]]:
    """The factors that are on once an app was proved: it is on at once where MFA is required, or where it was set up in
    the middle of a sign-in; else the user switches it on."""
    question = "is the new app switched on at once?"
    at_once = by_session or pool.mfa == "ON"
    step = Step(question, "yes" if at_once else "no", pool.mfa, _SOURCE, location=pool.origin.at("MfaConfiguration"))
    return decided(_sorted({*user.factors, SOFTWARE_TOKEN_MFA}) if at_once else user.factors, step)


def check_has_app(user: PoolUser) -> Check:
    """Whether there is an app to take away. # idp:totp"""
    question = "has the user an authenticator app?"
    if user.software_token is not None:
        return passed(question, user.software_token.name, "idp:totp")
    refusal = Refusal(INVALID_PARAMETER, "User does not have a software token")
    return refused(refusal, question, "none", "idp:totp", assumption=UNSEEN_TEXTS)


def without_app(user: PoolUser) -> Decision[Preferences]:
    """What is on and preferred once the app is gone."""
    factors = tuple(factor for factor in user.factors if factor != SOFTWARE_TOKEN_MFA)
    preferred = user.preferred_factor if user.preferred_factor in factors else None
    return decided(Preferences(factors, preferred), Step("which factors are left?", ", ".join(factors), "", "idp:totp"))


def _sorted(factors: set[str]) -> tuple[str, ...]:
    return tuple(factor for factor in _ORDER if factor in factors)
