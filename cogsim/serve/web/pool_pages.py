"""A user pool's domain over HTTP: every operation of `cognito-domain`, its answer as a page, a redirect or JSON.

`screens` says what pages show. Cookies are Cognito's: the session and the form's token go with the pages of one site;
what binds a way to a provider comes back from another site, so it is set twice, for browsers that know `SameSite=None`
and for those that do not. # idp:managed-login
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.call import Outcome
from cogsim.aws.domain_model import DOMAIN_SERVICE, ROUTES
from cogsim.aws.trail.request_id import request_id
from cogsim.decisions.federated_saml import acs_url, entity_id, logout_url
from cogsim.errors import AwsError, InputError, NotModelled
from cogsim.serve.web import cors, screens
from cogsim.serve.web.answers import (
    json_answer,
    lowered,
    not_found,
    page,
    redirect,
    refuse_unread,
    set_cookie,
    text_answer,
)
from cogsim.serve.web.answers import wrong_method as page_of_wrong_method
from cogsim.serve.web.html import Screen
from cogsim.serve.web.page_request import BadRequest, PageRequest
from cogsim.serve.wire.message import WireRequest, WireResponse
from cogsim.tokens.certificates import self_signed
from cogsim.tokens.keys import rsa_key
from cogsim.tokens.saml_metadata import write_service_metadata
from cogsim.world.pool_members import UserPoolDomain
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

#: Endpoints of apps: JSON, readable by scripts, no cookies.
_OF_APPS = ("Token", "Revoke", "UserInfo")
_WITHOUT_QUERY = ("OAuthFormResponse", "SamlResponse", "SamlLogoutResponse", *_OF_APPS)
_WITH_HEADER = _OF_APPS
_WITHOUT_COOKIES = _OF_APPS
#: Cookie to SameSite; the cookie that a provider's answer needs, and its older twin.
_SAME_SITE = {"cognito": "Lax", "XSRF-TOKEN": "Lax"}
_BOUND, _BOUND_OLDER = "csrf-state", "csrf-state-legacy"
#: Pages that are no operation of the service: a link in a mail, and what an administrator would write down.
_CONFIRM, _METADATA = "/confirmUser", "/saml2/metadata"


def find_domain(world: World, host: str) -> UserPoolDomain | None:
    """The domain of that name whose pool is there."""
    for key in world.domains:
        domain = world.domains[key]
        if domain.host() == host and domain.pool_id in world.user_pools:
            return domain
    return None


def preflight(request: WireRequest, path: str) -> WireResponse | None:
    """Leave for a script, at endpoints that are for apps."""
    methods = [method for method, route in ROUTES if route == path and ROUTES[method, route] in _OF_APPS]
    return cors.preflight(request, ",".join([*methods, "OPTIONS"])) if methods else None


def is_for_apps(path: str) -> bool:
    """Whether a path is an endpoint that answers in JSON, whatever happens."""
    return any(route == path and name in _OF_APPS for (_, route), name in ROUTES.items())


def answer(request: PageRequest, domain: UserPoolDomain) -> WireResponse:
    """The answer of the pool's domain."""
    pool = request.world.user_pools[domain.pool_id]
    if request.method == "GET" and request.path == _CONFIRM:
        return _confirmed(request, pool)
    if request.method == "GET" and request.path == _METADATA:
        return text_answer(_metadata(pool, domain), "application/samlmetadata+xml")
    name = ROUTES.get((request.method, request.path))
    if name is None:
        return _no_operation(request)
    try:
        outcome = request.submit(f"{DOMAIN_SERVICE}:{name}", _params(request, domain, name), pool.region)
    except NotModelled as problem:
        return _refused(request, 501, str(problem))
    except InputError as problem:
        return _refused(request, 400, problem.message)
    return _with_id(request, outcome, _written(request, pool, outcome))


def _params(request: PageRequest, domain: UserPoolDomain, name: str) -> dict[str, Any]:
    params: dict[str, Any] = {"Domain": domain.host()}
    if name not in _WITHOUT_COOKIES:
        cookies = dict(request.cookies)
        if _BOUND_OLDER in cookies:
            cookies.setdefault(_BOUND, cookies[_BOUND_OLDER])
        params["Cookies"] = cookies
    if name not in _WITHOUT_QUERY:
        params["Query"] = dict(request.query)
    if request.method == "POST" and name != "UserInfo":
        params["Form"] = dict(request.form)
    if name in _WITH_HEADER and "authorization" in request.headers:
        params["Authorization"] = request.headers["authorization"]
    return params


def _written(request: PageRequest, pool: UserPool, outcome: Outcome) -> WireResponse:
    if outcome.error is not None:
        return _refused(request, _status(outcome.error), outcome.error.message or outcome.error.code)
    said = outcome.response or {}
    cookies = tuple(text for name, held in said.get("Cookies", {}).items() for text in _cookies(request, name, held))
    if "Location" in said:
        return redirect(request.reach(said["Location"]), cookies)
    body = said.get("Body", {})
    if "Page" in body:
        return page(screens.screen_of(request, pool, body), said["Status"], cookies)
    answered = json_answer(body, said["Status"], said.get("Headers"))
    return answered if body else WireResponse(answered.status, answered.headers)


def _status(error: AwsError) -> int:
    return 429 if error.code == "TooManyRequestsException" else 400


def _cookies(request: PageRequest, name: str, held: Mapping[str, Any]) -> tuple[str, ...]:
    value, age = str(held["Value"]), held.get("MaxAge")
    if name != _BOUND:
        return (set_cookie(request, name, value, age, _SAME_SITE.get(name, "Lax")),)
    return (
        set_cookie(request, _BOUND, value, age, "None"),
        set_cookie(request, _BOUND_OLDER, value, age, None),
    )


def _no_operation(request: PageRequest) -> WireResponse:
    methods = sorted({method for method, route in ROUTES if route == request.path})
    if not methods:
        return not_found()
    if is_for_apps(request.path):
        told = {"error": "invalid_request", "error_description": "Method not allowed"}
        return json_answer(told, 405, {"allow": ", ".join(methods)})
    return page_of_wrong_method(", ".join(methods))


def _refused(request: PageRequest, status: int, text: str) -> WireResponse:
    return refuse_unread(BadRequest(text, status), in_json=is_for_apps(request.path))


def _with_id(request: PageRequest, outcome: Outcome, response: WireResponse) -> WireResponse:
    """The response with the id that its record on the trail has."""
    number = request_id(DOMAIN_SERVICE, outcome.number, request.cloud.seed)
    headers = {**response.headers, **lowered({"x-amz-cognito-request-id": number})}
    return WireResponse(response.status, headers, response.body, response.cookies)


def _confirmed(request: PageRequest, pool: UserPool) -> WireResponse:
    """A link in a mail was opened. # idp:verification §links"""
    try:
        outcome = request.submit("cogsim:OpenConfirmationLink", {"Url": request.url}, pool.region)
    except InputError as problem:
        return page(Screen("Confirmation", pool.name, problem.message), 400)
    if outcome.error is not None:
        return page(Screen("Confirmation", pool.name, outcome.error.message or outcome.error.code), 400)
    return page(Screen("Confirmation", pool.name, told=("Your registration has been confirmed!",)))


def _metadata(pool: UserPool, domain: UserPoolDomain) -> str:
    """The pool as a service provider, as an administrator writes it down for a SAML provider: AWS publishes none."""
    certificate = self_signed(rsa_key("cognito-idp", pool.id, "saml"), pool.id, pool.created)
    host = domain.host()
    return write_service_metadata(entity_id(pool), acs_url(host), logout_url(host), certificate)
