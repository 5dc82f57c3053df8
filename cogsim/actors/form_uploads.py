"""Uploads by a form of a web page: somebody signs what it may put, and whoever has the form sends it, with a file.

Signing asks AWS nothing. Sending is a PutObject with the signer's keys, as far as the form's policy lets it through.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cogsim.actors.signing import Signer, SigningDoor
from cogsim.aws.call import Credentials
from cogsim.clock import iso
from cogsim.decision import Refusal
from cogsim.decisions.s3_post import accept_form, filled_in, object_of, read_post_policy, unread_fields
from cogsim.errors import AwsError, InputError, NotModelled
from cogsim.tokens.sigv4 import signing_key


@dataclass(frozen=True, slots=True)
class SignedForm:
    """A form that puts objects into `bucket` with its maker's keys; `fields` are those that sign it."""

    bucket: str
    fields: Mapping[str, str] = field(repr=False)
    credentials: Credentials = field(repr=False)
    region: str
    made_at: float


def sign_form(
    door: SigningDoor, bucket: str, conditions: Sequence[Any], who: Signer, seconds: float = 3600.0
) -> SignedForm:
    """The form that the holder of these keys signs now: its policy has `conditions`, and those of its own fields."""
    keys = door.signer(who)
    if keys is None:
        raise InputError("a form is signed with somebody's keys")
    date = datetime.fromtimestamp(door.now, UTC).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{date[:8]}/{door.origin.region}/s3/aws4_request"
    own = {"x-amz-algorithm": "AWS4-HMAC-SHA256", "x-amz-credential": f"{keys.access_key_id}/{scope}"}
    own["x-amz-date"] = date
    if keys.session_token is not None:
        own["x-amz-security-token"] = keys.session_token
    stated = [{"bucket": bucket}, *conditions, *({name: value} for name, value in own.items())]
    written = json.dumps({"expiration": iso(door.now + seconds), "conditions": stated})
    policy = base64.b64encode(written.encode()).decode()
    key = signing_key(keys.secret_access_key, date[:8], door.origin.region, "s3")
    signed = {**own, "policy": policy, "x-amz-signature": hmac.digest(key, policy.encode(), "sha256").hex()}
    return SignedForm(bucket, signed, keys, door.origin.region, door.now)


def send_form(
    door: SigningDoor, form: SignedForm, fields: Mapping[str, str], body: str | bytes, filename: str = ""
) -> Mapping[str, Any]:
    """What S3 answers to the form, filled in here and now; AwsError where its policy, or the signer's rights, do not
    let it through."""
    raw = body.encode() if isinstance(body, str) else bytes(body)
    filled = filled_in({**form.fields, **fields}, filename)
    policy = _granted(read_post_policy(form.fields["policy"]).value)
    _granted(accept_form(policy, filled, form.bucket, len(raw), door.now).value)
    unread = unread_fields(filled)
    if unread:
        raise NotModelled("s3:PutObject", unread[0], "in a form")
    if "key" not in filled:
        raise AwsError("InvalidArgument", "Bucket POST must contain a field named 'key'.")
    age = round(1000 * (door.now - form.made_at))
    here = door.calling_from(region=form.region, auth_type="POST", signature_age=age, content_sha256="UNSIGNED-PAYLOAD")
    return here.call("s3:PutObject", object_of(filled, form.bucket, raw), form.credentials)


def _granted(value: Any) -> Any:
    if isinstance(value, Refusal):
        raise AwsError(value.code, value.message)
    return value
