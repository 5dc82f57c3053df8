"""The second factors and passkeys that a pool offers. # idp:mfa"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_pool, pool_arn
from cogsim.decisions.pool_mfa import with_mfa
from cogsim.decisions.sms_role import check_sms_role
from cogsim.frozen import thaw
from cogsim.world.user_pool import UserPool, WebAuthnConfiguration

Member = Mapping[str, Any]


def _requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """The action on the pool, and the role that text messages are sent by."""
    own = Requirement("cognito-idp:SetUserPoolMfaConfig", pool_arn(ctx, params["UserPoolId"]))
    sms = (params.get("SmsMfaConfiguration") or {}).get("SmsConfiguration") or {}
    role = sms.get("SnsCallerArn")
    if not role:
        return (own,)
    return (own, Requirement("iam:PassRole", role, {"iam:PassedToService": "cognito-idp.amazonaws.com"}))


@operation("cognito-idp:SetUserPoolMfaConfig", requires=_requires)
def set_user_pool_mfa_config(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    SmsMfaConfiguration: Member | None = None,
    SoftwareTokenMfaConfiguration: Member | None = None,
    EmailMfaConfiguration: Member | None = None,
    MfaConfiguration: str | None = None,
    WebAuthnConfiguration: Member | None = None,
) -> Mapping[str, Any]:
    """Whether users need a second factor, and which there are."""
    given = {name: value for name, value in ctx.call.params.items() if value is not None and name != "UserPoolId"}
    pool = operators_pool(ctx, UserPoolId)
    changed = replace(ctx.require(with_mfa(pool, given)), modified=ctx.now)
    ctx.require(check_sms_role(ctx.world, pool.arn, (SmsMfaConfiguration or {}).get("SmsConfiguration") or {}))
    ctx.update_world(lambda world: world.with_user_pool(changed))
    return _shown(changed)


@operation("cognito-idp:GetUserPoolMfaConfig", requires=on_pool("GetUserPoolMfaConfig"), reads_only=True)
def get_user_pool_mfa_config(ctx: CallContext, /, *, UserPoolId: str) -> Mapping[str, Any]:
    """What SetUserPoolMfaConfig made of the pool."""
    return _shown(operators_pool(ctx, UserPoolId))


def _shown(pool: UserPool) -> dict[str, Any]:
    """MFA with its factors; passkeys where they are configured. Factors of a pool without MFA are not shown."""
    factors = pool.mfa_factors if pool.mfa != "OFF" else ()
    shown: dict[str, Any] = {
        "MfaConfiguration": pool.mfa,
        "SoftwareTokenMfaConfiguration": {"Enabled": "SOFTWARE_TOKEN_MFA" in factors},
    }
    if "SMS_MFA" in factors:
        message = pool.texts.get("SmsAuthenticationMessage")
        shown["SmsMfaConfiguration"] = {
            **({} if message is None else {"SmsAuthenticationMessage": message}),
            **({"SmsConfiguration": thaw(pool.sms)} if pool.sms else {}),
        }
    if "EMAIL_OTP" in factors:
        shown["EmailMfaConfiguration"] = thaw(pool.texts.get("EmailMfaConfiguration", {}))
    passkeys = pool.web_authn
    if passkeys != WebAuthnConfiguration():
        shown["WebAuthnConfiguration"] = {
            "UserVerification": passkeys.user_verification,
            "FactorConfiguration": passkeys.factor_configuration,
            **({} if passkeys.relying_party_id is None else {"RelyingPartyId": passkeys.relying_party_id}),
        }
    return shown
