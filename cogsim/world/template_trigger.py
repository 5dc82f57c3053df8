"""Declared Lambda triggers as the resource that they load from."""

from __future__ import annotations

from cogsim.frozen import thaw
from cogsim.world.pool_members import Trigger, TriggerRule
from cogsim.world.template_parts import Json, present, resource, some


def trigger(noun: Trigger) -> Json:
    """Cogsim::Trigger, its rules in their order."""
    rules = some(_rule(rule) for rule in noun.rules)
    return resource("Cogsim::Trigger", {"Function": noun.function_arn, "Rules": rules})


def _rule(rule: TriggerRule) -> Json:
    stated = {"When": thaw(rule.when) or None, "Response": thaw(rule.response) or None}
    return present({**stated, "Unreachable" if rule.unreachable else "Throw": rule.error})
