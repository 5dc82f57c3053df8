"""A declared Lambda trigger: rules over the event, of which the first that fits answers.

A rule is a value in the world, so static answers apply the very function that a running cloud applies. What it says:

1. `When` names paths of the event (`request.userAttributes.email`, `request.session.-1.challengeResult`,
   `request.session.length`), each with a value to equal or a mapping of operators, all of which must hold. A path that
   is not there, or null, meets only `exists: false`, `not` of something, or a comparison with null.
2. `Response` is laid over the event's response, field by field; `Throw` fails as a function's exception does.
3. Where no rule fits the function returns the event as it came.
4. A text may hold `${path}`: alone it is the value itself, inside a text it is written out. A path that is not there
   makes the function fail: nothing is answered by a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Location, Refusal, Step, decided
from cogsim.frozen import thaw
from cogsim.patterns import fullmatch
from cogsim.world.pool_members import Trigger, TriggerRule
from cogsim.world.trigger_shapes import TEMPLATE, canonical_function, function_name
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

_ABSENT = object()


class UndefinedError(Exception):
    """A template speaks of a path that the event does not have."""


def find_trigger(world: World, arn: str) -> Trigger | None:
    """The declared function behind an ARN, whatever version or alias it names; or one declared by its bare name."""
    found = world.triggers.get(canonical_function(arn))
    name = function_name(arn)
    return found or (world.triggers.get(name) if name else None)


def failed(trigger: str, message: str) -> Refusal:
    """What a client reads when a function throws. # idp:errors §lambda"""
    return Refusal("UserLambdaValidationException", f"{trigger} failed with error {message}.")


def not_invoked(trigger: str, error: str) -> Refusal:
    """What a client reads when a function cannot be invoked. # idp:errors §lambda"""
    return Refusal("UnexpectedLambdaException", f"{trigger} invocation failed due to error {error}.")


def undescribed(pool: UserPool, trigger: str, function_arn: str) -> Decision[Any] | None:
    """The refusal of a function that nothing describes, where a call made the pool: no such function is in the world,
    so nobody let user pools invoke it. None for a pool that was described beforehand: what its function does is unknown
    then, and not nothing."""
    described = bool(pool.origin.stack or pool.origin.location or not pool.created)
    if described or choice("cognito.undeclaredFunction") == "not-modelled":
        return None
    refusal = not_invoked(trigger, "AccessDeniedException")
    question = f"what does the {trigger} function answer?"
    answer, found = "nothing: it is not reached", f"{function_arn} is not in the world"
    assumed = ("idp:errors", Basis.ASSUMED, None, "cognito.undeclaredFunction")
    return decided(refusal, Step(question, answer, found, *assumed, decides=True))


def apply(trigger: Trigger, name: str, event: Mapping[str, Any]) -> Decision[Mapping[str, Any] | Refusal]:
    """What the declared function, fired as the trigger `name`, answers to `event`: the response as it leaves it, or the
    refusal where it throws."""
    total = len(trigger.rules)
    for number, rule in enumerate(trigger.rules, 1):
        try:
            if not fits(rule, event):
                continue
            found, place = f"{event['triggerSource']}: rule {number} of {total}", rule.origin.location
            if rule.unreachable:
                refusal = not_invoked(name, rule.error or "")
                return decided(refusal, step(name, "nothing: it is not reached", found, place, decides=True))
            if rule.error is not None:
                return _thrown(name, str(filled(rule.error, event)), found, place)
            laid = {field: filled(value, event) for field, value in rule.response.items()}
        except UndefinedError as error:
            found = f"{event['triggerSource']}: rule {number} of {total}"
            return _thrown(name, f"{error} is undefined", found, rule.origin.location)
        response = {**event["response"], **laid}
        return decided(response, step(name, spoken(laid), found, place))
    found = f"{event['triggerSource']}: none of {total} rules fits"
    return decided(dict(event["response"]), step(name, spoken({}), found, trigger.origin.location))


def _thrown(name: str, message: str, found: str, place: Location | None) -> Decision[Any]:
    refusal = failed(name, message)
    return decided(refusal, step(name, "an error", found, place, decides=True))


def step(trigger: str, answer: str, found: str, place: Location | None, *, decides: bool = False) -> Step:
    """The record of one firing."""
    question = f"what does the {trigger} trigger answer?"
    return Step(question, answer, found, "idp:triggers", location=place, decides=decides)


def spoken(response: Mapping[str, Any]) -> str:
    """A response as a step tells it: truth values and the names of challenges are said, of all else only that it is
    there, for it may hold what only the user should read."""
    told = []
    for field in sorted(response):
        value = response[field]
        if value is None:
            continue
        said = isinstance(value, bool) or field in ("challengeName", "finalUserStatus")
        told.append(f"{field} {str(value).lower() if isinstance(value, bool) else value}" if said else field)
    return ", ".join(told) or "nothing"


# Paths and templates


def paths_read(trigger: Trigger) -> tuple[str, ...]:
    """The paths of the event that the rules look at, in conditions and templates, sorted."""
    found: set[str] = set()
    for rule in trigger.rules:
        found.update(rule.when)
        for value in (rule.when, rule.response, rule.error):
            found.update(_templates(value))
    return tuple(sorted(found))


def _templates(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from TEMPLATE.findall(value)
    elif isinstance(value, Mapping):
        for key in value:
            yield from _templates(value[key])
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _templates(each)


def value_at(path: str, event: Mapping[str, Any]) -> Any:
    """The value at a dotted path; a number counts into a list (from its end where negative), `length` is its size."""
    found: Any = event
    for part in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(part, _ABSENT)
        elif isinstance(found, list | tuple) and part == "length":
            found = len(found)
        elif isinstance(found, list | tuple) and re.fullmatch(r"-?\d{1,6}", part):
            number = int(part)
            found = found[number] if -len(found) <= number < len(found) else _ABSENT
        else:
            return _ABSENT
    return found


def filled(value: Any, event: Mapping[str, Any]) -> Any:
    """A frozen value as plain JSON, its templates replaced by what the event holds."""
    if isinstance(value, str):
        return _filled_text(value, event)
    if isinstance(value, Mapping):
        return {key: filled(value[key], event) for key in sorted(value)}
    if isinstance(value, tuple | list):
        return [filled(each, event) for each in value]
    return value


def _filled_text(text: str, event: Mapping[str, Any]) -> Any:
    whole = TEMPLATE.fullmatch(text)
    if whole is not None:
        return thaw(_defined(whole[1], event))
    return TEMPLATE.sub(lambda match: _written(_defined(match[1], event)), text)


def _defined(path: str, event: Mapping[str, Any]) -> Any:
    value = value_at(path, event)
    if value is _ABSENT or value is None:
        raise UndefinedError(path)
    return value


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# Conditions


def fits(rule: TriggerRule, event: Mapping[str, Any]) -> bool:
    """Whether every condition of the rule holds of the event; UndefinedError where a template speaks of nothing."""
    return all(_holds(path, condition, event) for path, condition in rule.when.items())


def _holds(path: str, condition: Any, event: Mapping[str, Any]) -> bool:
    return _meets(value_at(path, event), condition, event)


def _meets(value: Any, condition: Any, event: Mapping[str, Any]) -> bool:
    if not isinstance(condition, Mapping):
        return _equals(value, filled(condition, event))
    return all(OPERATORS[name](value, condition[name], event) for name in sorted(condition))


def _equals(value: Any, wanted: Any) -> bool:
    """Equality of JSON values: true is not 1, and what is not there is null."""
    value = None if value is _ABSENT else value
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return bool(thaw(value) == wanted)


def _text_operator(test: Callable[[str, str], bool]) -> Callable[[Any, Any, Mapping[str, Any]], bool]:
    def holds(value: Any, wanted: Any, event: Mapping[str, Any]) -> bool:
        return isinstance(value, str) and test(value, str(filled(wanted, event)))

    return holds


def _number_operator(test: Callable[[float, float], bool]) -> Callable[[Any, Any, Mapping[str, Any]], bool]:
    def holds(value: Any, wanted: Any, event: Mapping[str, Any]) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and test(value, wanted)

    return holds


def _contains(value: Any, wanted: Any, event: Mapping[str, Any]) -> bool:
    sought = filled(wanted, event)
    if isinstance(value, str):
        return isinstance(sought, str) and sought in value
    return isinstance(value, list | tuple | Mapping) and any(_equals(each, sought) for each in value)


def _present(value: Any, wanted: Any, event: Mapping[str, Any]) -> bool:
    return (value is not _ABSENT and value is not None) is wanted


#: The operators of a condition; those of texts are met by texts only, and regular expressions match the whole.
OPERATORS: Mapping[str, Callable[[Any, Any, Mapping[str, Any]], bool]] = {
    "at_least": _number_operator(lambda value, wanted: value >= wanted),
    "at_most": _number_operator(lambda value, wanted: value <= wanted),
    "contains": _contains,
    "equals": lambda value, wanted, event: _equals(value, filled(wanted, event)),
    "exists": _present,
    "in": lambda value, wanted, event: any(_equals(value, filled(each, event)) for each in wanted),
    "matches": lambda value, wanted, event: (
        isinstance(value, str) and fullmatch(wanted, value, across_lines=True) is not None
    ),
    "not": lambda value, wanted, event: not _meets(value, wanted, event),
    "prefix": _text_operator(str.startswith),
    "suffix": _text_operator(str.endswith),
}
