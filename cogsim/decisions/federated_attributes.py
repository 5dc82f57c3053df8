"""What an external sign-in makes of a user's attributes: the provider's claims by the pool's mapping, each time anew.

1. A claim that is there replaces the attribute, and an empty one clears it; one that is not there changes nothing.
2. A new profile has every attribute that the pool requires, or none is made.
3. An attribute that cannot be changed stops the sign-in that would change it; one that the client may not write is
   passed over, or stops it.
4. An address is verified where the provider's word for it is mapped, and only then. A verified one becomes a name to
   sign in and to recover an account by: whoever maps that word lets the provider say whose address it is.
5. Several values become one text, `[a,b]`. # idp:attribute-mapping
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.attribute_permissions import NEVER_WRITABLE, writable
from cogsim.decisions.attribute_values import check_mutable, check_values, missing_required
from cogsim.decisions.refusals import UNSEEN_TEXTS, Check, after, all_of, passed, refused
from cogsim.decisions.usernames import holder
from cogsim.persistent import Map
from cogsim.world.pool_members import UserPoolIdentityProvider
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

_SOURCE = "idp:attribute-mapping"
_UNWRITABLE, _ALIAS, _NAMES = (
    "cognito.unwritableMapping",
    "cognito.federatedAlias",
    "cognito.inboundAttributeNames",
)
_FLAGS = {"email": "email_verified", "phone_number": "phone_number_verified"}


@dataclass(frozen=True, slots=True)
class Profile:
    """The attributes after a sign-in, and the aliases that it takes from others (attribute to value)."""

    attributes: Map[str, str]
    taken: Mapping[str, str]


def mapped_attributes(provider: UserPoolIdentityProvider, claims: Mapping[str, Any]) -> Decision[dict[str, str]]:
    """The pool's attributes that the claims give; the username comes of the subject and of no mapping."""
    mapping = {name: provider.mapping[name] for name in sorted(provider.mapping) if name != "username"}
    given = {name: text_of(claims[claim]) for name, claim in mapping.items() if claims.get(claim) is not None}
    absent = ", ".join(name for name in mapping if name not in given)
    found = f"{', '.join(sorted(claims)) or 'no claims'}{f'; without {absent}' if absent else ''}"
    step = Step("which attributes does the provider give?", ", ".join(given) or "none", found, _SOURCE)
    return decided(given, step)


def text_of(value: Any) -> str:
    """A claim as an attribute's text (argument 5)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{','.join(_in_list(text_of(each)) for each in value)}]" if value else ""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _in_list(text: str) -> str:
    """One of several values: what is no letter, digit or one of `.-*_` is encoded as in a form."""
    return quote_plus(text, safe="*").replace("~", "%7E")


def from_function(
    provider: UserPoolIdentityProvider, response: Mapping[str, Any], claims: Mapping[str, Any], given: dict[str, str]
) -> Decision[dict[str, str]]:
    """The attributes after the pool's function looked at the claims: what it returns stands in their place, nothing
    leaves them as they are. # idp:inbound-federation"""
    question, returned = "what does the function make of the claims?", response.get("userAttributesToMap")
    if not returned:
        return decided(given, Step(question, "they stay", "nothing returned", "idp:inbound-federation"))
    if choice(_NAMES) == "attributes":
        kept = {name: str(value) for name, value in sorted(returned.items()) if name != "username"}
        told = passed(question, ", ".join(kept), "idp:inbound-federation", answer="its own", assumption=_NAMES)
        return Decision(kept, told.steps)
    named = passed(question, ", ".join(sorted(returned)), "idp:inbound-federation", answer="its own", assumption=_NAMES)
    mapped = mapped_attributes(provider, returned)
    return Decision(mapped.value, named.steps + mapped.steps)


def profile_of(
    world: World,
    pool: UserPool,
    client: UserPoolClient,
    user: PoolUser | None,
    name: str,
    given: Mapping[str, str],
) -> Decision[Profile | Refusal]:
    """The attributes of `user` (None: of a new profile called `name`) after the provider gave `given`."""
    held = user.attributes if user else Map()
    changes = {key: value for key, value in sorted(given.items()) if held.get(key, "") != value}
    allowed = _writable(pool, client, changes)
    if isinstance(allowed.value, Refusal):
        return Decision(allowed.value, allowed.steps)
    changes = allowed.value
    checked = after(allowed, _check_changes(pool, user, changes))
    if checked.value is not None:
        return checked
    attributes = _changed(held, changes, given)
    checked = after(checked, _check_complete(pool, user, attributes))
    if checked.value is not None:
        return checked
    taken = after(checked, _aliases(world, pool, user.username if user else name, attributes))
    if isinstance(taken.value, Refusal):
        return taken
    step = Step("what changes in the profile?", ", ".join(changes) or "nothing", name, _SOURCE, decides=True)
    return decided(Profile(attributes, taken.value), step, after=taken.steps)


def _writable(pool: UserPool, client: UserPoolClient, changes: Mapping[str, str]) -> Decision[dict[str, str] | Refusal]:
    """The changes that the client may make (argument 3); verified flags are the mapping's to give, not the client's."""
    allowed = writable(pool, client)
    place, question = client.origin.at("WriteAttributes"), "may the client write what is mapped?"
    flags = NEVER_WRITABLE & set(_FLAGS.values())
    barred = [key for key in changes if allowed.value is not None and key not in allowed.value | flags]
    if not barred:
        step = Step(question, "yes", ", ".join(changes) or "nothing", _SOURCE, location=place)
        return decided(dict(changes), step, after=allowed.steps)
    found = ", ".join(barred)
    if choice(_UNWRITABLE) == "refused":
        refusal = Refusal("invalid_request", f"Invalid attributes: {found}")
        said = refused(refusal, question, found, _SOURCE, location=place, assumption=_UNWRITABLE)
        return after(allowed, said)
    told = passed(question, found, _SOURCE, answer="not these", location=place, assumption=_UNWRITABLE)
    kept = {key: value for key, value in changes.items() if key not in barred}
    return Decision(kept, allowed.steps + told.steps)


def _check_changes(pool: UserPool, user: PoolUser | None, changes: Mapping[str, str]) -> Check:
    """Whether the changes may be made: their form, and whether they can be changed (argument 3)."""
    wide = [key for key, value in changes.items() if any(ord(character) > 0xFFFF for character in value)]
    if wide:
        refusal = Refusal("invalid_request", f"Invalid characters in {wide[0]}")
        question = "are there no characters beyond the basic plane?"
        return refused(refusal, question, wide[0], "idp:saml-things", assumption=UNSEEN_TEXTS)
    fixed = check_mutable(pool, changes) if user is not None else passed("is it a new profile?", "yes", _SOURCE)
    checked = all_of(fixed, check_values(pool, changes))
    if isinstance(checked.value, Refusal):
        return Decision(Refusal("invalid_request", checked.value.message), checked.steps)
    return checked


def _changed(held: Map[str, str], changes: Mapping[str, str], given: Mapping[str, str]) -> Map[str, str]:
    """The attributes after the changes; a new address is unverified unless the provider's word for it is mapped."""
    attributes = held
    for name in sorted(changes):
        attributes = attributes.set(name, changes[name]) if changes[name] else attributes.discard(name)
    for address, flag in _FLAGS.items():
        if not attributes.get(address):
            attributes = attributes.discard(flag)
        elif flag not in given and (address in changes or flag not in attributes):
            attributes = attributes.set(flag, "false")
    return attributes


def _check_complete(pool: UserPool, user: PoolUser | None, attributes: Mapping[str, str]) -> Check:
    """Argument 2."""
    question, place = "has the new profile what the pool requires?", pool.origin.at("Schema")
    missing = missing_required(pool, attributes) if user is None else ()
    if not missing:
        return passed(question, "all", _SOURCE, location=place)
    refusal = Refusal("invalid_request", f"attributes required: [{', '.join(missing)}]")
    return refused(refusal, question, f"without {', '.join(missing)}", _SOURCE, location=place)


def _aliases(
    world: World, pool: UserPool, name: str, attributes: Mapping[str, str]
) -> Decision[dict[str, str] | Refusal]:
    """The aliases of others that become this user's (argument 4)."""
    question, place = "whose aliases do its addresses take?", pool.origin.at("AliasAttributes")
    proved = {key: attributes[key] for key, flag in _FLAGS.items() if attributes.get(flag) == "true"}
    proved = {key: value for key, value in proved.items() if key in pool.alias_attributes}
    taken = {key: value for key, value in proved.items() if holder(world, pool, key, value) not in (None, name)}
    if not taken:
        step = Step(question, "nobody's", ", ".join(proved) or "no verified alias", "idp:attributes", location=place)
        return decided({}, step)
    found = ", ".join(f"{key} of {holder(world, pool, key, value)}" for key, value in taken.items())
    if choice(_ALIAS) == "refused":
        refusal = Refusal("invalid_request", f"An account with the {min(taken)} already exists.")
        return refused(refusal, question, found, "idp:attributes", location=place, assumption=_ALIAS)
    told = passed(question, found, "idp:attributes", answer=", ".join(taken), location=place, assumption=_ALIAS)
    return Decision(taken, told.steps)
