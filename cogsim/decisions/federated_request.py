"""The way of a browser to an external provider and back: is what comes back an answer to what was asked here.

1. The state is one that this domain gave out, for a provider of its pool, no longer than five minutes ago, and once.
2. It comes back in the browser that it was given to: else an attacker's answer could be finished in a victim's
   browser, who would then work in the attacker's account. # idp:oidc-providers
3. Without a request a response is taken from a SAML provider alone, where its configuration and the client's say so.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.refusals import UNSEEN_TEXTS, Check, passed, refused
from cogsim.persistent import Map
from cogsim.world.pool_members import UserPoolIdentityProvider
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

#: How long a browser may stay at the provider, and how old a response that nobody asked for may be (seconds).
STATE_LIFE, UNSOLICITED_LIFE = 300.0, 360.0
_BOUND = "cognito.federationBoundToBrowser"
_SOURCE = "idp:saml-initiation"
_UNKNOWN = Refusal("invalid_request", "Invalid samlResponse or relayState from identity provider")
_MEMBERS = ("client_id", "redirect_uri", "response_type")


@dataclass(frozen=True, slots=True)
class FederationRequest:
    """A browser on its way to `provider`. `query` is what the app asked the pages for; `request_id` is the id of a
    SAML request, `nonce` what an OIDC provider is to repeat; `browser` is the cookie that the browser was given."""

    pool_id: str
    host: str
    provider: str
    query: Map[str, str]
    begun_at: float
    browser: str = field(repr=False)
    request_id: str | None = None
    nonce: str | None = field(default=None, repr=False)


def accept_state(
    held: FederationRequest | None, pool: UserPool, host: str, provider_type: str, cookie: str | None, now: float
) -> Decision[FederationRequest | Refusal]:
    """The way that ends here (arguments 1 and 2), or the refusal for the error page."""
    question = "is it the answer to what was asked here?"
    if held is None or (held.pool_id, held.host) != (pool.id, host):
        return refused(_UNKNOWN, question, "no such state", _SOURCE, assumption=UNSEEN_TEXTS)
    if (held.request_id is not None) != (provider_type == "SAML"):
        return refused(_UNKNOWN, question, "of the other protocol", _SOURCE, assumption=UNSEEN_TEXTS)
    age = now - held.begun_at
    if age >= STATE_LIFE:
        refusal = Refusal("invalid_request", "Something went wrong")
        return refused(refusal, question, f"{age:g} s old", _SOURCE, assumption=UNSEEN_TEXTS)
    same = bool(cookie) and hmac.compare_digest(str(cookie).encode(), held.browser.encode())
    if not same and choice(_BOUND) == "yes":
        return refused(_UNKNOWN, question, "in another browser", "rfc:9700§2.1", assumption=_BOUND)
    step = Step(question, "yes", f"{age:g} s after it was sent to {held.provider}", _SOURCE)
    if same:
        return decided(held, step)
    bound = passed("is it the same browser?", "another one", "rfc:9700§2.1", answer="not asked", assumption=_BOUND)
    return decided(held, step, *bound.steps)


def read_unsolicited(
    world: World, pool: UserPool, relay_state: str | None
) -> Decision[tuple[UserPoolIdentityProvider, Mapping[str, str]] | Refusal]:
    """The provider and the app's query that a RelayState names which nobody gave out here (argument 3)."""
    question = "may a response come by itself?"
    try:
        query = dict(parse_qsl(relay_state or "", keep_blank_values=True, max_num_fields=20))
    except ValueError:
        query = {}
    provider = world.pool_providers.get((pool.id, query.get("identity_provider", "")))
    if provider is None or provider.type != "SAML" or not all(query.get(name) for name in _MEMBERS):
        return refused(_UNKNOWN, question, "its RelayState names no provider and app", _SOURCE, assumption=UNSEEN_TEXTS)
    place = provider.origin.at("ProviderDetails.IDPInit")
    if provider.details.get("IDPInit") != "true":
        return refused(_UNKNOWN, question, "IDPInit is not true", _SOURCE, location=place, assumption=UNSEEN_TEXTS)
    return decided((provider, query), Step(question, "yes", "IDPInit is true", _SOURCE, location=place))


def permit_unsolicited(world: World, client: UserPoolClient) -> Check:
    """Whether the client takes responses that nobody asked for: one that has SAML providers alone.
    # idp:saml-initiation"""
    question, place = "does the client take such responses?", client.origin.at("SupportedIdentityProviders")
    names = client.supported_identity_providers
    kinds = {name: world.pool_providers.get((client.pool_id, name)) for name in names}
    others = sorted(name for name, held in kinds.items() if held is None or held.type != "SAML")
    if names and not others:
        return passed(question, ", ".join(names), _SOURCE, location=place)
    return refused(_UNKNOWN, question, f"it has {', '.join(others) or 'none'}", _SOURCE, location=place)


def find_provider(world: World, pool_id: str, name: str) -> Decision[UserPoolIdentityProvider | Refusal]:
    """The provider that the browser was sent to, where the pool has it still."""
    question, provider = "has the pool the provider still?", world.pool_providers.get((pool_id, name))
    if provider is None:
        refusal = Refusal("invalid_request", "Identity provider does not exist.")
        return refused(refusal, question, name, "idp:providers", assumption=UNSEEN_TEXTS)
    return decided(provider, Step(question, "yes", name, "idp:providers", location=provider.origin.location))


def check_recent(issued_at: float, now: float, request_id: str | None) -> Check:
    """Whether a response that answers no request was made just now."""
    question, age = "was it made in the last six minutes?", now - issued_at
    found = f"{age:g} s ago"
    if request_id is not None:
        return passed(question, "it answers a request", _SOURCE, answer="not asked")
    if age <= UNSOLICITED_LIFE:
        return passed(question, found, _SOURCE)
    return refused(_UNKNOWN, question, found, _SOURCE, assumption=UNSEEN_TEXTS)
