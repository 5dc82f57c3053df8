"""An application whose pool asks questions of its own: the custom flow, with a password before it where one is given.
# idp:custom-challenge"""

from __future__ import annotations

from cogsim.actors.answers import Answers, answer_challenges
from cogsim.actors.app import AppTalk, Door, SignedIn, prove_password, secret_hash, signed_in, srp_client
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World


def sign_in_by_answers(
    door: Door,
    world: World,
    client: UserPoolClient,
    username: str,
    answers: Answers,
    password: str | None = None,
) -> SignedIn:
    """Sign in by CUSTOM_AUTH: `answers.solve` answers each question, `password` is proved by SRP first where given. A
    challenge that nothing answers is an InputError that names it."""
    pool, key = world.user_pools[client.pool_id], answers.device_key
    handshake = srp_client(door, pool, client, username)
    first = {"CHALLENGE_NAME": "SRP_A", "SRP_A": handshake.public} if password is not None else {}
    start = {"USERNAME": username, **first, **key, **secret_hash(client, username)}
    asked = door.call(
        "cognito-idp:InitiateAuth", {"AuthFlow": "CUSTOM_AUTH", "ClientId": client.id, "AuthParameters": start}
    )
    if asked.get("ChallengeName") == "PASSWORD_VERIFIER" and password is not None:
        asked = prove_password(door, client, handshake, asked, password, key)
    finished = answer_challenges(AppTalk(door, client), username, asked, answers)
    return signed_in(finished, username, client, door.now, answers.device.key if answers.device else None)
