"""What stands behind a load balancer answers: as the user that it takes the request for, or with a refusal."""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.load_balancer.responses import Response, cookie
from cogsim.aws.services.load_balancer.visits import read
from cogsim.decision import Refusal
from cogsim.decisions.load_balancer_rules import HttpRequest
from cogsim.decisions.load_balancer_session import cookie_names
from cogsim.decisions.target_trust import DIRECT, target_accepts
from cogsim.errors import AwsError, InputError, suggest
from cogsim.frozen import thaw
from cogsim.world.load_balancer_target import Target


def find_target(ctx: CallContext, group_arn: str) -> Target | None:
    """The application of a target group."""
    return next((each for each in ctx.world.targets.values() if group_arn in each.target_groups), None)


def serve(
    ctx: CallContext, target: Target, request: HttpRequest, headers: Mapping[str, str], via: str, cookie_name: str
) -> Response:
    """The target's answer to a request that reached it with these headers."""
    who = ctx.take(target_accepts(ctx.world, target, headers, via, ctx.now))
    saw = {"Host": target.host, "Headers": dict(headers)}
    if isinstance(who, Refusal):
        if not who.code.isdecimal():
            raise AwsError(who.code, who.message)
        return {"Status": int(who.code), "Body": {"Page": "target", "Error": who.message}, "Target": saw}
    if target.logout_path is not None and request.path == target.logout_path:
        return {**_signed_out(target, cookie_name), "Target": saw}
    shown = {"Page": "target", "User": who.subject, "Claims": thaw(who.claims), "Groups": list(who.groups)}
    return {"Status": 200, "Body": {name: value for name, value in shown.items() if value is not None}, "Target": saw}


def _signed_out(target: Target, cookie_name: str) -> Response:
    """The application takes the session cookie away, or forgets to, and sends the browser on. # elb:authenticate"""
    taken = {} if target.keeps_cookie else {name: cookie("", 0) for name in cookie_names(cookie_name)}
    if target.logout_redirect is None:
        return {"Status": 200, "Body": {"Page": "target"}, "Cookies": taken}
    return {"Status": 302, "Location": target.logout_redirect, "Cookies": taken}


@operation("load-balancer:DirectRequest", ignores=("Body",), reads_only=True)
def direct_request(
    ctx: CallContext,
    /,
    *,
    Url: str,
    Method: str | None = None,
    Headers: Mapping[str, str] | None = None,
    Cookies: Mapping[str, str] | None = None,
) -> Mapping[str, object]:
    """A request that reaches the target past every load balancer, if anything lets it."""
    request = read(ctx, Url, Method, Headers, Cookies)
    if not isinstance(request, HttpRequest):
        return request
    target = ctx.world.targets.get(request.authority)
    if target is None:
        near = suggest(request.authority, list(ctx.world.targets))
        raise InputError(f"no target stands behind {request.authority!r}", suggestion=near)
    return serve(ctx, target, request, request.headers, DIRECT, "")
