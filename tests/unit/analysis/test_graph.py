"""Who can access what, as a graph."""

from __future__ import annotations

from dataclasses import replace

from cogsim.analysis.graph import graph
from cogsim.world.world import World


def _edges(world: World) -> dict[tuple[str, str], dict[str, str]]:
    drawn = graph(world)
    shown = drawn.nodes
    return {(shown[a]["label"], shown[b]["label"]): drawn.edges[a, b] for a, b in drawn.edges}


def test_the_chain_from_pool_to_resource_is_drawn(two_tenants: World) -> None:
    edges = _edges(two_tenants)
    for pair in (("Users", "alice"), ("alice", "Spa"), ("Spa", "Identities"), ("Identities", "PersonRole")):
        assert edges[pair]["answer"] == "allowed"
    assert edges["Identities", "PersonRole"]["label"].startswith("default role, tag tenant from custom:tenant")
    assert edges["PersonRole", "Data/acme/"]["label"] == "GetObject PutObject (alice)"
    assert edges["PersonRole", "Data/globex/"]["label"] == "GetObject PutObject (bob)"


def test_a_private_area_says_whose_it_is(two_tenants: World) -> None:
    edges = _edges(two_tenants)
    private = "Data/private/${cognito-identity.amazonaws.com:sub}/"
    assert edges["PersonRole", private]["label"] == "own: DeleteObject GetObject PutObject"
    assert edges["AdminRole", private]["label"].startswith("another's: ")
    assert edges["PersonRole", "Notes/${cognito-identity.amazonaws.com:sub}"]["label"] == "own: GetItem"


def test_refusals_are_drawn_with_their_error(two_tenants: World) -> None:
    edges = _edges(two_tenants)
    assert edges["carol", "Spa"]["answer"] == "refused"
    assert "NotAuthorizedException" in edges["carol", "Spa"]["label"]
    assert edges["guest", "Identities"]["answer"] == "refused"
    assert "disabled" not in edges["alice", "Spa"]["why"]


def test_a_role_that_does_not_trust_the_pool_is_refused(two_tenants: World) -> None:
    role = next(role for role in two_tenants.roles.values() if "PersonRole" in role.name)
    statement = replace(
        role.trust.statements[0], conditions=(replace(role.trust.statements[0].conditions[0], values=("x",)),)
    )
    edges = _edges(two_tenants.with_role(replace(role, trust=replace(role.trust, statements=(statement,)))))
    assert edges["Identities", "PersonRole"]["answer"] == "refused"
    assert ("PersonRole", "Data/acme/") not in edges


def test_attributes_are_plain_text_and_the_order_is_that_of_names(two_tenants: World) -> None:
    drawn = graph(two_tenants)
    for _, attributes in drawn.nodes(data=True):
        assert set(attributes) == {"kind", "label", "where"}
        assert all(type(value) is str for value in attributes.values())
    for *_, attributes in drawn.edges(data=True):
        assert set(attributes) == {"label", "answer", "why", "where"}
        assert all(type(value) is str for value in attributes.values())
    assert list(drawn.nodes) == sorted(drawn.nodes)


def test_many_users_alike_are_one_node(two_tenants: World) -> None:
    alice = next(user for user in two_tenants.pool_users.values() if user.username == "alice")
    world = two_tenants
    for number in range(100):
        world = world.with_pool_user(replace(alice, username=f"user-{number:03}", sub=f"sub-{number}"))
    labels = [attributes["label"] for _, attributes in graph(world).nodes(data=True) if "user" in attributes["kind"]]
    assert "alice and 100 alike" in labels
    assert "bob" in labels


def test_a_world_of_nothing_is_an_empty_graph() -> None:
    assert len(graph(World())) == 0
