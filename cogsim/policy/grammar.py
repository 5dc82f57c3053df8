"""What each kind of policy may hold: its elements, the names of the operators, and the forms of their values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from cogsim.policy.document import Operator, PolicyKind, Qualifier

DOCUMENT_ELEMENTS = ("Version", "Id", "Statement")
STATEMENT_ELEMENTS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip
PRINCIPAL_KINDS = ("AWS", "Federated", "Service", "CanonicalUser")
VERSIONS = ("2012-10-17", "2008-10-17")

OPERATORS = (
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase",
    "StringLike", "StringNotLike",
    "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals",
    "NumericGreaterThan", "NumericGreaterThanEquals",
    "DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals",
    "Bool", "BinaryEquals", "IpAddress", "NotIpAddress",
    "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "Null",
)  # fmt: skip
"""Every condition operator by its canonical name. # ug:condition-operators"""


class Presence(Enum):
    """Whether a kind of policy holds an element."""

    FORBIDDEN = "forbidden"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the service that keeps this kind of policy checks on saving.

    `iam` marks the kinds that IAM itself keeps: letters and digits in Sids, unique Sids, no empty lists, ARN form.
    """

    principal: Presence
    resource: Presence
    not_principal: bool = False
    iam: bool = False
    control: bool = False


_CALLER_SIDE = Rules(Presence.FORBIDDEN, Presence.REQUIRED, iam=True)
_RESOURCE_SIDE = Rules(Presence.REQUIRED, Presence.OPTIONAL, not_principal=True)

# ug:grammar; ug:principal; org:scps; org:rcp-syntax; vpc:endpoint-policies
RULES: dict[PolicyKind, Rules] = {
    PolicyKind.IDENTITY: _CALLER_SIDE,
    PolicyKind.BOUNDARY: _CALLER_SIDE,
    PolicyKind.SESSION: _CALLER_SIDE,
    PolicyKind.TRUST: Rules(Presence.REQUIRED, Presence.FORBIDDEN, iam=True),
    PolicyKind.RESOURCE: _RESOURCE_SIDE,
    PolicyKind.KMS_KEY: _RESOURCE_SIDE,
    PolicyKind.ENDPOINT: Rules(Presence.REQUIRED, Presence.REQUIRED, not_principal=True),
    PolicyKind.SCP: Rules(Presence.FORBIDDEN, Presence.REQUIRED, control=True),
    PolicyKind.RCP: Rules(Presence.REQUIRED, Presence.REQUIRED, control=True),
}

_BY_FOLDED = {name.casefold(): name for name in OPERATORS}
_QUALIFIERS = {qualifier.value.casefold(): qualifier for qualifier in Qualifier}


def operator(written: str, exact: bool = False) -> Operator | None:
    """The operator called `written` under its canonical name, or None; `exact` demands the canonical spelling."""
    prefix, colon, rest = written.casefold().rpartition(":")
    if colon and prefix not in _QUALIFIERS:
        return None
    if_exists = rest.endswith("ifexists")
    name = _BY_FOLDED.get(rest.removesuffix("ifexists"))
    if name is None or (name == "Null" and if_exists):  # ug:condition-operators §IfExists: not with Null
        return None
    found = Operator(name, _QUALIFIERS.get(prefix), if_exists)
    return None if exact and str(found) != written else found


def is_placeholder(text: str) -> bool:
    """Whether `text` holds a reference that stayed unresolved: it satisfies every check of form."""
    return "«" in text and "»" in text


_ENTITY = re.compile(
    r"arn:[^:*?]+:iam::[^:*?]+:(root|(user|role)/[^*?]+)|arn:[^:*?]+:sts::[^:*?]+:(assumed-role/[^/*?]+/[^/*?]+"
    r"|federated-user/[^*?]+)|[0-9]{12}|A(IDA|ROA)[A-Z0-9]+"
)


def is_principal(kind: str, value: str) -> bool:
    """Whether `value` can stand under `kind`; only the lone `*` of `AWS` is a wildcard. # ug:principal"""
    if is_placeholder(value):
        return True
    if kind == "AWS":
        return value == "*" or _ENTITY.fullmatch(value) is not None
    return bool(value) and not set("*?") & set(value)
