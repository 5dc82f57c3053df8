"""A request at a pool's domain: whose domain it is, what was sent, and what the app asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from cogsim.aws.context import CallContext
from cogsim.aws.services.cognito_idp.domain_pages.responses import Response, error_page, redirect
from cogsim.decision import Refusal
from cogsim.decisions.authorize import AuthorizationRequest, find_requester, read_request
from cogsim.decisions.managed_login import pages_available
from cogsim.errors import InputError, suggest
from cogsim.world.pool_members import UserPoolDomain
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient


@dataclass(frozen=True, slots=True)
class Visit:
    """One request at a domain. `client` and `request` are what an app asks for, on the pages of a sign-in."""

    ctx: CallContext
    domain: UserPoolDomain
    pool: UserPool
    query: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def host(self) -> str:
        return self.domain.host()

    def at(self, path: str) -> str:
        """The path with this request's query, for pages that follow."""
        return f"{path}?{urlencode(self.query)}" if self.query else path

    def url(self, path: str) -> str:
        """The address of `at`."""
        return f"https://{self.host}{self.at(path)}"


@dataclass(frozen=True, slots=True)
class Errand:
    """What an app sends a browser to the pages for."""

    visit: Visit
    client: UserPoolClient
    request: AuthorizationRequest

    def refuse(self, refusal: Refusal) -> Response:
        """Tell the app of a refusal."""
        said = {"error_description": refusal.message} if refusal.message else {}
        return redirect(self.request.answer({**said, "error": refusal.code}))

    def error(self, refusal: Refusal) -> Response:
        """Tell the person of a refusal, and nobody else."""
        return error_page(self.visit.host, refusal, self.client.id)


def visit(
    ctx: CallContext,
    host: str,
    query: Mapping[str, str] | None = None,
    cookies: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
) -> Visit:
    """The request at `host`; InputError where no pool of the world has that domain: nobody would have answered. Text
    that no bytes stand for is no request."""
    for name, value in ((name, part[name]) for part in (query, cookies, form) if part for name in sorted(part)):
        if not _is_text(name + value):
            raise InputError(f"{name!r} is sent with a text that is no Unicode")
    for domain in ctx.world.domains.values():
        if domain.host() == host and domain.pool_id in ctx.world.user_pools:
            pool = ctx.world.user_pools[domain.pool_id]
            return Visit(ctx, domain, pool, query or {}, cookies or {}, form or {})
    hosts = [domain.host() for domain in ctx.world.domains.values()]
    raise InputError(f"no user pool has the domain {host!r}", suggestion=suggest(host, hosts))


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def errand(visit: Visit) -> Errand | Response:
    """What the app asks for by the query, or the answer that refuses it. # idp:authorize-endpoint"""
    ctx, pool = visit.ctx, visit.pool
    found = ctx.take(find_requester(ctx.world, pool, visit.query))
    if isinstance(found, Refusal):
        return error_page(visit.host, found, visit.query.get("client_id"))
    client, address = found
    unavailable = ctx.take(pages_available(ctx.world, pool, visit.domain, client))
    if unavailable is not None:
        return error_page(visit.host, unavailable, client.id)
    asked = ctx.take(read_request(ctx.world, pool, client, address, visit.query))
    if isinstance(asked, Refusal):
        return _told(visit, client, address, asked)
    return Errand(visit, client, asked)


def _told(visit: Visit, client: UserPoolClient, address: str, refusal: Refusal) -> Response:
    """The refusal at the app's address, with the state as it came."""
    request = AuthorizationRequest(client.id, address, "code", (), visit.query.get("state"))
    return Errand(visit, client, request).refuse(refusal)
