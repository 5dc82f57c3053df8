"""Signing up and confirming: who may, with which name, attributes and password, and by which code."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.mailbox import messages
from cogsim.decisions.app_client import secret_hash
from cogsim.errors import AwsError, NotModelled
from cogsim.persistent import Map
from cogsim.world.user_pool import SchemaAttribute

UNAUTHORIZED = ("NotAuthorizedException", "A client attempted to write unauthorized attribute")
NO_CONFORM = "Attributes did not conform to the schema: "
MISMATCH = ("CodeMismatchException", "Invalid verification code provided, please try again.")
EXPIRED = ("ExpiredCodeException", "Invalid code provided, please request a code again.")


def refused_sign_up(pools: Any, name: str = "alice", password: str = "Correct-horse-9", **attributes: str) -> Any:
    return pools.refusal(
        "SignUp", ClientId=pools.client_id, Username=name, Password=password, UserAttributes=pools.as_list(attributes)
    )


def confirm(pools: Any, name: str = "alice", code: str | None = None, **more: Any) -> None:
    pools.call("ConfirmSignUp", ClientId=pools.client_id, Username=name, ConfirmationCode=code or pools.code(), **more)


def refused_confirm(pools: Any, name: str = "alice", code: str = "000000") -> Any:
    return pools.refusal("ConfirmSignUp", ClientId=pools.client_id, Username=name, ConfirmationCode=code)


def test_a_person_signs_up_gets_a_code_and_confirms(pools: Any) -> None:
    answer = pools.sign_up(email="alice@example.com")
    assert answer["UserConfirmed"] is False
    assert answer["CodeDeliveryDetails"] == {
        "Destination": "a***@e***",
        "DeliveryMedium": "EMAIL",
        "AttributeName": "email",
    }
    user = pools.user()
    assert user["sub"] == answer["UserSub"]
    assert (user["UserStatus"], user["email_verified"]) == ("UNCONFIRMED", "false")
    (message,) = messages(pools.cloud.state)
    assert (message.to, message.medium, message.purpose) == ("alice@example.com", "EMAIL", "confirm sign-up")
    assert len(message.code) == 6
    assert message.code.isdigit()
    confirm(pools)
    user = pools.user()
    assert (user["UserStatus"], user["email_verified"]) == ("CONFIRMED", "true")


def test_the_phone_is_verified_before_the_email_and_alone(make: Any) -> None:
    pools = make(pool={"auto_verified_attributes": ("email", "phone_number")})
    answer = pools.sign_up(email="alice@example.com", phone_number="+15551234567")
    assert answer["CodeDeliveryDetails"]["Destination"] == "+*******4567"
    confirm(pools)
    user = pools.user()
    assert (user["phone_number_verified"], user["email_verified"]) == ("true", "false")


def test_without_an_address_to_verify_no_code_is_sent(pools: Any) -> None:
    assert "CodeDeliveryDetails" not in pools.sign_up()
    assert pools.message_count() == 0


def test_an_unknown_client_does_not_exist(pools: Any) -> None:
    assert pools.refusal("SignUp", ClientId="nobody", Username="alice", Password="x" * 8) == (
        "ResourceNotFoundException",
        "User pool client nobody does not exist.",
    )


def test_where_only_operators_make_accounts_nobody_signs_up(make: Any) -> None:
    pools = make(pool={"admin_create_user_only": True})
    assert refused_sign_up(pools) == ("NotAuthorizedException", "SignUp is not permitted for this user pool")


def test_a_client_with_a_secret_wants_the_right_hash(make: Any) -> None:
    pools = make(client={"secret": "s" * 51})
    client_id = pools.client_id
    missing = f"Client {client_id} is configured with secret but SECRET_HASH was not received"
    assert refused_sign_up(pools) == ("NotAuthorizedException", missing)
    wrong = {"ClientId": client_id, "Username": "alice", "Password": pools.password}
    text = f"Unable to verify secret hash for client {client_id}"
    for_bob = secret_hash("s" * 51, "bob", client_id)
    assert pools.refusal("SignUp", **wrong, SecretHash=for_bob) == ("NotAuthorizedException", text)
    pools.call("SignUp", **wrong, SecretHash=secret_hash("s" * 51, "alice", client_id))


def test_a_hash_sent_to_a_client_without_secret_is_refused(pools: Any) -> None:
    params = {"ClientId": pools.client_id, "Username": "alice", "Password": pools.password, "SecretHash": "eA=="}
    text = f"Unable to verify secret hash for client {pools.client_id}"
    assert pools.refusal("SignUp", **params) == ("NotAuthorizedException", text)


@pytest.mark.parametrize(
    ("password", "text"),
    [
        ("Short-1", "Password not long enough"),
        ("correct-horse-9", "Password must have uppercase characters"),
        ("CORRECT-HORSE-9", "Password must have lowercase characters"),
        ("Correct-horse", "Password must have numeric characters"),
        ("Correcthorse9", "Password must have symbol characters"),
        ("ÜÜÜÜÜÜ-ab-1", "Password must have uppercase characters"),
    ],
)
def test_a_password_that_breaks_the_policy_is_refused_with_the_first_rule(pools: Any, password: str, text: str) -> None:
    assert refused_sign_up(pools, password=password) == (
        "InvalidPasswordException",
        f"Password did not conform with policy: {text}",
    )


def test_a_name_is_taken_once_and_masking_does_not_hide_it(make: Any) -> None:
    pools = make(client={"prevent_user_existence_errors": "ENABLED"})
    pools.sign_up()
    assert refused_sign_up(pools) == ("UsernameExistsException", "User already exists")
    pools.sign_up("Alice")


def test_a_pool_that_ignores_case_keeps_names_in_lower_case(make: Any) -> None:
    pools = make(pool={"case_sensitive": False})
    pools.sign_up("Alice")
    assert pools.user("ALICE")["Username"] == "alice"
    assert refused_sign_up(pools, "aLICE") == ("UsernameExistsException", "User already exists")


def test_with_username_attributes_the_name_is_the_sub_and_the_address_is_unique(make: Any) -> None:
    pools = make(pool={"username_attributes": ("email",)})
    answer = pools.sign_up("alice@example.com")
    user = pools.user("alice@example.com")
    assert user["Username"] == user["sub"] == answer["UserSub"]
    assert user["email"] == "alice@example.com"
    assert refused_sign_up(pools, "alice@example.com") == (
        "UsernameExistsException",
        "An account with the given email already exists.",
    )
    assert refused_sign_up(pools, "alice") == ("InvalidParameterException", "Username should be an email.")
    code, text = refused_sign_up(pools, "a@example.com", email="b@example.com")
    assert (code, text) == ("InvalidParameterException", "The email attribute differs from the username.")


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        (("phone_number",), "Username should be a phone number."),
        (("email", "phone_number"), "Username should be either an email or a phone number."),
    ],
)
def test_a_name_that_is_no_username_attribute_is_refused(make: Any, attributes: tuple[str, ...], text: str) -> None:
    pools = make(pool={"username_attributes": attributes})
    assert refused_sign_up(pools) == ("InvalidParameterException", text)


def test_a_second_username_attribute_is_unique_as_well(make: Any) -> None:
    pools = make(pool={"username_attributes": ("email", "phone_number")})
    pools.sign_up("alice@example.com", phone_number="+15551234567")
    assert refused_sign_up(pools, "+15551234567") == (
        "UsernameExistsException",
        "An account with the given phone_number already exists.",
    )


@pytest.mark.parametrize(
    ("alias", "name", "word"),
    [("email", "alice@example.com", "email"), ("phone_number", "+15551234567", "phone number")],
)
def test_with_aliases_a_name_must_not_look_like_one(make: Any, alias: str, name: str, word: str) -> None:
    pools = make(pool={"alias_attributes": (alias,)})
    text = f"Username cannot be of {word} format, since user pool is configured for {word} alias."
    assert refused_sign_up(pools, name) == ("InvalidParameterException", text)


def test_a_preferred_username_alias_cannot_be_chosen_at_sign_up(make: Any) -> None:
    pools = make(pool={"alias_attributes": ("preferred_username",)})
    assert refused_sign_up(pools, preferred_username="al") == (
        "InvalidParameterException",
        "Preferred username cannot be provided for unconfirmed account",
    )


def test_an_alias_held_by_another_stops_the_confirmation_unless_it_is_forced(make: Any) -> None:
    pools = make(pool={"alias_attributes": ("email",)})
    pools.sign_up("alice", email="a@example.com")
    confirm(pools, "alice")
    pools.sign_up("mallory", email="a@example.com")
    code = pools.code("mallory")
    assert refused_confirm(pools, "mallory", code) == (
        "AliasExistsException",
        "An account with the email already exists.",
    )
    assert pools.user("a@example.com")["Username"] == "alice"
    confirm(pools, "mallory", code, ForceAliasCreation=True)
    assert pools.user("a@example.com")["Username"] == "mallory"
    assert pools.user("alice")["email_verified"] == "false"


@pytest.mark.parametrize("name", ["email_verified", "phone_number_verified", "sub", "identities", "dev__x"])
def test_no_client_writes_what_the_service_keeps(pools: Any, name: str) -> None:
    assert refused_sign_up(pools, **{name: "true"}) == UNAUTHORIZED


def test_an_attribute_outside_the_clients_list_is_refused(make: Any) -> None:
    schema = (SchemaAttribute("custom:tenant"),)
    pools = make(pool={"schema": schema}, client={"write_attributes": ("email",)})
    assert refused_sign_up(pools, custom__tenant="acme") == UNAUTHORIZED
    pools.sign_up(email="alice@example.com")


def test_without_a_list_custom_attributes_are_writable_unless_assumed_otherwise(make: Any) -> None:
    pools = make(pool={"schema": (SchemaAttribute("custom:tenant"),)})
    with assuming({"cognito.defaultAttributePermissions": "standard-only"}):
        assert refused_sign_up(pools, custom__tenant="acme") == UNAUTHORIZED
    pools.sign_up(custom__tenant="acme")
    assert pools.user()["custom:tenant"] == "acme"


def test_an_attribute_outside_the_schema_does_not_exist(pools: Any) -> None:
    text = f"{NO_CONFORM}custom:x: Attribute does not exist in the schema.\n"
    assert refused_sign_up(pools, custom__x="1") == ("InvalidParameterException", text)


def test_required_attributes_are_named_line_by_line(make: Any) -> None:
    schema = (SchemaAttribute("name", required=True), SchemaAttribute("email", required=True))
    pools = make(pool={"schema": schema})
    text = f"{NO_CONFORM}name: The attribute is required\nemail: The attribute is required\n"
    assert refused_sign_up(pools) == ("InvalidParameterException", text)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("email", "alice", "Invalid email address format."),
        ("email", "a@b@c.example", "Invalid email address format."),
        ("phone_number", "0155512345", "Invalid phone number format."),
        ("birthdate", "1.1.2000", f"{NO_CONFORM}birthdate: String must be 10 characters"),
        ("updated_at", "-1", f"{NO_CONFORM}updated_at: Number must be at least 0"),
        ("custom__age", "old", f"{NO_CONFORM}custom:age: Value is not a number"),
        ("custom__age", "200", f"{NO_CONFORM}custom:age: Number must be at most 150"),
        ("custom__flag", "yes", f"{NO_CONFORM}custom:flag: Value is not true or false"),
        ("custom__when", "today", f"{NO_CONFORM}custom:when: Value is not an instant"),
        ("custom__team", "abcdef", f"{NO_CONFORM}custom:team: Length must be at most 5"),
        ("custom__team", "a", f"{NO_CONFORM}custom:team: Length must be at least 2"),
    ],
)
def test_a_value_of_the_wrong_form_is_refused(make: Any, name: str, value: str, text: str) -> None:
    schema = (
        SchemaAttribute("custom:age", "Number", max_value=150),
        SchemaAttribute("custom:flag", "Boolean"),
        SchemaAttribute("custom:when", "DateTime"),
        SchemaAttribute("custom:team", min_length=2, max_length=5),
    )
    assert refused_sign_up(make(pool={"schema": schema}), **{name: value}) == ("InvalidParameterException", text)


def test_a_user_made_anew_under_an_old_name_has_another_sub(pools: Any) -> None:
    first = pools.sign_up()["UserSub"]
    pools.admin("AdminDeleteUser", Username="alice")
    assert pools.sign_up()["UserSub"] != first


@pytest.mark.parametrize("trigger", ["PreSignUp", "CustomMessage", "CustomEmailSender"])
def test_a_trigger_that_would_fire_is_not_passed_over(make: Any, trigger: str) -> None:
    pools = make(pool={"triggers": Map({trigger: "arn:aws:lambda:us-east-1:123456789012:function:f"})})
    with pytest.raises(NotModelled, match=trigger):
        pools.sign_up(email="alice@example.com")


def test_a_wrong_code_is_a_mismatch_and_a_used_or_missing_one_has_expired(pools: Any) -> None:
    pools.sign_up("nocode")
    assert refused_confirm(pools, "nocode") == EXPIRED
    pools.sign_up(email="alice@example.com")
    code = pools.code()
    assert refused_confirm(pools, code="999999" if code != "999999" else "000000") == MISMATCH
    confirm(pools, code=code)
    assert refused_confirm(pools, code=code) == (
        "NotAuthorizedException",
        "User cannot be confirmed. Current status is CONFIRMED",
    )


def test_a_code_lives_for_a_day(pools: Any) -> None:
    pools.sign_up(email="alice@example.com")
    pools.cloud.advance(86399)
    twin = pools.cloud.fork()
    confirm(pools)
    pools.cloud = twin
    pools.cloud.advance(1)
    assert refused_confirm(pools, code=pools.code()) == EXPIRED


def test_a_new_code_replaces_the_old_one(pools: Any) -> None:
    pools.sign_up(email="alice@example.com")
    old = pools.code()
    answer = pools.call("ResendConfirmationCode", ClientId=pools.client_id, Username="alice")
    assert answer["CodeDeliveryDetails"]["Destination"] == "a***@e***"
    assert pools.code() != old
    assert refused_confirm(pools, code=old) == MISMATCH
    confirm(pools)


def test_tries_are_bounded_by_the_hour(pools: Any) -> None:
    pools.sign_up(email="alice@example.com")
    limit = ("LimitExceededException", "Attempt limit exceeded, please try after some time.")
    wrong = "111111" if pools.code() != "111111" else "222222"
    for _ in range(15):
        assert refused_confirm(pools, code=wrong) == MISMATCH
    assert refused_confirm(pools, code=pools.code()) == limit
    params = {"ClientId": pools.client_id, "Username": "alice"}
    for _ in range(5):
        pools.call("ResendConfirmationCode", **params)
    assert pools.refusal("ResendConfirmationCode", **params) == limit
    pools.cloud.advance(3600)
    confirm(pools)


def test_an_unknown_user_is_named_or_masked_at_confirmation(make: Any) -> None:
    openly, masked = make(), make(client={"prevent_user_existence_errors": "ENABLED"})
    not_found = ("UserNotFoundException", "Username/client id combination not found.")
    assert refused_confirm(openly) == not_found
    assert refused_confirm(masked) == EXPIRED
    with assuming({"cognito.confirmMaskedUnknown": "CodeMismatchException"}):
        assert refused_confirm(masked) == MISMATCH
    params = {"ClientId": openly.client_id, "Username": "alice"}
    assert openly.refusal("ResendConfirmationCode", **params) == not_found
    simulated = masked.call("ResendConfirmationCode", **params)["CodeDeliveryDetails"]
    assert simulated["DeliveryMedium"] == "EMAIL"
    assert masked.call("ResendConfirmationCode", **params)["CodeDeliveryDetails"] == simulated
    assert masked.message_count() == 0


def test_there_is_nothing_to_resend_to_the_confirmed_or_where_nothing_is_verified(make: Any) -> None:
    pools = make()
    pools.confirmed()
    params = {"ClientId": pools.client_id, "Username": "alice"}
    assert pools.refusal("ResendConfirmationCode", **params) == (
        "InvalidParameterException",
        "User is already confirmed.",
    )
    silent = make(pool={"auto_verified_attributes": ()})
    silent.sign_up()
    assert silent.refusal("ResendConfirmationCode", **params) == (
        "InvalidParameterException",
        "Cannot resend codes. Auto verification not turned on.",
    )


def test_an_operator_confirms_without_verifying_anything_and_once(pools: Any) -> None:
    pools.confirmed(email="alice@example.com")
    assert (pools.user()["UserStatus"], pools.user()["email_verified"]) == ("CONFIRMED", "false")
    assert pools.refusal("AdminConfirmSignUp", UserPoolId=pools.pool_id, Username="alice") == (
        "NotAuthorizedException",
        "User cannot be confirmed. Current status is CONFIRMED",
    )


def test_confirming_fires_a_trigger_that_is_not_modelled(make: Any) -> None:
    pools = make(pool={"triggers": Map({"PostConfirmation": "arn:aws:lambda:us-east-1:123456789012:function:f"})})
    pools.sign_up(email="alice@example.com")
    with pytest.raises(NotModelled, match="PostConfirmation"):
        confirm(pools)
    with pytest.raises(NotModelled, match="PostConfirmation"):
        pools.admin("AdminConfirmSignUp", Username="alice")


def test_a_client_is_found_in_its_own_region_only(pools: Any) -> None:
    from cogsim.aws.call import Call
    from cogsim.decisions.call_origin import CallOrigin

    params = {"ClientId": pools.client_id, "Username": "alice", "Password": pools.password}
    outcome = pools.cloud.submit(Call("cognito-idp:SignUp", params, None, CallOrigin(region="eu-west-1")))
    assert isinstance(outcome.error, AwsError)
    assert outcome.error.code == "ResourceNotFoundException"
