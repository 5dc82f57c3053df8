"""Signing in at a load balancer: to the provider, back with a code, the sealed session, and its refreshment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cogsim.aws.services.load_balancer import providers
from cogsim.aws.services.load_balancer.records import LOGINS, SESSIONS, key_of
from cogsim.aws.services.load_balancer.responses import Response, cookie, redirect, refused
from cogsim.aws.services.load_balancer.visits import Visit
from cogsim.decision import Refusal
from cogsim.decisions import load_balancer_session as sessions
from cogsim.decisions.load_balancer_provider import endpoints_of
from cogsim.decisions.load_balancer_rules import parameter
from cogsim.decisions.load_balancer_session import AuthSession, PendingLogin, Standing
from cogsim.world.load_balancer_actions import Authenticate


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose request it is; `cookies` are to be set anew."""

    session: AuthSession
    cookies: Mapping[str, Any]


def authenticate(at: Visit, action: Authenticate) -> SignedIn | Response | None:
    """Whose request it is, the answer in its place, or None where nobody's goes on. # elb:authenticate"""
    ctx, sent = at.ctx, sessions.session_cookie(at.request, action)
    held = SESSIONS.get(ctx.state, key_of(sent)) if sent else None
    standing = ctx.take(
        sessions.accept_session(held, at.balancer, at.listener, action, sent=sent is not None, now=ctx.now)
    )
    if held is not None and standing is Standing.IN_FORCE:
        return SignedIn(held, {})
    if held is not None and standing is Standing.TO_REFRESH:
        renewed = _refresh(at, held)
        if renewed is not None:
            return renewed
    way = ctx.take(sessions.without_session(action))
    if isinstance(way, Refusal):
        return refused(way)
    return None if way == "allow" else _begin(at, action)


def _begin(at: Visit, action: Authenticate) -> Response:
    """Send the browser to the provider, with a state that it alone can bring back."""
    ctx = at.ctx
    draw = ctx.draw("load-balancer/login", at.balancer.arn)
    state, bound, nonce = draw.alnum(160), draw.bytes(32)[16:].hex(), draw.base32(72)[40:]
    endpoints = endpoints_of(ctx.world, action)
    address = ctx.take(sessions.authorization_address(endpoints, action, at.request, state, nonce))
    pending = PendingLogin(
        at.balancer.arn,
        at.listener.arn,
        action,
        at.request.url,
        sessions.redirect_uri(at.request),
        bound,
        nonce,
        ctx.now,
    )
    ctx.update_state(lambda held: LOGINS.put(held, key_of(state), pending))
    return redirect(address, {sessions.NONCE_COOKIE: cookie(bound, int(sessions.LOGIN_LIFE))})


def come_back(at: Visit) -> Response:
    """The provider sent the browser back: tokens for the code, claims for the tokens, a session, and on."""
    ctx = at.ctx
    state = parameter(at.request, "state")
    pending = LOGINS.get(ctx.state, key_of(state)) if state else None
    code = ctx.take(sessions.accept_callback(pending, at.balancer, at.listener, at.request, ctx.now))
    if isinstance(code, Refusal) or pending is None:
        return refused(code) if isinstance(code, Refusal) else refused(Refusal("401", "AuthInvalidStateParam"))
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": pending.redirect_uri}
    tokens = providers.exchange(ctx, pending.action, grant)
    if isinstance(tokens, Refusal):
        return refused(tokens)
    endpoints = endpoints_of(ctx.world, pending.action)
    subject = ctx.take(sessions.accept_tokens(tokens, endpoints, pending.action, pending.nonce, ctx.now))
    if isinstance(subject, Refusal):
        return refused(subject)
    made = _session(at, pending.action, tokens, subject, None)
    if isinstance(made, Refusal):
        return refused(made)
    return redirect(pending.url, {**made.cookies, sessions.NONCE_COOKIE: cookie("", 0)})


def _refresh(at: Visit, held: AuthSession) -> SignedIn | None:
    """The session with new tokens and claims, None where the provider gives none any more. # elb:authenticate"""
    grant = {"grant_type": "refresh_token", "refresh_token": held.refresh_token or ""}
    tokens = providers.exchange(at.ctx, held.action, grant)
    if isinstance(tokens, Refusal):
        return None
    made = _session(at, held.action, tokens, held.subject, held)
    return None if isinstance(made, Refusal) else made


def _session(
    at: Visit, action: Authenticate, tokens: Mapping[str, Any], subject: str, earlier: AuthSession | None
) -> SignedIn | Refusal:
    """A session over tokens and what userInfo says, sealed; one made `earlier` keeps its beginning."""
    ctx, access = at.ctx, str(tokens.get("access_token"))
    told = providers.user_info(ctx, action, access)
    if isinstance(told, Refusal):
        return told
    claims = ctx.take(sessions.accept_claims(told, access, subject))
    if isinstance(claims, Refusal):
        return claims
    ends, refresh = ctx.now + float(tokens.get("expires_in", 0)), tokens.get("refresh_token")
    session = AuthSession(at.balancer.arn, at.listener.arn, action, claims, access, ends, refresh, ctx.now)
    if earlier is not None:
        session = replace(session, refresh_token=refresh or earlier.refresh_token, began=earlier.began)
    size = ctx.take(sessions.sealed_size(session))
    return size if isinstance(size, Refusal) else _sealed(at, session, size)


def _sealed(at: Visit, session: AuthSession, size: int) -> SignedIn:
    ctx = at.ctx
    value = ctx.draw("load-balancer/session", at.balancer.arn).alnum(size)
    ctx.update_state(lambda held: SESSIONS.put(held, key_of(value), session))
    pieces, left = sessions.shards(session.action.cookie_name, value), int(session.ends - ctx.now)
    gone = {name: cookie("", 0) for name in sessions.cookie_names(session.action.cookie_name) if name not in pieces}
    stale = {name: gone[name] for name in gone if name in at.request.cookies}
    return SignedIn(session, {**stale, **{name: cookie(piece, left) for name, piece in pieces.items()}})
