"""/logout: the browser's session ends, its tokens do not; a SAML provider may be told. # idp:logout-endpoint"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.domain_pages.outgoing import metadata_of
from cogsim.aws.services.cognito_idp.domain_pages.records import BROWSERS, LEAVINGS
from cogsim.aws.services.cognito_idp.domain_pages.responses import SESSION, error_page, gone, redirect
from cogsim.aws.services.cognito_idp.domain_pages.visits import Errand, Visit, errand, visit
from cogsim.aws.token_families import digest
from cogsim.decision import Refusal
from cogsim.decisions.federated_saml import entity_id
from cogsim.decisions.leaving import check_logout, ended_session, provider_told
from cogsim.tokens.keys import rsa_key
from cogsim.tokens.saml_logout import LogoutRequest, logout_redirect
from cogsim.tokens.saml_metadata import REDIRECT


@operation("cognito-domain:Logout")
def logout(
    ctx: CallContext,
    /,
    *,
    Domain: str,
    Query: Mapping[str, str] | None = None,
    Cookies: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """Forget the browser's session, then go to a registered address, or back to the sign-in."""
    at = visit(ctx, Domain, Query, Cookies)
    if "redirect_uri" in at.query and "logout_uri" not in at.query:
        asked = errand(at)
        if not isinstance(asked, Errand):
            return asked
        following = f"https://{at.host}/login?{urlencode(at.query)}"
    else:
        client_id = at.query.get("client_id", "")
        refused = ctx.take(check_logout(ctx.world, at.pool, client_id, at.query.get("logout_uri")))
        if isinstance(refused, Refusal):
            return error_page(at.host, refused, at.query.get("client_id"))
        following = at.query["logout_uri"]
    return {**redirect(_by_provider(at, following) or following), "Cookies": {SESSION: gone()}}


def _by_provider(at: Visit, following: str) -> str | None:
    """The SAML provider's address to sign out at, where the session came by one that is configured so; the provider
    sends the browser back here. # idp:saml-things"""
    ctx, value = at.ctx, at.cookies.get(SESSION)
    session = ctx.take(ended_session(BROWSERS.get(ctx.state, digest(value)) if value else None, at.pool))
    if session is None:
        return None
    ctx.update_state(lambda state: BROWSERS.drop(state, digest(str(value))))
    provider = ctx.take(provider_told(ctx.world, session))
    if provider is None:
        return None
    destination = dict(metadata_of(ctx, provider).sign_out).get(REDIRECT)
    if destination is None:
        return None
    draw = ctx.draw("cognito-domain/leaving", at.pool.id, session.username)
    request = LogoutRequest(
        f"_{draw.uuid()}",
        entity_id(at.pool),
        destination,
        str(session.name_id),
        float(int(ctx.now)),
        session.session_index,
    )
    relay_state = draw.alnum(64)
    ctx.update_state(lambda state: LEAVINGS.put(state, digest(relay_state), (at.host, following)))
    return logout_redirect(request, relay_state, rsa_key("cognito-idp", at.pool.id, "saml"))
