"""Listing users, deleting them and their attributes, and what is told of one."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.services.cognito_idp.records import CODES, FAILURES
from cogsim.decisions.user_filter import Filter, read_filter
from cogsim.world.user_pool import SchemaAttribute

UNPARSABLE = ("InvalidParameterException", "Error while parsing filter.")
NOT_THERE = ("InvalidParameterException", "One or more requested attributes do not exist.")
NOBODY = ("UserNotFoundException", "User does not exist.")
UNAUTHORIZED = ("NotAuthorizedException", "A client attempted to write unauthorized attribute")


def create(pools: Any, name: str, /, **attributes: str) -> None:
    given = pools.as_list(attributes)
    pools.admin("AdminCreateUser", Username=name, UserAttributes=given, MessageAction="SUPPRESS")


def crowd(make: Any) -> Any:
    pools = make(pool={"schema": (SchemaAttribute("custom:tenant"),)})
    create(pools, "ann", email="ann@example.com", given_name="Ann", custom__tenant="acme")
    create(pools, "Anna", email="anna@example.com", phone_number="+15550001", family_name='O"Hara')
    create(pools, "bob", email="bob@example.com", preferred_username="bobby", name="Bob B.")
    pools.admin("AdminSetUserPassword", Username="bob", Password=pools.password, Permanent=True)
    pools.admin("AdminDisableUser", Username="bob")
    return pools


def names(pools: Any, text: str | None = None, **more: Any) -> list[str]:
    given = {} if text is None else {"Filter": text}
    return [user["Username"] for user in pools.admin("ListUsers", **given, **more)["Users"]]


def refused(pools: Any, operation: str = "ListUsers", **params: Any) -> Any:
    return pools.refusal(operation, UserPoolId=pools.pool_id, **params)


def attributes(pools: Any, name: str = "alice") -> dict[str, str]:
    return {entry["Name"]: entry["Value"] for entry in pools.user(name)["UserAttributes"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ["Anna", "ann", "bob"]),
        ("", ["Anna", "ann", "bob"]),
        ('username = "ann"', ["ann"]),
        ('username="ANN"', []),
        ('username ^= "an"', ["ann"]),
        ('username ^= ""', ["Anna", "ann", "bob"]),
        ('email = "bob@example.com"', ["bob"]),
        ('email = "ann"', []),
        ('email ^= "ann"', ["Anna", "ann"]),
        ('email^="b"', ["bob"]),
        ('phone_number = "+15550001"', ["Anna"]),
        ('given_name = "Ann"', ["ann"]),
        ('given_name = "ann"', []),
        (r'family_name = "O\"Hara"', ["Anna"]),
        ('"name" = "Bob B."', ["bob"]),
        ('preferred_username ^= "bob"', ["bob"]),
        ('status = "Enabled"', ["Anna", "ann"]),
        ('status = "Disabled"', ["bob"]),
        ('status = "disabled"', []),
        ('cognito:user_status = "CONFIRMED"', ["bob"]),
        ('cognito:user_status = "force_change_password"', ["Anna", "ann"]),
        ('cognito:user_status ^= "Force"', ["Anna", "ann"]),
        ('sub = "nobody"', []),
    ],
)
def test_a_filter_finds_by_one_attribute(make: Any, text: str | None, expected: list[str]) -> None:
    assert names(crowd(make), text) == expected


def test_a_user_is_found_by_sub_whole_or_by_its_beginning(make: Any) -> None:
    pools = crowd(make)
    sub = attributes(pools, "ann")["sub"]
    assert names(pools, f'sub = "{sub}"') == ["ann"]
    assert names(pools, f'sub ^= "{sub[:12]}"') == ["ann"]


@pytest.mark.parametrize(
    "text",
    [
        "foo",
        "email",
        'email = ann"',
        "email = 'ann@example.com'",
        'email = "a" and name = "b"',
        'email == "a"',
        'email != "a"',
        'email *= "a"',
        '= "a"',
        'email = "a"b"',
    ],
)
def test_what_is_no_filter_is_refused(make: Any, text: str) -> None:
    assert refused(crowd(make), Filter=text) == UNPARSABLE


@pytest.mark.parametrize("attribute", ["custom:tenant", "birthdate", "email_verified", "Username", "nothing"])
def test_what_is_not_searched_is_refused(make: Any, attribute: str) -> None:
    expected = ("InvalidParameterException", f"Invalid search attribute: {attribute}")
    assert refused(crowd(make), Filter=f'{attribute} = "x"') == expected


def test_a_filter_reads_a_backslash_as_taking_the_next_character_in() -> None:
    assert read_filter(r'name = "a\\b\"c"').value == Filter("name", r'a\b"c')


def test_a_listed_user_has_its_members(make: Any) -> None:
    pools = crowd(make)
    user = pools.admin("ListUsers", Filter='username = "bob"')["Users"][0]
    assert (user["UserStatus"], user["Enabled"]) == ("CONFIRMED", False)
    assert {"UserCreateDate", "UserLastModifiedDate"} <= set(user)
    listed = {entry["Name"]: entry["Value"] for entry in user["Attributes"]}
    assert listed["sub"] == attributes(pools, "bob")["sub"]
    assert (listed["email"], listed.get("email_verified")) == ("bob@example.com", None)


def test_only_the_attributes_asked_for_are_listed(make: Any) -> None:
    pools = crowd(make)
    answer = pools.admin("ListUsers", AttributesToGet=["email", "custom:tenant"])["Users"]
    listed = [{entry["Name"]: entry["Value"] for entry in user["Attributes"]} for user in answer]
    assert listed == [
        {"email": "anna@example.com"},
        {"email": "ann@example.com", "custom:tenant": "acme"},
        {"email": "bob@example.com"},
    ]
    assert refused(pools, AttributesToGet=["custom:nothing"]) == NOT_THERE
    everything = pools.admin("ListUsers")
    assert pools.admin("ListUsers", AttributesToGet=[]) == everything


def test_an_attribute_that_not_all_have_may_be_assumed_to_be_an_error(make: Any) -> None:
    pools = crowd(make)
    with assuming({"cognito.attributesToGetUnset": "InvalidParameterException"}):
        assert refused(pools, AttributesToGet=["custom:tenant"]) == NOT_THERE
        assert names(pools, AttributesToGet=["email", "sub"]) == ["Anna", "ann", "bob"]
        assert names(pools, 'username = "ann"', AttributesToGet=["custom:tenant"]) == ["ann"]


def test_pages_hold_sixty_at_most_and_lead_to_the_next(pools: Any) -> None:
    for number in range(65):
        create(pools, f"user{number:02}")
    first = pools.admin("ListUsers")
    assert len(first["Users"]) == 60
    second = pools.admin("ListUsers", PaginationToken=first["PaginationToken"])
    assert ([user["Username"] for user in second["Users"]], "PaginationToken" in second) == (
        [f"user{number}" for number in range(60, 65)],
        False,
    )
    seen, token = [], None
    while True:
        more = {} if token is None else {"PaginationToken": token}
        answer = pools.admin("ListUsers", Limit=7, Filter='username ^= "user1"', **more)
        seen += [user["Username"] for user in answer["Users"]]
        token = answer.get("PaginationToken")
        if token is None:
            break
    assert seen == [f"user1{number}" for number in range(10)]
    code, text = refused(pools, PaginationToken="nonsense")
    assert (code, text) == ("InvalidParameterException", "Invalid pagination token.")
    assert refused(pools, Limit=61)[0] == "InvalidParameterException"
    assert len(pools.admin("ListUsers", Limit=0)["Users"]) == 60


def test_users_of_another_pool_and_an_unknown_pool_are_not_listed(pools: Any) -> None:
    create(pools, "alice")
    text = "User pool us-east-1_Nothing does not exist."
    assert pools.refusal("ListUsers", UserPoolId="us-east-1_Nothing") == ("ResourceNotFoundException", text)
    code, _ = pools.refusal("ListUsers", pools.stranger, UserPoolId=pools.pool_id)
    assert code == "AccessDeniedException"


def test_a_user_who_is_deleted_takes_everything_along(pools: Any) -> None:
    pools.sign_up(email="alice@example.com")
    pools.admin("AdminConfirmSignUp", Username="alice")
    token = pools.access_token()
    pools.call("GetUserAttributeVerificationCode", AccessToken=token, AttributeName="email")
    pools.refusal("InitiateAuth", **pools.login(password="Wrong-password-1"))
    sub = attributes(pools)["sub"]
    pools.call("DeleteUser", AccessToken=token)
    assert refused(pools, "AdminGetUser", Username="alice") == NOBODY
    assert pools.refusal("GetUser", AccessToken=token) == NOBODY
    assert names(pools) == []
    assert [key for key in CODES.rows(pools.cloud.state) if key[1] == sub] == []
    assert FAILURES.get(pools.cloud.state, (pools.pool_id, sub)) is None
    pools.sign_up(email="alice@example.com")
    assert attributes(pools)["sub"] != sub
    assert pools.refusal("GetUser", AccessToken=token) == NOBODY


def test_an_operator_deletes_a_user_once(pools: Any) -> None:
    pools.confirmed()
    token = pools.access_token()
    pools.admin("AdminDeleteUser", Username="alice")
    assert refused(pools, "AdminDeleteUser", Username="alice") == NOBODY
    assert pools.refusal("DeleteUser", AccessToken=token) == NOBODY
    assert pools.refusal("InitiateAuth", **pools.login()) == NOBODY


def test_attributes_are_deleted_by_their_owner_or_an_operator(make: Any) -> None:
    pools = make(pool={"schema": (SchemaAttribute("custom:tenant"),)})
    pools.confirmed(email="alice@example.com", nickname="al", custom__tenant="acme", locale="de")
    token = pools.access_token()
    pools.call("DeleteUserAttributes", AccessToken=token, UserAttributeNames=["nickname", "custom:tenant", "gender"])
    assert {"nickname", "custom:tenant"} & set(attributes(pools)) == set()
    pools.admin("AdminDeleteUserAttributes", Username="alice", UserAttributeNames=["email", "locale"])
    assert {"email", "email_verified", "locale"} & set(attributes(pools)) == set()
    assert refused(pools, "AdminDeleteUserAttributes", Username="bob", UserAttributeNames=["email"]) == NOBODY


@pytest.mark.parametrize("name", ["sub", "email_verified", "identities"])
def test_nobody_deletes_through_a_client_what_no_client_writes(pools: Any, name: str) -> None:
    pools.confirmed(email="alice@example.com")
    params = {"AccessToken": pools.access_token(), "UserAttributeNames": [name]}
    assert pools.refusal("DeleteUserAttributes", **params) == UNAUTHORIZED


def test_attributes_that_must_stay_are_not_deleted(make: Any) -> None:
    schema = (SchemaAttribute("name", required=True), SchemaAttribute("custom:t", mutable=False))
    pools = make(pool={"schema": schema, "username_attributes": ("email",)})
    pools.confirmed("alice@example.com", name="Alice", custom__t="acme")
    conform = "Attributes did not conform to the schema: "
    for name, text in (
        ("name", f"{conform}name: The attribute is required\n"),
        ("email", f"{conform}email: The attribute is required\n"),
        ("custom:t", "user.custom:t: Attribute cannot be updated."),
        ("sub", "user.sub: Attribute cannot be updated."),
        ("custom:nothing", f"{conform}custom:nothing: Attribute does not exist in the schema.\n"),
    ):
        params = {"Username": "alice@example.com", "UserAttributeNames": [name]}
        assert refused(pools, "AdminDeleteUserAttributes", **params) == ("InvalidParameterException", text)


def test_a_client_deletes_only_what_it_may_write(make: Any) -> None:
    pools = make(client={"write_attributes": ("email",)})
    pools.confirmed(email="alice@example.com")
    params = {"AccessToken": pools.access_token(), "UserAttributeNames": ["nickname"]}
    assert pools.refusal("DeleteUserAttributes", **params) == UNAUTHORIZED


def test_what_is_told_of_a_user_names_the_second_factors(pools: Any) -> None:
    from dataclasses import replace

    pools.confirmed(phone_number="+15551234567")
    token = pools.access_token()
    plain = {"UserMFASettingList", "PreferredMfaSetting", "MFAOptions"}
    assert plain & set(pools.user()) == set()
    world = pools.cloud.world
    user = world.pool_users[pools.pool_id, "alice"]
    pools.cloud.world = world.with_pool_user(
        replace(user, factors=("SMS_MFA", "SOFTWARE_TOKEN_MFA"), preferred_factor="SMS_MFA")
    )
    expected = {
        "UserMFASettingList": ["SMS_MFA", "SOFTWARE_TOKEN_MFA"],
        "PreferredMfaSetting": "SMS_MFA",
        "MFAOptions": [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}],
    }
    assert {name: pools.user()[name] for name in expected} == expected
    own = pools.call("GetUser", AccessToken=token)
    assert {name: own[name] for name in expected} == expected
    assert pools.admin("ListUsers")["Users"][0]["MFAOptions"] == expected["MFAOptions"]


def test_a_user_who_is_disabled_stays_listed_and_signs_in_again_once_enabled(pools: Any) -> None:
    pools.confirmed()
    refresh = pools.tokens()["RefreshToken"]
    for _ in range(2):
        pools.admin("AdminDisableUser", Username="alice")
        assert pools.user()["Enabled"] is False
    assert names(pools) == ["alice"]
    assert pools.refusal("InitiateAuth", **pools.login()) == ("NotAuthorizedException", "User is disabled.")
    params = {"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": refresh}}
    assert pools.refusal("InitiateAuth", ClientId=pools.client_id, **params)[0] == "NotAuthorizedException"
    for _ in range(2):
        pools.admin("AdminEnableUser", Username="alice")
    assert (pools.user()["Enabled"], "AuthenticationResult" in pools.log_in()) == (True, True)
