"""Which statement of a table's policy is open to everybody, as DynamoDB's Block Public Access understands it.

1. It allows something to `*`; no policy of a resource allows something to all but some. # ddb:rbac-bpa
2. None of its conditions ties the grant to fixed values of a key that says who asks, or through what. An address
   (aws:SourceIp) is no such key, unlike with S3. # ddb:rbac-bpa §keys
"""

from __future__ import annotations

from cogsim.policy.document import Condition, Effect, Policy, Principals, Qualifier, Statement
from cogsim.policy.reference.public import LIMITING_OPERATORS, is_fixed

_LIMITING_KEYS = frozenset(
    {
        "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths",
        "aws:principalservicename", "aws:principalservicenameslist", "aws:ec2instancesourcevpc",
        "aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourcevpc",
        "aws:sourcevpce", "aws:userid",
    }
)  # fmt: skip
_MANY_VALUED = frozenset({"aws:principalorgpaths", "aws:sourceorgpaths", "aws:principalservicenameslist"})


def public_table_statement(policy: Policy) -> Statement | None:
    """The first statement that DynamoDB calls public, or None."""
    return next((statement for statement in policy.statements if _is_public(statement)), None)


def _is_public(statement: Statement) -> bool:
    if statement.effect is not Effect.ALLOW or not _names_everyone(statement.principals):
        return False
    return not any(_limits(condition) for condition in statement.conditions)


def _names_everyone(principals: Principals | None) -> bool:
    return principals is not None and (principals.everyone or ("AWS", "*") in principals.entries)


def _limits(condition: Condition) -> bool:
    """Whether whoever lacks the key, or has a value that the policy does not spell out, is left outside."""
    key, operator = condition.key.casefold(), condition.operator
    if operator.if_exists or not condition.values:
        return False
    if key == "aws:principalisawsservice":
        return operator.name == "Bool" and [value.casefold() for value in condition.values] == ["true"]
    wanted = Qualifier.FOR_ANY if key in _MANY_VALUED else None
    if operator.qualifier is not None and operator.qualifier is not wanted:
        return False
    return operator.name in LIMITING_OPERATORS and key in _LIMITING_KEYS and all(map(is_fixed, condition.values))
