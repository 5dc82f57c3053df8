"""Which request is for a page, and whose: the one way in for browsers, OAuth clients and readers of key sets.

1. A request that is signed, or names an operation in `X-Amz-Target`, is none of these.
2. A host of the world answers for itself: a pool's domain, an AD FS, a provider of OpenID Connect, an issuer, a load
   balancer, and the sign-in page of the console.
3. At the server's own address stand the documents of user pools' issuers, and nothing else of this.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cogsim.aws.cloud import Cloud
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.login import COGNITO_ISSUERS
from cogsim.errors import InputError, NotModelled
from cogsim.serve.address import PREFIX, Arrival, ServedAt
from cogsim.serve.web import ad_fs, apis, balancers, console, cors, issuers, oidc_provider, pool_pages
from cogsim.serve.web.answers import not_found, page, refuse_unread
from cogsim.serve.web.html import Screen
from cogsim.serve.web.page_request import BadRequest, PageRequest, read_request
from cogsim.serve.wire.message import WireRequest, WireResponse
from cogsim.world.world import World

Site = Callable[[PageRequest], WireResponse]


def served(world: World, host: str) -> bool:
    """Whether a host of the world is reached at the server."""
    if host.replace(".", "").isdigit() or "." not in host:
        return False  # the machine itself, as most API calls name it
    at_gateway = apis.find_api(world, host) is not None or balancers.stands_at(world, host)
    return at_gateway or issuers.is_issuer(host) or _site(world, host) is not None


def served_hosts(world: World) -> tuple[str, ...]:
    """The hosts of the world that are reached at the server, in alphabetical order: what a certificate must name."""
    pools = (world.user_pools[key] for key in world.user_pools)
    found = {f"cognito-idp.{pool.region}.amazonaws.com" for pool in pools}
    found |= {issuer.removeprefix("https://") for issuer in COGNITO_ISSUERS.values()}
    found |= {*console.HOSTS, *(world.domains[key].host() for key in world.domains)}
    found |= apis.hosts(world) | balancers.hosts(world)
    found |= {_host(world.ad_fs[key].base_url) for key in world.ad_fs}
    addresses = (url for key in world.oidc_issuers for url in oidc_provider.addresses(world.oidc_issuers[key]))
    return tuple(sorted(host for host in found | set(map(_host, addresses)) if served(world, host)))


def answer_page(cloud: Cloud, request: WireRequest, origin: CallOrigin, address: ServedAt) -> WireResponse | None:
    """The answer to a request for a page; None where it is for none, so that the API's exchange answers it."""
    if "x-amz-target" in request.headers or request.headers.get("authorization", "").startswith("AWS4-"):
        return None
    known = partial(served, cloud.world)
    address = address.seen_as(request.url)
    arrival = address.arrive(request.url, known)
    path = arrival.url.partition("://")[2].partition("?")[0]
    path = f"/{path.partition('/')[2]}"
    if arrival.host is None and path.startswith(PREFIX):
        return not_found("The world has no such host.")
    if arrival.host is not None and balancers.stands_at(cloud.world, arrival.host):
        answered = balancers.answer(cloud, request, origin, address, arrival, known)
        return WireResponse(answered.status, answered.headers, b"", answered.cookies) if _is_head(request) else answered
    site = _site_of(cloud.world, arrival, path)
    if cors.is_preflight(request):
        return _preflight(cloud.world, request, arrival, path, is_site=site is not None)
    if site is None:
        return None
    try:
        answered = site(read_request(cloud, request, origin, address, arrival, known))
    except BadRequest as problem:
        answered = refuse_unread(problem, in_json=_is_for_apps(cloud.world, arrival, path))
    except NotModelled as problem:
        answered = page(Screen("Not modelled", error=str(problem)), 501)
    except InputError as problem:
        answered = page(Screen("Bad request", error=problem.message), 400)
    return WireResponse(answered.status, answered.headers, b"", answered.cookies) if _is_head(request) else answered


def _is_for_apps(world: World, arrival: Arrival, path: str) -> bool:
    """Whether what stands there answers in JSON, whatever happens."""
    if arrival.host is not None and pool_pages.find_domain(world, arrival.host) is not None:
        return pool_pages.is_for_apps(path)
    return oidc_provider.is_for_apps(world, arrival.url)


def _is_head(request: WireRequest) -> bool:
    return request.method == "HEAD"


def _site_of(world: World, arrival: Arrival, path: str) -> Site | None:
    if arrival.host is None or issuers.is_issuer(arrival.host):
        return issuers.answer if issuers.publishes(world, arrival.host, path) else None
    return _site(world, arrival.host)


def _site(world: World, host: str) -> Site | None:
    """What stands behind a host, None where nothing does that has pages."""
    if host in console.HOSTS:
        return console.answer
    domain = pool_pages.find_domain(world, host)
    if domain is not None:
        return partial(pool_pages.answer, domain=domain)
    provider = ad_fs.find_ad_fs(world, host)
    if provider is not None:
        return partial(ad_fs.answer, provider=provider)
    found = oidc_provider.find_providers(world, host)
    return partial(oidc_provider.answer, issuers=found) if found else None


def _preflight(
    world: World, request: WireRequest, arrival: Arrival, path: str, *, is_site: bool
) -> WireResponse | None:
    """A browser asks for a script: documents and endpoints of apps grant it, and so do the APIs at `/`."""
    if arrival.host is not None and pool_pages.find_domain(world, arrival.host) is not None:
        return pool_pages.preflight(request, path)
    if is_site:
        return cors.preflight(request, "GET,POST,OPTIONS")
    return cors.preflight(request, "POST,OPTIONS") if path == "/" else None


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]
