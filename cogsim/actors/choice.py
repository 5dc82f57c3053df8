"""An application whose users choose how to sign in: by password, by a code, or by a passkey on a device of theirs."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, TypeVar

from cogsim.actors.answers import Answers, answer_challenges
from cogsim.actors.app import AppTalk, Door, SignedIn, secret_hash, signed_in
from cogsim.actors.authenticator import Authenticator
from cogsim.entropy import named
from cogsim.errors import InputError
from cogsim.tokens import srp
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

FACTORS = ("PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN")

T = TypeVar("T")


def sign_in_by_choice(
    door: Door,
    world: World,
    client: UserPoolClient,
    username: str,
    factor: str,
    *,
    password: str | None = None,
    passkey: Authenticator | None = None,
    origin: str | None = None,
    wishes: Mapping[str, str] | None = None,
    answers: Answers | None = None,
) -> SignedIn:
    """Sign in by USER_AUTH with `factor` as the preferred challenge.

    `passkey` is the authenticator that holds one, `origin` the page that its browser shows (the relying party's own
    unless given), `wishes` are further AuthParameters (TARGET_ACR_VALUES…), `answers` the person's to what follows. A
    factor that the user cannot take, or a challenge that nothing answers, is an InputError that names it.
    """
    if factor not in FACTORS:
        raise InputError(f"a sign-in begins by {', '.join(FACTORS)}, not {factor!r}")
    given, talk = answers or Answers(), AppTalk(door, client)
    exponent = named("actors/srp", client.pool_id, client.id, username, repr(door.now)).integer(srp.SECRET_BITS)
    handshake = srp.Client(client.pool_id.partition("_")[2], exponent)
    start = {"USERNAME": username, "PREFERRED_CHALLENGE": factor, **given.device_key, **secret_hash(client, username)}
    if factor == "PASSWORD":
        start["PASSWORD"] = _needed(password, "password")
    if factor == "PASSWORD_SRP":
        start["SRP_A"] = handshake.public
    params = {"AuthFlow": "USER_AUTH", "ClientId": client.id, "AuthParameters": {**start, **(wishes or {})}}
    answer = door.call("cognito-idp:InitiateAuth", params)
    match answer.get("ChallengeName"):
        case "SELECT_CHALLENGE":
            offered = ", ".join(answer["AvailableChallenges"])
            raise InputError(f"{username!r} cannot sign in by {factor}; there is {offered}")
        case "PASSWORD_VERIFIER":
            answer = _prove(talk, handshake, answer, _needed(password, "password"))
        case "WEB_AUTHN":
            credential = _assertion(_needed(passkey, "passkey"), answer, origin)
            answer = talk.answer("WEB_AUTHN", answer["Session"], {"CREDENTIAL": credential}, username)
    finished = answer_challenges(talk, username, answer, given)
    return signed_in(finished, username, client, door.now, given.device.key if given.device else None)


def register_passkey(door: Door, session: SignedIn, passkey: Authenticator, origin: str | None = None) -> str:
    """Register a passkey of that authenticator for who is signed in; its id. `origin` as in `sign_in_by_choice`."""
    token = {"AccessToken": session.access_token}
    options = door.call("cognito-idp:StartWebAuthnRegistration", token)["CredentialCreationOptions"]
    credential = passkey.create(options, origin or f"https://{options['rp']['id']}")
    door.call("cognito-idp:CompleteWebAuthnRegistration", {**token, "Credential": credential})
    return str(credential["id"])


def _prove(talk: AppTalk, handshake: srp.Client, challenge: Mapping[str, Any], password: str) -> Mapping[str, Any]:
    """The answer to PASSWORD_VERIFIER. # idp:srp"""
    given, stamp = challenge["ChallengeParameters"], srp.timestamp(talk.now)
    user_id, block = given["USER_ID_FOR_SRP"], given["SECRET_BLOCK"]
    raw = base64.b64decode(block)
    proof = handshake.claim_signature(user_id, password, given["SALT"], given["SRP_B"], raw, stamp)
    responses = {"PASSWORD_CLAIM_SECRET_BLOCK": block, "PASSWORD_CLAIM_SIGNATURE": proof, "TIMESTAMP": stamp}
    return talk.answer("PASSWORD_VERIFIER", challenge["Session"], responses, user_id)


def _assertion(passkey: Authenticator, challenge: Mapping[str, Any], origin: str | None) -> str:
    options = json.loads(challenge["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"])
    return json.dumps(passkey.get(options, origin or f"https://{options['rpId']}"), separators=(",", ":"))


def _needed(value: T | None, name: str) -> T:
    if value is None:
        raise InputError(f"this sign-in needs {name}")
    return value
