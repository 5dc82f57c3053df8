"""Each condition operator as an expression that compares the local `v` with the policy's values."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from cogsim.errors import NotModelled
from cogsim.policy.compiled.globs import fill, fits, fitting_any
from cogsim.policy.compiled.source import Source, all_of, any_of
from cogsim.policy.compiled.switches import Switches
from cogsim.policy.compiled.tokens import Token, Tokens, Variable, literal, split_arn, tokens
from cogsim.policy.compiled.values import decoded, instant, number, ordering, within

Written = Callable[[str, tuple[str, ...], bool, Switches, Source], str]

_RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq, "NotEquals": operator.eq, "LessThan": operator.lt, "LessThanEquals": operator.le,
    "GreaterThan": operator.gt, "GreaterThanEquals": operator.ge,
}  # fmt: skip


def is_negated(name: str) -> bool:
    """Whether the operator is the negation of another. # ug:condition-operators"""
    return "Not" in name


def comparison(name: str, written: tuple[str, ...], variables: bool, switches: Switches, out: Source) -> str:
    """The answer of operator `name` for the one value `v`, its negation included. # ug:condition-logic

    Raises NotModelled for an operator AWS lacks.
    """
    if name in ("StringEquals", "StringNotEquals"):
        equal = fitting_any("v", _texts(written, variables), out)
    elif name in ("StringLike", "StringNotLike"):
        equal = fitting_any("v", [tokens(text, variables=variables, wildcards=True) for text in written], out)
    elif name in ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"):
        equal = any_of([_without_case(one, out) for one in _texts(written, variables)])
    elif name in ("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"):
        equal = any_of([_arn(tokens(text, variables=variables, wildcards=True), out) for text in written])
    elif name == "Bool":
        said = _texts(written, variables and switches.variables_in_bool)
        equal = any_of([_same_truth(one, out) for one in said])
    elif name == "BinaryEquals":
        known = frozenset(map(decoded, written)) - {None}
        equal = f"{out.constant(decoded)}(v) in {out.constant(known)}"
    else:
        return _ordered(name, written, switches, out)
    return f"not ({equal})" if is_negated(name) else equal


def _texts(written: tuple[str, ...], variables: bool) -> list[Tokens]:
    return [tokens(text, variables=variables, wildcards=False) for text in written]


def _without_case(written: Tokens, out: Source) -> str:
    alone = literal(written)
    if alone is not None:
        return f"v.lower() == {out.constant(alone.lower())}"
    bound, filled = out.filled(written)
    return out.given(bound, f"v.lower() == ({out.text(filled)}).lower()")


def _same_truth(written: Tokens, out: Source) -> str:
    """Both true or both false; any other text says neither. # ug:condition-operators §boolean"""
    truths = out.constant(("true", "false"))
    alone = literal(written)
    if alone is not None:
        said = alone.casefold()
        if said not in ("true", "false"):
            return "False"
        this, that = out.constant(said), out.constant("false" if said == "true" else "true")
        return f"v != {that} and (v == {this} or v.casefold() == {this})"
    bound, filled = out.filled(written)
    said = out.fresh()
    both = all_of([f"({said} := ({out.text(filled)}).casefold()) in {truths}", f"v.casefold() == {said}"])
    return out.given(bound, both)


def _ordered(name: str, written: tuple[str, ...], switches: Switches, out: Source) -> str:
    """Numbers, dates and addresses; a negated one that cannot be read is an assumption."""
    family = next((family for family in ("Numeric", "Date") if name.startswith(family)), "")
    if name in ("IpAddress", "NotIpAddress"):
        compare = within(written)
    elif family and name.removeprefix(family) in _RELATIONS:
        compare = ordering(number if family == "Numeric" else instant, _RELATIONS[name.removeprefix(family)], written)
    else:
        raise NotModelled(f"the condition operator {name}")
    asked = f"{out.constant(compare)}(v)"
    if not is_negated(name):
        return f"{asked} is True"
    return f"{asked} is not True" if switches.negated_junk else f"{asked} is False"


# ARNs: six fields against six, the colons of a variable's value included. # ug:condition-operators §arn


def _arn(written: Tokens, out: Source) -> str:
    if not any(isinstance(token, Variable) for token in written):
        return _fixed_arn(written, out)
    bound, _ = out.filled(written)
    values = ", ".join(local for local, _ in bound)
    return out.given(bound, f"{out.constant(_ArnTemplate(written))}(v, {values})")


def _fixed_arn(written: Tokens, out: Source) -> str:
    fields = six(written)
    if len(fields) != 6 or not fits(fields[0], "arn"):
        return "False"
    front = [literal(field) for field in fields[:-1]]
    if None not in front and "«" not in "".join(map(str, front)):
        return fitting_any("v", [written], out)
    return f"{out.constant(_ArnTemplate(written))}(v)"


class _ArnTemplate:
    """An ARN pattern: filled with its variables' values, then compared field by field."""

    __slots__ = ("_written",)

    def __init__(self, written: Tokens) -> None:
        self._written = written

    def __call__(self, text: str, *values: str) -> bool:
        fields, found = six(fill(self._written, values)), split_arn(text)
        return len(fields) == len(found) == 6 and found[0] == "arn" and all(map(fits, fields, found))


def six(written: Tokens) -> list[Tokens]:
    """A pattern cut at its first five colons, those inside an unresolved reference apart."""
    found: list[Tokens] = []
    field: list[Token] = []
    depth = 0
    for token in written:
        begin = 0
        for place, character in enumerate(token if isinstance(token, str) else ""):
            depth += (character == "«") - (character == "»")
            if character == ":" and depth <= 0 and len(found) < 5:
                found.append(_field([*field, str(token)[begin:place]]))
                field, begin = [], place + 1
        field.append(str(token)[begin:] if isinstance(token, str) else token)
    return [*found, _field(field)]


def _field(pieces: list[Token]) -> Tokens:
    return tuple(piece for piece in pieces if piece != "")
