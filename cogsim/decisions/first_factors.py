"""By which challenges a user may begin a choice-based sign-in, and which one is put. # idp:passwordless

1. Only what the pool allows as a first factor; `PASSWORD` stands for the password and for its proof by SRP.
2. A factor needs something of the user's: a password, an address (verified or not: the code verifies it), a passkey
   for the pool's relying party.
3. A code or a passkey alone is one factor. Where the pool demands two (MFA ON), and of a user who has set a second one
   up, only a password begins a sign-in, and the second factor follows it; or a passkey that is both at once.
4. A name that nobody has gets, where the client hides its users, a choice that a user of the pool could have, the same
   whenever it is asked. No answer fits it.
5. A code goes to no account that could not use it: disabled ones and those in reset are refused before it is sent.
"""

from __future__ import annotations

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions import refusals
from cogsim.decisions.passkeys import satisfies_mfa, usable
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, all_of, passed, refused
from cogsim.decisions.sign_in import check_enabled, reset_due
from cogsim.entropy import named
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient

PASSWORD, PASSWORD_SRP = "PASSWORD", "PASSWORD_SRP"
EMAIL_OTP, SMS_OTP, WEB_AUTHN = "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"
SELECT = "SELECT_CHALLENGE"
#: Every challenge that can begin a sign-in, in the order they are listed.
CHALLENGES = (PASSWORD, PASSWORD_SRP, EMAIL_OTP, SMS_OTP, WEB_AUTHN)

_SOURCE = "idp:passwordless"
_CONFIRMING = "cognito.confirmingCodeFires"
_ADDRESS = {EMAIL_OTP: "email", SMS_OTP: "phone_number"}
#: AllowedFirstAuthFactors' word for each challenge.
_ALLOWED_AS = {PASSWORD_SRP: PASSWORD}
_SECOND_FACTORS = ("SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP")


def check_plan(pool: UserPool) -> Check:
    """Whether the pool's plan has choice-based sign-in. # idp:feature-plans"""
    question, place = "has the pool's plan choice-based sign-in?", pool.origin.at("UserPoolTier")
    if pool.tier != "LITE":
        return passed(question, pool.tier, "idp:feature-plans", location=place)
    text = "USER_AUTH is not available in the LITE feature plan"
    refusal = Refusal("FeatureUnavailableInTierException", text)
    return refused(refusal, question, pool.tier, "idp:feature-plans", location=place, assumption=UNSEEN_TEXTS)


def available(pool: UserPool, user: PoolUser, relying_party_id: str | None) -> Decision[tuple[str, ...]]:
    """The challenges by which `user` may begin; `relying_party_id` is None where the pool has none."""
    if user.status is UserStatus.EXTERNAL_PROVIDER:
        step = Step("can the account sign in by itself?", "no", user.status, "idp:user-accounts")
        return decided((), step)
    steps: list[Step] = []
    found = []
    for challenge in CHALLENGES:
        judged = _factor(pool, user, challenge, relying_party_id)
        steps += judged.steps
        if judged.value:
            found.append(challenge)
    return Decision(tuple(found), tuple(steps))


def _factor(pool: UserPool, user: PoolUser, challenge: str, relying_party_id: str | None) -> Decision[bool]:
    """Arguments 1 to 3, for one challenge."""
    question = f"may the sign-in begin by {challenge}?"
    place = pool.origin.at("Policies.SignInPolicy.AllowedFirstAuthFactors")
    if _ALLOWED_AS.get(challenge, challenge) not in pool.first_factors:
        return decided(False, Step(question, "no", ", ".join(pool.first_factors), _SOURCE, location=place))
    if challenge in (PASSWORD, PASSWORD_SRP):
        has = user.password is not None
        found = "the account has a password" if has else "the account has no password"
        return decided(has, Step(question, "yes" if has else "no", found, _SOURCE, location=place))
    held = _holds(user, challenge, relying_party_id)
    if held.value:
        return held.then(lambda _: _alone(pool, user, challenge))
    return held


def _holds(user: PoolUser, challenge: str, relying_party_id: str | None) -> Decision[bool]:
    """Argument 2 for codes and passkeys."""
    question = f"has the user what {challenge} needs?"
    if challenge == WEB_AUTHN:
        count = len(usable(user, relying_party_id)) if relying_party_id is not None else 0
        found = f"{count} passkeys for {relying_party_id or 'no relying party'}"
        return decided(count > 0, Step(question, "yes" if count else "no", found, _SOURCE))
    attribute = _ADDRESS[challenge]
    has = bool(user.attributes.get(attribute))
    return decided(has, Step(question, "yes" if has else "no", attribute, _SOURCE))


def _alone(pool: UserPool, user: PoolUser, challenge: str) -> Decision[bool]:
    """Argument 3."""
    question, place = f"is {challenge} enough without a second factor?", pool.origin.at("MfaConfiguration")
    own = [factor for factor in user.factors if factor in _SECOND_FACTORS]
    if pool.mfa == "OFF" or (pool.mfa == "OPTIONAL" and not own):
        found = f"MFA is {pool.mfa}" + ("" if pool.mfa == "OFF" else ", and the user has no second factor")
        return decided(True, Step(question, "yes", found, "idp:mfa", location=place))
    found = f"MFA is {pool.mfa}" + (f", the user has {', '.join(own)}" if own else "")
    step = Step(question, "no", found, "idp:mfa", location=place)
    if challenge != WEB_AUTHN:
        return decided(False, step)
    both = satisfies_mfa(pool, user)
    return decided(both.value, *both.steps, after=(step,))


def pretended(pool: UserPool, name: str, relying_party_id: str | None) -> Decision[tuple[str, ...]]:
    """The choice for a name that nobody has (argument 4): the password where the pool allows it, and of the rest what
    a draw by the name says; never nothing."""
    allowed = [
        each
        for each in CHALLENGES
        if _ALLOWED_AS.get(each, each) in pool.first_factors and (each != WEB_AUTHN or relying_party_id is not None)
    ]
    alone = [each for each in allowed if each in (PASSWORD, PASSWORD_SRP) or pool.mfa != "ON"]
    drawn = named("cognito-idp/first-factors-of-nobody", pool.id, pool.compared(name)).bytes(len(CHALLENGES))
    chosen = tuple(
        each
        for each in alone
        if each in (PASSWORD, PASSWORD_SRP) or drawn[CHALLENGES.index(each)] % 2 or len(alone) == 1
    )
    shown = chosen or tuple(alone[:1]) or tuple(allowed[:1])
    step = Step("what could a user of that name begin by?", ", ".join(shown), "nobody has the name", "idp:existence")
    return decided(shown, step)


def begin(challenges: tuple[str, ...], preferred: str | None) -> Decision[str | Refusal]:
    """The challenge that is put: the preferred one where it is among `challenges`, else the choice of them."""
    question = "which challenge is put first?"
    found = f"{preferred or 'none'} is preferred of {', '.join(challenges) or 'none'}"
    if not challenges:
        return refused(refusals.INCORRECT, question, "the user has no way to begin", _SOURCE, assumption=UNSEEN_TEXTS)
    if preferred in challenges:
        return decided(preferred, Step(question, preferred, found, _SOURCE))
    return decided(SELECT, Step(question, SELECT, found, _SOURCE))


def check_selected(challenges: tuple[str, ...], answer: str) -> Check:
    """Whether the ANSWER to SELECT_CHALLENGE is one of those that were offered."""
    question, found = f"was {answer} offered?", ", ".join(challenges)
    if answer in challenges:
        return passed(question, found, _SOURCE)
    refusal = Refusal(INVALID_PARAMETER, "Selected challenge is not available")
    return refused(refusal, question, found, _SOURCE, assumption=UNSEEN_TEXTS)


def may_be_put(client: UserPoolClient, user: PoolUser, challenge: str) -> Check:
    """Whether the account's state lets it be asked for a code or a passkey (argument 5). A password is asked of every
    account: what is wrong with it is told to those who know it."""
    match challenge:
        case "EMAIL_OTP" | "SMS_OTP":
            return all_of(check_enabled(client, user), reset_due(client, user))
        case "WEB_AUTHN":
            return may_go_on(client, user)
        case _:
            return passed(f"may {challenge} be asked for?", "of every account", _SOURCE)


def may_go_on(client: UserPoolClient, user: PoolUser) -> Check:
    """Whether the account's state lets somebody sign in who has proved who it is by other means than a password or a
    code."""
    question, source = "what does the user's status allow?", "idp:user-accounts§status"
    status = passed(question, user.status, source)
    if user.status is UserStatus.UNCONFIRMED:
        status = refused(refusals.NOT_CONFIRMED, question, user.status, source)
    return all_of(check_enabled(client, user), reset_due(client, user), status)


def confirming_fires() -> Decision[bool]:
    """Whether a code that confirms an account fires PostConfirmation, as ConfirmSignUp does."""
    fires = choice(_CONFIRMING) == "PostConfirmation"
    question = "does a function hear of the confirmation?"
    found = "a code of the first factor confirmed the account"
    answer = "yes" if fires else "no"
    return decided(fires, Step(question, answer, found, _SOURCE, Basis.ASSUMED, assumption=_CONFIRMING))


def configured(pool: UserPool, user: PoolUser, relying_party_id: str | None) -> Decision[tuple[str, ...]]:
    """ConfiguredUserAuthFactors: what the user can begin with, and what follows as a second factor.
    # idp:GetUserAuthFactors"""
    first = available(pool, user, relying_party_id)
    second = {
        EMAIL_OTP: "EMAIL_OTP" in user.factors,
        SMS_OTP: "SMS_MFA" in user.factors,
        "SOFTWARE_TOKEN": user.software_token is not None,
    }
    names = [name for name in (PASSWORD, EMAIL_OTP, SMS_OTP, WEB_AUTHN) if name in first.value or second.get(name)]
    names += ["SOFTWARE_TOKEN"] if second["SOFTWARE_TOKEN"] else []
    step = Step("which factors has the user?", ", ".join(names) or "none", "", "idp:GetUserAuthFactors")
    return decided(tuple(names), step, after=first.steps)
