"""From whoever asks to the session they act with, statically: no token is made and nothing runs.

For a user of a pool the chain is: account and app client → claims of the ID token → login → identity → role, tags and
trust → session. Every step is kept, so the decision about a resource explains the whole way from the identity provider.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cogsim.analysis.basic_flow import basic_sessions
from cogsim.analysis.brokers import broker_ways
from cogsim.analysis.placeholders import placeholder_steps
from cogsim.analysis.who import (
    Anybody,
    BrokerClient,
    Guest,
    NamedUser,
    Person,
    RoleHolder,
    RootUser,
    Way,
    Who,
    called,
    label,
    resolve,
)
from cogsim.clock import DEFAULT_START
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Anonymous, Caller, IamUser, RoleSession, Root
from cogsim.decisions.cognito_session import session_for
from cogsim.decisions.eligibility import may_sign_in
from cogsim.decisions.identity import admit_guest
from cogsim.decisions.login import AcceptedLogin, accept_claims
from cogsim.decisions.role_selection import provider_key
from cogsim.decisions.token_contents import Claims, Issue, access_claims, id_claims
from cogsim.decisions.token_triggers import shape_by_rules
from cogsim.decisions.trigger_events import Function, function_of
from cogsim.decisions.trigger_rules import find_trigger
from cogsim.entropy import named
from cogsim.persistent import Map
from cogsim.policy.layers import NamedPolicy
from cogsim.world.iam import Role
from cogsim.world.identity_pool import identity_id
from cogsim.world.origin import could_be, is_placeholder, unresolved_facts
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

#: The instant at which static questions are asked, in seconds since the epoch: always the same one.
NOW = DEFAULT_START

_SESSION_NAME = "session"


@dataclass(frozen=True, slots=True)
class Passage:
    """One way to a session: `who` as `resolve` reads it back, `via` the ways taken, and the caller or the refusal."""

    who: str
    via: str
    outcome: Decision[Caller | Refusal]
    way: Way | None = None

    @property
    def caller(self) -> Caller | None:
        return None if isinstance(self.outcome.value, Refusal) else self.outcome.value


def sessions(world: World, who: Who | str) -> Decision[tuple[Caller, ...] | Refusal]:
    """Every session that `who` can have, with the steps of all ways; or the refusal where there is none."""
    found = passages(world, who)
    steps = tuple(step for passage in found for step in passage.outcome.steps)
    callers = tuple(passage.caller for passage in found if passage.caller is not None)
    refusals = [passage.outcome.value for passage in found if isinstance(passage.outcome.value, Refusal)]
    return Decision(callers or refusals[0], steps)


def passages(world: World, who: Who | str) -> tuple[Passage, ...]:
    """Every way of `who` to a session, walked or refused; at least one, so that a refusal has its reasons."""
    person = resolve(world, who) if isinstance(who, str) else who
    name = label(world, person)
    match person:
        case Person():
            return _of_person(world, person, name)
        case BrokerClient():
            return tuple(_of_broker(world, person, name))
        case Guest():
            return tuple(_of_guest(world, person, name))
        case RoleHolder():
            return (Passage(name, "a session of the role", _holder(person)),)
        case NamedUser():
            user = person.user
            step = Step("who asks?", user.arn, "an IAM user", "ug:identifiers", location=user.origin.location)
            return (Passage(name, "its own keys", decided(IamUser(user.arn, user.unique_id), step)),)
        case RootUser():
            step = Step("who asks?", f"the root user of {person.account}", source="ug:identifiers")
            return (Passage(name, "its own keys", decided(Root(person.account, world.home.partition), step)),)
        case Anybody():
            step = Step("who asks?", "anybody", "the request is not signed", "s3:anonymous")
            return (Passage(name, "unsigned", decided(Anonymous(), step)),)


def default_origin(world: World) -> CallOrigin:
    """Where static questions are asked from: the world's own Region, over TLS, no endpoint."""
    return CallOrigin(region=world.home.region, partition=world.home.partition)


def issue(user: PoolUser) -> Issue:
    """The particulars of the token that a static answer reads: a sign-in at `NOW`, its ids functions of the user."""
    draw = named("analysis/token", user.pool_id, user.username)
    return Issue(now=NOW, auth_time=NOW, jti=draw.uuid(), origin_jti=draw.uuid(), event_id=draw.uuid())


def _of_person(world: World, person: Person, name: str) -> tuple[Passage, ...]:
    user = person.user
    perhaps = _listed_perhaps(world, user)
    if not person.ways:
        step = Step(
            "does an identity pool take her tokens?",
            "no: none lists an app client of her user pool",
            user.pool_id,
            "ci:external-providers",
            location=world.user_pools[user.pool_id].origin.location,
            decides=True,
        )
        refusal = Refusal("NotAuthorizedException", "Token is not from a supported provider of any identity pool.")
        return (Passage(name, "", decided(refusal, step, after=perhaps)),)
    found = (passage for way in person.ways for passage in _by_way(world, user, way, name))
    return tuple(
        replace(each, outcome=decided(each.outcome.value, *each.outcome.steps, after=perhaps)) for each in found
    )


def _listed_perhaps(world: World, user: PoolUser) -> tuple[Step, ...]:
    """A step for each entry of an identity pool that may be a client of the user's pool: its references are unknown."""
    unknown = [
        (pool, entry)
        for pool in world.identity_pools.values()
        for entry in pool.cognito_providers
        if is_placeholder(entry.provider_name + entry.client_id)
    ]
    if not unknown:
        return ()
    provider = world.user_pools[user.pool_id].provider_name
    clients = tuple(client.id for client in world.clients.values() if client.pool_id == user.pool_id)
    return tuple(
        Step(
            "does the identity pool list an app client of her user pool?",
            "unknown: a reference that was not resolved equals only itself",
            f"{entry.provider_name}, {entry.client_id}",
            "ci:external-providers",
            location=pool.origin.at("CognitoIdentityProviders"),
            facts=unresolved_facts(entry.provider_name, entry.client_id),
        )
        for pool, entry in unknown
        if _perhaps(entry.provider_name, (provider,)) and _perhaps(entry.client_id, clients)
    )


def _perhaps(written: str, texts: tuple[str, ...]) -> bool:
    return written in texts or any(could_be(written, text) for text in texts)


def _by_way(world: World, user: PoolUser, way: Way, name: str) -> Iterator[Passage]:
    """The session of the role the pool chooses, then those of the roles that she may name instead."""
    via = f"{called(world, way.client)} via {called(world, way.identity_pool)}"
    login = accepted(world, user, way)
    if isinstance(login.value, Refusal):
        yield Passage(name, via, decided(login.value, *login.steps), way)
        return
    chosen = _session(world, way, login.value, None)
    yield Passage(name, via, decided(chosen.value, *chosen.steps, after=login.steps), way)
    first = chosen.value.role_arn if isinstance(chosen.value, RoleSession) else None
    for arn in _nameable(way, login.value):
        other = _session(world, way, login.value, arn)
        if isinstance(other.value, RoleSession) and arn != first:
            asking = f"{via}, asking for {arn}"
            yield Passage(name, asking, decided(other.value, *other.steps, after=login.steps), way)
    pool = way.identity_pool
    identity = world.identity_of(pool.id, login.value.provider_name, login.value.subject)
    for role, basic in basic_sessions(world, pool, identity, login.value, now=NOW, origin=default_origin(world)):
        basically = f"{via}, basic flow, as {called(world, role)}"
        yield Passage(name, basically, decided(basic.value, *basic.steps, after=login.steps), way)


def accepted(world: World, user: PoolUser, way: Way) -> Decision[AcceptedLogin | Refusal]:
    """Whether the user signs in through the way's client and the identity pool believes the token."""
    pool = world.user_pools[user.pool_id]
    signed_in = may_sign_in(pool, way.client, user, now=NOW, world=world)
    if isinstance(signed_in.value, Refusal):
        return decided(signed_in.value, *signed_in.steps)
    claims = _shaped(world, pool, way.client, user)
    if isinstance(claims.value, Refusal):
        return decided(claims.value, *claims.steps, after=signed_in.steps)
    login = accept_claims(world, way.identity_pool, pool.provider_name, claims.value)
    return decided(login.value, *login.steps, after=(*signed_in.steps, *claims.steps))


def _shaped(world: World, pool: UserPool, client: UserPoolClient, user: PoolUser) -> Decision[Claims | Refusal]:
    """The claims of the ID token as the pool's function for them leaves them, where it is declared; one that is not
    leaves open everything that follows from the claims. # idp:pre-token"""
    claims = id_claims(world, pool, client, user, issue(user))
    function = function_of(pool, "PreTokenGeneration")
    if function is None:
        return decided(claims.value, *claims.steps)
    declared = find_trigger(world, function.arn)
    if declared is None:
        return decided(claims.value, _unread(pool, function), after=claims.steps)
    external = user.status is UserStatus.EXTERNAL_PROVIDER
    source = "TokenGeneration_HostedAuth" if external else "TokenGeneration_Authentication"
    both = (claims.value, access_claims(world, pool, client, user, issue(user)).value)
    shaped = shape_by_rules(world, pool, client, user, function, declared, both, source)
    value = shaped.value if isinstance(shaped.value, Refusal) else shaped.value[0]
    return decided(value, *shaped.steps, after=claims.steps)


def _unread(pool: UserPool, function: Function) -> Step:
    return Step(
        f"what does the trigger {function.setting} change in the claims?",
        "unknown: a function's code is not read, so the claims stand as they are",
        function.arn,
        "idp:pre-token",
        location=pool.origin.at(f"LambdaConfig.{function.setting}"),
        facts=(("unresolved", function.arn),),
    )


def imagined(world: World, way: Way, claims: Mapping[str, str]) -> Passage:
    """The session of somebody of whom only these claims are known: for roles that nobody in the world reaches."""
    pool = world.user_pools[way.client.pool_id]
    login = AcceptedLogin(pool.provider_name, way.client.id, "somebody", Map({"sub": "somebody", **claims}))
    found = ", ".join(f"{name}={value}" for name, value in sorted(claims.items())) or "no claims"
    step = Step("who asks?", "somebody who is not in the world", found, "ci:rbac")
    session = _session(world, way, login, None)
    via = f"{called(world, way.client)} via {called(world, way.identity_pool)}"
    return Passage("somebody", via, decided(session.value, *session.steps, after=(step,)), way)


def _session(world: World, way: Way, login: AcceptedLogin, role_arn: str | None) -> Decision[RoleSession | Refusal]:
    pool = way.identity_pool
    identity = world.identity_of(pool.id, login.provider_name, login.subject)
    session = session_for(world, pool, login, identity, now=NOW, origin=default_origin(world), custom_role_arn=role_arn)
    return session if isinstance(session.value, RoleSession) else _with_placeholders(world, session)


def _with_placeholders(world: World, refused: Decision[RoleSession | Refusal]) -> Decision[RoleSession | Refusal]:
    """The refusal with the unresolved references of the trust policy that may be its cause."""
    action = "sts:AssumeRoleWithWebIdentity"
    arns = dict.fromkeys(value for step in refused.steps for name, value in step.facts if name == "role")
    roles = [world.roles[arn] for arn in arns if arn in world.roles]
    steps = [
        step
        for role in roles
        for step in placeholder_steps((NamedPolicy(f"trust policy of {role.arn}", role.trust),), action, role.arn)
    ]
    return Decision(refused.value, (*refused.steps, *steps))


def _nameable(way: Way, login: AcceptedLogin) -> tuple[str, ...]:
    """The roles that CustomRoleArn could name: those of the token's groups, or of the rules. # ci:rbac"""
    mapping = way.identity_pool.role_mappings.get(provider_key(login))
    if mapping is None:
        return ()
    if mapping.type == "Rules":
        return tuple(sorted({rule.role_arn for rule in mapping.rules}))
    roles = login.claims.get("cognito:roles", ())
    return tuple(sorted(map(str, roles))) if isinstance(roles, list | tuple) else (str(roles),)


def _of_guest(world: World, guest: Guest, name: str) -> Iterator[Passage]:
    """The session that the pool gives a guest, then those that the basic flow lets one choose."""
    pool, via = guest.identity_pool, "without a login"
    admitted = admit_guest(pool)
    if admitted.value is not None:
        yield Passage(name, via, decided(admitted.value, *admitted.steps))
        return
    identity, origin = identity_id(pool.id, "guest", "0"), default_origin(world)
    session = session_for(world, pool, None, identity, now=NOW, origin=origin)
    yield Passage(name, via, decided(session.value, *session.steps, after=admitted.steps))
    for role, basic in basic_sessions(world, pool, identity, None, now=NOW, origin=origin):
        basically = f"{via}, basic flow, as {called(world, role)}"
        yield Passage(name, basically, decided(basic.value, *basic.steps, after=admitted.steps))


def _of_broker(world: World, client: BrokerClient, name: str) -> Iterator[Passage]:
    """The session that the broker gives for a plain request, then those that others end in."""
    ways = broker_ways(world, client.broker, client.person, now=NOW, origin=default_origin(world))
    for way in ways:
        via = called(world, client.broker)
        yield Passage(name, f"{via}, {way.text}" if way.text else via, way.outcome)


def _holder(holder: RoleHolder) -> Decision[Caller | Refusal]:
    role = holder.role
    step = Step(
        "how was the session of the role made?",
        "not asked: by somebody its trust policy accepts",
        ", ".join(f"{name}={value}" for name, value in holder.tags) or "no session tags",
        "ug:session-tags",
        location=role.origin.at("AssumeRolePolicyDocument"),
    )
    return decided(bare_session(role, dict(holder.tags)), step)


def bare_session(role: Role, tags: dict[str, str] | None = None) -> RoleSession:
    """A session of the role about whose making nothing is known but its tags."""
    return RoleSession(
        role.arn, role.unique_id, _SESSION_NAME, NOW, NOW + role.max_session_duration, session_tags=Map(tags or {})
    )
