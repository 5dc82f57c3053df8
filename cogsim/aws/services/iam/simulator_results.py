"""The simulator's verdicts in AWS's own shape: one result for each action and resource type.

# iam:SimulateCustomPolicy
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from cogsim.aws.services.iam.positions import statement_spans
from cogsim.decisions.iam_simulation import DECISIONS, Simulation, Verdict, simulate
from cogsim.load import service_data
from cogsim.policy.reference.match import glob, pattern

Shown = dict[str, Any]

#: By a policy's name in the simulation: the id and type that the answer gives it, and its text.
Sources = Mapping[str, tuple[str, str, str]]

_HOLE = re.compile(r"\$\{[^}]*\}")


def results(simulation: Simulation, sources: Sources, actions: list[str], resources: list[str]) -> list[Shown]:
    """The results in the order of the actions, and for each of the resources."""
    found = []
    for action in actions:
        by_type: dict[str, list[str]] = {}
        for resource in dict.fromkeys(resources):
            by_type.setdefault(template(action, resource), []).append(resource)
        found += [_result(simulation, sources, action, name, members) for name, members in by_type.items()]
    return found


@cache
def template(action: str, resource: str) -> str:
    """The ARN with `${…}` of the resource type that `resource` is of, among those the action is made on; `*` where
    there is none."""
    found = service_data.action(action)
    for each in service_data.acted_on(found) if found is not None and resource != "*" else ():
        if glob(pattern(_HOLE.sub("*", each.arn)), resource):
            return each.arn
    return "*"


def _result(simulation: Simulation, sources: Sources, action: str, name: str, resources: list[str]) -> Shown:
    """One result; what it says of all its resources is the most restrictive of what it says of each."""
    known = service_data.action(action)
    wildcard_only = known is not None and not known.resource_types
    verdicts = {resource: simulate(simulation, action, resource, wildcard_only=wildcard_only) for resource in resources}
    decision = min((verdict.decision for verdict in verdicts.values()), key=DECISIONS.index)
    deciding = [verdict for verdict in verdicts.values() if verdict.decision == decision]
    missing = sorted({key for verdict in verdicts.values() for key in verdict.missing})
    shown: Shown = {"EvalActionName": action, "EvalResourceName": name, "EvalDecision": decision}
    shown["MatchedStatements"] = _statements(sources, (each for one in deciding for each in one.statements))
    shown["MissingContextValues"] = missing
    organization = [verdict.by_organization for verdict in verdicts.values()]
    if None not in organization:
        shown["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": all(organization)}
    if None not in (bounds := [verdict.by_boundary for verdict in verdicts.values()]):
        shown["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": all(bounds)}
    if resources != ["*"]:
        shown["EvalDecisionDetails"] = _most_restrictive(verdicts.values())
        shown["ResourceSpecificResults"] = [_specific(sources, each, verdicts[each]) for each in resources]
    return shown


def _specific(sources: Sources, resource: str, verdict: Verdict) -> Shown:
    shown: Shown = {"EvalResourceName": resource, "EvalResourceDecision": verdict.decision}
    shown["MatchedStatements"] = _statements(sources, verdict.statements)
    shown["MissingContextValues"] = list(verdict.missing)
    if verdict.details is not None:
        shown["EvalDecisionDetails"] = dict(verdict.details)
    if verdict.by_boundary is not None:
        shown["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": verdict.by_boundary}
    return shown


def _most_restrictive(verdicts: Iterable[Verdict]) -> Mapping[str, str]:
    """What each kind of policy says of all resources; empty within one account."""
    found: dict[str, str] = {}
    for verdict in verdicts:
        for kind, decision in (verdict.details or {}).items():
            found[kind] = min(found.get(kind, decision), decision, key=DECISIONS.index)
    return found


def _statements(sources: Sources, statements: Iterable[tuple[str, int]]) -> list[Shown]:
    shown = []
    for name, number in dict.fromkeys(statements):
        policy_id, kind, text = sources[name]
        start, end = statement_spans(text)[number - 1]
        shown.append(
            {
                "SourcePolicyId": policy_id,
                "SourcePolicyType": kind,
                "StartPosition": {"Line": start[0], "Column": start[1]},
                "EndPosition": {"Line": end[0], "Column": end[1]},
            }
        )
    return shown
