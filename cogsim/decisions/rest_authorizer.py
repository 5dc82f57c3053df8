"""Does a method of a REST API take this token: the authorizer of user pools.

1. The token stands in the one header that the authorizer reads; without it nobody is asked.
2. Where the authorizer has a validation expression, the token's `aud` matches it as a whole: access tokens have none.
3. One of the authorizer's pools signed it, and it is in force (`api_token`). Another account's pool is as good.
4. A method without scopes takes ID tokens, of any app client of the pool; a method with scopes takes access tokens
   that hold one of them.
5. Neither groups nor a sign-out are asked after.
# apigw:cognito
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cogsim.arn import Arn
from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.api_token import EXPIRED, BelievedToken, bearer, believe_token, scopes_of
from cogsim.decisions.claim_texts import rest_claims
from cogsim.decisions.gateway_refusals import FORBIDDEN, TOKEN_EXPIRED, UNAUTHORIZED, GatewayRefusal, refuse
from cogsim.patterns import fullmatch
from cogsim.world.rest_api import RestApi, RestAuthorizer, RestMethod
from cogsim.world.world import World

_SOURCE = "apigw:cognito"
_SCOPE_REFUSAL = "api.restScopeRefusal"
_TWICE = "api.headerSentTwice"


@dataclass(frozen=True, slots=True)
class AcceptedByRest:
    """A token that a method took, with the claims that its backend sees."""

    token: BelievedToken
    context: Mapping[str, str] = field(repr=False)


def accepts_rest_route(
    world: World, api: RestApi, method: RestMethod, token: str | None, *, now: float
) -> Decision[AcceptedByRest | GatewayRefusal]:
    """Whether the method, which user pools guard, takes the value of its token header at `now` (seconds)."""
    authorizer = api.authorizers.get(method.authorizer_id)
    if authorizer is None:
        question, found = "which authorizer guards it?", method.authorizer_id
        return refuse(UNAUTHORIZED, question, found, _SOURCE, answer="none", location=method.origin.at("AuthorizerId"))
    question, place = "is there a token?", authorizer.origin.at("IdentitySource")
    if not token or not token.strip():
        return refuse(UNAUTHORIZED, question, authorizer.source, _SOURCE, location=place)
    steps: tuple[Step, ...] = (Step(question, "yes", authorizer.source, _SOURCE, location=place),)
    issuers, unknown = pools_of(world, authorizer)
    believed = believe_token(world, issuers, bearer(token), now=now, source=_SOURCE)
    steps = (*steps, *unknown, *believed.steps)
    if not isinstance(believed.value, BelievedToken):
        told = TOKEN_EXPIRED if believed.value.code == EXPIRED else UNAUTHORIZED
        return Decision(told, steps)
    validated = _validated(authorizer, believed.value)
    if isinstance(validated.value, Refusal):
        return Decision(validated.value, (*steps, *validated.steps))
    right = _right_kind(method, believed.value)
    steps = (*steps, *validated.steps, *right.steps)
    if right.value is not None:
        return Decision(right.value, steps)
    return Decision(AcceptedByRest(believed.value, rest_claims(believed.value.claims)), steps)


def token_of(request: ApiRequest, source: str) -> Decision[str | GatewayRefusal | None]:
    """The value of the header that the authorizer reads, whatever the case of its name."""
    name = source.rpartition(".")[2]
    question, twice = "is the token's header there once?", request.sent_twice(name)
    if twice and choice(_TWICE) == "refused":
        return refuse(UNAUTHORIZED, question, name, _SOURCE, answer="twice", assumption=_TWICE)
    if twice:
        step = Step(question, "the last counts", name, _SOURCE, Basis.ASSUMED, assumption=_TWICE)
        return decided(request.header(name), step)
    held = request.header(name)
    return decided(held, Step(question, "yes" if held is not None else "no", name, _SOURCE))


def pools_of(world: World, authorizer: RestAuthorizer) -> tuple[tuple[str, ...], tuple[Step, ...]]:
    """The issuers behind the authorizer's pools, and a step for each pool that is not in the world."""
    issuers, steps = [], []
    for provider in authorizer.providers:
        arn = Arn.try_parse(provider)
        pool = world.user_pools.get(arn.resource.removeprefix("userpool/")) if arn is not None else None
        if pool is not None and pool.arn == provider:
            issuers.append(pool.issuer)
        else:
            place, facts = authorizer.origin.at("ProviderARNs"), (("unresolved", provider),)
            question = "which tokens has the pool signed?"
            steps.append(
                Step(question, "unknown: it is not in the world", provider, _SOURCE, location=place, facts=facts)
            )
    return tuple(issuers), tuple(steps)


def _validated(authorizer: RestAuthorizer, token: BelievedToken) -> Decision[GatewayRefusal | None]:
    """Argument 2."""
    question, place = (
        "does its audience match the validation expression?",
        authorizer.origin.at("IdentityValidationExpression"),
    )
    if not authorizer.validation:
        return decided(None, Step(question, "there is none", "any app client", _SOURCE, location=place))
    audience = token.claims.get("aud")
    shown = f"aud {str(audience)[:128]}, expression {authorizer.validation[:128]}"
    if not isinstance(audience, str) or fullmatch(authorizer.validation, audience) is None:
        return refuse(UNAUTHORIZED, question, shown, _SOURCE, location=place)
    return decided(None, Step(question, "yes", shown, _SOURCE, location=place))


def _right_kind(method: RestMethod, token: BelievedToken) -> Decision[GatewayRefusal | None]:
    """Argument 4."""
    use = str(token.claims.get("token_use"))[:40]
    place = method.origin.at("AuthorizationScopes")
    client = token.claims.get("aud") or token.claims.get("client_id")
    facts = (("token_use", use), ("client", str(client)[:128]))
    if not method.scopes:
        question, found = "is it an ID token, as a method without scopes asks?", f"token_use {use}"
        if use != "id":
            return refuse(UNAUTHORIZED, question, found, _SOURCE, basis=Basis.OBSERVED, location=place, facts=facts)
        return decided(None, Step(question, "yes", found, _SOURCE, Basis.OBSERVED, place, facts=facts, decides=True))
    question, found = "is it an access token, as a method with scopes asks?", f"token_use {use}"
    if use != "access":
        return refuse(UNAUTHORIZED, question, found, _SOURCE, location=place, facts=facts)
    kind = Step(question, "yes", found, _SOURCE, location=place)
    question, held = "does it hold one of the method's scopes?", scopes_of(token.claims)
    found = f"{' '.join(held) or 'none'}; one of {', '.join(method.scopes)}"
    if not set(held) & set(method.scopes):
        told = UNAUTHORIZED if choice(_SCOPE_REFUSAL) == "401" else FORBIDDEN
        return refuse(
            told, question, found, _SOURCE, location=place, assumption=_SCOPE_REFUSAL, facts=facts, before=(kind,)
        )
    return decided(None, kind, Step(question, "yes", found, _SOURCE, location=place, facts=facts, decides=True))
