"""Passwords that are changed by their owners or set by operators, and the history of passwords."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.world.pool_user import UserStatus
from cogsim.world.user_pool import PasswordPolicy

NEW, THIRD = "Battery-staple-8", "Third-choice-77"
VERIFIED = {"email": "alice@example.com", "email_verified": "true"}
INCORRECT = ("NotAuthorizedException", "Incorrect username or password.")
LIMIT = ("LimitExceededException", "Attempt limit exceeded, please try after some time.")
USED = (
    "PasswordHistoryPolicyViolationException",
    "Password has already been used. Please choose a different password.",
)


def person(pools: Any, name: str = "alice", **attributes: str) -> None:
    """A confirmed user with a password and the attributes as an operator writes them."""
    given = pools.as_list(attributes or VERIFIED)
    pools.admin("AdminCreateUser", Username=name, UserAttributes=given, MessageAction="SUPPRESS")
    pools.admin("AdminSetUserPassword", Username=name, Password=pools.password, Permanent=True)


def forgot(pools: Any, name: str = "alice") -> Any:
    return pools.call("ForgotPassword", ClientId=pools.client_id, Username=name)["CodeDeliveryDetails"]


def confirming(pools: Any, code: str | None = None, name: str = "alice", password: str = NEW) -> dict[str, Any]:
    code = pools.code(name) if code is None else code
    return {"ClientId": pools.client_id, "Username": name, "ConfirmationCode": code, "Password": password}


def confirm(pools: Any, *args: Any, **more: Any) -> None:
    pools.call("ConfirmForgotPassword", **confirming(pools, *args, **more))


def refused_confirm(pools: Any, *args: Any, **more: Any) -> Any:
    return pools.refusal("ConfirmForgotPassword", **confirming(pools, *args, **more))


def change(pools: Any, token: str, previous: str | None, proposed: str) -> dict[str, Any]:
    given = {} if previous is None else {"PreviousPassword": previous}
    return {"AccessToken": token, "ProposedPassword": proposed, **given}


def alter(pools: Any, name: str = "alice", **changes: Any) -> None:
    """Change the user as no operation would."""
    world = pools.cloud.world
    pools.cloud.world = world.with_pool_user(replace(world.pool_users[pools.pool_id, name], **changes))


def test_a_password_is_changed_by_who_knows_it_and_sign_ins_go_on(pools: Any) -> None:
    person(pools)
    token = pools.access_token()
    pools.call("ChangePassword", **change(pools, token, pools.password, NEW))
    assert pools.refusal("InitiateAuth", **pools.login()) == INCORRECT
    assert "AuthenticationResult" in pools.log_in(password=NEW)
    assert pools.call("GetUser", AccessToken=token)["Username"] == "alice"
    code, text = pools.refusal("ChangePassword", **change(pools, token, NEW, "lower-case-only-1"))
    assert (code, text) == (
        "InvalidPasswordException",
        "Password did not conform with policy: Password must have uppercase characters",
    )


def test_a_wrong_previous_password_counts_towards_the_lock_of_sign_ins(pools: Any) -> None:
    person(pools)
    token = pools.access_token()
    for _ in range(5):
        assert pools.refusal("ChangePassword", **change(pools, token, "Wrong-password-1", NEW)) == INCORRECT
    locked = ("NotAuthorizedException", "Password attempts exceeded")
    assert pools.refusal("InitiateAuth", **pools.login()) == locked
    pools.cloud.advance(3600)
    token = pools.access_token()
    for _ in range(4):
        pools.refusal("InitiateAuth", **pools.login(password="Wrong-password-1"))
    assert pools.refusal("ChangePassword", **change(pools, token, "Wrong-password-1", NEW)) == INCORRECT
    assert pools.refusal("ChangePassword", **change(pools, token, pools.password, NEW)) == locked


def test_a_password_is_changed_five_times_an_hour(pools: Any) -> None:
    person(pools)
    pools.cloud.advance(0)
    token, current = pools.access_token(), pools.password
    for number in range(5):
        proposed = f"Changed-password-{number}"
        pools.call("ChangePassword", **change(pools, token, current, proposed))
        current = proposed
    assert pools.refusal("ChangePassword", **change(pools, token, current, NEW)) == LIMIT


def test_the_previous_password_is_left_out_only_where_there_is_none(pools: Any) -> None:
    person(pools)
    token = pools.access_token()
    missing = ("InvalidParameterException", "Missing required parameter PreviousPassword")
    assert pools.refusal("ChangePassword", **change(pools, token, None, NEW)) == missing
    alter(pools, password=None)
    assert pools.refusal("ChangePassword", **change(pools, token, pools.password, NEW)) == INCORRECT
    pools.call("ChangePassword", **change(pools, token, None, NEW))
    assert "AuthenticationResult" in pools.log_in(password=NEW)
    alter(pools, password=None, status=UserStatus.EXTERNAL_PROVIDER)
    assert pools.refusal("ChangePassword", **change(pools, token, None, THIRD)) == INCORRECT


def test_a_password_is_only_changed_with_a_token_that_stands(pools: Any) -> None:
    person(pools)
    token = pools.access_token()
    assert pools.refusal("ChangePassword", **change(pools, "no.token.here", pools.password, NEW)) == (
        "NotAuthorizedException",
        "Invalid Access Token",
    )
    pools.call("GlobalSignOut", AccessToken=token)
    assert pools.refusal("ChangePassword", **change(pools, token, pools.password, NEW)) == (
        "NotAuthorizedException",
        "Access Token has been revoked",
    )


def test_the_password_of_an_operator_may_be_assumed_to_end_sign_ins(pools: Any) -> None:
    person(pools)
    params = {"Username": "alice", "Password": NEW, "Permanent": True}
    token = pools.access_token()
    pools.admin("AdminSetUserPassword", **params)
    pools.call("GetUser", AccessToken=token)
    with assuming({"cognito.operatorsPasswordRevokes": "yes"}):
        pools.admin("AdminSetUserPassword", **params)
    assert pools.refusal("GetUser", AccessToken=token)[1] == "Access Token has been revoked"


@pytest.mark.parametrize("status", list(UserStatus))
def test_a_permanent_password_of_an_operator_confirms_whatever_the_user_was(pools: Any, status: UserStatus) -> None:
    person(pools)
    for permanent, expected in ((True, "CONFIRMED"), (False, "FORCE_CHANGE_PASSWORD")):
        alter(pools, status=status)
        pools.admin("AdminSetUserPassword", Username="alice", Password=NEW, Permanent=permanent)
        assert pools.user()["UserStatus"] == expected


def with_history(make: Any, size: int) -> Any:
    return make(pool={"password_policy": PasswordPolicy(history_size=size)})


def test_the_present_password_and_those_before_it_cannot_be_chosen_again(make: Any) -> None:
    pools = with_history(make, 3)
    person(pools)
    token = pools.access_token()
    passwords = [pools.password, NEW, THIRD]
    for previous, proposed in pairwise(passwords):
        assert pools.refusal("ChangePassword", **change(pools, token, previous, previous)) == USED
        pools.call("ChangePassword", **change(pools, token, previous, proposed))
    pools.cloud.advance(3600)
    token = pools.tokens(password=THIRD)["AccessToken"]
    for known in passwords:
        assert pools.refusal("ChangePassword", **change(pools, token, THIRD, known)) == USED
    pools.call("ChangePassword", **change(pools, token, THIRD, "Fourth-choice-5"))
    pools.call("ChangePassword", **change(pools, token, "Fourth-choice-5", pools.password))


def test_every_operation_that_sets_a_password_looks_at_the_history(make: Any) -> None:
    pools = with_history(make, 2)
    person(pools)
    for permanent in (True, False):
        params = {"UserPoolId": pools.pool_id, "Username": "alice", "Password": pools.password, "Permanent": permanent}
        assert pools.refusal("AdminSetUserPassword", **params) == USED
    forgot(pools)
    assert refused_confirm(pools, password=pools.password) == USED
    confirm(pools)
    pools.admin("AdminSetUserPassword", Username="alice", Password=THIRD)
    answer = {
        "ClientId": pools.client_id,
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "Session": pools.log_in(password=THIRD)["Session"],
    }
    for known in (THIRD, NEW):
        responses = {"USERNAME": "alice", "NEW_PASSWORD": known}
        assert pools.refusal("RespondToAuthChallenge", **answer, ChallengeResponses=responses) == USED
    responses = {"USERNAME": "alice", "NEW_PASSWORD": pools.password}
    assert "AuthenticationResult" in pools.call("RespondToAuthChallenge", **answer, ChallengeResponses=responses)


def test_without_a_history_the_same_password_may_be_taken_again(pools: Any) -> None:
    person(pools)
    pools.call("ChangePassword", **change(pools, pools.access_token(), pools.password, pools.password))
    assert pools.cloud.world.pool_users[pools.pool_id, "alice"].password_history == ()
