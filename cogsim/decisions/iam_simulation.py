"""What the policy simulator answers: the language asked about policies that need not be attached to anybody.

The simulator decides nothing itself: it gathers layers and asks `policy.reference.decide`, as the door does, and reads
from the steps which statements settled the answer. What AWS says the simulator leaves out is left out: service-linked
roles' exemption, resource control policies, trust policies. # iam:SimulateCustomPolicy
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cogsim.arn import Arn
from cogsim.assumptions import choice
from cogsim.policy.document import Policy, Statement
from cogsim.policy.layers import Layers, Level, NamedPolicy, Result
from cogsim.policy.reference.decide import decide
from cogsim.policy.reference.match import action_matches
from cogsim.policy.request import Context, Principal, Request

_VARIABLE = re.compile(r"\$\{([^*?$},][^},]*)")
_WORDS = {
    Result.ALLOWED: "allowed",
    Result.EXPLICITLY_DENIED: "explicitDeny",
    Result.IMPLICITLY_DENIED: "implicitDeny",
}
#: The most restrictive first.
DECISIONS = ("explicitDeny", "implicitDeny", "allowed")


@dataclass(frozen=True, slots=True)
class Simulation:
    """Everything one simulation holds but the action and the resource.

    Policies bear unique names. `boundary` and `scps` are None where there are none; `account` is the caller's,
    `owner` that of resources whose ARN names none, None where the caller's own is meant.
    """

    principal: Principal
    account: str
    identity: tuple[NamedPolicy, ...]
    context: Context = field(default_factory=Context)
    boundary: NamedPolicy | None = None
    scps: tuple[Level, ...] | None = None
    resource_policy: NamedPolicy | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one action on one resource.

    `statements` are (policy name, number from 1) of the statements that settled it; `missing` the condition keys that
    policies read and nobody gave; `by_boundary` and `by_organization` are None where there is no such layer;
    `details` says for each side of a cross-account request what it answers, and is None within one account.
    """

    decision: str
    statements: tuple[tuple[str, int], ...]
    missing: tuple[str, ...]
    by_boundary: bool | None = None
    by_organization: bool | None = None
    details: Mapping[str, str] | None = None


def simulate(simulation: Simulation, action: str, resource: str, *, wildcard_only: bool = False) -> Verdict:
    """The simulator's verdict on `action` on `resource` (an ARN, or `*`)."""
    owner = _owner(simulation, resource)
    request = Request(simulation.principal, action, resource, owner, simulation.context, wildcard_only)
    layers = Layers(
        identity=simulation.identity,
        resource=simulation.resource_policy,
        boundary=None if simulation.boundary is None else (simulation.boundary,),
        scps=simulation.scps or (),
    )
    answer = decide(layers, request)
    facts = [dict(step.facts) for step in answer.steps]
    decision = _WORDS[answer.value]
    return Verdict(
        decision=decision,
        statements=tuple(_settling(facts, answer.value)),
        missing=_missing(simulation, request),
        by_boundary=_filter(facts, "boundary") if simulation.boundary is not None else None,
        by_organization=_filter(facts, "scp") if simulation.scps is not None else None,
        details=_details(facts, answer.value) if owner != simulation.account else None,
    )


def _owner(simulation: Simulation, resource: str) -> str:
    """Without a resource policy the simulator looks at the caller's side only, whosever the resource is."""
    if simulation.resource_policy is None:
        return simulation.account
    arn = Arn.try_parse(resource)
    named = arn.account if arn is not None else ""
    return named or simulation.owner or simulation.account


def _settling(facts: list[dict[str, str]], answer: Result) -> Iterator[tuple[str, int]]:
    """The statements that settled it: the denying ones where one denies, else what allows; none where none does.
    Statements of boundaries and control policies are not listed."""
    wanted = {Result.EXPLICITLY_DENIED: "Deny", Result.ALLOWED: "Allow"}.get(answer)
    for found in facts:
        told = found.get("applies") == "yes" and found.get("effect") == wanted
        if told and found["layer"] in ("identity", "resource"):
            yield found["policy"], int(found["statement"])


def _filter(facts: list[dict[str, str]], layer: str) -> bool:
    """Whether a filter lets the request through: it allows, and nothing in it denies."""
    told = [found for found in facts if found.get("layer") == layer]
    denies = any(found.get("applies") == "yes" and found["effect"] == "Deny" for found in told)
    overall = [found for found in told if "statement" not in found]
    return not denies and all(found.get("effect") == "Allow" for found in overall)


def _details(facts: list[dict[str, str]], answer: Result) -> Mapping[str, str]:
    """What each side of a cross-account request says."""
    sides = {"IAM Policy": "identity", "Resource Policy": "resource"}
    return {side: _side(facts, layer) for side, layer in sides.items()}


def _side(facts: list[dict[str, str]], layer: str) -> str:
    effects = {found["effect"] for found in facts if found.get("layer") == layer and found.get("applies") == "yes"}
    return "explicitDeny" if "Deny" in effects else "allowed" if "Allow" in effects else "implicitDeny"


def _missing(simulation: Simulation, request: Request) -> tuple[str, ...]:
    """The keys that identity- and resource-based policies read and the context lacks, sorted, each once."""
    policies = [named.policy for named in simulation.identity]
    policies += [simulation.resource_policy.policy] if simulation.resource_policy else []
    policies += [simulation.boundary.policy] if simulation.boundary else []
    found: dict[str, str] = {}
    for policy in policies:
        for statement in policy.statements:
            if choice("iam.simulatorMissingKeys") == "all" or _speaks(statement, request.action):
                for key in _keys(statement, policy):
                    if key not in request.context:
                        found.setdefault(key.casefold(), key)
    return tuple(sorted(found.values()))


def _speaks(statement: Statement, action: str) -> bool:
    named = any(action_matches(pattern, action) for pattern in statement.actions.values)
    return named != statement.actions.negated


def _keys(statement: Statement, policy: Policy) -> Iterator[str]:
    """The condition keys of a statement, and those its variables name. # ug:variables"""
    yield from (condition.key for condition in statement.conditions)
    if not policy.has_variables:
        return
    texts = [*(statement.resources.values if statement.resources else ())]
    texts += [value for condition in statement.conditions for value in condition.values]
    for text in texts:
        yield from (name.strip() for name in _VARIABLE.findall(text))
