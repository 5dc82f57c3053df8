"""Whether the policy simulator takes what it is given: context entries, callers, actions. # iam:SimulateCustomPolicy"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from typing import Any

from cogsim.arn import Arn
from cogsim.clock import instant
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.iam_entities import INVALID_INPUT, unseen
from cogsim.decisions.refusals import Check, passed
from cogsim.errors import InputError
from cogsim.policy.request import Context, Values

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def _is_date(text: str) -> bool:
    try:
        instant(text)
    except InputError:
        return _NUMBER.fullmatch(text) is not None
    return True


def _is_address(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _is_binary(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


_FORMS: Mapping[str, Callable[[str], bool]] = {
    "string": lambda _text: True,
    "numeric": lambda text: _NUMBER.fullmatch(text) is not None,
    "boolean": lambda text: text.casefold() in ("true", "false"),
    "ip": _is_address,
    "binary": _is_binary,
    "date": _is_date,
}


def accept_context(entries: list[Mapping[str, Any]] | None) -> Decision[Context | Refusal]:
    """The request context that the entries make; a type whose name ends in List marks a multivalued key."""
    question = "are the context entries well formed?"
    found: dict[str, Values] = {}
    for entry in entries or ():
        name, values = entry.get("ContextKeyName"), tuple(entry.get("ContextKeyValues") or ())
        kind = entry.get("ContextKeyType")
        if not name or kind is None:
            text = "A context entry needs a ContextKeyName and a ContextKeyType"
            return unseen(INVALID_INPUT, text, question, str(name), "iam:SimulateCustomPolicy")
        listed = kind.endswith("List")
        odd = next((value for value in values if not _FORMS[kind.removesuffix("List")](value)), None)
        if odd is not None or (len(values) > 1 and not listed):
            text = f"Invalid values for the context key {name} of type {kind}"
            return unseen(INVALID_INPUT, text, question, odd or f"{len(values)} values", "iam:SimulateCustomPolicy")
        if values or listed:
            found[name] = Values(values, multivalued=listed)
    step = Step(question, "yes", ", ".join(sorted(found)) or "none given", "iam:SimulateCustomPolicy")
    return decided(Context(dict(found)), step)


def caller_acceptable(caller_arn: str | None, resource_policy: str | None, source: str | None = None) -> Check:
    """Whether the simulated caller may be one: a user, group or role, never a session; and there must be one for a
    resource policy to name. `source` is the principal whose policies are simulated."""
    question = "who calls in the simulation?"
    arn = Arn.try_parse(caller_arn or source or "")
    if caller_arn is not None:
        kind = arn.resource.partition("/")[0] if arn is not None and arn.service == "iam" else ""
        if kind not in ("user", "group", "role"):
            text = f"Invalid CallerArn {caller_arn}: it must be the ARN of an IAM user, group or role"
            return unseen(INVALID_INPUT, text, question, caller_arn, "iam:SimulateCustomPolicy")
    if resource_policy is not None and arn is None:
        text = "CallerArn is required when ResourcePolicy is given"
        return unseen(INVALID_INPUT, text, question, "nobody", "iam:SimulateCustomPolicy")
    return passed(question, str(arn or "nobody in particular"), "iam:SimulateCustomPolicy")


def actions_acceptable(actions: list[str], known: Callable[[str], bool]) -> Check:
    """Whether every action is one AWS has, written out: wildcards are not supported."""
    question = "are these actions?"
    odd = next((action for action in actions if set(action) & set("*?") or not known(action)), None)
    if odd is not None:
        text = f"Invalid action name: {odd}"
        return unseen(INVALID_INPUT, text, question, odd, "iam:SimulateCustomPolicy")
    return passed(question, ", ".join(actions), "iam:SimulateCustomPolicy")


def resources_acceptable(resources: list[str], resource_policy: str | None) -> Check:
    """Whether the resources can be simulated: ARNs or `*`; a role's own policy is not simulated."""
    question = "can these resources be simulated?"
    for resource in resources:
        arn = Arn.try_parse(resource)
        if arn is None and resource != "*":
            text = f"Invalid resource ARN: {resource}"
            return unseen(INVALID_INPUT, text, question, resource, "iam:SimulateCustomPolicy")
        of_role = arn is not None and arn.service == "iam" and arn.resource.startswith("role/")
        if of_role and resource_policy is not None:
            text = "Simulation of resource-based policies is not supported for IAM roles"
            return unseen(INVALID_INPUT, text, question, resource, "iam:SimulateCustomPolicy")
    return passed(question, ", ".join(resources), "iam:SimulateCustomPolicy")


def owner_account(owner: str) -> Decision[str | Refusal]:
    """The account that ResourceOwner names: an account id, or the ARN of its root."""
    question = "whose are resources that name no account?"
    arn = Arn.try_parse(owner)
    account = arn.account if arn is not None and arn.service == "iam" and arn.resource == "root" else owner
    if re.fullmatch("[0-9]{12}", account):
        return decided(account, Step(question, account, owner, "iam:SimulateCustomPolicy"))
    text = f"Invalid ResourceOwner: {owner}"
    return unseen(INVALID_INPUT, text, question, owner, "iam:SimulateCustomPolicy")


def one_boundary(texts: list[str]) -> Check:
    """Whether at most one boundary is given: an entity has one at a time."""
    question = "is there one boundary at most?"
    if len(texts) > 1:
        text = "You can input only one permissions boundary policy"
        return unseen(INVALID_INPUT, text, question, f"{len(texts)}", "iam:SimulateCustomPolicy")
    return passed(question, f"{len(texts)}", "iam:SimulateCustomPolicy")
