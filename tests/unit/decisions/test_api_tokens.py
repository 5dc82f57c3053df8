"""What an HTTP API's JWT authorizer reads of a token, claim by claim and header by header."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from cogsim.decisions.gateway_refusals import GatewayRefusal
from cogsim.decisions.http_authorizer import accepts_http_route
from cogsim.decisions.token_contents import pool_key
from cogsim.load import load
from cogsim.tokens.jwt import sign
from cogsim.world.names import find
from cogsim.world.world import World

ROOT = Path(__file__).parents[3]
NOW = 1_767_225_600
SCOPE = "aws.cognito.signin.user.admin"
#: What is left out of the claims.
GONE = object()


@pytest.fixture(scope="module")
def world() -> World:
    return load(ROOT / "scenarios/worlds/apis.yaml")


def _status(world: World, route: str = "GET /profile", prefix: str = "", headers: Any = None, **claims: Any) -> int:
    """200 where the route takes the token, else the status of the refusal; WEB and ISSUER stand for the real ones."""
    api = world.http_apis[find(world, "Http").ref]
    pool, web = world.user_pools[find(world, "People").ref], find(world, "WebApp").ref
    stated: dict[str, Any] = {"iss": "ISSUER", "sub": "x", "exp": NOW + 60, "iat": NOW, "client_id": "WEB", **claims}
    text = json.dumps({name: value for name, value in stated.items() if value is not GONE})
    made = json.loads(text.replace("WEB", web).replace("ISSUER", pool.issuer))
    token = sign(made, pool_key(pool, "access"), headers=headers or {})
    found = accepts_http_route(world, api, api.routes[route], prefix + token, now=NOW).value
    return found.status if isinstance(found, GatewayRefusal) else 200


@pytest.mark.parametrize(
    ("claim", "value", "status"),
    [
        ("exp", GONE, 401),
        ("exp", NOW, 401),
        ("exp", NOW + 0.5, 200),
        ("exp", str(NOW + 60), 401),
        ("exp", True, 401),
        ("exp", None, 401),
        ("nbf", NOW, 200),
        ("nbf", NOW + 1, 401),
        ("nbf", str(NOW), 401),
        ("iat", GONE, 200),
        ("iat", NOW + 1, 401),
        ("iat", "x", 401),
        ("iss", GONE, 401),
        ("iss", "ISSUER/", 401),
        ("iss", ["ISSUER"], 401),
        ("client_id", GONE, 401),
        ("client_id", ["WEB"], 401),
        ("client_id", "WEB ", 401),
        ("client_id", None, 401),
        ("aud", "WEB", 200),
        ("aud", ["x", "WEB"], 200),
        ("aud", [], 401),
        ("aud", None, 401),
        ("aud", "", 401),
        ("aud", [["WEB"]], 401),
        ("aud", {"WEB": 1}, 401),
        ("aud", "https://orders.example", 401),
        ("token_use", "id", 200),
        ("token_use", "nonsense", 200),
    ],
)
def test_each_claim_is_read_as_it_should_be(world: World, claim: str, value: Any, status: int) -> None:
    assert _status(world, **{claim: value}) == status


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({}, 403),
        ({"scope": SCOPE}, 200),
        ({"scope": f"a {SCOPE}"}, 200),
        ({"scope": f"a  {SCOPE} "}, 200),
        ({"scope": SCOPE.upper()}, 403),
        ({"scope": f"{SCOPE}/x"}, 403),
        ({"scope": f"a\u00a0{SCOPE}"}, 403),
        ({"scope": f"a\t{SCOPE}"}, 403),
        ({"scope": f"a,{SCOPE}"}, 403),
        ({"scope": {SCOPE: True}}, 403),
        ({"scope": [SCOPE]}, 200),
        ({"scp": SCOPE}, 200),
        ({"scp": ["a", SCOPE]}, 200),
        ({"scope": "a", "scp": SCOPE}, 403),
    ],
)
def test_scopes_are_parted_by_spaces_and_compared_whole(world: World, claims: dict[str, Any], status: int) -> None:
    assert _status(world, "GET /projects", **claims) == status


@pytest.mark.parametrize(
    ("prefix", "status"), [("", 200), ("Bearer ", 200), ("bearer  ", 200), ("Basic ", 401), ("Bearer Bearer ", 401)]
)
def test_one_scheme_may_stand_before_the_token(world: World, prefix: str, status: int) -> None:
    assert _status(world, prefix=prefix) == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"typ": "JWT"}, 200),
        ({"typ": "at+jwt"}, 200),
        ({"typ": "dpop+jwt"}, 401),
        ({"kid": "nope"}, 401),
        ({"kid": None}, 401),
        ({"jku": "https://evil.example"}, 200),
        ({"crit": ["x"], "x": 1}, 401),
    ],
)
def test_each_header_is_read_as_it_should_be(world: World, headers: dict[str, Any], status: int) -> None:
    assert _status(world, headers=headers) == status


def test_a_token_that_names_no_key_is_refused_for_that(world: World) -> None:
    api = world.http_apis[find(world, "Http").ref]
    pool = world.user_pools[find(world, "People").ref]
    head = base64.urlsafe_b64encode(json.dumps({"alg": "RS256"}).encode()).rstrip(b"=").decode()
    _, claims, signature = sign({"iss": pool.issuer}, pool_key(pool, "access")).split(".")
    decision = accepts_http_route(world, api, api.routes["GET /profile"], f"{head}.{claims}.{signature}", now=NOW)
    assert isinstance(decision.value, GatewayRefusal)
    assert decision.steps[-1].question == "does its header name a key?"
