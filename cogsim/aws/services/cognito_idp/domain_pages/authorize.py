"""/oauth2/authorize and /login: back to the app at once, to a provider, or to the page that asks.
# idp:authorize-endpoint"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.domain_pages.federation import send_to_provider
from cogsim.aws.services.cognito_idp.domain_pages.login import login_page
from cogsim.aws.services.cognito_idp.domain_pages.records import BROWSERS
from cogsim.aws.services.cognito_idp.domain_pages.responses import SESSION, Response, page, redirect
from cogsim.aws.services.cognito_idp.domain_pages.sessions import go_back
from cogsim.aws.services.cognito_idp.domain_pages.visits import Errand, errand, visit
from cogsim.aws.token_families import digest
from cogsim.decision import Refusal
from cogsim.decisions import managed_login
from cogsim.errors import NotModelled


@operation("cognito-domain:Authorize")
def authorize(
    ctx: CallContext,
    /,
    *,
    Domain: str,
    Query: Mapping[str, str] | None = None,
    Cookies: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """An app asks for a code or tokens: an open session gives them at once."""
    asked = errand(visit(ctx, Domain, Query, Cookies))
    if not isinstance(asked, Errand):
        return asked
    session = _session(asked)
    if session is not None:
        user = ctx.world.pool_users[session.pool_id, session.username]
        return go_back(asked, session, user)
    silent = ctx.take(managed_login.wants_silence(asked.visit.domain, asked.request))
    if isinstance(silent, Refusal):
        return asked.refuse(silent)
    return _to_sign_in(asked, on_page=False)


@operation("cognito-domain:ShowLogin")
def show_login(
    ctx: CallContext,
    /,
    *,
    Domain: str,
    Query: Mapping[str, str] | None = None,
    Cookies: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """The page to sign in on; it takes the same parameters. # idp:login-endpoint"""
    asked = errand(visit(ctx, Domain, Query, Cookies))
    return _to_sign_in(asked, on_page=True) if isinstance(asked, Errand) else asked


@operation("cognito-domain:ShowError", ignores=("Cookies",))
def show_error(ctx: CallContext, /, *, Domain: str, Query: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """What the domain says to a person where it sends nobody anywhere."""
    query = visit(ctx, Domain, Query).query
    return page("error", status=400, Error=query.get("error"), Description=query.get("error_description"))


def _session(asked: Errand) -> managed_login.BrowserSession | None:
    at, ctx = asked.visit, asked.visit.ctx
    cookie = at.cookies.get(SESSION)
    held = BROWSERS.get(ctx.state, digest(cookie)) if cookie else None
    return ctx.take(managed_login.accept_session(ctx.world, held, at.domain, asked.client, asked.request, ctx.now))


def _to_sign_in(asked: Errand, *, on_page: bool) -> Response:
    at, ctx = asked.visit, asked.visit.ctx
    chosen = ctx.take(managed_login.choose_provider(ctx.world, at.pool, asked.client, asked.request))
    if isinstance(chosen, Refusal):
        return asked.error(chosen)
    if not isinstance(chosen, str):
        if asked.request.levels:
            raise NotModelled("/oauth2/authorize", "acr_values", "which level an external provider's sign-in reaches")
        return send_to_provider(asked, chosen)
    return login_page(asked) if on_page else redirect(at.url("/login"))
