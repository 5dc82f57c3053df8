"""Is this token one of that provider's, for us, and in force: the question of everybody who takes external identities.

1. The provider is in the world and answers when it is asked for its keys: a token proves nothing without them.
2. The token keeps the rules of `tokens.jwt` under the keys published now: a retired key signs no more.
3. Its claims keep the rules of `tokens.oidc_claims`.
4. An access token that says nothing by itself (Facebook, Amazon) is put to the provider, which alone can read it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NewType

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.opaque_token import read_opaque_token
from cogsim.decisions.token_contents import pool_keys
from cogsim.errors import NotModelled
from cogsim.tokens.jwks import KeySet, key_set
from cogsim.tokens.jwt import verify
from cogsim.tokens.keys import SigningKey
from cogsim.tokens.oidc_claims import Expected, check_claims
from cogsim.world.external_oidc import OidcIssuer
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

#: The claims of a token that was verified, is for the reader and in force; only `accept_oidc_token` makes them.
Claims = NewType("Claims", Mapping[str, Any])

#: The provider could not be asked.
UNREACHABLE = "ProviderUnreachable"


def find_issuer(world: World, issuer_url: str) -> OidcIssuer | None:
    """The provider by its address, with or without the scheme, or by the name that its access tokens have at AWS."""
    named = world.oidc_issuers.get(issuer_url) or world.oidc_issuers.get(f"https://{issuer_url}")
    if named is not None:
        return named
    return next((each for each in world.oidc_issuers.values() if each.quirks.opaque_name == issuer_url), None)


def accept_oidc_token(
    world: World,
    issuer_url: str,
    token: str,
    *,
    audiences: Collection[str] | None,
    now: float,
    nonce: str | None = None,
    party_first: bool = False,
    skew: float = 0.0,
) -> Decision[Claims | Refusal]:
    """The claims of `token` where the provider made it for one of `audiences` and it is in force at `now` (seconds).

    The codes of refusals, for callers with words of their own: MalformedToken, InvalidToken (a rule of `jwt`),
    ProviderUnreachable, AccountDisabled, and those of `check_claims`. `party_first` takes `azp` for the audience, as
    STS does; no `audiences` leaves it to a trust policy to ask whom the token is for. A user pool of the world is a
    provider like others; one that is not in the world raises NotModelled. Opaque access tokens give `aud` (the
    application), `sub`, `exp`.
    """
    issuer, pool = find_issuer(world, issuer_url), issuing_pool(world, issuer_url)
    if issuer is None and pool is not None:
        expected = Expected((pool.issuer,), audiences, now, skew, nonce, party_first=party_first)
        return _believed(token, pool_keys(pool), "RS256", expected, _pool_publishes(pool))
    if issuer is None:
        raise NotModelled(f"a token of {issuer_url}", hint="declare the provider as a Cogsim::OidcIssuer")
    asked = _keys(issuer)
    if isinstance(asked.value, Refusal):
        return Decision(asked.value, asked.steps)
    expected = Expected(issuer.issuers, audiences, now, skew, nonce, party_first=party_first)
    if issuer.quirks.opaque_name in (issuer_url, issuer_url.removeprefix("https://")):
        read = read_opaque_token(issuer, token, expected)
        return decided(read.value, *read.steps, after=asked.steps)  # type: ignore[arg-type]
    return _believed(token, asked.value, issuer.algorithm, expected, asked.steps)


def issuing_pool(world: World, issuer_url: str) -> UserPool | None:
    """The user pool whose tokens carry that `iss`, with or without the scheme."""
    pool = world.user_pools.get(issuer_url.rpartition("/")[2])
    return pool if pool is not None and issuer_url in (pool.issuer, pool.issuer.removeprefix("https://")) else None


def _believed(
    token: str, keys: Mapping[str, SigningKey] | KeySet, algorithm: str, expected: Expected, before: tuple[Step, ...]
) -> Decision[Claims | Refusal]:
    signed = verify(token, keys, algorithms=(algorithm,))
    steps = (*before, *signed.steps)
    if isinstance(signed.value, Refusal):
        return Decision(signed.value, steps)
    checked = check_claims(signed.value, expected)
    return Decision(checked.value or Claims(signed.value), (*steps, *checked.steps))


def _pool_publishes(pool: UserPool) -> tuple[Step, ...]:
    question, found = "does the provider publish its keys?", ", ".join(pool_keys(pool))
    return (Step(question, "yes", found, "idp:verify"),)


def _keys(issuer: OidcIssuer) -> Decision[KeySet | Refusal]:
    """The keys that the provider publishes now. # oidc:discovery"""
    question, place = "does the provider publish its keys?", issuer.origin.at("Reachable")
    if not issuer.reachable:
        step = Step(question, "no, it does not answer", issuer.url, "oidc:discovery", location=place, decides=True)
        return decided(Refusal(UNREACHABLE, f"{issuer.url} does not answer"), step)
    published = ", ".join(key.kid for key in issuer.published)
    place = issuer.origin.at("Generations")
    return decided(key_set(issuer.published), Step(question, "yes", published, "oidc:discovery", location=place))
