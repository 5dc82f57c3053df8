"""One request answered: which service and operation it means, who signed it, what the door says, and the response.

1. The service is the target's of a JSON request, the signature's, or the host's; the partition follows the Region.
2. The operation and its members are read by the service's protocol; what cannot be read is refused in its words.
3. The signature is verified before the door is asked; an operation that takes none has its signature passed over.
4. The door decides everything else.

Signatures are held against the machine's time, which clients sign by; what expires (sessions, tokens, presigned
addresses) expires by the cloud's, which may have been moved since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.aws.model import operation_shape, service_model
from cogsim.aws.trail.request_id import request_id
from cogsim.decisions.call_origin import CallOrigin
from cogsim.entropy import named
from cogsim.errors import AwsError, InputError, NotModelled
from cogsim.serve.wire.answers import answer, refusal
from cogsim.serve.wire.destination import partition_of, path_of, protocol_of, region_of, seeming_protocol, service_of
from cogsim.serve.wire.json_body import from_json, read_body
from cogsim.serve.wire.logins import read_back
from cogsim.serve.wire.meant_region import meant_region
from cogsim.serve.wire.message import WireRequest, WireResponse
from cogsim.serve.wire.query_body import from_query, read_form
from cogsim.serve.wire.rest import check_encoding, find_operation, read_members
from cogsim.serve.wire.s3_forms import answered, form_call, is_form
from cogsim.serve.wire.s3_forms import read_form as read_form_of
from cogsim.serve.wire.s3_requests import as_meant
from cogsim.serve.wire.signature import check_scope, credentials_of, read_signature, signed_origin

if TYPE_CHECKING:
    from botocore.model import OperationModel, ServiceModel

    from cogsim.aws.cloud import Cloud

_READ = frozenset({"json", "query", "ec2", "rest-json", "rest-xml"})


@dataclass(frozen=True, slots=True)
class Reception:
    """How a server takes requests in.

    `virtual` tells the cloud's instant at an instant of the machine's; `elsewhere` maps (partition, access key id) to
    the id that the key goes by in that partition; `attempt` numbers the requests, so that those that never reach the
    door have ids of their own.
    """

    virtual: Callable[[float], float] | None = None
    elsewhere: Mapping[tuple[str, str], str] = field(default_factory=dict)
    attempt: int = 0


IN_PROCESS = Reception()


@dataclass(frozen=True, slots=True)
class Answered:
    """A response, and what the door made of the request; no outcome where it did not come that far."""

    response: WireResponse
    outcome: Outcome | None = None
    #: What is not modelled, or bad input that no AWS error stands for.
    problem: NotModelled | InputError | None = None
    request_id: str = ""
    #: The operation, as far as it was understood, and the error where there is one.
    operation: str = ""
    error: AwsError | None = None


@dataclass(slots=True)
class _Reading:
    """What is known of a request so far, for the refusal that may come at any point."""

    protocol: str
    service: str = ""
    operation: OperationModel | None = None

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation.name}" if self.operation is not None else self.service


def exchange(
    cloud: Cloud,
    request: WireRequest,
    origin: CallOrigin,
    wall_clock: float | None = None,
    reception: Reception = IN_PROCESS,
) -> Answered:
    """Answer one request. `origin` says where it came from; its region gives way to the signature's. `wall_clock` is
    the time in seconds that signatures are held against, None for none."""
    reading, outcome, problem = _Reading(seeming_protocol(request)), None, None
    number = cloud.next_number
    try:
        call = _call(cloud, request, origin, wall_clock, reception, reading)
        outcome = cloud.submit(call)
        error = outcome.error
    except AwsError as refused:
        error = refused
    except (NotModelled, InputError) as unanswered:
        code = "NotImplemented" if isinstance(unanswered, NotModelled) else "ValidationException"
        error, problem = AwsError(code, str(unanswered)), unanswered
    if outcome is not None:
        made = request_id(reading.service, number, cloud.seed)
    else:
        made = named("serve/refused", cloud.seed, str(number), str(reception.attempt)).uuid()
    if error is None:
        assert outcome is not None
        assert reading.operation is not None
        response = answer(reading.operation, outcome.response or {}, made)
        if reading.service == "s3" and is_form(request):
            response = answered(read_form_of(request), response)
        return Answered(response, outcome, None, made, reading.name)
    response = refusal(reading.operation, reading.protocol, error, made)
    return Answered(response, outcome, problem, made, reading.name, error)


def _call(
    cloud: Cloud,
    request: WireRequest,
    origin: CallOrigin,
    wall_clock: float | None,
    reception: Reception,
    reading: _Reading,
) -> Call:
    """The call that a request means, by whoever signed it."""
    signed = read_signature(request)
    reading.service = service_of(request, signed)
    if signed is None and reading.service == "s3" and is_form(request):
        reading.protocol, reading.operation = "rest-xml", service_model("s3").operation_model("PutObject")
        return form_call(cloud.world, cloud.state, request, _at_host(origin, request), wall_clock, reception.virtual)
    model = service_model(reading.service)
    reading.protocol = protocol = protocol_of(request, model)
    meant = as_meant(request, signed) if reading.service == "s3" else request
    operation, params = read_call(model, meant, protocol)
    reading.operation = operation
    if reading.service == "cognito-identity":
        params = read_back(cloud.world, params)
    shape = operation_shape(f"{reading.service}:{operation.name}")
    stated = region_of(request)
    region = signed.region if signed is not None else stated
    if region is None:
        region = meant_region(cloud.world, cloud.state, reading.service, params)
    if region:
        origin = _in_region(origin, region)
    credentials: Credentials | None = None
    if signed is not None and not shape.unsigned:
        check_scope(signed, model.signing_name, stated, protocol)
        told = (cloud.world, cloud.state, request, signed, protocol)
        credentials = credentials_of(*told, wall_clock, reception.virtual)
        if reading.service == "s3":
            origin = signed_origin(origin, signed, wall_clock, reception.virtual)
            origin = replace(origin, content_sha256=request.headers.get("x-amz-content-sha256"))
        there = reception.elsewhere.get((origin.partition, credentials.access_key_id))
        credentials = replace(credentials, access_key_id=there) if there is not None else credentials
    return Call(shape.name, params, credentials, origin)


def _at_host(origin: CallOrigin, request: WireRequest) -> CallOrigin:
    region = region_of(request)
    return _in_region(origin, region) if region else origin


def _in_region(origin: CallOrigin, region: str) -> CallOrigin:
    short = len(origin.user_agent) + len(region) <= _REMEMBERED
    return _there_before(origin, region) if short else _there(origin, region)


def _there(origin: CallOrigin, region: str) -> CallOrigin:
    return replace(origin, region=region, partition=partition_of(region))


#: Up to how many characters of its client an origin is kept for the next call from there.
_REMEMBERED = 512
_there_before = lru_cache(maxsize=1024)(_there)


def read_call(
    model: ServiceModel, request: WireRequest, protocol: str | None = None
) -> tuple[OperationModel, Mapping[str, Any]]:
    """The operation of a request and its members, by `protocol`, which is the service's own unless given."""
    protocol = protocol or model.protocol
    if protocol not in _READ:
        called = request.path.rpartition("/")[2] or "its operations"
        raise NotModelled(f"{model.service_name}:{called}", hint=f"the protocol {protocol} is not spoken")
    if protocol == "json":
        operation = _operation(model, request.headers.get("x-amz-target", "").rpartition(".")[2], protocol)
        return operation, _members(from_json(operation.input_shape, read_body(request.body)))
    if protocol in ("query", "ec2"):
        given = read_form(request)
        operation = _operation(model, given.get("Action", ""), protocol)
        shape = operation.input_shape
        return operation, (from_query(shape, given) or {}) if shape is not None else {}
    check_encoding(request)
    name, labels = find_operation(model, request, path_of(request, model.service_name))
    operation = model.operation_model(name)
    return operation, read_members(operation, request, labels)


def _members(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise AwsError("SerializationException", "Start of structure or map found where not expected.")
    return value


def _operation(model: ServiceModel, name: str, protocol: str) -> OperationModel:
    if name in model.operation_names:
        return model.operation_model(name)
    if protocol == "json":
        raise AwsError("UnknownOperationException", f"Could not find operation {name}")
    if not name:
        raise AwsError("MissingAction", "Could not find operation: the request names none")
    raise AwsError("InvalidAction", f"Could not find operation {name} for version {model.api_version}")
