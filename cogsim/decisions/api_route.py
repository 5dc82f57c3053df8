"""Which route a request to an API comes to, and the ARN that policies see of it.

1. The API answers at its own host unless that is switched off; through VPC endpoints a private one answers, and no
   other.
2. The stage is the first part of the path; of an HTTP API the stage `$default` needs none.
3. REST: at each part a word wins over `{parameter}` and that over `{parameter+}`; then the method, or ANY. What has no
   route is refused as if a signature were missing. # apigw:resources
4. HTTP: of the routes for the method the one with the most words wins, then greedy ones, then `$default`.
   # apigw:http-routes
5. The ARN holds the path as it was asked for, never the route's pattern. Whether percent-encoding is undone in it is a
   switch: a policy that denies `GET/admin` knows nothing of `GET/%61dmin`. # apigw:arns
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Step, decided
from cogsim.decisions.api_request import ApiRequest, check_request, decoded
from cogsim.decisions.gateway_refusals import FORBIDDEN, HTTP_NOT_FOUND, MISSING_TOKEN, GatewayRefusal, refuse
from cogsim.persistent import Map
from cogsim.world.http_api import CONNECT, DEFAULT, HTTP, HttpApi, HttpRoute
from cogsim.world.rest_api import ANY, ApiStage, RestApi, RestMethod

_SLASH, _ARN_PATH = "api.trailingSlash", "api.encodedPathInArn"


@dataclass(frozen=True, slots=True)
class RestTarget:
    """A method of a REST API that a request came to. `pattern` is the resource's path, `arn` the request's."""

    api: RestApi
    stage: ApiStage
    method: RestMethod
    pattern: str
    parameters: Map[str, str] = field(default_factory=Map)
    arn: str = ""


@dataclass(frozen=True, slots=True)
class HttpTarget:
    """A route of an HTTP API that a request came to."""

    api: HttpApi
    stage: ApiStage
    route: HttpRoute
    parameters: Map[str, str] = field(default_factory=Map)
    arn: str = ""


def find_rest_route(api: RestApi, request: ApiRequest) -> Decision[RestTarget | GatewayRefusal]:
    """The method that the request is for."""
    reached = _reached(api, request)
    if reached.value is not None:
        return Decision(reached.value, reached.steps)
    before = reached.steps
    stage = api.stages.get(request.stage)
    if stage is None:
        found = f"{request.stage or 'none named'}; there is {', '.join(api.stages) or 'none'}"
        return refuse(FORBIDDEN, "is there such a stage?", found, "apigw:arns", basis=Basis.OBSERVED, before=before)
    path = _without_last_slash(request.path)
    parts = _parts(path, request)
    place = _descend(api, api.root_id, parts) if parts is not None else None
    question, asked = "is there such a route?", f"{request.method} {request.path[:200]}"
    if place is None:
        return refuse(MISSING_TOKEN, question, asked, "apigw:resources", location=api.origin.location, before=before)
    resource_id, parameters = place
    method = api.methods.get((resource_id, request.method)) or api.methods.get((resource_id, ANY))
    if method is None:
        noun = api.resources.get(resource_id)
        line = noun.origin.location if noun is not None else api.origin.location
        return refuse(MISSING_TOKEN, question, asked, "apigw:resources", location=line, before=before)
    pattern = api.path_of(resource_id)
    arn = f"{api.arn}/{stage.name}/{request.method}{_shown_path(path)}"
    step = Step(question, f"{method.http_method} {pattern}", arn, "apigw:arns", location=method.origin.location)
    return decided(
        RestTarget(api, stage, method, pattern, Map(parameters), arn),
        *_slash_step(request),
        *_arn_step(path),
        step,
        after=before,
    )


def find_http_route(api: HttpApi, request: ApiRequest) -> Decision[HttpTarget | GatewayRefusal]:
    """The route that the request is for."""
    reached = _reached(api, request)
    if reached.value is not None:
        return Decision(reached.value, reached.steps)
    stage = api.stages.get(request.stage or DEFAULT)
    if stage is None:
        question, found = "is there such a stage?", f"{request.stage or DEFAULT}"
        return refuse(HTTP_NOT_FOUND, question, found, "apigw:arns", basis=Basis.OBSERVED, before=reached.steps)
    route, parameters = _best(api, request)
    question, asked = "is there such a route?", f"{request.method} {request.path[:200]}"
    if route is None:
        place = api.origin.location
        return refuse(HTTP_NOT_FOUND, question, asked, "apigw:http-routes", location=place, before=reached.steps)
    shown = DEFAULT if route.key == DEFAULT else f"{request.method}{_shown_path(request.path)}"
    arn = f"{api.arn}/{stage.name}/{shown}"
    step = Step(question, route.key, arn, "apigw:http-routes", location=route.origin.location)
    target = HttpTarget(api, stage, route, Map(parameters), arn)
    return decided(target, *_arn_step(request.path), step, after=reached.steps)


def find_socket_route(api: HttpApi, request: ApiRequest) -> Decision[HttpTarget | GatewayRefusal]:
    """The route that a handshake with a WebSocket API is for: `$connect`, which is where anybody is asked who he is.
    An API without that route lets every client in. # apigw:websocket"""
    reached = _reached(api, request)
    if reached.value is not None:
        return Decision(reached.value, reached.steps)
    stage, before = api.stages.get(request.stage), reached.steps
    if stage is None or request.method != "GET":
        question, found = "is there such a stage?", f"{request.method} {request.stage or 'none named'}"
        return refuse(FORBIDDEN, question, found, "apigw:arns", basis=Basis.OBSERVED, before=before)
    held, question = api.routes.get(CONNECT), "who is asked at the handshake?"
    route = held or HttpRoute("", CONNECT, origin=api.origin)
    arn = f"{api.arn}/{stage.name}/{CONNECT}"
    answer = route.key if held is not None else "nobody: there is no route $connect"
    step = Step(question, answer, arn, "apigw:websocket", location=route.origin.location)
    return decided(HttpTarget(api, stage, route, arn=arn), step, after=before)


def stage_and_path(api: RestApi | HttpApi, path: str) -> tuple[str, str]:
    """The stage that the path of an address names, and the path behind it."""
    first, slash, rest = path.removeprefix("/").partition("/")
    if isinstance(api, HttpApi) and api.protocol == HTTP and (first not in api.stages or first == DEFAULT):
        return "", path or "/"
    return first, f"/{rest}" if slash else "/"


def _reached(api: RestApi | HttpApi, request: ApiRequest) -> Decision[GatewayRefusal | None]:
    """Argument 1. # apigw:private-apis"""
    read = check_request(request)
    if read.value is not None:
        return read
    host = request.domain or api.host
    question, source, endpoint = "does the API answer there?", "apigw:private-apis", request.origin.vpc_endpoint
    if not api.default_endpoint and not request.domain:
        place = api.origin.at("DisableExecuteApiEndpoint")
        found = "its own endpoint is switched off"
        told = HTTP_NOT_FOUND if isinstance(api, HttpApi) and api.protocol == HTTP else FORBIDDEN
        return refuse(told, question, found, "apigw:default-endpoint", location=place, before=read.steps)
    private = isinstance(api, RestApi) and api.is_private
    if private is not (endpoint is not None):
        place = api.origin.at("EndpointConfiguration")
        found = "private, and asked from outside" if private else f"public, and asked through {endpoint}"
        return refuse(FORBIDDEN, question, found, source, location=place, before=read.steps)
    return decided(
        None, Step(question, "yes", f"{host}{f' through {endpoint}' if endpoint else ''}", source), after=read.steps
    )


def _slash_step(request: ApiRequest) -> tuple[Step, ...]:
    if request.path == "/" or not request.path.endswith("/"):
        return ()
    question = "does a slash at the end of a path name another resource?"
    step = Step(question, choice(_SLASH), request.path[:200], "apigw:resources", Basis.ASSUMED, assumption=_SLASH)
    return (step,)


def _shown_path(path: str) -> str:
    """The path as the ARN holds it; its parts were decoded once already, so none is malformed."""
    if choice(_ARN_PATH) == "sent":
        return path
    return "/".join(decoded(part) or part for part in path.split("/"))


def _arn_step(path: str) -> tuple[Step, ...]:
    if "%" not in path:
        return ()
    question = "how does the ARN show a percent-encoded path?"
    return (Step(question, choice(_ARN_PATH), path[:200], "apigw:arns", Basis.ASSUMED, assumption=_ARN_PATH),)


def _without_last_slash(path: str) -> str:
    return path[:-1] if len(path) > 2 and path.endswith("/") and choice(_SLASH) == "same" else path


def _parts(path: str, request: ApiRequest) -> tuple[str, ...] | None:
    """The decoded parts of a path, none for the root."""
    segments = request.segments
    if segments is None:
        return None
    count = 0 if path == "/" else path.count("/")
    return segments[:count]


def _descend(api: RestApi, resource_id: str, parts: tuple[str, ...]) -> tuple[str, dict[str, str]] | None:
    """The resource at the end of `parts` and what its parameters hold; None where there is none."""
    if not parts:
        return resource_id, {}
    children = [each for each in api.resources.values() if each.parent_id == resource_id]
    for child in sorted(children, key=lambda each: (_rank(each.part), each.part)):
        name = child.part.strip("{}")
        if name.endswith("+") and _rank(child.part) == 2:
            rest = "/".join(parts)
            return (child.id, {name.removesuffix("+"): rest}) if rest else None
        if _rank(child.part) == 0 and child.part != parts[0]:
            continue
        if not parts[0]:
            continue
        deeper = _descend(api, child.id, parts[1:])
        if deeper is not None:
            held = {} if _rank(child.part) == 0 else {name: parts[0]}
            return deeper[0], {**held, **deeper[1]}
    return None


def _rank(part: str) -> int:
    """0 for a word, 1 for a parameter, 2 for a greedy one."""
    if not part.startswith("{"):
        return 0
    return 2 if part.endswith("+}") else 1


def _best(api: HttpApi, request: ApiRequest) -> tuple[HttpRoute | None, dict[str, str]]:
    """The route that fits best, and what its parameters hold."""
    fitting = []
    for route in api.routes.values():
        if route.key == DEFAULT or route.method not in (request.method, ANY):
            continue
        held = _fits(route.path, request.segments or ())
        if held is not None:
            ranks = tuple(map(_rank, route.path.removeprefix("/").split("/")))
            fitting.append((2 in ranks, ranks, route.method == ANY, route.key, route, held))
    if fitting:
        best = min(fitting, key=lambda entry: entry[:4])
        return best[4], best[5]
    return api.routes.get(DEFAULT), {}


def _fits(pattern: str, parts: tuple[str, ...]) -> dict[str, str] | None:
    held: dict[str, str] = {}
    wanted = pattern.removeprefix("/").split("/")
    for number, part in enumerate(wanted):
        name = part.strip("{}")
        if _rank(part) == 2:
            rest = "/".join(parts[number:])
            return {**held, name.removesuffix("+"): rest} if rest else None
        if (
            number >= len(parts)
            or (_rank(part) == 0 and part != parts[number])
            or (_rank(part) == 1 and not parts[number])
        ):
            return None
        if _rank(part) == 1:
            held[name] = parts[number]
    return held if len(wanted) == len(parts) else None
