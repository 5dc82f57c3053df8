"""Whether a bucket's policy is public, for RestrictPublicBuckets.

# s3:block-public-access §public
"""

from __future__ import annotations

from cogsim.policy.document import Condition, Effect, Policy, Statement
from cogsim.policy.symbolic.comparison import block

_FIXING = frozenset(
    f"aws:{name}" for name in ("sourcearn", "sourcevpc", "sourcevpce", "sourceowner", "sourceaccount", "userid",
                               "principalorgid")
) | {"s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:dataaccesspointaccount"}  # fmt: skip
_EXACT = ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike")
_NARROWEST = {4: 8, 6: 32}


def is_public(policy: Policy) -> bool:
    """Whether a statement grants to everyone without tying the grant to fixed values."""
    return any(map(_opens, policy.statements))


def _opens(statement: Statement) -> bool:
    named = statement.principals
    if statement.effect is not Effect.ALLOW or named is None:
        return False
    everyone = named.everyone or named.negated or ("AWS", "*") in named.entries
    return everyone and not any(map(_ties_down, statement.conditions))


def _ties_down(condition: Condition) -> bool:
    key, operator = condition.key.casefold(), condition.operator
    if operator.qualifier or operator.if_exists or not condition.values:
        return False
    if key == "aws:sourceip" and operator.name == "IpAddress":
        blocks = [block(value) for value in condition.values]
        return all(found is not None and found.prefixlen >= _NARROWEST[found.version] for found in blocks)
    if operator.name not in _EXACT:
        return False
    if key == "s3:dataaccesspointarn":
        accounts = [value.split(":", 5)[4] if value.count(":") >= 5 else "" for value in condition.values]
        return all(account and _is_fixed(account) for account in accounts)
    return key in _FIXING and all(map(_is_fixed, condition.values))


def _is_fixed(value: str) -> bool:
    return "*" not in value and "?" not in value and "${" not in value
