"""What PreSignUp grants and whom UserMigration describes."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.decision import Refusal
from cogsim.decisions.trigger_sign_up import Migrated, Registered, migrated, registered
from cogsim.world.pool_user import UserStatus

EMAIL = {"email": "alice@example.com"}
REFUSED = Refusal("InvalidLambdaResponseException", "Unrecognizable lambda output")


@pytest.mark.parametrize("by_operator", [False, True])
def test_an_operators_account_is_never_confirmed_by_it(by_operator: bool) -> None:
    granted = registered({"autoConfirmUser": True, "autoVerifyEmail": True}, EMAIL, by_operator=by_operator).value
    assert granted == Registered(not by_operator, {**EMAIL, "email_verified": "true"}, EMAIL)


def test_nothing_is_granted_where_nothing_is_said() -> None:
    for response in ({}, {"autoConfirmUser": False}, {"autoVerifyEmail": None}):
        assert registered(response, EMAIL, by_operator=False).value == Registered(False, EMAIL, {})
    assert registered({"autoVerifyPhone": True}, EMAIL, by_operator=False).value == REFUSED


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ({}, None),
        ({"userAttributes": None, "finalUserStatus": "CONFIRMED"}, None),
        ({"userAttributes": {"email": ""}}, None),
        ({"userAttributes": EMAIL}, Migrated("old", EMAIL, UserStatus.RESET_REQUIRED, False, False, ("SMS",))),
        (
            {"userAttributes": {**EMAIL, "username": "new"}, "finalUserStatus": "CONFIRMED", "enableSMSMFA": True},
            Migrated("new", EMAIL, UserStatus.CONFIRMED, False, True, ("SMS",)),
        ),
        (
            {"userAttributes": EMAIL, "messageAction": "SUPPRESS", "forceAliasCreation": True},
            Migrated("old", EMAIL, UserStatus.RESET_REQUIRED, True, False, ()),
        ),
        ({"userAttributes": EMAIL, "desiredDeliveryMediums": ["EMAIL", "PIGEON"]}, REFUSED),
        ({"userAttributes": EMAIL, "messageAction": "SHOUT"}, REFUSED),
        ({"userAttributes": EMAIL, "finalUserStatus": "FORCE_CHANGE_PASSWORD"}, REFUSED),
    ],
)
def test_a_migrated_user_is_one_whom_the_function_describes(response: dict[str, Any], expected: Any) -> None:
    assert migrated(response, "old").value == expected
