"""Forgotten, reset and changed passwords: codes, states, masking, limits, and the history of passwords."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.mailbox import messages
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.world.pool_user import UserStatus

NEW, THIRD = "Battery-staple-8", "Third-choice-77"
VERIFIED = {"email": "alice@example.com", "email_verified": "true"}
PHONE = {"phone_number": "+15551234567", "phone_number_verified": "true"}
INCORRECT = ("NotAuthorizedException", "Incorrect username or password.")
EXPIRED = ("ExpiredCodeException", "Invalid code provided, please request a code again.")
MISMATCH = ("CodeMismatchException", "Invalid verification code provided, please try again.")
LIMIT = ("LimitExceededException", "Attempt limit exceeded, please try after some time.")
NOT_FOUND = ("UserNotFoundException", "Username/client id combination not found.")
DISABLED = ("NotAuthorizedException", "User is disabled.")
STATE = ("NotAuthorizedException", "User password cannot be reset in the current state.")
USED = (
    "PasswordHistoryPolicyViolationException",
    "Password has already been used. Please choose a different password.",
)
NO_ADDRESS = (
    "InvalidParameterException",
    "Cannot reset password for the user as there is no registered/verified email or phone_number",
)
MASKED = {"prevent_user_existence_errors": "ENABLED"}


def person(pools: Any, name: str = "alice", **attributes: str) -> None:
    """A confirmed user with a password and the attributes as an operator writes them."""
    given = pools.as_list(attributes or VERIFIED)
    pools.admin("AdminCreateUser", Username=name, UserAttributes=given, MessageAction="SUPPRESS")
    pools.admin("AdminSetUserPassword", Username=name, Password=pools.password, Permanent=True)


def forgot(pools: Any, name: str = "alice") -> Any:
    return pools.call("ForgotPassword", ClientId=pools.client_id, Username=name)["CodeDeliveryDetails"]


def refused_forgot(pools: Any, name: str = "alice") -> Any:
    return pools.refusal("ForgotPassword", ClientId=pools.client_id, Username=name)


def confirming(pools: Any, code: str | None = None, name: str = "alice", password: str = NEW) -> dict[str, Any]:
    code = pools.code(name) if code is None else code
    return {"ClientId": pools.client_id, "Username": name, "ConfirmationCode": code, "Password": password}


def confirm(pools: Any, *args: Any, **more: Any) -> None:
    pools.call("ConfirmForgotPassword", **confirming(pools, *args, **more))


def refused_confirm(pools: Any, *args: Any, **more: Any) -> Any:
    return pools.refusal("ConfirmForgotPassword", **confirming(pools, *args, **more))


def wrong(pools: Any) -> str:
    return "111111" if pools.code() != "111111" else "222222"


def change(pools: Any, token: str, previous: str | None, proposed: str) -> dict[str, Any]:
    given = {} if previous is None else {"PreviousPassword": previous}
    return {"AccessToken": token, "ProposedPassword": proposed, **given}


def alter(pools: Any, name: str = "alice", **changes: Any) -> None:
    """Change the user as no operation would."""
    world = pools.cloud.world
    pools.cloud.world = world.with_pool_user(replace(world.pool_users[pools.pool_id, name], **changes))


def test_a_forgotten_password_is_replaced_by_a_code_to_a_verified_address_and_sign_ins_go_on(pools: Any) -> None:
    person(pools)
    token = pools.access_token()
    details = forgot(pools)
    assert details == {"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
    assert pools.user()["UserStatus"] == "CONFIRMED"
    sent = messages(pools.cloud.state)[-1]
    assert (sent.purpose, sent.to, len(sent.code)) == ("reset password", "alice@example.com", 6)
    assert (sent.subject, sent.body) == ("Your verification code", f"Your verification code is {sent.code}.")
    assert "AuthenticationResult" in pools.log_in()
    confirm(pools)
    assert pools.refusal("InitiateAuth", **pools.login()) == INCORRECT
    assert "AuthenticationResult" in pools.log_in(password=NEW)
    assert pools.call("GetUser", AccessToken=token)["Username"] == "alice"
    assert refused_confirm(pools, sent.code) == EXPIRED


def test_a_wrong_code_is_a_mismatch_and_leaves_the_right_one_good(pools: Any) -> None:
    person(pools)
    assert refused_confirm(pools, "123456") == EXPIRED
    forgot(pools)
    assert refused_confirm(pools, wrong(pools)) == MISMATCH
    text = "Password did not conform with policy: Password not long enough"
    assert refused_confirm(pools, password="Ab1!") == ("InvalidPasswordException", text)
    confirm(pools)


def test_a_code_for_a_password_lives_for_an_hour_and_a_new_one_replaces_it(pools: Any) -> None:
    person(pools)
    forgot(pools)
    old = pools.code()
    forgot(pools)
    assert old != pools.code()
    assert refused_confirm(pools, old) == MISMATCH
    pools.cloud.advance(3599)
    twin = pools.cloud.fork()
    confirm(pools)
    pools.cloud = twin
    pools.cloud.advance(1)
    assert refused_confirm(pools) == EXPIRED


def test_a_code_proves_nothing_once_the_address_is_another(pools: Any) -> None:
    person(pools)
    forgot(pools)
    changes = pools.as_list({"email": "other@example.com", "email_verified": "true"})
    pools.admin("AdminUpdateUserAttributes", Username="alice", UserAttributes=changes)
    assert refused_confirm(pools) == EXPIRED


def test_beginning_and_confirming_count_together_by_the_hour(pools: Any) -> None:
    person(pools)
    forgot(pools)
    for _ in range(19):
        assert refused_confirm(pools, wrong(pools)) == MISMATCH
    assert refused_confirm(pools) == LIMIT
    assert refused_forgot(pools) == LIMIT
    with assuming({"cognito.tooManyWrongCodes": "TooManyFailedAttemptsException"}):
        assert refused_confirm(pools) == ("TooManyFailedAttemptsException", LIMIT[1])
    pools.cloud.advance(3600)
    forgot(pools)
    confirm(pools)


def test_the_hours_limit_may_be_the_lower_one(pools: Any) -> None:
    person(pools)
    with assuming({"cognito.recoveryLimit": "5"}):
        for _ in range(5):
            forgot(pools)
        assert refused_forgot(pools) == LIMIT


def test_a_stranger_is_told_openly_or_shown_a_delivery_that_never_happens(make: Any) -> None:
    openly, masked = make(), make(client=MASKED)
    assert refused_forgot(openly, "nobody") == NOT_FOUND
    assert refused_confirm(openly, "123456", "nobody") == NOT_FOUND
    simulated = forgot(masked, "nobody")
    assert (simulated["DeliveryMedium"], simulated["AttributeName"]) == ("EMAIL", "email")
    assert forgot(masked, "nobody") == simulated
    assert refused_confirm(masked, "123456", "nobody") == MISMATCH
    assert masked.message_count() == 0


def test_a_stranger_meets_the_same_limit_as_a_user(make: Any) -> None:
    pools = make(client=MASKED)
    for _ in range(20):
        forgot(pools, "nobody")
    assert refused_forgot(pools, "nobody") == LIMIT
    assert refused_confirm(pools, "123456", "nobody") == LIMIT
    openly = make()
    for _ in range(21):
        assert refused_confirm(openly, "123456", "nobody") == NOT_FOUND


def test_a_stranger_who_asks_for_codes_of_a_sign_up_meets_the_same_limits(make: Any) -> None:
    pools = make(client=MASKED)
    params = {"ClientId": pools.client_id, "Username": "nobody"}
    for _ in range(5):
        pools.call("ResendConfirmationCode", **params)
    assert pools.refusal("ResendConfirmationCode", **params) == LIMIT
    for _ in range(15):
        assert pools.refusal("ConfirmSignUp", **params, ConfirmationCode="123456") == EXPIRED
    assert pools.refusal("ConfirmSignUp", **params, ConfirmationCode="123456") == LIMIT


def test_a_simulated_delivery_goes_where_the_pool_would_send_it(make: Any) -> None:
    stated = make(pool={"recovery": ("verified_phone_number", "verified_email")}, client=MASKED)
    details = forgot(stated, "nobody")
    assert (details["DeliveryMedium"], details["Destination"][:2]) == ("SMS", "+*")
    older = make(pool={"auto_verified_attributes": ("phone_number",)}, client=MASKED)
    assert forgot(older, "nobody")["DeliveryMedium"] == "SMS"


def test_a_disabled_user_is_told_so_or_hidden(make: Any) -> None:
    openly, masked = make(), make(client=MASKED)
    for pools in (openly, masked):
        person(pools)
        forgot(pools)
        pools.admin("AdminDisableUser", Username="alice")
    assert refused_forgot(openly) == DISABLED
    assert refused_confirm(openly) == DISABLED
    before = masked.message_count()
    assert forgot(masked)["DeliveryMedium"] == "EMAIL"
    assert masked.message_count() == before
    assert refused_confirm(masked) == MISMATCH


def test_without_a_verified_address_nothing_is_sent(make: Any) -> None:
    openly, masked = make(), make(client=MASKED)
    for pools in (openly, masked):
        person(pools, email="alice@example.com")
    assert refused_forgot(openly) == NO_ADDRESS
    assert forgot(masked)["AttributeName"] == "email"
    assert masked.message_count() == 0
    with assuming({"cognito.maskedWithoutChannel": "InvalidParameterException"}):
        assert refused_forgot(masked) == NO_ADDRESS


@pytest.mark.parametrize(
    ("settings", "factors", "medium"),
    [
        ({}, (), "SMS"),
        ({}, ("SMS_MFA",), "SMS"),
        ({"recovery": ("verified_email", "verified_phone_number")}, (), "EMAIL"),
        ({"recovery": ("verified_phone_number", "verified_email")}, (), "SMS"),
        ({"recovery": ("verified_phone_number", "verified_email")}, ("SMS_MFA",), "EMAIL"),
        ({"recovery": ("verified_email", "verified_phone_number")}, ("EMAIL_OTP",), "SMS"),
        ({"recovery": ("verified_phone_number",)}, ("SMS_MFA",), None),
        ({"recovery": ("verified_phone_number",), "mfa": "OFF"}, ("SMS_MFA",), "SMS"),
        ({"recovery": ("verified_email",)}, ("EMAIL_OTP",), None),
        ({"recovery": ("verified_email", "verified_phone_number")}, ("SMS_MFA", "EMAIL_OTP"), None),
    ],
)
def test_the_channel_is_the_first_that_is_no_second_factor(
    make: Any, settings: dict[str, Any], factors: tuple[str, ...], medium: str | None
) -> None:
    pools = make(pool={"mfa": "OPTIONAL", **settings})
    person(pools, **VERIFIED, **PHONE)
    alter(pools, factors=factors)
    if medium is None:
        assert refused_forgot(pools) == NO_ADDRESS
    else:
        assert forgot(pools)["DeliveryMedium"] == medium


def test_the_older_rule_takes_the_e_mail_where_the_phone_is_not_verified(pools: Any) -> None:
    person(pools, **VERIFIED, phone_number="+15551234567")
    assert forgot(pools)["DeliveryMedium"] == "EMAIL"


def test_where_only_administrators_recover_users_are_sent_to_them(make: Any) -> None:
    pools = make(pool={"recovery": ("admin_only",)})
    person(pools)
    assert refused_forgot(pools) == ("NotAuthorizedException", "Contact administrator to reset password.")
    with assuming({"cognito.adminOnlyRecovery": "InvalidParameterException"}):
        assert refused_forgot(pools)[0] == "InvalidParameterException"
    code, text = pools.refusal("AdminResetUserPassword", UserPoolId=pools.pool_id, Username="alice")
    assert (code, "not configured" in text) == ("InvalidParameterException", True)
    assert pools.user()["UserStatus"] == "CONFIRMED"


@pytest.mark.parametrize("status", [UserStatus.FORCE_CHANGE_PASSWORD, UserStatus.EXTERNAL_PROVIDER])
def test_who_has_no_password_of_her_own_recovers_none(pools: Any, status: UserStatus) -> None:
    person(pools)
    forgot(pools)
    alter(pools, status=status)
    assert refused_forgot(pools) == STATE
    assert refused_confirm(pools) == STATE


def test_an_unconfirmed_user_is_refused_unless_the_code_is_assumed_to_confirm_her(pools: Any) -> None:
    pools.sign_up(email="alice@example.com")
    attributes = pools.as_list({"email_verified": "true"})
    pools.admin("AdminUpdateUserAttributes", Username="alice", UserAttributes=attributes)
    forgot(pools)
    assert refused_confirm(pools) == ("UserNotConfirmedException", "User is not confirmed.")
    with assuming({"cognito.resetOfUnconfirmed": "confirms"}):
        confirm(pools)
    assert pools.user()["UserStatus"] == "CONFIRMED"


def test_the_code_may_be_assumed_to_verify_the_address_again(pools: Any) -> None:
    person(pools)
    unverified = pools.as_list({"email_verified": "false"})
    for answer, verified in (("no", "false"), ("yes", "true")):
        forgot(pools)
        pools.admin("AdminUpdateUserAttributes", Username="alice", UserAttributes=unverified)
        with assuming({"cognito.resetVerifies": answer}):
            confirm(pools)
        assert pools.user()["email_verified"] == verified
        pools.admin("AdminUpdateUserAttributes", Username="alice", UserAttributes=pools.as_list(VERIFIED))


def test_triggers_that_would_fire_are_not_passed_over(make: Any) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:f"
    pools = make(pool={"triggers": Map({"PostConfirmation": arn, "UserMigration": arn})})
    person(pools)
    forgot(pools)
    with pytest.raises(NotModelled, match="PostConfirmation"):
        confirm(pools)
    with pytest.raises(NotModelled, match="UserMigration"):
        forgot(pools, "nobody")


def test_an_operators_reset_kills_the_password_at_once_and_sends_a_code(pools: Any) -> None:
    person(pools)
    token = pools.access_token()
    pools.admin("AdminResetUserPassword", Username="alice")
    assert pools.user()["UserStatus"] == "RESET_REQUIRED"
    due = ("PasswordResetRequiredException", "Password reset required for the user")
    assert pools.refusal("InitiateAuth", **pools.login()) == due
    assert pools.refusal("ChangePassword", **change(pools, token, pools.password, NEW)) == due
    with assuming({"cognito.resetRequiredCheck": "after-password"}):
        assert pools.refusal("ChangePassword", **change(pools, token, "Wrong-password-1", NEW)) == due
    first = pools.code()
    pools.admin("AdminResetUserPassword", Username="alice")
    assert pools.code() != first
    confirm(pools)
    assert pools.user()["UserStatus"] == "CONFIRMED"
    assert "AuthenticationResult" in pools.log_in(password=NEW)


def test_an_operator_resets_only_who_has_a_password_of_her_own_and_an_address(pools: Any) -> None:
    def refusal(name: str) -> Any:
        return pools.refusal("AdminResetUserPassword", UserPoolId=pools.pool_id, Username=name)

    assert refusal("nobody") == ("UserNotFoundException", "User does not exist.")
    pools.sign_up("new", email="new@example.com")
    assert refusal("new") == STATE
    pools.admin("AdminCreateUser", Username="invited", UserAttributes=pools.as_list(VERIFIED))
    assert refusal("invited") == STATE
    with assuming({"cognito.resetOfTemporaryPassword": "reset"}):
        pools.admin("AdminResetUserPassword", Username="invited")
    assert pools.user("invited")["UserStatus"] == "RESET_REQUIRED"
    person(pools, "disabled")
    pools.admin("AdminDisableUser", Username="disabled")
    assert refusal("disabled") == DISABLED
    with assuming({"cognito.resetOfDisabled": "reset"}):
        pools.admin("AdminResetUserPassword", Username="disabled")
    person(pools, "unreachable", email="u@example.com")
    assert refusal("unreachable") == NO_ADDRESS
    assert pools.user("unreachable")["UserStatus"] == "CONFIRMED"


def test_a_secret_of_the_client_is_proved_here_too(make: Any) -> None:
    pools = make(client={"secret": "shh"})
    text = f"Client {pools.client_id} is configured with secret but SECRET_HASH was not received"
    assert refused_forgot(pools) == ("NotAuthorizedException", text)
    assert refused_confirm(pools, "123456") == ("NotAuthorizedException", text)
    wrong_hash = f"Unable to verify secret hash for client {pools.client_id}"
    params = {"ClientId": pools.client_id, "Username": "alice", "SecretHash": "bm8="}
    assert pools.refusal("ForgotPassword", **params) == ("NotAuthorizedException", wrong_hash)


def test_neither_code_nor_password_is_shown_by_a_message_or_a_refusal(pools: Any) -> None:
    person(pools)
    forgot(pools)
    sent = messages(pools.cloud.state)[-1]
    assert sent.code not in repr(sent)
    assert pools.password not in repr(pools.cloud.log)
    assert sent.code not in repr(pools.cloud.log)
