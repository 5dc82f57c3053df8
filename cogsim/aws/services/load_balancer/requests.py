"""A client asks a load balancer: the rule that takes the request, who asks, and where it goes. # elb:rule-actions"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.load_balancer.responses import Response, redirect, refused, with_cookies
from cogsim.aws.services.load_balancer.sign_in import SignedIn, authenticate, come_back
from cogsim.aws.services.load_balancer.targets import find_target, serve
from cogsim.aws.services.load_balancer.visits import Visit, read, visit
from cogsim.decision import Refusal
from cogsim.decisions import load_balancer_rules as rules
from cogsim.decisions import load_balancer_token as tokens
from cogsim.decisions.load_balancer_forward import forwarded, rewritten
from cogsim.decisions.load_balancer_jwt import AUTHORIZATION, accepts_balancer_token
from cogsim.decisions.load_balancer_provider import issuer_of
from cogsim.decisions.load_balancer_rules import Chosen, HttpRequest
from cogsim.decisions.load_balancer_session import takes_codes
from cogsim.errors import NotModelled
from cogsim.world.load_balancer import authentication, validation
from cogsim.world.load_balancer_actions import Authenticate, FixedResponse, Forward, Redirect
from cogsim.world.load_balancer_transforms import Transform

_NO_TARGET = Refusal("503", "no target in the group")


@operation("load-balancer:Request", ignores=("Body",))
def request(
    ctx: CallContext,
    /,
    *,
    Url: str,
    Method: str | None = None,
    Headers: Mapping[str, str] | None = None,
    Cookies: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """The answer of the load balancer, or of the target that it forwards to."""
    asked = read(ctx, Url, Method, Headers, Cookies)
    if not isinstance(asked, HttpRequest):
        return asked
    at = visit(ctx, asked)
    if takes_codes(ctx.world, at.listener, asked):
        return come_back(at)
    chosen = ctx.take(rules.select_rule(ctx.world, at.listener, asked))
    asks = validation(chosen.actions)
    if asks is not None:
        held = ctx.take(accepts_balancer_token(ctx.world, asks, asked.headers.get(AUTHORIZATION), ctx.now))
        if isinstance(held, Refusal):
            return refused(held)
    action = authentication(chosen.actions)
    who = authenticate(at, action) if action is not None else None
    if isinstance(who, dict):
        return who
    return with_cookies(_go_on(at, chosen, action, who), who.cookies if who is not None else {})


def _go_on(at: Visit, chosen: Chosen, action: Authenticate | None, who: SignedIn | None) -> Response:
    final = chosen.actions[-1]
    match final:
        case FixedResponse():
            typed = {"Headers": {"Content-Type": final.content_type}} if final.content_type else {}
            return {"Status": final.status_code, "Body": {"Text": final.body or ""}, **typed}
        case Redirect():
            return redirect(at.ctx.take(rules.redirect_to(final, at.request)), status=final.status_code)
        case Forward():
            return _forward(at, final, chosen.transforms, action, who)
    raise NotModelled("load-balancer:Request", hint=f"the action {final}")


def _forward(
    at: Visit, final: Forward, transforms: tuple[Transform, ...], action: Authenticate | None, who: SignedIn | None
) -> Response:
    ctx, request = at.ctx, at.ctx.take(rewritten(transforms, at.request))
    if isinstance(request, Refusal):
        return refused(request)
    number = ctx.draw("load-balancer/target", at.listener.arn).integer(64) if len(final.groups) > 1 else 0
    group = ctx.take(rules.choose_group(final, number))
    target = find_target(ctx, group) if isinstance(group, str) else None
    if target is None:
        return refused(group if isinstance(group, Refusal) else _NO_TARGET)
    headers = ctx.take(tokens.without_forgeries(at.request.headers, authenticates=action is not None))
    if who is not None and action is not None:
        headers |= _of_user(at, action, who)
    headers = ctx.take(forwarded(at.balancer, at.request, headers))
    answer = serve(ctx, target, request, headers, at.balancer.arn, action.cookie_name if action else "")
    return _with_address(answer, request) if request != at.request else answer


def _with_address(answer: Response, request: HttpRequest) -> Response:
    """The answer with the address that the target saw, where it is not the one that was asked for."""
    return {**answer, "Target": {**answer["Target"], "Url": request.url}}


def _of_user(at: Visit, action: Authenticate, who: SignedIn) -> dict[str, str]:
    """The headers about who signed in, in the words of the rule that takes the request."""
    ctx, session = at.ctx, who.session
    named = ctx.take(tokens.speaks_for(action, session.action))
    token = ctx.take(
        tokens.claims_token(
            at.balancer.arn,
            at.balancer.region,
            issuer_of(ctx.world, named),
            named.client_id,
            dict(session.claims.items()),
            now=ctx.now,
            access_ends=session.access_ends,
        )
    )
    return {tokens.DATA: token, tokens.IDENTITY: session.subject, tokens.ACCESS_TOKEN: session.access_token}
