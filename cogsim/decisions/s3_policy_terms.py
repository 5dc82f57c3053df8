"""Whether the words of a bucket policy mean something in S3: its actions, what they are done to, its condition keys.

1. Every statement names principals, actions and resources. # s3:bucket-policies
2. An action is S3's, or a pattern that some action of S3's fits. # sar:s3
3. Some resource of the statement is of the kind that the action is done to: the bucket, or its objects.
4. A condition key is one that S3 or every service knows, and some action of the statement carries it.
What another service's keys mean is not asked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cogsim.decision import Refusal
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.policy.document import Condition, Policy, Statement
from cogsim.policy.global_keys import GLOBAL_KEYS
from cogsim.policy.reference.match import glob, pattern

MALFORMED = "MalformedPolicy"
_QUESTION = "do the policy's words mean something in S3?"
_GLOBAL = frozenset(name.casefold() for name in GLOBAL_KEYS)
#: Keys that requests carry by the way they come, whatever their action is.
_OF_EVERY_REQUEST = ("s3:dataaccesspoint", "s3:accesspointnetworkorigin", "s3:accessgrants", "s3:buckettag/")


@dataclass(frozen=True, slots=True)
class S3Action:
    """An action of S3: whether it is done to a bucket or to objects, and the condition keys of its requests, folded,
    those of tags ending with the slash."""

    on_bucket: bool
    on_object: bool
    keys: frozenset[str]


#: The actions of S3 by folded name, without the service.
Vocabulary = Mapping[str, S3Action]


def accept_terms(policy: Policy, vocabulary: Vocabulary) -> Check:
    """Arguments 1 to 4, in this order."""
    for statement in policy.statements:
        fault = _missing(statement) or _fault(statement, vocabulary)
        if fault is not None:
            text, found = fault
            return refused(
                Refusal(MALFORMED, text), _QUESTION, found, "s3:bucket-policies", location=statement.location
            )
    return passed(_QUESTION, f"{len(policy.statements)} statements", "s3:bucket-policies")


def _missing(statement: Statement) -> tuple[str, str] | None:
    lacking = {"Principal": statement.principals, "Resource": statement.resources}
    absent = next((name for name, value in lacking.items() if value is None), None)
    return (f"Missing required field {absent}", f"no {absent}") if absent is not None else None


def _fault(statement: Statement, vocabulary: Vocabulary) -> tuple[str, str] | None:
    meant: list[S3Action] = []
    for written in statement.actions.values:
        found = tuple(_actions(written, vocabulary))
        if not found:
            return "Policy has invalid action", written
        if not statement.actions.negated and not any(_is_done_to(each, statement) for each in found):
            return "Action does not apply to any resource(s) in statement", written
        meant += found
    carried = list(vocabulary.values()) if statement.actions.negated else meant
    for condition in statement.conditions:
        text = _key_fault(condition, carried, vocabulary)
        if text is not None:
            return text, condition.key
    return None


def _actions(written: str, vocabulary: Vocabulary) -> Iterator[S3Action]:
    """The actions that a pattern stands for; `*` alone for all."""
    service, _, name = written.casefold().partition(":")
    if written == "*":
        yield from vocabulary.values()
    elif service == "s3" and not set("*?") & set(name):
        yield from [vocabulary[name]] if name in vocabulary else []
    elif service == "s3":
        fits = pattern(name)
        yield from (action for each, action in vocabulary.items() if glob(fits, each))


def _is_done_to(action: S3Action, statement: Statement) -> bool:
    resources = statement.resources
    if resources is None or resources.negated:
        return True
    for written in resources.values:
        name = written.partition(":::")[2]
        bucket, slash, _ = name.partition("/")
        if (action.on_object and (slash or "*" in bucket)) or (action.on_bucket and not slash):
            return True
    return False


def _key_fault(condition: Condition, actions: list[S3Action], vocabulary: Vocabulary) -> str | None:
    folded = condition.key.casefold()
    stem, slash, _ = folded.partition("/")
    key = stem + slash
    if key.startswith("aws:"):
        return None if key in _GLOBAL else "Policy has an invalid condition key"
    if not key.startswith("s3:") or key.startswith(_OF_EVERY_REQUEST):
        return None
    if not any(key in action.keys for action in vocabulary.values()):
        return "Policy has an invalid condition key"
    if not any(key in action.keys for action in actions):
        return "Conditions do not apply to combination of actions and resources in statement"
    return None
