"""What botocore's serializers write we read, and what we write its parsers read: every operation that is modelled."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.awsrequest import HeadersDict, prepare_request_dict
from botocore.model import OperationModel, Shape
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogsim.aws.model import service_model
from cogsim.aws.operation import declared_operations
from cogsim.errors import AwsError
from cogsim.serve.wire.answers import answer, refusal
from cogsim.serve.wire.destination import path_of
from cogsim.serve.wire.exchange import read_call
from cogsim.serve.wire.message import WireRequest
from cogsim.serve.wire.xml_answer import xml_text
from cogsim.serve.wire.xml_body import read_xml
from tests.generators.shapes import values

SERVICES = ("cognito-idp", "cognito-identity", "sts", "iam", "s3")


@cache
def operations(service: str) -> tuple[OperationModel, ...]:
    model = service_model(service)
    return tuple(model.operation_model(name.partition(":")[2]) for name in sorted(declared_operations(service)))


def sent(operation: OperationModel, params: Mapping[str, Any]) -> WireRequest:
    """The request that botocore makes of `params`."""
    model = operation.service_model
    made = create_serializer(model.metadata["protocol"], include_validation=False).serialize_to_request(
        dict(params), operation
    )
    prepare_request_dict(made, endpoint_url=f"https://{model.endpoint_prefix}.eu-west-1.amazonaws.com")
    body = made["body"]
    if isinstance(body, dict):
        body = urlencode(body).encode()
    headers = {
        name.lower(): value if isinstance(value, str) else value.decode() for name, value in made["headers"].items()
    }
    raw = body.encode() if isinstance(body, str) else body.read() if hasattr(body, "read") else bytes(body or b"")
    return WireRequest(made["method"], made["url"], headers, raw)


def comparable(value: Any) -> Any:
    """Without what no protocol carries: empty bodies, lists and structures."""
    if isinstance(value, Mapping):
        kept = {key: comparable(each) for key, each in value.items() if each is not None}
        return {key: each for key, each in kept.items() if each not in ({}, [], b"")}
    if isinstance(value, list | tuple):
        return [each for each in map(comparable, value) if each != {}]
    return value


@pytest.mark.parametrize("service", SERVICES)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_a_client_sends_is_read_as_it_was_meant(service: str, data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(operations(service)), label="operation")
    params = data.draw(values(operation.input_shape)) if operation.input_shape else {}
    request = sent(operation, params)
    found, read = read_call(operation.service_model, request)
    assert found.name == operation.name
    assert comparable(read) == comparable(params)


@pytest.mark.parametrize("service", SERVICES)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_we_answer_is_parsed_as_it_was_meant(service: str, data: st.DataObject) -> None:
    parsed_whole = [each for each in operations(service) if not each.has_streaming_output]
    operation = data.draw(st.sampled_from(parsed_whole), label="operation")
    shape = operation.output_shape
    response = data.draw(values(shape)) if shape is not None else {}
    if operation.http["method"] == "HEAD" and shape is not None:
        response = {name: each for name, each in response.items() if shape.members[name].serialization.get("location")}
    wire = answer(operation, response, "request-1")
    parsed = create_parser(operation.service_model.metadata["protocol"]).parse(
        {"status_code": wire.status, "headers": HeadersDict(wire.headers), "body": wire.body}, shape
    )
    metadata = parsed.pop("ResponseMetadata")
    assert metadata["HTTPStatusCode"] == wire.status
    assert comparable(only_modelled(shape, parsed)) == comparable(response)


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.characters(codec=None), max_size=40), named=st.text(st.characters(codec=None), max_size=20))
def test_every_text_comes_through_xml_as_far_as_xml_can_hold_it(text: str, named: str) -> None:
    operation = service_model("iam").operation_model("GetRole")
    role = {"RoleName": text, "Description": f"<{text}&>", "Tags": [{"Key": named, "Value": text}]}
    wire = answer(operation, {"Role": role}, "request-1")
    parsed = create_parser("query").parse(
        {"status_code": wire.status, "headers": HeadersDict(wire.headers), "body": wire.body}, operation.output_shape
    )["Role"]
    assert parsed["RoleName"] == xml_text(text)
    assert parsed["Description"] == xml_text(f"<{text}&>")
    assert parsed["Tags"] == [{"Key": xml_text(named), "Value": xml_text(text)}]


def only_modelled(shape: Shape | None, parsed: Mapping[str, Any]) -> dict[str, Any]:
    """Without what botocore adds; a payload that is text is empty where there is none."""
    payload = shape.serialization.get("payload") if shape is not None else None
    kept = {name: value for name, value in parsed.items() if shape is not None and name in shape.members}
    return {name: value for name, value in kept.items() if name != payload or value != ""}


@pytest.mark.parametrize("service", SERVICES)
def test_an_error_is_parsed_with_its_code_and_its_words(service: str) -> None:
    operation = operations(service)[0]
    wire = refusal(
        operation, operation.service_model.metadata["protocol"], AwsError("AccessDenied", "no: <you>"), "r-1"
    )
    parsed = create_parser(operation.service_model.metadata["protocol"]).parse(
        {"status_code": wire.status, "headers": HeadersDict(wire.headers), "body": wire.body}, operation.output_shape
    )
    assert (parsed["Error"]["Code"], parsed["Error"]["Message"]) == ("AccessDenied", "no: <you>")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://bucket.s3.eu-west-1.amazonaws.com/a/b", "/bucket/a/b"),
        ("https://my.bucket.s3.amazonaws.com/", "/my.bucket/"),
        ("https://s3.eu-west-1.amazonaws.com/bucket/a", "/bucket/a"),
        ("http://localhost:4566/bucket/a", "/bucket/a"),
    ],
)
def test_a_bucket_may_stand_in_the_host_or_in_the_path(url: str, path: str) -> None:
    assert path_of(WireRequest("GET", url, {}), "s3") == path


@pytest.mark.parametrize("body", [b"not json", b"[1", b"\xff\xfe"])
def test_a_body_that_is_no_json_is_refused(body: bytes) -> None:
    headers = {"x-amz-target": "AWSCognitoIdentityProviderService.SignUp"}
    with pytest.raises(AwsError, match="SerializationException"):
        read_call(service_model("cognito-idp"), WireRequest("POST", "https://cognito-idp/", headers, body))


def test_an_xml_body_with_a_doctype_or_an_entity_is_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "xxxx">]><Tagging><TagSet><Tag><Key>&x;</Key></Tag></TagSet></Tagging>'
    with pytest.raises(AwsError, match="MalformedXML"):
        read_xml(bomb)
