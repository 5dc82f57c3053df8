"""What S3 answers about an object that is not there: the truth only to those who could have listed it."""

from __future__ import annotations

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.policy.layers import Result


def missing_object(may_list: Decision[Result], key: str) -> Decision[Refusal]:
    """NoSuchKey for a caller who may do s3:ListBucket on the bucket, else AccessDenied: otherwise anybody could find
    out by asking which keys exist. # s3:GetObject §permissions"""
    question = "may the caller know that the object is missing?"
    if may_list.value.allowed:
        step = Step(question, "yes, it may list the bucket", key, "s3:GetObject", decides=True)
        return decided(Refusal("NoSuchKey", "The specified key does not exist."), step, after=may_list.steps)
    step = Step(question, "no, it may not list the bucket", key, "s3:GetObject", decides=True)
    return decided(Refusal("AccessDenied", "Access Denied"), step, after=may_list.steps)
