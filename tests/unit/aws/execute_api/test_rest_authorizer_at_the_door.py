"""A REST API's authorizer of user pools: which tokens a method takes, by which check, and what its switches change."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.decision import Decision
from cogsim.decisions.api_token import believe_token
from cogsim.decisions.claim_texts import http_claims, rest_claims
from cogsim.decisions.gateway_refusals import GatewayRefusal
from cogsim.decisions.http_authorizer import accepts_http_route
from cogsim.decisions.rest_authorizer import accepts_rest_route
from cogsim.decisions.token_contents import pool_key
from cogsim.tokens.jwt import sign
from cogsim.world.names import find


def _rest(client: Any, name: str) -> tuple[Any, Any]:
    """The API and the method of that logical id."""
    api = client.world.rest_apis[client.ref("Rest")]
    (method,) = [each for each in api.methods.values() if each.origin.logical_id == name]
    return api, method


def _taken(decision: Decision[Any]) -> bool:
    return not isinstance(decision.value, GatewayRefusal)


@pytest.mark.parametrize(
    ("method", "id_token", "access_token", "other_client", "other_pool"),
    [
        ("GetProfile", True, False, True, False),
        ("GetWebProfile", True, False, False, False),
        ("GetProjects", False, True, False, False),
        ("PutProjects", False, False, False, False),
    ],
)
def test_the_matrix_of_tokens_is_asked_without_a_cloud(
    client: Any, method: str, id_token: bool, access_token: bool, other_client: bool, other_pool: bool
) -> None:
    alice, bob = client.tokens("alice", "WebApp"), client.tokens("bob", "Newsletter")
    mallory = client.tokens("mallory", "StrangersApp")
    now = client.simulation.now
    tokens = (alice.id_token, alice.access_token, bob.id_token, mallory.id_token)
    api, noun = _rest(client, method)
    found = [_taken(accepts_rest_route(client.world, api, noun, token, now=now)) for token in tokens]
    assert found == [id_token, access_token, other_client, other_pool]


def test_a_forged_token_is_refused_whatever_it_says(client: Any) -> None:
    alice = client.tokens("alice", "WebApp")
    head, payload, signature = alice.id_token.split(".")
    pool = client.world.user_pools[client.ref("People")]
    strangers = client.world.user_pools[client.ref("Strangers")]
    now = int(client.simulation.now)
    forged = sign(
        {"iss": pool.issuer, "sub": "x", "token_use": "id", "exp": now + 60, "iat": now}, pool_key(strangers, "id")
    )
    for token in (
        f"{head}.{payload}.AAAA",
        f"{head}.{payload}.",
        f"{head}.{signature}.{payload}",
        forged,
        "x",
        "..",
        "é",
    ):
        answer = client.send("Rest", "/profile", token)
        assert (answer["statusCode"], answer["body"]) == (401, '{"message":"Unauthorized"}')
        assert answer["headers"]["x-amzn-errortype"] == "UnauthorizedException"


def test_a_token_of_a_pool_that_is_not_trusted_never_meets_its_keys(client: Any) -> None:
    token = client.tokens("mallory", "StrangersApp").id_token
    believed = believe_token(
        client.world, ("https://elsewhere",), token, now=client.simulation.now, source="apigw:cognito"
    )
    assert [step.question for step in believed.steps] == ["is its issuer one that is trusted here?"]


def test_the_scheme_may_stand_before_the_token(client: Any) -> None:
    token = client.tokens("alice", "WebApp").id_token
    assert client.send("Rest", "/profile", f"Bearer {token}")["statusCode"] == 200
    assert client.send("Rest", "/profile", f"Basic {token}")["statusCode"] == 401


def test_a_header_that_is_sent_twice_is_refused_or_read_by_its_last(client: Any) -> None:
    token = client.tokens("alice", "WebApp").id_token
    headers = {"Authorization": "nothing", "authorization": token}
    assert client.send("Rest", "/profile", headers=headers)["statusCode"] == 401
    with assuming({"api.headerSentTwice": "last"}):
        assert client.send("Rest", "/profile", headers=headers)["statusCode"] == 200


def test_a_missing_scope_is_refused_with_the_status_of_the_switch(client: Any) -> None:
    token = client.tokens("alice", "WebApp").access_token
    assert client.send("Rest", "/projects", token, Method="PUT")["statusCode"] == 401
    with assuming({"api.restScopeRefusal": "403"}):
        answer = client.send("Rest", "/projects", token, Method="PUT")
    assert (answer["statusCode"], answer["body"]) == (403, '{"message":"Forbidden"}')


def test_claims_are_texts_and_lists_are_joined() -> None:
    claims = {
        "cognito:groups": ["a", "b"],
        "email_verified": True,
        "exp": 1767258000,
        "auth_time": 1767254400,
        "n": {"k": 1},
    }
    assert rest_claims(claims) == {
        "auth_time": "1767254400",
        "cognito:groups": "a,b",
        "email_verified": "true",
        "exp": "Thu Jan 01 09:00:00 UTC 2026",
        "n": '{"k":1}',
    }
    with assuming({"api.restListClaims": "brackets"}):
        assert rest_claims(claims)["cognito:groups"] == "[a, b]"
    assert http_claims({**claims, "identities": [{"userId": "1"}]}) == {
        "auth_time": "1767254400",
        "cognito:groups": "[a b]",
        "email_verified": "true",
        "exp": "1767258000",
        "identities": "[map[userId:1]]",
        "n": "map[k:1]",
    }


def test_a_pool_that_is_not_in_the_world_is_named_as_unresolved(client: Any) -> None:
    from dataclasses import replace

    api, method = _rest(client, "GetProfile")
    authorizer = api.authorizers[method.authorizer_id]
    strange = "arn:aws:cognito-idp:us-east-1:999999999999:userpool/us-east-1_Elsewhere"
    api = replace(api, authorizers=api.authorizers.set(authorizer.id, replace(authorizer, providers=(strange,))))
    token = client.tokens("alice", "WebApp").id_token
    decision = accepts_rest_route(client.world, api, method, token, now=client.simulation.now)
    assert ("unresolved", strange) in [fact for step in decision.steps for fact in step.facts]
    assert not _taken(decision)


def test_an_http_route_says_in_its_challenge_what_is_wrong_or_does_not(client: Any) -> None:
    token = client.tokens("bob", "Newsletter").id_token
    said = client.send("Http", "/profile", token)["headers"]["www-authenticate"]
    assert said == 'Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience"'
    with assuming({"api.jwtErrorDescription": "omitted"}):
        assert (
            client.send("Http", "/profile", token)["headers"]["www-authenticate"]
            == 'Bearer scope="" error="invalid_token"'
        )


def test_client_id_is_the_audience_only_where_there_is_none(client: Any) -> None:
    api = client.world.http_apis[client.ref("Http")]
    route, pool = api.routes["GET /profile"], client.world.user_pools[client.ref("People")]
    now = int(client.simulation.now)
    claims = {"iss": pool.issuer, "sub": "x", "token_use": "access", "exp": now + 60, "iat": now}
    key, web = pool_key(pool, "access"), find(client.world, "WebApp").ref

    def taken(**more: Any) -> bool:
        return _taken(accepts_http_route(client.world, api, route, sign({**claims, **more}, key), now=now))

    assert taken(client_id=web)
    assert not taken(client_id=web, aud="https://orders.example")
    assert taken(aud=["https://orders.example", web])
    assert not taken(client_id="other")
    assert not taken(client_id=web, nbf=now + 5)
    assert not taken(client_id=web, exp=now)
    assert not taken(client_id=web, iat=now + 5)


def test_the_body_of_an_echo_is_the_event(client: Any) -> None:
    answer = client.send("Rest", "/open", QueryStringParameters={"a": "b"}, Body="hello", headers={"X-One": "1"})
    event = json.loads(answer["body"])
    assert event == json.loads(json.dumps(answer["backend"]))
    assert (event["queryStringParameters"], event["body"], event["headers"]["X-One"]) == ({"a": "b"}, "hello", "1")
