"""Whether an account could sign in through a client, given its password."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cogsim.decisions.eligibility import may_sign_in
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.world.pool_user import PasswordVerifier, PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient

POOL = UserPool("eu-west-1_x", "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_x", "people")
CLIENT = UserPoolClient("client", POOL.id, "spa")
USER = PoolUser(POOL.id, "alice", "sub", status=UserStatus.CONFIRMED, password=PasswordVerifier("00", "01"))
DAY = 86400.0


def _code(
    user: PoolUser = USER, client: UserPoolClient = CLIENT, pool: UserPool = POOL, now: float = 0.0
) -> str | None:
    refusal = may_sign_in(pool, client, user, now=now).value
    return refusal.code if refusal else None


def test_a_confirmed_account_with_a_password_may() -> None:
    assert _code() is None


@pytest.mark.parametrize(
    ("user", "code"),
    [
        (replace(USER, enabled=False), "NotAuthorizedException"),
        (replace(USER, status=UserStatus.UNCONFIRMED), "UserNotConfirmedException"),
        (replace(USER, status=UserStatus.RESET_REQUIRED), "PasswordResetRequiredException"),
        (replace(USER, password=None), "NotAuthorizedException"),
        (replace(USER, status=UserStatus.FORCE_CHANGE_PASSWORD, password=None), None),
    ],
)
def test_the_account_decides(user: PoolUser, code: str | None) -> None:
    assert _code(user) == code


def test_an_invitation_ends_with_its_days() -> None:
    invited = replace(USER, status=UserStatus.FORCE_CHANGE_PASSWORD, temporary_password_set_at=0.0)
    assert _code(invited, now=7 * DAY - 1) is None
    assert _code(invited, now=7 * DAY) == "NotAuthorizedException"


def test_an_invitation_without_a_date_is_taken_for_a_new_one() -> None:
    invited = replace(USER, status=UserStatus.FORCE_CHANGE_PASSWORD)
    assert _code(invited, now=10_000 * DAY) is None


@pytest.mark.parametrize(
    ("flows", "code"),
    [
        (("ALLOW_USER_AUTH",), None),
        (("ALLOW_ADMIN_USER_PASSWORD_AUTH",), None),
        (("ALLOW_REFRESH_TOKEN_AUTH",), "InvalidParameterException"),
        (("ALLOW_CUSTOM_AUTH",), "InvalidParameterException"),
    ],
)
def test_the_client_decides_by_its_flows(flows: tuple[str, ...], code: str | None) -> None:
    assert _code(client=replace(CLIENT, explicit_auth_flows=flows)) == code


def test_managed_login_is_a_permission_of_its_own() -> None:
    hosted = replace(
        CLIENT,
        explicit_auth_flows=("ALLOW_REFRESH_TOKEN_AUTH",),
        allowed_oauth_flows_user_pool_client=True,
        allowed_oauth_flows=("code",),
        supported_identity_providers=("COGNITO",),
    )
    external = replace(USER, status=UserStatus.EXTERNAL_PROVIDER, password=None)
    assert _code(client=hosted) is None
    assert _code(external, hosted) == "InvalidParameterException"
    assert _code(external, replace(hosted, supported_identity_providers=("ADFS",))) is None
    assert _code(external) == "InvalidParameterException"


def test_challenges_of_a_function_are_not_guessed() -> None:
    pool = replace(POOL, triggers=Map({"DefineAuthChallenge": "arn:aws:lambda:eu-west-1:1:function:f"}))
    with pytest.raises(NotModelled):
        _code(client=replace(CLIENT, explicit_auth_flows=("ALLOW_CUSTOM_AUTH",)), pool=pool)


def test_a_second_factor_is_taken_to_be_passed_and_said() -> None:
    decision = may_sign_in(replace(POOL, mfa="ON"), CLIENT, USER, now=0.0)
    assert decision.value is None
    assert [(step.question, step.answer) for step in decision.steps[-2:]] == [
        ("is a second factor asked for?", "yes"),
        ("is it given?", "taken to be"),
    ]
    assert may_sign_in(replace(POOL, mfa="OPTIONAL"), CLIENT, USER, now=0.0).steps[-1].answer == "no"
