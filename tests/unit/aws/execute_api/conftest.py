"""The world of the API stories at the door: people sign in, and requests are sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cogsim.aws.call import Call, Credentials
from cogsim.load import load
from cogsim.simulation import Simulation
from cogsim.world.names import find
from cogsim.world.world import World

ROOT = Path(__file__).parents[4]


class Client:
    """A simulation with one way to send requests; names are logical ids of the world."""

    def __init__(self, world: World, functions: Mapping[str, Callable[[dict[str, Any]], Any]] | None = None) -> None:
        self.world = world
        self.simulation = Simulation(world, seed="apis", functions=dict(functions or {}))

    def ref(self, name: str) -> str:
        return find(self.world, name).ref

    def attribute(self, name: str, attribute: str) -> str:
        return find(self.world, name).attributes[attribute]

    def tokens(self, who: str, client: str) -> Any:
        return self.simulation.sign_in(who, client=client)

    def send(
        self, api: str, path: str, token: str | None = None, credentials: Credentials | None = None, **more: Any
    ) -> Mapping[str, Any]:
        headers = {**({"Authorization": token} if token is not None else {}), **more.pop("headers", {})}
        stage = {"Stage": "prod"} if api == "Rest" else {}
        params = {"ApiId": self.ref(api), "Path": path, "Headers": headers, **stage, **more}
        cloud = self.simulation.cloud
        return cloud.submit(Call("execute-api:Invoke", params, credentials, cloud.origin())).unwrap()


@pytest.fixture(scope="session")
def apis() -> World:
    return load(ROOT / "scenarios/worlds/apis.yaml")


@pytest.fixture
def client(apis: World) -> Client:
    return Client(apis)


class GraphqlClient(Client):
    """The same for GraphQL, with Ann's ID token at hand."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.token = self.tokens("ann", "App").id_token

    def ask(self, api: str, query: str, credentials: Credentials | None = None, **headers: str) -> Mapping[str, Any]:
        params = {"ApiId": self.attribute(api, "ApiId"), "Query": query, "Headers": headers}
        cloud = self.simulation.cloud
        return cloud.submit(Call("execute-api:GraphQL", params, credentials, cloud.origin())).unwrap()


@pytest.fixture(scope="session")
def graphql_world() -> World:
    return load(ROOT / "scenarios/worlds/graphql.yaml")


@pytest.fixture
def graphql(graphql_world: World) -> GraphqlClient:
    return GraphqlClient(graphql_world)
