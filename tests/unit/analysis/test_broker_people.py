"""People of brokers in static answers: how they are called, which ways they have, how the graph draws them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import cogsim
from cogsim import InputError, load
from cogsim.analysis.answers import everybody
from cogsim.analysis.sessions import passages
from cogsim.analysis.who import BrokerClient, label, resolve
from cogsim.analysis.who_can import answers
from cogsim.persistent import Map
from cogsim.policy.layers import Result
from cogsim.world.broker import BrokerPerson
from cogsim.world.world import World

WORLDS = Path(__file__).parents[3] / "scenarios" / "worlds"
WORLD = load(WORLDS / "broker.yaml")
DATA = "arn:aws:s3:::portal-data-111122223333"
WRONG_TENANT = load(WORLDS / "broker.yaml", WORLDS / "broker" / "client-chooses-tenant.yaml")


@pytest.mark.parametrize("who", ["alice", "alice@Portal", "alice@portal", "alice@portal/Portal", " alice "])
def test_a_person_of_a_broker_is_found_by_name_and_broker(who: str) -> None:
    found = resolve(WORLD, who)
    assert isinstance(found, BrokerClient)
    assert (found.person.name, label(WORLD, found)) == ("alice", "alice@Portal")
    assert resolve(WORLD, label(WORLD, found)) == found


def test_a_name_that_two_brokers_know_is_ambiguous_and_one_that_none_knows_has_a_near_one() -> None:
    other = replace(
        WORLD.brokers["portal"], name="other", origin=replace(WORLD.brokers["portal"].origin, logical_id="")
    )
    with pytest.raises(InputError, match="write one of alice@Portal, alice@other"):
        resolve(WORLD.with_broker(other), "alice")
    with pytest.raises(InputError, match="did you mean 'mallory'"):
        resolve(WORLD, "malory")


def test_every_way_is_told_by_what_is_asked_of_the_broker() -> None:
    assert [passage.via for passage in passages(WORLD, "alice")] == [
        "Portal",
        "Portal, asking for rule folder",
        "Portal, asking for rule app",
    ]
    (refused,) = passages(WORLD, "oscar")
    assert refused.caller is None
    assert str(refused.outcome.value) == "BrokerRefusal: The account is disabled."
    assert "Portal, asking for tenant globex" in [passage.via for passage in passages(WRONG_TENANT, "alice")]


@pytest.mark.parametrize(
    ("world", "key", "expected"),
    [
        (WORLD, "acme/plan.txt", Result.ALLOWED),
        (WORLD, "globex/plan.txt", Result.IMPLICITLY_DENIED),
        (WRONG_TENANT, "globex/plan.txt", Result.ALLOWED),
    ],
)
def test_what_somebody_can_is_what_any_request_leads_to(world: World, key: str, expected: Result) -> None:
    decision = cogsim.can(world, "alice", "s3:GetObject", f"{DATA}/{key}")
    assert decision.value is expected


def test_the_line_of_the_rule_is_cited_where_its_policy_decides() -> None:
    table = cogsim.who_can(WORLD, "s3:GetObject", f"{DATA}/globex/plan.txt")
    (row,) = table[(table.who == "alice@Portal") & (table.via == "Portal")].to_dict("records")
    assert row["answer"] == "ImplicitlyDenied"
    assert "session policy" in row["because"]
    assert row["where"].startswith(str(WORLDS / "broker.yaml") + ":33:")
    assert set(table[table.answer == "NoSession"].who) == {"mallory@Portal", "oscar@Portal", "guest(Identities)"}


def test_a_mistake_is_cited_by_the_steps_of_the_way_it_opens() -> None:
    (opened,) = [each for each in passages(WRONG_TENANT, "alice") if each.via == "Portal, asking for tenant globex"]
    places = {str(step.location) for step in opened.outcome.steps}
    assert any("client-chooses-tenant.yaml:6:" in place for place in places)


def test_a_large_directory_is_gathered_by_what_rules_can_see() -> None:
    broker = WORLD.brokers["portal"]
    people = {
        f"p{number:03}": BrokerPerson(f"p{number:03}", "x", ("acme", "globex")[number % 2], ("staff",))
        for number in range(50)
    }
    world = WORLD.with_broker(replace(broker, people=Map(people)))
    crowds = [crowd for crowd in everybody(world, most=20) if isinstance(crowd.who, BrokerClient)]
    assert [(crowd.name, crowd.alike) for crowd in crowds] == [("p000@Portal", 24), ("p001@Portal", 24)]
    assert sum(isinstance(crowd.who, BrokerClient) for crowd in everybody(world)) == 50


def test_the_graph_leads_from_people_over_the_broker_to_roles_and_federated_users() -> None:
    drawn = cogsim.graph(WORLD)
    assert drawn.nodes["broker portal"]["kind"] == "broker"
    assert drawn.edges["person portal/alice", "broker portal"]["answer"] == "allowed"
    assert drawn.edges["person portal/oscar", "broker portal"]["answer"] == "refused"
    role = next(arn for arn in WORLD.roles if "DocumentsRole" in arn)
    assert drawn.edges["broker portal", role]["label"] == "rule documents; rule folder"
    user = "arn:aws:sts::111122223333:federated-user/bob"
    assert drawn.nodes[user]["kind"] == "federated-user"
    assert drawn.edges["broker portal", user]["label"] == "rule partner"
    assert [node for node in drawn.nodes if node.startswith("provider")] == []


def test_handed_out_keys_are_an_edge_to_the_brokers_own_user() -> None:
    world = load(WORLDS / "broker.yaml", WORLDS / "broker" / "long-term-keys.yaml")
    (user,) = world.users
    assert cogsim.graph(world).edges["broker portal", user]["label"] == "its own keys"


UNRESOLVED = """
Resources:
  Server: {Type: AWS::IAM::User, Properties: {UserName: server}}
  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Server}}
  Rights:
    Type: AWS::IAM::UserPolicy
    Properties:
      UserName: !Ref Server
      PolicyName: all
      PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}
  Portal:
    Type: Cogsim::Broker
    Properties:
      Principal: !GetAtt Server.Arn
      People: {alice: {Password: x, Tenant: acme}}
      Rules:
        - Operation: GetFederationToken
          Policy:
            Version: "2012-10-17"
            Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: !Sub "${Missing.Arn}/{tenant}/*"}]
"""


@pytest.mark.parametrize(("principal", "open_"), [("Server", "«Missing.Arn»"), ("Nobody", "«Nobody.Arn»")])
def test_a_reference_that_was_not_resolved_leaves_the_answer_open(tmp_path: Path, principal: str, open_: str) -> None:
    path = tmp_path / "open.yaml"
    text = UNRESOLVED.replace("Principal: !GetAtt Server.Arn", f"Principal: !GetAtt {principal}.Arn")
    path.write_text(text, encoding="utf-8")
    (answer,) = [each for each in answers(load(path), "s3:GetObject", f"{DATA}/acme/x") if each.who == "alice@Portal"]
    assert not answer.allowed
    assert open_ in answer.unresolved
