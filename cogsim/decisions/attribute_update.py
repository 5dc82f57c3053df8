"""What a change of a user's attributes comes to: the values at once, and the ones that wait for a code.

1. Names, forms and mutability are the schema's to allow; permissions were asked before.
2. A new address is unverified, or else a user could claim any. Where the pool verifies before it updates, the old
   address stays until the new one is proved.
3. A name that someone else signs in by cannot be taken. # idp:verification
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.attribute_values import (
    check_flags,
    check_mutable,
    check_names,
    check_none_missing,
    check_values,
    missing_required,
)
from cogsim.decisions.codes import Delivery, delivery
from cogsim.decisions.refusals import (
    INVALID_PARAMETER,
    NOT_AUTHORIZED,
    UNSEEN_TEXTS,
    Check,
    after,
    all_of,
    passed,
    refused,
)
from cogsim.decisions.usernames import check_alias_free
from cogsim.persistent import Map
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

_CONTACTS = ("email", "phone_number")


@dataclass(frozen=True, slots=True)
class AttributeUpdate:
    """The attributes as they then stand, and the codes to send: where to, and whether that address waits for it."""

    attributes: Map[str, str]
    codes: tuple[tuple[Delivery, bool], ...] = ()


def plan_update(
    world: World, pool: UserPool, user: PoolUser, changes: Mapping[str, str], *, holds_back: bool, sends: bool
) -> Decision[AttributeUpdate | Refusal]:
    """The update of `user` by `changes` (empty values delete).

    `holds_back` says that addresses may wait for their code where the pool wants that, `sends` that codes go out.
    """
    checks = _fit(pool, changes)
    if checks.value is not None:
        return Decision(checks.value, checks.steps)
    held, codes, steps = dict(user.attributes), [], list(checks.steps)
    waiting: set[str] = set()
    for name in sorted(changes):
        if name in _CONTACTS and changes[name] and changes[name] != user.attributes.get(name):
            waits = holds_back and name in pool.verify_before_update and changes.get(f"{name}_verified") != "true"
            steps.append(_contact_step(pool, name, waits))
            if waits:
                waiting.add(f"{name}_verified")
            else:
                held |= {name: changes[name], f"{name}_verified": changes.get(f"{name}_verified", "false")}
            if (sends and name in pool.auto_verified_attributes and held.get(f"{name}_verified") != "true") or waits:
                codes.append((delivery(name, changes[name]), waits))
        elif name in waiting:
            continue  # the flag is the new address's, which is not there yet
        elif changes[name]:
            held[name] = changes[name]
        else:
            held = {key: value for key, value in held.items() if key not in (name, f"{name}_verified")}
    last = all_of(
        check_flags(changes, held), _required_stay(pool, user, held), _aliases(world, pool, user, held, changes)
    )
    if last.value is not None:
        return Decision(last.value, (*steps, *last.steps))
    return decided(AttributeUpdate(Map(held), tuple(codes)), *last.steps, after=steps)


def check_first_values(pool: UserPool, user: PoolUser, changes: Mapping[str, str]) -> Check:
    """Whether the answer to NEW_PASSWORD_REQUIRED leaves required attributes alone that have a value already, and gives
    those that have none. # idp:user-accounts"""
    question, source = "does the answer change a required attribute that has a value?", "idp:user-accounts"
    for entry in pool.schema:
        if entry.required and entry.name in changes and user.attributes.get(entry.name):
            refusal = Refusal(NOT_AUTHORIZED, f"Cannot modify an already provided {entry.name}")
            return refused(refusal, question, entry.name, source, answer="yes", location=pool.origin.at("Schema"))
    missing = missing_required(pool, {**user.attributes, **changes})
    if missing:
        refusal = Refusal(INVALID_PARAMETER, f"Invalid attributes given, {missing[0]} is missing")
        place = pool.origin.at("Schema")
        return refused(refusal, "are the required attributes given?", ", ".join(missing), source, location=place)
    return passed(question, "none", source, answer="no")


def _fit(pool: UserPool, changes: Mapping[str, str]) -> Check:
    checks = check_names(pool, changes)
    for check in (check_mutable, check_values):
        if checks.value is None:
            checks = after(checks, check(pool, changes))
    return checks


def _contact_step(pool: UserPool, name: str, waits: bool) -> Step:
    place = pool.origin.at("UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate")
    question = f"does the new {name} wait until it is verified?"
    return Step(question, "yes" if waits else "no", "", "idp:verification", location=place)


def _required_stay(pool: UserPool, user: PoolUser, held: Mapping[str, str]) -> Check:
    """A required attribute, or one that people sign in by, keeps a value; one that an operator left out stays out."""
    needed = {entry.name for entry in pool.schema if entry.required} | set(pool.username_attributes)
    return check_none_missing(pool, sorted(n for n in needed if user.attributes.get(n) and not held.get(n)))


def _aliases(
    world: World, pool: UserPool, user: PoolUser, held: Mapping[str, str], changes: Mapping[str, str]
) -> Check:
    """Whether each sign-in name that the change sets or verifies is free (argument 3)."""
    checks = passed("does the change set a sign-in name?", ", ".join(sorted(changes)), "idp:attributes§aliases")
    for name in ("preferred_username", *_CONTACTS):
        verified = held.get(f"{name}_verified") == "true"
        at_once = name in pool.username_attributes or name == "preferred_username"
        if checks.value is None and {name, f"{name}_verified"} & set(changes) and (at_once or verified):
            checks = after(
                checks, check_alias_free(world, pool, user.username, name, changes.get(name, held.get(name)))
            )
    return checks


def check_verifiable(user: PoolUser, attribute: str, waiting: str | None) -> Check:
    """Whether there is an address in `attribute`, or one waiting for it, that a code can go to. # idp:verification"""
    question, source = "is there an address to verify?", "idp:verification"
    if attribute in _CONTACTS and (waiting or user.attributes.get(attribute)):
        return passed(question, attribute, source)
    refusal = Refusal(INVALID_PARAMETER, f"User does not have a {attribute} to verify.")
    return refused(refusal, question, attribute, source, assumption=UNSEEN_TEXTS)
