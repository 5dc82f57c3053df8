"""Uploads by forms: what their makers let whoever has the form put, and no more."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from botocore.config import Config

from cogsim.actors.form_uploads import send_form, sign_form
from cogsim.clock import iso
from cogsim.decision import Refusal
from cogsim.decisions.s3_post import PostPolicy, accept_form, filled_in, read_post_policy
from cogsim.errors import AwsError, NotModelled
from cogsim.serve.boto import session
from cogsim.serve.wire.exchange import exchange
from cogsim.serve.wire.message import WireRequest, WireResponse
from cogsim.simulation import Simulation
from tests.unit.aws.s3.s3_door import ALL, OBJECTS, allow, ask, cloud, code, deny

HOST = "data.s3.us-east-1.amazonaws.com"
CONDITIONS: list[Any] = [["starts-with", "$key", "user/bob/"], ["content-length-range", 1, 10], {"acl": "private"}]


def encoded(policy: Any) -> str:
    return base64.b64encode(json.dumps(policy).encode()).decode()


def policy(*conditions: Any, expiration: str = "2026-01-01T01:00:00Z") -> PostPolicy:
    found = read_post_policy(encoded({"expiration": expiration, "conditions": list(conditions)})).value
    assert isinstance(found, PostPolicy)
    return found


FAILED = "AccessDenied: Invalid according to Policy: Policy Condition failed: "
EXTRA = "AccessDenied: Invalid according to Policy: Extra input fields: acl"
TOO_LARGE = "EntityTooLarge: Your proposed upload exceeds the maximum allowed size"
TOO_SMALL = "EntityTooSmall: Your proposed upload is smaller than the minimum allowed size"


def asked(conditions: list[Any], fields: dict[str, str], size: int = 5, now: float = 1_767_225_600.0) -> str | None:
    refusal = accept_form(policy(*conditions), fields, "data", size, now).value
    return None if refusal is None else f"{refusal.code}: {refusal.message}"


@pytest.mark.parametrize(
    ("conditions", "fields", "expected"),
    [
        ([["eq", "$key", "a"]], {"key": "a"}, None),
        ([["eq", "$KEY", "a"]], {"key": "a"}, None),
        ([{"key": "a"}], {"key": "b"}, FAILED + '["eq", "$key", "a"]'),
        ([["starts-with", "$key", "user/"]], {"key": "user/x"}, None),
        ([["starts-with", "$key", ""]], {"key": "anything/.."}, None),
        (
            [["starts-with", "$key", "user/"]],
            {"key": "users/x"},
            FAILED + '["starts-with", "$key", "user/"]',
        ),
        ([["starts-with", "$key", ""]], {}, FAILED + '["starts-with", "$key", ""]'),
        ([{"bucket": "data"}], {}, None),
        ([{"bucket": "other"}], {}, FAILED + '["eq", "$bucket", "other"]'),
        ([{"key": "a"}], {"key": "a", "acl": "public-read"}, EXTRA),
        ([{"key": "a"}], {"key": "a", "x-ignore-this": "1", "policy": "p", "x-amz-signature": "s"}, None),
        ([["content-length-range", 1, 4]], {}, TOO_LARGE),
        ([["content-length-range", 6, 9]], {}, TOO_SMALL),
        ([["content-length-range", "5", "5"]], {}, None),
        ([["starts-with", "$Content-Type", "image/"]], {"content-type": "image/png, image/gif"}, None),
        (
            [["starts-with", "$Content-Type", "image/"]],
            {"content-type": "image/png,text/html"},
            FAILED + '["starts-with", "$content-type", "image/"]',
        ),
        ([{"key": "a"}, ["starts-with", "$key", "b"]], {"key": "a"}, FAILED + '["starts-with", "$key", "b"]'),
    ],
)  # fmt: skip
def test_what_a_policy_lets_through(conditions: list[Any], fields: dict[str, str], expected: str | None) -> None:
    assert asked(conditions, fields) == expected


def test_a_policy_is_over_when_it_says() -> None:
    end = 1_767_225_600.0 + 3600
    assert asked([{"key": "a"}], {"key": "a"}, now=end - 1) is None
    assert asked([{"key": "a"}], {"key": "a"}, now=end) == "AccessDenied: Invalid according to Policy: Policy expired."


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("not base64!", "Invalid JSON"),
        (base64.b64encode(b"{").decode(), "Invalid JSON"),
        (base64.b64encode(b"[" * 100_000).decode(), "Invalid JSON"),
        (encoded([]), "missing expiration"),
        (encoded({"conditions": []}), "missing expiration"),
        (encoded({"expiration": "soon", "conditions": []}), "Invalid 'expiration'"),
        (encoded({"expiration": iso(0.0)}), "missing conditions"),
        *(
            (encoded({"expiration": iso(0.0), "conditions": [bad]}), "Invalid Condition")
            for bad in (
                ["like", "$key", "a"], ["eq", "key", "a"], ["eq", "$key"], {"key": 1}, "key", None, ["eq", 1, 2],
                ["content-length-range", -1, 2], ["content-length-range", "9" * 5000, 2],
                ["content-length-range", 1.5, 2],
            )
        ),
    ],
)  # fmt: skip
def test_what_is_no_policy_is_refused_by_its_fault(written: str, message: str) -> None:
    refusal = read_post_policy(written).value
    assert isinstance(refusal, Refusal)
    assert refusal.code == "InvalidPolicyDocument"
    assert message in refusal.message


def test_the_name_of_the_file_stands_in_the_key_before_anything_is_asked() -> None:
    assert filled_in({"Key": "user/${filename}", "ACL": "${filename}"}, "C:\\a\\b.png") == {
        "key": "user/b.png",
        "acl": "${filename}",
    }


def test_whoever_has_a_form_puts_what_its_maker_let_them() -> None:
    sim = Simulation(cloud(ALL).world)
    form = sign_form(sim, "data", CONDITIONS, "bob", 600)
    fields = {"key": "user/bob/${filename}", "acl": "private"}
    with pytest.raises(AwsError, match="AccessControlListNotSupported"):
        send_form(sim, form, fields, "picture", "a.png")
    form = sign_form(sim, "data", CONDITIONS[:2], "bob", 600)
    send_form(sim, form, {"key": "user/bob/${filename}"}, "picture", "a.png")
    assert sim.world.objects["data"]["user/bob/a.png"].body == b"picture"
    for fields, body, message in (
        ({"key": "user/eve/a"}, "x", "Policy Condition failed"),
        ({"key": "user/bob/a", "acl": "private"}, "x", "Extra input fields: acl"),
        ({"key": "user/bob/a"}, "x" * 11, "EntityTooLarge"),
        ({"key": "user/bob/a"}, "", "EntityTooSmall"),
        ({}, "x", "Policy Condition failed"),
    ):
        with pytest.raises(AwsError, match=message):
            send_form(sim, form, fields, body)
    sim.advance(600)
    with pytest.raises(AwsError, match="Policy expired"):
        send_form(sim, form, {"key": "user/bob/a"}, "x")


def test_a_form_puts_what_its_makers_keys_may_and_says_that_it_is_one() -> None:
    sim = Simulation(cloud(allow("s3:PutObject", "arn:aws:s3:::data/user/*")).world)
    form = sign_form(sim, "data", [["starts-with", "$key", ""]], "bob")
    send_form(sim, form, {"key": "user/a"}, "x")
    with pytest.raises(AwsError, match="AccessDenied"):
        send_form(sim, form, {"key": "other"}, "x")
    posts = Simulation(cloud(ALL, deny("s3:*", Condition={"StringEquals": {"s3:authType": "POST"}})).world)
    with pytest.raises(AwsError, match="AccessDenied"):
        send_form(posts, sign_form(posts, "data", [{"key": "k"}], "bob"), {"key": "k"}, "x")
    tagged = sign_form(sim, "data", [["starts-with", "$key", ""], ["starts-with", "$tagging", ""]], "bob")
    with pytest.raises(NotModelled, match="tagging"):
        send_form(sim, tagged, {"key": "user/a", "tagging": "<Tagging/>"}, "x")


def form(fields: dict[str, str], body: bytes = b"picture", filename: str = "a.png", host: str = HOST) -> WireRequest:
    parts = "".join(
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    file = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\nContent-Type: x/y\r\n\r\n'
    whole = parts.encode() + file.encode() + body + b"\r\n--edge--\r\n"
    return WireRequest(
        "POST", f"https://{host}/", {"host": host, "content-type": "multipart/form-data; boundary=edge"}, whole
    )


def sent(sim: Simulation, request: WireRequest) -> tuple[WireResponse, str | None]:
    answer = exchange(sim.cloud, request, sim.origin)
    return answer.response, answer.error.code if answer.error else None


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_form_that_boto3_signs_is_taken_by_a_server(version: str) -> None:
    sim = Simulation(cloud(ALL).world)
    client = session(sim, "bob").client("s3", config=Config(signature_version=version))
    made = client.generate_presigned_post(
        "data",
        "user/${filename}",
        Fields={"x-amz-meta-color": "red", "success_action_status": "201"},
        Conditions=[{"x-amz-meta-color": "red"}, {"success_action_status": "201"}, ["content-length-range", 1, 100]],
    )
    response, error = sent(sim, form(made["fields"], b"\r\n--not the edge\r\n"))
    assert (error, response.status) == (None, 201)
    assert b"<Key>user/a.png</Key>" in response.body
    held = sim.world.objects["data"]["user/a.png"]
    assert (held.body, dict(held.metadata)) == (b"\r\n--not the edge\r\n", {"color": "red"})
    for changed in ({"key": "other"}, {"x-amz-meta-color": "blue"}, {"x-amz-meta-size": "1"}):
        assert sent(sim, form({**made["fields"], **changed}))[1] == "AccessDenied"
    wider = base64.b64encode(base64.b64decode(made["fields"]["policy"]).replace(b'"red"', b'"blue"')).decode()
    forged = {**made["fields"], "policy": wider, "x-amz-meta-color": "blue"}
    assert sent(sim, form(forged))[1] == "SignatureDoesNotMatch"
    unsigned = {name: value for name, value in made["fields"].items() if name == "key"}
    assert sent(sim, form(unsigned))[1] == "AccessDenied"
    assert sent(sim, form(made["fields"], host="other." + HOST.partition(".")[2]))[1] == "AccessDenied"


def test_an_open_bucket_takes_forms_of_nobody() -> None:
    at = cloud(ALL)
    opened = {"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": OBJECTS}
    assert code(ask(at, "PutBucketPolicy", Policy=json.dumps({"Version": "2012-10-17", "Statement": opened}))) is None
    sim = Simulation(at.world)
    assert (sent(sim, form({"key": "k"}))[0].status, sent(sim, form({}))[1]) == (204, "InvalidArgument")
    goal = {"key": "a b", "success_action_redirect": "https://app.example/done?x=1"}
    response = sent(sim, form(goal))[0]
    place = response.headers["location"].partition("&etag")[0]
    assert (response.status, place) == (303, "https://app.example/done?x=1&bucket=data&key=a+b")
    assert sent(sim, form({"key": "k", "success_action_redirect": "javascript:alert(1)"}))[0].status == 204


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=edge", b""),
        ("multipart/form-data; boundary=edge", b"--edge--"),
        ("multipart/form-data; boundary=edge", b'--edge\r\nContent-Disposition: form-data; name="key"\r\n\r\nk'),
        ("multipart/form-data; boundary=edge", b"--edge\r\n\xff\r\n\r\n\xff\r\n--edge--"),
    ],
)
def test_what_is_no_form_is_refused(kind: str, body: bytes) -> None:
    sim = Simulation(cloud(ALL).world)
    request = WireRequest("POST", f"https://{HOST}/", {"host": HOST, "content-type": kind}, body)
    assert sent(sim, request)[1] in ("MalformedPOSTRequest", "InvalidArgument")
