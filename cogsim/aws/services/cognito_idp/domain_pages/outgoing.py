"""The addresses that a browser is sent to at an external provider. # idp:saml-initiation, idp:oidc-providers"""

from __future__ import annotations

from cogsim.aws.context import CallContext
from cogsim.aws.services.cognito_idp.domain_pages.records import METADATA
from cogsim.aws.services.cognito_idp.domain_pages.visits import Errand
from cogsim.decisions.authorize import with_query
from cogsim.decisions.federated_oidc import authorize_url, issuer_of, scope_of
from cogsim.decisions.federated_request import FederationRequest
from cogsim.decisions.federated_saml import METADATA_LIFE, acs_url, entity_id
from cogsim.errors import AwsError, NotModelled
from cogsim.tokens.keys import rsa_key
from cogsim.tokens.saml_metadata import REDIRECT, IdpMetadata, read_metadata
from cogsim.tokens.saml_request import AuthnRequest, redirect_url
from cogsim.world.pool_members import UserPoolIdentityProvider


def saml_request(asked: Errand, provider: UserPoolIdentityProvider, way: FederationRequest, state: str) -> str:
    """The provider's address with a request to sign in, signed where the provider is configured so."""
    at, metadata = asked.visit, metadata_of(asked.visit.ctx, provider)
    destination = metadata.sign_in_by(REDIRECT)
    if destination is None:
        raise AwsError("invalid_request", "No SingleSignOn Http redirect binding location found in metadata.")
    request = AuthnRequest(
        str(way.request_id), entity_id(at.pool), acs_url(at.host), destination, issued_at=float(int(at.ctx.now))
    )
    signed = provider.details.get("RequestSigningAlgorithm") == "rsa-sha256"
    return redirect_url(request, state, rsa_key("cognito-idp", at.pool.id, "saml") if signed else None)


def oidc_request(asked: Errand, provider: UserPoolIdentityProvider, way: FederationRequest, state: str) -> str:
    """The provider's authorisation page with what an OpenID Connect provider is asked."""
    request, issuer = asked.request, issuer_of(asked.visit.ctx.world, provider)
    prompt = {"prompt": request.prompt} if request.prompt and asked.visit.domain.managed_login_version > 1 else {}
    hint = {"login_hint": request.login_hint} if request.login_hint else {}
    posted = {"response_mode": "form_post"} if provider.type == "SignInWithApple" else {}
    members = {
        "client_id": provider.details["client_id"],
        "redirect_uri": f"https://{way.host}/oauth2/idpresponse",
        "scope": scope_of(provider),
        "response_type": "code",
        "state": state,
        "nonce": str(way.nonce),
    }
    return with_query(authorize_url(provider, issuer), {**members, **posted, **prompt, **hint})


def metadata_of(ctx: CallContext, provider: UserPoolIdentityProvider) -> IdpMetadata:
    """The provider's metadata: the document it was configured with, or the one at its address, which is kept for six
    hours: a certificate that the provider changes at once is not known until then. # idp:saml-things"""
    document = provider.details.get("MetadataFile") or _fetched(ctx, provider.details["MetadataURL"])
    read = read_metadata(document)
    if isinstance(read, str):
        raise AwsError("invalid_request", f"Invalid SAML metadata: {read}")
    return read


def _fetched(ctx: CallContext, url: str) -> str:
    held = METADATA.get(ctx.state, url)
    if held is not None and ctx.now < held[0] + METADATA_LIFE:
        return held[1]
    servers = (ctx.world.ad_fs[entity] for entity in sorted(ctx.world.ad_fs))
    server = next((each for each in servers if url.startswith(f"{each.base_url.rstrip('/')}/")), None)
    if server is None:
        raise NotModelled(f"the metadata at {url}", hint="declare a Cogsim::AdFs there, or give MetadataFile")
    document = server.metadata()
    ctx.update_state(lambda state: METADATA.put(state, url, (ctx.now, document)))
    return document
