"""What declared triggers make of a sign-in that nobody makes: for answers that run nothing.

1. PreAuthentication and PostAuthentication can only deny. Declared ones are asked; of others a step says that they were
   taken to let the user pass.
2. In a custom flow every answer is taken to be right, for the question is who could come through; what
   DefineAuthChallenge then says decides. Functions that are not declared leave the flow not modelled.
3. ClientMetadata is the app's to choose, and taken to be absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.custom_flow import (
    CUSTOM_AUTH,
    CUSTOM_CHALLENGE,
    PASSWORD_VERIFIER,
    SRP_A,
    check_configured,
    follow_answer,
    session_array,
    with_round,
)
from cogsim.decisions.next_challenge import TOKENS
from cogsim.decisions.progress import Progress
from cogsim.decisions.refusals import Check
from cogsim.decisions.trigger_events import Function, blank_response, event, function_of, taken_back, user_attributes
from cogsim.decisions.trigger_rules import apply, find_trigger, paths_read, value_at
from cogsim.errors import NotModelled
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

#: Challenges after which a flow is taken to have no end.
_MOST_ROUNDS = 10
#: The triggers that a sign-in fires and static answers apply.
_OF_A_SIGN_IN = (
    *("PreAuthentication", "PostAuthentication", "DefineAuthChallenge", "CreateAuthChallenge"),
    "PreTokenGeneration",
)
_GUARDS: Mapping[str, Mapping[str, Any]] = {
    "PreAuthentication": {"validationData": None, "userNotFound": False},
    "PostAuthentication": {"newDeviceUsed": False},
}


def pass_guards(world: World, pool: UserPool, client: UserPoolClient, user: PoolUser) -> Check:
    """Whether the functions around a sign-in let the user pass (argument 1)."""
    steps: list[Step] = []
    for trigger, request in _GUARDS.items():
        function = function_of(pool, trigger)
        if function is None:
            continue
        answered = _declared_answer(world, pool, client, user, trigger, request)
        if answered is None:
            steps.append(_unknown(pool, function))
            continue
        steps += answered.steps
        if isinstance(answered.value, Refusal):
            return decided(answered.value, *steps)
    none = Step("do triggers guard the sign-in?", "no", pool.id, "idp:triggers")
    return decided(None, *(steps or [none]))


def what_triggers_see(world: World, pool: UserPool, user: PoolUser) -> tuple[str, ...]:
    """What the declared functions of a sign-in read of the user: they cannot tell apart users of whom it is the
    same."""
    functions = [function_of(pool, name) for name in _OF_A_SIGN_IN]
    found = [find_trigger(world, function.arn) for function in functions if function is not None]
    paths = sorted({path for declared in found if declared is not None for path in paths_read(declared)})
    if not paths:
        return ()
    seen = {"userName": user.username, "request": {"userAttributes": user_attributes(pool, user)}}
    return tuple(
        repr(value_at(path, seen)) for path in paths if path.startswith(("userName", "request.userAttributes"))
    )


def _unknown(pool: UserPool, function: Function) -> Step:
    return Step(
        f"does the trigger {function.setting} deny the sign-in?",
        "unknown: a function's code is not read, and it is taken to let the user pass",
        function.arn,
        "idp:triggers",
        location=pool.origin.at(f"LambdaConfig.{function.setting}"),
        facts=(("unresolved", function.arn),),
    )


def walk_custom_flow(world: World, pool: UserPool, client: UserPoolClient, user: PoolUser) -> Check:
    """Whether right answers bring the user to tokens: by challenges alone, or with the password proved first
    (argument 2)."""
    configured = check_configured(pool, "DefineAuthChallenge")
    if configured.value is not None:
        return configured
    alone = _walk(world, pool, client, user, Progress(CUSTOM_AUTH))
    if alone.value is None or user.password is None:
        return alone
    wanted = Progress(CUSTOM_AUTH).wanted.set(SRP_A, "sent")
    with_password = with_round(replace(Progress(CUSTOM_AUTH), wanted=wanted), SRP_A, True)
    return _walk(world, pool, client, user, with_password)


def _walk(world: World, pool: UserPool, client: UserPoolClient, user: PoolUser, progress: Progress) -> Check:
    steps: list[Step] = []
    for _ in range(_MOST_ROUNDS):
        defined = _asked(world, pool, client, user, "DefineAuthChallenge", {"session": session_array(progress)})
        steps += defined.steps
        if isinstance(defined.value, Refusal):
            return decided(defined.value, *steps)
        following = follow_answer(defined.value, progress, known=True)
        steps += following.steps
        if isinstance(following.value, Refusal):
            return decided(following.value, *steps)
        if following.value == TOKENS:
            return decided(None, *steps)
        metadata = None
        if following.value == CUSTOM_CHALLENGE:
            request = {"challengeName": CUSTOM_CHALLENGE, "session": session_array(progress)}
            created = _asked(world, pool, client, user, "CreateAuthChallenge", request)
            steps += created.steps
            if isinstance(created.value, Refusal):
                return decided(created.value, *steps)
            metadata = created.value.get("challengeMetadata")
        password = following.value == PASSWORD_VERIFIER
        taken = "taken to be right" if not password else "taken to be the right password"
        steps.append(Step("is it answered?", taken, following.value, "idp:custom-challenge"))
        progress = with_round(progress, following.value, True, metadata)
    raise NotModelled(f"a custom flow of user pool {pool.id}", hint=f"it does not end after {_MOST_ROUNDS} challenges")


def _asked(
    world: World, pool: UserPool, client: UserPoolClient, user: PoolUser, trigger: str, request: Mapping[str, Any]
) -> Decision[Mapping[str, Any] | Refusal]:
    configured = check_configured(pool, trigger)
    if configured.value is not None:
        return decided(configured.value, *configured.steps)
    answered = _declared_answer(world, pool, client, user, trigger, {**request, "userNotFound": False})
    if answered is None:
        hint = f"client {client.name} allows no other flow, and nothing says what {pool.triggers[trigger]} answers"
        raise NotModelled("a sign-in by custom challenges", hint=hint)
    return answered


def _declared_answer(
    world: World, pool: UserPool, client: UserPoolClient, user: PoolUser, trigger: str, request: Mapping[str, Any]
) -> Decision[Mapping[str, Any] | Refusal] | None:
    """The declared function's answer, or None where it is not declared."""
    function = function_of(pool, trigger)
    declared = find_trigger(world, function.arn) if function is not None else None
    if function is None or declared is None:
        return None
    sent = {"userAttributes": user_attributes(pool, user), **request}
    source = f"{trigger}_Authentication"
    made = event(pool, function, source, user.username, client.id, sent, blank_response(trigger))
    answered = apply(declared, trigger, made)
    if isinstance(answered.value, Refusal):
        return answered
    return decided(taken_back(function, trigger, {"response": answered.value}), *answered.steps)
