"""Every operation that is implemented, asked for by the AWS CLI: its input is read, and the answer is AWS's own.

The calls are as short as the models allow, about things that are not there: that is an error of the service, and never
one of the wire, of an unknown operation or of the server.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from cogsim.aws.coverage import NOT, coverage
from cogsim.aws.model import operation_shape
from tests.clients.conftest import At

SERVICES = ("cognito-idp", "cognito-identity", "cognito-sync", "sts", "iam", "dynamodb", "s3")
#: Operations that the CLI sends otherwise than by the model: a file to write to comes with them.
OWN_WAYS = {"iam:CreateVirtualMFADevice", "s3:GetObject"}
IDENTITY = "us-east-1:00000000-0000-0000-0000-000000000000"
KNOWN = {
    "UserPoolId": "us-east-1_AAAAAAAAA",
    "IdentityPoolId": IDENTITY,
    "IdentityId": IDENTITY,
    "ResourceArn": "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AAAAAAAAA",
    "RoleArn": "arn:aws:iam::123456789012:role/ghost",
    "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess",
    "AWSServiceName": "email.cognito-idp.amazonaws.com",
}
#: What no implemented operation answers.
WIRE = {"InternalFailure", "NotImplemented", "UnknownOperationException", "SerializationException", "InvalidAction"}


def _value(name: str, shape: Any) -> Any:
    """The least that the shape takes."""
    if name in KNOWN and shape.type_name == "string":
        return KNOWN[name]
    least = shape.metadata.get("min", 1)
    match shape.type_name:
        case "structure":
            return {name: _value(name, shape.members[name]) for name in shape.required_members}
        case "list":
            return [_value(name, shape.member)]
        case "map":
            return {"key": _value(name, shape.value)}
        case "boolean":
            return True
        case "integer" | "long" | "float" | "double":
            return int(least) or 1
        case "blob":
            return "YWJj"
        case "timestamp":
            return "2026-01-01T00:00:00Z"
    return shape.enum[0] if shape.enum else ("abcdef" * (1 + int(least) // 6))[: max(int(least), 6)]


def _operations(service: str) -> Iterator[tuple[str, list[str]]]:
    """Each operation with the words that ask for it."""
    from botocore import xform_name

    for entry in coverage(service):
        if entry.status == NOT or entry.operation in OWN_WAYS:
            continue
        model = operation_shape(entry.operation).model
        given = _value("", model.input_shape) if model.input_shape is not None else {}
        if model.has_streaming_input:
            given.pop(model.input_shape.serialization["payload"], None)
        words = ["s3api" if service == "s3" else service, xform_name(model.name, "-")]
        words += ["--cli-input-json", json.dumps(given)] if given else []
        yield entry.operation, words + (["/dev/null"] if model.has_streaming_output else [])


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_is_read_from_the_command_line(at: At, service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from awscli.clidriver import create_clidriver

    for name, value in at.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_PAGER", "")
    driver = create_clidriver()
    strange, asked = [], 0
    for operation, words in _operations(service):
        out, said = io.TextIOWrapper(io.BytesIO()), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
            code = driver.main(words)
        error = re.search(r"An error occurred \(([\w.]+)\)", said.getvalue())
        asked += 1
        if (code and error is None) or (error is not None and error[1] in WIRE):
            strange.append((operation, said.getvalue()[-300:]))
    assert strange == []
    assert asked > 5
