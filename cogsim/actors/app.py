"""An application: it signs a person up and in by the flow its app client allows, and exchanges the tokens."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from cogsim.actors.answers import Answers, answer_challenges
from cogsim.aws.call import Credentials
from cogsim.entropy import named
from cogsim.errors import InputError
from cogsim.tokens import srp
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World


class Door(Protocol):
    """What an actor needs of a cloud: to make a call, to see the time on its own watch."""

    def call(
        self, operation: str, params: Mapping[str, Any] | None = None, credentials: Credentials | None = None
    ) -> Mapping[str, Any]: ...

    @property
    def now(self) -> float: ...


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person signed in through a client: the tokens as issued, `expires_at` in seconds since the epoch."""

    username: str
    pool_id: str
    client_id: str
    id_token: str = field(repr=False)
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: float
    #: The device it came from, where the pool tracks devices: a refresh names it.
    device_key: str | None = None


@dataclass(frozen=True, slots=True)
class IdentitySession:
    """AWS credentials that an identity pool vended; `expires_at` in seconds since the epoch."""

    identity_id: str
    credentials: Credentials
    expires_at: float


def secret_hash(client: UserPoolClient, username: str) -> dict[str, str]:
    """`{}` or the hash a client with a secret must send: Base64(HMAC-SHA256(secret, username ‖ client id))."""
    if client.secret is None:
        return {}
    digest = hmac.digest(client.secret.encode(), (username + client.id).encode(), "sha256")
    return {"SECRET_HASH": base64.b64encode(digest).decode()}


def sign_in(
    door: Door,
    world: World,
    client: UserPoolClient,
    username: str,
    password: str,
    operator: Credentials | None = None,
    answers: Answers | None = None,
) -> SignedIn:
    """Sign in by the strongest flow the client allows: SRP (also within USER_AUTH), then the password, then the
    server's flow signed by `operator`; `answers` are the person's to the challenges that follow. One that cannot be
    answered raises InputError naming it."""
    pool, given = world.user_pools[client.pool_id], answers or Answers()
    flows, key = set(client.explicit_auth_flows), given.device_key
    server = None
    if "ALLOW_USER_SRP_AUTH" in flows:
        answer = _by_srp(door, pool, client, username, password, key)
    elif "ALLOW_USER_AUTH" in flows:
        from cogsim.actors.choice import sign_in_by_choice

        return sign_in_by_choice(door, world, client, username, "PASSWORD_SRP", password=password, answers=given)
    elif flows & {"ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"}:
        params = _password_params(client, "USER_PASSWORD_AUTH", username, password, key)
        answer = door.call("cognito-idp:InitiateAuth", params)
    elif flows & {"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"}:
        server = operator
        answer = _by_server(door, client, username, password, operator, key)
    else:
        raise InputError(f"client {client.name!r} allows no flow that signs in with a password")
    finished = answer_challenges(AppTalk(door, client, server), username, answer, given)
    return signed_in(finished, username, client, door.now, given.device.key if given.device else None)


@dataclass(frozen=True, slots=True)
class AppTalk:
    """The app, or the server that signs as `operator`, in the middle of a sign-in."""

    door: Door
    client: UserPoolClient
    operator: Credentials | None = None

    @property
    def now(self) -> float:
        return self.door.now

    def call(self, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        return self.door.call(operation, params)

    def answer(
        self, challenge: str, session: str | None, responses: Mapping[str, str], user_id: str
    ) -> Mapping[str, Any]:
        """Answer a challenge for the user of that id, with the client's hash where it has a secret."""
        given = {"USERNAME": user_id, **responses, **secret_hash(self.client, user_id)}
        params: dict[str, Any] = {"ClientId": self.client.id, "ChallengeName": challenge, "ChallengeResponses": given}
        if session is not None:
            params["Session"] = session
        if self.operator is None:
            return self.door.call("cognito-idp:RespondToAuthChallenge", params)
        pool = {"UserPoolId": self.client.pool_id}
        return self.door.call("cognito-idp:AdminRespondToAuthChallenge", {**pool, **params}, self.operator)


def _password_params(
    client: UserPoolClient, flow: str, username: str, password: str, key: Mapping[str, str]
) -> dict[str, Any]:
    parameters = {"USERNAME": username, "PASSWORD": password, **key, **secret_hash(client, username)}
    return {"AuthFlow": flow, "ClientId": client.id, "AuthParameters": parameters}


def _by_server(
    door: Door,
    client: UserPoolClient,
    username: str,
    password: str,
    operator: Credentials | None,
    key: Mapping[str, str],
) -> Mapping[str, Any]:
    if operator is None:
        raise InputError(f"client {client.name!r} allows only the server's flow: say who the server is (operator)")
    legacy = "ADMIN_NO_SRP_AUTH" in client.explicit_auth_flows
    flow = "ADMIN_NO_SRP_AUTH" if legacy else "ADMIN_USER_PASSWORD_AUTH"
    params = {"UserPoolId": client.pool_id, **_password_params(client, flow, username, password, key)}
    return door.call("cognito-idp:AdminInitiateAuth", params, operator)


def _by_srp(
    door: Door, pool: UserPool, client: UserPoolClient, username: str, password: str, key: Mapping[str, str]
) -> Mapping[str, Any]:
    """SRP as an app does it. # idp:srp"""
    handshake = srp_client(door, pool, client, username)
    start = {"USERNAME": username, "SRP_A": handshake.public, **key, **secret_hash(client, username)}
    challenge = door.call(
        "cognito-idp:InitiateAuth", {"AuthFlow": "USER_SRP_AUTH", "ClientId": client.id, "AuthParameters": start}
    )
    if challenge.get("ChallengeName") != "PASSWORD_VERIFIER":
        return challenge
    return prove_password(door, client, handshake, challenge, password, key)


def srp_client(door: Door, pool: UserPool, client: UserPoolClient, username: str) -> srp.Client:
    """The app's side of an exchange: its secret exponent is its own draw, a function of user and instant."""
    exponent = named("actors/srp", pool.id, client.id, username, repr(door.now)).integer(srp.SECRET_BITS)
    return srp.Client(pool.id.partition("_")[2], exponent)


def prove_password(
    door: Door,
    client: UserPoolClient,
    handshake: srp.Client,
    challenge: Mapping[str, Any],
    password: str,
    key: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """The answer to PASSWORD_VERIFIER, within its session where it has one; `key` is DEVICE_KEY or nothing."""
    given = challenge["ChallengeParameters"]
    user_id = given["USER_ID_FOR_SRP"]
    stamp = srp.timestamp(door.now)
    proof = handshake.claim_signature(
        user_id, password, given["SALT"], given["SRP_B"], base64.b64decode(given["SECRET_BLOCK"]), stamp
    )
    responses = {
        "PASSWORD_CLAIM_SECRET_BLOCK": given["SECRET_BLOCK"],
        "PASSWORD_CLAIM_SIGNATURE": proof,
        "TIMESTAMP": stamp,
        **(key or {}),
    }
    return AppTalk(door, client).answer("PASSWORD_VERIFIER", challenge.get("Session"), responses, user_id)


def signed_in(
    answer: Mapping[str, Any], username: str, client: UserPoolClient, now: float, device_key: str | None = None
) -> SignedIn:
    """The tokens in an answer; a further challenge is an InputError that names it. `device_key` is the device the
    sign-in came from, unless it was given a new one."""
    if "AuthenticationResult" not in answer:
        raise InputError(f"{username!r} is asked for more than a password: {answer.get('ChallengeName')}")
    result = answer["AuthenticationResult"]
    return SignedIn(
        username,
        client.pool_id,
        client.id,
        result["IdToken"],
        result["AccessToken"],
        result.get("RefreshToken"),
        now + result["ExpiresIn"],
        result.get("NewDeviceMetadata", {}).get("DeviceKey", device_key),
    )


def refresh(door: Door, client: UserPoolClient, session: SignedIn, real_username: str) -> SignedIn:
    """New ID and access tokens for the refresh token; a client that rotates them gets another one each time, by the
    operation that it may use. # idp:refresh-token §rotation"""
    if session.refresh_token is None:
        raise InputError(f"{session.username!r} has no refresh token")
    if client.refresh_token_rotation:
        device = {"DeviceKey": session.device_key} if session.device_key is not None else {}
        secret = {"ClientSecret": client.secret} if client.secret is not None else {}
        params = {"ClientId": client.id, "RefreshToken": session.refresh_token, **device, **secret}
        answer = door.call("cognito-idp:GetTokensFromRefreshToken", params)
    else:
        device = {"DEVICE_KEY": session.device_key} if session.device_key is not None else {}
        parameters = {"REFRESH_TOKEN": session.refresh_token, **device, **secret_hash(client, real_username)}
        answer = door.call(
            "cognito-idp:InitiateAuth",
            {"AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": client.id, "AuthParameters": parameters},
        )
    fresh = signed_in(answer, session.username, client, door.now, session.device_key)
    return fresh if fresh.refresh_token is not None else replace(fresh, refresh_token=session.refresh_token)


def vend(door: Door, world: World, pool_id: str, session: SignedIn | None) -> IdentitySession:
    """GetId and GetCredentialsForIdentity: the enhanced flow, as a guest where nobody is signed in."""
    logins = {world.user_pools[session.pool_id].provider_name: session.id_token} if session else None
    with_logins = {"Logins": logins} if logins else {}
    identity = door.call("cognito-identity:GetId", {"IdentityPoolId": pool_id, **with_logins})["IdentityId"]
    answer = door.call("cognito-identity:GetCredentialsForIdentity", {"IdentityId": identity, **with_logins})
    return identity_session(answer)


def identity_session(answer: Mapping[str, Any]) -> IdentitySession:
    """The session in the answer of GetCredentialsForIdentity."""
    keys = answer["Credentials"]
    expires = keys["Expiration"]
    return IdentitySession(
        answer["IdentityId"],
        Credentials(keys["AccessKeyId"], keys["SecretKey"], keys["SessionToken"]),
        expires.timestamp() if hasattr(expires, "timestamp") else float(expires),
    )
