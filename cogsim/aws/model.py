"""AWS's published models: which operations exist, what they take, and AWS's own words when a parameter is wrong.

botocore carries the shapes. It checks types, required members and minima only, and in words of its own; the service
also checks maxima, patterns and enumerations and answers `N validation errors detected: …`. So each shape is compiled
once into a checker of ours that says what AWS says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from cogsim.aws.domain_model import DOMAIN_SERVICE, domain_model
from cogsim.aws.execute_api_model import API_SERVICE, execute_api_model
from cogsim.aws.load_balancer_model import LOAD_BALANCER_SERVICE, load_balancer_model
from cogsim.aws.own_model import SERVICE, own_model
from cogsim.errors import AwsError, InputError, suggest

if TYPE_CHECKING:
    from botocore.model import OperationModel, ServiceModel, Shape

#: A checker yields what is wrong with a value standing at a path; a fault is (path, shown value, constraint).
Fault = tuple[str, str, str]
Checker = Callable[[Any, str], Iterator[Fault]]

#: The error a service answers a malformed request with.
_VALIDATION_ERROR = {
    "cognito-idp": "InvalidParameterException",
    "sts": "ValidationError",
    "iam": "ValidationError",
    "elbv2": "ValidationError",
}


#: S3 has no such texts, but an error for each member. # s3:error-responses
_S3_FAULTS = {
    "copySource": (
        "InvalidArgument",
        "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
    ),
    "acl": ("InvalidArgument", "Argument of x-amz-acl is not valid"),
    "createBucketConfiguration.locationConstraint": (
        "InvalidLocationConstraint",
        "The specified location-constraint is not valid",
    ),
    "serverSideEncryption": (
        "InvalidEncryptionAlgorithmError",
        "The encryption request that you specified is not valid.",
    ),
    "storageClass": ("InvalidStorageClass", "The storage class that you specified is not valid"),
    "encodingType": ("InvalidArgument", "Invalid Encoding Method specified in Request"),
    "metadataDirective": ("InvalidArgument", "Unknown metadata directive."),
    "taggingDirective": ("InvalidArgument", "Unknown tagging directive."),
    "requestPayer": ("InvalidArgument", "Invalid argument: x-amz-request-payer"),
}
_ABSENT = "Member must not be null"
_S3_OTHER = (
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
)

#: The services that we have models of, by name.
_OWN_MODELS = {
    SERVICE: own_model,
    DOMAIN_SERVICE: domain_model,
    API_SERVICE: execute_api_model,
    LOAD_BALANCER_SERVICE: load_balancer_model,
}

#: Operations that take no signature although botocore's model does not say so. # idp:api-auth
_UNSIGNED_ALL_THE_SAME = frozenset({"cognito-idp:GetClientToken"})

#: Shapes whose published pattern the service does not hold its requests to: a custom domain of a user pool has dots,
#: and the ARN of a bucket names no Region.
_UNENFORCED = frozenset(("DomainType", "S3ResourceArn"))

#: Values that the service documents and takes, and botocore's model does not list. # idp:api
_UNLISTED = {"ExplicitAuthFlowsType": ("ALLOW_CLIENT_TOKEN_AUTH",)}


@cache
def _loader() -> Any:
    import botocore.loaders

    return botocore.loaders.Loader()


@cache
def service_names() -> tuple[str, ...]:
    """Every service botocore has a model of, and our own."""
    return tuple(sorted((*_loader().list_available_services("service-2"), *_OWN_MODELS)))


@cache
def service_model(service: str) -> ServiceModel:
    """The published model of `service`; InputError with a suggestion where botocore has none."""
    from botocore.model import ServiceModel

    if service not in service_names():
        raise InputError(f"unknown service {service!r}", suggestion=suggest(service, service_names()))
    own = _OWN_MODELS.get(service)
    return ServiceModel(own() if own is not None else _loader().load_service_model(service, "service-2"), service)


@dataclass(frozen=True, slots=True)
class OperationShape:
    """What the door needs of an operation: its members, whether it takes a signature, how to check its input."""

    name: str
    protocol: str
    unsigned: bool
    members: frozenset[str]
    required: tuple[str, ...]
    check: Checker
    model: OperationModel


@cache
def operation_shape(name: str) -> OperationShape:
    """The shape of `service:Operation`; InputError with a suggestion where AWS has no such operation."""
    service, _, bare = name.partition(":")
    if not bare:
        raise InputError(f"an operation is written service:Operation, not {name!r}")
    model = service_model(service)
    if bare not in model.operation_names:
        near = suggest(bare, model.operation_names)
        raise InputError(f"{service} has no operation {bare!r}", suggestion=f"{service}:{near}" if near else None)
    found = model.operation_model(bare)
    shape = found.input_shape
    return OperationShape(
        name,
        model.protocol,
        found.auth_type == "none" or name in _UNSIGNED_ALL_THE_SAME,
        frozenset(shape.members) if shape else frozenset(),
        tuple(shape.required_members) if shape else (),
        _compile(shape, service) if shape else _nothing,
        found,
    )


def check_members(shape: OperationShape, params: Mapping[str, Any]) -> None:
    """Refuse members that AWS does not know, with a suggestion."""
    for member in params:
        if member not in shape.members:
            raise InputError(f"{shape.name} has no parameter {member!r}", suggestion=suggest(member, shape.members))


def check_params(shape: OperationShape, params: Mapping[str, Any]) -> None:
    """Raise the service's validation error where `params` break a constraint of the model."""
    faults = list(shape.check(params, ""))
    if faults:
        service = shape.name.partition(":")[0]
        if service == "s3" and faults[0][2] != _ABSENT:
            raise AwsError(*_S3_FAULTS.get(faults[0][0], _S3_OTHER))
        raise AwsError(_VALIDATION_ERROR.get(service, "ValidationException"), _validation_text(faults))


def _validation_text(faults: list[Fault]) -> str:
    texts = [
        f"Value {shown}at '{path}' failed to satisfy constraint: {constraint}" for path, shown, constraint in faults
    ]
    plural = "s" if len(faults) > 1 else ""
    return f"{len(faults)} validation error{plural} detected: " + "; ".join(texts)


def _nothing(_value: Any, _path: str) -> Iterator[Fault]:
    return iter(())


def _compile(shape: Shape, service: str, sensitive: bool = False, seen: tuple[str, ...] = ()) -> Checker:
    """A checker of `shape`. A shape inside itself is checked to where it recurs; a document is any JSON."""
    if shape.name in seen or shape.metadata.get("document"):
        return _nothing
    hidden = sensitive or bool(shape.metadata.get("sensitive"))
    inside = (*seen, shape.name)
    if getattr(shape, "is_document_type", False):
        return _typed((Mapping, list, tuple, str, int, float, bool), "document")
    match shape.type_name:
        case "structure":
            return _structure(shape, service, hidden, inside)
        case "list":
            return _list(shape, _compile(shape.member, service, hidden, inside))
        case "map":
            return _map(
                shape, _compile(shape.key, service, hidden, inside), _compile(shape.value, service, hidden, inside)
            )
        case "string":
            return _string(shape, hidden)
        case "integer" | "long":
            return _number(shape, (int,), "integer")
        case "float" | "double":
            return _number(shape, (int, float), "number")
        case "boolean":
            return _typed(bool, "boolean")
        case "timestamp":
            return _typed((datetime, int, float, str), "timestamp")
        case _:
            return _typed((bytes, bytearray, str), "blob") if shape.type_name == "blob" else _nothing


def _lower_first(name: str) -> str:
    """AWS names members in these texts with a small first letter."""
    return name[:1].lower() + name[1:]


def _structure(shape: Any, service: str, hidden: bool, seen: tuple[str, ...]) -> Checker:
    members = {name: _compile(member, service, hidden, seen) for name, member in shape.members.items()}
    required = tuple(shape.required_members)
    known = frozenset(members)

    def check(value: Any, path: str) -> Iterator[Fault]:
        if not isinstance(value, Mapping):
            raise _wrong_type(path, value, "structure")
        prefix = f"{path}." if path else ""
        for name in required:
            if value.get(name) is None:
                yield (prefix + _lower_first(name), "null ", _ABSENT)
        for name, inner in value.items():
            if name not in known:
                raise InputError(f"{prefix or shape.name + '.'}{name} is not a member", suggestion=suggest(name, known))
            if inner is not None:
                yield from members[name](inner, prefix + _lower_first(name))

    return check


def _list(shape: Any, member: Checker) -> Checker:
    bounds = _length_check(shape)

    def check(value: Any, path: str) -> Iterator[Fault]:
        if not isinstance(value, list | tuple):
            raise _wrong_type(path, value, "list")
        yield from bounds(value, path, "")
        for number, inner in enumerate(value, 1):
            yield from member(inner, f"{path}.{number}.member")

    return check


def _map(shape: Any, key: Checker, member: Checker) -> Checker:
    bounds = _length_check(shape)

    def check(value: Any, path: str) -> Iterator[Fault]:
        if not isinstance(value, Mapping):
            raise _wrong_type(path, value, "map")
        yield from bounds(value, path, "")
        for name in sorted(value):
            yield from key(name, path)
            if value[name] is None:  # on the wire such an entry is not there at all
                raise _wrong_type(f"{path}.{name}", None, "value")
            yield from member(value[name], f"{path}.{name}.member")

    return check


def _string(shape: Any, hidden: bool) -> Checker:
    bounds = _length_check(shape)
    stated = "pattern" in shape.metadata and shape.name not in _UNENFORCED
    matches = _pattern(shape.metadata["pattern"]) if stated else None
    enum = (*shape.enum, *_UNLISTED.get(shape.name, ()))

    def check(value: Any, path: str) -> Iterator[Fault]:
        if not isinstance(value, str):
            raise _wrong_type(path, value, "string")
        shown = "" if hidden else f"'{value}' "
        yield from bounds(value, path, shown)
        if matches is not None and not matches(value):
            yield (path, shown, f"Member must satisfy regular expression pattern: {shape.metadata['pattern']}")
        if enum and value not in enum:
            yield (path, shown, f"Member must satisfy enum value set: [{', '.join(sorted(enum))}]")

    return check


def _length_check(shape: Any) -> Callable[[Any, str, str], Iterator[Fault]]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")

    def check(value: Any, path: str, shown: str) -> Iterator[Fault]:
        if least is not None and len(value) < least:
            yield (path, shown, f"Member must have length greater than or equal to {least}")
        if most is not None and len(value) > most:
            yield (path, shown, f"Member must have length less than or equal to {most}")

    return check


def _number(shape: Any, types: tuple[type, ...], word: str) -> Checker:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")

    def check(value: Any, path: str) -> Iterator[Fault]:
        if not isinstance(value, types) or isinstance(value, bool):
            raise _wrong_type(path, value, word)
        if least is not None and value < least:
            yield (path, f"'{value}' ", f"Member must have value greater than or equal to {least}")
        if most is not None and value > most:
            yield (path, f"'{value}' ", f"Member must have value less than or equal to {most}")

    return check


def _typed(types: type | tuple[type, ...], word: str) -> Checker:
    def check(value: Any, path: str) -> Iterator[Fault]:
        if not isinstance(value, types):
            raise _wrong_type(path, value, word)
        return iter(())

    return check


def _wrong_type(path: str, value: Any, word: str) -> AwsError:
    """A value of another type does not reach the service's validation: its parser refuses it."""
    return AwsError("SerializationException", f"{path or 'the request'} is a {type(value).__name__}, not a {word}")


@cache
def _pattern(pattern: str) -> Callable[[str], object]:
    """A full match by AWS's pattern; `regex` knows its \\p classes, `re` does not."""
    import regex

    return regex.compile(pattern, regex.VERSION1 if "&&" in pattern else 0).fullmatch
