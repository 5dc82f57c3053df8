"""/oauth2/userInfo: what an access token of an authorization shows of its user. # idp:userinfo-endpoint"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws import token_families
from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.domain_pages.responses import json_answer
from cogsim.aws.services.cognito_idp.domain_pages.visits import visit
from cogsim.decision import Refusal
from cogsim.decisions.oauth_grant import shown_attributes
from cogsim.decisions.user_info import accept_bearer


@operation("cognito-domain:UserInfo", reads_only=True)
def user_info(ctx: CallContext, /, *, Domain: str, Authorization: str | None = None) -> Mapping[str, Any]:
    """The attributes that the token's scopes show, all of them as texts."""
    at = visit(ctx, Domain)
    revoked = token_families.revoked(ctx.state)
    bearer = ctx.take(accept_bearer(ctx.world, at.pool, Authorization, now=ctx.now, revoked=revoked))
    if isinstance(bearer, Refusal):
        said = f'error="{bearer.code}", error_description="{bearer.message}"'
        status = 401 if bearer.code == "invalid_token" else 403 if bearer.code == "insufficient_scope" else 400
        body = {"error": bearer.code, "error_description": bearer.message}
        return json_answer(body, status, {"WWW-Authenticate": said})
    scopes = tuple(str(bearer.claims["scope"]).split())
    shown = ctx.take(shown_attributes(bearer.pool, bearer.client, scopes))
    user = bearer.user
    attributes = {name: user.attributes[name] for name in sorted(user.attributes) if name in shown}
    return json_answer({"sub": user.sub, **attributes, "username": user.username})
