"""Conditions as expressions: set operators, IfExists, absent keys, several values."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cogsim.policy.compiled.operators import comparison, is_negated
from cogsim.policy.compiled.source import Source, all_of
from cogsim.policy.compiled.switches import Switches
from cogsim.policy.document import Condition, Qualifier
from cogsim.policy.request import Values

Full = Mapping[str, Values]


def holding(condition: Condition, variables: bool, switches: Switches, out: Source) -> str:
    """An expression: whether `condition` holds; `variables` where the policy's version has them."""
    name, qualifier = condition.operator.name, condition.operator.qualifier
    key = out.constant(condition.key.casefold())
    absent = f"{out.constant(is_absent)}(full, {key})"
    if name == "Null":
        return _null(condition, absent)
    compared = comparison(name, condition.values, variables, switches, out)
    if not condition.values:  # ug:policy-checks §empty-array
        by_absence = qualifier is Qualifier.FOR_ALL or (condition.operator.if_exists and qualifier is None)
        return absent if by_absence else "False"
    if qualifier is Qualifier.FOR_ALL:
        return f"{out.constant(every)}(full, {key}, lambda v: {compared})"
    if qualifier is Qualifier.FOR_ANY:
        found = f"{out.constant(some)}(full, {key}, lambda v: {compared})"
        with_absence = condition.operator.if_exists and switches.any_value_if_exists
        return f"({absent}) or ({found})" if with_absence else found
    # ug:multivalued: a list wants a set operator; one value in a list is an assumption
    value = f"{out.constant(lone)}(full, {key})" if switches.one_element_list else f"one({key})"
    if condition.operator.if_exists or is_negated(name):
        return f"({compared}) if (v := {value}) is not None else {absent}"
    return all_of([f"(v := {value}) is not None", compared])


def _null(condition: Condition, absent: str) -> str:
    """`true` fits an absent key, `false` a present one. # ug:condition-operators §null"""
    if condition.operator.qualifier is not None:  # ug:policy-checks §null-with-qualifier
        return str(condition.operator.qualifier is Qualifier.FOR_ALL)
    said = {value.casefold() for value in condition.values} & {"true", "false"}
    if len(said) == 1:
        return absent if said == {"true"} else f"not ({absent})"
    return str(bool(said))


# What the generated source calls.


def is_absent(full: Full, key: str) -> bool:
    """Whether the key has no value at all: an empty list has none."""
    values = full.get(key)
    return values is None or not values.values


def lone(full: Full, key: str) -> str | None:
    """The only value of a key, also of a list, or None."""
    values = full.get(key)
    return values.values[0] if values is not None and len(values.values) == 1 else None


def every(full: Full, key: str, test: Callable[[str], bool]) -> bool:
    """ForAllValues: also true for no value, and for empty strings alone. # ug:multivalued §ForAllValues"""
    values = full.get(key)
    if values is None:
        return True
    found = values.values
    if len(found) == 1:
        return not found[0] or test(found[0])
    return not any(found) or all(map(test, found))


def some(full: Full, key: str, test: Callable[[str], bool]) -> bool:
    """ForAnyValue: false for no value. # ug:multivalued"""
    values = full.get(key)
    return values is not None and any(map(test, values.values))
