"""What S3 asks of buckets and their settings: names, places, lists, and policies.

1. A name is valid, and a bucket is made where the request is sent to. # s3:bucket-names
2. With Object Ownership enforced a bucket has no access control list.
3. A bucket policy parses as a policy of a resource, speaks of this bucket alone, and names principals that exist.
4. While Block Public Access forbids it, a public policy is not saved. # s3:block-public-access
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cogsim.decision import Decision, Refusal, decided
from cogsim.decisions.iam_documents import accept_document
from cogsim.decisions.iam_principals import principals_as_saved
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.policy.document import Policy, PolicyKind, Statement
from cogsim.policy.parse import Locate
from cogsim.policy.reference.public import public_statement
from cogsim.world.bucket import ENFORCED, Bucket
from cogsim.world.world import World

_NAME = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
MALFORMED = "MalformedPolicy"
_LARGEST_POLICY = 20 * 1024


def accept_bucket_name(name: str) -> Check:
    """Argument 1, for the name."""
    question = "is it a bucket's name?"
    if not _NAME.fullmatch(name) or ".." in name or name.endswith(_RESERVED_ENDS):
        return refused(
            Refusal("InvalidBucketName", "The specified bucket is not valid."), question, name, "s3:bucket-names"
        )
    return passed(question, name, "s3:bucket-names")


def expect_owner(bucket: Bucket, account: str) -> Check:
    """Whether the bucket is owned by the account that the client expects. # s3:bucket-owner-condition"""
    question, found = "is the bucket owned by whom the client expects?", f"{bucket.account}; expected {account}"
    if account != bucket.account:
        refusal = Refusal("AccessDenied", "Access Denied")
        return refused(refusal, question, found, "s3:bucket-owner-condition", location=bucket.origin.location)
    return passed(question, found, "s3:bucket-owner-condition", location=bucket.origin.location)


def accept_location(region: str, constraint: str | None) -> Check:
    """Argument 1, for the place: a request to us-east-1 names no other Region than it goes to, others name theirs."""
    question, found = "is the bucket made where the request goes?", f"{constraint or 'unspecified'} at {region}"
    stated = {"EU": "eu-west-1"}.get(constraint or "", constraint)
    if region != "us-east-1" and stated != region:
        text = (
            f"The {constraint or 'unspecified'} location constraint is incompatible for the region specific endpoint "
            "this request was sent to."
        )
        return refused(Refusal("IllegalLocationConstraintException", text), question, found, "s3:CreateBucket")
    return passed(question, found, "s3:CreateBucket")


def accept_new_acl(ownership: str, acl: str | None) -> Check:
    """Argument 2, for a bucket that is made."""
    question, found = "may the bucket have an access control list?", f"{ownership}; {acl or 'none asked for'}"
    if ownership == ENFORCED and acl not in (None, "private"):
        text = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        return refused(
            Refusal("InvalidBucketAclWithObjectOwnership", text), question, found, "s3:about-object-ownership"
        )
    return passed(question, found, "s3:about-object-ownership")


def accept_bucket_policy(world: World, bucket: Bucket, text: str, locate: Locate) -> Decision[Policy | Refusal]:
    """The policy as it is kept, or the refusal: arguments 3 and 4. # s3:PutBucketPolicy"""
    if len(text.encode("utf-8", "surrogatepass")) > _LARGEST_POLICY:
        refusal = Refusal("PolicyTooLarge", "The policy document is larger than 20 KB")
        return refused(refusal, "is the policy small enough?", f"{len(text)} characters", "s3:PutBucketPolicy")
    parsed = accept_document(text, PolicyKind.RESOURCE, locate, MALFORMED)
    if isinstance(parsed.value, Refusal):
        return parsed
    place = _about_itself(bucket, parsed.value)
    if place.value is not None:
        return Decision(place.value, (*parsed.steps, *place.steps))
    saved = principals_as_saved(world, parsed.value)
    if isinstance(saved.value, Refusal):
        return decided(Refusal(MALFORMED, "Invalid principal in policy"), *saved.steps, after=parsed.steps)
    public = may_be_public(bucket, saved.value)
    steps = (*parsed.steps, *place.steps, *saved.steps, *public.steps)
    return Decision(public.value or saved.value, steps)


def _about_itself(bucket: Bucket, policy: Policy) -> Check:
    question = "does the policy speak of this bucket alone?"
    for statement in policy.statements:
        for resource in _resources(statement):
            name = resource.partition(":::")[2].partition("/")[0]
            if resource.partition(":::")[0] != f"arn:{bucket.partition}:s3" or not _may_mean(name, bucket.name):
                refusal = Refusal(MALFORMED, "Policy has invalid resource")
                return refused(refusal, question, resource, "s3:bucket-policies", location=statement.location)
    return passed(question, bucket.arn, "s3:bucket-policies")


def _resources(statement: Statement) -> Iterator[str]:
    if statement.resources is not None:
        yield from statement.resources.values


def _may_mean(pattern: str, name: str) -> bool:
    """Whether a bucket's part of a resource can be this bucket: itself, or with wildcards."""
    parts = (re.escape(part) if part not in ("*", "?") else {"*": ".*", "?": "."}[part] for part in pattern)
    return re.fullmatch("".join(parts), name) is not None


def may_be_public(bucket: Bucket, policy: Policy) -> Check:
    """Argument 4."""
    question = "does Block Public Access let the policy be saved?"
    public = public_statement(policy)
    blocked = "BlockPublicPolicy" in bucket.public_access_block
    found = f"{'public' if public else 'not public'}; BlockPublicPolicy is {'on' if blocked else 'off'}"
    place = bucket.origin.at("PublicAccessBlockConfiguration")
    if public is not None and blocked:
        refusal = Refusal("AccessDenied", "Access Denied")
        return refused(refusal, question, found, "s3:block-public-access", location=place)
    return passed(question, found, "s3:block-public-access", location=place)
