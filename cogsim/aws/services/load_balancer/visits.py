"""A request at a load balancer: whose it is, at which listener, and what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cogsim.aws.context import CallContext
from cogsim.aws.services.load_balancer.responses import Response, refused
from cogsim.decision import Refusal
from cogsim.decisions.load_balancer_rules import HttpRequest, find_balancer, find_listener, hosts_of, read_request
from cogsim.errors import InputError, suggest
from cogsim.world.load_balancer import Listener, LoadBalancer


@dataclass(frozen=True, slots=True)
class Visit:
    """One request at one listener of a load balancer."""

    ctx: CallContext
    balancer: LoadBalancer
    listener: Listener
    request: HttpRequest


def read(
    ctx: CallContext,
    url: str,
    method: str | None,
    headers: Mapping[str, str] | None,
    cookies: Mapping[str, str] | None,
) -> HttpRequest | Response:
    """The request, or the answer to one that is none."""
    found = ctx.take(read_request(url, method or "GET", headers or {}, cookies or {}, ctx.call.origin.source_ip))
    return refused(found) if isinstance(found, Refusal) else found


def visit(ctx: CallContext, request: HttpRequest) -> Visit:
    """Where the request arrives; InputError where nothing listens: nobody would have answered."""
    balancer = find_balancer(ctx.world, request.authority)
    if balancer is None:
        hosts = [host for each in ctx.world.load_balancers.values() for host in hosts_of(ctx.world, each)]
        near = suggest(request.authority, hosts)
        raise InputError(f"no load balancer stands behind {request.authority!r}", suggestion=near)
    listener = find_listener(ctx.world, balancer, request)
    if listener is None:
        raise InputError(f"{balancer.name} has no listener of {request.scheme.upper()} at port {request.port}")
    return Visit(ctx, balancer, listener, request)
