"""Forms of web pages that upload to S3: a POST of `multipart/form-data` to a bucket.

1. What the form may put is in its policy, and the policy is what its signature covers. # s3:HTTPPOSTConstructPolicy
2. A form without a policy is nobody's; the bucket's own policy decides. # s3:RESTObjectPOST
3. What the browser is told follows from the form: nothing, a document, or where to go next.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from cogsim.aws.call import Call, Credentials
from cogsim.decision import Refusal
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.s3_post import accept_form, filled_in, object_of, read_post_policy, unread_fields
from cogsim.errors import AwsError, NotModelled
from cogsim.serve.wire import signature_v2
from cogsim.serve.wire.destination import partition_of, path_of
from cogsim.serve.wire.message import WireRequest, WireResponse, decoded
from cogsim.serve.wire.signature import Signed, check_scope, instant_of, secret_of, since
from cogsim.tokens.sigv4 import signing_key

if TYPE_CHECKING:
    from cogsim.aws.state import State
    from cogsim.world.world import World

_NAME = re.compile(r'\bname="([^"]*)"')
_FILENAME = re.compile(r'\bfilename="([^"]*)"')
_BOUNDARY = re.compile(r'boundary="?([^";,]{1,70})"?')
_OLD = 2
_SUCCESS = {"200": 200, "201": 201}


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it was sent: its fields with their names folded, the file, and where it was sent."""

    bucket: str
    fields: Mapping[str, str]
    body: bytes


def is_form(request: WireRequest) -> bool:
    """Whether a request is a form for a bucket."""
    kind = request.headers.get("content-type", "")
    return request.method == "POST" and kind.startswith("multipart/form-data") and not request.query


def read_form(request: WireRequest) -> Form:
    """The form; AwsError for a body that is none. What follows the file is not looked at. # s3:RESTObjectPOST"""
    bucket = decoded(path_of(request, "s3")).strip("/")
    found = _BOUNDARY.search(request.headers.get("content-type", ""))
    if found is None or not bucket or "/" in bucket:
        text = "The body of your POST request is not well-formed multipart/form-data."
        raise AwsError("MalformedPOSTRequest", text)
    fields: dict[str, str] = {}
    mark = f"--{found[1]}".encode()
    for part in (b"\r\n" + request.body).split(b"\r\n" + mark)[1:]:
        head, there, body = part.partition(b"\r\n\r\n")
        text = head.decode("utf-8", "replace")
        name = _NAME.search(text.replace("filename=", "filename_="))
        if not there or name is None:
            break
        if name[1].casefold() == "file":
            called = _FILENAME.search(text)
            return Form(bucket, filled_in(fields, called[1] if called else ""), body)
        fields[name[1]] = body.decode("utf-8", "replace")
    raise AwsError("InvalidArgument", "POST requires exactly one file upload per request.")


def signature_of(form: Form) -> Signed | None:
    """What the form says of its signature; None where it has none."""
    told = form.fields
    token, signature = told.get("x-amz-security-token"), told.get("x-amz-signature", "")
    if "awsaccesskeyid" in told:
        return Signed(told["awsaccesskeyid"], "", "s3", (), told.get("signature", ""), "", token, None, _OLD)
    if "policy" not in told and "x-amz-signature" not in told:
        return None
    scope = told.get("x-amz-credential", "").split("/")
    if len(scope) != 5 or told.get("x-amz-algorithm") != "AWS4-HMAC-SHA256" or not told.get("x-amz-date"):
        raise AwsError("InvalidArgument", "Bucket POST must contain a field named 'x-amz-credential' of five parts.")
    return Signed(scope[0], scope[2], scope[3], ("host",), signature, told["x-amz-date"], token, None)


def check_signature(form: Form, signed: Signed, secret: str) -> None:
    """Argument 1, for the signature that the holder of `secret` would have made of the policy."""
    policy = form.fields.get("policy", "").encode()
    if signed.version == _OLD:
        made = base64.b64encode(hmac.digest(secret.encode(), policy, "sha1")).decode()
    else:
        key = signing_key(secret, signed.date[:8], signed.region, signed.service)
        made = hmac.digest(key, policy, "sha256").hex()
    if not hmac.compare_digest(made.encode(), signed.signature.encode()):
        text = (
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method."
        )
        raise AwsError("SignatureDoesNotMatch", text)


def form_call(
    world: World,
    state: State,
    request: WireRequest,
    origin: CallOrigin,
    wall_clock: float | None,
    virtual: Callable[[float], float] | None = None,
) -> Call:
    """The PutObject that a form is, by whoever signed it; clocks as in `signature.credentials_of`."""
    form = read_form(request)
    signed = signature_of(form)
    if signed is None:
        return Call("s3:PutObject", members_of(form, 0.0), None, replace(origin, auth_type="POST"))
    secret = secret_of(world, state, signed.access_key_id)
    if secret is not None:
        check_signature(form, signed, secret)
    keys = Credentials(signed.access_key_id, secret or "", signed.token)
    if signed.version == _OLD:
        bucket = world.buckets.get(form.bucket)
        signature_v2.check_accepted(bucket.region if bucket is not None else None)
        old = replace(origin, auth_type="POST", signature_version="AWS")
        return Call("s3:PutObject", members_of(form, wall_clock or 0.0), keys, old)
    check_scope(signed, "s3", None, "rest-xml")
    age = since(signed.date, wall_clock, virtual) or 0.0
    here = replace(origin, region=signed.region, partition=partition_of(signed.region), auth_type="POST")
    here = replace(here, signature_age=max(0, round(1000 * age)), content_sha256="UNSIGNED-PAYLOAD")
    now = 0.0 if wall_clock is None else instant_of(signed.date) + age
    return Call("s3:PutObject", members_of(form, now), keys, here)


def members_of(form: Form, now: float) -> dict[str, Any]:
    """The members of the PutObject that the form is, where its policy lets it through at `now` of the cloud's clock."""
    if "key" not in form.fields:
        text = (
            "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields."
        )
        raise AwsError("InvalidArgument", text)
    if "policy" in form.fields:
        policy = read_post_policy(form.fields["policy"]).value
        if isinstance(policy, Refusal):
            raise AwsError(policy.code, policy.message)
        refusal = accept_form(policy, form.fields, form.bucket, len(form.body), now).value
        if refusal is not None:
            raise AwsError(refusal.code, refusal.message)
    unread = unread_fields(form.fields)
    if unread:
        raise NotModelled("s3:PutObject", unread[0], "in a form")
    return object_of(form.fields, form.bucket, form.body)


def answered(form: Form, response: WireResponse) -> WireResponse:
    """Argument 3, of a form that was let through."""
    from lxml import etree

    key, etag = form.fields["key"], response.headers.get("etag", "")
    place = f"https://{form.bucket}.s3.amazonaws.com/{key}"
    goal = form.fields.get("success_action_redirect") or form.fields.get("redirect")
    if goal and urlsplit(goal).scheme in ("http", "https"):
        told = urlencode({"bucket": form.bucket, "key": key, "etag": etag})
        joined = f"{goal}{'&' if urlsplit(goal).query else '?'}{told}"
        return WireResponse(303, {**response.headers, "location": joined})
    status = _SUCCESS.get(form.fields.get("success_action_status", ""), 204)
    made = replace(response, status=status, body=b"", headers={**response.headers, "content-length": "0"})
    if status != 201:
        return made
    root = etree.Element("PostResponse")
    for name, value in (("Location", place), ("Bucket", form.bucket), ("Key", key), ("ETag", etag)):
        etree.SubElement(root, name).text = value
    body: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    headers = {**response.headers, "content-type": "application/xml", "content-length": str(len(body))}
    return replace(made, headers=headers, body=body)
