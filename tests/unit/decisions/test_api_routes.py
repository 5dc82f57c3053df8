"""Which route a request comes to: words before parameters before the rest, and nothing by way of odd spellings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.api_route import find_http_route, find_rest_route, find_socket_route, stage_and_path
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.gateway_refusals import GatewayRefusal
from cogsim.persistent import Map
from cogsim.world.http_api import WEBSOCKET, HttpApi, HttpRoute
from cogsim.world.rest_api import ApiStage, RestApi, RestMethod, RestResource

ROUTES = (
    *("GET /", "ANY /{proxy+}", "GET /admin", "ANY /admin/{proxy+}", "GET /users/{id}", "POST /users/{id}"),
    *("GET /users/me", "GET /users/me/x", "GET /A/b"),
)


def _rest() -> RestApi:
    resources: dict[str, RestResource] = {}
    methods: dict[tuple[str, str], RestMethod] = {}
    for route in ROUTES:
        verb, _, path = route.partition(" ")
        parent, walked = "root", ""
        for part in filter(None, path.split("/")):
            walked = f"{walked}/{part}"
            resources[walked] = RestResource(walked, parent, part)
            parent = walked
        methods[parent, verb] = RestMethod(parent, verb)
    stages = Map({"prod": ApiStage("prod")})
    held: dict[str, Any] = {"resources": Map(resources), "methods": Map(methods), "stages": stages}
    return RestApi("a", "a", "111122223333", "us-east-1", "root", **held)


def _http(*more: str, **changes: object) -> HttpApi:
    routes = Map({route: HttpRoute(route, route) for route in (*ROUTES, *more)})
    stages = Map({name: ApiStage(name) for name in ("$default", "prod")})
    held = {"routes": routes, "stages": stages, **changes}
    return HttpApi("h", "h", "111122223333", "us-east-1", **held)  # type: ignore[arg-type]


def _by_rest(method: str, path: str) -> str | int:
    found = find_rest_route(_rest(), ApiRequest(method, path, stage="prod")).value
    return found.status if isinstance(found, GatewayRefusal) else f"{found.method.http_method} {found.pattern}"


def _by_http(method: str, path: str) -> str | int:
    found = find_http_route(_http(), ApiRequest(method, path)).value
    return found.status if isinstance(found, GatewayRefusal) else found.route.key


REST = "ANY /{proxy+}"
ADMIN = "ANY /admin/{proxy+}"
CASES: list[tuple[str, str, str | int, str | int]] = [
    ("GET", "/", "GET /", "GET /"),
    ("POST", "/", 403, 404),
    ("GET", "//", REST, REST),
    ("GET", "/admin", "GET /admin", "GET /admin"),
    ("GET", "/admin/", "GET /admin", REST),
    ("GET", "/admin//", REST, ADMIN),
    ("GET", "//admin", REST, REST),
    ("GET", "/ADMIN", REST, REST),
    ("GET", "/%61dmin", "GET /admin", "GET /admin"),
    ("GET", "/%2561dmin", REST, REST),
    ("GET", "/admin%2Fx", REST, REST),
    ("GET", "/./admin", REST, REST),
    ("GET", "/x/../admin", REST, REST),
    ("GET", "/admin;a=b", REST, REST),
    ("GET", "/admin%20", REST, REST),
    ("GET", "/admin/%2e%2e/users/me", ADMIN, ADMIN),
    ("GET", "/admin%00", 400, 400),
    ("GET", "/admin%0a", 400, 400),
    ("GET", "/admin?x=1", 400, 400),
    ("GET", "/admin#x", 400, 400),
    ("GET", "/admin x", 400, 400),
    ("GET", "admin", 400, 400),
    ("GET", "/%e9", 400, 400),
    ("GET", "/%u0061", 400, 400),
    ("GET", "/" + "a" * 8192, 400, 400),
    ("get", "/admin", 403, 403),
    ("TRACE", "/admin", 403, 403),
    ("POST", "/admin", 403, REST),
    ("HEAD", "/admin", 403, REST),
    ("OPTIONS", "/admin", 403, REST),
    ("GET", "/users/me", "GET /users/me", "GET /users/me"),
    ("GET", "/users/ME", "GET /users/{id}", "GET /users/{id}"),
    ("POST", "/users/me", 403, "POST /users/{id}"),
    ("GET", "/users/me%2Fx", "GET /users/{id}", "GET /users/{id}"),
    ("GET", "/users/me/y", REST, REST),
    ("GET", "/users//x", REST, REST),
    ("GET", "/a/b", REST, REST),
]


@pytest.mark.parametrize(("method", "path", "rest", "http"), CASES)
def test_a_request_comes_to_one_route(method: str, path: str, rest: str | int, http: str | int) -> None:
    assert (_by_rest(method, path), _by_http(method, path)) == (rest, http)


def test_the_default_route_takes_what_no_other_one_does() -> None:
    api = _http("$default")
    found = find_http_route(api, ApiRequest("POST", "/")).value
    assert not isinstance(found, GatewayRefusal)
    assert (found.route.key, found.arn.rpartition("/")[2]) == ("$default", "$default")


@pytest.mark.parametrize(("switch", "rest"), [("sent", "%61dmin"), ("decoded", "admin")])
def test_the_arn_shows_an_encoded_path_by_the_switch(switch: str, rest: str) -> None:
    with assuming({"api.encodedPathInArn": switch}):
        for decision in (
            find_rest_route(_rest(), ApiRequest("GET", "/%61dmin", stage="prod")),
            find_http_route(_http(), ApiRequest("GET", "/%61dmin")),
        ):
            assert not isinstance(decision.value, GatewayRefusal)
            assert decision.value.arn.endswith(f"/GET/{rest}")
            assert "api.encodedPathInArn" in [step.assumption for step in decision.steps]


@pytest.mark.parametrize(
    ("api", "endpoint", "status"),
    [
        (_rest(), None, None),
        (_rest(), "vpce-1", 403),
        (_http(), None, None),
        (_http(), "vpce-1", 403),
        (_http(default_endpoint=False), None, 404),
    ],
)
def test_an_api_answers_where_its_endpoint_stands(
    api: RestApi | HttpApi, endpoint: str | None, status: int | None
) -> None:
    request = ApiRequest("GET", "/admin", stage="prod", origin=CallOrigin(vpc_endpoint=endpoint))
    found = (find_rest_route(api, request) if isinstance(api, RestApi) else find_http_route(api, request)).value
    assert (found.status if isinstance(found, GatewayRefusal) else None) == status


def test_an_endpoint_that_is_switched_off_is_forbidden_for_rest_and_web_socket_apis() -> None:
    request = ApiRequest("GET", "/admin", stage="prod")
    rest = find_rest_route(replace(_rest(), default_endpoint=False), request).value
    socket = find_socket_route(_http(protocol=WEBSOCKET, default_endpoint=False), request).value
    for found in (rest, socket):
        assert isinstance(found, GatewayRefusal)
        assert (found.status, found.body) == (403, '{"message":"Forbidden"}')


@pytest.mark.parametrize(
    ("path", "rest", "http", "socket"),
    [
        ("/prod/a", ("prod", "/a"), ("prod", "/a"), ("prod", "/a")),
        ("/prod", ("prod", "/"), ("prod", "/"), ("prod", "/")),
        ("/a/b", ("a", "/b"), ("", "/a/b"), ("a", "/b")),
        ("/$default/a", ("$default", "/a"), ("", "/$default/a"), ("$default", "/a")),
        ("/PROD/a", ("PROD", "/a"), ("", "/PROD/a"), ("PROD", "/a")),
        ("", ("", "/"), ("", "/"), ("", "/")),
    ],
)
def test_the_stage_is_the_first_part_of_an_address(
    path: str, rest: tuple[str, str], http: tuple[str, str], socket: tuple[str, str]
) -> None:
    apis = (_rest(), _http(), _http(protocol=WEBSOCKET))
    assert tuple(stage_and_path(api, path) for api in apis) == (rest, http, socket)
