"""/oauth2/idpresponse: what an OpenID Connect or social provider sends back. # idp:oidc-providers"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.domain_pages.federation import come_in
from cogsim.aws.services.cognito_idp.domain_pages.records import FEDERATIONS
from cogsim.aws.services.cognito_idp.domain_pages.responses import BOUND, Response, error_page
from cogsim.aws.services.cognito_idp.domain_pages.visits import Errand, errand, visit
from cogsim.aws.token_families import digest
from cogsim.decision import Refusal
from cogsim.decisions import federated_oidc as oidc
from cogsim.decisions.federated_request import FederationRequest, accept_state, find_provider
from cogsim.decisions.provider_details import client_assertion
from cogsim.errors import AwsError
from cogsim.world.pool_members import UserPoolIdentityProvider


@operation("cognito-domain:OAuthResponse")
def oauth_response(
    ctx: CallContext,
    /,
    *,
    Domain: str,
    Query: Mapping[str, str] | None = None,
    Cookies: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """A browser brings a provider's code."""
    return _come_back(ctx, Domain, Query or {}, Cookies)


@operation("cognito-domain:OAuthFormResponse")
def oauth_form_response(
    ctx: CallContext, /, *, Domain: str, Form: Mapping[str, str], Cookies: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    """A browser posts a provider's code: Apple's way."""
    return _come_back(ctx, Domain, Form, Cookies)


def _come_back(ctx: CallContext, host: str, answer: Mapping[str, str], cookies: Mapping[str, str] | None) -> Response:
    at, key = visit(ctx, host, {}, cookies), digest(answer.get("state", ""))
    held = FEDERATIONS.get(ctx.state, key)
    way = ctx.take(accept_state(held, at.pool, at.host, "OIDC", at.cookies.get(BOUND), ctx.now))
    if isinstance(way, Refusal):
        return error_page(at.host, way, held.query.get("client_id") if held else None)
    ctx.update_state(lambda state: FEDERATIONS.drop(state, key))
    asked = errand(visit(ctx, host, dict(way.query.items()), cookies))
    if not isinstance(asked, Errand):
        return asked
    provider = ctx.take(find_provider(ctx.world, at.pool.id, way.provider))
    if isinstance(provider, Refusal):
        return asked.refuse(provider)
    return _exchange(asked, provider, way, answer)


def _exchange(
    asked: Errand, provider: UserPoolIdentityProvider, way: FederationRequest, answer: Mapping[str, str]
) -> Response:
    """Trade the code at the provider's own endpoints, and sign in whom its tokens name."""
    ctx = asked.visit.ctx
    issuer = oidc.issuer_of(ctx.world, provider)
    code, url = ctx.take(oidc.read_answer(issuer, answer)), issuer.url
    if isinstance(code, Refusal):
        return asked.refuse(code)
    try:
        tokens = _submit(asked, "cogsim:OidcToken", _exchange_of(asked, provider, way, url, code))
    except AwsError as error:
        return asked.refuse(oidc.token_fault(provider, error.code))
    try:
        shown = {"Issuer": url, "AccessToken": str(tokens["access_token"])}
        info = None if provider.type == "SignInWithApple" else _submit(asked, "cogsim:OidcUserInfo", shown)
        external = ctx.require(oidc.read_claims(ctx.world, provider, tokens, info, way.nonce, ctx.now))
    except AwsError as error:
        return asked.refuse(Refusal("invalid_request", error.message))
    return come_in(asked, provider, external)


def _exchange_of(
    asked: Errand, provider: UserPoolIdentityProvider, way: FederationRequest, url: str, code: str
) -> dict[str, str]:
    secret = client_assertion(provider, url, asked.visit.ctx.now) or provider.details.get("client_secret")
    return {
        "Issuer": url,
        "GrantType": "authorization_code",
        "Code": code,
        "RedirectUri": f"https://{way.host}/oauth2/idpresponse",
        "ClientId": provider.details["client_id"],
        **({"ClientSecret": secret} if secret else {}),
    }


def _submit(asked: Errand, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
    outcome = asked.visit.ctx.submit(operation, params)
    asked.visit.ctx.steps.extend(outcome.decision.steps)
    return outcome.unwrap()
