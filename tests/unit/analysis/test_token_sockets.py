"""The token matrix at the handshake of a WebSocket API, and at an API that answers at a domain name only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cogsim.analysis.token_api_doors import http_doors, rest_doors
from cogsim.analysis.token_makes import make
from cogsim.decision import Refusal
from cogsim.decisions.gateway_refusals import GatewayRefusal
from cogsim.load import load
from cogsim.persistent import Map
from cogsim.world.api_domain import ApiDomain, ApiMapping

WORLD = load(Path(__file__).parents[3] / "scenarios/worlds/serverless-apis.yaml")


def test_the_handshake_is_one_row_and_its_function_is_asked() -> None:
    rows = [door for door in http_doors(WORLD, None) if door.shown.startswith("WebSocket")]
    (door,) = rows
    answer = door.ask(make(door.target, "id"))
    assert isinstance(answer.value, GatewayRefusal)
    assert answer.steps[-1].question == "is its answer one?"


def test_an_api_whose_host_is_switched_off_is_asked_at_its_domain_name() -> None:
    api = next(each for each in WORLD.rest_apis.values() if each.name == "orders")
    off = WORLD.with_rest_api(replace(api, default_endpoint=False))
    domain = ApiDomain("api.example.com", api.account, api.region, mappings=Map({"": ApiMapping(api.id, "live")}))
    for world, taken in ((off, False), (off.with_api_domain(domain), True)):
        door = next(each for each in rest_doors(world, None) if each.shown.endswith("GET /orders"))
        answer = door.ask(make(door.target, "id"))
        assert isinstance(answer.value, Refusal) is not taken
