"""The sessions that people get through custom identity brokers, statically: every request that could end in one.

The broker's own decisions are asked as they are at run time; then AWS's, for the call that the broker would make.
Refused requests are left out where a plain one is there: they open nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.broker_call import Grant
from cogsim.decisions.broker_choice import admit_person, choose_session
from cogsim.decisions.broker_identity import identity_sessions
from cogsim.decisions.broker_session import broker_caller, session_of
from cogsim.decisions.broker_wishes import Request, requests_of
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Caller
from cogsim.world.broker import DEVELOPER, Broker, BrokerPerson
from cogsim.world.world import World

Outcome = Decision[Caller | Refusal]

_PASSWORD = Step(
    "does the person know the password?", "taken to be so", "the question is who could", "ug:console-federation"
)


@dataclass(frozen=True, slots=True)
class BrokerWay:
    """One session of a person through a broker, or the refusal; `text` says what was asked for, where anything was."""

    text: str
    outcome: Outcome


def broker_ways(
    world: World, broker: Broker, person: BrokerPerson, *, now: float, origin: CallOrigin
) -> Iterator[BrokerWay]:
    """The plain request's outcome first, then every other session that a request of the person could end in."""
    admitted = admit_person(broker, person)
    before = (_PASSWORD, *admitted.steps)
    if admitted.value is not None:
        yield BrokerWay("", decided(admitted.value, *before))
        return
    seen: list[Caller] = []
    for number, request in enumerate(requests_of(broker, person)):
        for text, outcome in _outcomes(world, broker, person, request, now=now, origin=origin):
            session = outcome.value
            if isinstance(session, Refusal):
                if number > 0 or text:
                    continue
            elif session in seen:
                continue
            else:
                seen.append(session)
            yield BrokerWay(text, decided(session, *outcome.steps, after=(*before, *request.open_steps)))


def _outcomes(
    world: World, broker: Broker, person: BrokerPerson, request: Request, *, now: float, origin: CallOrigin
) -> Iterator[tuple[str, Outcome]]:
    chosen = choose_session(broker, person, request.wishes)
    if isinstance(chosen.value, Refusal):
        yield request.text, decided(chosen.value, *chosen.steps)
        return
    for token_role, made in _made(world, broker, chosen.value, now=now, origin=origin):
        naming = f"with the token, as {token_role}" if token_role else ""
        text = ", ".join(part for part in (request.text, naming) if part)
        yield text, decided(made.value, *made.steps, after=chosen.steps)


def _made(
    world: World, broker: Broker, grant: Grant, *, now: float, origin: CallOrigin
) -> Iterator[tuple[str, Outcome]]:
    if grant.operation != f"cognito-identity:{DEVELOPER}":
        yield "", session_of(world, broker, grant, now=now, origin=origin)
        return
    holder = broker_caller(world, broker, now=now, origin=origin)
    if isinstance(holder.value, Refusal):
        yield "", holder
        return
    for role, made in identity_sessions(world, holder.value, grant.params, now=now, origin=origin):
        yield role, decided(made.value, *made.steps, after=holder.steps)
