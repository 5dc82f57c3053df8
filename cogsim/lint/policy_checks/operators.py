"""Whether the operator fits the key: its type, whether it has one value or many, and what a wildcard needs.

The argument: a set operator decides what an absent or longer list means. (1) ForAllValues holds over an absent key, so
on a key that has at most one value it only opens. (2) A key with many values and no set operator never matches, so the
statement is dead. # ug:multivalued # ug:condition-operators
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cogsim.lint.policy_draft import Draft, Test
from cogsim.lint.policy_finding import PolicyFinding
from cogsim.load.condition_keys import KnownKey, find_key
from cogsim.policy.document import Operator, Qualifier

# The families of operators, and the types of key that each can compare. # ug:condition-operators
_FAMILIES = {
    "String": ("String", "ARN", "Binary"),
    "Numeric": ("Numeric",),
    "Date": ("Date",),
    "Bool": ("Bool",),
    "Ip": ("IPAddress",),
    "Arn": ("ARN",),
    "Binary": ("Binary", "String"),
}
_OPERATOR_OF = {
    "String": "StringEquals", "ARN": "ArnLike", "Bool": "Bool", "Numeric": "NumericEquals", "Date": "DateEquals",
    "IPAddress": "IpAddress",
}  # fmt: skip
#: Issuers whose tokens name one audience. # ug:iam-condition-keys §federated
_ONE_AUDIENCE = (
    *("accounts.google.com:aud", "cognito-identity.amazonaws.com:aud", "token.actions.githubusercontent.com:aud"),
    *("graph.facebook.com:app_id", "www.amazon.com:app_id"),
)


def check(draft: Draft) -> Iterator[PolicyFinding]:
    """Every mismatch between an operator and the key under it."""
    for statement in draft.statements:
        for test in statement.tests:
            operator = test.operator
            if operator is None or test.key.open:
                continue
            if operator.name == "Null":
                if operator.qualifier is not None:
                    never = operator.qualifier is Qualifier.FOR_ANY
                    message = f"{test.written.text} {'never' if never else 'always'} holds."
                    yield test.written.finding("NULL_WITH_QUALIFIER", message, "Null")
                continue
            known = find_key(test.key.text)
            if known is not None:
                yield from _type(test, operator, known)
                yield from _qualifier(test, operator, known)
            yield from _wildcards(test, operator)


def family(operator: str) -> str:
    """The family of an operator's name: `String`, `Numeric`, …"""
    name = operator.removeprefix("Not")
    return next((each for each in _FAMILIES if name.startswith(each)), "")


def _type(test: Test, operator: Operator, known: KnownKey) -> Iterator[PolicyFinding]:
    kind, group = known.value_type, family(operator.name)
    both = known.open or (test.folded == "aws:epochtime" and group in ("Numeric", "Date"))
    if kind == "ARN" and operator.name in ("StringLike", "StringNotLike"):
        better = str(replace(operator, name=operator.name.replace("String", "Arn")))
        message = f"{test.key.text} is an ARN; a * of {operator.name} runs over its colons into the next field."
        yield test.key.finding("STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS", message, better)
    elif kind not in _FAMILIES.get(group, ()) and not both:
        negated = "Not" in operator.name and kind in ("String", "ARN", "Numeric", "Date", "IPAddress")
        name = _OPERATOR_OF.get(kind, "StringEquals")
        better = {"ArnLike": "ArnNotLike", "IpAddress": "NotIpAddress"}.get(name, name.replace("Equals", "NotEquals"))
        message = f"{test.key.text} is of type {known.type}, which {operator.name} does not compare."
        yield test.key.finding("TYPE_MISMATCH", message, str(replace(operator, name=better if negated else name)))


def _qualifier(test: Test, operator: Operator, known: KnownKey) -> Iterator[PolicyFinding]:
    bare = str(replace(operator, qualifier=None))
    if test.folded.endswith((":aud", ":app_id")) and operator.qualifier is not None:
        yield from _audience(test, operator, bare)
    elif known.multivalued and operator.qualifier is None:
        any_value = f"ForAnyValue:{bare}"
        message = f"{test.key.text} has many values: without ForAnyValue or ForAllValues the test never fits."
        yield test.key.finding("MISSING_QUALIFIER", message, any_value)
    elif not known.multivalued and operator.qualifier is Qualifier.FOR_ALL:
        message = f"{test.key.text} has one value at most, and ForAllValues also holds where it is absent."
        yield test.key.finding("FORALLVALUES_WITH_SINGLE_VALUED_KEY", message, bare)


def _audience(test: Test, operator: Operator, bare: str) -> Iterator[PolicyFinding]:
    if operator.qualifier is Qualifier.FOR_ALL:
        message = f"A token names its audience in {test.key.text}, and ForAllValues also holds where it names none."
        yield test.key.finding("FORALLVALUES_WITH_SINGLE_VALUED_KEY", message, bare)
    elif test.folded in _ONE_AUDIENCE:
        message = f"Tokens of this issuer name one audience: {test.key.text} has one value."
        yield test.key.finding("FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE", message, bare)
    else:
        message = f"Whether tokens of this issuer name one audience or many decides if {test.written.text} is right."
        yield test.key.finding("CONFIRM_AUDIENCE_CLAIM_TYPE", message, f"{bare}, if they name one")


def _wildcards(test: Test, operator: Operator) -> Iterator[PolicyFinding]:
    if operator.name in ("StringEquals", "StringNotEquals"):
        better = str(replace(operator, name=operator.name.replace("Equals", "Like")))
        for value in test.values:
            plain = value.text.replace("${*}", "").replace("${?}", "")
            if "*" in plain or "?" in plain:
                message = f"{value.text!r} is compared letter by letter: {operator.name} knows no wildcards."
                yield value.finding("WILDCARD_WITHOUT_LIKE_OPERATOR", message, better)
                return
    elif operator.name in ("StringLike", "StringNotLike") and any(value.text == "*" for value in test.values):
        yield from _everything(test, operator)


def _everything(test: Test, operator: Operator) -> Iterator[PolicyFinding]:
    """`*` among the values: the test asks only whether the key is there, or nothing at all."""
    key = test.key.text
    if operator.name == "StringLike" and (operator.if_exists or operator.qualifier is Qualifier.FOR_ALL):
        message = f"{test.written.text} with * holds whatever {key} is."
        yield test.key.finding("REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION", message, f"remove {key}")
    elif operator.name == "StringLike":
        message = f"{test.written.text} with * only asks whether {key} is there."
        yield test.key.finding("EQUIVALENT_TO_NULL_FALSE", message, f'"Null": {{"{key}": "false"}}')
    elif operator.qualifier is Qualifier.FOR_ANY:
        message = f"No value of {key} is outside *: {test.written.text} never holds."
        yield test.key.finding("REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION", message)
    else:
        message = f"{test.written.text} with * only asks whether {key} is absent."
        yield test.key.finding("EQUIVALENT_TO_NULL_TRUE", message, f'"Null": {{"{key}": "true"}}')
