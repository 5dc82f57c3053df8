"""What a client may say to a broker, for answers that must not depend on what one happens to say.

A person can use each of their rules with every value that the broker offers to choose from. Where the broker makes a
mistake, they can use that too: another's tenant or name, a value that ends a text of the policy, one so long that the
policy is dropped. What is true of all of these is true of the person; free text is tried with one word, and said to be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from cogsim.decision import Refusal, Step
from cogsim.decisions.broker_call import RULE, SESSION_NAME, TENANT
from cogsim.decisions.broker_choice import values_of
from cogsim.decisions.broker_templates import fill
from cogsim.persistent import Map
from cogsim.world.broker import VARIABLE, Broker, BrokerPerson, BrokerRule

#: The word that stands for any harmless one.
ANY_WORD = "any-word"
#: Values that reach beyond the text they are put into: a wildcard, another resource of a list, another statement.
HOSTILE = (
    "*",
    'x","arn:aws:s3:::*',
    'x"},{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::*',
)
#: Longer than any session policy may be.
_TOO_LONG = "x" * 2048
#: Beyond so many others of a directory, their names are not all tried.
_MOST_OTHERS = 20


@dataclass(frozen=True, slots=True)
class Request:
    """What a client says; `text` tells it apart from what others say, `open_steps` what stays open behind it."""

    wishes: Map[str, str]
    text: str = ""
    open_steps: tuple[Step, ...] = ()


def requests_of(broker: Broker, person: BrokerPerson) -> Iterator[Request]:
    """Every request of the person that could end in another session; at least one, the plain one first."""
    rules = broker.rules_of(person)
    if not rules or broker.makes("long-term-keys"):
        yield Request(Map())
        return
    for number, rule in enumerate(rules):
        named: dict[str, str] = {} if number == 0 else {RULE: rule.name}
        for chosen in product(*_choices(broker, person, rule)):
            said = {name: value for name, value in chosen if value is not None}
            yield Request(Map({**named, **said}), _told({**named, **said}), _open(broker, said))


def _choices(broker: Broker, person: BrokerPerson, rule: BrokerRule) -> Iterator[list[tuple[str, str | None]]]:
    """For each thing that the rule hears, what can be said of it; None for nothing."""
    used = {name for _, text in rule.templates() for name in VARIABLE.findall(text)}
    for name, offered in broker.wishes.items():
        if f"wish.{name}" in used:
            yield [(name, value) for value in offered or (ANY_WORD, *_hostile(broker))]
    if "tenant" in used and broker.makes("client-chooses-tenant"):
        tenants = {each.tenant for each in broker.people.values() if each.tenant and each.tenant != person.tenant}
        hostile = HOSTILE if broker.makes("unescaped-substitution") else ()
        yield [(TENANT, None), *((TENANT, tenant) for tenant in (*sorted(tenants), *hostile))]
    if broker.makes("client-chooses-session-name"):
        yield [(SESSION_NAME, None), *((SESSION_NAME, name) for name in _names_of_others(broker, person, rule))]


def _names_of_others(broker: Broker, person: BrokerPerson, rule: BrokerRule) -> Iterator[str]:
    """The names that the rule gives the sessions of others."""
    for other in [each for each in broker.people.values() if each.name != person.name][:_MOST_OTHERS]:
        values = values_of(broker, other, Map())
        if not isinstance(values.value, Refusal):
            name = fill(rule, "SessionName", rule.session_name, values.value).value
            if isinstance(name, str):
                yield name


def _hostile(broker: Broker) -> tuple[str, ...]:
    found: tuple[str, ...] = HOSTILE if broker.makes("unescaped-substitution") else ()
    return (*found, _TOO_LONG) if broker.makes("large-policy-omitted") else found


def _told(said: dict[str, str]) -> str:
    parts = [f"{name.replace('_', ' ')} {_short(said[name])}" for name in sorted(said) if said[name] != ANY_WORD]
    return f"asking for {', '.join(parts)}" if parts else ""


def _short(value: str) -> str:
    return value if len(value) <= 80 else f"of {len(value)} characters"


def _open(broker: Broker, said: dict[str, str]) -> tuple[Step, ...]:
    """A step for each free text that was tried with one word, and one where not everybody's name was tried."""
    steps = [
        Step(
            f"which {name} does the client ask for?",
            f"any; tried as {ANY_WORD!r}",
            "the broker offers no list to choose from",
            "ug:console-federation",
            location=broker.origin.at(f"Wishes.{name}"),
            facts=(("unresolved", f"{{wish.{name}}}"),),
        )
        for name in sorted(said)
        if said[name] == ANY_WORD
    ]
    if broker.makes("client-chooses-session-name") and len(broker.people) > _MOST_OTHERS + 1:
        place = broker.mistake_at("client-chooses-session-name")
        question, facts = "which session name does the client ask for?", (("unresolved", "{session_name}"),)
        found = f"{_MOST_OTHERS} of {len(broker.people)} names tried"
        steps.append(Step(question, "any", found, "ug:console-federation", location=place, facts=facts))
    return tuple(steps)
