"""Where a load balancer sends people to sign in, and where it asks itself: a pool's domain, or three endpoints."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from cogsim.arn import Arn
from cogsim.decisions.oidc_issue import discovery
from cogsim.errors import NotModelled
from cogsim.world.external_oidc import OidcIssuer
from cogsim.world.load_balancer_actions import Authenticate, AuthenticateCognito, AuthenticateOidc
from cogsim.world.pool_members import UserPoolDomain
from cogsim.world.world import World


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The provider of an action: the issuer that it is configured with, and the addresses that it is asked at."""

    issuer: str
    authorization: str
    token: str
    user_info: str


def endpoints_of(world: World, action: Authenticate) -> Endpoints:
    """The provider's addresses. # elb:authenticate"""
    if isinstance(action, AuthenticateOidc):
        return Endpoints(action.issuer, action.authorization_endpoint, action.token_endpoint, action.user_info_endpoint)
    assert isinstance(action, AuthenticateCognito)
    host = _pool_host(world, action)
    base = f"https://{host}/oauth2"
    return Endpoints(issuer_of(world, action), f"{base}/authorize", f"{base}/token", f"{base}/userInfo")


def issuer_of(world: World, action: Authenticate) -> str:
    """The issuer that an action is configured with: what the load balancer writes into its tokens."""
    if isinstance(action, AuthenticateOidc):
        return action.issuer
    assert isinstance(action, AuthenticateCognito)
    pool_id = action.user_pool_arn.rpartition("/")[2]
    pool = world.user_pools.get(pool_id)
    return pool.issuer if pool is not None else f"https://cognito-idp.{_region(action)}.amazonaws.com/{pool_id}"


def client_secret(world: World, action: Authenticate) -> str | None:
    """The secret by which the load balancer proves itself to the provider."""
    if isinstance(action, AuthenticateOidc):
        return action.client_secret
    client = world.clients.get(action.client_id)
    return client.secret if client is not None else None


def who_answers(world: World, url: str) -> UserPoolDomain | OidcIssuer:
    """Who stands behind an endpoint; NotModelled where it is nobody of the world."""
    host = urlsplit(url).netloc
    for domain in world.domains.values():
        if domain.host() == host and domain.pool_id in world.user_pools:
            return domain
    for issuer in world.oidc_issuers.values():
        if issuer.quirks.people and url in map(str, discovery(issuer).values()):
            return issuer
    raise NotModelled("load-balancer:Request", hint=f"the endpoint {url}: declare its provider in the world")


def _pool_host(world: World, action: AuthenticateCognito) -> str:
    pool_id = action.user_pool_arn.rpartition("/")[2]
    for domain in world.domains.values():
        if domain.pool_id == pool_id and domain.domain == action.user_pool_domain:
            return domain.host()
    whole = "." in action.user_pool_domain
    return action.user_pool_domain if whole else f"{action.user_pool_domain}.auth.{_region(action)}.amazoncognito.com"


def _region(action: AuthenticateCognito) -> str:
    arn = Arn.try_parse(action.user_pool_arn)
    return arn.region if arn is not None else ""
