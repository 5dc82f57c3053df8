"""AWS::Serverless::Api and AWS::Serverless::HttpApi as the resources that the transform makes of each. # sam:transform

A REST API gets a second stage, `Stage`, unless its version of OpenAPI is stated: whoever guards one stage by name
leaves the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cogsim.errors import suggest
from cogsim.load.cloudformation.notes import Notes
from cogsim.load.cloudformation.sam.definition import (
    add_preflights,
    event_paths,
    finished,
    guard,
    paths_of,
    schemes,
)
from cogsim.load.cloudformation.sam.events import Event
from cogsim.load.cloudformation.sam.resource_policy import statements
from cogsim.load.cloudformation.sam.writing import Keyed, flag, items, known, member, members, record, text, written
from cogsim.load.nodes import Node, Record, Scalar

_COMMON = ("Auth", "DefinitionBody", "DefinitionUri", "DisableExecuteApiEndpoint", "Name", "StageName")
#: What the transform reads of each type and is told here, and what says nothing of who is admitted.
_READ = {
    "AWS::Serverless::Api": (
        *_COMMON, "ApiKeySourceType", "Cors", "EndpointConfiguration", "GatewayResponses", "MergeDefinitions",
        "OpenApiVersion", "Policy", "Tags", "Variables",
    ),
    "AWS::Serverless::HttpApi": (*_COMMON, "StageVariables"),
}  # fmt: skip
_IGNORED = {
    "AWS::Serverless::Api": (
        "AccessLogSetting", "AlwaysDeploy", "BinaryMediaTypes", "CacheClusterEnabled", "CacheClusterSize",
        "CanarySetting", "Description", "Domain", "EndpointAccessMode", "FailOnWarnings", "MethodSettings",
        "MinimumCompressionSize", "Mode", "Models", "PropagateTags", "SecurityPolicy", "TracingEnabled",
    ),
    "AWS::Serverless::HttpApi": (
        "AccessLogSettings", "CorsConfiguration", "DefaultRouteSettings", "Description", "Domain", "FailOnWarnings",
        "PropagateTags", "RouteSettings", "Tags",
    ),
}  # fmt: skip

_ENDPOINT = ("IpAddressType", "Type", "VPCEndpointIds")

Made = dict[str, tuple[Scalar, Node]]


@dataclass(frozen=True, slots=True)
class SamApi:
    """An API as written: its logical id, its resource, its properties with the globals, and its events."""

    name: str
    key: Scalar
    resource: Record
    properties: Record
    events: list[Event]

    def check(self, type_name: str, notes: Notes) -> None:
        """Hold every property against what is read: a stranger is an InputError, an ignored one is listed."""
        known = (*_READ[type_name], *_IGNORED[type_name])
        for name, (key, _) in self.properties.entries.items():
            if name in _IGNORED[type_name]:
                notes.properties[self.name, name] = None
            elif name not in known:
                raise key.error(f"{self.name} has an unknown property {name!r}", suggest(name, known))

    def made(self, type_name: str, properties: dict[str, Any], suffix: str = "") -> tuple[Scalar, Node]:
        """A resource that follows from it, under the same condition."""
        stated: dict[str, Any] = {"Type": type_name, "Properties": {k: v for k, v in properties.items() if v}}
        for name in ("Condition", *(() if suffix else ("Metadata",))):
            if (held := member(self.resource, name)) is not None:
                stated[name] = held
        place = self.key
        return Scalar(place.file, place.line, place.column, self.name + suffix), written(stated, place)


def expanded(api: SamApi, type_name: str, notes: Notes) -> Made:
    """The resources that the API becomes."""
    api.check(type_name, notes)
    make: Callable[[SamApi, Notes], list[tuple[Scalar, Node]]]
    make = _rest if type_name == "AWS::Serverless::Api" else _http
    return {key.text: (key, node) for key, node in make(api, notes)}


def _rest(api: SamApi, notes: Notes) -> list[tuple[Scalar, Node]]:
    properties, auth = api.properties, record(api.properties, "Auth")
    stage = member(properties, "StageName") or written("Prod", api.key)
    needs_key = flag(auth, "ApiKeyRequired")
    body, routes = _body(api, rest=True, notes=notes)
    extensions: dict[str, Any] = {}
    found = _policy(api, auth, routes, stage)
    if found:
        extensions["x-amazon-apigateway-policy"] = {"Version": "2012-10-17", "Statement": found}
    answers = {key.text: Keyed(key, _answer(each)) for key, each in members(properties, "GatewayResponses")}
    if answers:
        extensions["x-amazon-apigateway-gateway-responses"] = answers
    stated = {
        "Name": member(properties, "Name"),
        "Body": {**body, **extensions} if isinstance(body, dict) else body,
        "Policy": member(properties, "Policy"),
        "EndpointConfiguration": _endpoint(properties),
        **{name: member(properties, name) for name in ("ApiKeySourceType", "DisableExecuteApiEndpoint")},
        "Tags": [
            {"Key": key.text, "Value": value}
            for key, value in (record(properties, "Tags") or Record("", 0, 0)).entries.values()
        ],
    }
    if member(properties, "DefinitionUri") is not None:
        stated["BodyS3Location"] = {"Bucket": "elsewhere"}
    own = {"Ref": api.name}
    deployed = {"RestApiId": own, "StageName": None if text(properties, "OpenApiVersion") else "Stage"}
    staged = {"RestApiId": own, "StageName": stage, "DeploymentId": {"Ref": f"{api.name}Deployment"}}
    staged["Variables"] = member(properties, "Variables")
    stage_name = f"{stage.text if isinstance(stage, Scalar) and stage.text.isalnum() else ''}Stage"
    made = [
        api.made("AWS::ApiGateway::RestApi", stated),
        api.made("AWS::ApiGateway::Deployment", deployed, "Deployment"),
        api.made("AWS::ApiGateway::Stage", staged, stage_name),
    ]
    if needs_key or any(flag(event.auth, "ApiKeyRequired") for event in api.events):
        made += _usage_plan(api, auth, f"{api.name}{stage_name}")
    return made


def _policy(api: SamApi, auth: Record | None, routes: list[tuple[str, str]], stage: Node) -> list[Any]:
    """What `ResourcePolicy` says of the whole API, then of the paths of single events."""
    whole = record(auth, "ResourcePolicy")
    found = statements(whole, routes, stage) if whole is not None else []
    for event in api.events:
        own = record(event.auth, "ResourcePolicy")
        if own is not None:
            found += statements(own, [(event.operation, event.path)], stage)
    return found


def _body(api: SamApi, *, rest: bool, notes: Notes) -> tuple[Any, list[tuple[str, str]]]:
    """The definition, and its routes: pairs of method and path."""
    properties, auth = api.properties, record(api.properties, "Auth")
    held = member(properties, "DefinitionBody")
    own = held is None and member(properties, "DefinitionUri") is None
    needs_key = rest and flag(auth, "ApiKeyRequired")
    if not own and not (isinstance(held, Record) and ("paths" in held.entries or "openapi" in held.entries)):
        return held, []
    if not own and any(event.auth.entries for event in api.events):
        words = f"{api.name} has a definition of its own: the Auth of events that join it is not read"
        notes.warn(api.key.location, words)
    paths = event_paths(api.events, key_required=needs_key, rest=rest) if held is None else paths_of(held)  # type: ignore[arg-type]
    if rest and member(properties, "Cors") is not None:
        add_preflights(paths, key_required=needs_key and flag(auth, "AddApiKeyRequiredToCorsPreflight", True))
    made, scopes = schemes(auth, rest=rest)
    guard(paths, auth, scopes)
    routes = [
        (name, path)
        for path, item in paths.items()
        for name in (item.value if isinstance(item, Keyed) else item)
        if not name.startswith("x-amazon-apigateway-cors")
    ]
    body: dict[str, Any] = {"openapi": "3.0.1", "info": {"title": {"Ref": "AWS::StackName"}, "version": "1.0"}}
    if isinstance(held, Record):
        body = {name: Keyed(*entry) for name, entry in held.entries.items()}
    components = record(held, "components")
    existing = record(components, "securitySchemes")
    inner = {name: Keyed(*entry) for name, entry in (components.entries if components else {}).items()}
    listed = {name: Keyed(*entry) for name, entry in (existing.entries if existing else {}).items()}
    body["components"] = {**inner, "securitySchemes": {**made, **listed}}
    body["paths"] = finished(paths)
    return body, routes


def _endpoint(properties: Record) -> Any:
    """`EndpointConfiguration` as a word or as a mapping."""
    stated = member(properties, "EndpointConfiguration")
    if isinstance(stated, Scalar):
        return {"Types": [stated]}
    known(record(properties, "EndpointConfiguration"), "EndpointConfiguration", _ENDPOINT)
    kind, endpoints = member(stated, "Type"), items(stated, "VPCEndpointIds")
    if kind is None:
        return None
    return {"Types": [kind], **({"VpcEndpointIds": list(endpoints)} if endpoints else {})}


def _answer(stated: Record) -> dict[str, Any]:
    """A gateway response in the definition's words."""
    headers = record(record(stated, "ResponseParameters"), "Headers")
    found = {f"gatewayresponse.header.{name}": value for name, value in headers or ()}
    made = {"statusCode": member(stated, "StatusCode"), "responseTemplates": member(stated, "ResponseTemplates")}
    return {name: value for name, value in {**made, "responseParameters": found}.items() if value}


def _usage_plan(api: SamApi, auth: Record | None, stage_id: str) -> list[tuple[Scalar, Node]]:
    """The usage plan with its key, where the API asks for one of its own."""
    plan = record(auth, "UsagePlan")
    if text(plan, "CreateUsagePlan") != "PER_API":
        return []
    stages = [{"ApiId": {"Ref": api.name}, "Stage": {"Ref": stage_id}}]
    tied = {"KeyId": {"Ref": f"{api.name}ApiKey"}, "KeyType": "API_KEY", "UsagePlanId": {"Ref": f"{api.name}UsagePlan"}}
    return [
        api.made("AWS::ApiGateway::UsagePlan", {"ApiStages": stages}, "UsagePlan"),
        api.made("AWS::ApiGateway::ApiKey", {"Enabled": True}, "ApiKey"),
        api.made("AWS::ApiGateway::UsagePlanKey", tied, "UsagePlanKey"),
    ]


def _http(api: SamApi, notes: Notes) -> list[tuple[Scalar, Node]]:
    properties = api.properties
    stage = member(properties, "StageName") or written("$default", api.key)
    body, _ = _body(api, rest=False, notes=notes)
    stated = {
        "Name": member(properties, "Name"),
        "Body": body,
        "DisableExecuteApiEndpoint": member(properties, "DisableExecuteApiEndpoint"),
        "ProtocolType": "HTTP" if body is None else None,
    }
    if member(properties, "DefinitionUri") is not None:
        stated["BodyS3Location"] = {"Bucket": "elsewhere"}
    named = stage.text if isinstance(stage, Scalar) and stage.text.isalnum() else "ApiGatewayDefault"
    staged = {"ApiId": {"Ref": api.name}, "StageName": stage, "StageVariables": member(properties, "StageVariables")}
    return [
        api.made("AWS::ApiGatewayV2::Api", stated),
        api.made("AWS::ApiGatewayV2::Stage", staged, f"{named}Stage"),
    ]
