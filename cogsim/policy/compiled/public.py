"""Whether a bucket policy is public, as S3 Block Public Access means it.

# s3:block-public-access §public
"""

from __future__ import annotations

import ipaddress

from cogsim.policy.document import Condition, Effect, Policy, Statement

_FIXING = {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"}
_FIXED_BY = {
    "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount", "aws:userid",
    "aws:principalorgid", "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:dataaccesspointaccount",
}  # fmt: skip
_WIDEST = {4: 8, 6: 32}


def is_public(policy: Policy) -> bool:
    """Whether some statement grants to everyone without a fixed value of a key that says who or where."""
    return any(_open(one) and not any(map(_narrows, one.conditions)) for one in policy.statements)


def _open(statement: Statement) -> bool:
    named = statement.principals
    if statement.effect is Effect.DENY or named is None:
        return False
    return named.negated or named.everyone or ("AWS", "*") in named.entries


def _narrows(condition: Condition) -> bool:
    operator, key = condition.operator, condition.key.casefold()
    if operator.if_exists or operator.qualifier or not condition.values:
        return False
    if key == "aws:sourceip":
        return operator.name == "IpAddress" and all(_small_block(value) for value in condition.values)
    if key == "s3:dataaccesspointarn":
        owners = [value.split(":", 5)[4:5] for value in condition.values if value.count(":") >= 5]
        known = len(owners) == len(condition.values) and all(owner[0] and _fixed(owner[0]) for owner in owners)
        return operator.name in _FIXING and known
    return operator.name in _FIXING and key in _FIXED_BY and all(map(_fixed, condition.values))


def _fixed(value: str) -> bool:
    return not ("*" in value or "?" in value or "${" in value)


def _small_block(value: str) -> bool:
    try:
        block = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return block.prefixlen >= _WIDEST[block.version]
