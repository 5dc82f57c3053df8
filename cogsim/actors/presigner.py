"""Presigned addresses of S3: somebody signs one, and whoever has it opens it, later and from elsewhere.

Making one asks AWS nothing: its maker's keys are enough. Opening it is a call with these keys, which sees the place of
whoever opens it, and says of itself that it was signed beforehand.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from cogsim.actors.signing import Signer, SigningDoor
from cogsim.aws.call import Credentials
from cogsim.aws.model import check_members, operation_shape
from cogsim.decisions.s3_presigned import still_opens
from cogsim.errors import AwsError, InputError
from cogsim.tokens.sigv4 import signing_key

_BODY = "Body"


@dataclass(frozen=True, slots=True)
class PresignedUrl:
    """An address that opens one operation with these parameters for `seconds` from `made_at` on; `url` as a client
    holds it, `method` and `headers` what a request to it must have."""

    operation: str
    params: Mapping[str, Any]
    credentials: Credentials = field(repr=False)
    region: str
    made_at: float
    seconds: float
    url: str = field(repr=False)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)


def presign(
    door: SigningDoor, operation: str, params: Mapping[str, Any], who: Signer, seconds: float = 3600.0
) -> PresignedUrl:
    """The address that the holder of these keys signs now, by the keys alone; nobody is asked whether it opens
    anything. InputError for an operation that is not S3's and for parameters that it has not."""
    if not operation.startswith("s3:"):
        raise InputError(f"an address is presigned for an operation of S3, not for {operation}")
    shape, keys = operation_shape(operation), door.signer(who)
    if keys is None:
        raise InputError("an address is presigned with somebody's keys")
    if _BODY in params:
        raise InputError("an address says nothing of the body: whoever opens it brings that along")
    check_members(shape, params)
    request = _serialized(shape.model, params)
    url = _signed_url(request, params["Bucket"], keys, door.origin.region, door.now, int(seconds))
    return PresignedUrl(
        operation, dict(params), keys, door.origin.region, door.now, seconds, url, request["method"], request["headers"]
    )


def open_link(door: SigningDoor, link: PresignedUrl, body: str | bytes | None = None) -> Mapping[str, Any]:
    """What the address gives whoever opens it here and now; AwsError where it opens no more, or its maker's keys do
    not."""
    refusal = still_opens(link.made_at, link.seconds, door.now).value
    if refusal is not None:
        raise AwsError(refusal.code, refusal.message)
    age = round(1000 * (door.now - link.made_at))
    here = door.calling_from(region=link.region, auth_type="REST-QUERY-STRING", signature_age=age)
    brought = {} if body is None else {_BODY: body}
    return here.call(link.operation, {**link.params, **brought}, link.credentials)


def _serialized(model: Any, params: Mapping[str, Any]) -> Mapping[str, Any]:
    from botocore.serialize import create_serializer

    made: Mapping[str, Any] = create_serializer("rest-xml", False).serialize_to_request(dict(params), model)
    return {**made, "headers": {name.lower(): str(value) for name, value in made["headers"].items()}}


def _signed_url(
    request: Mapping[str, Any], bucket: str, keys: Credentials, region: str, now: float, seconds: int
) -> str:
    """The address with its signature, of version 4. # s3:sigv4-query-string-auth"""
    date = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{date[:8]}/{region}/s3/aws4_request"
    dotted = "." in bucket
    host = f"s3.{region}.amazonaws.com" if dotted else f"{bucket}.s3.{region}.amazonaws.com"
    whole = request["url_path"].partition("?")[0]
    path = whole if dotted else whole.removeprefix(f"/{bucket}") or "/"
    headers = {"host": host, **request["headers"]}
    named = ";".join(sorted(headers))
    query = {
        **_parameters(request),
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{keys.access_key_id}/{scope}",
        "X-Amz-Date": date,
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": named,
        **({"X-Amz-Security-Token": keys.session_token} if keys.session_token else {}),
    }
    text = "&".join(f"{_quoted(name)}={_quoted(query[name])}" for name in sorted(query))
    lines = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in sorted(headers))
    canonical = f"{request['method']}\n{path}\n{text}\n{lines}\n{named}\nUNSIGNED-PAYLOAD"
    key = signing_key(keys.secret_access_key, date[:8], region, "s3")
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    made = hmac.digest(key, f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}".encode(), "sha256").hex()
    return f"https://{host}{path}?{text}&X-Amz-Signature={made}"


def _parameters(request: Mapping[str, Any]) -> dict[str, str]:
    """What the operation itself has in its query: of its path, and of its members."""
    fixed = request["url_path"].partition("?")[2]
    named = dict(part.partition("=")[::2] for part in fixed.split("&") if part)
    return {**named, **{name: str(value) for name, value in request["query_string"].items()}}


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
