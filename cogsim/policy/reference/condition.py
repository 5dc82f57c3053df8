"""Whether one condition of a statement holds: set operators, IfExists, absent keys, several values."""

from __future__ import annotations

from typing import NamedTuple

from cogsim.assumptions import choice
from cogsim.errors import NotModelled
from cogsim.policy.document import Condition, Qualifier
from cogsim.policy.reference.operators.operator import ConditionOperator
from cogsim.policy.reference.operators.table import OPERATORS
from cogsim.policy.reference.variables import Expanded, Template, filled, template
from cogsim.policy.request import Context, Values


class Held(NamedTuple):
    """Whether the condition holds, why, and the assumptions the answer rests on."""

    holds: bool
    why: str
    source: str = "ug:condition-operators"
    assumptions: tuple[str, ...] = ()


class Prepared(NamedTuple):
    """What of a condition no request changes: its operator, None for one AWS lacks, its key folded, its values.

    `fixed` is what the values say to every request, None where a variable stands in them; `rests` names the assumption
    that decides whether variables count at all.
    """

    operator: ConditionOperator | None
    key: str
    templates: tuple[Template, ...]
    fixed: list[Expanded] | None
    rests: tuple[str, ...] = ()


def _with_variables(condition: Condition) -> Prepared:
    operator = OPERATORS.get(condition.operator.name)
    is_open = condition.operator.name == "Bool" and any("${" in value for value in condition.values)
    takes = operator is not None and (operator.takes_variables or is_open)
    return _prepared(condition, operator, takes)._replace(rests=("policy.variablesInBool",) if is_open else ())


def _without_variables(condition: Condition) -> Prepared:
    return _prepared(condition, OPERATORS.get(condition.operator.name), takes=False)


def _prepared(condition: Condition, operator: ConditionOperator | None, takes: bool) -> Prepared:
    wildcards = operator is not None and operator.wildcards
    templates = tuple(template(value, takes, wildcards) for value in condition.values)
    fixed = [one.fixed for one in templates if one.fixed is not None]
    return Prepared(operator, condition.key.casefold(), templates, fixed if len(fixed) == len(templates) else None)


def holds(condition: Condition, context: Context, variables: bool) -> Held:
    """The answer for `condition`; `variables` where the policy's version has them. Raises NotModelled.

    An absent key fails a positive operator and satisfies a negated one. # ug:condition-operators §IfExists
    """
    operator, key, templates, fixed, rests = condition.derived(_with_variables if variables else _without_variables)
    if operator is None:
        raise NotModelled(f"the condition operator {condition.operator.name}")
    values = context.folded.get(key)
    present = values.values if values else ()
    if operator.name == "Null":
        return _null(condition, operator, absent=not present)
    if not condition.values:
        return _without_values(condition, absent=not present)
    if rests and choice("policy.variablesInBool") == "no":
        fixed = condition.derived(_without_variables).fixed
    if fixed is not None and not rests:
        return _by_qualifier(condition, operator, fixed, values)
    wanted = fixed or [filled(one, context) for one in templates]
    found = _by_qualifier(condition, operator, wanted, values)
    missing = next((one.missing for one in wanted if one.missing), None)
    why = found.why if missing is None else f"{found.why}; ${{{missing}}} has no value"
    return Held(found.holds, why, found.source, rests + found.assumptions)


def _by_qualifier(
    condition: Condition, operator: ConditionOperator, wanted: list[Expanded], values: Values | None
) -> Held:
    qualifier = condition.operator.qualifier
    present = values.values if values else ()
    if qualifier is None and len(present) == 1 and values is not None and not values.multivalued:
        return _one(present[0], operator, wanted)
    if qualifier is Qualifier.FOR_ALL:
        # ug:multivalued §ForAllValues: also true for no value, and for the empty string alone
        if not any(present):
            return Held(True, "no value, so all of them", "ug:multivalued")
        return _joined([_one(value, operator, wanted) for value in present], all_of_them=True)
    if not present:
        return _absent(condition, operator)
    if qualifier is Qualifier.FOR_ANY:
        return _joined([_one(value, operator, wanted) for value in present], all_of_them=False)
    if len(present) > 1:
        return Held(False, "a list needs a set operator", "ug:multivalued")
    single = _one(present[0], operator, wanted)
    # ug:multivalued: a list key wants a set operator; for one value the documents do not say
    as_single = choice("policy.oneElementList") == "as-single"
    why = single.why if as_single else "a list needs a set operator"
    return Held(as_single and single.holds, why, "ug:multivalued", ("policy.oneElementList", *single.assumptions))


def _absent(condition: Condition, operator: ConditionOperator) -> Held:
    if condition.operator.qualifier is Qualifier.FOR_ANY:
        if not condition.operator.if_exists:
            return Held(False, "absent, so none of them", "ug:multivalued")
        answer = choice("policy.forAnyValueIfExists") == "true"
        return Held(answer, "absent", assumptions=("policy.forAnyValueIfExists",))
    if condition.operator.if_exists:
        return Held(True, "absent, and IfExists", "ug:condition-operators§IfExists")
    if operator.negated:
        return Held(True, "absent, so not equal")
    return Held(False, "absent")


def _one(value: str, operator: ConditionOperator, wanted: list[Expanded]) -> Held:
    """One value of the request against all of the policy: OR, or NOR for a negated operator. # ug:condition-logic

    A variable without value equals nothing. # ug:variables §no-value
    """
    compared = [False if one.missing else operator.compare(value, one.pattern) for one in wanted]
    equal = True in compared
    if not operator.negated:
        return Held(equal, f"'{value}'", "ug:condition-logic")
    if equal or None not in compared:
        return Held(not equal, f"'{value}'", "ug:condition-logic")
    answer = choice("policy.negatedJunk") == "true"
    return Held(answer, f"'{value}' cannot be compared", assumptions=("policy.negatedJunk",))


def _joined(parts: list[Held], all_of_them: bool) -> Held:
    answers = [part.holds for part in parts]
    assumptions = tuple(dict.fromkeys(name for part in parts for name in part.assumptions))
    answer = all(answers) if all_of_them else any(answers)
    return Held(answer, ", ".join(part.why for part in parts), "ug:multivalued", assumptions)


def _null(condition: Condition, operator: ConditionOperator, absent: bool) -> Held:
    why = "absent" if absent else "present"
    if condition.operator.qualifier is not None:  # ug:policy-checks §null-with-qualifier
        return Held(condition.operator.qualifier is Qualifier.FOR_ALL, why, "ug:policy-checks")
    said = "true" if absent else "false"
    return Held(any(operator.compare(said, tuple(value)) for value in condition.values), why)


def _without_values(condition: Condition, absent: bool) -> Held:
    """An operator with an empty list holds only where the key's absence makes it. # ug:policy-checks §empty-array"""
    qualifier = condition.operator.qualifier
    by_absence = qualifier is Qualifier.FOR_ALL or (condition.operator.if_exists and qualifier is None)
    return Held(by_absence and absent, "absent" if absent else "no values to compare with", "ug:policy-checks")
