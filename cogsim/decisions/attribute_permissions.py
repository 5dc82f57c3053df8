"""Which attributes an app client may read and write.

The lists of the client decide; an operator's signed call is not bound by them. What no client may ever write: `sub`,
the verified flags, `identities`, developer attributes. Otherwise a user could declare a stranger's address her own.
"""

from __future__ import annotations

from collections.abc import Iterable

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Step, decided
from cogsim.decisions.refusals import UNAUTHORIZED_ATTRIBUTE, Check, passed, refused
from cogsim.world.user_pool import STANDARD_ATTRIBUTES, UserPool
from cogsim.world.user_pool_client import UserPoolClient

#: What no app client can write, whatever its lists say. # idp:app-clients §attribute-permissions
NEVER_WRITABLE = frozenset({"sub", "email_verified", "phone_number_verified", "identities"})

_DEFAULT = "cognito.defaultAttributePermissions"
_SOURCE = "idp:app-clients§attribute-permissions"


def readable(pool: UserPool, client: UserPoolClient) -> Decision[frozenset[str]]:
    """The names of the attributes that `client` may read: they reach its ID tokens and GetUser."""
    question, place = "which attributes may the client read?", client.origin.at("ReadAttributes")
    if client.read_attributes:
        names = frozenset(client.read_attributes)
        return decided(names, Step(question, "those listed", ", ".join(sorted(names)), _SOURCE, location=place))
    standard = choice(_DEFAULT) == "standard-only"
    names = frozenset(STANDARD_ATTRIBUTES if standard else pool.attribute_names)
    answer = "the standard ones" if standard else "all"
    step = Step(question, answer, "ReadAttributes is not set", _SOURCE, Basis.ASSUMED, place, _DEFAULT)
    return decided(names, step)


def writable(pool: UserPool, client: UserPoolClient) -> Decision[frozenset[str] | None]:
    """The names that `client` may write, or None for all but those that no client may."""
    question, place = "which attributes may the client write?", client.origin.at("WriteAttributes")
    if client.write_attributes:
        names = frozenset(client.write_attributes) - NEVER_WRITABLE
        return decided(names, Step(question, "those listed", ", ".join(sorted(names)), _SOURCE, location=place))
    if choice(_DEFAULT) == "standard-only":
        names = frozenset(STANDARD_ATTRIBUTES) - NEVER_WRITABLE
        found = "WriteAttributes is not set"
        step = Step(question, "the standard ones", found, _SOURCE, Basis.ASSUMED, place, _DEFAULT)
        return decided(names, step)
    step = Step(question, "all", "WriteAttributes is not set", _SOURCE, Basis.ASSUMED, place, _DEFAULT)
    return decided(None, step)


def may_write(pool: UserPool, client: UserPoolClient, names: Iterable[str]) -> Check:
    """Whether `client` may write every attribute of `names`; the step names the first that it may not."""
    names = tuple(names)
    allowed = writable(pool, client)
    assumption = next(iter(allowed.assumptions), None)
    place = client.origin.at("WriteAttributes")
    for name in names:
        question = f"may the client write {name}?"
        if name in NEVER_WRITABLE or name.startswith("dev:"):
            return refused(UNAUTHORIZED_ATTRIBUTE, question, "no client may", _SOURCE, facts=(("attribute", name),))
        if allowed.value is not None and name not in allowed.value:
            found = f"WriteAttributes: {', '.join(client.write_attributes or ('not set',))}"
            fact = (("attribute", name),)
            return refused(
                UNAUTHORIZED_ATTRIBUTE, question, found, _SOURCE, location=place, assumption=assumption, facts=fact
            )
    found = f"WriteAttributes: {', '.join(client.write_attributes or ('not set',))}"
    question = f"may the client write {', '.join(names) or 'no attributes'}?"
    facts = tuple(("attribute", name) for name in names)
    return passed(question, found, _SOURCE, location=place, assumption=assumption, facts=facts, decides=bool(names))
