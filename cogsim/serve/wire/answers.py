"""Responses and errors in the form of each protocol."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from cogsim.entropy import named
from cogsim.errors import AwsError
from cogsim.serve.wire.json_body import to_json, written
from cogsim.serve.wire.message import WireResponse
from cogsim.serve.wire.values import RFC822, to_text
from cogsim.serve.wire.xml_answer import DECLARATION, XSI, element, members, xml_text

if TYPE_CHECKING:
    from botocore.model import OperationModel, Shape

#: Status codes of errors that no model gives one. # sts:errors, s3:error-responses
_STATUS = {
    **dict.fromkeys(("AccessDenied", "SignatureDoesNotMatch", "InvalidClientTokenId", "InvalidAccessKeyId"), 403),
    **dict.fromkeys(("MissingAuthenticationToken", "RequestTimeTooSkewed", "ForbiddenException"), 403),
    **dict.fromkeys(("NoSuchKey", "NoSuchBucket", "NoSuchUpload", "NoSuchBucketPolicy", "NoSuchTagSet", "404"), 404),
    **dict.fromkeys(("NoSuchVersion", "NoSuchPublicAccessBlockConfiguration", "NoSuchAccessPoint"), 404),
    **dict.fromkeys(("NoSuchAccessPointPolicy", "OwnershipControlsNotFoundError"), 404),
    **dict.fromkeys(("MethodNotAllowed", "405"), 405),
    **dict.fromkeys(("BucketAlreadyExists", "BucketAlreadyOwnedByYou", "BucketNotEmpty", "OperationAborted"), 409),
    **dict.fromkeys(("PreconditionFailed", "412"), 412),
    **dict.fromkeys(("NotModified", "304"), 304),
    **dict.fromkeys(("InternalErrorException", "InternalFailure", "InternalError"), 500),
    **dict.fromkeys(("EntityTooLarge", "RequestEntityTooLargeException"), 413),
    **dict.fromkeys(("ServiceUnavailable", "SlowDown"), 503),
    "InvalidObjectState": 403,
    "InvalidRange": 416,
    "NotImplemented": 501,
}
_XSI = f' xmlns:xsi="{XSI}"'
_SENDERS_FAULT_FROM, _SERVERS_FAULT_FROM, _NOT_MODIFIED = 400, 500, 304


def answer(operation: OperationModel, response: Mapping[str, Any], request_id: str) -> WireResponse:
    """The response of a call that succeeded."""
    protocol = operation.service_model.protocol
    if protocol == "json":
        return _json(operation, response, request_id)
    if protocol in ("query", "ec2"):
        return _query(operation, response, request_id)
    return _rest(operation, response, request_id)


def refusal(operation: OperationModel | None, protocol: str, error: AwsError, request_id: str) -> WireResponse:
    """The response of a call that AWS refuses."""
    status = status_of(operation, error.code)
    if protocol in ("json", "rest-json"):
        if error.code == "IncompleteSignature":
            error = AwsError("IncompleteSignatureException", error.message)
        members = to_json(_error_shape(operation, error.code), error.members)
        body = written({"__type": error.code, "message": error.message, **members})
        headers = {"content-type": _json_type(operation), "x-amzn-requestid": request_id}
        return WireResponse(status, {**headers, "x-amzn-errortype": f"{error.code}:"}, body)
    if protocol == "smithy-rpc-v2-cbor":
        return _cbor_refusal(status, error, request_id)
    from lxml import etree

    if protocol == "rest-xml":
        root = etree.Element("Error")
        inner = root
    else:
        root = etree.Element("ErrorResponse")
        inner = etree.SubElement(root, "Error")
        etree.SubElement(inner, "Type").text = "Sender" if status < _SERVERS_FAULT_FROM else "Receiver"
    etree.SubElement(inner, "Code").text = error.code
    etree.SubElement(inner, "Message").text = xml_text(error.message)
    for name, value in sorted(error.members.items()):
        etree.SubElement(inner, name).text = xml_text(str(value))
    etree.SubElement(root, "RequestId").text = request_id
    if protocol != "rest-xml":
        return WireResponse(status, {"content-type": "text/xml", "x-amzn-requestid": request_id}, _xml(root))
    headers = _s3_ids(request_id)
    if status == _NOT_MODIFIED:  # HTTP gives such an answer no body
        return WireResponse(status, headers)
    etree.SubElement(root, "HostId").text = headers["x-amz-id-2"]
    return WireResponse(status, {"content-type": "application/xml", **headers}, _xml(root))


def _cbor_refusal(status: int, error: AwsError, request_id: str) -> WireResponse:
    """An error for clients of a protocol in which nothing else is answered: they learn what is not modelled."""
    from fido2 import cbor

    headers = {"content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor", "x-amzn-requestid": request_id}
    return WireResponse(status, headers, cbor.encode({"__type": error.code, "message": error.message}))


def _s3_ids(request_id: str) -> dict[str, str]:
    """The two ids that S3 puts on every answer. # s3:error-responses"""
    return {"x-amz-request-id": request_id, "x-amz-id-2": named("s3/host-id", request_id).base64(75) + "="}


def _error_shape(operation: OperationModel | None, code: str) -> Shape | None:
    """The shape of an error that the operation declares, None of others."""
    shapes = operation.error_shapes if operation is not None else ()
    return next((shape for shape in shapes if shape.name == code), None)


def status_of(operation: OperationModel | None, code: str) -> int:
    """The HTTP status of an error: the model's, else AWS's custom."""
    shapes = operation.error_shapes if operation is not None else ()
    for shape in shapes:
        trait = shape.metadata.get("error", {})
        if code in (shape.name, trait.get("code")):
            return int(trait.get("httpStatusCode", _SERVERS_FAULT_FROM if shape.metadata.get("fault") else 400))
    if code == "ExpiredToken" and operation is not None and operation.service_model.protocol in ("query", "ec2"):
        return 403
    return _STATUS.get(code, _SENDERS_FAULT_FROM)


def _json_type(operation: OperationModel | None) -> str:
    version = operation.service_model.metadata.get("jsonVersion", "1.1") if operation is not None else "1.1"
    return f"application/x-amz-json-{version}"


def _json(operation: OperationModel, response: Mapping[str, Any], request_id: str) -> WireResponse:
    body = written(to_json(operation.output_shape, response)) if operation.output_shape is not None else b"{}"
    return WireResponse(200, {"content-type": _json_type(operation), "x-amzn-requestid": request_id}, body)


def _query(operation: OperationModel, response: Mapping[str, Any], request_id: str) -> WireResponse:
    opening, wrapper, closing = _frame(operation)
    shape = operation.output_shape
    content = members(shape, response) if shape is not None else ""
    result = element(wrapper, content) if wrapper else content
    text = f"{opening}{result}<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>{closing}"
    return WireResponse(200, {"content-type": "text/xml", "x-amzn-requestid": request_id}, text.encode())


@cache
def _frame(operation: OperationModel) -> tuple[str, str, str]:
    """What stands before and behind every answer of an operation, and the element around its members."""
    namespace = operation.metadata.get("xmlNamespace") or operation.service_model.metadata.get("xmlNamespace")
    stated = f' xmlns="{namespace}"' if namespace else ""
    shape, name = operation.output_shape, f"{operation.name}Response"
    wrapper = shape.serialization.get("resultWrapper", "") if shape is not None else ""
    return f"{DECLARATION}<{name}{stated}>", wrapper, f"</{name}>"


def _rest(operation: OperationModel, response: Mapping[str, Any], request_id: str) -> WireResponse:
    shape, xml = operation.output_shape, operation.service_model.protocol == "rest-xml"
    headers = _s3_ids(request_id) if xml else {"x-amzn-requestid": request_id}
    status = int(operation.http.get("responseCode", 200))
    if shape is None:
        return WireResponse(status, headers)
    for name, member in _in_headers(shape):
        headers |= _headers(name, member, response.get(name))
    body, kind = _content(operation, response, xml)
    if kind:
        headers.setdefault("content-type", kind)
    if operation.http["method"] == "HEAD":
        return WireResponse(status, headers)
    headers.setdefault("content-length", str(len(body)))
    return WireResponse(206 if "content-range" in headers else status, headers, body)


@cache
def _in_headers(shape: Shape) -> tuple[tuple[str, Shape], ...]:
    """The members that stand in headers."""
    places = ("header", "headers")
    return tuple((name, each) for name, each in shape.members.items() if each.serialization.get("location") in places)


@cache
def _all_elsewhere(shape: Shape) -> bool:
    """Whether no member stands in the body."""
    return all(member.serialization.get("location") for member in shape.members.values())


def _content(operation: OperationModel, response: Mapping[str, Any], xml: bool) -> tuple[bytes, str]:
    """The body of a REST answer and its type: the payload, or the members that stand nowhere else."""
    shape = operation.output_shape
    assert shape is not None
    payload = shape.serialization.get("payload")
    if payload is not None:
        return _payload(shape.members[payload], response.get(payload), xml)
    if _all_elsewhere(shape):
        return b"", ""
    if xml:
        return _structure(operation.name, shape, response), "application/xml"
    return _plain(shape, response), "application/json"


def _headers(name: str, member: Shape, value: Any) -> dict[str, str]:
    place, written_as = member.serialization.get("location"), member.serialization.get("name", name)
    if value is None:
        return {}
    if place == "header":
        text = ",".join(map(str, value)) if member.type_name == "list" else to_text(member, value, RFC822)
        return {written_as.lower(): text}
    if place == "headers":
        return {f"{written_as.lower()}{key}": str(each) for key, each in value.items()}
    return {}


def _payload(member: Shape, value: Any, xml: bool) -> tuple[bytes, str]:
    if value is None:
        return b"", ""
    if member.type_name == "blob":
        return (value if isinstance(value, bytes) else str(value).encode()), "binary/octet-stream"
    if member.type_name == "string":
        return str(value).encode(), "application/json"
    if not xml:
        return written(to_json(member, value)), "application/json"
    return _structure(member.serialization.get("name", member.name), member, value), "application/xml"


def _plain(shape: Shape, response: Mapping[str, Any]) -> bytes:
    told = {name: value for name, value in response.items() if not _elsewhere(shape, name)}
    return written(to_json(shape, told))


def _elsewhere(shape: Shape, name: str) -> bool:
    return name in shape.members and bool(shape.members[name].serialization.get("location"))


def _structure(root_name: str, shape: Shape, value: Mapping[str, Any]) -> bytes:
    return f"{DECLARATION}{element(root_name, members(shape, value), _XSI)}".encode()


def _xml(root: Any) -> bytes:
    from lxml import etree

    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return text
