"""/saml2/idpresponse and /saml2/logout: what a SAML provider sends back. # idp:saml-things"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.domain_pages.federation import come_in
from cogsim.aws.services.cognito_idp.domain_pages.outgoing import metadata_of
from cogsim.aws.services.cognito_idp.domain_pages.records import ASSERTIONS, FEDERATIONS, LEAVINGS
from cogsim.aws.services.cognito_idp.domain_pages.responses import BOUND, Response, error_page, redirect
from cogsim.aws.services.cognito_idp.domain_pages.visits import Errand, Visit, errand, visit
from cogsim.aws.token_families import digest
from cogsim.decision import Refusal
from cogsim.decisions import federated_request as ways
from cogsim.decisions import federated_saml as saml
from cogsim.decisions.federated_identity import ExternalSignIn
from cogsim.decisions.leaving import way_back
from cogsim.decisions.managed_login import choose_provider
from cogsim.errors import AwsError
from cogsim.persistent import Map
from cogsim.tokens.saml import Assertion, validate_response
from cogsim.world.pool_members import UserPoolIdentityProvider


@operation("cognito-domain:SamlResponse")
def saml_response(
    ctx: CallContext, /, *, Domain: str, Form: Mapping[str, str], Cookies: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    """A browser brings a response, as an answer to a request or, where that is allowed, by itself."""
    at, key = visit(ctx, Domain, {}, Cookies, Form), digest(Form.get("RelayState", ""))
    held = FEDERATIONS.get(ctx.state, key)
    if held is None:
        return _unsolicited(at)
    way = ctx.take(ways.accept_state(held, at.pool, at.host, "SAML", at.cookies.get(BOUND), ctx.now))
    if isinstance(way, Refusal):
        return error_page(at.host, way, held.query.get("client_id"))
    ctx.update_state(lambda state: FEDERATIONS.drop(state, key))
    asked = errand(visit(ctx, Domain, dict(way.query.items()), Cookies, Form))
    if not isinstance(asked, Errand):
        return asked
    provider = ctx.take(ways.find_provider(ctx.world, at.pool.id, way.provider))
    if isinstance(provider, Refusal):
        return asked.refuse(provider)
    return _accept(asked, provider, way.request_id)


def _unsolicited(at: Visit) -> Response:
    """A response that nobody asked for."""
    ctx = at.ctx
    read = ctx.take(ways.read_unsolicited(ctx.world, at.pool, at.form.get("RelayState")))
    if isinstance(read, Refusal):
        return error_page(at.host, read, None)
    provider, query = read
    asked = errand(visit(ctx, at.host, query, at.cookies, at.form))
    if not isinstance(asked, Errand):
        return asked
    refused = ctx.take(ways.permit_unsolicited(ctx.world, asked.client))
    if isinstance(refused, Refusal):
        return asked.error(refused)
    chosen = ctx.take(choose_provider(ctx.world, at.pool, asked.client, asked.request))
    if isinstance(chosen, Refusal):
        return asked.error(chosen)
    return _accept(asked, provider, None)


def _accept(asked: Errand, provider: UserPoolIdentityProvider, request_id: str | None) -> Response:
    """Validate the response; the sign-in that follows from it, or the refusal at the app's address."""
    try:
        assertion = _assertion(asked, provider, request_id)
    except AwsError as error:
        return asked.refuse(saml.as_told(Refusal(error.code, error.message)))
    claims = {name: values[0] if len(values) == 1 else list(values) for name, values in assertion.attributes.items()}
    external = ExternalSignIn(
        provider.name,
        provider.type,
        assertion.name_id,
        Map(claims),
        issuer=assertion.issuer,
        session_index=assertion.session_index,
        sources=Map({"samlResponse": dict(sorted(claims.items()))}),
    )
    return come_in(asked, provider, external)


def _assertion(asked: Errand, provider: UserPoolIdentityProvider, request_id: str | None) -> Assertion:
    at, ctx = asked.visit, asked.visit.ctx
    raw = ctx.require(saml.read_posted(at.form.get("SAMLResponse")))
    key = (at.pool.id, provider.name)
    known = tuple(each for each in ASSERTIONS.get(ctx.state, key) or () if ctx.now < each[1])
    seen = frozenset(name for name, _ in known)
    metadata = metadata_of(ctx, provider)
    expected = saml.expected_response(at.pool, provider, at.host, metadata, request_id, seen)
    assertion = ctx.require(validate_response(raw, expected, ctx.now))
    ctx.require(ways.check_recent(assertion.issued_at, ctx.now, request_id))
    remembered = (*known, (assertion.id, assertion.remember_until))
    ctx.update_state(lambda state: ASSERTIONS.put(state, key, remembered))
    return assertion


@operation("cognito-domain:SamlLogoutResponse", ignores=("Cookies",))
def saml_logout_response(ctx: CallContext, /, *, Domain: str, Form: Mapping[str, str]) -> Mapping[str, Any]:
    """The provider's session has ended too: on to where the app wanted the browser. What the response says changes
    nothing here: the browser's session ended before it was sent."""
    at, key = visit(ctx, Domain, form=Form), digest(Form.get("RelayState", ""))
    following = ctx.take(way_back(LEAVINGS.get(ctx.state, key), at.host))
    if isinstance(following, Refusal):
        return error_page(at.host, following, None)
    ctx.update_state(lambda state: LEAVINGS.drop(state, key))
    return redirect(following)
