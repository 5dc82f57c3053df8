"""Whether a bucket policy is public, as S3 Block Public Access means it.

# s3:block-public-access §public
"""

from __future__ import annotations

import ipaddress

from cogsim.policy.document import Condition, Effect, Policy, Principals, Statement

# s3:block-public-access §meaning-of-public: a fixed value of one of these keys keeps a grant to `*` from being public
_LIMITING_KEYS = frozenset(
    {
        "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount", "aws:userid",
        "aws:principalorgid", "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:dataaccesspointaccount",
    }
)  # fmt: skip
#: Operators that hold a key to values.
LIMITING_OPERATORS = frozenset({"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"})


def public_statement(policy: Policy) -> Statement | None:
    """The first statement that makes the policy public, or None."""
    return next((statement for statement in policy.statements if _is_public(statement)), None)


def _is_public(statement: Statement) -> bool:
    if statement.effect is not Effect.ALLOW or not _names_everyone(statement.principals):
        return False
    return not any(_limits(condition) for condition in statement.conditions)


def _names_everyone(principals: Principals | None) -> bool:
    return principals is not None and (principals.negated or principals.everyone or ("AWS", "*") in principals.entries)


def _limits(condition: Condition) -> bool:
    """Whether the condition ties the grant to fixed values: of a key that says who or where, without wildcards."""
    if condition.operator.if_exists or condition.operator.qualifier is not None or not condition.values:
        return False
    key = condition.key.casefold()
    if key == "aws:sourceip":
        return condition.operator.name == "IpAddress" and all(map(_narrow, condition.values))
    if condition.operator.name not in LIMITING_OPERATORS:
        return False
    if key == "s3:dataaccesspointarn":
        return all(_fixed_account(value) for value in condition.values)
    return key in _LIMITING_KEYS and all(map(is_fixed, condition.values))


def is_fixed(value: str) -> bool:
    """Whether a value of a condition stands for itself alone."""
    return not set("*?") & set(value) and "${" not in value


def _fixed_account(value: str) -> bool:
    fields = value.split(":", 5)
    return len(fields) == 6 and fields[4] != "" and is_fixed(fields[4])


def _narrow(value: str) -> bool:
    """Blocks wider than /8, or /32 in IPv6, do not limit."""
    try:
        block = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return block.prefixlen >= (8 if block.version == 4 else 32)
