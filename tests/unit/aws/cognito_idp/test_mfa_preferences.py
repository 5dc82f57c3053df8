"""Switching second factors on and off: by the user, by an operator, and by the older operations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.world.pool_user import SoftwareToken
from cogsim.world.user_pool import WebAuthnConfiguration

ALL = ("SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP")
ON, OFF = {"Enabled": True}, {"Enabled": False}
FIRST = {"Enabled": True, "PreferredMfa": True}
INVALID = "InvalidParameterException"


@pytest.fixture
def pools(make: Any) -> Any:
    """A pool with optional MFA; alice has a phone, an e-mail address and an app."""
    made = make(pool={"mfa": "OPTIONAL", "mfa_factors": ALL})
    made.confirmed(phone_number="+15550100", email="alice@example.com")
    store(made, software_token=SoftwareToken("AEBAGBAFAYDQQCIK"))
    made.token = made.access_token()
    return made


def store(pools: Any, **changes: Any) -> None:
    user = pools.cloud.world.pool_users[pools.pool_id, "alice"]
    pools.cloud.world = pools.cloud.world.with_pool_user(replace(user, **changes))


def set_pool(pools: Any, **changes: Any) -> None:
    pool = pools.cloud.world.user_pools[pools.pool_id]
    pools.cloud.world = pools.cloud.world.with_user_pool(replace(pool, **changes))


def prefer(pools: Any, **settings: Any) -> None:
    assert pools.call("SetUserMFAPreference", AccessToken=pools.token, **settings) == {}


def refused(pools: Any, **settings: Any) -> Any:
    return pools.refusal("SetUserMFAPreference", AccessToken=pools.token, **settings)


def listed(pools: Any) -> tuple[list[str], str | None]:
    user = pools.user()
    mine = pools.call("GetUser", AccessToken=pools.token)
    for member in ("UserMFASettingList", "PreferredMfaSetting", "MFAOptions"):
        assert user.get(member) == mine.get(member)
    return user.get("UserMFASettingList", []), user.get("PreferredMfaSetting")


def test_factors_are_switched_on_and_off_and_one_comes_first(pools: Any) -> None:
    assert listed(pools) == ([], None)
    prefer(pools, SMSMfaSettings=ON, SoftwareTokenMfaSettings=FIRST)
    assert listed(pools) == (["SMS_MFA", "SOFTWARE_TOKEN_MFA"], "SOFTWARE_TOKEN_MFA")
    assert pools.user()["MFAOptions"] == [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]
    assert pools.log_in()["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    prefer(pools, EmailMfaSettings=FIRST)
    assert listed(pools) == (["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"], "EMAIL_OTP")
    assert pools.log_in()["ChallengeName"] == "EMAIL_OTP"
    prefer(pools, EmailMfaSettings={"Enabled": True, "PreferredMfa": False})
    assert listed(pools)[1] is None
    assert pools.log_in()["ChallengeName"] == "SELECT_MFA_TYPE"
    prefer(pools, SMSMfaSettings={"PreferredMfa": True})
    assert listed(pools)[1] == "SMS_MFA"
    prefer(pools, SMSMfaSettings=OFF, EmailMfaSettings=OFF)
    assert listed(pools) == (["SOFTWARE_TOKEN_MFA"], None)
    prefer(pools, SoftwareTokenMfaSettings=OFF)
    assert listed(pools) == ([], None)
    assert "AuthenticationResult" in pools.log_in()


def test_what_the_user_has_not_cannot_be_switched_on(pools: Any) -> None:
    user = pools.cloud.world.pool_users[pools.pool_id, "alice"]
    store(pools, software_token=None, attributes=user.attributes.delete("phone_number").delete("email"))
    text = "User does not have delivery config set to turn on {}"
    assert refused(pools, SMSMfaSettings=ON) == (INVALID, text.format("SMS_MFA"))
    assert refused(pools, EmailMfaSettings=ON) == (INVALID, text.format("EMAIL_OTP"))
    assert refused(pools, SoftwareTokenMfaSettings=ON) == (INVALID, "User has not verified software token mfa")
    with assuming({"cognito.totpPreferenceText": "no-delivery-config"}):
        assert refused(pools, SoftwareTokenMfaSettings=ON) == (INVALID, text.format("SOFTWARE_TOKEN_MFA"))


def test_what_the_pool_does_not_offer_cannot_be_switched_on(pools: Any) -> None:
    set_pool(pools, mfa_factors=("SOFTWARE_TOKEN_MFA",))
    assert refused(pools, SMSMfaSettings=ON) == (INVALID, "SMS_MFA is not enabled for the user pool")
    set_pool(pools, mfa="OFF", mfa_factors=())
    assert refused(pools, SoftwareTokenMfaSettings=ON)[0] == INVALID


def test_one_factor_is_preferred_and_it_is_on(pools: Any) -> None:
    assert refused(pools, SMSMfaSettings=FIRST, EmailMfaSettings=FIRST) == (
        INVALID,
        "Only one MFA factor can be preferred",
    )
    assert refused(pools, SMSMfaSettings={"PreferredMfa": True}) == (
        INVALID,
        "SMS_MFA must be enabled to be preferred",
    )
    assert refused(pools, SMSMfaSettings={"Enabled": False, "PreferredMfa": True})[0] == INVALID
    assert listed(pools) == ([], None)


def test_where_mfa_is_required_nobody_switches_a_factor_off(pools: Any) -> None:
    prefer(pools, SMSMfaSettings=ON, SoftwareTokenMfaSettings=FIRST)
    set_pool(pools, mfa="ON")
    text = "SMS_MFA cannot be turned off, since the user pool requires MFA"
    assert refused(pools, SMSMfaSettings=OFF) == (INVALID, text)
    settings = {"UserPoolId": pools.pool_id, "Username": "alice", "SMSMfaSettings": OFF}
    assert pools.refusal("AdminSetUserMFAPreference", **settings) == (INVALID, text)
    prefer(pools, SMSMfaSettings=FIRST, EmailMfaSettings=OFF)
    assert listed(pools) == (["SMS_MFA", "SOFTWARE_TOKEN_MFA"], "SMS_MFA")


def test_an_operator_sets_preferences_with_permission(pools: Any) -> None:
    pools.admin("AdminSetUserMFAPreference", Username="alice", SMSMfaSettings=FIRST)
    assert listed(pools) == (["SMS_MFA"], "SMS_MFA")
    settings = {"UserPoolId": pools.pool_id, "Username": "alice", "SMSMfaSettings": OFF}
    assert pools.refusal("AdminSetUserMFAPreference", pools.stranger, **settings)[0] == "AccessDeniedException"
    missing = {**settings, "Username": "nobody"}
    assert pools.refusal("AdminSetUserMFAPreference", **missing) == ("UserNotFoundException", "User does not exist.")


def test_passkeys_count_as_two_where_the_pool_says_so_beside_another_factor(pools: Any) -> None:
    assert refused(pools, WebAuthnMfaSettings=ON) == (INVALID, "WebAuthn MFA is not enabled for the user pool")
    set_pool(pools, web_authn=WebAuthnConfiguration(factor_configuration="MULTI_FACTOR_WITH_USER_VERIFICATION"))
    assert refused(pools, WebAuthnMfaSettings=ON) == (INVALID, "Another MFA factor must be enabled beside WebAuthn")
    prefer(pools, WebAuthnMfaSettings=ON, SMSMfaSettings=ON)
    assert listed(pools) == (["SMS_MFA"], None)
    assert refused(pools, SMSMfaSettings=OFF)[0] == INVALID
    prefer(pools, WebAuthnMfaSettings=OFF, SMSMfaSettings=OFF)
    assert listed(pools) == ([], None)


def test_the_older_operations_know_text_messages_only(pools: Any) -> None:
    option = {"AttributeName": "phone_number", "DeliveryMedium": "SMS"}
    pools.call("SetUserSettings", AccessToken=pools.token, MFAOptions=[option])
    assert listed(pools) == (["SMS_MFA"], None)
    pools.admin("AdminSetUserSettings", Username="alice", MFAOptions=[])
    assert listed(pools) == ([], None)
    email = {"AttributeName": "email", "DeliveryMedium": "EMAIL"}
    assert pools.refusal("SetUserSettings", AccessToken=pools.token, MFAOptions=[email]) == (
        INVALID,
        "Only SMS to phone_number can be set",
    )
    settings = {"UserPoolId": pools.pool_id, "Username": "alice", "MFAOptions": [option]}
    assert pools.refusal("AdminSetUserSettings", pools.stranger, **settings)[0] == "AccessDeniedException"


def test_a_bad_token_sets_nothing(pools: Any) -> None:
    cases: dict[str, dict[str, Any]] = {"SetUserMFAPreference": {}, "SetUserSettings": {"MFAOptions": []}}
    for name, params in cases.items():
        found = pools.refusal(name, AccessToken="garbage", **params)
        assert found == ("NotAuthorizedException", "Invalid Access Token")
