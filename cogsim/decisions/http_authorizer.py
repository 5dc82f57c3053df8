"""Does a route of an HTTP API take this token: the JWT authorizer.

1. The token stands where the authorizer's identity source says, behind `Bearer` or alone.
2. `iss` is the authorizer's issuer, which signed it by RSA under a key that `kid` names, and it is in force.
3. `aud`, or `client_id` where there is no `aud`, is one of the authorizer's audience. A token that is bound to another
   resource has an `aud` that no list of clients holds.
4. Of the route's scopes the token has one, in `scope` or `scp`. What fails here is forbidden, what failed before is not
   authenticated.
5. Nobody asks what kind of token it is: without scopes an ID token is as good as an access token.
# apigw:http-jwt
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Step, decided
from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.api_token import EXPIRED, MALFORMED, UNTRUSTED, BelievedToken, bearer, believe_token, scopes_of
from cogsim.decisions.claim_texts import http_claims
from cogsim.decisions.gateway_refusals import FORBIDDEN, UNAUTHORIZED, GatewayRefusal, bearer_challenge, refuse
from cogsim.tokens.jwt import UnverifiedToken, read
from cogsim.world.http_api import HttpApi, HttpAuthorizer, HttpRoute
from cogsim.world.world import World

_SOURCE = "apigw:http-jwt"
_DESCRIPTIONS = "api.jwtErrorDescription"
_MISSING = GatewayRefusal(UNAUTHORIZED.code, UNAUTHORIZED.message, UNAUTHORIZED.status, challenge="Bearer")

#: What the challenge says of a token that is not believed, by the code of the refusal.
_WORDS = {
    MALFORMED: "unable to parse the token",
    UNTRUSTED: "the token does not have a valid issuer",
    EXPIRED: "the token has expired",
    "TokenNotYetValid": "the token is not valid yet",
    "MissingClaim": "the token lacks a required claim",
    "MalformedClaim": "the token has a malformed claim",
}
_UNVERIFIED = "signing method or key is invalid"


@dataclass(frozen=True, slots=True)
class AcceptedByHttp:
    """A token that a route took: the claims that its backend sees, and the scopes that the token has of the route's."""

    token: BelievedToken
    context: Mapping[str, str] = field(repr=False)
    scopes: tuple[str, ...] = ()


def accepts_http_route(
    world: World, api: HttpApi, route: HttpRoute, token: str | None, *, now: float
) -> Decision[AcceptedByHttp | GatewayRefusal]:
    """Whether the route, which a JWT authorizer guards, takes what stands at its identity source at `now` (seconds)."""
    authorizer = api.authorizers.get(route.authorizer_id)
    if authorizer is None:
        question, place = "which authorizer guards it?", route.origin.at("AuthorizerId")
        return refuse(UNAUTHORIZED, question, route.authorizer_id, _SOURCE, answer="none", location=place)
    question, place = "is there a token?", authorizer.origin.at("IdentitySource")
    if not token or not token.strip():
        return refuse(_MISSING, question, authorizer.source, _SOURCE, location=place)
    first = Step(question, "yes", authorizer.source, _SOURCE, location=place)
    unnamed = _key_unnamed(bearer(token), route)
    if unnamed is not None:
        return Decision(unnamed.value, (first, *unnamed.steps))
    believed = believe_token(world, (authorizer.issuer,), bearer(token), now=now, source=_SOURCE)
    steps = (first, *believed.steps)
    if not isinstance(believed.value, BelievedToken):
        words = _WORDS.get(believed.value.code, _UNVERIFIED)
        return Decision(bearer_challenge(UNAUTHORIZED, route.scopes, "invalid_token", words), (*steps, _worded()))
    meant = _for_audience(authorizer, route, believed.value.claims)
    steps = (*steps, *meant.steps)
    if meant.value is not None:
        return Decision(meant.value, steps)
    held = _scoped(route, believed.value.claims)
    steps = (*steps, *held.steps)
    if isinstance(held.value, GatewayRefusal):
        return Decision(held.value, steps)
    return Decision(AcceptedByHttp(believed.value, http_claims(believed.value.claims), held.value), steps)


def _key_unnamed(token: str, route: HttpRoute) -> Decision[GatewayRefusal] | None:
    """The refusal of a token whose header names no key, even where its issuer has a single one; else None."""
    parsed = read(token)
    if not isinstance(parsed, UnverifiedToken) or isinstance(parsed.header.get("kid"), str):
        return None
    told = bearer_challenge(UNAUTHORIZED, route.scopes, "invalid_token", _UNVERIFIED)
    refused: Decision[GatewayRefusal] = refuse(told, "does its header name a key?", "no kid", _SOURCE)
    return refused


def value_at_source(request: ApiRequest, source: str) -> str | None:
    """What stands at `$request.header.X` or `$request.querystring.X`."""
    place, _, name = source.removeprefix("$request.").partition(".")
    return request.header(name) if place == "header" else request.query.get(name)


def _worded() -> Step:
    """The texts of challenges stand in no document."""
    question, found = "does the challenge say what is wrong?", "error_description"
    return Step(question, choice(_DESCRIPTIONS), found, _SOURCE, Basis.ASSUMED, assumption=_DESCRIPTIONS)


def _for_audience(
    authorizer: HttpAuthorizer, route: HttpRoute, claims: Mapping[str, Any]
) -> Decision[GatewayRefusal | None]:
    """Argument 3."""
    question, place = "is it for one of the audience?", authorizer.origin.at("JwtConfiguration.Audience")
    claim = "aud" if "aud" in claims else "client_id"
    stated = claims.get(claim)
    named = tuple(stated) if claim == "aud" and isinstance(stated, list | tuple) else (stated,)
    found = f"{claim} {', '.join(str(each)[:128] for each in named)}; audience {', '.join(authorizer.audience)}"
    if not any(isinstance(each, str) and each in authorizer.audience for each in named):
        words = "the token does not have a valid audience"
        told = bearer_challenge(UNAUTHORIZED, route.scopes, "invalid_token", words)
        return refuse(told, question, found, _SOURCE, location=place, before=(_worded(),))
    return decided(None, Step(question, "yes", found, _SOURCE, location=place, decides=not route.scopes))


def _scoped(route: HttpRoute, claims: Mapping[str, Any]) -> Decision[tuple[str, ...] | GatewayRefusal]:
    """Arguments 4 and 5."""
    use, place = str(claims.get("token_use"))[:40], route.origin.at("AuthorizationScopes")
    facts = (("token_use", use),)
    question, held = "does it hold one of the route's scopes?", scopes_of(claims)
    if not route.scopes:
        kind = Step(
            "what kind of token is it?", "nobody asks", f"token_use {use}", _SOURCE, location=place, facts=facts
        )
        return decided((), kind, Step(question, "it asks for none", "", _SOURCE, location=place))
    common = tuple(each for each in route.scopes if each in held)
    found = f"{' '.join(held) or 'none'}; one of {', '.join(route.scopes)}"
    if not common:
        told = bearer_challenge(FORBIDDEN, route.scopes, "insufficient_scope", "the token lacks the required scope")
        return refuse(told, question, found, _SOURCE, location=place, facts=facts, before=(_worded(),))
    return decided(common, Step(question, "yes", found, _SOURCE, location=place, facts=facts, decides=True))
