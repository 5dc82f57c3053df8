"""The policies passed with a session: a caller's own, and those an identity pool puts on every guest.

They only narrow. A guest's stop at a list of services, whatever the pool's unauthenticated role allows; the list is by
service, so a guest whose role allows all of S3 still has all of S3. # ci:iam-roles §access-policies
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cogsim.arn import Arn
from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.authorization import managed_policy
from cogsim.decisions.aws_managed_policies import GUEST_SESSION_POLICY
from cogsim.decisions.login import AcceptedLogin
from cogsim.decisions.refusals import passed, refused
from cogsim.errors import NotModelled
from cogsim.policy.document import PolicyKind
from cogsim.policy.layers import NamedPolicy
from cogsim.policy.parse import MalformedPolicy, parse
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World

#: The plain text that all session policies together may hold, the ARNs of managed ones included, and how many of those
#: there may be. # sts:AssumeRole §packedpolicysize
_MOST_TEXT, _MOST_ARNS = 2048, 10

_UNSEEN, _PACKED_TAGS = "sts.unseenTexts", "sts.packedTags"

#: What a guest's session may do at most, by the list published 2024. # ci:iam-roles §access-policies
_GUEST_SERVICES = (
    *("cloudwatch", "logs", "dynamodb", "kinesis", "mobileanalytics", "s3", "ses", "sns", "sqs", "lambda"),
    *("machinelearning", "execute-api", "iot", "gamelift", "cognito-identity", "cognito-idp", "lex", "polly"),
    *("comprehend", "translate", "transcribe", "rekognition", "mobiletargeting", "firehose", "appsync", "personalize"),
)
_GUEST_ACTIONS = (*(f"{service}:*" for service in _GUEST_SERVICES), "sagemaker:InvokeEndpoint")
_GUEST_ACTIONS_OF_OLD_REGIONS = (
    *("cognito-sync:*", "codewhisperer:*", "textract:DetectDocumentText", "textract:AnalyzeDocument", "sdb:*"),
    "sumerian:View*",
)
_OPT_IN_REGIONS = frozenset(
    {
        *("af-south-1", "ap-east-1", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5"),
        *("ap-southeast-7", "ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2", "il-central-1"),
        *("me-central-1", "me-south-1", "mx-central-1"),
    }
)


@dataclass(frozen=True, slots=True)
class ScopeDown:
    """What the identity pool passes to STS: an inline policy as text, and the ARNs of managed ones."""

    policy: str | None = None
    policy_arns: tuple[str, ...] = ()


def scope_down(pool: IdentityPool, login: AcceptedLogin | None, partition: str = "aws") -> Decision[ScopeDown]:
    """What the enhanced flow passes for a login (nothing) or a guest (None); the basic flow never passes anything."""
    question = "does the identity pool narrow the session?"
    if login is not None:
        return Decision(ScopeDown(), (Step(question, "no", "a login", "ci:iam-roles"),))
    text = _guest_policy(pool.region in _OPT_IN_REGIONS)
    passed = ScopeDown(text, (f"arn:{partition}:iam::aws:policy/{GUEST_SESSION_POLICY}",))
    return Decision(passed, (Step(question, "yes, to a list of services", "a guest", "ci:iam-roles"),))


@cache
def _guest_policy(opt_in: bool) -> str:
    extra = () if opt_in else _GUEST_ACTIONS_OF_OLD_REGIONS
    statement = {"Effect": "Allow", "Action": [*_GUEST_ACTIONS, *extra], "Resource": ["*"]}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


def passed_policies(
    world: World, policy: str | None, policy_arns: tuple[str, ...] = (), account: str | None = None
) -> Decision[tuple[NamedPolicy, ...] | Refusal | None]:
    """The session policies of a call that makes a session, None where none are passed, or STS's refusal of them.

    A managed policy whose document is not in the world, or which belongs neither to AWS nor to `account` (where it is
    named: the session's own), raises NotModelled: a filter of unknown content has no answer.
    """
    question = "is the session narrowed by policies of its own?"
    if policy is None and not policy_arns:
        return Decision(None, (Step(question, "no", "none passed", "ug:policies§session"),))
    if len(policy_arns) > _MOST_ARNS:
        text = (
            "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: "
            f"Member must have length less than or equal to {_MOST_ARNS}"
        )
        found = f"{len(policy_arns)} managed policies"
        return unseen("ValidationError", text, question, found, "sts:AssumeRole")
    found_policies = []
    if policy is not None:
        try:
            found_policies.append(NamedPolicy("session policy", parse(policy, PolicyKind.SESSION)))
        except MalformedPolicy as error:
            step = Step(question, "the policy is malformed", error.rule, "ug:grammar", decides=True)
            return decided(Refusal(error.code, error.message), step)
    size = _plain_text(policy, policy_arns)
    if size > _MOST_TEXT:
        text = f"Packed policy consumes {_share(size)}% of allotted space, please use smaller policy."
        step = Step(question, "they are too long", f"{size} characters", "sts:AssumeRole", decides=True)
        return decided(Refusal("PackedPolicyTooLarge", text), step)
    found_policies += [_managed(world, arn, account) for arn in policy_arns]
    names = ", ".join(entry.name for entry in found_policies)
    answer = "yes, to what they allow together"
    return Decision(tuple(found_policies), (Step(question, answer, names, "ug:policies§session"),))


def _managed(world: World, arn: str, account: str | None) -> NamedPolicy:
    parsed = Arn.try_parse(arn)
    if account is not None and parsed is not None and parsed.account not in ("aws", account):
        raise NotModelled(f"the session policy {arn}", hint=f"it is not of the session's account {account}")
    known = managed_policy(world, arn)
    if known is None:
        raise NotModelled(f"the session policy {arn}", hint="its document is not in the world")
    return known


def unseen(code: str, text: str, question: str, found: str, source: str) -> Decision[Any]:
    """A refusal of STS whose text no document shows."""
    refusal = Refusal(code, text if choice(_UNSEEN) == "ours" else "")
    return refused(refusal, question, found, source, assumption=_UNSEEN)


def packed_tags(
    tags: Mapping[str, str], policy: str | None = None, policy_arns: tuple[str, ...] = ()
) -> Decision[Refusal | None]:
    """Whether session tags fit into the packed size; AWS's packing is its own, this is their plain text, measured apart
    from that of the session policies or with it. # sts:AssumeRole §packedpolicysize"""
    question = "are the session tags small enough?"
    together = choice(_PACKED_TAGS) == "together"
    size = _tag_text(tags) + (_plain_text(policy, policy_arns) if together else 0)
    found = f"{size} characters"
    if not tags or size <= _MOST_TEXT:
        return passed(question, found, "sts:AssumeRole", assumption=_PACKED_TAGS if tags else None)
    text = f"Packed size of session tags consumes {_share(size)}% of allotted space."
    return refused(Refusal("PackedPolicyTooLarge", text), question, found, "sts:AssumeRole", assumption=_PACKED_TAGS)


def packed_percentage(
    policy: str | None, policy_arns: tuple[str, ...], tags: int, tag_texts: Mapping[str, str] | None = None
) -> int | None:
    """PackedPolicySize, absent where neither policies nor tags are passed; AWS's packing is its own, this is the larger
    share of plain text, that of the policies or that of the tags. # sts:AssumeRole"""
    if policy is None and not policy_arns and not tags:
        return None
    sizes = (_plain_text(policy, policy_arns), _tag_text(tag_texts or {}))
    size = sum(sizes) if choice(_PACKED_TAGS) == "together" else max(sizes)
    return max(1, 100 * size // _MOST_TEXT)


def _plain_text(policy: str | None, policy_arns: tuple[str, ...]) -> int:
    return len(policy or "") + sum(map(len, policy_arns))


def _tag_text(tags: Mapping[str, str]) -> int:
    return sum(len(key) + len(tags[key]) for key in tags)


def _share(size: int) -> int:
    return -(-100 * size // _MOST_TEXT)
