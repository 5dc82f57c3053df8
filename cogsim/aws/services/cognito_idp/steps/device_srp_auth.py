"""DEVICE_SRP_AUTH: a remembered device begins to prove itself. # idp:device-tracking

An answer need not bring the Session: apps have proved devices without it since before there was one. It then means the
latest open step of its client, user and device.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.steps import device_password_verifier
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Challenge, Open
from cogsim.aws.services.cognito_idp.steps.flow import ask, spend
from cogsim.aws.token_families import digest
from cogsim.decisions.device_exchange import find_device
from cogsim.decisions.srp_exchange import check_public_value


def _ask(attempt: Attempt) -> Asked:
    return Asked(known_as=_known_as(attempt, attempt.progress.device_key))


def _known_as(attempt: Attempt, key: str | None) -> str:
    return digest(json.dumps(["DEVICE_SRP_AUTH", attempt.client.id, attempt.account and attempt.account.sub, key]))


def _finds(attempt: Attempt, responses: Mapping[str, str]) -> str:
    return _known_as(attempt, responses["DEVICE_KEY"])


def _answer(attempt: Attempt, step: Open, responses: Mapping[str, str]) -> Mapping[str, Any]:
    named, srp_a = step.session.progress.device_key, responses["SRP_A"]
    attempt.ctx.require(find_device(attempt.user, named, responses["DEVICE_KEY"]))
    attempt.ctx.require(check_public_value(srp_a))
    spend(attempt, step)
    wanted = attempt.progress.wanted.set(device_password_verifier.PUBLIC_VALUE, srp_a)
    wanting = replace(attempt, progress=replace(attempt.progress, wanted=wanted))
    return ask(wanting, device_password_verifier.CHALLENGE.name)


CHALLENGE = Challenge("DEVICE_SRP_AUTH", _ask, _answer, ("USERNAME", "DEVICE_KEY", "SRP_A"), finds=_finds)
