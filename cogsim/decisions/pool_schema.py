"""The schema of a user pool: what a new attribute must be, and what the standard ones are held to. # idp:attributes"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from cogsim.assumptions import choice
from cogsim.errors import InvalidValue
from cogsim.world.user_pool import STANDARD_ATTRIBUTES, SchemaAttribute, UserPool, own_prefix

MUTABLE = "cognito-idp.schemaMutableDefault"
#: AWS's words for a data type that is missing, or not the standard attribute's.
UNKNOWN_TYPE = "Invalid AttributeDataType input, consider using the provided AttributeDataType enum."
_BOOLEAN = ("email_verified", "phone_number_verified")
_LONGEST = 2048


def standard_type(name: str) -> str:
    """The data type of a standard attribute."""
    if name in _BOOLEAN:
        return "Boolean"
    return "Number" if name == "updated_at" else "String"


def attributes(given: Iterable[Mapping[str, Any]]) -> tuple[SchemaAttribute, ...]:
    """The entries of Schema as a new pool keeps them. Raises InvalidValue for one that AWS refuses."""
    return tuple(_attribute(entry, entry["Name"] in STANDARD_ATTRIBUTES) for entry in given)


def custom_attributes(given: Iterable[Mapping[str, Any]]) -> tuple[SchemaAttribute, ...]:
    """The entries of AddCustomAttributes: custom whatever their names are."""
    return tuple(_attribute(entry, standard=False) for entry in given)


def _attribute(entry: Mapping[str, Any], standard: bool) -> SchemaAttribute:
    name = entry.get("Name")
    if name is None:
        raise InvalidValue("Schema.Name", "is required")
    kind = entry.get("AttributeDataType") or (standard_type(name) if standard else None)
    if kind is None or (standard and kind != standard_type(name)):
        raise InvalidValue("Schema.AttributeDataType", UNKNOWN_TYPE)
    lengths, values = entry.get("StringAttributeConstraints") or {}, entry.get("NumberAttributeConstraints") or {}
    mutable = name != "sub" if standard else choice(MUTABLE) == "true"
    prefix = own_prefix(developer_only=bool(entry.get("DeveloperOnlyAttribute")))
    made = SchemaAttribute(
        name if standard else f"{prefix}{name}",
        kind,
        entry.get("Mutable", mutable),
        entry.get("Required", False),
        _number("MinLength", lengths.get("MinLength")),
        _number("MaxLength", lengths.get("MaxLength")),
        _number("MinValue", values.get("MinValue")),
        _number("MaxValue", values.get("MaxValue")),
    )
    _check_bounds(made)
    return made


def _number(member: str, text: str | None) -> int | None:
    try:
        return None if text is None or text == "" else int(text)
    except ValueError:
        raise InvalidValue(f"Schema.{member}", f"{text[:40] if text else text!r} is not a whole number") from None


def _check_bounds(entry: SchemaAttribute) -> None:
    for least, most, member in (
        (entry.min_length, entry.max_length, "MaxLength"),
        (entry.min_value, entry.max_value, "MaxValue"),
    ):
        if least is not None and most is not None and least > most:
            raise InvalidValue(f"Schema.{member}", f"{most} is below the minimum of {least} of {entry.name}")
    for length in (entry.min_length, entry.max_length):
        if length is not None and not 0 <= length <= _LONGEST:
            raise InvalidValue("Schema.MaxLength", f"{length} is not within 0 to {_LONGEST}")


def all_attributes(pool: UserPool) -> tuple[SchemaAttribute, ...]:
    """The pool's whole schema: the standard attributes with their own constraints where it states none, and its own."""
    return _with_standard(pool.schema)


@lru_cache(maxsize=256)
def _with_standard(schema: tuple[SchemaAttribute, ...]) -> tuple[SchemaAttribute, ...]:
    own = {entry.name: entry for entry in schema}
    standard = tuple(_standard(name, own.get(name)) for name in STANDARD_ATTRIBUTES)
    return (*standard, *(entry for entry in schema if entry.name not in STANDARD_ATTRIBUTES))


def _standard(name: str, stated: SchemaAttribute | None) -> SchemaAttribute:
    """`sub` is required and does not change; lengths are 0 to 2048, of birthdate 10. # idp:attributes §standard"""
    kind = standard_type(name)
    least, most = {"birthdate": (10, 10), "sub": (1, _LONGEST)}.get(name, (0, _LONGEST))
    bounded = kind == "String" and name != "identities"
    minimum, maximum = (least, most) if bounded else (None, None)
    first = 0 if name == "updated_at" else None
    if stated is None:
        fixed = name == "sub"
        return SchemaAttribute(name, kind, not fixed, fixed, minimum, maximum, first)
    return SchemaAttribute(
        name,
        kind,
        stated.mutable,
        stated.required or name == "sub",
        stated.min_length if stated.min_length is not None else minimum,
        stated.max_length if stated.max_length is not None else maximum,
        stated.min_value if stated.min_value is not None else first,
        stated.max_value,
    )
