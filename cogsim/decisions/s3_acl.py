"""What a request asks of access control lists, and whether the bucket lets it.

1. With Object Ownership enforced, which is how new buckets are, lists are off: a write may name none, or the one that
   gives the bucket's owner everything. # s3:about-object-ownership
2. With lists on, one request names a canned list or grants, not both, and Block Public Access refuses public ones.
   # s3:block-public-access
3. A list that grants nobody but the owners anything changes nothing. One that grants more would be another way in, and
   so would an object that its writer owns: whoever handles the request must not pass over either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cogsim.decision import Refusal
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.world.bucket import ENFORCED, PREFERRED, Bucket, canonical_id

#: The members that grant by name.
GRANTS = ("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")
#: Every member that speaks of a list in a request's headers.
ASKED = ("ACL", *GRANTS)

_OFF = Refusal("AccessControlListNotSupported", "The bucket does not allow ACLs")
_BOTH = Refusal("InvalidRequest", "Specifying both Canned ACLs and Header Grants is not allowed")
_DENIED = Refusal("AccessDenied", "Access Denied")
_TO_OWNER = "bucket-owner-full-control"
_HARMLESS = frozenset({"private", "bucket-owner-read", _TO_OWNER})
_PUBLIC = frozenset({"public-read", "public-read-write", "authenticated-read"})
_EVERYONE = re.compile(r"http://acs\.amazonaws\.com/groups/global/(AllUsers|AuthenticatedUsers)")
_GRANTEE = re.compile(r'\s*id\s*=\s*"?([0-9a-f]+)"?\s*')
_QUESTION = "may the request set an access control list?"


def accept_acl(bucket: Bucket, params: Mapping[str, Any]) -> Check:
    """Arguments 1 and 2, for what a request to `bucket` asks by its members ACL, Grant… and AccessControlPolicy."""
    asked = asked_for(params)
    found = f"{bucket.object_ownership}; {', '.join(asked) or 'none asked for'}"
    place = bucket.origin.at("OwnershipControls")
    refusal = None
    if bucket.object_ownership == ENFORCED and not (_owner_only(bucket, params) or _to_owner_alone(params)):
        refusal = _OFF
    elif params.get("ACL") is not None and len(asked) > 1:
        refusal = _BOTH
    elif "BlockPublicAcls" in bucket.public_access_block and is_public(params):
        refusal, place = _DENIED, bucket.origin.at("PublicAccessBlockConfiguration")
    if refusal is not None:
        return refused(refusal, _QUESTION, found, "s3:about-object-ownership", location=place)
    return passed(_QUESTION, found, "s3:about-object-ownership", location=place)


def accept_new_acl(ownership: str, params: Mapping[str, Any]) -> Check:
    """Arguments 1 and 2, for a bucket that is made: the public is blocked there, whoever makes it."""
    question = "may the bucket have an access control list?"
    asked = asked_for(params)
    found = f"{ownership}; {', '.join(asked) or 'none asked for'}"
    refusal = None
    if ownership == ENFORCED and any(each != "private" for each in asked):
        text = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        refusal = Refusal("InvalidBucketAclWithObjectOwnership", text)
    elif is_public(params):
        text = "Bucket cannot have public ACLs set with BlockPublicAccess enabled"
        refusal = Refusal("InvalidBucketAclWithBlockPublicAccessError", text)
    if refusal is not None:
        return refused(refusal, question, found, "s3:about-object-ownership")
    return passed(question, found, "s3:about-object-ownership")


def asked_for(params: Mapping[str, Any]) -> tuple[str, ...]:
    """What a request asks of lists, in words: the canned list by its name."""
    stated = [name for name in (*GRANTS, "AccessControlPolicy") if params.get(name) is not None]
    canned = params.get("ACL")
    return (*([str(canned)] if canned is not None else []), *stated)


def grants_more(bucket: Bucket, params: Mapping[str, Any]) -> str | None:
    """Argument 3: what a request asks that gives somebody beside the owners something; None where nothing does."""
    if _owner_only(bucket, params) or params.get("ACL") in _HARMLESS or not asked_for(params):
        return None
    return ", ".join(asked_for(params))


def writer_owns(bucket: Bucket, account: str | None, params: Mapping[str, Any]) -> bool:
    """Argument 3: whether an object of `account`, None for nobody's, stays its own in this bucket.
    # s3:about-object-ownership §settings"""
    if account == bucket.account or bucket.object_ownership == ENFORCED:
        return False
    return not (bucket.object_ownership == PREFERRED and params.get("ACL") == _TO_OWNER)


def is_public(params: Mapping[str, Any]) -> bool:
    """Whether a request asks for a list that grants everybody something, or every account."""
    if params.get("ACL") in _PUBLIC:
        return True
    policy = params.get("AccessControlPolicy") or {}
    uris = [each.get("Grantee", {}).get("URI") or "" for each in policy.get("Grants") or ()]
    return any(_EVERYONE.search(text) for text in (*uris, *(str(params.get(name) or "") for name in GRANTS)))


def _to_owner_alone(params: Mapping[str, Any]) -> bool:
    """Whether nothing is asked, or the one list that means what holds anyway."""
    return asked_for(params) in ((), (_TO_OWNER,))


def _owner_only(bucket: Bucket, params: Mapping[str, Any]) -> bool:
    """Whether grants, or a whole list, give the bucket's owner full control and nobody anything else."""
    owner = canonical_id(bucket.account)
    if asked_for(params) == ("GrantFullControl",):
        found = _GRANTEE.fullmatch(str(params["GrantFullControl"]))
        return found is not None and found[1] == owner
    if asked_for(params) != ("AccessControlPolicy",):
        return False
    grants = params["AccessControlPolicy"].get("Grants") or ()
    return len(grants) > 0 and all(
        each.get("Grantee", {}).get("ID") == owner and each.get("Permission") == "FULL_CONTROL" for each in grants
    )
