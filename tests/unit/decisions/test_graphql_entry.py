"""AppSync: by which way a request comes in, and that what one way refuses no other one takes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import IamUser
from cogsim.decisions.gateway_refusals import GatewayRefusal
from cogsim.decisions.graphql_authorization import ComeIn
from cogsim.decisions.graphql_entry import (
    BY_FUNCTION,
    BY_ISSUER,
    BY_KEY,
    BY_SIGNATURE,
    accepts_signature,
    answers_there,
    token_way,
    way_in,
)
from cogsim.decisions.graphql_lambda import is_remembered
from cogsim.decisions.graphql_schema import _read_before, read_query, read_schema
from cogsim.decisions.token_contents import pool_key
from cogsim.load import load
from cogsim.tokens.jwt import sign
from cogsim.world.graphql_api import API_KEY, IAM, LAMBDA, OIDC, USER_POOLS, AuthMode, GraphqlApi
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

ROOT = Path(__file__).parents[3]
OUTSIDE = "https://issuer.example"


@pytest.fixture(scope="module")
def world() -> World:
    return load(ROOT / "scenarios/worlds/graphql.yaml")


@pytest.fixture(scope="module")
def pool(world: World) -> UserPool:
    return next(iter(world.user_pools.values()))


def _api(world: World, pool: UserPool, *kinds: str) -> GraphqlApi:
    modes = {
        API_KEY: AuthMode(API_KEY),
        IAM: AuthMode(IAM),
        USER_POOLS: AuthMode(USER_POOLS, pool_id=pool.id, pool_region=pool.region),
        OIDC: AuthMode(OIDC, issuer=OUTSIDE),
        LAMBDA: AuthMode(LAMBDA, uri="arn:aws:lambda:us-east-1:111122223333:function:f"),
    }
    api = next(iter(world.graphql_apis.values()))
    return replace(api, modes=tuple(modes[kind] for kind in kinds))


def _token(pool: UserPool, issuer: Any) -> str:
    return sign({"iss": issuer, "sub": "x", "exp": 9_999_999_999}, pool_key(pool, "id"))


@pytest.mark.parametrize(
    ("issuer", "kinds", "way"),
    [
        ("pool", (USER_POOLS,), BY_ISSUER),
        ("pool", (LAMBDA,), BY_FUNCTION),
        ("pool", (LAMBDA, OIDC), BY_FUNCTION),
        ("pool", (LAMBDA, USER_POOLS), BY_ISSUER),
        ("pool", (USER_POOLS, LAMBDA), BY_ISSUER),
        (OUTSIDE, (LAMBDA, USER_POOLS), BY_FUNCTION),
        (OUTSIDE, (LAMBDA, OIDC), BY_ISSUER),
        (f"{OUTSIDE}/", (LAMBDA, OIDC), BY_FUNCTION),
        ("", (LAMBDA, OIDC), BY_FUNCTION),
        (None, (LAMBDA, USER_POOLS), BY_FUNCTION),
        (["pool"], (LAMBDA, USER_POOLS), BY_FUNCTION),
        ("opaque", (LAMBDA, USER_POOLS), BY_FUNCTION),
        ("opaque", (USER_POOLS,), BY_ISSUER),
    ],
)
@pytest.mark.parametrize("scheme", ["", "Bearer "])
def test_a_token_of_a_trusted_issuer_is_never_the_functions(
    world: World, pool: UserPool, issuer: Any, kinds: tuple[str, ...], way: str, scheme: str
) -> None:
    stated = pool.issuer if issuer == "pool" else issuer
    token = "opaque" if issuer == "opaque" else _token(pool, stated)
    decision = token_way(world, _api(world, pool, *kinds), scheme + token)
    assert decision.value == way
    assert decision.steps


@pytest.mark.parametrize(
    ("headers", "signed", "way"),
    [
        ({"X-Api-Key": "k"}, False, BY_KEY),
        ({"x-api-key": "k", "Authorization": "t"}, True, BY_KEY),
        ({"Authorization": "t"}, True, BY_SIGNATURE),
        ({"AUTHORIZATION": "t"}, False, BY_FUNCTION),
        ({}, True, BY_SIGNATURE),
    ],
)
def test_what_a_request_brings_says_by_which_way_it_comes(
    world: World, pool: UserPool, headers: dict[str, str], signed: bool, way: str
) -> None:
    request = ApiRequest("POST", "/graphql", headers)
    assert way_in(world, _api(world, pool, LAMBDA), request, signed=signed).value == way


@pytest.mark.parametrize("headers", [{}, {"Authorization": ""}, {"authorization": "  "}])
def test_a_request_that_brings_nothing_is_refused(world: World, pool: UserPool, headers: dict[str, str]) -> None:
    found = way_in(world, _api(world, pool, USER_POOLS), ApiRequest("POST", "/graphql", headers), signed=False).value
    assert isinstance(found, GatewayRefusal)
    assert found.status == 401


@pytest.mark.parametrize(
    ("private", "endpoint", "status"),
    [(False, None, None), (False, "vpce-1", None), (True, "vpce-1", None), (True, None, 404)],
)
def test_a_private_api_is_there_through_endpoints_only(
    world: World, pool: UserPool, private: bool, endpoint: str | None, status: int | None
) -> None:
    api = replace(_api(world, pool, USER_POOLS), private=private)
    found = answers_there(api, CallOrigin(vpc_endpoint=endpoint)).value
    assert (found.status if isinstance(found, GatewayRefusal) else None) == status
    assert isinstance(answers_there(None, CallOrigin()).value, GatewayRefusal)


def test_a_signature_is_taken_only_where_the_api_has_that_mode(world: World, pool: UserPool) -> None:
    caller = IamUser("arn:aws:iam::111122223333:user/u", "AIDAUUUUUUUUUUUUUUUUU")
    assert isinstance(accepts_signature(_api(world, pool, USER_POOLS, IAM), caller).value, ComeIn)
    refused = accepts_signature(_api(world, pool, USER_POOLS), caller).value
    assert isinstance(refused, GatewayRefusal)


@pytest.mark.parametrize(("expires", "kept"), [(None, False), (9.0, False), (10.0, False), (10.5, True)])
def test_an_answer_is_kept_to_the_second(world: World, pool: UserPool, expires: float | None, kept: bool) -> None:
    mode = _api(world, pool, LAMBDA).default
    assert is_remembered(mode, expires, now=10.0).value is kept


@pytest.mark.parametrize("written", ['["admins"]', '"admins"'])
def test_a_single_group_is_a_list_of_it(written: str) -> None:
    types = read_schema(f"type Query {{ a: ID @aws_auth(cognito_groups: {written}) }}")
    assert types["Query"].fields["a"].directives[0].lists["cognito_groups"] == ("admins",)


def test_no_long_request_stays_in_memory() -> None:
    held = _read_before.cache_info().currsize
    for number in range(3):
        (asked,) = read_query(f"{{ a }} # {number}{'x' * 20_000}")
        assert [each.name for each in asked.selections] == ["a"]
    assert _read_before.cache_info().currsize == held
