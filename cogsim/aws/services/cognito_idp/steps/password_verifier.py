"""PASSWORD_VERIFIER: the proof of a password that never travels. # idp:srp

The state of the exchange is in the secret block. The plain SRP flow has no session beside it; a choice-based or custom
flow has one, and both must stand.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.first_factor import admit
from cogsim.aws.services.cognito_idp.records import SRP_CHALLENGES
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Challenge, Open
from cogsim.aws.services.cognito_idp.steps.flow import follow, spend
from cogsim.aws.token_families import digest
from cogsim.decisions import refusals, sign_in, srp_exchange
from cogsim.decisions.challenge_session import within_session
from cogsim.decisions.custom_flow import CUSTOM_AUTH
from cogsim.decisions.progress import PASSWORD
from cogsim.persistent import Map
from cogsim.tokens.srp import SECRET_BITS


def set_challenge(attempt: Attempt, srp_a: str) -> Asked:
    """The parameters of the challenge; for a name nobody has too, where the client hides its users.
    # idp:existence §srp"""
    ctx, pool, client, name = attempt.ctx, attempt.pool, attempt.client, attempt.name
    ctx.require(srp_exchange.check_public_value(srp_a))
    if attempt.account is None and not sign_in.hides_users(client):
        ctx.require(sign_in.unknown_user(client, refusals.NO_SUCH_USER, refusals.INCORRECT))
    b = ctx.draw("cognito-idp/srp-b", pool.id, name).integer(SECRET_BITS)
    challenge = srp_exchange.set_challenge(pool, client.id, attempt.account, name, srp_a, b, attempt.progress, ctx.now)
    block = base64.b64encode(ctx.draw("cognito-idp/secret-block", pool.id, name).bytes(480)).decode()
    ctx.update_state(lambda state: SRP_CHALLENGES.put(state, digest(block), challenge))
    return Asked(
        {
            "SALT": challenge.salt,
            "SRP_B": challenge.srp_b,
            "SECRET_BLOCK": block,
            "USERNAME": challenge.user_id,
            "USER_ID_FOR_SRP": challenge.user_id,
        },
        Map({"secret_block": digest(block)}),
    )


def prove(attempt: Attempt, responses: Mapping[str, str], step: Open | None = None) -> Attempt:
    """The attempt with the password proved; the refusal raised where it is not. `step` is the open one of a flow that
    has sessions."""
    attempt, proven = examine(attempt, responses, step)
    if attempt.account is None:
        attempt.ctx.require(sign_in.unknown_user(attempt.client, refusals.NO_SUCH_USER, refusals.INCORRECT))
    admit(attempt, proven)
    return attempt.having(PASSWORD)


def examine(attempt: Attempt, responses: Mapping[str, str], step: Open | None) -> tuple[Attempt, Callable[[], bool]]:
    """The attempt as its secret block knows it, and what says whether the proof is right. The block is spent."""
    ctx, client, user = attempt.ctx, attempt.client, attempt.account
    block = responses["PASSWORD_CLAIM_SECRET_BLOCK"]
    challenge = SRP_CHALLENGES.get(ctx.state, digest(block))
    named = user.username if user else responses["USERNAME"]
    ctx.require(srp_exchange.accept_answer(challenge, client.id, named, ctx.now))
    assert challenge is not None
    ctx.require(within_session(challenge.progress, step.session if step else None, digest(block)))
    ctx.update_state(lambda state: SRP_CHALLENGES.put(state, digest(block), challenge.spent()))
    raw, timestamp = _decoded(block), responses["TIMESTAMP"]
    signature = responses["PASSWORD_CLAIM_SIGNATURE"]

    def proven() -> bool:
        return srp_exchange.answers(attempt.pool, challenge, attempt.user, raw, timestamp, signature)

    return replace(attempt, progress=challenge.progress.from_device(responses.get("DEVICE_KEY"))), proven


def _decoded(block: str) -> bytes:
    try:
        return base64.b64decode(block)
    except binascii.Error:
        return b""


def _ask(attempt: Attempt) -> Asked:
    """Asked in the middle of a flow: the SRP_A came with the answer before."""
    return set_challenge(attempt, attempt.progress.wanted["SRP_A"])


def _answer(attempt: Attempt, step: Open, responses: Mapping[str, str]) -> Mapping[str, Any]:
    """The proof within a flow that has a session; in a custom flow the functions see a wrong one too."""
    if attempt.progress.flow == CUSTOM_AUTH:
        from cogsim.aws.services.cognito_idp.steps.custom_challenge import after_password

        return after_password(attempt, step, responses)
    proved = prove(attempt, responses, step)
    spend(attempt, step)
    return follow(proved)


PROOF = ("USERNAME", "PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK", "TIMESTAMP")
CHALLENGE = Challenge("PASSWORD_VERIFIER", _ask, _answer, PROOF)
