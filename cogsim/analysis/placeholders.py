"""References that could not be resolved, where they stand in a statement that a question turned on."""

from __future__ import annotations

from collections.abc import Iterable

from cogsim.decision import Step
from cogsim.policy.document import Statement
from cogsim.policy.layers import NamedPolicy
from cogsim.policy.reference.match import PLACEHOLDER, action_matches


def placeholder_steps(policies: Iterable[NamedPolicy], action: str, resource: str) -> tuple[Step, ...]:
    """A step for every placeholder in a statement about `action`: were it known, the statement might apply, or not.
    One that stands in `resource` too is what was asked about."""
    return tuple(
        Step(
            f"what is {text}?",
            "unknown: a reference that was not resolved equals only itself",
            held.name,
            "ug:resource",
            location=statement.location,
            facts=(("unresolved", text),),
        )
        for held in policies
        for statement in held.policy.statements
        if _about(statement, action)
        for text in _placeholders(statement)
        if text not in resource
    )


def _about(statement: Statement, action: str) -> bool:
    named = any(action_matches(written, action) for written in statement.actions.values)
    return named is not statement.actions.negated


def _placeholders(statement: Statement) -> list[str]:
    texts = [*(statement.resources.values if statement.resources else ())]
    texts += [value for condition in statement.conditions for value in condition.values]
    texts += [value for _, value in statement.principals.entries] if statement.principals else []
    return sorted({mark for text in texts for mark in PLACEHOLDER.findall(text)})
