"""AppSync: by which of an API's ways a request comes in, before anything of it is believed.

1. The header `x-api-key` is an API key; a signature is one; else the header `authorization` holds a token.
2. A token that names an issuer of one of the API's user pools or OpenID Connect modes is that issuer's to verify, and
   never the function's: a function would else admit what the issuer refuses.
3. Every other token is the function's, where the API has one. # appsync:security §aws-lambda-authorization
"""

from __future__ import annotations

from cogsim.decision import Decision, Step, decided
from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Caller
from cogsim.decisions.gateway_refusals import GatewayRefusal, refuse
from cogsim.decisions.graphql_authorization import ComeIn, issuers_of, mode_of, no_way_in
from cogsim.tokens.jwt import UnverifiedToken, read
from cogsim.world.graphql_api import IAM, LAMBDA, GraphqlApi
from cogsim.world.world import World

BY_KEY, BY_SIGNATURE, BY_ISSUER, BY_FUNCTION = "an API key", "a signature", "an issuer's token", "a function's token"

_SOURCE = "appsync:security"
_NOT_FOUND = GatewayRefusal("NotFoundException", "There is no such API.", 404)


def answers_there(api: GraphqlApi | None, origin: CallOrigin) -> Decision[GraphqlApi | GatewayRefusal]:
    """The API, if it is there where the request came from: a private one is so through VPC endpoints only."""
    question = "does the API answer there?"
    if api is None:
        return refuse(_NOT_FOUND, question, "there is none", _SOURCE)
    place = api.origin.at("Visibility")
    if api.private and origin.vpc_endpoint is None:
        return refuse(_NOT_FOUND, question, "private, and asked from outside", _SOURCE, location=place)
    return decided(api, Step(question, "yes", api.host, _SOURCE, location=place))


def way_in(world: World, api: GraphqlApi, request: ApiRequest, *, signed: bool) -> Decision[str | GatewayRefusal]:
    """How the request authenticates: one of `BY_KEY`, `BY_SIGNATURE`, `BY_ISSUER`, `BY_FUNCTION`."""
    question, place = "how does the request authenticate?", api.origin.at("AuthenticationType")
    token = request.header("authorization")
    if request.header("x-api-key") is not None:
        return decided(BY_KEY, Step(question, BY_KEY, "x-api-key", _SOURCE, location=place))
    if signed:
        return decided(BY_SIGNATURE, Step(question, BY_SIGNATURE, "Signature Version 4", _SOURCE, location=place))
    if token is None or not token.strip():
        refused = no_way_in(api, "neither key, signature nor token")
        return Decision(refused.value, refused.steps)
    chosen = token_way(world, api, token)
    return Decision(chosen.value, chosen.steps)


def token_way(world: World, api: GraphqlApi, token: str) -> Decision[str]:
    """Whose a token is to look at: `BY_ISSUER` or `BY_FUNCTION`. Arguments 2 and 3."""
    question, place = "who looks at the token?", api.origin.at("AdditionalAuthenticationProviders")
    function = mode_of(api, LAMBDA)
    if function is None:
        found = "the API has no function"
        return decided(BY_ISSUER, Step(question, "the issuers", found, _SOURCE, location=place))
    issuer = _named(token)
    known = {each for mode in api.modes for each in issuers_of(world, mode)}
    if issuer in known:
        return decided(BY_ISSUER, Step(question, "its issuer", f"iss {issuer[:200]}", _SOURCE, location=place))
    found = f"iss {issuer[:200]} is no mode's" if issuer else "it names no issuer"
    return decided(BY_FUNCTION, Step(question, "the function", found, _SOURCE, location=place))


def _named(token: str) -> str:
    """The issuer that a token names; a function is sent the header as it is, so a scheme before it counts as well."""
    scheme, space, rest = token.partition(" ")
    parsed = read(rest.strip() if space and scheme.casefold() == "bearer" else token.strip())
    issuer = parsed.claims.get("iss") if isinstance(parsed, UnverifiedToken) else None
    return issuer if isinstance(issuer, str) else ""


def accepts_signature(api: GraphqlApi, caller: Caller) -> Decision[ComeIn | GatewayRefusal]:
    """Whether a signature is a way into the API; what it opens the caller's policies say, field by field."""
    mode = mode_of(api, IAM)
    if mode is None:
        refused = no_way_in(api, "a signature")
        return Decision(refused.value, refused.steps)
    question, place = "does the API take signatures?", api.origin.at("AuthenticationType")
    return decided(ComeIn(mode, caller=caller), Step(question, "yes", type(caller).__name__, _SOURCE, location=place))
