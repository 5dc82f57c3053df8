"""Attributes over the life of a user: blanks, sign-in names that change, flags and codes of addresses."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.world.user_pool import SchemaAttribute

PARAMETER = "InvalidParameterException"
INCORRECT = ("NotAuthorizedException", "Incorrect username or password.")


def update(pools: Any, token: str, **changes: str) -> Any:
    return pools.call("UpdateUserAttributes", AccessToken=token, UserAttributes=pools.as_list(changes))


def set_by_operator(pools: Any, name: str = "alice", **changes: str) -> None:
    pools.admin("AdminUpdateUserAttributes", Username=name, UserAttributes=pools.as_list(changes))


def refused_by_operator(pools: Any, name: str = "alice", **changes: str) -> Any:
    params = {"UserPoolId": pools.pool_id, "Username": name, "UserAttributes": pools.as_list(changes)}
    return pools.refusal("AdminUpdateUserAttributes", **params)


def test_a_blank_value_deletes_an_attribute(pools: Any) -> None:
    pools.confirmed(nickname="al", email="alice@example.com", locale="de")
    update(pools, pools.access_token(), nickname="")
    set_by_operator(pools, locale="", email="")
    assert {"nickname", "locale", "email", "email_verified"} & set(pools.user()) == set()


@pytest.mark.parametrize(("contact", "words"), [("email", "Email"), ("phone_number", "Phone Number")])
def test_a_verified_flag_needs_its_address(pools: Any, contact: str, words: str) -> None:
    text = f"{words} is required to verify/un-verify a {words.lower()}"
    flag = {f"{contact}_verified": "true"}
    params = {"UserPoolId": pools.pool_id, "Username": "alice"}
    assert pools.refusal("AdminCreateUser", **params, UserAttributes=pools.as_list(flag)) == (PARAMETER, text)
    pools.confirmed()
    assert refused_by_operator(pools, **flag) == (PARAMETER, text)
    value = {"email": "alice@example.com", "phone_number": "+15551234567"}[contact]
    set_by_operator(pools, **{contact: value})
    set_by_operator(pools, **flag)
    assert pools.user()[f"{contact}_verified"] == "true"
    assert refused_by_operator(pools, **{f"{contact}_verified": "maybe"})[0] == PARAMETER


def test_with_an_address_as_the_name_the_user_moves_to_another_of_its_kind_only(make: Any) -> None:
    pools = make(pool={"username_attributes": ("email", "phone_number")})
    pools.confirmed("alice@example.com")
    token = pools.access_token("alice@example.com")
    update(pools, token, email="new@example.com")
    assert "AuthenticationResult" in pools.log_in("new@example.com")
    unknown = ("UserNotFoundException", "User does not exist.")
    assert pools.refusal("InitiateAuth", **pools.login("alice@example.com")) == unknown
    params = {"AccessToken": token, "UserAttributes": pools.as_list({"email": "", "phone_number": "+15551234567"})}
    text = "Attributes did not conform to the schema: email: The attribute is required\n"
    assert pools.refusal("UpdateUserAttributes", **params) == (PARAMETER, text)


def test_with_an_alias_neither_the_old_address_nor_the_new_signs_in_until_the_code_is_back(make: Any) -> None:
    pools = make(pool={"alias_attributes": ("email",)})
    pools.sign_up(email="old@example.com")
    pools.call("ConfirmSignUp", ClientId=pools.client_id, Username="alice", ConfirmationCode=pools.code())
    assert "AuthenticationResult" in pools.log_in("old@example.com")
    token = pools.access_token()
    details = update(pools, token, email="new@example.com")["CodeDeliveryDetailsList"]
    assert details == [{"Destination": "n***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}]
    for name in ("old@example.com", "new@example.com"):
        assert pools.refusal("InitiateAuth", **pools.login(name))[0] == "UserNotFoundException"
    pools.call("VerifyUserAttribute", AccessToken=token, AttributeName="email", Code=pools.code())
    assert "AuthenticationResult" in pools.log_in("new@example.com")


@pytest.mark.parametrize(("contact", "value"), [("email", "taken@example.com"), ("phone_number", "+15551234567")])
def test_an_address_that_another_signs_in_by_is_neither_proved_nor_vouched_for(
    make: Any, contact: str, value: str
) -> None:
    pools = make(pool={"alias_attributes": (contact,), "auto_verified_attributes": (contact,)})
    pools.confirmed("owner", **{contact: value})
    set_by_operator(pools, "owner", **{f"{contact}_verified": "true"})
    pools.confirmed("alice")
    token = pools.access_token()
    update(pools, token, **{contact: value})
    taken = ("AliasExistsException", f"An account with the {contact} already exists.")
    params = {"AccessToken": token, "AttributeName": contact, "Code": pools.code("alice")}
    assert pools.refusal("VerifyUserAttribute", **params) == taken
    assert refused_by_operator(pools, **{f"{contact}_verified": "true"}) == taken
    assert pools.user(value)["Username"] == "owner"


def test_where_the_original_is_kept_it_signs_in_until_then_for_a_day(make: Any) -> None:
    kept = {"alias_attributes": ("email",), "verify_before_update": ("email",)}
    pools = make(pool=kept)
    pools.confirmed(email="old@example.com")
    set_by_operator(pools, email_verified="true")
    token = pools.access_token()
    update(pools, token, email="new@example.com")
    assert (pools.user()["email"], pools.user()["email_verified"]) == ("old@example.com", "true")
    assert "AuthenticationResult" in pools.log_in("old@example.com")
    twin = pools.cloud.fork()
    pools.cloud.advance(86400)
    params = {"AttributeName": "email", "Code": pools.code()}
    expired = ("ExpiredCodeException", "Invalid code provided, please request a code again.")
    assert pools.refusal("VerifyUserAttribute", AccessToken=pools.access_token(), **params) == expired
    pools.cloud = twin
    set_by_operator(pools, email="third@example.com", email_verified="true")
    assert pools.user()["email"] == "third@example.com"


def test_an_immutable_attribute_is_written_once_when_the_user_is_made(make: Any) -> None:
    pools = make(
        pool={"schema": (SchemaAttribute("custom:tenant", mutable=False), SchemaAttribute("email", mutable=False))}
    )
    pools.confirmed(custom__tenant="acme", email="alice@example.com")
    token = pools.access_token()
    for name, attribute in (("custom__tenant", "custom:tenant"), ("email", "email")):
        text = f"user.{attribute}: Attribute cannot be updated."
        changes = {name: "x@example.com"}
        assert refused_by_operator(pools, **changes) == (PARAMETER, text)
        params = {"AccessToken": token, "UserAttributes": pools.as_list(changes)}
        assert pools.refusal("UpdateUserAttributes", **params) == (PARAMETER, text)
    assert pools.user()["custom:tenant"] == "acme"


def test_the_unconfirmed_learn_their_state_only_with_the_right_password(pools: Any) -> None:
    pools.sign_up(email="alice@example.com")
    assert pools.refusal("InitiateAuth", **pools.login(password="Wrong-password-1")) == INCORRECT
    assert pools.refusal("InitiateAuth", **pools.login()) == ("UserNotConfirmedException", "User is not confirmed.")


def test_an_existing_user_without_a_pending_code_is_told_that_it_expired_even_where_users_are_hidden(make: Any) -> None:
    pools = make(client={"prevent_user_existence_errors": "ENABLED"})
    pools.confirmed(email="alice@example.com")
    params = {"ClientId": pools.client_id, "Username": "alice", "ConfirmationCode": "123456", "Password": "Abcdef-12"}
    expired = ("ExpiredCodeException", "Invalid code provided, please request a code again.")
    assert pools.refusal("ConfirmForgotPassword", **params) == expired


@pytest.mark.parametrize(
    ("operation", "params", "text"),
    [
        (
            "ForgotPassword",
            {"Username": "a b"},
            "Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
        ),
        (
            "ConfirmForgotPassword",
            {"Username": "alice", "ConfirmationCode": "1", "Password": "with space"},
            (
                "1 validation error detected: Value at 'password' failed to satisfy constraint: "
                "Member must satisfy regular expression pattern: [\\S]+"
            ),
        ),
        (
            "ConfirmForgotPassword",
            {"Username": "alice", "ConfirmationCode": "", "Password": "Abcdef-12"},
            "Member must have length greater than or equal to 1",
        ),
    ],
)
def test_malformed_parameters_are_refused_in_the_services_words(
    pools: Any, operation: str, params: dict[str, str], text: str
) -> None:
    code, told = pools.refusal(operation, ClientId=pools.client_id, **params)
    assert (code, text in told) == (PARAMETER, True)
