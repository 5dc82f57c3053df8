"""A syntax tree → the document it was read from, in AWS's own order of elements."""

from __future__ import annotations

from cogsim.policy.document import Condition, Patterns, Policy, Principals, Statement

Document = dict[str, object]


def unparse(policy: Policy) -> Document:
    """The document of `policy` as a plain structure: parsed again under the same kind, it gives an equal policy."""
    document: Document = {"Version": policy.version} if policy.version_written else {}
    if policy.id is not None:
        document["Id"] = policy.id
    document["Statement"] = [_statement(statement) for statement in policy.statements]
    return document


def _statement(statement: Statement) -> Document:
    entry: Document = {} if statement.sid is None else {"Sid": statement.sid}
    entry["Effect"] = statement.effect.value
    if statement.principals is not None:
        entry["NotPrincipal" if statement.principals.negated else "Principal"] = _principals(statement.principals)
    entry["NotAction" if statement.actions.negated else "Action"] = _listed(statement.actions)
    if statement.resources is not None:
        entry["NotResource" if statement.resources.negated else "Resource"] = _listed(statement.resources)
    if statement.conditions:
        entry["Condition"] = _conditions(statement.conditions)
    return entry


def _principals(principals: Principals) -> object:
    if principals.everyone:
        return "*"
    kinds: dict[str, list[str]] = {}
    for kind, value in principals.entries:
        kinds.setdefault(kind, []).append(value)
    return {kind: _bare(tuple(values)) for kind, values in kinds.items()}


def _listed(patterns: Patterns) -> object:
    return _bare(patterns.values)


def _conditions(conditions: tuple[Condition, ...]) -> Document:
    operators: dict[str, dict[str, object]] = {}
    for condition in conditions:
        operators.setdefault(str(condition.operator), {})[condition.key] = _bare(condition.values)
    return dict(operators)


def _bare(values: tuple[str, ...]) -> object:
    return values[0] if len(values) == 1 else list(values)
