"""Domain names of an account's own: where paths lead to, mutual TLS, and the API's own host beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cogsim.aws.call import Call
from cogsim.load import load
from cogsim.simulation import Simulation
from cogsim.world.template import dump
from cogsim.world.world import World

PATHS = "{/a: {get: {}}, /v1/a: {get: {}}}"
WORLD = """
Resources:
  Rest:
    Type: AWS::ApiGateway::RestApi
    Properties: {OWN, Body: {openapi: 3.0.1, info: {title: r}, paths: PATHS}}
  Deployed: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Rest, StageName: prod}}
  Http: {Type: AWS::ApiGatewayV2::Api, Properties: {OWN, Body: {openapi: 3.0.1, info: {title: h}, paths: PATHS}}}
  HttpStage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Http, StageName: $default}}
  Domain: {Type: AWS::ApiGateway::DomainName, Properties: {DomainName: Api.Example.com, MUTUAL}}
  Root: {Type: AWS::ApiGateway::BasePathMapping, Properties: {DomainName: !Ref Domain, BasePath: (none), RestApiId: !Ref Rest}}
  One: {Type: AWS::ApiGateway::BasePathMapping, Properties: {DomainName: !Ref Domain, BasePath: one, RestApiId: !Ref Rest, Stage: prod}}
  Two: {Type: AWS::ApiGatewayV2::ApiMapping, Properties: {DomainName: !Ref Domain, ApiMappingKey: one/two, ApiId: !Ref Http, Stage: $default}}
""".replace("PATHS", PATHS)  # noqa: E501


def _world(
    tmp_path: Path, own: str = "DisableExecuteApiEndpoint: true", mutual: str = "SecurityPolicy: TLS_1_2"
) -> World:
    path = tmp_path / "domains.yaml"
    path.write_text(WORLD.replace("OWN", own).replace("MUTUAL", mutual), encoding="utf-8")
    return load(path)


def _ask(world: World, url: str) -> Any:
    simulation = Simulation(world, seed="domains")
    return simulation.cloud.submit(Call("execute-api:Invoke", {"Url": url}, None)).unwrap()


@pytest.mark.parametrize(
    ("path", "status", "name"),
    [
        ("/prod/a", 200, "r"),
        ("/one/a", 200, "r"),
        ("/one/v1/a?x=1", 200, "r"),
        ("/one/two/a", 200, "h"),
        ("/one/two/v1/a", 200, "h"),
        ("/one/twofold/a", 403, ""),
        ("/One/a", 403, ""),
        ("/onefold/a", 403, ""),
        ("/nowhere/a", 403, ""),
        ("/one/b", 403, ""),
        ("/one/two/b", 404, ""),
        ("", 403, ""),
    ],
)
def test_the_longest_base_path_counts(tmp_path: Path, path: str, status: int, name: str) -> None:
    world = _world(tmp_path)
    answer = _ask(world, f"https://api.example.com{path}")
    assert answer["statusCode"] == status
    if status == 200:
        api_id = answer["backend"]["requestContext"]["apiId"]
        assert (world.rest_apis.get(api_id) or world.http_apis[api_id]).name == name
        assert answer["backend"]["requestContext"]["domainName"] == "api.example.com"


@pytest.mark.parametrize(("own", "rest", "http"), [("true", 403, 404), ("false", 200, 200)])
def test_the_own_host_answers_unless_it_is_switched_off(tmp_path: Path, own: str, rest: int, http: int) -> None:
    world = _world(tmp_path, f"DisableExecuteApiEndpoint: {own}")
    (first,), (second,) = world.rest_apis.values(), world.http_apis.values()
    assert _ask(world, f"https://{first.host}/prod/a")["statusCode"] == rest
    assert _ask(world, f"https://{second.host}/a")["statusCode"] == http


def test_mutual_tls_is_passed_by_at_the_own_host(tmp_path: Path) -> None:
    mutual = "MutualTlsAuthentication: {TruststoreUri: 's3://trust/ca.pem'}"
    for own, status in (("false", 200), ("true", 403)):
        world = _world(tmp_path, f"DisableExecuteApiEndpoint: {own}", mutual)
        (api,) = world.rest_apis.values()
        assert _ask(world, "https://api.example.com/one/a")["statusCode"] == 403
        assert _ask(world, f"https://{api.host}/prod/a")["statusCode"] == status


def test_domains_are_written_back(tmp_path: Path) -> None:
    world = _world(tmp_path, mutual="MutualTlsAuthentication: {TruststoreUri: 's3://trust/ca.pem'}")
    written = []
    for name, text in dump(world).items():
        written.append(tmp_path / f"back-{name}")
        written[-1].write_text(text, encoding="utf-8")
    assert load(*written) == world


def test_a_mapping_of_a_domain_that_is_not_there_is_said(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    mapping = "{DomainName: x.example, ApiId: a, Stage: s}"
    path.write_text(
        f"Resources: {{M: {{Type: AWS::ApiGatewayV2::ApiMapping, Properties: {mapping}}}}}", encoding="utf-8"
    )
    assert any("belongs to the domain name x.example" in each for each in load(path).completeness.warnings)
