"""Lambda triggers: the one place where a pool's functions are called and their answers taken back.

A function is a Python callable that the simulation was given, or a `Cogsim::Trigger` of the world; a trigger whose
function is neither is never passed over. A call leaves a step and nothing on the trail, as AWS logs none.

1. The function gets a copy: whatever it does to the event, only the response it returns counts.
2. What it throws is read by the client; what it returns in a wrong shape stops the call. # idp:errors §lambda
3. The two custom senders are called without waiting: their failures reach nobody. # idp:triggers
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.decision import Decision, Refusal, decided
from cogsim.decisions.group_claims import GroupClaims, group_claims
from cogsim.decisions.token_triggers import Claims, Shaped, shape, token_event
from cogsim.decisions.trigger_events import (
    UNRECOGNIZABLE,
    Function,
    blank_response,
    event,
    function_of,
    taken_back,
)
from cogsim.decisions.trigger_rules import apply, failed, find_trigger, spoken, step, undescribed
from cogsim.errors import CogsimError, NotModelled
from cogsim.world.pool_user import PoolUser
from cogsim.world.trigger_shapes import function_name
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient

_BEGINNINGS = ("InitiateAuth", "AdminInitiateAuth")
_SENDERS = ("CustomEmailSender", "CustomSMSSender")


def fire(
    ctx: CallContext,
    pool: UserPool,
    trigger: str,
    source: str,
    *,
    username: str | None,
    client_id: str | None = None,
    attributes: Mapping[str, str] | None = None,
    request: Mapping[str, Any] | None = None,
    response: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """The event's `response` as the pool's function for `trigger` (its name in LambdaConfig) leaves it; as it was
    where the pool has none.

    `source` is the triggerSource; `attributes` become request.userAttributes (absent where None), `request` what else
    stands there, in its order; `response` is laid over the blank one. Raises UserLambdaValidationException where the
    function throws, InvalidLambdaResponseException where its answer is malformed, UnexpectedLambdaException where a
    call made the pool and the world has no such function, NotModelled where else nothing says what it does.
    """
    function = function_of(pool, trigger)
    found = {**blank_response(trigger, function.version if function else "1"), **(response or {})}
    if function is None:
        return found
    users = {} if attributes is None else {"userAttributes": dict(attributes)}
    made = event(pool, function, source, username, client_id, {**users, **(request or {})}, found)
    answered = _answer(ctx, pool, function, trigger, made)
    if trigger in _SENDERS:
        ctx.take(answered)
        return found
    return ctx.require(answered)


def metadata(ctx: CallContext) -> dict[str, dict[str, str]]:
    """`clientMetadata` of a request, where the call sent some. What a sign-in begins with reaches no function by this
    name. # idp:triggers §metadata"""
    given = ctx.call.params.get("ClientMetadata")
    return {"clientMetadata": dict(given)} if given and ctx.call.name not in _BEGINNINGS else {}


def client_of(ctx: CallContext) -> str | None:
    """The app client that the call names; None for an operator's call that names none."""
    return ctx.call.params.get("ClientId")


def has_trigger(pool: UserPool, trigger: str) -> bool:
    """Whether the pool has a function for `trigger`, under either of its settings."""
    return function_of(pool, trigger) is not None


def _answer(
    ctx: CallContext, pool: UserPool, function: Function, trigger: str, made: dict[str, Any]
) -> Decision[Mapping[str, Any] | Refusal]:
    called = _callable(ctx, function.arn)
    if called is not None:
        return _by_callable(called, pool, function, trigger, made)
    declared = find_trigger(ctx.world, function.arn)
    if declared is None:
        missing = undescribed(pool, trigger, function.arn)
        if missing is not None:
            return missing
        raise NotModelled(
            f"the {function.setting} trigger of user pool {pool.id}",
            hint=f"nothing says what {function.arn} answers; declare it as a Cogsim::Trigger with this Function, "
            "or give a callable: Simulation(functions={…})",
        )
    answered = apply(declared, trigger, copy.deepcopy(made))
    if isinstance(answered.value, Refusal):
        return answered
    return Decision(taken_back(function, trigger, {"response": answered.value}), answered.steps)


def _callable(ctx: CallContext, arn: str) -> Callable[[dict[str, Any]], Any] | None:
    """The callable given for the function, by its ARN or its name."""
    return ctx.functions.get(arn) or ctx.functions.get(function_name(arn) or "")


def _by_callable(
    called: Callable[[dict[str, Any]], Any], pool: UserPool, function: Function, trigger: str, made: dict[str, Any]
) -> Decision[Mapping[str, Any] | Refusal]:
    found, place = (
        f"{made['triggerSource']}: a function given in code",
        pool.origin.at(f"LambdaConfig.{function.setting}"),
    )
    try:
        output = called(copy.deepcopy(made))
    except CogsimError:
        raise
    except Exception as error:  # whatever a function throws, the service answers the same
        return decided(failed(trigger, str(error)), step(trigger, "an error", found, place, decides=True))
    value = taken_back(function, trigger, output)
    if isinstance(value, Refusal):
        return decided(UNRECOGNIZABLE, step(trigger, "no event", found, place, decides=True))
    return decided(value, step(trigger, spoken(value), found, place))


def shape_tokens(
    ctx: CallContext,
    pool: UserPool,
    client: UserPoolClient,
    user: PoolUser | None,
    source: str,
    metadata: Mapping[str, str],
    id_claims: Claims,
    access_claims: Claims,
) -> Shaped:
    """Both tokens' claims as the PreTokenGeneration trigger leaves them; as they are where the pool has none.

    `user` is None, and `id_claims` empty, for a client's own token (TokenGeneration_ClientCredentials, which only
    version 3 of the events has). # idp:pre-token
    """
    function = function_of(pool, "PreTokenGeneration")
    if function is None or (user is None and function.version != "3"):
        return id_claims, access_claims
    groups = group_claims(ctx.world, user).value if user else GroupClaims()
    scopes = str(access_claims.get("scope", ""))
    made = token_event(pool, function, client, user, groups, source, scopes, metadata)
    response = ctx.require(_answer(ctx, pool, function, "PreTokenGeneration", made))
    return ctx.require(shape(function.version, response, id_claims, access_claims, client.id))
