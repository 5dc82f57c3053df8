"""The questions at a scenario's end: each row of `access:` asked of the door and of the static analysis.

The door answers on a fork of the simulation as it ended, with the credentials that the person holds or would get now.
The static analysis answers from the world alone. Where both answer and differ, the row fails and says so, whatever was
expected. A resource with a wildcard is asked for every resource there is that it fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cogsim.actors.broker import BrokerSession
from cogsim.actors.signing import Signer
from cogsim.aws.authenticate import ISSUED_SESSIONS
from cogsim.decision import Decision
from cogsim.decisions.caller import RoleSession
from cogsim.errors import AwsError, InputError
from cogsim.markup import step_text
from cogsim.policy.layers import Result
from cogsim.policy.reference.match import glob, pattern
from cogsim.scenario.broker_access import broker_signers
from cogsim.scenario.document import AccessRow, Invariant
from cogsim.scenario.federation_access import federated_signers
from cogsim.scenario.references import evaluate
from cogsim.scenario.result import Answer
from cogsim.scenario.saved import Names, credentials
from cogsim.simulation import Simulation
from cogsim.world.names import find, find_user, is_named
from cogsim.world.world import World

_GUEST = re.compile(r"guest\((.+)\)")


def ask(row: AccessRow, names: Names) -> Answer:
    """The answer to one row; InputError with its place where the question means nothing."""
    who, resource = str(evaluate(row.who, names.value)), str(evaluate(row.resource, names.value))
    context = evaluate(row.context, names.value)
    concrete, checked = _concrete(row, resource, names.simulation.world)
    fork, signers = _signers(who, names)
    question = f"{who} {row.action} {resource}" + "".join(f" {key}={value}" for key, value in context.items())
    expected = _word(row.allowed)
    door_word, static_word = "not asked", ""
    decision: Decision[Result] | None = None
    for each in concrete:
        decision = _static(row, who, each, context, names.simulation.world)
        static_word = _word(decision.value.allowed)
        if fork is not None:
            door_word = _any_door(fork, signers, row.action, each, context)
        wrong = _verdict(row, static_word, door_word)
        if wrong:
            reason = step_text(decision.deciding[-1])
            text = f"{who} {row.action} {each}: {wrong}; {reason}"
            return Answer(question, row.location, False, text, expected, door_word, static_word, decision)
    return Answer(question, row.location, True, checked, expected, door_word, static_word, decision)


def _any_door(
    fork: Simulation, signers: tuple[Signer, ...], action: str, resource: str, context: Mapping[str, Any]
) -> str:
    """Allowed where any of the credentials are, denied where there are none."""
    words = [_door(fork, signer, action, resource, context) for signer in signers] or ["denied"]
    return next((word for word in words if word == "allowed"), words[0])


def _door(fork: Simulation, signer: Signer, action: str, resource: str, context: Mapping[str, Any]) -> str:
    try:
        return _word(fork.can(signer, action, resource, context).value.allowed)
    except AwsError as refusal:
        return f"not asked: {refusal.code}"


def _verdict(row: AccessRow, static: str, door: str) -> str:
    if door in ("allowed", "denied") and door != static:
        return f"the door says {door} and the static answer {static}: one of them is wrong"
    return "" if static == _word(row.allowed) else f"expected {_word(row.allowed)}, and it is {static}"


def _word(allowed: bool) -> str:
    return "allowed" if allowed else "denied"


def _static(row: AccessRow, who: str, resource: str, context: Mapping[str, Any], world: World) -> Decision[Result]:
    from cogsim.analysis.can import can

    try:
        return can(world, who, row.action, resource, context)
    except InputError as error:
        raise InputError(error.message, error.location or row.location, error.suggestion) from None


def _concrete(row: AccessRow, resource: str, world: World) -> tuple[list[str], str]:
    """The resources to ask for, and a note on how far the answer carries."""
    from cogsim.analysis.actions import acts_on_nothing

    if ("*" not in resource and "?" not in resource) or (resource == "*" and acts_on_nothing(row.action)):
        return [resource], ""
    written = pattern(resource)
    fitting = [known for known in known_resources(world, row.action) if glob(written, known)]
    if not fitting:
        raise InputError(
            f"nothing to check: no resource of the world fits {resource}",
            row.location,
        )
    return fitting, f"checked on 1 identities × {len(fitting)} resources, not proved"


def known_resources(world: World, action: str) -> Iterator[str]:
    """The ARNs of what the world holds and `action` could be about: objects for object actions, else the nouns."""
    service, _, name = action.partition(":")
    if service == "s3" and "Object" in name:
        for bucket, held in world.objects.items():
            yield from (f"{world.buckets[bucket].arn}/{key}" for key in held if bucket in world.buckets)
        return
    nouns: dict[str, Mapping[str, Any]] = {
        "s3": world.buckets,
        "dynamodb": world.tables,
        "cognito-idp": world.user_pools,
        "cognito-identity": world.identity_pools,
        "sts": world.roles,
    }
    for noun in nouns.get(service, {}).values():
        yield noun.arn


def _signers(who: str, names: Names) -> tuple[Simulation | None, tuple[Signer, ...]]:
    """A fork to ask, and all credentials of `who` there, none where they are refused; no fork where nobody knows how
    `who` would sign."""
    fork = names.simulation.fork()
    for signers in (broker_signers, federated_signers):
        through = signers(fork.world, who, fork)
        if through is not None:
            return fork, through
    try:
        return fork, (_credentials(who, names, fork),)
    except AwsError:
        return fork, ()
    except (InputError, LookupError):
        return None, ()


def _credentials(who: str, names: Names, fork: Simulation) -> Signer:
    """Credentials as `who` would get them now; LookupError where the story has not led them there."""
    if who == "anonymous":
        return None
    guest = _GUEST.fullmatch(who)
    if guest:
        return fork.credentials(None, guest[1])
    if " via " in who:
        raise LookupError(who)
    person = names.person(who) or names.person(who.rpartition("@")[0])
    if person is None:
        return _someone_else(who, names, fork)
    if isinstance(person.identity, BrokerSession):
        return person.identity
    if person.identity is not None and person.identity.expires_at > fork.now:
        return person.identity
    if person.session is None:
        raise LookupError(who)
    session = person.session
    if session.expires_at <= fork.now:
        try:
            session = fork.refresh(session)
        except AwsError as refusal:  # the story is older than the sign-in: what they hold says nothing any more
            raise LookupError(who) from refusal
    pool = fork.world.identities[person.identity.identity_id].pool_id if person.identity else None
    return fork.credentials(session, pool)


def _someone_else(who: str, names: Names, fork: Simulation) -> Signer:
    """Credentials of somebody who did not act in the story: a user whose password the world knows signs in by the one
    way there is."""
    try:
        user = find_user(fork.world, who.rpartition("@")[0] or who)
    except InputError:
        return _session_or_user(who, names, fork)
    ways = [
        (pool.id, provider.client_id)
        for pool in fork.world.identity_pools.values()
        for provider in pool.cognito_providers
        if fork.world.clients[provider.client_id].pool_id == user.pool_id
    ]
    if len(ways) != 1:
        raise LookupError(who)
    ((pool_id, client_id),) = ways
    try:
        session = fork.sign_in(user.username, client_id)
    except AwsError as refusal:
        raise LookupError(who) from refusal
    return fork.credentials(session, pool_id)


def _session_or_user(who: str, names: Names, fork: Simulation) -> Signer:
    """Credentials of a role that a step saved, or the long-term key of an IAM user."""
    name = find(fork.world, who).ref if is_named(fork.world, who) else who.rpartition("/")[2]
    for saved in reversed(list(names.saved.values())):
        held = credentials(saved)
        issued = ISSUED_SESSIONS.get(fork.state, held.access_key_id) if held is not None else None
        if issued is not None and _plain(issued.caller, name) and issued.expires_at > fork.now:
            return held
    return fork.signer(who)


def _plain(caller: object, role: str) -> bool:
    """Whether it is a session of the role as anybody holds it, which is what the static answer is about."""
    return (
        isinstance(caller, RoleSession)
        and caller.role_arn.rpartition("/")[2] == role
        and not caller.session_tags
        and not caller.federated
        and caller.session_policies is None
    )


def hold(invariant: Invariant, names: Names) -> Answer:
    """Whether an invariant holds of the world as it is at the end."""
    from cogsim.analysis.invariants import check

    try:
        result = check(names.simulation.world, invariant.name, evaluate(invariant.spec, names.value))
    except InputError as error:
        raise InputError(error.message, error.location or invariant.location, error.suggestion) from None
    if not result.identities or not result.resources:
        extent = f"{result.identities} identities and {result.resources} resources"
        raise InputError(f"nothing to check: {invariant.name} is about {extent}", invariant.location)
    against = result.counterexample
    return Answer(
        question=invariant.name,
        location=invariant.location,
        ok=result.holds,
        text=result.text,
        expected="holds",
        static="holds" if result.holds else "does not hold",
        decision=Decision(against.result, against.steps) if against is not None else None,
    )
