"""What a sign-in on the pages ends in: a session of the browser, and a code or tokens for the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.domain_pages.records import BROWSERS, CODES
from cogsim.aws.services.cognito_idp.domain_pages.responses import (
    BOUND,
    SESSION,
    XSRF,
    Response,
    cookie,
    gone,
    redirect,
)
from cogsim.aws.services.cognito_idp.domain_pages.visits import Errand
from cogsim.aws.services.cognito_idp.issue import Tokens, begin_family, issue_again
from cogsim.aws.token_families import digest
from cogsim.decision import Refusal
from cogsim.decisions.authorization_code import AuthorizationCode
from cogsim.decisions.managed_login import NATIVE, BrowserSession, session_begun
from cogsim.decisions.oauth_grant import Grant, check_scopes_readable
from cogsim.decisions.progress import Progress, Sent
from cogsim.decisions.session_settings import reuse_validity
from cogsim.errors import AwsError
from cogsim.world.pool_user import PoolUser

#: The source of the pre-token trigger for tokens of the pages. # idp:pre-token
HOSTED = "TokenGeneration_HostedAuth"


def begin_session(
    errand: Errand,
    user: PoolUser,
    progress: Progress,
    *,
    provider: str = NATIVE,
    name_id: str | None = None,
    session_index: str | None = None,
    nonce: str | None = None,
) -> Response:
    """The browser is signed in, and goes back to the app. `nonce` is for an app that sent none."""
    visit, ctx = errand.visit, errand.visit.ctx
    draw = ctx.draw("cognito-domain/session", visit.pool.id, user.username)
    progress = replace(progress, event_id=progress.event_id or draw.uuid())
    value = draw.alnum(64)
    session = BrowserSession(
        visit.pool.id,
        visit.host,
        visit.domain.managed_login_version,
        user.username,
        user.sub,
        progress,
        ctx.now,
        provider,
        name_id,
        session_index,
    )
    ctx.take(session_begun(session))
    ctx.update_state(lambda state: BROWSERS.put(state, digest(value), session))
    life = reuse_validity(ctx.world, visit.pool.id, errand.client.id) * 60
    cookies = {SESSION: cookie(value, life), XSRF: gone(), BOUND: gone()}
    return {**go_back(errand, session, user, nonce), "Cookies": cookies}


def go_back(errand: Errand, session: BrowserSession, user: PoolUser, nonce: str | None = None) -> Response:
    """Send the browser to the app with a code, or with tokens, for the user of its session."""
    request = errand.request
    grant = Grant(request.scopes, request.nonce or nonce, request.resource)
    if request.response_type == "code":
        return redirect(request.answer({"code": _code(errand, session, grant)}))
    readable = errand.visit.ctx.take(check_scopes_readable(errand.visit.pool, errand.client, grant.scopes))
    if isinstance(readable, Refusal):
        return errand.refuse(readable)
    try:
        return redirect(request.answer(_tokens(errand, session, user, grant)))
    except AwsError as error:
        return errand.refuse(Refusal("invalid_request", error.message))


def _code(errand: Errand, session: BrowserSession, grant: Grant) -> str:
    ctx = errand.visit.ctx
    value = ctx.draw("cognito-domain/code", session.pool_id, session.username).uuid()
    code = AuthorizationCode(
        session.pool_id,
        errand.client.id,
        errand.request.redirect_uri,
        session.username,
        session.sub,
        grant,
        session.progress,
        session.begun_at,
        ctx.now,
        errand.request.challenge,
    )
    ctx.update_state(lambda state: CODES.put(state, digest(value), code))
    return value


def _tokens(errand: Errand, session: BrowserSession, user: PoolUser, grant: Grant) -> Mapping[str, str]:
    """The tokens of the implicit grant, which has no refresh token."""
    ctx, visit = errand.visit.ctx, errand.visit
    sent = Sent(ip_address=ctx.call.origin.source_ip)
    attempt = Attempt(ctx, visit.pool, errand.client, user.username, user, session.progress, sent)
    family = begin_family(attempt, session.begun_at, grant)
    issued = issue_again(Tokens(ctx, visit.pool, errand.client, user, family, HOSTED), expires_at=None)
    return {name: str(value) for name, value in token_members(issued).items()}


def token_members(issued: Mapping[str, Any]) -> dict[str, Any]:
    """AuthenticationResult under the names of OAuth. # idp:token-endpoint"""
    names = {
        "IdToken": "id_token",
        "AccessToken": "access_token",
        "RefreshToken": "refresh_token",
        "ExpiresIn": "expires_in",
        "TokenType": "token_type",
    }
    return {name: issued[member] for member, name in names.items() if member in issued}
