"""The AWS managed policies whose documents cogsim holds; the grants of any other are unknown, and said to be."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from cogsim.arn import Arn
from cogsim.policy.document import Policy, PolicyKind
from cogsim.policy.parse import parse

if TYPE_CHECKING:
    from cogsim.decisions.aws_managed.published import Published

#: What the identity pool passes with the session of a guest, beside its inline policy. # ci:iam-roles
GUEST_SESSION_POLICY = "AmazonCognitoUnAuthedIdentitiesSessionPolicy"


def aws_managed_policy(arn: str) -> Policy | None:
    """The document behind an AWS managed policy's ARN, or None where it is not held here."""
    parsed = Arn.try_parse(arn)
    if parsed is None or parsed.service != "iam" or parsed.account != "aws":
        return None
    return _document(parsed.partition, parsed.resource.removeprefix("policy/"))


def published(arn: str) -> Published | None:
    """What AWS publishes under the ARN, or None where it is not held here."""
    parsed = Arn.try_parse(arn)
    if parsed is None or parsed.service != "iam" or parsed.account != "aws":
        return None
    return held().get(parsed.resource.removeprefix("policy/"))


@cache
def held() -> Mapping[str, Published]:
    """Every policy that is held here, by its title: path without the leading slash, and name."""
    from cogsim.decisions.aws_managed import account, data, functions, machines_and_messages, read_only, root_tasks

    families = (account, data, functions, machines_and_messages, read_only, root_tasks)
    return {each.title: each for family in families for each in family.POLICIES}


@cache
def _document(partition: str, title: str) -> Policy | None:
    """The document as it stands in that partition: its ARNs are of the partition's own resources."""
    found = held().get(title)
    if found is None:
        return None
    return parse(_in_partition(found.document, partition), PolicyKind.IDENTITY)


def _in_partition(value: Any, partition: str) -> Any:
    if isinstance(value, str):
        return f"arn:{partition}:{value.removeprefix('arn:aws:')}" if value.startswith("arn:aws:") else value
    if isinstance(value, Mapping):
        return {key: _in_partition(each, partition) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_in_partition(each, partition) for each in value]
    return value
