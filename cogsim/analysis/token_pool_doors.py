"""The components of Cognito itself that take tokens: identity pools, the user pools' own API, userInfo, refreshing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from cogsim.analysis.naming import called
from cogsim.analysis.token_door import Ask, Door
from cogsim.analysis.token_identities import developer_identity
from cogsim.analysis.token_kinds import Use
from cogsim.analysis.token_offers import Offer
from cogsim.analysis.token_targets import Target, target_of, with_issuer
from cogsim.decision import Decision, Refusal
from cogsim.decisions.discovery import pool_domain_url
from cogsim.decisions.identity import admit_bearer, admit_guest
from cogsim.decisions.identity_federated import LEGACY_PROVIDERS
from cogsim.decisions.identity_logins import accept_login, accept_own_token
from cogsim.decisions.oauth_client import check_api_token, need_member
from cogsim.decisions.oauth_grant import OPENID
from cogsim.decisions.oidc_token import find_issuer, issuing_pool
from cogsim.decisions.pool_token import accept_access_token
from cogsim.decisions.refresh_token import accept_refresh_token, check_refresh_operation
from cogsim.decisions.refusals import after
from cogsim.decisions.token_contents import API_SCOPE
from cogsim.decisions.user_info import accept_bearer
from cogsim.world.iam import OidcProvider
from cogsim.world.identity_pool import CognitoProvider, IdentityPool
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World


def identity_pool_doors(world: World, who: PoolUser | None) -> Iterator[Door]:
    """Every provider of every identity pool that vouches by a token of its own; of SAML and of developers there are
    rows in `token_saml_doors` and here below."""
    for pool in world.identity_pools.values():
        for entry in pool.cognito_providers:
            yield _by_user_pool(world, pool, entry, who)
        for name in pool.supported_login_providers:
            if name not in LEGACY_PROVIDERS:
                yield _by_public_provider(world, pool, name, who)
        for arn in pool.open_id_connect_provider_arns:
            if arn in world.oidc_providers:
                yield _by_registered(world, pool, world.oidc_providers[arn], who)


def without_tokens(world: World) -> Iterator[str]:
    """The providers that vouch otherwise, in words."""
    for pool in world.identity_pools.values():
        for name in pool.supported_login_providers:
            if name in LEGACY_PROVIDERS:
                yield f"identity pool {called(world, pool)}: {name} vouches by OAuth 1.0, which is not modelled"
        for arn in pool.open_id_connect_provider_arns:
            if arn not in world.oidc_providers:
                yield f"identity pool {called(world, pool)}: {arn} is not in the world"


def _by_user_pool(world: World, pool: IdentityPool, entry: CognitoProvider, who: PoolUser | None) -> Door:
    user_pool = world.user_pools.get(entry.provider_name.rpartition("/")[2])
    client = world.clients.get(entry.client_id)
    if user_pool is None or client is None or client.pool_id != user_pool.id:
        target = target_of(world, user_pool, None, who=who)
        named = entry.client_id
    else:
        target, named = target_of(world, user_pool, client, who=who), called(world, client)
    provider = called(world, user_pool) if user_pool is not None else entry.provider_name
    key = f"{called(world, pool)}/{named}"
    shown = f"identity pool {called(world, pool)}, {provider} by {named}"
    return _identity_pool_door(pool, target, entry.provider_name, key, shown, "CognitoIdentityProviders")


def _by_public_provider(world: World, pool: IdentityPool, name: str, who: PoolUser | None) -> Door:
    target = public_target(world, pool, name, who)
    return _identity_pool_door(pool, target, name, *_named(world, pool, name), "SupportedLoginProviders")


def public_target(world: World, pool: IdentityPool, name: str, who: PoolUser | None) -> Target:
    """An account at a public provider, for the identity pool's application there."""
    issuer, audiences = find_issuer(world, name), tuple(pool.supported_login_providers[name].split(";"))
    target = _outside(target_of(world, None, who=who), world, name, audiences)
    return replace(target, opaque=issuer is not None and issuer.quirks.opaque_name == name, provider_name=name)


def _by_registered(world: World, pool: IdentityPool, provider: OidcProvider, who: PoolUser | None) -> Door:
    name = provider.arn.partition(":oidc-provider/")[2]
    own, place = issuing_pool(world, provider.url), "OpenIdConnectProviderARNs"
    if own is not None:
        client = next((world.clients[each] for each in provider.client_ids if each in world.clients), None)
        return _identity_pool_door(
            pool, target_of(world, own, client, who=who), name, *_named(world, pool, name), place
        )
    target = _outside(target_of(world, None, who=who), world, provider.url, provider.client_ids)
    return _identity_pool_door(pool, target, name, *_named(world, pool, name), place)


def _named(world: World, pool: IdentityPool, name: str) -> tuple[str, str]:
    """The key of the door of a provider outside, and what people read."""
    return f"{called(world, pool)}/{name}", f"identity pool {called(world, pool)}, {name}"


def _outside(target: Target, world: World, url: str, audiences: tuple[str, ...]) -> Target:
    """The target with an account at the provider of that name; one that is not in the world is asked by nobody's."""
    issuer = find_issuer(world, url)
    return target if issuer is None else with_issuer(target, issuer, audiences)


def _identity_pool_door(pool: IdentityPool, target: Target, name: str, key: str, shown: str, place: str) -> Door:
    aimed = replace(target, identity_pool=pool)
    expects: Use = "outside" if target.issuer is not None else "id"
    ask = partial(_ask_identity_pool, pool, name)
    return Door(f"identity-pool:{key}", shown, pool.origin.at(place), aimed, ask, expects)


def _ask_identity_pool(pool: IdentityPool, name: str, offer: Offer) -> Decision[Any]:
    if offer.text is None:
        return admit_guest(pool)
    return accept_login(offer.world, pool, name, offer.text, now=offer.now, revoked=offer.ended_by)


def developer_doors(world: World, who: PoolUser | None) -> Iterator[Door]:
    """GetCredentialsForIdentity of each identity pool with a developer provider, by the token that the pool made."""
    for pool in world.identity_pools.values():
        name = pool.developer_provider_name
        if name is None:
            continue
        target = replace(target_of(world, None, who=who), identity_pool=pool)
        shown = f"identity pool {called(world, pool)}, users of {name}"
        where = pool.origin.at("DeveloperProviderName")
        yield Door(
            f"developer:{called(world, pool)}/{name}", shown, where, target, partial(_ask_own, pool), "developer"
        )


def _ask_own(pool: IdentityPool, offer: Offer) -> Decision[Any]:
    """Whether the pool takes the token for the identity of the developer's user."""
    identity = developer_identity(offer.world, pool)
    if offer.text is None:
        return admit_guest(pool, identity)
    login = accept_own_token(pool, identity.id, offer.text, now=offer.now)
    if isinstance(login.value, Refusal):
        return login
    admitted = admit_bearer(identity)
    return Decision(admitted.value or login.value, (*login.steps, *admitted.steps))


def api_doors(world: World, who: PoolUser | None) -> Iterator[Door]:
    """The operations that a user's access token opens (GetUser and its like), by user pool; they decide alike, and a
    Region's endpoint serves every pool of the Region."""
    for pool in world.user_pools.values():
        target = target_of(world, pool, who=who, scopes=(API_SCOPE,))
        shown = f"GetUser and the like in {pool.region}, as somebody of {called(world, pool)}"
        yield Door(f"api:{called(world, pool)}", shown, pool.origin.location, target, _ask_api(pool), "access")


def _ask_api(pool: UserPool) -> Ask:
    def ask(offer: Offer) -> Decision[Any]:
        return accept_access_token(
            offer.world, offer.text or "", region=pool.region, now=offer.now, revoked=offer.revoked
        )

    return ask


def user_info_doors(world: World, who: PoolUser | None) -> Iterator[Door]:
    """userInfo of each user pool that has a domain."""
    for pool in world.user_pools.values():
        if pool_domain_url(world, pool) is None:
            continue
        target = target_of(world, pool, who=who, scopes=(OPENID,))
        domain = next(domain for domain in world.domains.values() if domain.pool_id == pool.id)
        shown = f"userInfo of {called(world, pool)}"
        yield Door(f"userinfo:{called(world, pool)}", shown, domain.origin.location, target, _ask_info(pool), "scoped")


def _ask_info(pool: UserPool) -> Ask:
    def ask(offer: Offer) -> Decision[Any]:
        header = None if offer.text is None else f"Bearer {offer.text}"
        return accept_bearer(offer.world, pool, header, now=offer.now, revoked=offer.revoked)

    return ask


def refresh_doors(world: World, who: PoolUser | None) -> Iterator[Door]:
    """GetTokensFromRefreshToken of each app client that people sign in through."""
    for client in world.clients.values():
        pool = world.user_pools.get(client.pool_id)
        if pool is None or "ALLOW_CLIENT_TOKEN_AUTH" in client.explicit_auth_flows:
            continue
        target = target_of(world, pool, client, who=who)
        shown = f"app client {called(world, client)}, GetTokensFromRefreshToken"
        where = client.origin.at("RefreshTokenValidity")
        yield Door(f"refresh:{called(world, client)}", shown, where, target, _ask_refresh(client), "refresh")


def _ask_refresh(client: UserPoolClient) -> Ask:
    def ask(offer: Offer) -> Decision[Any]:
        permitted = check_refresh_operation(client)
        if permitted.value is not None:
            return permitted
        issued = offer.issued_refresh
        family = offer.family if issued is not None else None
        user = offer.world.pool_users.get((client.pool_id, family.username)) if family is not None else None
        return after(permitted, accept_refresh_token(issued, family, client, user, None, offer.now))

    return ask


def token_endpoint_doors(world: World, who: PoolUser | None) -> Iterator[Door]:
    """/oauth2/token by a refresh token, for each app client of a pool with a domain that people sign in through by
    OAuth; it asks for no flow of the client's."""
    for client in world.clients.values():
        pool = world.user_pools.get(client.pool_id)
        grants = set(client.allowed_oauth_flows) & {"code", "implicit"}
        if pool is None or pool_domain_url(world, pool) is None or not grants:
            continue
        target = target_of(world, pool, client, who=who, scopes=(OPENID,))
        shown = f"app client {called(world, client)}, refresh at /oauth2/token"
        where, ask = client.origin.at("RefreshTokenValidity"), _ask_endpoint(pool, client)
        yield Door(f"token-endpoint:{called(world, client)}", shown, where, target, ask, "refresh")


def _ask_endpoint(pool: UserPool, client: UserPoolClient) -> Ask:
    def ask(offer: Offer) -> Decision[Any]:
        sent = need_member({"refresh_token": offer.text} if offer.text is not None else {}, "refresh_token")
        if sent.value is not None:
            return sent
        issued = offer.issued_refresh
        family = offer.family if issued is not None else None
        permitted = after(sent, check_api_token(pool, client, family is not None and family.grant is None))
        if permitted.value is not None:
            return permitted
        user = offer.world.pool_users.get((client.pool_id, family.username)) if family is not None else None
        return after(permitted, accept_refresh_token(issued, family, client, user, None, offer.now))

    return ask
