"""The names and values that a request gives for its expressions' placeholders, and whether each was used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.decisions.dynamodb_expressions.reserved_words import RESERVED_WORDS
from cogsim.decisions.dynamodb_expressions.tree import Constant, Element, Path, Reference
from cogsim.errors import InvalidValue
from cogsim.world.attribute_value import Value, read_value

_NAME, _VALUE = re.compile(r"#[A-Za-z0-9_]+"), re.compile(r":[A-Za-z0-9_]+")
#: Characters of a placeholder, its sign included. # ddb:constraints §expression-parameters
_LONGEST = 255


@dataclass(slots=True)
class Placeholders:
    """What stands for `#name` and `:value`; `used` collects those that expressions spoke of."""

    names: Mapping[str, str]
    values: Mapping[str, Value]
    used: set[str] = field(default_factory=set)

    def path(self, kind: str, path: Path) -> Path:
        """The path with its names put in; `kind` is the parameter whose expression it stands in."""
        return Path(tuple(each if isinstance(each, int) else self._name(kind, each) for each in path.elements))

    def _name(self, kind: str, written: Element) -> str:
        name = str(written)
        if not name.startswith("#"):
            if name.upper() in RESERVED_WORDS:
                told = f"Attribute name is a reserved keyword; reserved keyword: {name}"
                raise InvalidValue("", f"Invalid {kind}: {told}")
            return name
        if name not in self.names:
            told = f"An expression attribute name used in the document path is not defined; attribute name: {name}"
            raise InvalidValue("", f"Invalid {kind}: {told}")
        self.used.add(name)
        return self.names[name]

    def value(self, kind: str, reference: Reference) -> Constant:
        """The value that the placeholder stands for."""
        if reference.name not in self.values:
            told = f"An expression attribute value used in expression is not defined; attribute value: {reference.name}"
            raise InvalidValue("", f"Invalid {kind}: {told}")
        self.used.add(reference.name)
        return Constant(self.values[reference.name])

    def check_used(self) -> None:
        """Each that was given stands in an expression."""
        for member, given in (("Names", self.names), ("Values", self.values)):
            unused = sorted(set(given) - self.used)
            if unused:
                listed = ", ".join(unused)
                raise InvalidValue(
                    "", f"Value provided in ExpressionAttribute{member} unused in expressions: keys: {{{listed}}}"
                )


def placeholders(
    expressions: Mapping[str, str | None], names: Mapping[str, str] | None, values: Mapping[str, Any] | None
) -> Placeholders:
    """What a request gives; `expressions` are those it may have, by parameter. # ddb:expression-attribute-names"""
    return Placeholders(_names(expressions, names), _values(expressions, values))


def _check_length(member: str, key: str) -> None:
    if len(key) > _LONGEST:
        told = "The expression attribute map contains a key that is too long"
        raise InvalidValue("", f"{member} contains invalid key: {told}")


def _names(expressions: Mapping[str, str | None], names: Mapping[str, str] | None) -> Mapping[str, str]:
    if names is None:
        return {}
    _check_given("ExpressionAttributeNames", expressions, names)
    for key, name in sorted(names.items()):
        _check_length("ExpressionAttributeNames", key)
        if not _NAME.fullmatch(key):
            raise InvalidValue("", f'ExpressionAttributeNames contains invalid key: Syntax error; key: "{key}"')
        if not name:
            raise InvalidValue(
                "", f"ExpressionAttributeNames contains invalid value: Attribute name is empty; key {key}"
            )
    return names


def _values(expressions: Mapping[str, str | None], values: Mapping[str, Any] | None) -> Mapping[str, Value]:
    if values is None:
        return {}
    _check_given("ExpressionAttributeValues", expressions, values)
    read = {}
    for key, raw in sorted(values.items()):
        _check_length("ExpressionAttributeValues", key)
        if not _VALUE.fullmatch(key):
            raise InvalidValue("", f'ExpressionAttributeValues contains invalid key: Syntax error; key: "{key}"')
        try:
            read[key] = read_value(raw)
        except InvalidValue as error:
            told = f"ExpressionAttributeValues contains invalid value: {error.rule} for key {key}"
            raise InvalidValue("", told) from None
    return read


def _check_given(member: str, expressions: Mapping[str, str | None], given: Mapping[str, Any]) -> None:
    if all(text is None for text in expressions.values()):
        told = f"{' and '.join(expressions)} {'is' if len(expressions) == 1 else 'are'} null"
        raise InvalidValue("", f"{member} can only be specified when using expressions: {told}")
    if not given:
        raise InvalidValue("", f"{member} must not be empty")
