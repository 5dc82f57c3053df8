"""A request to a GraphQL API of AppSync: who comes in, and which of the fields asked for are for them.

No resolver runs: a field that is allowed and leads to no object answers with its own name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.execute_api.functions import ask
from cogsim.aws.services.execute_api.guards import signer
from cogsim.aws.state import Table
from cogsim.decisions import graphql_entry as entry
from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.api_token import bearer
from cogsim.decisions.gateway_refusals import GatewayRefusal
from cogsim.decisions.graphql_authorization import (
    ComeIn,
    FieldAsked,
    accepts_api_key,
    accepts_graphql_token,
    identity_of,
    may_see_field,
    mode_of,
)
from cogsim.decisions.graphql_entry import accepts_signature, answers_there, way_in
from cogsim.decisions.graphql_lambda import (
    accepted_by_function,
    is_remembered,
    kept_seconds,
    lambda_event,
    takes_token,
)
from cogsim.decisions.graphql_schema import AskedOperation, SchemaType, Selection, read_query, read_schema
from cogsim.errors import InvalidValue, NotModelled
from cogsim.frozen import freeze, thaw
from cogsim.persistent import Map
from cogsim.world.graphql_api import LAMBDA, GraphqlApi

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeptAuthorization:
    """What a function answered to a token, kept until `expires_at` (seconds)."""

    denied: tuple[str, ...]
    context: Map[str, Any]
    expires_at: float


#: By API and the digest of the token.
KEPT_AUTHORIZATIONS: Table[tuple[str, str], KeptAuthorization] = Table("appsync/authorizations")


@dataclass(slots=True)
class _Answer:
    """An answer in the making."""

    ctx: CallContext
    api: GraphqlApi
    who: ComeIn
    types: Mapping[str, SchemaType]
    errors: list[Json] = field(default_factory=list)


@operation("execute-api:GraphQL")
def graphql(
    ctx: CallContext,
    *,
    ApiId: str,
    Query: str,
    OperationName: str = "",
    Variables: Json | None = None,
    Headers: Mapping[str, str] | None = None,
) -> Json:
    """The answer to one request, field by field. # appsync:security"""
    headers = {"content-type": "application/json;charset=UTF-8"}
    api = ctx.take(answers_there(ctx.world.graphql_apis.get(ApiId), ctx.call.origin))
    if isinstance(api, GatewayRefusal):
        return _failed(api.status, headers, api.code, api.message)
    request = ApiRequest("POST", "/graphql", dict(Headers or {}), origin=ctx.call.origin)
    came, context = _came_in(ctx, api, request, Query, OperationName, Variables or {})
    if isinstance(came, GatewayRefusal):
        return _failed(came.status, headers, came.code, came.message)
    identity = identity_of(api, came, context, ctx.call.origin) or None
    try:
        asked, types = _chosen(read_query(Query), OperationName), read_schema(api.schema)
    except InvalidValue as error:
        said = f"{error.path} {error.rule}".strip()
        return {**_failed(400, headers, "MalformedHttpRequestException", said), "identity": identity}
    answer = _Answer(ctx, api, came, types)
    unknown = tuple(_unknown(types, asked.root, asked.selections))
    if unknown:
        return {"statusCode": 200, "headers": headers, "data": None, "errors": list(unknown), "identity": identity}
    data = _object(answer, asked.root, asked.selections, ())
    found = {"statusCode": 200, "headers": headers, "data": data, "identity": identity}
    return {**found, "errors": answer.errors} if answer.errors else found


def _failed(status: int, headers: Json, code: str, message: str) -> dict[str, Any]:
    errors = [{"errorType": code, "message": message}]
    return {"statusCode": status, "headers": {**headers, "x-amzn-errortype": code}, "data": None, "errors": errors}


def _came_in(
    ctx: CallContext, api: GraphqlApi, request: ApiRequest, query: str, name: str, variables: Json
) -> tuple[ComeIn | GatewayRefusal, Json]:
    """Who comes in: by an API key, by a signature, by a token; with what a function adds to the context."""
    way = ctx.take(way_in(ctx.world, api, request, signed=ctx.call.credentials is not None))
    header = request.header("authorization") or ""
    match way:
        case GatewayRefusal():
            return way, {}
        case entry.BY_KEY:
            return ctx.take(accepts_api_key(api, request.header("x-api-key") or "", now=ctx.now)), {}
        case entry.BY_SIGNATURE:
            caller = ctx.take(signer(ctx, request))
            return (caller if isinstance(caller, GatewayRefusal) else ctx.take(accepts_signature(api, caller))), {}
        case entry.BY_FUNCTION:
            return _by_function(ctx, api, header, lambda_event(api, header, request, query, name, variables))
    return ctx.take(accepts_graphql_token(ctx.world, api, bearer(header), now=ctx.now)), {}


def _by_function(ctx: CallContext, api: GraphqlApi, token: str, event: Json) -> tuple[ComeIn | GatewayRefusal, Json]:
    """The API's function, asked or remembered."""
    mode = mode_of(api, LAMBDA)
    assert mode is not None
    refusal = ctx.take(takes_token(mode, token))
    if refusal is not None:
        return refusal, {}
    key = (api.id, hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest())
    kept = KEPT_AUTHORIZATIONS.get(ctx.state, key)
    remembered = ctx.take(is_remembered(mode, kept.expires_at if kept is not None else None, now=ctx.now))
    if kept is not None and remembered:
        return ComeIn(mode, denied=kept.denied), thaw(kept.context)
    output = ctx.take(ask(ctx, mode.uri, event, "the authorizer"))
    found = ctx.take(accepted_by_function(mode, output))
    if isinstance(found, GatewayRefusal):
        return found, {}
    denied, context = found
    seconds = kept_seconds(mode, output)
    if seconds:
        answer = KeptAuthorization(denied, freeze(context), ctx.now + seconds)
        ctx.update_state(lambda state: KEPT_AUTHORIZATIONS.put(state, key, answer))
    return ComeIn(mode, denied=denied), context


def _chosen(operations: tuple[AskedOperation, ...], name: str) -> AskedOperation:
    """The operation of that name, or the only one."""
    fitting = [each for each in operations if not name or each.name == name]
    if len(fitting) != 1:
        raise InvalidValue("query", "must provide operation name if query contains multiple operations")
    return fitting[0]


def _unknown(types: Mapping[str, SchemaType], type_name: str, asked: tuple[Selection, ...]) -> Iterator[Json]:
    """An error for each field that the schema does not have, or asks too much or too little of. # graphql:spec"""
    held = types.get(type_name)
    for each in asked:
        found = held.fields.get(each.name) if held is not None else None
        if each.name == "__typename" and held is not None:
            continue
        if each.name in ("__schema", "__type"):
            raise NotModelled(f"execute-api:GraphQL with {each.name}: introspection in Query")
        if found is not None and found.leads_to in types and types[found.leads_to].abstract:
            raise NotModelled(
                f"execute-api:GraphQL with {type_name}.{each.name}, which leads to {found.leads_to}, in Query"
            )
        place = [{"line": each.line, "column": each.column, "sourceName": None}]
        text = "Validation error of type "
        if found is None:
            said = f"{text}FieldUndefined: Field '{each.name}' in type '{type_name}' is undefined"
        elif each.inner and found.leads_to not in types:
            said = f"{text}SubSelectionNotAllowed: Sub selection not allowed on leaf type {found.leads_to}"
        elif not each.inner and found.leads_to in types:
            said = f"{text}SubSelectionRequired: Sub selection required for type {found.leads_to}"
        else:
            yield from _unknown(types, found.leads_to, each.inner)
            continue
        yield {"path": None, "locations": place, "message": f"{said} @ '{each.name}'"}


def _object(answer: _Answer, type_name: str, asked: tuple[Selection, ...], path: tuple[str, ...]) -> dict[str, Any]:
    """The fields of an object, null where they are not for who asks."""
    ctx, held = answer.ctx, answer.types[type_name]
    made: dict[str, Any] = {}
    for each in asked:
        if each.name == "__typename":
            made[each.alias] = type_name
            continue
        noun = held.fields[each.name]
        seen = ctx.take(
            may_see_field(
                ctx.world,
                answer.api,
                FieldAsked(type_name, each.name, held, noun),
                answer.who,
                origin=replace(ctx.call.origin, region=answer.api.region),
                now=ctx.now,
            )
        )
        here = (*path, each.alias)
        if not seen:
            answer.errors.append(_unauthorized(type_name, each, here))
            made[each.alias] = None
        else:
            below = _object(answer, noun.leads_to, each.inner, here) if each.inner else f"{type_name}.{each.name}"
            made[each.alias] = below
    return made


def _unauthorized(type_name: str, asked: Selection, path: tuple[str, ...]) -> Json:
    return {
        "path": list(path),
        "data": None,
        "errorType": "Unauthorized",
        "errorInfo": None,
        "locations": [{"line": asked.line, "column": asked.column, "sourceName": None}],
        "message": f"Not Authorized to access {asked.name} on type {type_name}",
    }
