"""Sessions where a pool tracks them."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.decisions.user_sessions import SESSION_CONFIGURATION
from cogsim.frozen import freeze
from cogsim.world.pool_members import PoolDocument

OFF = ("OperationNotEnabledException", "User session tracking is not enabled for this user pool.")
REVOKED = ("NotAuthorizedException", "Access Token has been revoked")


def track(pools: Any, most: int = 20) -> None:
    content = freeze({"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": most}})
    document = PoolDocument(pools.pool_id, SESSION_CONFIGURATION, "", content)
    pools.cloud.world = pools.cloud.world.with_pool_document(document)


@pytest.fixture
def tracked(pools: Any) -> Any:
    pools.confirmed()
    track(pools)
    return pools


def listed(pools: Any, token: str) -> list[Any]:
    return list(pools.call("ListUserSessions", AccessToken=token)["Sessions"])


def test_a_pool_that_tracks_nothing_lists_nothing(pools: Any) -> None:
    pools.confirmed()
    assert pools.refusal("ListUserSessions", AccessToken=pools.access_token()) == OFF
    assert pools.refusal("AdminListUserSessions", UserPoolId=pools.pool_id, Username="alice") == OFF


def test_each_sign_in_is_a_session_and_the_callers_own_is_marked(tracked: Any) -> None:
    first = tracked.access_token()
    tracked.cloud.advance(60)
    second = tracked.access_token()
    sessions = listed(tracked, second)
    assert [session["IsCurrentSession"] for session in sessions] == [False, True]
    assert all(session["SessionId"].startswith("tkn") and len(session["SessionId"]) == 28 for session in sessions)
    assert [session["IsCurrentSession"] for session in listed(tracked, first)] == [True, False]
    by_operator = tracked.call("AdminListUserSessions", UserPoolId=tracked.pool_id, Username="alice")["Sessions"]
    assert [session["SessionId"] for session in by_operator] == [session["SessionId"] for session in sessions]


def test_a_session_that_is_ended_takes_its_tokens_along_and_no_others(tracked: Any) -> None:
    lost, kept = tracked.tokens(), tracked.tokens()
    session = next(s for s in listed(tracked, kept["AccessToken"]) if not s["IsCurrentSession"])
    tracked.call("RevokeUserSession", AccessToken=kept["AccessToken"], SessionId=session["SessionId"])
    assert tracked.refusal("GetUser", AccessToken=lost["AccessToken"]) == REVOKED
    tracked.call("GetUser", AccessToken=kept["AccessToken"])
    assert len(listed(tracked, kept["AccessToken"])) == 1


def test_nobody_ends_the_session_that_asks(tracked: Any) -> None:
    token = tracked.access_token()
    own = listed(tracked, token)[0]["SessionId"]
    assert tracked.refusal("RevokeUserSession", AccessToken=token, SessionId=own)[0] == "InvalidParameterException"
    tracked.call("AdminRevokeUserSession", UserPoolId=tracked.pool_id, Username="alice", SessionId=own)
    assert tracked.refusal("GetUser", AccessToken=token) == REVOKED


def test_another_users_session_is_not_found(tracked: Any) -> None:
    tracked.confirmed("bob")
    theirs = listed(tracked, tracked.access_token("bob"))[0]["SessionId"]
    code, _ = tracked.refusal("RevokeUserSession", AccessToken=tracked.access_token(), SessionId=theirs)
    assert code == "ResourceNotFoundException"


def test_the_session_longest_unused_gives_way(pools: Any) -> None:
    pools.confirmed()
    track(pools, most=2)
    first = pools.tokens()
    pools.cloud.advance(10)
    second = pools.tokens()
    pools.cloud.advance(10)
    pools.call("GetTokensFromRefreshToken", ClientId=pools.client_id, RefreshToken=first["RefreshToken"])
    pools.tokens()
    pools.call("GetUser", AccessToken=first["AccessToken"])
    assert pools.refusal("GetUser", AccessToken=second["AccessToken"]) == REVOKED


def test_a_session_is_over_when_its_refresh_tokens_are(make: Any) -> None:
    pools = make(client={"refresh_token_validity": 3600})
    pools.confirmed()
    track(pools)
    pools.tokens()
    pools.cloud.advance(3600)
    answer = pools.call("AdminListUserSessions", UserPoolId=pools.pool_id, Username="alice")
    assert answer["Sessions"] == []
