"""DEVICE_PASSWORD_VERIFIER: the proof of a device's secret, which never travels. # idp:device-tracking

An answer without a Session is found by its secret block.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Challenge, Open
from cogsim.aws.services.cognito_idp.steps.flow import follow, spend
from cogsim.aws.token_families import digest
from cogsim.decisions import device_exchange
from cogsim.decisions.progress import DEVICE
from cogsim.tokens.srp import SECRET_BITS

#: In the app's wishes: the SRP_A that came with the answer before.
PUBLIC_VALUE = "DEVICE_SRP_A"


def _ask(attempt: Attempt) -> Asked:
    ctx, user, key = attempt.ctx, attempt.user, attempt.progress.device_key or ""
    device = ctx.require(device_exchange.find_device(user, key, key))
    b = ctx.draw("cognito-idp/device-srp-b", user.pool_id, key).integer(SECRET_BITS)
    block = base64.b64encode(ctx.draw("cognito-idp/device-secret-block", user.pool_id, key).bytes(480)).decode()
    srp_a = attempt.progress.wanted[PUBLIC_VALUE]
    kept = ctx.require(device_exchange.open_challenge(device, srp_a, b, digest(block)))
    shown = {
        "SALT": kept["salt"],
        "SRP_B": device_exchange.public_value(kept),
        "SECRET_BLOCK": block,
        "DEVICE_KEY": key,
        "USERNAME": user.username,
    }
    return Asked(shown, kept, known_as=digest(block))


def _answer(attempt: Attempt, step: Open, responses: Mapping[str, str]) -> Mapping[str, Any]:
    ctx, block = attempt.ctx, responses["PASSWORD_CLAIM_SECRET_BLOCK"]
    named = step.session.progress.device_key
    device = ctx.require(device_exchange.find_device(attempt.user, named, responses["DEVICE_KEY"]))
    spend(attempt, step)
    signature, timestamp = responses["PASSWORD_CLAIM_SIGNATURE"], responses["TIMESTAMP"]
    kept = step.session.private
    ctx.require(device_exchange.judge_proof(kept, device, _decoded(block), digest(block), timestamp, signature))
    return follow(attempt.having(DEVICE))


def _decoded(block: str) -> bytes:
    try:
        return base64.b64decode(block)
    except binascii.Error:
        return b""


def _finds(_attempt: Attempt, responses: Mapping[str, str]) -> str:
    return digest(responses["PASSWORD_CLAIM_SECRET_BLOCK"])


_PROOF = ("PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK", "TIMESTAMP")
CHALLENGE = Challenge("DEVICE_PASSWORD_VERIFIER", _ask, _answer, ("USERNAME", "DEVICE_KEY", *_PROOF), finds=_finds)
