"""By which names a person signs in, and who holds a name.

1. A pool with username attributes takes an e-mail address or phone number as the name; the username itself is then the
   user's `sub`. Such a name is unique from the beginning.
2. A pool with aliases takes any name that does not look like one; an alias counts once it is verified, and a verified
   value belongs to one user. Else whoever signs up with a stranger's address would receive the stranger's sign-ins.
3. A pool that is not case-sensitive keeps and compares names in lower case. # idp:case
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions import refusals
from cogsim.decisions.attribute_values import is_email, is_phone_number
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

_SOURCE = "idp:attributes§aliases"
_SHOULD_BE: dict[tuple[str, ...], str] = {
    ("email",): "Username should be an email.",
    ("phone_number",): "Username should be a phone number.",
}
_EITHER = "Username should be either an email or a phone number."


@dataclass(frozen=True, slots=True)
class NewName:
    """What a new user is called, and the attributes with the one that the name gave."""

    username: str
    attributes: Mapping[str, str]


def name_user(pool: UserPool, given: str, attributes: Mapping[str, str], sub: str) -> Decision[NewName | Refusal]:
    """The username and attributes of a new user who asked to be called `given`."""
    if pool.username_attributes:
        return _by_attribute(pool, given, attributes, sub)
    for attribute, looks, word in (("email", is_email, "email"), ("phone_number", is_phone_number, "phone number")):
        if attribute in pool.alias_attributes and looks(given):
            text = f"Username cannot be of {word} format, since user pool is configured for {word} alias."
            question, place = "may the username look like this?", pool.origin.at("AliasAttributes")
            return refused(Refusal(INVALID_PARAMETER, text), question, f"like a {word}", _SOURCE, location=place)
    name = given if pool.case_sensitive else given.lower()
    return decided(NewName(name, attributes), Step("what is the user called?", name, "as given", _SOURCE))


def _by_attribute(pool: UserPool, given: str, attributes: Mapping[str, str], sub: str) -> Decision[NewName | Refusal]:
    place, question = pool.origin.at("UsernameAttributes"), "is the name one of the username attributes?"
    kind = "email" if is_email(given) else "phone_number" if is_phone_number(given) else None
    if kind not in pool.username_attributes:
        text = _SHOULD_BE.get(pool.username_attributes, _EITHER)
        return refused(Refusal(INVALID_PARAMETER, text), question, "neither", _SOURCE, location=place)
    if attributes.get(kind, given) != given:
        refusal = Refusal(INVALID_PARAMETER, f"The {kind} attribute differs from the username.")
        return refused(refusal, question, f"another {kind}", _SOURCE, location=place, assumption=UNSEEN_TEXTS)
    step = Step(question, kind, "the username is the user's sub", _SOURCE, location=place)
    return decided(NewName(sub, {**attributes, kind: given}), step)


def check_free(world: World, pool: UserPool, name: NewName, taken: Refusal) -> Check:
    """Whether nobody holds the new user's names yet; `taken` is the operation's refusal of a username."""
    question = "is the name free?"
    if (pool.id, name.username) in world.pool_users:
        return refused(taken, question, "another user has it", _SOURCE)
    for attribute in pool.username_attributes:
        if holder(world, pool, attribute, name.attributes.get(attribute)):
            text = f"An account with the given {attribute} already exists."
            place = pool.origin.at("UsernameAttributes")
            return refused(Refusal("UsernameExistsException", text), question, attribute, _SOURCE, location=place)
    return passed(question, "nobody has it", _SOURCE)


def check_alias_at_sign_up(pool: UserPool, attributes: Mapping[str, str]) -> Check:
    """A preferred username that is an alias can be chosen only once the user is confirmed. # idp:attributes"""
    question, place = "is an alias chosen too early?", pool.origin.at("AliasAttributes")
    if "preferred_username" in pool.alias_attributes and attributes.get("preferred_username"):
        refusal = Refusal(INVALID_PARAMETER, "Preferred username cannot be provided for unconfirmed account")
        return refused(
            refusal, question, "preferred_username", _SOURCE, answer="yes", location=place, assumption=UNSEEN_TEXTS
        )
    return passed(question, "no", _SOURCE, answer="no", location=place)


def holder(world: World, pool: UserPool, attribute: str, value: str | None) -> str | None:
    """The user who signs in by this value of a sign-in attribute, or None."""
    if not value:
        return None
    return world.aliases.get((pool.id, attribute, value if pool.case_sensitive else value.lower()))


def check_alias_free(
    world: World, pool: UserPool, username: str, attribute: str, value: str | None, *, force: bool = False
) -> Check:
    """Whether `username` may sign in by `value`: nobody else does, or `force` takes it away (ForceAliasCreation)."""
    question = f"does anybody else sign in by this {attribute}?"
    if attribute not in (*pool.username_attributes, *pool.alias_attributes):
        return passed(question, f"{attribute} is not a sign-in name", _SOURCE, answer="no")
    found = holder(world, pool, attribute, value)
    if found in (None, username):
        return passed(question, "nobody", _SOURCE, answer="no")
    if force and attribute in pool.alias_attributes:
        return passed(question, "ForceAliasCreation takes it over", _SOURCE, answer="yes")
    refusal = Refusal("AliasExistsException", f"An account with the {attribute} already exists.")
    return refused(refusal, question, "another user", "idp:existence", answer="yes")


def find_user(world: World, pool: UserPool, name: str) -> Decision[str | Refusal]:
    """The username behind a name that an operator gives: a sign-in name, or the `sub`. # idp:api §username"""
    found = world.resolve_username(pool, name) or world.subs.get((pool.id, name))
    question = "is there such a user?"
    if found is None:
        return refused(refusals.NO_SUCH_USER, question, "nobody", "idp:api§username")
    return decided(found, Step(question, "yes", found, "idp:api§username"))
