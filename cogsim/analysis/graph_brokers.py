"""The edges that custom identity brokers add to the graph: from their people to what they act as in AWS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cogsim.analysis.naming import called
from cogsim.analysis.passage import Passage
from cogsim.analysis.who import BrokerClient
from cogsim.decision import Refusal, Step
from cogsim.decisions.broker_choice import admit_person
from cogsim.decisions.caller import FederatedUser, IamUser, RoleSession, caller_arn
from cogsim.errors import Location
from cogsim.world.world import World


@dataclass(frozen=True, slots=True)
class BrokerNode:
    """A node as the graph draws it."""

    name: str
    kind: str
    label: str
    where: Location | None = None


@dataclass(frozen=True, slots=True)
class BrokerEdge:
    """An edge as the graph draws it."""

    source: str
    target: str
    label: str
    answer: str
    steps: tuple[Step, ...] = field(default=())


def client_parts(world: World, client: BrokerClient, alike: int) -> tuple[BrokerNode, BrokerNode, BrokerEdge]:
    """A person of a directory, the broker, and whether it lets the person in."""
    broker, person = client.broker, client.person
    shown = f"{person.name} and {alike} alike" if alike else person.name
    here = BrokerNode(_client(client), "users" if alike else "user", shown, person.origin.location)
    there = BrokerNode(f"broker {broker.name}", "broker", called(world, broker), broker.origin.location)
    admitted = admit_person(broker, person)
    refused = isinstance(admitted.value, Refusal)
    label, answer = ("signs in: refused", "refused") if refused else ("signs in", "allowed")
    return here, there, BrokerEdge(here.name, there.name, label, answer, admitted.deciding)


def session_parts(client: BrokerClient, passages: list[Passage]) -> Iterator[tuple[BrokerNode | None, BrokerEdge]]:
    """For every session of the person the edge from the broker to who it is in AWS; a node where that is no role or
    user of the world."""
    source = f"broker {client.broker.name}"
    for passage in passages:
        session = passage.caller
        if session is None:
            continue
        chosen = next((step for step in passage.outcome.steps if dict(step.facts).get("rule")), None)
        label = f"rule {dict(chosen.facts)['rule']}" if chosen is not None else "its own keys"
        steps = (chosen,) if chosen is not None else passage.outcome.deciding[:1]
        match session:
            case RoleSession():
                yield None, BrokerEdge(source, session.role_arn, label, "allowed", steps)
            case FederatedUser():
                node = BrokerNode(session.arn, "federated-user", session.name)
                yield node, BrokerEdge(source, session.arn, label, "allowed", steps)
            case IamUser():
                yield None, BrokerEdge(source, caller_arn(session), label, "allowed", steps)


def _client(client: BrokerClient) -> str:
    return f"person {client.broker.name}/{client.person.name}"
