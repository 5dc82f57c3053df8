"""What SetUserPoolMfaConfig makes of a pool's second factors and passkeys, or why it refuses. # idp:mfa

1. The call states all factors at once: one that it leaves out is off.
2. MFA that is on or optional has a factor; MFA that is off has none.
3. Passkeys are no second factor of their own: their settings stay where the call names none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions import feature_plans
from cogsim.decisions.pool_configuration import Made, check_email, refused_value
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, all_of, passed, refused
from cogsim.errors import InvalidValue
from cogsim.frozen import freeze
from cogsim.world.user_pool import UserPool, WebAuthnConfiguration, check_combination

_OMITTED = "cognito.mfaConfigurationOmitted"
_TOGETHER = "Invalid MFA configuration given, can't turn off MFA and configure an MFA together."
_NONE_LEFT = "Invalid MFA configuration given, can't disable all MFAs with a required or optional configuration."

#: The members of the call that switch a factor on.
_MEMBERS = ("SmsMfaConfiguration", "SoftwareTokenMfaConfiguration", "EmailMfaConfiguration")


def with_mfa(pool: UserPool, given: Mapping[str, Any]) -> Made:
    """The pool with the members `given` of SetUserPoolMfaConfig."""
    mfa = _mfa(pool, given)
    factors = pool.mfa_factors if _speaks_of_passkeys_only(given) else _factors(given)
    consistent = _check_factors(mfa.value, factors, given)
    steps = mfa.steps + consistent.steps
    if consistent.value is not None:
        return Decision(consistent.value, steps)
    try:
        made = replace(
            pool,
            mfa=mfa.value,
            mfa_factors=factors,
            texts=freeze(_texts(pool, given)),
            sms=freeze((given.get("SmsMfaConfiguration") or {}).get("SmsConfiguration") or pool.sms),
            web_authn=_web_authn(pool, given),
        )
        check_combination(made)
    except InvalidValue as error:
        refusal = refused_value(error)
        return Decision(refusal.value, steps + refusal.steps)
    checks = all_of(_check_sms(made), check_email(made), feature_plans.check_plan(made, feature_plans.factors(made)))
    return Decision(checks.value or made, steps + checks.steps)


def _speaks_of_passkeys_only(given: Mapping[str, Any]) -> bool:
    return "MfaConfiguration" not in given and not any(member in given for member in _MEMBERS)


def _mfa(pool: UserPool, given: Mapping[str, Any]) -> Decision[str]:
    question = "what is MFA to be?"
    if "MfaConfiguration" in given:
        return decided(given["MfaConfiguration"], Step(question, given["MfaConfiguration"], "stated", "idp:mfa"))
    kept = pool.mfa if choice(_OMITTED) == "kept" or _speaks_of_passkeys_only(given) else "OFF"
    found = passed(question, "not stated", "idp:mfa", answer=kept, assumption=_OMITTED)
    return Decision(kept, found.steps)


def _factors(given: Mapping[str, Any]) -> tuple[str, ...]:
    on = {
        "SMS_MFA": bool(given.get("SmsMfaConfiguration")),
        "SOFTWARE_TOKEN_MFA": bool((given.get("SoftwareTokenMfaConfiguration") or {}).get("Enabled")),
        "EMAIL_OTP": given.get("EmailMfaConfiguration") is not None,
    }
    return tuple(name for name, enabled in on.items() if enabled)


def _check_factors(mfa: str, factors: tuple[str, ...], given: Mapping[str, Any]) -> Check:
    question, found = "do MFA and its factors fit together?", ", ".join(factors) or "no factor"
    if mfa == "OFF" and factors and not _speaks_of_passkeys_only(given):
        return refused(Refusal(INVALID_PARAMETER, _TOGETHER), question, found, "idp:mfa")
    if mfa != "OFF" and not factors:
        return refused(Refusal(INVALID_PARAMETER, _NONE_LEFT), question, found, "idp:mfa")
    return passed(question, found, "idp:mfa")


def _texts(pool: UserPool, given: Mapping[str, Any]) -> dict[str, Any]:
    """The messages of the factors, as stated with them; what is left out has AWS's own words again."""
    sms, email = given.get("SmsMfaConfiguration"), given.get("EmailMfaConfiguration")
    found = dict(pool.texts.items())
    if sms is not None:
        found["SmsAuthenticationMessage"] = sms.get("SmsAuthenticationMessage") or found.get("SmsAuthenticationMessage")
    if email is not None:
        found["EmailMfaConfiguration"] = email
    return {name: text for name, text in found.items() if text}


def _web_authn(pool: UserPool, given: Mapping[str, Any]) -> WebAuthnConfiguration:
    stated = given.get("WebAuthnConfiguration")
    if stated is None:
        return pool.web_authn
    default = WebAuthnConfiguration()
    return WebAuthnConfiguration(
        stated.get("RelyingPartyId"),
        stated.get("UserVerification", default.user_verification),
        stated.get("FactorConfiguration", default.factor_configuration),
    )


def _check_sms(pool: UserPool) -> Check:
    """Text messages go out through a role of the account. # idp:mfa §sms"""
    question = "can the pool send text messages?"
    if "SMS_MFA" not in pool.mfa_factors or pool.sms:
        return passed(question, "SmsConfiguration" if pool.sms else "no SMS MFA", "idp:mfa")
    refusal = Refusal(INVALID_PARAMETER, "SmsConfiguration is required for SMS MFA")
    return refused(refusal, question, "no SmsConfiguration", "idp:mfa", assumption=UNSEEN_TEXTS)
