"""Uploads by a form of a web page: what its maker's policy lets whoever sends it put where.

1. The policy is JSON with an expiration and conditions, and over when it says. # s3:HTTPPOSTConstructPolicy
2. Every condition holds: a field is this, or begins with that, and the body is as large as it may be. Of a field that
   lists several types of content each must fit.
3. Every field of the form has a condition: what the maker did not think of nobody may add. Fields of the signature, and
   those that say that they are to be ignored, need none.
4. `${filename}` of a key is what the sender's file is called, and stands for it before any condition is asked.
What the form puts then takes the permissions of its maker's keys, which the door asks for.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.clock import instant, iso
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.errors import InputError

_SOURCE = "s3:HTTPPOSTConstructPolicy"
_FREE = frozenset({"x-amz-signature", "signature", "awsaccesskeyid", "file", "policy"})
_RANGE = "content-length-range"
#: Fields and the members of PutObject that they become. # s3:RESTObjectPOST
MEMBERS = {
    "acl": "ACL",
    "cache-control": "CacheControl",
    "content-disposition": "ContentDisposition",
    "content-encoding": "ContentEncoding",
    "content-type": "ContentType",
    "expires": "Expires",
    "key": "Key",
    "x-amz-server-side-encryption": "ServerSideEncryption",
    "x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
    "x-amz-storage-class": "StorageClass",
    "x-amz-website-redirect-location": "WebsiteRedirectLocation",
}
#: Fields that say how the form is signed, and what the browser is answered.
HANDLED = frozenset(
    {
        *("x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-security-token", "bucket"),
        *("success_action_status", "success_action_redirect", "redirect"),
        *_FREE,
    }
)
METADATA = "x-amz-meta-"


@dataclass(frozen=True, slots=True)
class PostCondition:
    """A condition of a policy: `eq` and `starts-with` of a field, folded, or the bounds of the body's size (bytes)."""

    match: str
    field: str = ""
    value: str = ""
    least: int = 0
    most: int = 0

    def __str__(self) -> str:
        if self.match == _RANGE:
            return json.dumps([self.match, self.least, self.most])
        return json.dumps([self.match, f"${self.field}", self.value])


@dataclass(frozen=True, slots=True)
class PostPolicy:
    """What a form may put, until `expires` (seconds since the epoch)."""

    expires: float
    conditions: tuple[PostCondition, ...]


def read_post_policy(encoded: str) -> Decision[PostPolicy | Refusal]:
    """Argument 1, for the Base64 that a form sends."""
    question = "is it a policy of a form?"
    try:
        written = json.loads(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return _malformed(question, "Invalid Policy: Invalid JSON.")
    if not isinstance(written, dict) or not isinstance(written.get("expiration"), str):
        return _malformed(question, "Invalid Policy: Policy missing expiration.")
    if not isinstance(written.get("conditions"), list):
        return _malformed(question, "Invalid Policy: Policy missing conditions.")
    try:
        expires = instant(written["expiration"])
    except InputError:
        return _malformed(question, f"Invalid Policy: Invalid 'expiration' value: '{written['expiration']}'")
    conditions: list[PostCondition] = []
    for stated in written["conditions"]:
        found = _conditions(stated)
        if found is None:
            return _malformed(question, f"Invalid Policy: Invalid Condition: {_shown(stated)}")
        conditions += found
    step = Step(question, "yes", f"{len(conditions)} conditions, until {iso(expires)}", _SOURCE)
    return decided(PostPolicy(expires, tuple(conditions)), step)


def _shown(stated: Any) -> str:
    """The condition as text; one whose lists lie too deep to be written again is not told."""
    try:
        return json.dumps(stated)
    except RecursionError:
        return "..."


def _malformed(question: str, text: str) -> Decision[PostPolicy | Refusal]:
    return decided(Refusal("InvalidPolicyDocument", text), Step(question, "no", text, _SOURCE, decides=True))


def _conditions(stated: Any) -> list[PostCondition] | None:
    if isinstance(stated, dict):
        texts = all(isinstance(value, str) for value in stated.values())
        return [PostCondition("eq", name.casefold(), stated[name]) for name in sorted(stated)] if texts else None
    if not isinstance(stated, list) or len(stated) != 3 or not isinstance(stated[0], str):
        return None
    match, one, other = stated[0].casefold(), stated[1], stated[2]
    if match == _RANGE:
        bounds = [int(str(each)) for each in (one, other) if re.fullmatch("[0-9]{1,15}", str(each))]
        return [PostCondition(_RANGE, least=bounds[0], most=bounds[1])] if len(bounds) == 2 else None
    known = match in ("eq", "starts-with") and isinstance(one, str) and isinstance(other, str) and one.startswith("$")
    return [PostCondition(match, one[1:].casefold(), other)] if known else None


def accept_form(policy: PostPolicy, fields: Mapping[str, str], bucket: str, size: int, now: float) -> Check:
    """Arguments 1 to 3, for a form with these fields (names folded, the key's file name filled in) and a body of `size`
    bytes, sent to `bucket` at `now` (seconds)."""
    question = "does the policy of the form let it through?"
    told = {"bucket": bucket, **fields}
    if now >= policy.expires:
        return _against(question, "Policy expired.", f"until {iso(policy.expires)}")
    for condition in policy.conditions:
        if condition.match == _RANGE and not condition.least <= size <= condition.most:
            return refused(_wrong_size(size > condition.most), question, f"{size} bytes; {condition}", _SOURCE)
        if condition.match != _RANGE and not _holds(condition, told.get(condition.field)):
            return _against(question, f"Policy Condition failed: {condition}", told.get(condition.field, "not there"))
    covered = {condition.field for condition in policy.conditions} | _FREE
    extra = sorted(name for name in fields if name not in covered and not name.startswith("x-ignore-"))
    if extra:
        return _against(question, f"Extra input fields: {', '.join(extra)}", ", ".join(extra))
    return passed(question, f"{len(policy.conditions)} conditions hold", _SOURCE)


def _wrong_size(large: bool) -> Refusal:
    if large:
        return Refusal("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    return Refusal("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")


def _against(question: str, text: str, found: str) -> Check:
    return refused(Refusal("AccessDenied", f"Invalid according to Policy: {text}"), question, found, _SOURCE)


def _holds(condition: PostCondition, value: str | None) -> bool:
    if value is None:
        return False
    if condition.match == "eq":
        return value == condition.value
    parts = value.split(",") if condition.field == "content-type" else [value]
    return all(part.strip().startswith(condition.value) for part in parts)


def filled_in(fields: Mapping[str, str], filename: str) -> dict[str, str]:
    """Argument 4: the fields with their names folded, and the name of the file, without its folders, in the key."""
    folded = {name.casefold(): value for name, value in fields.items()}
    bare = filename.replace("\\", "/").rpartition("/")[2]
    return {name: value.replace("${filename}", bare) if name == "key" else value for name, value in folded.items()}


def unread_fields(fields: Mapping[str, str]) -> tuple[str, ...]:
    """Fields that ask for something, and are nothing that PutObject is told here."""
    known = {*MEMBERS, *HANDLED}
    return tuple(name for name in sorted(fields) if name not in known and not name.startswith((METADATA, "x-ignore-")))


def object_of(fields: Mapping[str, str], bucket: str, body: bytes) -> dict[str, Any]:
    """The members of the PutObject that the form is; its fields as `filled_in` gives them."""
    named = {member: fields[name] for name, member in MEMBERS.items() if name in fields}
    metadata = {name.removeprefix(METADATA): value for name, value in fields.items() if name.startswith(METADATA)}
    return {"Bucket": bucket, "Body": body, **named, **({"Metadata": metadata} if metadata else {})}
