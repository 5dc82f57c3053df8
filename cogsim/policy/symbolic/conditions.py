"""A condition over open keys as a formula: absence, single values and lists are cases of their own.

# ug:condition-operators; ug:multivalued
"""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.assumptions import choice
from cogsim.policy.document import Condition, Qualifier
from cogsim.policy.request import Context
from cogsim.policy.symbolic import comparison, plain
from cogsim.policy.symbolic.atoms import EVERY, SOME, VALUE, Compared, OpenKey, Present, Readable, Whole
from cogsim.policy.symbolic.formula import Formula, conjunction, disjunction, negation
from cogsim.policy.symbolic.wildcards import Pieces, literal, variables

Open = Mapping[str, OpenKey]
"""Open keys by their folded names."""


def condition_formula(condition: Condition, known: Context, open_keys: Open, has_variables: bool) -> Formula:
    """What must be true of the open keys for `condition` to hold beside what is `known`."""
    if has_variables and comparison.takes_variables(condition.operator.name):
        inside = sorted({key for value in condition.values for key in variables(value)} & set(open_keys))
        if inside:
            return Whole(open_keys[inside[0]], condition)
    key = open_keys.get(condition.key.casefold())
    if key is None:
        return plain.condition_holds(condition, known, has_variables)
    there, not_there = plain.by_presence(condition, present=True), plain.by_presence(condition, present=False)
    present = Present(key)
    if condition.operator.name == "Null" or not condition.values:
        return disjunction((conjunction((present, there)), conjunction((negation(present), not_there))))
    if key.is_list and condition.operator.qualifier is None and choice("policy.oneElementList") == "as-single":
        return Whole(key, condition)
    wanted = plain.wanted(condition, known, has_variables)
    return disjunction((conjunction((negation(present), not_there)), _of_values(condition, key, wanted)))


def _of_values(condition: Condition, key: OpenKey, wanted: tuple[Pieces, ...]) -> Formula:
    """What must be true of the values of a key that is present."""
    name, qualifier = condition.operator.name, condition.operator.qualifier
    if not key.is_list:
        can_be_blank = qualifier is Qualifier.FOR_ALL and key.type not in comparison.TYPES.values()
        blank = _compared(key, "StringEquals", (literal(""),), VALUE) if can_be_blank else False
        return disjunction((blank, _compared(key, name, wanted, VALUE)))
    if qualifier is Qualifier.FOR_ALL:
        blank = _compared(key, "StringEquals", (literal(""),), EVERY)
        return disjunction((blank, _compared(key, name, wanted, EVERY)))
    return _compared(key, name, wanted, SOME) if qualifier is Qualifier.FOR_ANY else False


def _compared(key: OpenKey, operator: str, wanted: tuple[Pieces, ...], over: str) -> Formula:
    """The key is present and its values compare; a negation that every value can be read by is one of a formula."""
    if not comparison.is_negated(operator):
        return _positive(key, operator, wanted, over)
    lenient = choice("policy.negatedJunk") == "true"
    sure = lenient or (key.reads(operator) and all(comparison.readable(operator, one) for one in wanted))
    opposite = comparison.positive(operator)
    if sure:
        other = {VALUE: VALUE, SOME: EVERY, EVERY: SOME}[over]
        return conjunction((Present(key), negation(_positive(key, opposite, wanted, other))))
    if over != VALUE:
        return Compared(key, operator, wanted, over)
    if not all(comparison.readable(operator, one) for one in wanted):
        return False  # what is not equal to any cannot be compared with all
    family = comparison.family(operator)
    assert family is not None
    return conjunction((Readable(key, family), negation(_positive(key, opposite, wanted, over))))


def _positive(key: OpenKey, operator: str, wanted: tuple[Pieces, ...], over: str) -> Formula:
    wanted = tuple(one for one in wanted if comparison.readable(operator, one))
    if not wanted:
        return False
    if key.type == "Bool" and operator in ("Bool", "StringEquals") and over == VALUE:
        return _truth(key, wanted, exact=operator == "StringEquals")
    return Compared(key, operator, wanted, over)


def _truth(key: OpenKey, wanted: tuple[Pieces, ...], exact: bool) -> Formula:
    """A key that is `true` or `false` where it is present: one atom for both."""
    texts = ["".join(map(str, one)) for one in wanted]
    said = set(texts) if exact else {text.casefold() for text in texts}
    yes = Compared(key, "Bool", (literal("true"),))
    parts: list[Formula] = [yes] if "true" in said else []
    if "false" in said:
        parts.append(conjunction((Present(key), negation(yes))))
    return disjunction(parts)
