"""May somebody do something: one question, one decision, with every reason from the identity provider on."""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.analysis.actions import check_action, check_resource
from cogsim.analysis.answers import ask, merged
from cogsim.analysis.sessions import passages
from cogsim.analysis.who import Who
from cogsim.decision import Decision, decided
from cogsim.decisions.request_context import ContextValue
from cogsim.policy.layers import Result
from cogsim.world.world import World


def can(
    world: World,
    who: Who | str,
    action: str,
    resource: str,
    context: Mapping[str, ContextValue] | None = None,
) -> Decision[Result]:
    """Whether `who` (see `who.py`) may do `action` (`s3:GetObject`) on `resource` (an ARN, or `*` where the action has
    no resource), by any way to credentials that is open to them; `context` adds condition keys of the request.

    Asked at a fixed instant of the world as it is: no call is made. What the world leaves open stays visible as facts
    ("unresolved", …) of steps. InputError for an unknown person, action, or resource that is not one ARN; NotModelled
    where the way leads through something cogsim does not know.
    """
    unchecked = check_action(action)
    check_resource(action, resource)
    answers = tuple(ask(world, passage, action, resource, context) for passage in passages(world, who))
    answer = merged(answers)
    return decided(answer.value, *answer.steps, after=unchecked)
