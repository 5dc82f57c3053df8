"""Which session a custom identity broker gets for somebody: its own directory and rules, before AWS is asked anything.

1. A name and a password are one question with one refusal: which of them was wrong is not told.
2. Somebody disabled gets nothing, however good the password.
3. The tenant is the directory's. What the client says is heard where the broker's wishes name it, and nowhere else:
   a tenant out of a request is anybody's to choose.
4. A rule fits by group; the client may ask for another one that fits, and for none that does not.
5. The session bears the person's own name, so that `aws:userid` and the trail tell people apart.
6. A session policy that is too large is refused with the session; it is not left out.

Each mistake of `cogsim.world.broker.MISTAKES` takes one of these away, and its step cites the line that states it.
# ug:console-federation
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.broker_call import RULE, TENANT, Grant, call_of
from cogsim.decisions.broker_templates import BROKER_REFUSAL
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.persistent import Map
from cogsim.world.broker import Broker, BrokerPerson, BrokerRule

_SOURCE = "ug:console-federation"


def authenticate_person(broker: Broker, name: str, password: str) -> Decision[BrokerPerson | Refusal]:
    """The person of the directory whose password that is, and who may come in."""
    question = "does the directory know this name with this password?"
    person = broker.people.get(name)
    if person is None or not hmac.compare_digest(person.password.encode(), password.encode()):
        return refused(Refusal(BROKER_REFUSAL, "Unknown name or wrong password."), question, name, _SOURCE)
    known = Step(question, "yes", name, _SOURCE, location=person.origin.location)
    admitted = admit_person(broker, person)
    return decided(admitted.value or person, known, *admitted.steps)


def admit_person(broker: Broker, person: BrokerPerson) -> Check:
    """Whether the broker makes sessions for the person at all."""
    question, place = "is the person enabled?", person.origin.location
    if person.enabled:
        return passed(question, person.name, _SOURCE, location=place)
    mistake = "disabled-people-admitted"
    if broker.makes(mistake):
        return passed(question, person.name, _SOURCE, answer="not looked at", location=broker.mistake_at(mistake))
    return refused(Refusal(BROKER_REFUSAL, "The account is disabled."), question, person.name, _SOURCE, location=place)


def choose_session(broker: Broker, person: BrokerPerson, wishes: Mapping[str, str]) -> Decision[Grant | Refusal]:
    """What the broker asks AWS for in the name of `person`, who wants `wishes`; or its own refusal."""
    if broker.makes("long-term-keys"):
        place = broker.mistake_at("long-term-keys")
        return decided(
            Grant("", None), Step("what does one get?", "the broker's own keys", "", _SOURCE, location=place)
        )
    chosen = _rule(broker, person, wishes.get(RULE))
    if isinstance(chosen.value, Refusal):
        return decided(chosen.value, *chosen.steps)
    values = values_of(broker, person, wishes)
    if isinstance(values.value, Refusal):
        return decided(values.value, *values.steps, after=chosen.steps)
    granted = call_of(broker, chosen.value, values.value, wishes)
    return decided(granted.value, *granted.steps, after=(*chosen.steps, *values.steps))


def _rule(broker: Broker, person: BrokerPerson, wanted: str | None) -> Decision[BrokerRule | Refusal]:
    question, fitting = "which rule fits?", broker.rules_of(person)
    for rule in fitting:
        if wanted in (None, rule.name):
            groups = ", ".join(rule.groups) or "everybody"
            found = f"for {groups}" if wanted is None else f"for {groups}, asked for"
            facts = (("rule", rule.name),)
            place = rule.origin.location
            return decided(rule, Step(question, rule.name, found, _SOURCE, location=place, facts=facts))
    text = "No rule gives this person a session." if wanted is None else f"No rule gives this person {wanted!r}."
    found, place = f"groups {', '.join(person.groups) or 'none'}", broker.origin.at("Rules")
    return refused(Refusal(BROKER_REFUSAL, text), question, found, _SOURCE, answer="none", location=place)


def values_of(broker: Broker, person: BrokerPerson, wishes: Mapping[str, str]) -> Decision[Map[str, str] | Refusal]:
    """What the variables of templates stand for."""
    values = {"user": person.name, **{f"attributes.{name}": person.attributes[name] for name in person.attributes}}
    tenant, place, found = person.tenant, person.origin.location, "the directory's"
    if broker.makes("client-chooses-tenant") and TENANT in wishes:
        tenant, place, found = wishes[TENANT], broker.mistake_at("client-chooses-tenant"), "as the client asks"
    if tenant is not None:
        values["tenant"] = tenant
    steps = [Step("whose tenant is it?", tenant or "none", found, _SOURCE, location=place)]
    for name, choices in broker.wishes.items():
        if name not in wishes:
            continue
        where, question = broker.origin.at(f"Wishes.{name}"), f"may the client ask for this {name}?"
        if choices and wishes[name] not in choices:
            refusal = Refusal(BROKER_REFUSAL, f"The {name} is one of {', '.join(choices)}.")
            return decided(refusal, *steps, *refused(refusal, question, wishes[name], _SOURCE, location=where).steps)
        values[f"wish.{name}"] = wishes[name]
        steps.append(Step(question, "yes", wishes[name], _SOURCE, location=where))
    return decided(Map(values), *steps)
