"""Lambda authorizers at the door: functions given in code, answers that are none, what is kept and for how long."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.errors import NotModelled

CARELESS = "arn:aws:lambda:us-east-1:111122223333:function:tenant-careless"


def _policy(effect: str = "Allow", resource: Any = "*") -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource}],
    }


class Function:
    """A function that answers what it was told to, and remembers what it was asked."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.events: list[dict[str, Any]] = []

    def __call__(self, event: dict[str, Any]) -> Any:
        self.events.append(event)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def _asked(client: Any, answer: Any) -> tuple[Any, Function]:
    function = Function(answer)
    return type(client)(client.world, {CARELESS: function}), function


def test_the_function_gets_the_token_and_the_arn(client: Any) -> None:
    asker, function = _asked(client, {"principalId": "me", "policyDocument": _policy(), "usageIdentifierKey": "k"})
    answer = asker.send("Rest", "/careless/acme", "token")
    assert answer["statusCode"] == 200
    assert answer["backend"]["requestContext"]["authorizer"] == {"principalId": "me"}
    (event,) = function.events
    assert event["authorizationToken"] == "token"
    assert event["type"] == "TOKEN"
    assert event["methodArn"].endswith("/prod/GET/careless/acme")


def test_an_answer_is_kept_for_its_time_and_no_longer(client: Any) -> None:
    asker, function = _asked(client, {"principalId": "me", "policyDocument": _policy()})
    for _ in range(3):
        assert asker.send("Rest", "/careless/acme", "token")["statusCode"] == 200
    assert len(function.events) == 1
    asker.send("Rest", "/careless/acme", "another")
    assert len(function.events) == 2
    asker.simulation.advance("299s")
    asker.send("Rest", "/careless/acme", "token")
    assert len(function.events) == 2
    asker.simulation.advance("1s")
    asker.send("Rest", "/careless/acme", "token")
    assert len(function.events) == 3


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (ValueError("Unauthorized"), 401, '{"message":"Unauthorized"}'),
        (ValueError("no"), 500, '{"message":null}'),
        (None, 500, '{"message":null}'),
        ("text", 500, '{"message":null}'),
        ({}, 500, '{"message":null}'),
        ({"principalId": "me"}, 500, '{"message":null}'),
        ({"principalId": "me", "policyDocument": {"Statement": [{"Effect": "Perhaps"}]}}, 500, '{"message":null}'),
        ({"principalId": "me", "policyDocument": _policy(), "context": {"list": [1]}}, 500, '{"message":null}'),
        (
            {"principalId": "me", "policyDocument": _policy("Deny")},
            403,
            '{"Message":"User is not authorized to access this resource with an explicit deny"}',
        ),
        (
            {"principalId": "me", "policyDocument": _policy(resource="arn:aws:execute-api:us-east-1:111122223333:x/*")},
            403,
            '{"Message":"User is not authorized to access this resource"}',
        ),
    ],
)
def test_what_is_no_permission_is_refused_in_the_gateways_words(
    client: Any, answer: Any, status: int, body: str
) -> None:
    asker, _ = _asked(client, answer)
    found = asker.send("Rest", "/careless/acme", "token")
    assert (found["statusCode"], found["body"]) == (status, body)


def test_context_reaches_the_backend_as_texts(client: Any) -> None:
    context = {"tenant": "acme", "admin": True, "level": 3}
    asker, _ = _asked(client, {"principalId": "me", "policyDocument": _policy(), "context": context})
    found = asker.send("Rest", "/careless/acme", "token")["backend"]["requestContext"]["authorizer"]
    assert found == {"principalId": "me", "tenant": "acme", "admin": "true", "level": "3"}


def test_a_function_that_nothing_is_known_of_is_not_guessed_at(client: Any) -> None:
    from dataclasses import replace

    from cogsim.persistent import Map

    asker = type(client)(replace(client.world, api_functions=Map()))
    with pytest.raises(NotModelled, match="Cogsim::ApiFunction"):
        asker.send("Rest", "/careless/acme", "token")


def test_a_function_that_only_decodes_believes_anybody(client: Any) -> None:
    from dataclasses import replace

    from cogsim.decisions.token_contents import pool_key
    from cogsim.tokens.jwt import sign

    function = client.world.api_functions["arn:aws:lambda:us-east-1:111122223333:function:tenant-careful"]
    careless = replace(function, token=replace(function.token, verified=False))
    forged = sign(
        {"sub": "me", "custom:tenant": "globex"}, pool_key(client.world.user_pools[client.ref("Strangers")], "id")
    )
    assert client.send("Rest", "/careful/globex", forged)["statusCode"] == 401
    asker = type(client)(client.world.with_api_function(careless))
    assert asker.send("Rest", "/careful/globex", forged)["statusCode"] == 200


def test_an_http_authorizer_that_states_no_time_follows_the_switch(client: Any) -> None:
    from dataclasses import replace

    api = client.world.http_apis[client.ref("Http")]
    (authorizer,) = [each for each in api.authorizers.values() if each.name == "yes-or-no"]
    unsaid = replace(authorizer, ttl=None)
    world = client.world.with_http_api(replace(api, authorizers=api.authorizers.set(unsaid.id, unsaid)))
    for seconds, status in (("0", 403), ("300", 200)):
        asker = type(client)(world)
        token = asker.tokens("alice", "WebApp").id_token
        with assuming({"api.httpAuthorizerTtl": seconds}):
            assert asker.send("Http", "/notes", token)["statusCode"] == 200
            assert asker.send("Http", "/notes", token, Method="DELETE")["statusCode"] == status


def test_a_function_is_not_asked_where_an_identity_source_is_missing_or_does_not_match(client: Any) -> None:
    from dataclasses import replace

    api = client.world.rest_apis[client.ref("Rest")]
    (authorizer,) = [each for each in api.authorizers.values() if each.name == "tenant-careless"]
    strict = replace(authorizer, validation="Bearer .+")
    world = client.world.with_rest_api(replace(api, authorizers=api.authorizers.set(strict.id, strict)))
    function = Function({"principalId": "me", "policyDocument": _policy()})
    asker = type(client)(world, {CARELESS: function})
    for token in (None, "", "token", "bearer x"):
        assert asker.send("Rest", "/careless/acme", token)["statusCode"] == 401
    assert function.events == []
    assert asker.send("Rest", "/careless/acme", "Bearer x")["statusCode"] == 200


def test_a_request_authorizer_keeps_its_answer_by_all_of_its_sources(client: Any) -> None:
    from dataclasses import replace

    api = client.world.rest_apis[client.ref("Rest")]
    (authorizer,) = [each for each in api.authorizers.values() if each.name == "tenant-careless"]
    sources = ("method.request.header.X-Who", "method.request.querystring.at", "context.path")
    wider = replace(authorizer, kind="REQUEST", sources=sources)
    world = client.world.with_rest_api(replace(api, authorizers=api.authorizers.set(wider.id, wider)))
    function = Function({"principalId": "me", "policyDocument": _policy()})
    asker = type(client)(world, {CARELESS: function})
    for path, who in (("acme", "a"), ("acme", "a"), ("globex", "a"), ("acme", "b")):
        more = {"headers": {"x-who": who}, "QueryStringParameters": {"at": "1"}}
        assert asker.send("Rest", f"/careless/{path}", **more)["statusCode"] == 200
    assert asker.send("Rest", "/careless/acme", headers={"x-who": "a"})["statusCode"] == 401
    assert [event["pathParameters"]["tenant"] for event in function.events] == ["acme", "globex", "acme"]
    assert function.events[0]["requestContext"]["resourcePath"] == "/careless/{tenant}"


def test_an_answer_is_kept_for_its_stage_and_its_authorizer_alone(client: Any) -> None:
    from dataclasses import replace

    from cogsim.world.rest_api import ApiStage

    api = client.world.rest_apis[client.ref("Rest")]
    world = client.world.with_rest_api(replace(api, stages=api.stages.set("test", ApiStage("test"))))
    allowed = {"principalId": "me", "policyDocument": _policy()}
    one, other = Function(allowed), Function({**allowed, "policyDocument": _policy("Deny")})
    asker = type(client)(world, {CARELESS: one, CARELESS.replace("careless", "careful"): other})
    assert asker.send("Rest", "/careless/acme", "t")["statusCode"] == 200
    assert asker.send("Rest", "/careful/acme", "t")["statusCode"] == 403
    assert asker.send("Rest", "/careless/acme", "t", Stage="test")["statusCode"] == 200
    assert (len(one.events), len(other.events)) == (2, 1)
