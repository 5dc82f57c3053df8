"""How a sign-in, its further steps and its tokens are refused."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from cogsim.persistent import Map
from cogsim.tokens import srp
from cogsim.tokens.totp import code_at, encoded
from cogsim.world.pool_members import Trigger, TriggerRule
from cogsim.world.pool_user import SoftwareToken
from tests.generators.refusals import Case, Params, answer, begin, by_password, case, invited, operated

CASES: list[Case] = []
refusal = partial(case, CASES)
DENIED = partial(refusal, "NotAuthorizedException")
INVALID = partial(refusal, "InvalidParameterException")
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
SECRET = encoded(b"0123456789abcdefghij")
APP = {"mfa": "OPTIONAL", "mfa_factors": ("SOFTWARE_TOKEN_MFA", "SMS_MFA")}
ROTATING = {"explicit_auth_flows": ("ALLOW_USER_PASSWORD_AUTH",), "refresh_token_rotation": True}


def store(pools: Any, **changes: Any) -> None:
    user = pools.cloud.world.pool_users[pools.pool_id, "alice"]
    pools.cloud.world = pools.cloud.world.with_pool_user(replace(user, **changes))


def refreshing(token: str) -> tuple[str, Params]:
    return begin("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)


def with_app(pools: Any) -> str:
    """The session of a sign-in that waits for the code of alice's app."""
    operated(pools)
    store(pools, software_token=SoftwareToken(SECRET, ""), factors=("SOFTWARE_TOKEN_MFA",))
    return str(pools.log_in()["Session"])


@DENIED("Incorrect username or password.")
def wrong_password(pools: Any) -> tuple[str, Params]:
    operated(pools)
    return by_password("Wrong-horse-9")


@DENIED("Incorrect username or password.", client={"prevent_user_existence_errors": "ENABLED"})
def nobody_where_users_are_hidden(_pools: Any) -> tuple[str, Params]:
    return by_password(name="nobody")


@DENIED("Incorrect username or password.")
def wrong_proof(pools: Any) -> tuple[str, Params]:
    operated(pools)
    name, params = begin("USER_SRP_AUTH", USERNAME="alice", SRP_A="ab12")
    asked = pools.call(name, ClientId=pools.client_id, **params)["ChallengeParameters"]
    return answer(
        "PASSWORD_VERIFIER",
        None,
        PASSWORD_CLAIM_SIGNATURE="AAAA",
        PASSWORD_CLAIM_SECRET_BLOCK=asked["SECRET_BLOCK"],
        TIMESTAMP=srp.timestamp(pools.cloud.clock.now),
    )


@DENIED("Password attempts exceeded")
def right_password_while_locked(pools: Any) -> tuple[str, Params]:
    operated(pools)
    for _ in range(5):
        pools.refusal("InitiateAuth", **pools.login(password="Wrong-horse-9"))
    return by_password()


@DENIED("User is disabled.")
def disabled(pools: Any) -> tuple[str, Params]:
    operated(pools)
    pools.admin("AdminDisableUser", Username="alice")
    return by_password()


@DENIED("Temporary password has expired and must be reset by an administrator.")
def temporary_password_after_a_week(pools: Any) -> tuple[str, Params]:
    invited(pools)
    pools.cloud.advance(7 * 86400)
    return by_password()


@DENIED("Unable to login because of security reasons", pool={"advanced_security": "ENFORCED", "tier": "PLUS"})
def blocked_address(pools: Any) -> tuple[str, Params]:
    operated(pools)
    blocked = {"BlockedIPRangeList": ["0.0.0.0/0"]}
    pools.admin("SetRiskConfiguration", RiskExceptionConfiguration=blocked)
    return by_password()


@DENIED("Invalid session for the user.")
def session_of_nobody(pools: Any) -> tuple[str, Params]:
    invited(pools)
    return answer("NEW_PASSWORD_REQUIRED", "x" * 40, NEW_PASSWORD="Another-horse-10")


@DENIED("Invalid session for the user.")
def session_of_another_user(pools: Any) -> tuple[str, Params]:
    invited(pools)
    invited(pools, "bob")
    return answer("NEW_PASSWORD_REQUIRED", pools.log_in()["Session"], "bob", NEW_PASSWORD="Another-horse-10")


@DENIED("Invalid session for the user, session is expired.")
def session_after_three_minutes(pools: Any) -> tuple[str, Params]:
    invited(pools)
    session = pools.log_in()["Session"]
    pools.cloud.advance(180)
    return answer("NEW_PASSWORD_REQUIRED", session, NEW_PASSWORD="Another-horse-10")


@DENIED("Invalid session for the user, session can only be used once.", pool=APP)
def session_again(pools: Any) -> tuple[str, Params]:
    given = answer(
        "SOFTWARE_TOKEN_MFA", with_app(pools), SOFTWARE_TOKEN_MFA_CODE=code_at(SECRET, pools.cloud.clock.now)
    )
    pools.call(given[0], ClientId=pools.client_id, **given[1])
    return given


@DENIED(
    "Invalid code or auth state for the user.",
    pool={"mfa": "ON", "mfa_factors": ("SMS_MFA",), "recovery": ("admin_only",)},
)
def code_for_a_number_that_changed(pools: Any) -> tuple[str, Params]:
    operated(pools, phone_number="+15550100")
    session = pools.log_in()["Session"]
    store(pools, attributes=Map({"phone_number": "+15550199"}))
    return answer("SMS_MFA", session, SMS_MFA_CODE=pools.code("alice"))


@refusal("CodeMismatchException", "Invalid code received for user", pool=APP)
def wrong_code_of_an_app(pools: Any) -> tuple[str, Params]:
    code = (int(code_at(SECRET, pools.cloud.clock.now)) + 1) % 1_000_000
    return answer("SOFTWARE_TOKEN_MFA", with_app(pools), SOFTWARE_TOKEN_MFA_CODE=f"{code:06d}")


@refusal("ExpiredCodeException", "Your software token has already been used once.", pool=APP)
def code_of_an_app_again(pools: Any) -> tuple[str, Params]:
    code = code_at(SECRET, pools.cloud.clock.now)
    first = answer("SOFTWARE_TOKEN_MFA", with_app(pools), SOFTWARE_TOKEN_MFA_CODE=code)
    pools.call(first[0], ClientId=pools.client_id, **first[1])
    return answer("SOFTWARE_TOKEN_MFA", pools.log_in()["Session"], SOFTWARE_TOKEN_MFA_CODE=code)


@refusal(
    "EnableSoftwareTokenMFAException", "Code mismatch and fail enable Software Token MFA", pool={**APP, "mfa": "ON"}
)
def wrong_code_of_a_new_app(pools: Any) -> tuple[str, Params]:
    operated(pools)
    made = pools.call("AssociateSoftwareToken", Session=pools.log_in()["Session"])
    code = (int(code_at(made["SecretCode"], pools.cloud.clock.now)) + 1) % 1_000_000
    return "VerifySoftwareToken", {"Session": made["Session"], "UserCode": f"{code:06d}"}


@refusal("SoftwareTokenMFANotFoundException", "Software Token MFA has not been enabled by the userPool")
def app_where_the_pool_has_none(pools: Any) -> tuple[str, Params]:
    operated(pools)
    return "AssociateSoftwareToken", {"AccessToken": pools.access_token()}


@INVALID("User has not verified software token mfa", pool=APP)
def preference_before_the_set_up(pools: Any) -> tuple[str, Params]:
    operated(pools)
    return "AdminSetUserMFAPreference", {"Username": "alice", "SoftwareTokenMfaSettings": {"Enabled": True}}


@refusal(
    "MFAMethodNotFoundException",
    pool={"mfa": "ON", "mfa_factors": ("SMS_MFA", "SOFTWARE_TOKEN_MFA"), "recovery": ("admin_only",)},
    assuming={"cognito.mfaMethodNotFound": "MFAMethodNotFoundException"},
)
def method_that_was_not_offered(pools: Any) -> tuple[str, Params]:
    operated(pools, phone_number="+15550100")
    store(pools, software_token=SoftwareToken(SECRET, ""))
    return answer("SELECT_MFA_TYPE", pools.log_in()["Session"], ANSWER="EMAIL_OTP")


@DENIED("Invalid Refresh Token.")
def refresh_by_nothing(_pools: Any) -> tuple[str, Params]:
    return refreshing("x")


@DENIED("Refresh Token has expired")
def refresh_after_a_month(pools: Any) -> tuple[str, Params]:
    operated(pools)
    token = pools.tokens()["RefreshToken"]
    pools.cloud.advance(30 * 86400)
    return refreshing(token)


@DENIED("Refresh Token has been revoked")
def refresh_after_a_sign_out(pools: Any) -> tuple[str, Params]:
    operated(pools)
    token = pools.tokens()["RefreshToken"]
    pools.admin("AdminUserGlobalSignOut", Username="alice")
    return refreshing(token)


@refusal("RefreshTokenReuseException", client=ROTATING)
def refresh_by_a_token_that_was_replaced(pools: Any) -> tuple[str, Params]:
    operated(pools)
    given = {"RefreshToken": pools.tokens()["RefreshToken"]}
    pools.call("GetTokensFromRefreshToken", ClientId=pools.client_id, **given)
    pools.cloud.advance(1)
    return "GetTokensFromRefreshToken", given


@DENIED("Access Token has been revoked")
def look_after_a_sign_out(pools: Any) -> tuple[str, Params]:
    operated(pools)
    token = pools.access_token()
    pools.call("GlobalSignOut", AccessToken=token)
    return "GetUser", {"AccessToken": token}


@DENIED("Access Token has expired")
def look_after_an_hour(pools: Any) -> tuple[str, Params]:
    operated(pools)
    token = pools.access_token()
    pools.cloud.advance(3600)
    return "GetUser", {"AccessToken": token}


@DENIED("Invalid Access Token")
def look_by_an_id_token(pools: Any) -> tuple[str, Params]:
    operated(pools)
    return "GetUser", {"AccessToken": pools.tokens()["IdToken"]}


@DENIED(
    "Access Token does not have required scopes",
    pool={
        "triggers": Map({"PreTokenGenerationConfig": FUNCTION}),
        "trigger_versions": Map({"PreTokenGenerationConfig": "V2_0"}),
    },
)
def look_without_the_scope(pools: Any) -> tuple[str, Params]:
    shaped = {"accessTokenGeneration": Map({"scopesToSuppress": ("aws.cognito.signin.user.admin",)})}
    rule = TriggerRule(response=Map({"claimsAndScopeOverrideDetails": Map(shaped)}))
    pools.cloud.world = pools.cloud.world.with_trigger(Trigger(FUNCTION, (rule,)))
    operated(pools)
    return "GetUser", {"AccessToken": pools.access_token()}


@refusal("UnsupportedTokenTypeException")
def revoke_an_access_token(pools: Any) -> tuple[str, Params]:
    operated(pools)
    return "RevokeToken", {"Token": pools.access_token()}


@refusal("UnauthorizedException", client={"secret": "s" * 51})
def revoke_without_the_secret(_pools: Any) -> tuple[str, Params]:
    return "RevokeToken", {"Token": "x", "ClientSecret": "t" * 51}


@refusal("UnsupportedOperationException", client={"enable_token_revocation": False})
def revoke_where_that_is_off(pools: Any) -> tuple[str, Params]:
    operated(pools)
    return "RevokeToken", {"Token": pools.tokens()["RefreshToken"]}


@refusal("OperationNotEnabledException")
def sessions_where_none_are_tracked(pools: Any) -> tuple[str, Params]:
    operated(pools)
    return "AdminListUserSessions", {"Username": "alice"}


@refusal("UserNotConfirmedException", "User is not confirmed.")
def unconfirmed(pools: Any) -> tuple[str, Params]:
    pools.sign_up()
    return by_password()


@refusal("PasswordResetRequiredException", "Password reset required for the user")
def reset_by_an_operator(pools: Any) -> tuple[str, Params]:
    operated(pools, email="alice@example.com", email_verified="true")
    pools.admin("AdminResetUserPassword", Username="alice")
    return by_password()


@refusal("UserNotFoundException", "User does not exist.")
def nobody(_pools: Any) -> tuple[str, Params]:
    return by_password(name="nobody")


@DENIED("Unable to verify secret hash for client 1abc2defghij3klmn4opqrst5u")
def hash_to_a_client_without_secret(pools: Any) -> tuple[str, Params]:
    operated(pools)
    return by_password(SECRET_HASH="AAAA")


@DENIED(
    "Client 1abc2defghij3klmn4opqrst5u is configured with secret but SECRET_HASH was not received",
    client={"secret": "s" * 51},
)
def no_hash(_pools: Any) -> tuple[str, Params]:
    return by_password()


NO_FLOW = {"explicit_auth_flows": ("ALLOW_TOKEN_EXCHANGE_DELEGATION",)}


@INVALID("USER_PASSWORD_AUTH flow not enabled for this client", client=NO_FLOW)
def password_flow_off(_pools: Any) -> tuple[str, Params]:
    return by_password()


@INVALID("USER_SRP_AUTH is not enabled for the client.", client=NO_FLOW)
def srp_flow_off(_pools: Any) -> tuple[str, Params]:
    return begin("USER_SRP_AUTH", USERNAME="alice", SRP_A="ab")


@INVALID("CUSTOM_AUTH is not enabled for the client.", client=NO_FLOW)
def custom_flow_off(_pools: Any) -> tuple[str, Params]:
    return begin("CUSTOM_AUTH", USERNAME="alice")


@INVALID("Auth flow not enabled for this client", client=NO_FLOW)
def admin_flow_off(_pools: Any) -> tuple[str, Params]:
    flow = {"AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": {"USERNAME": "a", "PASSWORD": "b"}}
    return "AdminInitiateAuth", flow


@INVALID("Initiate Auth method not supported.")
def admin_flow_from_an_app(_pools: Any) -> tuple[str, Params]:
    return begin("ADMIN_USER_PASSWORD_AUTH", USERNAME="alice", PASSWORD="x")


@INVALID("Missing required parameter PASSWORD")
def no_password(_pools: Any) -> tuple[str, Params]:
    return begin("USER_PASSWORD_AUTH", USERNAME="alice")


@INVALID("Missing required parameter Session")
def no_session(_pools: Any) -> tuple[str, Params]:
    return answer("NEW_PASSWORD_REQUIRED", None, NEW_PASSWORD="Another-horse-10")


@INVALID(
    "Custom auth lambda trigger is not configured for the user pool.",
    client={"explicit_auth_flows": ("ALLOW_CUSTOM_AUTH",)},
)
def custom_flow_without_functions(_pools: Any) -> tuple[str, Params]:
    return begin("CUSTOM_AUTH", USERNAME="alice")
