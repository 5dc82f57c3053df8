"""What a load balancer asks of a provider itself: tokens for a code or a refresh token, and the user's claims.

A user pool's domain and a provider outside AWS are asked at the door, as anybody asks them.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from cogsim.aws.context import CallContext
from cogsim.aws.domain_model import DOMAIN_SERVICE
from cogsim.decision import Refusal
from cogsim.decisions.load_balancer_provider import client_secret, endpoints_of, who_answers
from cogsim.decisions.load_balancer_session import endpoint_refused
from cogsim.world.load_balancer_actions import Authenticate
from cogsim.world.pool_members import UserPoolDomain

Told = Mapping[str, Any] | Refusal


def exchange(ctx: CallContext, action: Authenticate, grant: Mapping[str, str]) -> Told:
    """The tokens for a grant, by the load balancer's own secret; instants and names as the endpoint has them."""
    answering = who_answers(ctx.world, endpoints_of(ctx.world, action).token)
    pair = f"{quote_plus(action.client_id)}:{quote_plus(client_secret(ctx.world, action) or '')}"
    proof = f"Basic {base64.b64encode(pair.encode()).decode()}"
    if isinstance(answering, UserPoolDomain):
        params = {"Domain": answering.host(), "Form": dict(grant), "Authorization": proof}
        return _domain(ctx, "token", "Token", params, answering)
    names = {"grant_type": "GrantType", "code": "Code", "redirect_uri": "RedirectUri"}
    params = {"Issuer": answering.url, "Authorization": proof, **{names[n]: grant[n] for n in names if n in grant}}
    return _outside(ctx, "token", "cogsim:OidcToken", params, reachable=answering.reachable)


def user_info(ctx: CallContext, action: Authenticate, access_token: str) -> Told:
    """The user's claims, for an access token."""
    answering = who_answers(ctx.world, endpoints_of(ctx.world, action).user_info)
    if isinstance(answering, UserPoolDomain):
        params = {"Domain": answering.host(), "Authorization": f"Bearer {access_token}"}
        return _domain(ctx, "user info", "UserInfo", params, answering)
    params = {"Issuer": answering.url, "AccessToken": access_token}
    return _outside(ctx, "user info", "cogsim:OidcUserInfo", params, reachable=answering.reachable)


def _domain(ctx: CallContext, endpoint: str, operation: str, params: Mapping[str, Any], domain: UserPoolDomain) -> Told:
    region = ctx.world.user_pools[domain.pool_id].region
    outcome = ctx.submit(f"{DOMAIN_SERVICE}:{operation}", params, region=region)
    ctx.steps.extend(outcome.decision.steps)
    if outcome.error is not None:
        return ctx.take(endpoint_refused(endpoint, outcome.error.code))
    said = outcome.response or {}
    body: Mapping[str, Any] = said.get("Body", {})
    return body if said.get("Status") == 200 else ctx.take(endpoint_refused(endpoint, str(body.get("error"))))


def _outside(ctx: CallContext, endpoint: str, operation: str, params: Mapping[str, Any], *, reachable: bool) -> Told:
    if not reachable:
        return ctx.take(endpoint_refused(endpoint, "", reachable=False))
    outcome = ctx.submit(operation, params)
    ctx.steps.extend(outcome.decision.steps)
    if outcome.error is not None:
        return ctx.take(endpoint_refused(endpoint, outcome.error.code))
    return outcome.response or {}
