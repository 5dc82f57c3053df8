"""How strong a sign-in is, and what a stronger one must still prove. # idp:step-up

1. The methods (`amr`) are what was proved, in its order; `mfa` is added where two factors were, or one passkey that
   also verified its user and that the pool counts as two.
2. The class (`acr`) is the highest of four levels that the methods reach. A pool may rename the levels.
3. Who asks for a level gets the first of the list that this user can reach, or a refusal: never a weaker sign-in.
4. What an access token brings along counts while its sign-in is younger than MAX_AGE.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions import progress as proofs
from cogsim.decisions.progress import Progress
from cogsim.decisions.refusals import INVALID_PARAMETER, NOT_AUTHORIZED, UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool

_SOURCE = "idp:step-up"
_REPORTED = "cognito.acrClaims"
_UNREACHABLE = "cognito.unreachableAcr"
_REACHED = "cognito.stepUpReached"
#: Challenges that come before any second factor, and the one that sets one up.
_BEFORE = ("NEW_PASSWORD_REQUIRED", "MFA_SETUP")
LEVELS = (1, 2, 3, 4)

#: The AuthParameters of a step-up, and the key of `Progress.wanted` under which the chosen level stands.
TARGET, TOKEN, MAX_AGE, LEVEL = "TARGET_ACR_VALUES", "ACCESS_TOKEN", "MAX_AGE", "level"

UNREACHABLE = Refusal(NOT_AUTHORIZED, "The user cannot satisfy any of the requested ACR values")

#: What stands in `amr`; other proofs (a device, a new password) are no methods of their own.
METHODS = (
    *(proofs.PASSWORD, proofs.TOTP, proofs.SMS, proofs.EMAIL),
    *(proofs.PASSKEY, proofs.HARDWARE_KEY, proofs.FEDERATED),
)
_PASSKEYS = frozenset({proofs.PASSKEY, proofs.HARDWARE_KEY})
_CODES = frozenset({proofs.SMS, proofs.EMAIL})
_ESSENTIALS = ("ESSENTIALS", "PLUS")

#: The second factor a level needs beside the password: its challenge, its proof, and its name among EnabledMfas.
_SECOND = {
    4: (("SOFTWARE_TOKEN_MFA", proofs.TOTP, "SOFTWARE_TOKEN_MFA"),),
    3: (("SMS_MFA", proofs.SMS, "SMS_MFA"), ("EMAIL_OTP", proofs.EMAIL, "EMAIL_OTP")),
}


def has_levels(pool: UserPool) -> bool:
    """Whether the pool's plan has levels of authentication. # idp:feature-plans"""
    return pool.tier in _ESSENTIALS


def amr_of(progress: Progress) -> tuple[str, ...]:
    """The values of `amr` for what was proved."""
    methods = tuple(proof for proof in progress.proved if proof in METHODS)
    several = len(methods) > 1 or (bool(methods) and proofs.USER_VERIFIED in progress.proved)
    return (*methods, "mfa") if several else methods


def level_of(progress: Progress) -> int | None:
    """The level that the proofs reach, None where they reach none (a custom flow, an external provider)."""
    proved = set(progress.proved)
    if {proofs.PASSWORD, proofs.TOTP} <= proved:
        return 4
    if proved & _PASSKEYS or (proofs.PASSWORD in proved and proved & _CODES):
        return 3
    if proved & _CODES:
        return 2
    return 1 if proofs.PASSWORD in proved else None


def acr_of(pool: UserPool, progress: Progress) -> Decision[str | None]:
    """The value of `acr` for a sign-in, by the pool's own name of the level; None where tokens name none."""
    question, level, place = "how strong is the sign-in?", level_of(progress), pool.origin.at("AcrConfiguration")
    if not has_levels(pool):
        place = pool.origin.at("UserPoolTier")
        return decided(None, Step(question, "tokens do not say", pool.tier, "idp:feature-plans", location=place))
    found = ", ".join(amr_of(progress)) or "nothing that counts"
    asked = choice(_REPORTED) == "every-sign-in" or TARGET in progress.wanted
    if level is None or not asked:
        step = Step(question, "tokens do not say", found, _SOURCE, Basis.ASSUMED, assumption=_REPORTED)
        return decided(None, step)
    name = level_names(pool)[level]
    return decided(name, Step(question, name, found, _SOURCE, Basis.ASSUMED, place, assumption=_REPORTED))


def level_names(pool: UserPool) -> dict[int, str]:
    """What the pool calls each level."""
    renamed = pool.further.get("AcrConfiguration") or {}
    return {level: _renamed(renamed, level) or f"urn:cognito:loa:{level}" for level in LEVELS}


def _renamed(renamed: Mapping[str, Mapping[str, str]], level: int) -> str | None:
    entry = renamed.get(f"Level{level}")
    return entry["AcrValue"] if entry else None


def wanted_levels(pool: UserPool, values: str) -> Decision[tuple[int, ...] | Refusal]:
    """The levels of TARGET_ACR_VALUES in the order asked; names nobody knows are passed over."""
    question, names = "which levels are asked for?", level_names(pool)
    known = {f"urn:cognito:loa:{level}": level for level in LEVELS} | {name: level for level, name in names.items()}
    levels = tuple(dict.fromkeys(known[value] for value in values.split() if value in known))
    if not levels:
        refusal = Refusal(INVALID_PARAMETER, "Invalid TARGET_ACR_VALUES")
        return refused(refusal, question, "none that the pool knows", _SOURCE, assumption=UNSEEN_TEXTS)
    return decided(levels, Step(question, ", ".join(names[level] for level in levels), values, _SOURCE))


def reachable(pool: UserPool, user: PoolUser, first_factors: tuple[str, ...], level: int) -> bool:
    """Whether `user`, who may begin with `first_factors`, can reach `level`."""
    return any(opens(pool, user, factor, level) for factor in first_factors)


def opens(pool: UserPool, user: PoolUser, first_factor: str, level: int) -> bool:
    """Whether a sign-in that begins with `first_factor` (a challenge's name) can reach `level`."""
    match first_factor:
        case "WEB_AUTHN":
            return level <= 3
        case "EMAIL_OTP" | "SMS_OTP":
            return level <= 2
        case _:
            return level == 1 or bool(_seconds(pool, user, level))


def _seconds(pool: UserPool, user: PoolUser, level: int) -> tuple[str, ...]:
    """The challenges that lift this user's password to at least `level`."""
    found = []
    for reached in (3, 4):
        for challenge, _, factor in _SECOND[reached]:
            if reached >= level and factor in pool.mfa_factors and _has(user, factor):
                found.append(challenge)
    return tuple(found)


def _has(user: PoolUser, factor: str) -> bool:
    match factor:
        case "SOFTWARE_TOKEN_MFA":
            return user.software_token is not None
        case "SMS_MFA":
            return bool(user.attributes.get("phone_number"))
        case _:
            return bool(user.attributes.get("email"))


def choose_level(
    pool: UserPool, user: PoolUser, first_factors: tuple[str, ...], levels: tuple[int, ...], progress: Progress
) -> Decision[int | Refusal]:
    """The first of `levels` that this user reached already or can reach (argument 3)."""
    question, names = "which of them can the user reach?", level_names(pool)
    reached = level_of(progress) or 0
    for level in levels:
        if level <= reached or reachable(pool, user, first_factors, level):
            return decided(level, Step(question, names[level], ", ".join(first_factors), _SOURCE))
    highest = max((level for level in LEVELS if reachable(pool, user, first_factors, level)), default=None)
    found = ", ".join(first_factors) or "no factor"
    if highest is not None and choice(_UNREACHABLE) == "highest":
        answer = f"none; {names[highest]} instead"
        return decided(highest, Step(question, answer, found, _SOURCE, Basis.ASSUMED, assumption=_UNREACHABLE))
    return refused(UNREACHABLE, question, found, _SOURCE, answer="none", assumption=_UNREACHABLE)


def remaining(pool: UserPool, user: PoolUser, progress: Progress) -> Decision[str | Refusal | None]:
    """The challenge that the level asked for still wants, None where it is reached; a refusal where it no longer can
    be."""
    question = "does the sign-in reach the level asked for?"
    level, reached = int(progress.wanted.get(LEVEL, "0")), level_of(progress) or 0
    found = f"level {reached} of {level}"
    if reached >= level:
        return decided(None, Step(question, "yes", found, _SOURCE))
    challenges = _seconds(pool, user, level) if proofs.PASSWORD in progress.proved else ()
    if not challenges:
        return refused(UNREACHABLE, question, found, _SOURCE, assumption=_UNREACHABLE)
    return decided(challenges[0], Step(question, f"no: {challenges[0]} follows", found, _SOURCE, decides=True))


def check_wishes(wanted: Mapping[str, str]) -> Check:
    """Whether ACCESS_TOKEN and MAX_AGE are sent as they can be. # idp:step-up"""
    question = "are the wishes of the app complete?"
    if TOKEN in wanted and TARGET not in wanted:
        refusal = Refusal(INVALID_PARAMETER, "TARGET_ACR_VALUES is required with ACCESS_TOKEN")
        return refused(refusal, question, "ACCESS_TOKEN without TARGET_ACR_VALUES", _SOURCE, assumption=UNSEEN_TEXTS)
    age = wanted.get(MAX_AGE, "0")
    if not (age.isascii() and age.isdigit() and len(age) <= 10):
        refusal = Refusal(INVALID_PARAMETER, "Invalid MAX_AGE")
        return refused(refusal, question, "MAX_AGE is no whole number", _SOURCE, assumption=UNSEEN_TEXTS)
    return passed(question, ", ".join(sorted(wanted)) or "none", _SOURCE)


def credit(
    bearer: PoolUser, user: PoolUser | None, amr: tuple[str, ...], auth_time: float, max_age: str | None, now: float
) -> Decision[tuple[str, ...] | Refusal]:
    """What the sign-in behind an access token of `bearer` counts for `user`, who steps up: `amr` as it was at
    `auth_time` (argument 4)."""
    if user is None or (user.pool_id, user.sub) != (bearer.pool_id, bearer.sub):
        refusal = Refusal(NOT_AUTHORIZED, "Invalid Access Token")
        return refused(refusal, "is it the token of who signs in?", "of another user", _SOURCE)
    question, age = "does the sign-in of the token still count?", int(now - auth_time)
    methods = tuple(method for method in amr if method in METHODS)
    if max_age is not None and age > int(max_age):
        return decided((), Step(question, "no", f"{age} s old, of {max_age} s at most", _SOURCE))
    return decided(methods, Step(question, ", ".join(methods) or "it proved nothing", f"{age} s old", _SOURCE))


def aim(progress: Progress, level: int, asked: str) -> Decision[Progress]:
    """The progress of a sign-in that goes for `level`, TARGET_ACR_VALUES being `asked`. Where what an access token
    brought along is the whole of it, nothing is left to ask, or all of it is asked anew."""
    question, reached = "is the level reached already?", level_of(progress) or 0
    found = f"level {reached} of {level}"
    aiming = replace(progress, wanted=progress.wanted.set(LEVEL, str(level)).set(TARGET, asked))
    if reached < level:
        return decided(aiming, Step(question, "no", found, _SOURCE))
    alone = choice(_REACHED) == "tokens"
    answer = "yes" if alone else "yes, and it is proved anew"
    step = Step(question, answer, found, _SOURCE, Basis.ASSUMED, assumption=_REACHED)
    return decided(aiming if alone else replace(aiming, proved=()), step)


def first_factor_stands(progress: Progress) -> bool:
    """Whether a step-up begins where its access token left off: at a level reached, or after the password."""
    level = int(progress.wanted.get(LEVEL, "0"))
    return proofs.PASSWORD in progress.proved or 0 < level <= (level_of(progress) or 0)


def leading(pool: UserPool, user: PoolUser, challenges: tuple[str, ...], progress: Progress) -> tuple[str, ...]:
    """Those of `challenges` that can lead to the level asked for; all of them where none is."""
    level = int(progress.wanted.get(LEVEL, "0"))
    return tuple(each for each in challenges if level == 0 or opens(pool, user, each, level))


def lifted(pool: UserPool, user: PoolUser, progress: Progress, following: str) -> Decision[str | Refusal]:
    """The challenge that follows in a sign-in that asked for a level: what the level still wants, unless `following`
    must come before it."""
    if following in _BEFORE:
        question = "does the sign-in reach the level asked for?"
        return decided(following, Step(question, "not yet", f"{following} comes before", _SOURCE))
    wants = remaining(pool, user, progress)
    return Decision(following if wants.value is None else wants.value, wants.steps)
