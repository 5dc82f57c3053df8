"""Refusals in an API's own words: which of its answers is used, and that nothing is opened by them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.gateway_refusals import (
    AUTHORIZER_FAILED,
    AUTHORIZER_MISCONFIGURED,
    FORBIDDEN,
    INVALID_KEY,
    LAMBDA_DENIED,
    MISSING_TOKEN,
    TOKEN_EXPIRED,
    UNAUTHORIZED,
    GatewayRefusal,
)
from cogsim.decisions.gateway_responses import shown
from cogsim.errors import InputError, InvalidValue, NotModelled
from cogsim.load import load
from cogsim.persistent import Map
from cogsim.world.rest_api import GatewayAnswer, RestApi

REQUEST = ApiRequest("GET", "/a", {"Origin": "https://evil.example"}, stage="prod")


def _api(**answers: GatewayAnswer) -> RestApi:
    return RestApi("a", "a", "111122223333", "us-east-1", "root", responses=Map(answers))


def _status(api: RestApi, refusal: GatewayRefusal) -> int:
    return shown(api, refusal, REQUEST, "id").value.status


@pytest.mark.parametrize(
    ("refusal", "kind", "whole"),
    [
        (UNAUTHORIZED, "UNAUTHORIZED", "DEFAULT_4XX"),
        (TOKEN_EXPIRED, "UNAUTHORIZED", "DEFAULT_4XX"),
        (MISSING_TOKEN, "MISSING_AUTHENTICATION_TOKEN", "DEFAULT_4XX"),
        (LAMBDA_DENIED, "ACCESS_DENIED", "DEFAULT_4XX"),
        (INVALID_KEY, "INVALID_API_KEY", "DEFAULT_4XX"),
        (AUTHORIZER_FAILED, "AUTHORIZER_FAILURE", "DEFAULT_5XX"),
        (AUTHORIZER_MISCONFIGURED, "AUTHORIZER_CONFIGURATION_ERROR", "DEFAULT_5XX"),
        (GatewayRefusal("InvalidSignatureException", "x"), "INVALID_SIGNATURE", "DEFAULT_4XX"),
        (GatewayRefusal("ExpiredTokenException", "x"), "EXPIRED_TOKEN", "DEFAULT_4XX"),
    ],
)
def test_the_answer_to_the_very_refusal_comes_before_the_one_to_all(
    refusal: GatewayRefusal, kind: str, whole: str
) -> None:
    assert _status(_api(), refusal) == refusal.status
    assert _status(_api(**{kind: GatewayAnswer(418)}), refusal) == 418
    assert _status(_api(**{kind: GatewayAnswer(418), whole: GatewayAnswer(499)}), refusal) == 418
    assert _status(_api(**{whole: GatewayAnswer(499)}), refusal) == 499
    other = "DEFAULT_5XX" if whole == "DEFAULT_4XX" else "DEFAULT_4XX"
    assert _status(_api(**{other: GatewayAnswer(499)}), refusal) == refusal.status
    assert _status(_api(**{kind: GatewayAnswer()}), refusal) == refusal.status


def test_what_no_api_answered_is_in_nobodys_words() -> None:
    assert _status(_api(DEFAULT_4XX=GatewayAnswer(418)), FORBIDDEN) == 403


def test_headers_and_templates_are_filled() -> None:
    headers = {
        "access-control-allow-origin": "method.request.header.origin",
        "x-fixed": "'*'",
        "x-kind": "context.error.responseType",
    }
    templates = {"application/json": '{"m":$context.error.messageString,"t":"${context.error.responseType}"}'}
    told = shown(
        _api(UNAUTHORIZED=GatewayAnswer(headers=Map(headers), templates=Map(templates))), UNAUTHORIZED, REQUEST, "id"
    ).value
    assert told.body == '{"m":"Unauthorized","t":"UNAUTHORIZED"}'
    assert dict(told.headers) == {
        "access-control-allow-origin": "https://evil.example",
        "x-fixed": "*",
        "x-kind": "UNAUTHORIZED",
    }


@pytest.mark.parametrize(
    "template", ["#set($a = 1)", "$context.nowhere", "#if(true) x #end", "$util.escapeJavaScript(1)"]
)
def test_a_template_that_is_a_program_is_named_as_not_modelled(template: str) -> None:
    answer = GatewayAnswer(templates=Map({"application/json": template}))
    with pytest.raises(NotModelled, match="response template"):
        shown(_api(UNAUTHORIZED=answer), UNAUTHORIZED, REQUEST, "id")


def test_a_refused_request_stays_refused_whatever_the_status_says(client: Any) -> None:
    api = client.world.rest_apis[client.ref("Rest")]
    world = client.world.with_rest_api(replace(api, responses=Map({"DEFAULT_4XX": GatewayAnswer(200)})))
    answer = type(client)(world).send("Rest", "/profile", "x.y.z")
    assert (answer["statusCode"], "backend" in answer) == (200, False)
    assert answer["headers"]["x-amzn-errortype"] == "UnauthorizedException"


def _load(tmp_path: Path, properties: str) -> RestApi:
    path = tmp_path / "world.yaml"
    told = f"{{RestApiId: !Ref Api, {properties}}}"
    path.write_text(
        'Resources:\n  Api: {Type: "AWS::ApiGateway::RestApi", Properties: {Name: a}}\n'
        f'  R: {{Type: "AWS::ApiGateway::GatewayResponse", Properties: {told}}}\n',
        encoding="utf-8",
    )
    (api,) = load(path).rest_apis.values()
    return api


def test_an_answer_is_read_from_a_template(tmp_path: Path) -> None:
    parameters = "ResponseParameters: {gatewayresponse.header.X-A: \"'b'\"}"
    api = _load(tmp_path, f"ResponseType: UNAUTHORIZED, StatusCode: '404', {parameters}, ResponseTemplates: {{a/b: c}}")
    answer = api.responses["UNAUTHORIZED"]
    assert (answer.status, dict(answer.headers.items()), dict(answer.templates.items())) == (
        404,
        {"x-a": "'b'"},
        {"a/b": "c"},
    )


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ("ResponseType: NOTHING", "must be one of"),
        ("ResponseType: THROTTLED, StatusCode: 99", "is not from 200 to 599"),
        ("ResponseType: THROTTLED, ResponseParameters: {x: y}", "no gatewayresponse.header"),
    ],
)
def test_an_answer_that_is_none_is_refused(tmp_path: Path, properties: str, message: str) -> None:
    with pytest.raises((InputError, InvalidValue), match=message):
        _load(tmp_path, properties)
