"""The graph of people, jobs and strangers outside AWS: who vouches for them, the trust that lets them in, the line."""

from __future__ import annotations

from pathlib import Path

import cogsim
from cogsim import load

WORLDS = Path(__file__).parents[3] / "scenarios" / "worlds"
CONSOLE = cogsim.graph(load(WORLDS / "console-by-ad-fs.yaml"))
GITHUB = cogsim.graph(load(WORLDS / "github-deploy.yaml"))
TRAVEL = cogsim.graph(load(WORLDS / "travel.yaml"))
SHOP = cogsim.graph(load(WORLDS / "federated-shop.yaml"))
ROLE = "arn:aws:iam::111122223333:role/"
ISSUER = "https://token.actions.githubusercontent.com"


def test_a_person_of_a_directory_is_let_into_the_role_by_the_line_of_its_trust() -> None:
    provider = "adfs http://adfs.corp.example/adfs/services/trust"
    person = "person http://adfs.corp.example/adfs/services/trust/bob@corp.example"
    assert CONSOLE.nodes[provider]["kind"] == "provider"
    assert CONSOLE.nodes[person]["kind"] == "user"
    assert CONSOLE.edges[provider, person]["answer"] == "allowed"
    trust = CONSOLE.edges[person, f"{ROLE}Analyst"]
    assert (trust["label"], trust["answer"]) == ("AssumeRoleWithSAML", "allowed")
    assert "console-by-ad-fs.yaml:42:" in trust["where"]
    assert "PeopleOfTheCompany" in trust["why"]


def test_somebody_whom_the_provider_does_not_let_in_is_drawn_so() -> None:
    provider = "adfs http://adfs.corp.example/adfs/services/trust"
    edge = CONSOLE.edges[provider, "person http://adfs.corp.example/adfs/services/trust/dan@corp.example"]
    assert (edge["label"], edge["answer"]) == ("signs in: AdFsRefusal", "refused")


def test_jobs_are_drawn_with_the_roles_that_take_and_refuse_them_and_strangers_beside_them() -> None:
    job = f"job {ISSUER}/acme/shop:pull_request"
    assert GITHUB.nodes[job]["kind"] == "job"
    assert GITHUB.edges[job, f"{ROLE}deploy"]["answer"] == "refused"
    assert GITHUB.edges[job, f"{ROLE}loose-deploy"]["answer"] == "allowed"
    (stranger,) = [node for node, held in GITHUB.nodes(data=True) if held["kind"] == "stranger"]
    assert GITHUB.nodes[stranger]["label"] == "anybody with sub like repo:acme*"
    assert GITHUB.edges[f"issuer {ISSUER}", stranger]["label"] == "vouches for"
    assert "github-deploy.yaml:45:" in GITHUB.edges[stranger, f"{ROLE}loose-deploy"]["where"]


def test_a_servers_users_reach_the_identity_pool_by_the_server() -> None:
    (pool,) = [node for node, held in TRAVEL.nodes(data=True) if held["kind"] == "identity-pool"]
    labels = [TRAVEL.edges[edge]["label"] for edge in TRAVEL.in_edges(pool)]
    assert "named by Server" in labels


def test_people_who_come_into_a_user_pool_sign_in_at_its_client() -> None:
    (client,) = [node for node, held in SHOP.nodes(data=True) if held["kind"] == "client"]
    named = {SHOP.nodes[source]["label"]: SHOP.edges[source, target] for source, target in SHOP.in_edges(client)}
    assert named["bob@corp.example"]["label"] == "signs in"
    assert named["carol"]["answer"] == "allowed"


def test_a_world_has_one_graph_in_one_order() -> None:
    again = cogsim.graph(load(WORLDS / "github-deploy.yaml"))
    assert list(again.nodes(data=True)) == list(GITHUB.nodes(data=True))
    assert list(again.edges(data=True)) == list(GITHUB.edges(data=True))
