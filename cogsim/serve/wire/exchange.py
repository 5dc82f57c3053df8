"""One request answered: which service and operation it means, who signed it, what the door says, and the response.

1. The service is the signature's, the target's of a JSON request, or the host's.
2. The operation and its members are read by the service's protocol; what cannot be read is refused in its words.
3. The signature is verified before the door is asked; an operation that takes none has its signature passed over.
4. The door decides everything else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.aws.model import operation_shape, service_model
from cogsim.decisions.call_origin import CallOrigin
from cogsim.entropy import named
from cogsim.errors import AwsError, InputError, NotModelled
from cogsim.serve.wire.answers import answer, refusal
from cogsim.serve.wire.json_body import from_json, read_body
from cogsim.serve.wire.message import WireRequest, WireResponse
from cogsim.serve.wire.query_body import from_query
from cogsim.serve.wire.rest import find_operation, read_members
from cogsim.serve.wire.signature import Signed, check_scope, credentials_of, read_signature

if TYPE_CHECKING:
    from botocore.model import OperationModel, ServiceModel

    from cogsim.aws.cloud import Cloud

#: JSON services by the prefix of X-Amz-Target.
_TARGETS = {
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "AWSCognitoIdentityService": "cognito-identity",
    "DynamoDB_20120810": "dynamodb",
}
#: Signing names that are not botocore's service name.
_SIGNING = {"execute-api": "apigateway"}
#: What a query API calls itself by its version.
_VERSIONS = {"2011-06-15": "sts", "2010-05-08": "iam"}


_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


@dataclass(frozen=True, slots=True)
class Answered:
    """A response, and what the door made of the request; no outcome where it did not come that far."""

    response: WireResponse
    outcome: Outcome | None = None
    #: What is not modelled, or bad input that no AWS error stands for.
    problem: NotModelled | InputError | None = None


def exchange(cloud: Cloud, request: WireRequest, origin: CallOrigin, wall_clock: float | None = None) -> Answered:
    """Answer one request. `origin` says where it came from; its region gives way to the signature's. `wall_clock` is
    the time in seconds that signatures are held against, None for none."""
    number = len(cloud.log)
    request_id = named("serve/request-id", cloud.seed, str(number)).uuid()
    operation, protocol = None, "json"
    try:
        signed = read_signature(request)
        model = service_model(service_of(request, signed))
        protocol = model.protocol
        operation, params = read_call(model, unchunked(request))
        shape = operation_shape(f"{model.service_name}:{operation.name}")
        credentials: Credentials | None = None
        if signed is not None and not shape.unsigned:
            check_scope(signed, model.signing_name, region_of(request))
            credentials = credentials_of(cloud.world, cloud.state, request, signed, protocol, wall_clock)
        region = signed.region if signed is not None else region_of(request)
        origin = replace(origin, region=region) if region else origin
        outcome = cloud.submit(Call(shape.name, params, credentials, origin))
    except AwsError as error:
        return Answered(refusal(operation, protocol, error, request_id))
    except (NotModelled, InputError) as problem:
        code = "NotImplemented" if isinstance(problem, NotModelled) else "ValidationException"
        return Answered(refusal(operation, protocol, AwsError(code, str(problem)), request_id), None, problem)
    if outcome.error is not None:
        return Answered(refusal(operation, protocol, outcome.error, request_id), outcome)
    return Answered(answer(operation, outcome.response or {}, request_id), outcome)


def service_of(request: WireRequest, signed: Signed | None) -> str:
    """The service that a request is for."""
    target = request.headers.get("x-amz-target", "").partition(".")[0]
    if target in _TARGETS:
        return _TARGETS[target]
    if signed is not None:
        return _SIGNING.get(signed.service, signed.service)
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        version = dict(parse_qsl(request.body.decode("utf-8", "replace"))).get("Version", "")
        if version in _VERSIONS:
            return _VERSIONS[version]
    first = request.host.split(".")[0]
    known = {"cognito-idp", "cognito-identity", "cognito-sync", "sts", "iam", "dynamodb"}
    return first if first in known else "s3"


def region_of(request: WireRequest) -> str | None:
    """The Region that an unsigned request's host names."""
    parts = request.host.split(".")
    named_there = len(parts) > 2 and parts[-2:] == ["amazonaws", "com"] and _REGION.fullmatch(parts[1])
    return parts[1] if named_there else None


def read_call(model: ServiceModel, request: WireRequest) -> tuple[OperationModel, Mapping[str, Any]]:
    """The operation of a request and its members, by the service's protocol."""
    if model.protocol == "json":
        name = request.headers.get("x-amz-target", "").partition(".")[2]
        operation = _operation(model, name)
        return operation, from_json(operation.input_shape, read_body(request.body))
    if model.protocol in ("query", "ec2"):
        text = request.body.decode("utf-8", "replace")
        given = dict((*request.query, *parse_qsl(text, keep_blank_values=True)))
        operation = _operation(model, given.get("Action", ""))
        shape = operation.input_shape
        return operation, (from_query(shape, given) or {}) if shape is not None else {}
    name, labels = find_operation(model, request, path_style(model, request))
    operation = model.operation_model(name)
    return operation, read_members(operation, request, labels)


def _operation(model: ServiceModel, name: str) -> OperationModel:
    if name not in model.operation_names:
        code = "UnknownOperationException" if model.protocol == "json" else "InvalidAction"
        raise AwsError(code, f"Could not find operation {name}")
    return model.operation_model(name)


def path_style(model: ServiceModel, request: WireRequest) -> str:
    """The path with the bucket in front, where S3's host names it instead."""
    if model.service_name != "s3":
        return request.path
    host = request.host.partition(":")[0]
    bucket, dot, rest = host.partition(".s3")
    if dot and (rest.startswith((".", "-"))):
        return f"/{quote(bucket)}{request.path}"
    return request.path


def unchunked(request: WireRequest) -> WireRequest:
    """The request with an `aws-chunked` body put together: sizes, signatures and trailing checksums left out."""
    coded = request.headers.get("content-encoding", "")
    if "aws-chunked" not in coded and not request.headers.get("x-amz-content-sha256", "").startswith("STREAMING-"):
        return request
    body, rest = b"", request.body
    while rest:
        head, _, rest = rest.partition(b"\r\n")
        try:
            size = int(head.partition(b";")[0] or b"0", 16)
        except ValueError:
            raise AwsError("IncompleteBody", "The request body is not in aws-chunked form") from None
        if size == 0:
            break
        body, rest = body + rest[:size], rest[size + 2 :]
    left = ",".join(part.strip() for part in coded.split(",") if part.strip() not in ("aws-chunked", ""))
    headers = {name: value for name, value in request.headers.items() if name != "content-encoding"}
    return replace(request, headers={**headers, "content-encoding": left} if left else headers, body=body)
