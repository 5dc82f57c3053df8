"""SELECT_CHALLENGE: the user chooses how to begin, and may begin with the answer. # idp:passwordless"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.assumptions import choice
from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.steps import password, password_srp, web_authn
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Challenge, Open
from cogsim.aws.services.cognito_idp.steps.flow import ask, put, spend
from cogsim.decision import Refusal
from cogsim.decisions import first_factors, step_up
from cogsim.decisions.passkeys import relying_party
from cogsim.persistent import Map


def challenges_of(attempt: Attempt) -> tuple[str, ...]:
    """The challenges by which this attempt may begin; those that a user could have, where nobody has the name."""
    ctx, pool, user = attempt.ctx, attempt.pool, attempt.account
    party = relying_party(ctx.world, pool).value
    party_id = None if isinstance(party, Refusal) else party
    if user is None:
        return ctx.take(first_factors.pretended(pool, attempt.name, party_id))
    found = ctx.take(first_factors.available(pool, user, party_id))
    return step_up.leading(pool, user, found, attempt.progress)


def offer(attempt: Attempt, challenges: tuple[str, ...]) -> Mapping[str, Any]:
    """The choice of `challenges`."""
    return put(attempt, CHALLENGE.name, _offered(attempt, challenges))


def _offered(attempt: Attempt, challenges: tuple[str, ...]) -> Asked:
    kept = {"challenges": " ".join(challenges)}
    if "WEB_AUTHN" not in challenges or choice("cognito.selectChallengeOptions") == "no":
        return Asked({}, Map(kept), challenges)
    options = web_authn.request(attempt)
    return Asked(options.parameters, Map({**options.private, **kept}), challenges)


def take_up(attempt: Attempt, name: str, given: Mapping[str, str], step: Open | None) -> Mapping[str, Any]:
    """Go on by the challenge of that name: with what was `given` for it, or by asking. `step` is the open one."""
    if attempt.account is not None:
        attempt.ctx.require(first_factors.may_be_put(attempt.client, attempt.account, name))
    if name == "WEB_AUTHN" and "CREDENTIAL" in given and step is not None:
        return web_authn.give(attempt, step, given["CREDENTIAL"])
    if name == "PASSWORD" and "PASSWORD" in given:
        response = password.give(attempt, given["PASSWORD"])
    elif name == "PASSWORD_SRP" and "SRP_A" in given:
        response = password_srp.give(attempt, given["SRP_A"])
    else:
        response = ask(attempt, name)
    if step is not None:
        spend(attempt, step)
    return response


def _ask(attempt: Attempt) -> Asked:
    return _offered(attempt, challenges_of(attempt))


def _answer(attempt: Attempt, step: Open, responses: Mapping[str, str]) -> Mapping[str, Any]:
    offered = tuple(step.session.private["challenges"].split())
    attempt.ctx.require(first_factors.check_selected(offered, responses["ANSWER"]))
    return take_up(attempt, responses["ANSWER"], responses, step)


CHALLENGE = Challenge(
    first_factors.SELECT,
    _ask,
    _answer,
    ("USERNAME", "ANSWER"),
    ("PASSWORD", "SRP_A", "CREDENTIAL", "DEVICE_KEY"),
)
