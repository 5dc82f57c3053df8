"""What the API of load balancers refuses to set up. # elb:api

1. A name, a port, a priority is one thing's.
2. An action that authenticates at a user pool names a client of that pool which has a secret: whoever configures it
   sees no pool but one whose client he may describe.
3. What is in use, or protected, is not deleted; a default rule is changed with its listener.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.refusals import Check, all_of, passed, refused
from cogsim.entropy import named
from cogsim.world.load_balancer import Listener, ListenerRule, LoadBalancer, TargetGroup
from cogsim.world.load_balancer_actions import Action, AuthenticateCognito, AuthenticateOidc, Forward
from cogsim.world.world import World

VALIDATION = "ValidationError"
_SOURCE, _SECRET = "elb:api", "elb.existingSecret"
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?", re.ASCII)
#: The quotas. # elb:quotas
MOST_LISTENERS, MOST_RULES, MOST_TAGS, MOST_GROUPS_OF_ACTION = 50, 100, 50, 5
PROTECTED = "deletion_protection.enabled"


def default_rule_arn(listener: Listener) -> str:
    """The ARN of a listener's own rule."""
    drawn = named("elb/default-rule", listener.arn).bytes(8).hex()
    return f"{listener.arn.replace(':listener/', ':listener-rule/', 1)}/{drawn}"


def good_name(what: str, name: str) -> Check:
    """1 to 32 letters, digits and hyphens, no hyphen at an end; load balancers' names do not begin with `internal-`."""
    question, text = "may it have the name?", None
    if len(name) > 32:
        text = f"{what} name '{name}' cannot be longer than '32' characters"
    elif name.startswith("-") or name.endswith("-"):
        text = f"{what} name '{name}' cannot begin or end with a hyphen"
    elif not _NAME.fullmatch(name):
        text = f"{what} name '{name}' can only contain characters that are alphanumeric characters and hyphens(-)"
    elif what == "Load balancer" and name.lower().startswith("internal-"):
        text = f"{what} name '{name}' cannot begin with 'internal-'"
    if text is not None:
        return refused(Refusal(VALIDATION, text), question, name[:64], f"{_SOURCE}§name")
    return passed(question, name, f"{_SOURCE}§name")


def same_settings(found: object | None, asked: object, code: str, what: str, name: str) -> Check:
    """Making a thing again as it is gives the thing; with other settings it is refused."""
    question = "is the name free?"
    if found is None or found == asked:
        return passed(question, name if found is None else "it is there, and the same", _SOURCE)
    text = f"A {what} with the same name '{name}' exists, but with different settings"
    return refused(Refusal(code, text), question, name, _SOURCE)


def subnets_suffice(subnets: Sequence[str]) -> Check:
    """An Application Load Balancer stands in two Availability Zones."""
    question, shown = "does it stand in two subnets?", ", ".join(subnets)
    if len(subnets) < 2:
        text = "At least two subnets in two different Availability Zones must be specified"
        return refused(Refusal(VALIDATION, text), question, shown, _SOURCE)
    if len(set(subnets)) < len(subnets):
        text = "The same subnet cannot be specified multiple times"
        return refused(Refusal("InvalidConfigurationRequest", text), question, shown, _SOURCE)
    return passed(question, shown, _SOURCE)


def tags_fit(keys: Sequence[str], number: int) -> Check:
    """Each key once, fifty tags, none of AWS's own."""
    question = "may it have these tags?"
    twice = [key for key, count in Counter(keys).items() if count > 1]
    if twice:
        return refused(Refusal("DuplicateTagKeys", "Tag keys must be unique"), question, twice[0], _SOURCE)
    if any(key.lower().startswith("aws:") for key in keys):
        text = "Tag keys starting with 'aws:' are reserved for system use"
        return refused(Refusal(VALIDATION, text), question, ", ".join(keys), _SOURCE)
    if number > MOST_TAGS:
        text = f"The maximum number of tags is {MOST_TAGS}"
        return refused(Refusal("TooManyTags", text), question, f"{number} tags", _SOURCE)
    return passed(question, f"{number} tags", _SOURCE)


def port_free(world: World, listener: Listener) -> Check:
    """One listener a port."""
    question = "is the port free?"
    for each in world.listeners.values():
        same = (each.load_balancer_arn, each.port) == (listener.load_balancer_arn, listener.port)
        if same and each.arn != listener.arn:
            text = f"A listener already exists on this port for this load balancer '{listener.load_balancer_arn}'"
            return refused(Refusal("DuplicateListener", text), question, str(listener.port), _SOURCE)
    others = sum(each.load_balancer_arn == listener.load_balancer_arn for each in world.listeners.values())
    if others >= MOST_LISTENERS and listener.arn not in world.listeners:
        text = f"The maximum number of listeners has been reached on load balancer '{listener.load_balancer_arn}'"
        return refused(Refusal("TooManyListeners", text), question, str(others), "elb:quotas")
    return passed(question, str(listener.port), _SOURCE)


def speaks(listener: Listener) -> Check:
    """An Application Load Balancer speaks HTTP, or HTTPS with a certificate."""
    question, shown = "can it speak its protocol?", listener.protocol
    if listener.protocol not in ("HTTP", "HTTPS"):
        text = f"Listener protocol '{listener.protocol}' must be one of 'HTTPS, HTTP'"
        return refused(Refusal(VALIDATION, text), question, shown, _SOURCE)
    if listener.protocol == "HTTPS" and not listener.certificates:
        text = "A certificate must be specified for HTTPS listeners"
        return refused(Refusal(VALIDATION, text), question, shown, _SOURCE)
    if listener.protocol == "HTTP" and (listener.certificates or listener.ssl_policy):
        text = "Certificates and SSL policies cannot be specified for HTTP listeners"
        return refused(Refusal("InvalidConfigurationRequest", text), question, shown, _SOURCE)
    if listener.ssl_policy is not None and not listener.ssl_policy.startswith("ELBSecurityPolicy-"):
        text = f"SSL policy '{listener.ssl_policy}' not found"
        return refused(Refusal("SSLPolicyNotFound", text), question, listener.ssl_policy, _SOURCE)
    return passed(question, shown, _SOURCE)


def priorities_free(world: World, listener: Listener, asked: Mapping[str, int]) -> Check:
    """One rule a priority, after all rules of `asked` (by ARN) have theirs; a hundred rules of a load balancer."""
    question = "is the priority free?"
    rules = [each for each in world.listener_rules.values() if each.listener_arn == listener.arn]
    held = {each.arn: each.priority for each in rules} | dict(asked)
    twice = [priority for priority, number in Counter(held.values()).items() if number > 1]
    if twice:
        text = f"Priority '{twice[0]}' is currently in use"
        return refused(Refusal("PriorityInUse", text), question, str(twice[0]), _SOURCE)
    ours = {each.arn for each in world.listeners.values() if each.load_balancer_arn == listener.load_balancer_arn}
    number = sum(each.listener_arn in ours for each in world.listener_rules.values())
    if number >= MOST_RULES and any(arn not in world.listener_rules for arn in asked):
        text = f"The maximum number of rules has been reached on load balancer '{listener.load_balancer_arn}'"
        return refused(Refusal("TooManyRules", text), question, f"{number} rules", "elb:quotas")
    return passed(question, ", ".join(map(str, asked.values())), _SOURCE)


def actions_stand(world: World, actions: Sequence[Action], region: str, account: str) -> Check:
    """Whether everything that actions name is there, of the account and Region of the load balancer (argument 2)."""
    return all_of(*(_stands(world, action, region, account) for action in actions))


def _stands(world: World, action: Action, region: str, account: str) -> Check:
    match action:
        case Forward():
            return _groups_stand(world, action, region, account)
        case AuthenticateCognito():
            return _client_stands(world, action)
        case AuthenticateOidc():
            question = "has the action a client secret?"
            if action.client_secret is None:
                text = "A client secret must be specified"
                return refused(Refusal("InvalidLoadBalancerAction", text), question, action.client_id, _SOURCE)
            return passed(question, action.client_id, _SOURCE)
    return passed("does the action name anything?", "no", _SOURCE)


def _groups_stand(world: World, action: Forward, region: str, account: str) -> Check:
    question, shown = "are the target groups there?", ", ".join(arn for arn, _ in action.groups)
    if len(action.groups) > MOST_GROUPS_OF_ACTION:
        text = f"The maximum number of target groups of an action is {MOST_GROUPS_OF_ACTION}"
        return refused(
            Refusal("TooManyUniqueTargetGroupsPerLoadBalancer", text), question, str(len(action.groups)), "elb:quotas"
        )
    prefix = f":{region}:{account}:targetgroup/"
    for arn, _ in action.groups:
        if arn not in world.target_groups or prefix not in arn:
            text = "One or more target groups not found"
            return refused(Refusal("TargetGroupNotFound", text), question, arn, _SOURCE)
    return passed(question, shown, _SOURCE)


def _client_stands(world: World, action: AuthenticateCognito) -> Check:
    question, shown = "can the load balancer use the app client?", action.client_id
    client = world.clients.get(action.client_id)
    pool = next((each for each in world.user_pools.values() if each.arn == action.user_pool_arn), None)
    text = None
    if pool is None:
        text = f"The user pool '{action.user_pool_arn}' does not exist"
    elif client is None or client.pool_id != pool.id:
        text = f"The user pool client '{action.client_id}' does not exist"
    elif client.secret is None:
        text = "The user pool client must have a client secret"
    if text is not None:
        return refused(Refusal("InvalidLoadBalancerAction", text), question, shown, "elb:authenticate")
    return passed(question, shown, "elb:authenticate")


def kept_secret(action: AuthenticateOidc, before: Sequence[Action]) -> Decision[AuthenticateOidc]:
    """The action with the secret of the one that it replaces, which nobody is shown: where it may go to another
    endpoint, whoever modifies the rule reads it there."""
    question, source = "does it keep the client secret that was there?", f"{_SOURCE}§UseExistingClientSecret"
    old = next((each for each in before if isinstance(each, AuthenticateOidc)), None)
    if old is None:
        return decided(action, Step(question, "no", "there was none", source))
    same = (old.issuer, old.token_endpoint, old.client_id) == (action.issuer, action.token_endpoint, action.client_id)
    kept = replace(action, client_secret=old.client_secret)
    if same:
        return decided(kept, Step(question, "yes", "the same provider and client", source))
    keeps, found = choice(_SECRET) == "anywhere", f"sent to {action.token_endpoint} from now on"
    step = Step(question, "yes" if keeps else "no", found, source, Basis.ASSUMED, assumption=_SECRET)
    return decided(kept if keeps else action, step)


def group_deletable(world: World, group: TargetGroup) -> Check:
    """A target group that an action forwards to stays."""
    question = "does anything forward to it?"
    holders: list[Listener | ListenerRule] = [*world.listeners.values(), *world.listener_rules.values()]
    for holder in holders:
        named_in = [arn for each in holder.actions if isinstance(each, Forward) for arn, _ in each.groups]
        if group.arn in named_in:
            text = f"Target group '{group.arn}' is currently in use by a listener or a rule"
            return refused(Refusal("ResourceInUse", text), question, holder.arn, _SOURCE, answer="yes")
    return passed(question, "", _SOURCE, answer="no")


def balancer_deletable(balancer: LoadBalancer) -> Check:
    """A load balancer that is protected stays."""
    question = "is it protected?"
    if balancer.attributes.get(PROTECTED) == "true":
        text = f"Load balancer '{balancer.arn}' cannot be deleted because deletion protection is enabled"
        return refused(Refusal("OperationNotPermitted", text), question, PROTECTED, _SOURCE, answer="yes")
    return passed(question, PROTECTED, _SOURCE, answer="no")


def is_no_default(listener: Listener | None, done: str) -> Check:
    """A listener's default rule is not changed by itself; `listener` is the one whose default rule is meant."""
    question = "is it a listener's default rule?"
    if listener is None:
        return passed(question, "", _SOURCE, answer="no")
    text = f"Default rule '{default_rule_arn(listener)}' cannot be {done}"
    return refused(Refusal("OperationNotPermitted", text), question, listener.arn, _SOURCE, answer="yes")
