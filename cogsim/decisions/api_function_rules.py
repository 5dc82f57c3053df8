"""What a declared function behind an API answers: its token read first, then the first rule that fits.

1. A function that verifies its token takes those of one user pool, of the kind and the app clients it names; every
   other request it answers with the error `Unauthorized`, as the libraries for it do.
2. A function that decodes only believes whatever the token says. Who signed it, and until when, nobody asks.
3. The rules read the event and, beside its members, `claims`: those of the token. A text may hold `${path}`; a path
   that is not there makes the function fail.
4. A rule answers with its whole response, or throws. Where no rule fits the function returns nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.api_token import BelievedToken, bearer, believe_token
from cogsim.decisions.trigger_rules import UndefinedError, filled, fits
from cogsim.tokens.jwt import read
from cogsim.world.api_function import ApiFunction, TokenReading
from cogsim.world.trigger_shapes import canonical_function, function_name
from cogsim.world.world import World

#: What a function throws to say that the caller is not authenticated. # apigw:lambda-authorizer
UNAUTHORIZED = "Unauthorized"
_SOURCE = "apigw:lambda-authorizer"


@dataclass(frozen=True, slots=True)
class Thrown:
    """A function's error."""

    message: str


def find_function(world: World, arn: str) -> ApiFunction | None:
    """The declared function behind an ARN, whatever version or alias it names; or one declared by its bare name."""
    found = world.api_functions.get(canonical_function(arn))
    name = function_name(arn)
    return found or (world.api_functions.get(name) if name else None)


def answer_of(
    world: World, function: ApiFunction, event: Mapping[str, Any], *, now: float
) -> Decision[Mapping[str, Any] | Thrown | None]:
    """What the function answers to `event` at `now` (seconds): its output, what it throws, or None for nothing."""
    claims = _claims(world, function.token, event, now) if function.token is not None else decided({}, _unread())
    if isinstance(claims.value, Refusal):
        return decided(
            Thrown(UNAUTHORIZED),
            _step("the error Unauthorized", "its token is not taken", function),
            after=claims.steps,
        )
    held = {**event, **({"claims": claims.value} if function.token is not None else {})}
    total = len(function.rules)
    for number, rule in enumerate(function.rules, 1):
        found = f"rule {number} of {total}"
        try:
            if not fits(rule, held):
                continue
            if rule.error is not None:
                thrown: Thrown | Mapping[str, Any] = Thrown(str(filled(rule.error, held)))
            else:
                thrown = {name: filled(value, held) for name, value in rule.response.items()}
        except UndefinedError as error:
            thrown = Thrown(f"{error} is undefined")
        said = f"the error {thrown.message}" if isinstance(thrown, Thrown) else ", ".join(sorted(thrown)) or "nothing"
        return decided(thrown, _step(said, found, function, rule.origin.location), after=claims.steps)
    return decided(None, _step("nothing", f"none of {total} rules fits", function), after=claims.steps)


def _claims(
    world: World, reading: TokenReading, event: Mapping[str, Any], now: float
) -> Decision[Mapping[str, Any] | Refusal]:
    """Arguments 1 and 2."""
    sent = _sent(event)
    question = "does the function verify the token?"
    if sent is None:
        return decided(Refusal(UNAUTHORIZED, ""), Step("is a token among the event?", "no", "", _SOURCE))
    if not reading.verified:
        parsed = read(bearer(sent))
        step = Step(question, "no, it decodes it", "whatever it says is believed", _SOURCE)
        return decided({} if isinstance(parsed, Refusal) else parsed.claims, step)
    pool = world.user_pools.get(reading.pool_id)
    issuers = (pool.issuer,) if pool is not None else ()
    believed = believe_token(world, issuers, bearer(sent), now=now, source=_SOURCE)
    if not isinstance(believed.value, BelievedToken):
        return Decision(believed.value, believed.steps)
    claims = believed.value.claims
    use, client = claims.get("token_use"), claims.get("aud", claims.get("client_id"))
    found = f"token_use {str(use)[:40]}, client {str(client)[:128]}"
    if reading.use not in ("any", use) or (reading.clients and client not in reading.clients):
        step = Step("is it a token that the function takes?", "no", found, _SOURCE)
        return decided(Refusal(UNAUTHORIZED, found), step, after=believed.steps)
    return decided(claims, Step(question, "yes", found, _SOURCE), after=believed.steps)


def _sent(event: Mapping[str, Any]) -> str | None:
    """The token in an event: of a TOKEN authorizer, of AppSync, or in the header Authorization."""
    direct = event.get("authorizationToken")
    if isinstance(direct, str):
        return direct
    stated = event.get("headers")
    headers: Mapping[str, Any] = stated if isinstance(stated, Mapping) else {}
    found = (headers[name] for name in sorted(headers) if name.casefold() == "authorization")
    return next((value for value in found if isinstance(value, str)), None)


def _unread() -> Step:
    return Step("does the function read a token?", "no", "", _SOURCE)


def _step(answer: str, found: str, function: ApiFunction, place: Any = None) -> Step:
    question = "what does the function answer?"
    return Step(question, answer, found, _SOURCE, location=place or function.origin.location)
