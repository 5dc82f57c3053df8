"""API keys: which are taken, what they say of who asks, and where they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cogsim.aws.call import Call
from cogsim.load import load
from cogsim.simulation import Simulation
from cogsim.world.template import dump
from cogsim.world.world import World

ANSWER = "arn:aws:lambda:us-east-1:123456789012:function:answer"
WORLD = """
Resources:
  Pool: {Type: AWS::Cognito::UserPool, Properties: {UserPoolName: p}}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      ApiKeySourceType: SOURCE
      Body:
        openapi: 3.0.1
        info: {title: keyed}
        paths:
          /open: {get: {}}
          /keyed: {get: {security: [{api_key: []}]}}
          /both: {get: {security: [{api_key: []}, {users: []}]}}
          /asked: {get: {security: [{api_key: []}, {fn: []}]}}
        components:
          securitySchemes:
            api_key: {type: apiKey, in: header, name: x-api-key}
            users: {type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authorizer: {type: cognito_user_pools, providerARNs: [!GetAtt Pool.Arn]}}
            fn: {type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authorizer: {type: token, authorizerUri: "FUNCTION"}}
  Deployed: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api}}
  Prod: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, StageName: prod, DeploymentId: !Ref Deployed}}
  Test: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, StageName: test, DeploymentId: !Ref Deployed}}
  Good: {Type: AWS::ApiGateway::ApiKey, Properties: {Name: good, Value: good-key-of-twenty-characters, Enabled: true}}
  Off: {Type: AWS::ApiGateway::ApiKey, Properties: {Name: off, Value: off-key-of-twenty-characters}}
  Loose: {Type: AWS::ApiGateway::ApiKey, Properties: {Value: loose-key-of-twenty-characters, Enabled: true}}
  Plan: {Type: AWS::ApiGateway::UsagePlan, Properties: {UsagePlanName: basic, ApiStages: [{ApiId: !Ref Api, Stage: !Ref Prod}]}}
  GoodInPlan: {Type: AWS::ApiGateway::UsagePlanKey, Properties: {KeyId: !Ref Good, KeyType: API_KEY, UsagePlanId: !Ref Plan}}
  OffInPlan: {Type: AWS::ApiGateway::UsagePlanKey, Properties: {KeyId: !Ref Off, KeyType: API_KEY, UsagePlanId: !Ref Plan}}
""".replace("FUNCTION", ANSWER)  # noqa: E501
GOOD = "good-key-of-twenty-characters"


def _world(tmp_path: Path, source: str = "HEADER") -> World:
    path = tmp_path / "keys.yaml"
    path.write_text(WORLD.replace("SOURCE", source), encoding="utf-8")
    return load(path)


def _send(world: World, path: str, headers: dict[str, str], stage: str = "prod", functions: Any = None) -> Any:
    simulation = Simulation(world, seed="keys", functions=functions or {})
    (api,) = world.rest_apis
    params = {"ApiId": api, "Stage": stage, "Path": path, "Headers": headers}
    return simulation.cloud.submit(Call("execute-api:Invoke", params, None)).unwrap()


@pytest.mark.parametrize(
    ("path", "headers", "stage", "status"),
    [
        ("/open", {}, "prod", 200),
        ("/open", {"x-api-key": "nonsense"}, "prod", 200),
        ("/keyed", {}, "prod", 403),
        ("/keyed", {"x-api-key": ""}, "prod", 403),
        ("/keyed", {"X-API-KEY": GOOD}, "prod", 200),
        ("/keyed", {"x-api-key": GOOD.upper()}, "prod", 403),
        ("/keyed", {"x-api-key": GOOD}, "test", 403),
        ("/keyed", {"x-api-key": "off-key-of-twenty-characters"}, "prod", 403),
        ("/keyed", {"x-api-key": "loose-key-of-twenty-characters"}, "prod", 403),
        ("/keyed", {"Authorization": GOOD}, "prod", 403),
        ("/both", {"x-api-key": GOOD}, "prod", 401),
        ("/both", {"x-api-key": GOOD, "Authorization": "x.y.z"}, "prod", 401),
    ],
)
def test_a_key_opens_what_its_plan_holds_and_nothing_that_asks_who_calls(
    tmp_path: Path, path: str, headers: dict[str, str], stage: str, status: int
) -> None:
    answer = _send(_world(tmp_path), path, headers, stage)
    assert answer["statusCode"] == status
    if status == 403:
        assert answer["body"] == '{"message":"Forbidden"}'
        assert answer["headers"]["x-amzn-errortype"] == "ForbiddenException"
    if status == 200 and path == "/keyed":
        assert answer["backend"]["requestContext"]["identity"]["apiKey"] == GOOD


@pytest.mark.parametrize(("answered", "status"), [(GOOD, 200), ("nonsense", 403), (None, 403), (["x"], 403), ("", 403)])
def test_a_function_may_say_which_key_is_counted(tmp_path: Path, answered: Any, status: int) -> None:
    allow = {"Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}]}
    output = {"principalId": "p", "policyDocument": allow, "usageIdentifierKey": answered}
    headers = {"Authorization": "t", "x-api-key": GOOD}
    world = _world(tmp_path, "AUTHORIZER")
    assert _send(world, "/asked", headers, functions={ANSWER: lambda event: output})["statusCode"] == status
    assert _send(world, "/keyed", headers)["statusCode"] == 403


def test_keys_and_plans_are_written_back(tmp_path: Path) -> None:
    world = _world(tmp_path, "AUTHORIZER")
    written = []
    for name, text in dump(world).items():
        written.append(tmp_path / f"back-{name}")
        written[-1].write_text(text, encoding="utf-8")
    assert load(*written) == world
    (plan,) = world.usage_plans.values()
    assert len(plan.keys) == 2
    assert GOOD not in repr(world.api_keys)
