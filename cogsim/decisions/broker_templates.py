"""Values in the templates of a broker's rules: who somebody is and what they asked for becomes a policy, a tag, a name.

1. Values are put into the texts of the policy and the policy is written as JSON afterwards, so that a quotation mark
   in a value ends no text and begins no statement.
2. A value that holds `*`, `?`, `$`, a brace or a slash is refused: as part of a resource it would name more than one
   thing, or another thing than meant. So is an empty one, and one with control characters.
3. A broker that makes the mistake puts values into the written JSON as they are, and then neither holds.

# ug:variables
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cogsim.decision import Decision, Location, Refusal, Step, decided
from cogsim.frozen import thaw
from cogsim.world.broker import VARIABLE, Broker, BrokerRule

#: The code of everything that a broker refuses by itself.
BROKER_REFUSAL = "BrokerRefusal"
#: What a value must not hold that becomes part of a resource, a tag or a name.
_WIDENING = frozenset("*?${}/")
_SOURCE = "ug:variables"


def fill(rule: BrokerRule, member: str, text: str, values: Mapping[str, str]) -> Decision[str | Refusal]:
    """The text with its variables in place, or the broker's refusal of a value; `member` is the rule's property."""
    place = rule.origin.at(member)
    for name in VARIABLE.findall(text):
        refusal = _refused(name, values, place)
        if refusal is not None:
            return refusal
    filled = VARIABLE.sub(lambda match: values[match[1]], text)
    return decided(filled, Step(f"what is the {member} of the session?", filled, text, _SOURCE, location=place))


def fill_policy(broker: Broker, rule: BrokerRule, values: Mapping[str, str]) -> Decision[str | Refusal | None]:
    """The session policy as JSON, None where none is passed, or the broker's refusal of a value."""
    question, source = "which session policy is passed?", "ug:policies§session"
    if rule.policy is None or broker.makes("no-session-policy"):
        stated = rule.policy is not None
        place = broker.mistake_at("no-session-policy") if stated else rule.origin.location
        found = "the broker leaves it out" if stated else "the rule has none"
        return decided(None, Step(question, "none", found, source, location=place))
    place = rule.origin.at("Policy")
    for name in _variables(rule):
        missing = values.get(name) is None
        refusal = None if broker.makes("unescaped-substitution") and not missing else _refused(name, values, place)
        if refusal is not None:
            return refusal
    if broker.makes("unescaped-substitution"):
        place = broker.mistake_at("unescaped-substitution")
        text = VARIABLE.sub(lambda match: values[match[1]], _written(rule.policy))
        return decided(text, Step(question, text, "values are put in as they are", source, location=place))
    text = _written(_filled(rule.policy, values))
    return decided(text, Step(question, text, "values are checked and escaped", source, location=place))


def _variables(rule: BrokerRule) -> Iterator[str]:
    for member, text in rule.templates():
        yield from VARIABLE.findall(text) if member == "Policy" else ()


def _written(policy: Any) -> str:
    return json.dumps(thaw(policy), separators=(",", ":"), allow_nan=False)


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _filled(value[key], values) for key in value}
    if isinstance(value, tuple | list):
        return [_filled(each, values) for each in value]
    return VARIABLE.sub(lambda match: values[match[1]], value) if isinstance(value, str) else value


def _refused(name: str, values: Mapping[str, str], place: Location | None) -> Decision[Any] | None:
    """The refusal of the value called `name`, None where it can stand in a resource."""
    value, question = values.get(name), f"can {{{name}}} be put in?"
    if value is None:
        text, found = f"There is no {name.rpartition('.')[2]}.", "it has no value"
    elif not value or not value.isprintable():
        text, found = f"The {name.rpartition('.')[2]} is empty or holds control characters.", repr(value)
    elif widening := sorted(_WIDENING & set(value)):
        text, found = f"The {name.rpartition('.')[2]} must not hold {' '.join(widening)}.", value
    else:
        return None
    return decided(Refusal(BROKER_REFUSAL, text), Step(question, "no", found, _SOURCE, location=place, decides=True))
