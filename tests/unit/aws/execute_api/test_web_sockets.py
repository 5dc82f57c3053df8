"""WebSocket APIs: who is asked at the handshake, what the function sees, and that its answer is not kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cogsim.aws.call import Call, Credentials
from cogsim.load import load
from cogsim.simulation import Simulation
from cogsim.world.template import dump
from cogsim.world.world import World

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:connect"
WORLD = """
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Prod: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: prod, AutoDeploy: true}}
  Fn:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: fn
      AuthorizerType: REQUEST
      AuthorizerUri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/FUNCTION/invocations
      IdentitySource: [SOURCE]
      AuthorizerResultTtlInSeconds: 300
  Connect: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: $connect, GUARD}}
  Send: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: send}}
""".replace("FUNCTION", FUNCTION)
CUSTOM = "AuthorizationType: CUSTOM, AuthorizerId: !Ref Fn"


def _world(tmp_path: Path, guard: str, source: str = "route.request.querystring.token") -> World:
    path = tmp_path / "chat.yaml"
    path.write_text(WORLD.replace("GUARD", guard).replace("SOURCE", source), encoding="utf-8")
    return load(path)


class Chat:
    """A cloud with one WebSocket API, whose function answers `effect` and remembers what it was asked."""

    def __init__(self, world: World, effect: str = "Allow", resource: str = "*") -> None:
        self.asked: list[Any] = []
        self.effect, self.resource = effect, resource
        self.simulation = Simulation(world, seed="chat", functions={FUNCTION: self.answer})
        (self.api,) = world.http_apis.values()

    def answer(self, event: Any) -> Any:
        self.asked.append(event)
        if self.effect == "throw":
            raise ValueError("Unauthorized")
        statement = {"Effect": self.effect, "Action": "execute-api:Invoke", "Resource": self.resource}
        return {"principalId": "p", "policyDocument": {"Statement": [statement]}, "context": {"n": 1}}

    def connect(self, path: str = "/prod?token=t", credentials: Credentials | None = None, **more: Any) -> Any:
        params = {"Url": f"wss://{self.api.host}{path}", **more}
        return self.simulation.cloud.submit(Call("execute-api:Invoke", params, credentials)).unwrap()


@pytest.mark.parametrize(
    ("effect", "resource", "path", "status"),
    [
        ("Allow", "*", "/prod?token=t", 101),
        ("Allow", "arn:aws:execute-api:us-east-1:123456789012:*/prod/$connect", "/prod?token=t", 101),
        ("Allow", "arn:aws:execute-api:us-east-1:123456789012:*/prod/send", "/prod?token=t", 403),
        ("Deny", "*", "/prod?token=t", 403),
        ("throw", "*", "/prod?token=t", 401),
        ("Allow", "*", "/prod", 401),
        ("Allow", "*", "/prod?token=", 401),
        ("Allow", "*", "/prod?Token=t", 401),
        ("Allow", "*", "/other?token=t", 403),
        ("Allow", "*", "?token=t", 403),
    ],
)
def test_a_handshake_is_asked_about(tmp_path: Path, effect: str, resource: str, path: str, status: int) -> None:
    answer = Chat(_world(tmp_path, CUSTOM), effect, resource).connect(path)
    assert answer["statusCode"] == status
    if status == 101:
        assert answer["backend"]["requestContext"]["authorizer"] == {"principalId": "p", "n": "1"}
        assert answer["headers"]["upgrade"] == "websocket"


def test_the_function_sees_the_handshake_and_is_asked_every_time(tmp_path: Path) -> None:
    chat = Chat(_world(tmp_path, CUSTOM))
    for _ in range(2):
        assert chat.connect()["statusCode"] == 101
    event, again = chat.asked
    assert event["methodArn"].endswith(f"{chat.api.id}/prod/$connect")
    assert (event["type"], event["queryStringParameters"]) == ("REQUEST", {"token": "t"})
    assert (event["requestContext"]["routeKey"], event["requestContext"]["eventType"]) == ("$connect", "CONNECT")
    assert again["requestContext"]["connectionId"] != event["requestContext"]["connectionId"]


@pytest.mark.parametrize(("guard", "status"), [("AuthorizationType: NONE", 101), ("AuthorizationType: AWS_IAM", 403)])
def test_without_a_signature_only_an_open_route_is_entered(tmp_path: Path, guard: str, status: int) -> None:
    assert Chat(_world(tmp_path, guard)).connect()["statusCode"] == status


def test_an_api_without_the_route_lets_everybody_in_and_a_step_says_so(tmp_path: Path) -> None:
    _world(tmp_path, "AuthorizationType: NONE")
    text = (tmp_path / "chat.yaml").read_text(encoding="utf-8")
    (tmp_path / "chat.yaml").write_text(
        "\n".join(li for li in text.split("\n") if "Connect:" not in li), encoding="utf-8"
    )
    chat = Chat(load(tmp_path / "chat.yaml"))
    outcome = chat.simulation.cloud.submit(Call("execute-api:Invoke", {"Url": f"wss://{chat.api.host}/prod"}, None))
    assert outcome.unwrap()["statusCode"] == 101
    assert outcome.decision is not None
    assert "nobody: there is no route $connect" in [step.answer for step in outcome.decision.steps]


def test_identity_sources_of_headers_and_of_the_context_are_read(tmp_path: Path) -> None:
    chat = Chat(_world(tmp_path, CUSTOM, "route.request.header.Auth, context.stage"))
    assert chat.connect(Headers={"auth": "x"})["statusCode"] == 101
    assert chat.connect()["statusCode"] == 401


def test_a_web_socket_api_is_written_back(tmp_path: Path) -> None:
    world = _world(tmp_path, CUSTOM)
    written = []
    for name, text in dump(world).items():
        written.append(tmp_path / f"back-{name}")
        written[-1].write_text(text, encoding="utf-8")
    assert load(*written) == world
