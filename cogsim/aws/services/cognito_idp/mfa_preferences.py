"""A user's second factors: switched on and off, and put first, by the user or an operator. # idp:mfa"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_user, token_bearer
from cogsim.aws.services.cognito_idp.users import change_user
from cogsim.decision import Decision, Refusal
from cogsim.decisions.mfa_factors import EMAIL_OTP, SMS_MFA, SOFTWARE_TOKEN_MFA, WEB_AUTHN
from cogsim.decisions.mfa_preferences import Preferences, Wish, plan_preferences, plan_settings, wish
from cogsim.world.pool_user import PoolUser

Settings = Mapping[str, bool]


@operation("cognito-idp:SetUserMFAPreference")
def set_user_mfa_preference(
    ctx: CallContext,
    /,
    *,
    AccessToken: str,
    SMSMfaSettings: Settings | None = None,
    SoftwareTokenMfaSettings: Settings | None = None,
    EmailMfaSettings: Settings | None = None,
    WebAuthnMfaSettings: Settings | None = None,
) -> Mapping[str, Any]:
    """Switch one's own factors on and off, and prefer one."""
    bearer = token_bearer(ctx, AccessToken)
    wishes = _wishes(SMSMfaSettings, SoftwareTokenMfaSettings, EmailMfaSettings, WebAuthnMfaSettings)
    return _store(ctx, bearer.user, plan_preferences(bearer.pool, bearer.user, wishes))


@operation("cognito-idp:AdminSetUserMFAPreference", requires=on_pool("AdminSetUserMFAPreference"))
def admin_set_user_mfa_preference(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    Username: str,
    SMSMfaSettings: Settings | None = None,
    SoftwareTokenMfaSettings: Settings | None = None,
    EmailMfaSettings: Settings | None = None,
    WebAuthnMfaSettings: Settings | None = None,
) -> Mapping[str, Any]:
    """The same on an operator's word, by the same rules."""
    pool, user = operators_user(ctx, UserPoolId, Username)
    wishes = _wishes(SMSMfaSettings, SoftwareTokenMfaSettings, EmailMfaSettings, WebAuthnMfaSettings)
    return _store(ctx, user, plan_preferences(pool, user, wishes))


@operation("cognito-idp:SetUserSettings")
def set_user_settings(
    ctx: CallContext, /, *, AccessToken: str, MFAOptions: list[Mapping[str, str]]
) -> Mapping[str, Any]:
    """The older operation: SMS on or off, and nothing else."""
    bearer = token_bearer(ctx, AccessToken)
    return _store(ctx, bearer.user, plan_settings(bearer.pool, bearer.user, _options(MFAOptions)))


@operation("cognito-idp:AdminSetUserSettings", requires=on_pool("AdminSetUserSettings"))
def admin_set_user_settings(
    ctx: CallContext, /, *, UserPoolId: str, Username: str, MFAOptions: list[Mapping[str, str]]
) -> Mapping[str, Any]:
    """The older operation on an operator's word."""
    pool, user = operators_user(ctx, UserPoolId, Username)
    return _store(ctx, user, plan_settings(pool, user, _options(MFAOptions)))


def _wishes(
    sms: Settings | None, app: Settings | None, email: Settings | None, passkey: Settings | None
) -> dict[str, Wish]:
    given = {SMS_MFA: sms, SOFTWARE_TOKEN_MFA: app, EMAIL_OTP: email, WEB_AUTHN: passkey}
    return {factor: wish(settings) for factor, settings in given.items() if settings is not None}


def _options(options: list[Mapping[str, str]]) -> dict[str, str]:
    return {option.get("AttributeName", ""): option.get("DeliveryMedium", "") for option in options}


def _store(ctx: CallContext, user: PoolUser, planned: Decision[Preferences | Refusal]) -> Mapping[str, Any]:
    plan = ctx.require(planned)
    change_user(ctx, user, factors=plan.factors, preferred_factor=plan.preferred)
    return {}
