"""What a call of the API names, and what it requires there. # sar:elasticloadbalancing"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from cogsim.arn import Arn
from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement
from cogsim.decisions.caller import caller_account
from cogsim.decisions.load_balancer_configuration import default_rule_arn
from cogsim.errors import AwsError, InvalidValue
from cogsim.persistent import Map
from cogsim.world.load_balancer import Listener, ListenerRule, LoadBalancer, TargetGroup

P = ParamSpec("P")
T = TypeVar("T")
Noun = TypeVar("Noun", LoadBalancer, Listener, ListenerRule, TargetGroup)
#: What has a name.
Called = TypeVar("Called", LoadBalancer, TargetGroup)
Tagged = LoadBalancer | Listener | ListenerRule | TargetGroup

VALIDATION = "ValidationError"
PREFIX = "elasticloadbalancing"
_PAGE = 400
#: What a call is told that names nothing there is, by the kind of thing.
_MISSING = {
    "loadbalancer": ("LoadBalancerNotFound", "Load balancers '[{}]' not found"),
    "listener": ("ListenerNotFound", "One or more listeners not found"),
    "listener-rule": ("RuleNotFound", "One or more rules not found"),
    "targetgroup": ("TargetGroupNotFound", "One or more target groups not found"),
}

_WORDS = {
    "loadbalancer": "load balancer",
    "listener": "listener",
    "listener-rule": "listener rule",
    "targetgroup": "target group",
}


def validated(function: Callable[P, T]) -> Callable[P, T]:
    """The function, with what breaks a noun's rule refused as the API refuses it."""

    @wraps(function)
    def call(*given: P.args, **named: P.kwargs) -> T:
        try:
            return function(*given, **named)
        except InvalidValue as error:
            code = "InvalidLoadBalancerAction" if error.path in ("Actions", "DefaultActions") else VALIDATION
            raise AwsError(code, str(error)) from None

    return call


def arn_of(ctx: CallContext, resource: str) -> str:
    """An ARN of the caller's account in the Region."""
    return f"arn:{ctx.partition}:{PREFIX}:{ctx.region}:{caller_account(ctx.caller)}:{resource}"


def is_here(ctx: CallContext, arn: str) -> bool:
    """Whether something stands in the caller's account and the Region of the call."""
    return arn.startswith(arn_of(ctx, ""))


def kind_of(arn: str) -> str:
    """`loadbalancer`, `listener`, `listener-rule` or `targetgroup`; a ValidationError for what is no ARN of one."""
    parsed = Arn.try_parse(arn)
    kind = parsed.resource.partition("/")[0] if parsed is not None and parsed.service == PREFIX else ""
    if kind not in _MISSING:
        raise AwsError(VALIDATION, f"'{arn}' is not a valid ARN")
    return kind


def tables(ctx: CallContext) -> dict[str, Map[str, Any]]:
    """What there is, by its kind."""
    world = ctx.world
    return {
        "loadbalancer": world.load_balancers,
        "listener": world.listeners,
        "listener-rule": world.listener_rules,
        "targetgroup": world.target_groups,
    }


def find(ctx: CallContext, arn: str, kind: str) -> Any:
    """The noun of that kind; AWS's error where there is none here."""
    if kind_of(arn) != kind:
        raise AwsError(VALIDATION, f"'{arn}' is not a valid {_WORDS[kind]} ARN")
    noun = tables(ctx)[kind].get(arn) if is_here(ctx, arn) else None
    if noun is None:
        raise missing(kind, arn)
    return noun


def missing(kind: str, named: str) -> AwsError:
    """What a call is told that names nothing there is."""
    code, text = _MISSING[kind]
    return AwsError(code, text.format(named))


def all_here(ctx: CallContext, nouns: Map[str, Noun]) -> list[Noun]:
    """What there is of a kind in the caller's account and the Region, by ARN."""
    return [noun for noun in nouns.values() if is_here(ctx, noun.arn)]


def those_named(
    ctx: CallContext, nouns: Map[str, Called], kind: str, arns: Sequence[str] | None, names: Sequence[str] | None
) -> list[Called]:
    """What there is of a kind here that is named by ARN or by name, all of it where nothing is named; AWS's error for
    what is not there."""
    every = all_here(ctx, nouns)
    held = {noun.name for noun in every}
    for name in names or ():
        if name not in held:
            raise missing(kind, name)
    if not arns and not names:
        return every
    wanted = {find(ctx, arn, kind).arn for arn in arns or ()}
    return [noun for noun in every if noun.arn in wanted or noun.name in (names or ())]


def page(nouns: Sequence[Noun], marker: str | None, size: int | None) -> tuple[Sequence[Noun], dict[str, str]]:
    """The nouns after the marker, which names the last one of its page, and the marker to go on from."""
    start = 0
    if marker is not None:
        last = _unmarked(marker)
        arns = [noun.arn for noun in nouns]
        if last not in arns:
            raise AwsError(VALIDATION, f"Invalid marker '{marker}'")
        start = arns.index(last) + 1
    shown = nouns[start : start + (size or _PAGE)]
    if start + len(shown) >= len(nouns):
        return shown, {}
    return shown, {"NextMarker": base64.urlsafe_b64encode(shown[-1].arn.encode()).decode()}


def _unmarked(marker: str) -> str:
    try:
        return base64.b64decode(marker.encode("ascii"), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def owned_tags(ctx: CallContext, arn: str) -> dict[str, Any]:
    """The condition keys that the tags of a resource are; those of a listener's default rule are the listener's."""
    parsed = Arn.try_parse(arn)
    kind = parsed.resource.partition("/")[0] if parsed is not None else ""
    noun: Tagged | None = tables(ctx).get(kind, Map()).get(arn)
    tags = noun.tags.items() if noun is not None else ()
    return {f"{key}:ResourceTag/{name}": value for name, value in tags for key in ("aws", PREFIX)}


def asked_tags(params: Params) -> dict[str, Any]:
    """The condition keys of tags that a request brings or names."""
    tags: Sequence[Mapping[str, str]] = params.get("Tags") or ()
    names = tuple(params.get("TagKeys") or ()) or tuple(tag["Key"] for tag in tags)
    keys: dict[str, Any] = {f"aws:RequestTag/{tag['Key']}": tag.get("Value", "") for tag in tags}
    return {**keys, "aws:TagKeys": names} if names else keys


def on(action: str, *members: str, keys: Callable[[Params], dict[str, Any]] | None = None) -> Any:
    """What an operation on the resources that `members` name requires: the action on each."""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        own = {**asked_tags(params), **(keys(params) if keys is not None else {})}
        named = [arn for member in members for arn in _listed(params.get(member))]
        needed = [Requirement(f"{PREFIX}:{action}", arn, {**own, **owned_tags(ctx, arn)}) for arn in named]
        return (*needed, *cognito(params))

    return requires


def creating(action: str, resource: Callable[[CallContext, Params], str], below: str | None = None, **keys: str) -> Any:
    """What making something requires: the action on what it will be, or on `below` which it stands, and AddTags where
    it comes with tags. `keys` are condition keys by the members that give them."""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        own = {f"{PREFIX}:{key}": _value(params[member]) for key, member in keys.items() if params.get(member)}
        made = arn_of(ctx, resource(ctx, params))
        target = params[below] if below is not None else made
        context = {**asked_tags(params), **own, **owned_tags(ctx, target)}
        needed = [Requirement(f"{PREFIX}:{action}", target, context), *cognito(params)]
        if params.get("Tags"):
            tagging = {**asked_tags(params), f"{PREFIX}:CreateAction": action}
            needed.append(Requirement(f"{PREFIX}:AddTags", made, tagging))
        return tuple(needed)

    return requires


def cognito(params: Params) -> Iterable[Requirement]:
    """Whoever sets up sign-in at a user pool must be allowed to see its client. # elb:authenticate"""
    for action in (*(params.get("Actions") or ()), *(params.get("DefaultActions") or ())):
        config = action.get("AuthenticateCognitoConfig") or {}
        if config.get("UserPoolArn"):
            yield Requirement("cognito-idp:DescribeUserPoolClient", config["UserPoolArn"])


def describing(action: str) -> Any:
    """Reading operations know no resources."""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        return (Requirement(f"{PREFIX}:{action}", wildcard_only=True),)

    return requires


def _listed(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,) if isinstance(value, str) else ()


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def default_rule(ctx: CallContext, arn: str) -> Listener | None:
    """The listener whose default rule has the ARN."""
    return next((each for each in all_here(ctx, ctx.world.listeners) if default_rule_arn(each) == arn), None)
