"""One CloudTrail record, made of an event and the account that gets it. # ct:record-contents"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cogsim.aws.call import Call
from cogsim.aws.model import OperationShape
from cogsim.aws.trail import dynamodb
from cogsim.aws.trail.event import Event, iam_refused
from cogsim.aws.trail.identity import principal_tags, user_identity
from cogsim.aws.trail.redaction import Redacted, Showing, camel, redact, scrubbed, showing
from cogsim.aws.trail.request_id import request_id
from cogsim.aws.trail.saml import saml_parameters
from cogsim.clock import iso
from cogsim.decisions.caller import Anonymous, Service
from cogsim.entropy import Draw

_EVENT_VERSION = "1.11"
_CIPHER = "TLS_AES_128_GCM_SHA256"

#: Operations that S3 records under another name. # s3:cloudtrail §object-level
_EVENT_NAMES = {"s3:ListObjectsV2": "ListObjects"}
_S3_PATH_NAMES = {"Bucket": "bucketName", "Key": "key"}
#: What S3 writes of the query string that is no parameter.
_S3_QUERY = {"ListObjectsV2": {"list-type": "2"}}

_READING_VERBS = ("Get", "List", "Describe", "Head", "Lookup", "Decode", "Search", "Simulate")
#: Operations named like a reading one that give out something new; records show what, and some call them reads.
_GIVING = frozenset(
    {
        "cognito-identity:GetId",
        "cognito-identity:GetCredentialsForIdentity",
        "cognito-identity:GetOpenIdToken",
        "cognito-identity:GetOpenIdTokenForDeveloperIdentity",
        "cognito-idp:GetTokensFromRefreshToken",
        "cognito-idp:GetUserAttributeVerificationCode",
        "sts:GetFederationToken",
        "sts:GetSessionToken",
    }
)


#: Services whose records name another source than botocore's name of them, and the API's version where records show it.
_EVENT_SOURCES = {"elbv2": "elasticloadbalancing"}
_API_VERSIONS = {"dynamodb": "2012-08-10", "elbv2": "2015-12-01"}


def record(event: Event, recipient: str, seed: str) -> dict[str, Any]:
    """The record of `event` that the account `recipient` gets: JSON values only, in the order AWS writes them."""
    outcome, call = event.outcome, event.outcome.call
    request = _request(event)
    draw = Draw(seed, ("trail/event", recipient), outcome.number)
    made: dict[str, Any] = {
        "eventVersion": _EVENT_VERSION,
        "userIdentity": user_identity(event, recipient),
        "eventTime": iso(call.at),
        "eventSource": f"{_EVENT_SOURCES.get(call.service, call.service)}.amazonaws.com",
        "eventName": _EVENT_NAMES.get(call.operation, call.name),
        "awsRegion": _region(call),
        **_network(event),
        **_error(event, request),
        "requestParameters": request.value,
        "responseElements": _response(event),
    }
    if extra := _additional(event, seed):
        made["additionalEventData"] = extra
    made["requestID"] = request_id(call.service, outcome.number, seed)
    made["eventID"] = draw.uuid()
    made["readOnly"] = reads_only(call.operation)
    if event.resources:
        made["resources"] = [dict(entry) for entry in event.resources]
    made["eventType"] = "AwsApiCall"
    if call.service in _API_VERSIONS:
        made["apiVersion"] = _API_VERSIONS[call.service]
    made |= {"managementEvent": not event.data, "recipientAccountId": recipient}
    if len(event.accounts) > 1:
        made["sharedEventID"] = Draw(seed, ("trail/shared",), outcome.number).uuid()
    if call.origin.vpc_endpoint is not None:
        made["vpcEndpointId"] = call.origin.vpc_endpoint
    made["eventCategory"] = "Data" if event.data else "Management"
    return made | _tls(event)


def reads_only(operation: str) -> bool:
    """CloudTrail's `readOnly`: AssumeRole* and the session calls of STS count as reads. # ct:record-contents"""
    service, _, name = operation.partition(":")
    return (
        service == "sts"
        or operation in dynamodb.READS
        or (name.startswith(_READING_VERBS) and operation not in _GIVING)
    )


def _region(call: Call) -> str:
    """Where the call was answered: IAM has one Region in the whole partition. # ct:record-contents §awsregion"""
    return "us-east-1" if call.service == "iam" and call.origin.partition == "aws" else call.origin.region


def _answers_nothing(operation: str) -> bool:
    """Whether records of the operation have no responseElements: reads have none."""
    if operation in dynamodb.DATA:
        return True  # ddb:cloudtrail: items do not appear
    return operation.partition(":")[2].startswith(_READING_VERBS) and operation not in _GIVING


def _network(event: Event) -> dict[str, str]:
    """Where the call came from; a service that calls another leaves its name in place of an address."""
    caller, origin = event.outcome.caller, event.outcome.call.origin
    if isinstance(caller, Service):
        return {"sourceIPAddress": caller.principal, "userAgent": caller.principal}
    agent = f"[{origin.user_agent}]" if event.outcome.call.service == "s3" else origin.user_agent
    # ct:record-contents §sourceipaddress: through an endpoint it is the address inside the network
    return {"sourceIPAddress": origin.vpc_source_ip or origin.source_ip, "userAgent": agent}


def _error(event: Event, request: Redacted) -> dict[str, str]:
    error = event.outcome.error
    if error is None:
        return {}
    return {"errorCode": error.code, "errorMessage": scrubbed(error.message, request.hidden)}


def _request(event: Event) -> Redacted:
    """The parameters under the names records use; none where IAM refused before the service read them."""
    call, shape = event.outcome.call, event.shape
    if call.operation in dynamodb.DATA:
        shown = dynamodb.data_request(event.outcome, event.world)
        return Redacted(None if iam_refused(event.outcome) else shown.value, shown.hidden)
    given = redact(call.operation, shape.model.input_shape, call.params)
    if call.service == "s3":
        return Redacted(dict(_s3_request(call, shape)), given.hidden)
    tags = principal_tags(event) if call.operation == "sts:AssumeRoleWithWebIdentity" else {}
    value = {"principalTags": tags, **given.value} if tags and given.value else given.value
    if call.operation == "sts:AssumeRoleWithSAML" and value:
        value = {**saml_parameters(event), **value}
    return Redacted(None if iam_refused(event.outcome) else value or None, given.hidden)


def _s3_request(call: Call, shape: OperationShape) -> Iterator[tuple[str, Any]]:
    """S3 logs the request as it went over the wire: path, query string and `x-amz-` headers. # s3:cloudtrail"""
    assert shape.model.input_shape is not None
    for name, member in sorted(shape.model.input_shape.members.items()):
        wire = member.serialization.get("name", name)
        place = member.serialization.get("location")
        logged = name in _S3_PATH_NAMES or place == "querystring" or (place == "header" and wire.startswith("x-amz-"))
        shown = showing(call.operation, name, member)
        if call.params.get(name) is None or not logged or shown is Showing.OMIT:
            continue
        value = redact(call.operation, shape.model.input_shape, {name: call.params[name]}).value[camel(name)]
        yield _S3_PATH_NAMES.get(name, wire), str(value).lower() if isinstance(value, bool) else str(value)
    yield from sorted(_S3_QUERY.get(call.name, {}).items())
    yield "Host", _host(call)


def _response(event: Event) -> dict[str, Any] | None:
    outcome, shape = event.outcome, event.shape
    if outcome.response is None or _answers_nothing(outcome.call.operation):
        return None
    if outcome.call.service == "s3":
        return _s3_response(outcome.response, shape)
    answer = {name: value for name, value in outcome.response.items() if name != "ResponseMetadata"}
    return redact(outcome.call.operation, shape.model.output_shape, answer).value or None


def _s3_response(response: Mapping[str, Any], shape: OperationShape) -> dict[str, Any] | None:
    """Of S3's answers records show the `x-amz-` headers."""
    found: dict[str, Any] = {}
    for name, member in sorted(shape.model.output_shape.members.items() if shape.model.output_shape else ()):
        wire = member.serialization.get("name", name)
        if wire.startswith("x-amz-") and response.get(name) is not None:
            drawn = redact(shape.name, shape.model.output_shape, {name: response[name]}).value
            found |= {wire: str(drawn[camel(name)])} if drawn else {}
    return found or None


def _additional(event: Event, seed: str) -> dict[str, Any]:
    outcome = event.outcome
    if outcome.call.service != "s3":
        return {"sub": event.subject} if event.subject else {}
    signed = not isinstance(outcome.caller, Anonymous)
    version = "SigV2" if outcome.call.origin.signature_version == "AWS" else "SigV4"
    how = "QueryString" if outcome.call.origin.auth_type == "REST-QUERY-STRING" else "AuthHeader"
    return {
        **({"SignatureVersion": version} if signed else {}),
        **({"CipherSuite": _CIPHER} if outcome.call.origin.tls else {}),
        "bytesTransferredIn": _size(outcome.call.params.get("Body")),
        **({"AuthenticationMethod": how} if signed else {}),
        "x-amz-id-2": Draw(seed, ("trail/x-amz-id-2",), outcome.number).base64(75) + "=",
        "bytesTransferredOut": _size((outcome.response or {}).get("Body")),
    }


def _size(body: Any) -> int:
    return len(body.encode() if isinstance(body, str) else body) if isinstance(body, str | bytes | bytearray) else 0


def _tls(event: Event) -> dict[str, Any]:
    call = event.outcome.call
    if not call.origin.tls or isinstance(event.outcome.caller, Service):
        return {}
    host = _host(call)
    return {"tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": _CIPHER, "clientProvidedHostHeader": host}}


def _host(call: Call) -> str:
    suffix = "amazonaws.com.cn" if call.origin.partition == "aws-cn" else "amazonaws.com"
    bucket = call.params.get("Bucket") if call.service == "s3" else None
    front = f"{bucket}." if isinstance(bucket, str) else ""
    return f"{front}{_EVENT_SOURCES.get(call.service, call.service)}.{call.origin.region}.{suffix}"
