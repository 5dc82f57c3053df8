"""May somebody do something: one question, one decision, with every reason from the identity provider on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cogsim.analysis.actions import acts_on_nothing, check_action, check_context, check_resource
from cogsim.analysis.answers import ask, merged
from cogsim.analysis.passage import NOW, Passage, default_origin
from cogsim.analysis.sessions import passages
from cogsim.analysis.who import Who
from cogsim.decision import Decision, Step
from cogsim.decisions.permission import asked, beyond_policies
from cogsim.decisions.refusals import Check
from cogsim.decisions.request_context import ContextValue
from cogsim.policy.layers import Layers, Result
from cogsim.policy.reference.decide import decide
from cogsim.policy.reference.denial import access_denied_message
from cogsim.policy.reference.nearest import Change, nearest_change
from cogsim.policy.request import Request
from cogsim.policy.symbolic.open_keys import OpenDecision, open_decision
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
    ("unresolved", …) of steps. InputError for an unknown person, action or condition key, or a
    resource that is not one ARN; NotModelled where the way leads through something cogsim does not know.
    """
    check_action(action)
    check_resource(action, resource)
    check_context(action, context or ())
    return merged(tuple(ask(world, passage, action, resource, context) for passage in passages(world, who)))


@dataclass(frozen=True, slots=True)
class OpenAnswer:
    """One way to credentials: when each result holds, or None for `decision` where the way ends before any."""

    via: str
    decision: OpenDecision | None
    steps: tuple[Step, ...]


def can_if(
    world: World,
    who: Who | str,
    action: str,
    resource: str,
    open_keys: Iterable[str],
    context: Mapping[str, ContextValue] | None = None,
) -> tuple[OpenAnswer, ...]:
    """`can` with condition keys left open: for every way to credentials, the condition on them for each result.

    The steps of an answer are those of the way and of what the world does not tell. Raises what `can` raises.
    """
    check_action(action)
    check_resource(action, resource)
    keys = tuple(open_keys)
    check_context(action, (*keys, *(context or ())))
    answers = []
    for passage in passages(world, who):
        steps, decision = passage.outcome.steps, None
        beyond = _beyond(passage, action, resource)
        if beyond is not None:
            steps = (*steps, *beyond.steps)
        elif passage.caller is not None:
            layers, request, open_steps = _gathered(world, passage, action, resource, context)
            steps, decision = (*steps, *open_steps), open_decision(layers, request, keys)
        answers.append(OpenAnswer(passage.via, decision, steps))
    return tuple(answers)


def nearest_changes(
    world: World,
    who: Who | str,
    action: str,
    resource: str,
    context: Mapping[str, ContextValue] | None = None,
) -> tuple[tuple[str, Change], ...]:
    """For every way of `who` to credentials that `can` refuses, the one change that would let it through, if any."""
    changes = []
    for passage in passages(world, who):
        if passage.caller is not None and _beyond(passage, action, resource) is None:
            layers, request, _ = _gathered(world, passage, action, resource, context)
            change = nearest_change(layers, request)
            changes += [(passage.via, change)] if change is not None else []
    return tuple(changes)


def denial_messages(
    world: World,
    who: Who | str,
    action: str,
    resource: str,
    context: Mapping[str, ContextValue] | None = None,
) -> tuple[tuple[str, str], ...]:
    """For every way of `who` to credentials that `can` refuses, AWS's own sentence. # ug:access-denied"""
    found = []
    for passage in passages(world, who):
        beyond = _beyond(passage, action, resource)
        if beyond is not None and beyond.value is not None:
            found.append((passage.via, beyond.value.message))
        elif passage.caller is not None:
            layers, request, _ = _gathered(world, passage, action, resource, context)
            decision = decide(layers, request)
            found += [] if decision.value.allowed else [(passage.via, access_denied_message(decision, request))]
    return tuple(found)


def _beyond(passage: Passage, action: str, resource: str) -> Check | None:
    """What stops such credentials before any policy is asked."""
    return beyond_policies(passage.caller, action, resource) if passage.caller is not None else None


def _gathered(
    world: World, passage: Passage, action: str, resource: str, context: Mapping[str, ContextValue] | None
) -> tuple[Layers, Request, tuple[Step, ...]]:
    """What decides for the caller of `passage`, and what of it is not sure."""
    assert passage.caller is not None
    return asked(
        world,
        passage.caller,
        action,
        resource,
        origin=default_origin(world),
        now=NOW,
        context=context,
        wildcard_only=resource == "*" or acts_on_nothing(action),
    )
