"""What S3 answers about an object that is not there: the truth only to those who could have listed it."""

from __future__ import annotations

import re

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.policy.layers import Result
from cogsim.world.bucket import NULL


def missing_object(may_list: Decision[Result], key: str) -> Decision[Refusal]:
    """NoSuchKey for a caller who may do s3:ListBucket on the bucket, else AccessDenied: otherwise anybody could find
    out by asking which keys exist. # s3:GetObject §permissions"""
    question = "may the caller know that the object is missing?"
    if may_list.value.allowed:
        step = Step(question, "yes, it may list the bucket", key, "s3:GetObject", decides=True)
        return decided(Refusal("NoSuchKey", "The specified key does not exist."), step, after=may_list.steps)
    step = Step(question, "no, it may not list the bucket", key, "s3:GetObject", decides=True)
    return decided(Refusal("AccessDenied", "Access Denied"), step, after=may_list.steps)


def missing_version(version_id: str) -> Decision[Refusal]:
    """Of an object whose versions the caller may read: one that is not there, or what is no version's id.
    # s3:GetObject §errors"""
    question = "is it the id of a version?"
    if version_id == NULL or re.fullmatch("[A-Za-z0-9._]{32}", version_id):
        refusal = Refusal("NoSuchVersion", "The specified version does not exist.")
        return decided(refusal, Step(question, "yes, and there is none", version_id, "s3:versioning", decides=True))
    text = "Invalid version id specified" if version_id else "Version id cannot be the empty string"
    step = Step(question, "no", version_id, "s3:versioning", decides=True)
    return decided(Refusal("InvalidArgument", text), step)
