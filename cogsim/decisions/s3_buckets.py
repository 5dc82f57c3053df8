"""What S3 asks of buckets and their settings: names, places, and policies.

1. A name is valid, and a bucket is made where the request is sent to. # s3:bucket-names
2. A bucket policy parses as a policy of a resource, speaks of this bucket alone, in words of S3 (`s3_policy_terms`),
   and names principals that exist. Only the owner's own may set, read or take it away, and its root user always may.
3. While Block Public Access forbids it, a public policy is not saved. # s3:block-public-access
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from cogsim.decision import Decision, Refusal, decided
from cogsim.decisions.authorization import authorise
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Caller, Root, caller_account
from cogsim.decisions.iam_documents import accept_document
from cogsim.decisions.iam_principals import principals_as_saved
from cogsim.decisions.refusals import Check, all_of, passed, refused
from cogsim.decisions.request_context import ContextValue
from cogsim.decisions.s3_policy_terms import MALFORMED, Vocabulary, accept_terms
from cogsim.policy.document import Policy, PolicyKind, Statement
from cogsim.policy.parse import Locate
from cogsim.policy.reference.match import glob, pattern
from cogsim.policy.reference.public import public_statement
from cogsim.world.bucket import Bucket
from cogsim.world.world import World

_NAME = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
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


def made_in(region: str, constraint: str | None) -> str:
    """The Region that a bucket is made in: at us-east-1 the one that is stated, elsewhere where the request goes."""
    return region if region != "us-east-1" or not constraint else {"EU": "eu-west-1"}.get(constraint, constraint)


def may_take_name(taken: Bucket | None, account: str, region: str) -> Check:
    """Whether a bucket can have a name that `taken` has: nobody has another's, and only us-east-1 lets an account make
    its own again, which changes nothing. # s3:CreateBucket §errors"""
    question = "is the name free?"
    found = "it is" if taken is None else f"a bucket of {taken.account} has it"
    if taken is None or (taken.account == account and region == taken.region == "us-east-1"):
        return passed(question, found, "s3:CreateBucket")
    if taken.account == account:
        text = "Your previous request to create the named bucket succeeded and you already own it."
        return refused(Refusal("BucketAlreadyOwnedByYou", text), question, found, "s3:CreateBucket")
    text = (
        "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
        "Please select a different name and try again."
    )
    return refused(Refusal("BucketAlreadyExists", text), question, found, "s3:CreateBucket")


def accept_bucket_policy(
    world: World, bucket: Bucket, text: str, locate: Locate, vocabulary: Vocabulary
) -> Decision[Policy | Refusal]:
    """The policy as it is kept, or the refusal: arguments 2 and 3. # s3:PutBucketPolicy"""
    if len(text.encode("utf-8", "surrogatepass")) > _LARGEST_POLICY:
        refusal = Refusal("PolicyTooLarge", "The policy document is larger than 20 KB")
        return refused(refusal, "is the policy small enough?", f"{len(text)} characters", "s3:PutBucketPolicy")
    parsed = accept_document(text, PolicyKind.RESOURCE, locate, MALFORMED)
    if isinstance(parsed.value, Refusal):
        return parsed
    place = all_of(_about_itself(bucket, parsed.value), accept_terms(parsed.value, vocabulary))
    if place.value is not None:
        return Decision(place.value, (*parsed.steps, *place.steps))
    saved = principals_as_saved(world, parsed.value)
    if isinstance(saved.value, Refusal):
        return decided(Refusal(MALFORMED, "Invalid principal in policy"), *saved.steps, after=parsed.steps)
    public = may_be_public(bucket, saved.value)
    steps = (*parsed.steps, *place.steps, *saved.steps, *public.steps)
    return Decision(public.value or saved.value, steps)


def may_manage_policy(
    world: World,
    bucket: Bucket,
    caller: Caller,
    action: str,
    *,
    origin: CallOrigin,
    now: float,
    context: Mapping[str, ContextValue],
) -> Check:
    """Argument 2: whether `caller` may do `action` with the bucket's policy. No policy of the bucket locks its
    account's root user out of it, who is held to everything else; no permission lets another account in.
    # s3:PutBucketPolicy, ug:root-access"""
    question = "may the caller handle the bucket's policy?"
    own = caller_account(caller) == bucket.account
    asked = world.with_bucket(replace(bucket, policy=None)) if own and isinstance(caller, Root) else world
    allowed = authorise(
        asked, caller, action, bucket.arn, origin=origin, now=now, context=context, resource_account=bucket.account
    )
    if not allowed.value.allowed:
        return Decision(Refusal("AccessDenied", "Access Denied"), allowed.steps)
    if own:
        return Decision(None, allowed.steps)
    refusal = Refusal("MethodNotAllowed", "The specified method is not allowed against this resource.")
    found = f"{caller_account(caller) or 'no account'}; the bucket is {bucket.account}'s"
    check = refused(refusal, question, found, "s3:PutBucketPolicy")
    return Decision(check.value, (*allowed.steps, *check.steps))


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


def _may_mean(written: str, name: str) -> bool:
    """Whether a bucket's part of a resource can be this bucket: itself, or with wildcards."""
    return glob(pattern(written), name)


def may_be_public(bucket: Bucket, policy: Policy) -> Check:
    """Argument 3."""
    question = "does Block Public Access let the policy be saved?"
    public = public_statement(policy)
    blocked = "BlockPublicPolicy" in bucket.public_access_block
    found = f"{'public' if public else 'not public'}; BlockPublicPolicy is {'on' if blocked else 'off'}"
    place = bucket.origin.at("PublicAccessBlockConfiguration")
    if public is not None and blocked:
        refusal = Refusal("AccessDenied", "Access Denied")
        return refused(refusal, question, found, "s3:block-public-access", location=place)
    return passed(question, found, "s3:block-public-access", location=place)
