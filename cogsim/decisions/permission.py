"""May this caller do that, asked outside of any call: what the door would answer, as far as the question says.

1. Some operations are beyond a kind of credentials, whatever policies say: a root user becomes no role, a federated
   user calls nothing of IAM (`session_reach`).
2. Who becomes a role is asked of the role's trust policy as well: without its word the caller's own policies grant
   nothing, and where it names the caller they need not. # ug:principal §trust
3. Everything else is `authorization`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cogsim.arn import Arn
from cogsim.decision import Decision, Refusal, Step
from cogsim.decisions.authorization import gathered
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Caller, Root
from cogsim.decisions.refusals import Check
from cogsim.decisions.request_context import ContextValue
from cogsim.decisions.session_reach import session_reach
from cogsim.decisions.trust import held_keys, needed_actions, role_tag_keys, root_refused, trust_of
from cogsim.policy.layers import Layers, NamedPolicy, ResourceRule, Result
from cogsim.policy.reference.decide import decide
from cogsim.policy.request import Request
from cogsim.world.world import World

#: The actions that a role's trust policy speaks of, in lower case. # sar:sts
_OF_TRUST = frozenset(
    {
        *("sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"),
        *("sts:setcontext", "sts:setsourceidentity", "sts:tagsession"),
    }
)
#: Actions that no operation is called like: they are asked when others are called.
_NO_OPERATIONS = frozenset({"iam:passrole"})
_BESIDE_ASSUME_ROLE = frozenset({"sts:setcontext", "sts:setsourceidentity", "sts:tagsession"})


def may_do(
    world: World,
    caller: Caller,
    action: str,
    resource: str,
    *,
    origin: CallOrigin,
    now: float,
    context: Mapping[str, ContextValue] | None = None,
    wildcard_only: bool = False,
) -> Decision[Result]:
    """Whether `caller` may do `action` on `resource` at `now` (seconds); parameters as in `authorise`."""
    beyond = beyond_policies(caller, action, resource)
    if beyond is not None and beyond.value is not None:
        return Decision(Result.EXPLICITLY_DENIED, beyond.steps)
    steps: tuple[Step, ...] = ()
    for needed in _needed(caller, action, resource, context or {}):
        layers, request, before = asked(
            world, caller, needed, resource, origin=origin, now=now, context=context, wildcard_only=wildcard_only
        )
        answer = decide(layers, request)
        steps += (*before, *answer.steps)
        if not answer.value.allowed:
            return Decision(answer.value, steps)
    return Decision(Result.ALLOWED, steps)


def _needed(caller: Caller, action: str, resource: str, context: Mapping[str, ContextValue]) -> tuple[str, ...]:
    """The action, and with sts:AssumeRole those that tags and a source identity add. # ug:session-tags"""
    if action.casefold() != "sts:assumerole" or not is_trusts(action, resource):
        return (action,)
    return needed_actions(action, held_keys(caller, context))


def beyond_policies(caller: Caller, action: str, resource: str) -> Check | None:
    """What AWS answers to that kind of credentials before any policy is asked; None where policies decide."""
    if isinstance(caller, Root) and is_trusts(action, resource):
        return root_refused(caller)
    if action.casefold() in _NO_OPERATIONS:
        return None
    beside = action.casefold() in _BESIDE_ASSUME_ROLE and is_trusts(action, resource)
    found = session_reach(caller, "sts:AssumeRole" if beside else action)
    return found if found is not None and isinstance(found.value, Refusal) else None


def asked(
    world: World,
    caller: Caller,
    action: str,
    resource: str,
    *,
    origin: CallOrigin,
    now: float,
    context: Mapping[str, ContextValue] | None = None,
    wildcard_only: bool = False,
) -> tuple[Layers, Request, tuple[Step, ...]]:
    """What the language is asked: `gathered`, with the trust policy where the resource is a role to become."""
    if not is_trusts(action, resource):
        return gathered(
            world, caller, action, resource, origin=origin, now=now, context=context, wildcard_only=wildcard_only
        )
    role = world.roles.get(resource)
    keys = {**role_tag_keys(role, caller), **held_keys(caller, context or {})}
    layers, request, before = gathered(world, caller, action, resource, origin=origin, now=now, context=keys)
    trust = trust_policy(world, resource)
    steps = before if role is not None else (*before, _unknown_role(resource))
    return replace(layers, resource=trust, resource_rule=ResourceRule.TRUST), request, steps


def trust_policy(world: World, role_arn: str) -> NamedPolicy:
    """The trust policy of a role, under the name that answers give it."""
    return NamedPolicy(f"trust policy of {role_arn}", trust_of(world.roles.get(role_arn)))


def is_trusts(action: str, resource: str) -> bool:
    """Whether the action is one that the trust policy of `resource`, a role, speaks of."""
    arn = Arn.try_parse(resource)
    is_role = arn is not None and arn.service == "iam" and arn.resource.startswith("role/")
    return is_role and action.casefold() in _OF_TRUST


def _unknown_role(arn: str) -> Step:
    return Step(
        "whom does the role trust?",
        "unknown: it is not in the world, so it trusts nobody here",
        arn,
        "sts:AssumeRole",
        facts=(("unresolved", arn),),
    )
