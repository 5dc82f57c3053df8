"""APIs of the world over HTTP: a REST or HTTP API at `<id>.execute-api.<Region>.amazonaws.com`, a GraphQL API at
`<id>.appsync-api.<Region>.amazonaws.com/graphql`; each request becomes an operation of `execute-api`.

1. Which API is asked, the host says; a signature is verified before the door is asked, over the request as it arrived,
   for the API's service and Region.
2. Everything else is passed on as it came: methods, headers, preflights too, which an API answers for itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.call import Call, Credentials
from cogsim.aws.cloud import Cloud
from cogsim.aws.execute_api_model import API_SERVICE
from cogsim.decisions.call_origin import CallOrigin
from cogsim.errors import AwsError, InputError, NotModelled
from cogsim.serve.address import Arrival, ServedAt
from cogsim.serve.wire.exchange import Answered, Reception
from cogsim.serve.wire.message import WireRequest, WireResponse
from cogsim.serve.wire.signature import check_scope, credentials_of, read_signature
from cogsim.world.graphql_api import GraphqlApi
from cogsim.world.http_api import HttpApi
from cogsim.world.rest_api import RestApi
from cogsim.world.world import World

Api = RestApi | HttpApi | GraphqlApi

#: Headers that end at the server and reach no backend.
_OF_THE_CONNECTION = frozenset(("connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding"))
_TEXT = "content-type"


def find_api(world: World, host: str) -> Api | None:
    """The API at a host of the world."""
    name = host.partition(".")[0]
    found: Api | None = world.rest_apis.get(name) or world.http_apis.get(name) or world.graphql_apis.get(name)
    return found if found is not None and found.host == host else None


def hosts(world: World) -> set[str]:
    """The hosts of every API of the world."""
    kinds = (world.rest_apis, world.http_apis, world.graphql_apis)
    return {api.host for kind in kinds for api in kind.values()}


def arrival_at(world: World, request: WireRequest, address: ServedAt) -> Arrival | None:
    """The request's address at an API of the world; None where it is for none."""
    found = address.seen_as(request.url).arrive(request.url, lambda host: find_api(world, host) is not None)
    return found if found.host is not None else None


def answer_api(
    cloud: Cloud,
    request: WireRequest,
    origin: CallOrigin,
    arrival: Arrival,
    wall_clock: float | None,
    reception: Reception,
) -> Answered:
    """The answer of the API that the request arrived at."""
    api = find_api(cloud.world, arrival.host or "")
    assert api is not None
    origin = replace(origin, region=api.region, partition=api.partition)
    name = f"{API_SERVICE}:{'GraphQL' if isinstance(api, GraphqlApi) else 'Invoke'}"
    try:
        credentials = _credentials(cloud, request, api, origin, wall_clock, reception)
        params = _graphql(api, request) if isinstance(api, GraphqlApi) else _invoke(request, arrival)
        outcome = cloud.submit(Call(name, params, credentials, origin))
        answer = outcome.unwrap()
    except AwsError as error:
        return Answered(_refused(403, error.code, error.message), operation=name, error=error)
    except NotModelled as problem:
        return Answered(_refused(501, "NotImplemented", str(problem)), problem=problem, operation=name)
    except InputError as problem:
        return Answered(_refused(400, "BadRequestException", problem.message), problem=problem, operation=name)
    return Answered(_response(answer), outcome, operation=name)


def _credentials(
    cloud: Cloud,
    request: WireRequest,
    api: Api,
    origin: CallOrigin,
    wall_clock: float | None,
    reception: Reception,
) -> Credentials | None:
    """Who signed the request; None where nobody did. A signature that does not hold is the key without its secret: the
    door refuses it where the route asks for one, and no other route minds."""
    try:
        signed = read_signature(request)
    except AwsError:
        return None
    if signed is None:
        return None
    service = "appsync" if isinstance(api, GraphqlApi) else "execute-api"
    try:
        check_scope(signed, service, api.region, "json")
        credentials = credentials_of(cloud.world, cloud.state, request, signed, "json", wall_clock, reception.virtual)
    except AwsError:
        return Credentials(signed.access_key_id, "", signed.token)
    there = reception.elsewhere.get((origin.partition, credentials.access_key_id))
    return replace(credentials, access_key_id=there) if there is not None else credentials


def _headers(request: WireRequest) -> dict[str, str]:
    kept = (name for name in sorted(request.headers) if name not in _OF_THE_CONNECTION)
    return {name: request.headers[name] for name in kept}


def _invoke(request: WireRequest, arrival: Arrival) -> dict[str, Any]:
    headers = {**_headers(request), "host": arrival.host or ""}
    body = request.body.decode("utf-8", "replace")
    return {"Url": arrival.url, "Method": request.method, "Headers": headers, "Body": body}


def _graphql(api: GraphqlApi, request: WireRequest) -> dict[str, Any]:
    """A request in JSON, as GraphQL's clients send it; InputError where it is none."""
    try:
        asked = json.loads(request.body.decode("utf-8"))
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, Mapping) or not isinstance(asked.get("query"), str) or not asked["query"]:
        raise InputError("Unable to parse GraphQL query.")
    params: dict[str, Any] = {"ApiId": api.id, "Query": asked["query"], "Headers": _headers(request)}
    if isinstance(asked.get("operationName"), str) and asked["operationName"]:
        params["OperationName"] = asked["operationName"]
    if isinstance(asked.get("variables"), Mapping):
        params["Variables"] = asked["variables"]
    return params


def _response(answer: Mapping[str, Any]) -> WireResponse:
    headers = dict(answer["headers"])
    if "body" in answer:
        return WireResponse(answer["statusCode"], headers, answer["body"].encode("utf-8", "replace"))
    held = {name: answer[name] for name in ("data", "errors") if answer.get(name) is not None}
    body = json.dumps(held, separators=(",", ":"), ensure_ascii=False)
    return WireResponse(answer["statusCode"], headers, body.encode("utf-8", "replace"))


def _refused(status: int, code: str, message: str) -> WireResponse:
    body = json.dumps({"message": message}, separators=(",", ":"), ensure_ascii=False)
    headers = {_TEXT: "application/json", "x-amzn-errortype": code}
    return WireResponse(status, headers, body.encode("utf-8", "replace"))
