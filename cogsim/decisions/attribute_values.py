"""Whether attribute values fit a pool's schema: they exist, have the right form, and may be set at this moment.

A required attribute is required of people who sign themselves up; an operator may leave it out. An attribute that is
not mutable can be written once, when the user is made. # idp:attributes
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal
from cogsim.decisions import refusals
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.user_pool import SchemaAttribute, UserPool

_EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
_PHONE = re.compile(r"\+[0-9]+", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,16}", re.ASCII)
_LONGEST = 2048

#: What only the service itself writes, whoever asks.
SERVICE_MANAGED = frozenset({"sub", "identities"})
#: What says whether an address is verified.
FLAGS = frozenset({"email_verified", "phone_number_verified"})

_SOURCE = "idp:attributes"
_CAPITALS = "cognito.flagCapitals"
_NO_CONFORM = "Attributes did not conform to the schema: "


def is_email(text: str) -> bool:
    """Whether `text` looks like an e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def is_phone_number(text: str) -> bool:
    """Whether `text` is a number in E.164: a plus sign and digits."""
    return _PHONE.fullmatch(text) is not None


def check_names(pool: UserPool, names: Iterable[str]) -> Check:
    """Whether the schema has every attribute of `names`."""
    question = "does the schema have the attributes?"
    missing = [name for name in names if pool.attribute(name) is None]
    if missing:
        texts = "".join(f"{name}: Attribute does not exist in the schema.\n" for name in missing)
        return _refused(pool, question, f"{_NO_CONFORM}{texts}", ", ".join(missing))
    return passed(question, "all", _SOURCE, location=pool.origin.at("Schema"))


def check_required(pool: UserPool, attributes: Mapping[str, str]) -> Check:
    """Whether every attribute that the schema requires has a value."""
    return check_none_missing(pool, missing_required(pool, attributes))


def check_none_missing(pool: UserPool, missing: Iterable[str]) -> Check:
    """The refusal that names the attributes of `missing`, where there are any."""
    question, names = "are the required attributes given?", tuple(missing)
    if names:
        texts = "".join(f"{name}: The attribute is required\n" for name in names)
        return _refused(pool, question, f"{_NO_CONFORM}{texts}", ", ".join(names))
    return passed(question, "all", _SOURCE, location=pool.origin.at("Schema"))


def missing_required(pool: UserPool, attributes: Mapping[str, str]) -> tuple[str, ...]:
    """The required attributes that have no value yet; `sub` always has one."""
    needed = (entry.name for entry in pool.schema if entry.required and entry.name != "sub")
    return tuple(name for name in needed if not attributes.get(name))


def check_mutable(pool: UserPool, names: Iterable[str]) -> Check:
    """Whether every attribute of `names` may change once its user exists."""
    question = "may the attributes change?"
    for name in names:
        entry = pool.attribute(name)
        if name in SERVICE_MANAGED or (entry is not None and not entry.mutable):
            return _refused(pool, question, f"user.{name}: Attribute cannot be updated.", name)
    return passed(question, "all", _SOURCE, location=pool.origin.at("Schema"))


def check_flags(changes: Iterable[str], attributes: Mapping[str, str]) -> Check:
    """Whether every verified flag among `changes` is of an address that is there; `attributes` as they then stand."""
    question, changed = "is there an address for each verified flag?", set(changes)
    for contact, word in (("email", "Email"), ("phone_number", "Phone Number")):
        if f"{contact}_verified" in changed and attributes.get(f"{contact}_verified") and not attributes.get(contact):
            text = f"{word} is required to verify/un-verify a {word.lower()}"
            return refused(
                Refusal(INVALID_PARAMETER, text), question, f"no {contact}", _SOURCE, assumption=UNSEEN_TEXTS
            )
    return passed(question, "yes", _SOURCE)


def check_values(pool: UserPool, attributes: Mapping[str, str]) -> Check:
    """Whether every value has the form its attribute asks for; an empty one deletes and is not looked at."""
    question = "do the values have the right form?"
    for name in sorted(attributes):
        value, entry = attributes[name], pool.attribute(name)
        if not value or entry is None:
            continue
        if name == "email" and not is_email(value):
            return refused(refusals.INVALID_EMAIL, question, "email", _SOURCE)
        if name == "phone_number" and not is_phone_number(value):
            return refused(refusals.INVALID_PHONE, question, "phone_number", _SOURCE)
        fault = _fault(entry, value)
        if fault:
            refusal = Refusal(INVALID_PARAMETER, f"{_NO_CONFORM}{name}: {fault}")
            place = pool.origin.at("Schema")
            return refused(refusal, question, name, _SOURCE, location=place, assumption=UNSEEN_TEXTS)
    return passed(question, "all", _SOURCE, location=pool.origin.at("Schema"))


def as_stored(attributes: Mapping[str, str]) -> dict[str, str]:
    """The values as a profile keeps them: flags in small letters, however the client wrote them."""
    return {name: _flag(value) if name in FLAGS else value for name, value in attributes.items()}


def _flag(value: str) -> str:
    """`True` as `true`, where capitals are taken."""
    folded = value.lower()
    return folded if folded in ("true", "false") and choice(_CAPITALS) == "taken" else value


def _fault(entry: SchemaAttribute, value: str) -> str | None:
    """What is wrong with a value, or None. The texts are ours: no document shows AWS's."""
    if entry.name == "birthdate" and len(value) != 10:
        return "String must be 10 characters"
    if entry.type == "Number" or entry.name == "updated_at":
        if not _NUMBER.fullmatch(value):
            return "Value is not a number"
        least = 0 if entry.name == "updated_at" and entry.min_value is None else entry.min_value
        return _out_of("Number", int(value), least, entry.max_value)
    if (entry.type == "Boolean" or entry.name in FLAGS) and _flag(value) not in ("true", "false"):
        return "Value is not true or false"
    if entry.type == "DateTime" and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value):
        return "Value is not an instant"
    longest = min(entry.max_length if entry.max_length is not None else _LONGEST, _LONGEST)
    return _out_of("Length", len(value), entry.min_length, longest)


def _out_of(what: str, number: int, least: int | None, most: int | None) -> str | None:
    if least is not None and number < least:
        return f"{what} must be at least {least}"
    if most is not None and number > most:
        return f"{what} must be at most {most}"
    return None


def _refused(pool: UserPool, question: str, text: str, found: str) -> Decision[Refusal | None]:
    return refused(Refusal(INVALID_PARAMETER, text), question, found, _SOURCE, location=pool.origin.at("Schema"))
