"""WEB_AUTHN: a passkey as the first factor. # idp:passwordless"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Challenge, Open
from cogsim.aws.services.cognito_idp.steps.flow import follow, spend
from cogsim.decisions import passkeys
from cogsim.persistent import Map
from cogsim.tokens.webauthn_parts import encode
from cogsim.world.pool_user import Passkey


def request(attempt: Attempt) -> Asked:
    """The options for a browser, and what the pool must remember of them; for a name that nobody has, options for a
    passkey that nobody holds."""
    ctx, pool, user = attempt.ctx, attempt.pool, attempt.account
    relying_party = ctx.require(passkeys.relying_party(ctx.world, pool))
    name = user.username if user else attempt.name
    challenge = encode(ctx.draw("cognito-idp/passkey-challenge", pool.id, name).bytes(32))
    known = passkeys.usable(user, relying_party) if user else passkeys.pretended(pool, name, relying_party)
    options = passkeys.request_options(pool, known, relying_party, challenge)
    return Asked(
        {"CREDENTIAL_REQUEST_OPTIONS": json.dumps(options, separators=(",", ":"))},
        Map({"challenge": challenge, "relying_party_id": relying_party}),
    )


def give(attempt: Attempt, step: Open, credential: str) -> Mapping[str, Any]:
    """What follows an assertion: its passkey's counter is kept, its proofs count."""
    ctx = attempt.ctx
    answer = passkeys.accept_assertion(attempt.pool, attempt.account, step.session.private, _parsed(credential))
    proved = ctx.require(answer)
    spend(attempt, step)
    return follow(_counted(attempt, proved.passkey).having(*proved.proofs))


def _counted(attempt: Attempt, passkey: Passkey) -> Attempt:
    """The attempt with the passkey's new counter stored; that is no change of the profile."""
    user = replace(attempt.user, passkeys=passkeys.with_passkey(attempt.user, passkey))
    attempt.ctx.update_world(lambda world: world.with_pool_user(user))
    return attempt.changed(user)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _answer(attempt: Attempt, step: Open, responses: Mapping[str, str]) -> Mapping[str, Any]:
    return give(attempt, step, responses["CREDENTIAL"])


CHALLENGE = Challenge("WEB_AUTHN", request, _answer, ("USERNAME", "CREDENTIAL"), ("DEVICE_KEY",))
