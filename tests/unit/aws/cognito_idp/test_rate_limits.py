"""Limits on requests in virtual time: off unless the world has them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.decisions.rate_limit import category
from cogsim.persistent import Map
from cogsim.world.rate_limits import CATEGORIES, RateLimits

RATE = ("TooManyRequestsException", "Rate exceeded")
WAF = ("ForbiddenException", "Request not allowed due to WAF block.")


def limit(pools: Any, **limits: Any) -> None:
    categories = Map(limits.pop("categories", {}))
    pools.cloud.world = replace(pools.cloud.world, rate_limits=RateLimits(categories, **limits))


def describe(pools: Any) -> tuple[str, str]:
    params = {"UserPoolId": pools.pool_id, "Username": "nobody"}
    return pools.refusal("AdminGetUser", **params)  # type: ignore[no-any-return]


NOBODY = ("UserNotFoundException", "User does not exist.")


def test_nothing_is_counted_where_the_world_has_no_limits(pools: Any) -> None:
    assert {describe(pools) for _ in range(200)} == {NOBODY}


def test_a_category_is_full_for_the_rest_of_the_second(pools: Any) -> None:
    limit(pools, categories={"UserRead": 3}, per_user=100)
    assert [describe(pools) for _ in range(4)] == [NOBODY] * 3 + [RATE]
    pools.cloud.advance(1)
    assert describe(pools) == NOBODY


def test_a_request_that_is_refused_counts_for_nothing(pools: Any) -> None:
    limit(pools, categories={"UserRead": 1}, per_user=100)
    describe(pools)
    pools.cloud.advance(0.9)
    assert describe(pools) == RATE
    pools.cloud.advance(0.1)
    assert describe(pools) == NOBODY


def test_operations_of_a_category_share_its_rate_or_not_by_the_assumption(pools: Any) -> None:
    limit(pools, categories={"UserCreation": 1}, per_user=100)
    pools.sign_up("alice")
    assert pools.refusal("AdminConfirmSignUp", UserPoolId=pools.pool_id, Username="alice") == RATE
    with assuming({"cognito.quotaCounting": "operation"}):
        pools.cloud.advance(1)
        pools.sign_up("bob")
        pools.admin("AdminConfirmSignUp", Username="bob")


def test_one_user_has_ten_reads_a_second_and_another_has_his_own(pools: Any) -> None:
    limit(pools)
    pools.sign_up("alice")
    pools.sign_up("bob")
    pools.cloud.advance(1)
    for _ in range(10):
        pools.user("alice")
    assert pools.refusal("AdminGetUser", UserPoolId=pools.pool_id, Username="alice") == RATE
    pools.user("bob")


def test_answers_to_challenges_have_three_times_the_rate_of_sign_ins(pools: Any) -> None:
    limit(pools, categories={"UserAuthentication": 2}, per_user=100)
    answer = {"ClientId": pools.client_id, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "s" * 20}
    answer["ChallengeResponses"] = {"USERNAME": "alice", "NEW_PASSWORD": "Other-horse-99"}
    refusals = [pools.refusal("RespondToAuthChallenge", **answer) for _ in range(7)]
    assert refusals[-1] == RATE
    assert RATE not in refusals[:-1]


def test_a_web_acl_counts_an_addresses_public_requests_and_no_others(pools: Any) -> None:
    limit(pools, per_address=10, per_user=100)
    for number in range(10):
        pools.sign_up(f"user{number}")
    params = {"ClientId": pools.client_id, "Username": "one-more", "Password": pools.password}
    assert pools.refusal("SignUp", **params) == WAF
    pools.user("user1")
    pools.cloud.advance(300)
    pools.sign_up("one-more")


def test_every_operation_has_a_category() -> None:
    from cogsim.aws.model import service_model

    names = service_model("cognito-idp").operation_names
    assert {category(name) for name in names} <= set(CATEGORIES)
    assert category("CreateGroup") == "UserPoolResourceUpdate"
    assert category("ListGroups") == "UserPoolResourceRead"


@pytest.mark.parametrize("limits", [{"per_user": 0}, {"per_address": 9}])
def test_a_limit_that_lets_nothing_through_is_refused(pools: Any, limits: dict[str, int]) -> None:
    from cogsim.errors import InvalidValue

    with pytest.raises(InvalidValue):
        limit(pools, **limits)
