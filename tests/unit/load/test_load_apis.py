"""APIs in templates: what is read, what is said to be left out, what is refused, and that it is written back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cogsim.errors import InputError
from cogsim.load import load
from cogsim.world.template import dump
from cogsim.world.world import World

ROOT = Path(__file__).parents[3]


def _load(tmp_path: Path, text: str) -> World:
    path = tmp_path / "world.yaml"
    path.write_text(f"Resources:\n{text}", encoding="utf-8")
    return load(path)


API = """
  Api: {Type: "AWS::ApiGateway::RestApi", Properties: {Name: a}}
"""


@pytest.mark.parametrize("world", ["apis", "graphql"])
def test_a_world_of_apis_is_written_back_as_it_was(tmp_path: Path, world: str) -> None:
    loaded = load(ROOT / f"scenarios/worlds/{world}.yaml")
    paths = []
    for name, text in dump(loaded).items():
        paths.append(tmp_path / name)
        paths[-1].write_text(text, encoding="utf-8")
    assert load(*paths) == loaded


def test_an_http_api_made_quickly_has_a_default_route(tmp_path: Path) -> None:
    world = _load(
        tmp_path,
        '  Api: {Type: "AWS::ApiGatewayV2::Api", Properties: {Name: a, ProtocolType: HTTP, Target: "https://x"}}\n',
    )
    (api,) = world.http_apis.values()
    assert (list(api.routes), list(api.stages)) == (["$default"], ["$default"])
    assert api.backend_of(api.routes["$default"]).uri == "https://x"
    text = json.dumps(next(iter(dump(world).values())))
    assert "AWS::ApiGatewayV2::Route" in text


def test_a_deployment_with_a_stage_name_makes_the_stage(tmp_path: Path) -> None:
    world = _load(
        tmp_path,
        f'{API}  D: {{Type: "AWS::ApiGateway::Deployment", Properties: {{RestApiId: !Ref Api, StageName: v1}}}}\n',
    )
    (api,) = world.rest_apis.values()
    assert list(api.stages) == ["v1"]


@pytest.mark.parametrize("properties", ["Body: !Sub '${nowhere}'", "BodyS3Location: {Bucket: b, Key: k}"])
def test_a_definition_that_is_elsewhere_is_said_to_be_left_out(tmp_path: Path, properties: str) -> None:
    for kind in ("ApiGateway::RestApi", "ApiGatewayV2::Api"):
        world = _load(tmp_path, f'  Api: {{Type: "AWS::{kind}", Properties: {{Name: a, {properties}}}}}\n')
        assert any("is not read: its routes are missing" in each for each in world.completeness.warnings)


def test_a_part_of_an_api_that_is_not_there_is_said(tmp_path: Path) -> None:
    world = _load(
        tmp_path, '  S: {Type: "AWS::ApiGateway::Stage", Properties: {RestApiId: elsewhere, StageName: v1}}\n'
    )
    assert any("belongs to the REST API elsewhere, which is not there" in each for each in world.completeness.warnings)


def _resource(kind: str, properties: str) -> str:
    return f'{{Type: "{kind}", Properties: {{{properties}}}}}'


def _part(kind: str, properties: str) -> str:
    return _resource(f"AWS::ApiGateway::{kind}", f"RestApiId: !Ref Api, {properties}")


def _function(properties: str) -> str:
    return _resource("Cogsim::ApiFunction", f"Function: f, {properties}")


_TOKEN = "Name: n, Type: TOKEN, AuthorizerUri: u, "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (_part("Authorizer", "Name: n, Type: TOKEN"), "AuthorizerUri: is required"),
        (_part("Authorizer", "Name: n, Type: COGNITO_USER_POOLS"), "ProviderARNs: is required"),
        (_part("Authorizer", _TOKEN + 'IdentityValidationExpression: "("'), "is no regular expression"),
        (_part("Authorizer", _TOKEN + "AuthorizerResultTtlInSeconds: 3601"), "is not from 0 to 3600"),
        (_part("Authorizer", _TOKEN + "IdentitySource: header.X"), "is no identity source"),
        (_part("Method", "ResourceId: r, HttpMethod: FETCH"), "HttpMethod: 'FETCH' is not one of"),
        (_part("Method", "ResourceId: r, HttpMethod: GET, AuthorizationType: CUSTOM"), "AuthorizerId: is required"),
        (_part("Resource", "ParentId: p, PathPart: a/b"), "is neither a word"),
        (_resource("AWS::AppSync::GraphQLApi", "Name: a, AuthenticationType: OPENID_CONNECT"), "is required for"),
        (_resource("AWS::AppSync::GraphQLApi", "Name: a, AuthenticationType: AWS_LAMBDA"), "is required for"),
        (_function("Rules: [{When: {nowhere: 1}, Throw: x}]"), "the event has nothing at nowhere"),
        (_function("Rules: [{When: {path: {resembles: x}}, Throw: x}]"), "unknown operator 'resembles'"),
        (_function('Rules: [{When: {path: {matches: "("}}, Throw: x}]'), "takes a regular expression"),
        (_function('Rules: [{Throw: "${nowhere}"}]'), "the event has nothing at nowhere"),
        (_function("Rules: [{}]"), "a rule has one of them"),
        (_function("Token: {TokenUse: id}"), "is required where the token is verified"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        _load(tmp_path, f"{API}  X: {text}\n")
    assert "world.yaml:" in str(refused.value)


def test_a_route_that_its_api_cannot_have_is_refused_with_its_place(tmp_path: Path) -> None:
    api = _resource("AWS::ApiGatewayV2::Api", "Name: a, ProtocolType: HTTP")
    route = _resource("AWS::ApiGatewayV2::Route", "ApiId: !Ref Api, RouteKey: $connect")
    with pytest.raises(InputError, match=r"R: RouteKey: .*is neither METHOD /path nor") as refused:
        _load(tmp_path, f"  Api: {api}\n  R: {route}\n")
    assert "world.yaml:3:" in str(refused.value)
