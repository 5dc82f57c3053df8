"""Who can access what, as a graph: from identity providers over users, clients, identity pools and roles to resources.

Every edge is an answer of `decisions`: whether the account may sign in through the client, which role the pool vends
and whether the role's trust policy agrees, what a session of the role may do. Nodes have the attributes kind, label and
where; edges label, answer (allowed, refused or unknown), why and where: plain text, in a fixed order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cogsim.analysis.access_edges import reach
from cogsim.analysis.answers import MOST_SHOWN, Crowd, everybody, walked
from cogsim.analysis.gaps import not_modelled
from cogsim.analysis.graph_brokers import client_parts, session_parts
from cogsim.analysis.naming import called
from cogsim.analysis.newcomers import chosen, newcomers
from cogsim.analysis.outside import AccountHolder, DeveloperUser, DirectoryPerson, Outside, Workload
from cogsim.analysis.outside_places import admission, person_place, vouching_place
from cogsim.analysis.passage import NOW, Passage, default_origin
from cogsim.analysis.probes import survey
from cogsim.analysis.strangers import strangers
from cogsim.analysis.who import BrokerClient, Guest, NamedUser, Person, RoleHolder, accepts, sign_in_name
from cogsim.analysis.who_can import held_by_somebody
from cogsim.decision import Decision, Refusal, Step
from cogsim.decisions.caller import IamUser, RoleSession, caller_arn
from cogsim.decisions.eligibility import may_sign_in
from cogsim.decisions.identity import admit_guest
from cogsim.decisions.trust import assume_keys, may_assume
from cogsim.errors import Location, NotModelled
from cogsim.markup import step_text
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.DiGraph[str]


def graph(world: World) -> Graph:
    """The graph of a world. In a pool of more than 20 users, those whom nothing can tell apart are one node."""
    import networkx as nx

    drawn: Graph = nx.DiGraph()
    crowds = list(everybody(world, most=MOST_SHOWN))
    ways = [(crowd, passage) for crowd in crowds for passage in walked(world, crowd.who)]
    _pools(drawn, world)
    for crowd in crowds:
        _whoever(drawn, world, crowd)
    for crowd, passage in ways:
        _brokered(drawn, crowd, passage)
        _hops(drawn, passage)
        _vended(drawn, world, _pool_of(crowd, passage), passage)
    unused = newcomers(world, [passage for _, passage in ways])
    others = strangers(world, [passage for _, passage in ways])
    for passage in others:
        _hops(drawn, passage)
        _vended(drawn, world, _pool_of(None, passage), passage)
    for passage in unused:
        _vended(drawn, world, passage.way.identity_pool if passage.way else None, passage, " (nobody today)")
    coming = [*unused, *others]
    _reached(drawn, world, held_by_somebody(ways, coming), coming)
    return _sorted(drawn)


def _node(drawn: Graph, name: str, kind: str, label: str, where: Location | None = None) -> str:
    drawn.add_node(name, kind=kind, label=label, where=str(where or ""))
    return name


def _edge(
    drawn: Graph, source: str, target: str, label: str, answer: str = "allowed", steps: Iterable[Step] = ()
) -> None:
    """An edge; one that is there already keeps its place, and an allowance wins over a refusal."""
    why = "; ".join(dict.fromkeys(step_text(Step(step.question, step.answer, step.found)) for step in steps))
    where = ", ".join(dict.fromkeys(str(step.location) for step in steps if step.location))
    held = drawn.edges.get((source, target))
    if held is not None and held["answer"] == answer and label not in held["label"].split("; "):
        label, why = f"{held['label']}; {label}", f"{held['why']}; {why}"
    elif held is not None and (held["answer"] == "allowed" or held["answer"] == answer):
        return
    drawn.add_edge(source, target, label=label, answer=answer, why=why, where=where)


def _pools(drawn: Graph, world: World) -> None:
    """User pools with their providers, groups and clients; identity pools with the clients they take."""
    for pool in world.user_pools.values():
        _node(drawn, pool.id, "user-pool", called(world, pool), pool.origin.location)
    for provider in world.pool_providers.values():
        if provider.pool_id in world.user_pools:
            name = f"provider {provider.pool_id}/{provider.name}"
            _node(drawn, name, "provider", provider.name, provider.origin.location)
            _edge(drawn, name, provider.pool_id, provider.type)
    for group in world.pool_groups.values():
        _node(drawn, f"group {group.pool_id}/{group.name}", "group", group.name, group.origin.location)
    for client in world.clients.values():
        _node(drawn, client.id, "client", called(world, client), client.origin.location)
    for identity_pool in world.identity_pools.values():
        _identity_pool(drawn, world, identity_pool)


def _identity_pool(drawn: Graph, world: World, identity_pool: IdentityPool) -> None:
    origin = identity_pool.origin
    _node(drawn, identity_pool.id, "identity-pool", called(world, identity_pool), origin.location)
    place = origin.at("CognitoIdentityProviders")
    listed = Step("is the client listed by the identity pool?", "yes", location=place)
    for client in world.clients.values():
        pool = world.user_pools.get(client.pool_id)
        if pool is not None and accepts(identity_pool, pool, client):
            _edge(drawn, client.id, identity_pool.id, "login accepted", steps=(listed,))


def _whoever(drawn: Graph, world: World, crowd: Crowd) -> None:
    """The one who asks, and where he comes in."""
    match crowd.who:
        case Person():
            _person(drawn, world, crowd, crowd.who)
        case BrokerClient():
            here, there, edge = client_parts(world, crowd.who, crowd.alike)
            for node in (here, there):
                _node(drawn, node.name, node.kind, node.label, node.where)
            _edge(drawn, edge.source, edge.target, edge.label, edge.answer, edge.steps)
        case DirectoryPerson() | AccountHolder() | Workload() | DeveloperUser():
            _outsider(drawn, world, crowd, crowd.who)
        case Guest():
            pool = crowd.who.identity_pool
            name = _node(drawn, f"guest {pool.id}", "guest", "guest", pool.origin.at("AllowUnauthenticatedIdentities"))
            admitted = admit_guest(pool)
            _decided(drawn, name, pool.id, "without a login", admitted)
        case RoleHolder():
            role = crowd.who.role
            _node(drawn, role.arn, "role", called(world, role), role.origin.location)
        case NamedUser():
            user = crowd.who.user
            _node(drawn, user.arn, "iam-user", called(world, user), user.origin.location)
            for role in world.roles.values():
                _assuming(drawn, world, IamUser(user.arn, user.unique_id), role.arn)


def _outsider(drawn: Graph, world: World, crowd: Crowd, who: Outside) -> None:
    """Somebody outside AWS, and who vouches for them."""
    provider, person = vouching_place(world, who), person_place(who)
    shown = f"{person.label}{crowd.others}"
    _node(drawn, provider.name, provider.kind, provider.label, provider.where)
    _node(drawn, person.name, "users" if crowd.alike else person.kind, shown, person.where)
    admitted = admission(who)
    if admitted is None or admitted.value is None:
        _edge(drawn, provider.name, person.name, "")
    else:
        _decided(drawn, provider.name, person.name, "signs in", admitted)


def _hops(drawn: Graph, passage: Passage) -> None:
    """The hops of a way outside user pools; nodes that are there already stay as they are."""
    for hop in passage.hops:
        for place in (hop.source, hop.target):
            if place.name not in drawn:
                _node(drawn, place.name, place.kind, place.label, place.where)
        _edge(drawn, hop.source.name, hop.target.name, hop.label, hop.answer, hop.steps)


def _assuming(drawn: Graph, world: World, user: IamUser, role: str) -> None:
    keys = assume_keys("session")
    asked = may_assume(world, role, user, "sts:AssumeRole", origin=default_origin(world), now=NOW, context=keys)
    if asked.value is None:
        _node(drawn, role, "role", called(world, world.roles[role]), world.roles[role].origin.location)
        _edge(drawn, user.arn, role, "AssumeRole", steps=asked.deciding)


def _person(drawn: Graph, world: World, crowd: Crowd, person: Person) -> None:
    user = person.user
    name, shown = _person_node(person), sign_in_name(world, user)
    shown = f"{shown} and {crowd.alike} alike" if crowd.alike else shown
    _node(drawn, name, "users" if crowd.alike else "user", shown, user.origin.location)
    _edge(drawn, user.pool_id, name, "")
    for group in user.groups:
        if (user.pool_id, group) in world.pool_groups:
            _edge(drawn, name, f"group {user.pool_id}/{group}", "member")
    for client in world.clients.values():
        if client.pool_id != user.pool_id:
            continue
        try:
            signed_in = may_sign_in(world.user_pools[user.pool_id], client, user, now=NOW, world=world)
        except NotModelled as gap:
            _edge(drawn, name, client.id, "not modelled", "unknown", (not_modelled(gap),))
        else:
            _decided(drawn, name, client.id, "signs in", signed_in)


def _person_node(person: Person) -> str:
    return f"user {person.user.pool_id}/{person.user.username}"


def _decided(drawn: Graph, source: str, target: str, label: str, decision: Decision[Refusal | None]) -> None:
    """An edge for a decision that answers None for yes."""
    if decision.value is None:
        _edge(drawn, source, target, label, steps=decision.deciding)
    else:
        _edge(drawn, source, target, f"{label}: {decision.value.code}", "refused", decision.deciding)


def _brokered(drawn: Graph, crowd: Crowd, passage: Passage) -> None:
    """The edge from a broker to who its session is in AWS."""
    if isinstance(crowd.who, BrokerClient):
        for node, edge in session_parts(crowd.who, [passage]):
            if node is not None:
                _node(drawn, node.name, node.kind, node.label)
            _edge(drawn, edge.source, edge.target, edge.label, edge.answer, edge.steps)


def _vended(drawn: Graph, world: World, pool: IdentityPool | None, passage: Passage, note: str = "") -> None:
    """The edge from the identity pool to the role it chose, or would have chosen had the role's trust agreed."""
    choice = chosen(passage)
    if pool is None or choice is None:
        return
    step, arn = choice
    if arn not in world.roles:
        _node(drawn, arn, "role", f"{arn} (not in the world)")
    label = _rule(step, pool) + _tags(passage) + note
    session = passage.caller
    if isinstance(session, RoleSession):
        _edge(drawn, pool.id, session.role_arn, label, steps=(step,))
    elif isinstance(passage.outcome.value, Refusal):
        _edge(drawn, pool.id, arn, f"{label}: refused", "refused", passage.outcome.deciding)


def _pool_of(crowd: Crowd | None, passage: Passage) -> IdentityPool | None:
    if crowd is not None and isinstance(crowd.who, Guest):
        return crowd.who.identity_pool
    if passage.identity_pool is not None:
        return passage.identity_pool
    return passage.way.identity_pool if passage.way is not None else None


def _rule(step: Step, pool: IdentityPool) -> str:
    """How the pool chose: the claim that a rule compares, or the pool's default."""
    facts = dict(step.facts)
    if "flow" in facts:
        return "basic flow, any role that trusts"
    if "claim" not in facts:
        return "default role for guests" if facts["role"] == pool.roles.get("unauthenticated") else "default role"
    if facts["claim"] in ("cognito:preferred_role", "cognito:roles"):
        return facts["claim"]
    return f"{facts['claim']} {facts['match']} {facts['value']}"


def _tags(passage: Passage) -> str:
    """The claims that become tags of the session: as good as a rule to whoever may write the claim."""
    made = [dict(step.facts) for step in passage.outcome.steps if any(name == "tag" for name, _ in step.facts)]
    return "".join(f", tag {facts['tag']} from {facts['claim']}" for facts in made)


def _reached(drawn: Graph, world: World, ways: list[tuple[Crowd, Passage]], unused: list[Passage]) -> None:
    """From roles, IAM users and anybody to the resources that they may use."""
    found = [passage for _, passage in ways] + unused
    surveyed = survey(world, [passage.caller for passage in found if passage.caller is not None])
    holders: dict[str, list[Passage]] = {}
    for passage in found:
        caller = passage.caller
        if caller is not None:
            name = caller.role_arn if isinstance(caller, RoleSession) else caller_arn(caller)
            holders.setdefault(name, []).append(passage)
    for holder in sorted(holders):
        for edge in reach(world, surveyed, holders[holder]):
            if holder not in drawn:
                _node(drawn, holder, "anonymous", "anybody, unsigned")
            kind = "table" if edge.table else "bucket" if edge.node in world.buckets else "prefix"
            _node(drawn, edge.node, kind, edge.shown, edge.where)
            drawn.add_edge(
                holder, edge.node, label=edge.label, answer=edge.answer, why=edge.why, where=str(edge.decided or "")
            )


def _sorted(drawn: Graph) -> Graph:
    """The same graph with nodes and edges in the order of their names."""
    import networkx as nx

    ordered: Graph = nx.DiGraph()
    for node in sorted(drawn.nodes):
        ordered.add_node(node, **drawn.nodes[node])
    for source, target in sorted(drawn.edges):
        ordered.add_edge(source, target, **drawn.edges[source, target])
    return ordered
