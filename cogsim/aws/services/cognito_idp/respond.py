"""RespondToAuthChallenge and AdminRespondToAuthChallenge: the further steps of a sign-in."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import client_and_pool, on_pool, operators_pool, user_called
from cogsim.aws.services.cognito_idp.authenticate import admit
from cogsim.aws.services.cognito_idp.challenges import follow, require_keys
from cogsim.aws.services.cognito_idp.issue import begin_sign_in
from cogsim.aws.services.cognito_idp.records import SESSIONS, SRP_CHALLENGES
from cogsim.aws.services.cognito_idp.unmodelled import refuse_history, refuse_sign_in, refuse_unknown_keys
from cogsim.aws.services.cognito_idp.users import set_password
from cogsim.aws.services.cognito_idp.verify_attribute import apply_update
from cogsim.aws.token_families import digest
from cogsim.decisions import challenge_session, password, refusals, sign_in, srp_exchange
from cogsim.decisions.app_client import check_secret_hash
from cogsim.decisions.attribute_permissions import may_write
from cogsim.decisions.attribute_update import check_first_values, plan_update
from cogsim.errors import NotModelled
from cogsim.world.user_pool import UserPool, UserPoolClient, UserStatus

_ATTRIBUTE = "userAttributes."

#: ChallengeName to the responses it needs and those it may have beside SECRET_HASH. # idp:authentication-flows
_PROOF = ("USERNAME", "PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK", "TIMESTAMP")
_RESPONSES = {"PASSWORD_VERIFIER": (_PROOF, ()), "NEW_PASSWORD_REQUIRED": (("USERNAME", "NEW_PASSWORD"), (_ATTRIBUTE,))}


@operation("cognito-idp:RespondToAuthChallenge", ignores=("AnalyticsMetadata", "UserContextData", "ClientMetadata"))
def respond_to_auth_challenge(
    ctx: CallContext,
    /,
    *,
    ClientId: str,
    ChallengeName: str,
    Session: str | None = None,
    ChallengeResponses: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """Answer a challenge from an app. # idp:authentication-flows"""
    client, pool = client_and_pool(ctx, ClientId)
    name = "cognito-idp:RespondToAuthChallenge"
    return _respond(ctx, name, pool, client, ChallengeName, Session, ChallengeResponses or {})


@operation(
    "cognito-idp:AdminRespondToAuthChallenge",
    requires=on_pool("AdminRespondToAuthChallenge"),
    ignores=("AnalyticsMetadata", "ContextData", "ClientMetadata"),
)
def admin_respond_to_auth_challenge(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    ClientId: str,
    ChallengeName: str,
    Session: str | None = None,
    ChallengeResponses: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """Answer a challenge from a server that signs its calls. # idp:authentication-flows"""
    client, pool = client_and_pool(ctx, ClientId, operators_pool(ctx, UserPoolId).id)
    name = "cognito-idp:AdminRespondToAuthChallenge"
    return _respond(ctx, name, pool, client, ChallengeName, Session, ChallengeResponses or {})


def _respond(
    ctx: CallContext,
    name: str,
    pool: UserPool,
    client: UserPoolClient,
    challenge: str,
    session: str | None,
    responses: Mapping[str, str],
) -> Mapping[str, Any]:
    if challenge not in _RESPONSES:
        raise NotModelled(name, f"ChallengeName {challenge}")
    needed, further = _RESPONSES[challenge]
    ctx.require(require_keys(responses, needed))
    refuse_unknown_keys(name, "ChallengeResponses", responses, (*needed, *further, "SECRET_HASH"))
    ctx.require(check_secret_hash(client, responses["USERNAME"], responses.get("SECRET_HASH")))
    refuse_sign_in(ctx, pool)
    if challenge == "PASSWORD_VERIFIER":
        return _verify_password(ctx, pool, client, responses)
    return _take_new_password(ctx, pool, client, session, responses)


def _verify_password(
    ctx: CallContext, pool: UserPool, client: UserPoolClient, responses: Mapping[str, str]
) -> Mapping[str, Any]:
    """PASSWORD_VERIFIER: the state of the exchange is in the secret block, not in a session. # idp:srp"""
    block = responses["PASSWORD_CLAIM_SECRET_BLOCK"]
    challenge = SRP_CHALLENGES.get(ctx.state, digest(block))
    user = user_called(ctx, pool, responses["USERNAME"])
    named = user.username if user else responses["USERNAME"]
    ctx.require(srp_exchange.accept_answer(challenge, client.id, named, ctx.now))
    assert challenge is not None
    ctx.update_state(lambda state: SRP_CHALLENGES.put(state, digest(block), challenge.spent()))
    if user is None:
        ctx.require(sign_in.unknown_user(client, refusals.NO_SUCH_USER, refusals.INCORRECT))
        return {}
    raw, timestamp = _decoded(block), responses["TIMESTAMP"]
    signature = responses["PASSWORD_CLAIM_SIGNATURE"]

    def proven() -> bool:
        return srp_exchange.answers(pool, challenge, user, raw, timestamp, signature)

    following = admit(ctx, pool, client, user, proven)
    return follow(ctx, pool, client, user, following)


def _decoded(block: str) -> bytes:
    try:
        return base64.b64decode(block)
    except binascii.Error:
        return b""


def _take_new_password(
    ctx: CallContext, pool: UserPool, client: UserPoolClient, session: str | None, responses: Mapping[str, str]
) -> Mapping[str, Any]:
    """NEW_PASSWORD_REQUIRED: the chosen password, and the attributes that were missing. # idp:user-accounts"""
    key = digest(session or "")
    held, user = SESSIONS.get(ctx.state, key), user_called(ctx, pool, responses["USERNAME"])
    challenge = str(sign_in.Next.NEW_PASSWORD)
    ctx.require(challenge_session.accept_session(held, client, user, challenge, ctx.now))
    assert held is not None
    assert user is not None
    ctx.require(sign_in.check_enabled(client, user))
    ctx.require(password.conforms(pool, responses["NEW_PASSWORD"]))
    refuse_history(pool)
    given = {key.removeprefix(_ATTRIBUTE): value for key, value in responses.items() if key.startswith(_ATTRIBUTE)}
    ctx.require(may_write(pool, client, sorted(given)))
    ctx.require(check_first_values(pool, user, given))
    plan = plan_update(ctx.world, pool, user, given, holds_back=False, sends=False)
    apply_update(ctx, pool, user, plan)
    ctx.update_state(lambda state: SESSIONS.put(state, key, held.spent()))
    changed = set_password(
        ctx, pool, ctx.world.pool_users[pool.id, user.username], responses["NEW_PASSWORD"], UserStatus.CONFIRMED
    )
    return begin_sign_in(ctx, pool, client, changed)
