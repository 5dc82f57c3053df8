"""A condition whose keys are all known: its plain answer."""

from __future__ import annotations

from cogsim.assumptions import choice
from cogsim.policy.document import Condition, Qualifier
from cogsim.policy.request import Context, Values
from cogsim.policy.symbolic import comparison
from cogsim.policy.symbolic.wildcards import Pieces, literal, pattern, substituted

_NOTHING = Values(())


def wanted(condition: Condition, context: Context, variables: bool) -> tuple[Pieces, ...]:
    """The condition's values, each once, with what is known of their variables put in; one that has none equals
    nothing and is left out. # ug:variables §no-value"""
    name = condition.operator.name
    wild = comparison.has_wildcards(name)
    if variables and comparison.takes_variables(name):
        found = [substituted(value, context, wild) for value in condition.values]
    else:
        found = [pattern(value) if wild else literal(value) for value in condition.values]
    return tuple(sorted({one for one in found if one is not None}, key=repr))


def condition_holds(condition: Condition, context: Context, variables: bool) -> bool:
    """Whether `condition` holds in `context`; `variables` where the policy's version has them."""
    name, qualifier = condition.operator.name, condition.operator.qualifier
    found = context.get(condition.key, _NOTHING)
    if name == "Null" or not condition.values or not found.values:
        return by_presence(condition, present=bool(found.values))
    against = wanted(condition, context, variables)
    if qualifier is Qualifier.FOR_ALL:  # ug:multivalued §ForAllValues: nothing but empty texts counts as no value
        return not any(found.values) or all(comparison.holds(name, value, against) for value in found.values)
    if qualifier is Qualifier.FOR_ANY:
        return any(comparison.holds(name, value, against) for value in found.values)
    single = len(found.values) == 1 and (not found.multivalued or choice("policy.oneElementList") == "as-single")
    return single and comparison.holds(name, found.values[0], against)


def by_presence(condition: Condition, present: bool) -> bool:
    """The answer where the key is absent, and of conditions that ask for no value.

    # ug:condition-operators §IfExists
    """
    operator = condition.operator
    if operator.name == "Null":
        if operator.qualifier is not None:  # ug:policy-checks §null-with-qualifier
            return operator.qualifier is Qualifier.FOR_ALL
        return any(comparison.truth(value) == (not present) for value in condition.values)
    if not condition.values:  # ug:policy-checks §empty-array
        absence = operator.qualifier is Qualifier.FOR_ALL or (operator.if_exists and operator.qualifier is None)
        return absence and not present
    if operator.qualifier is Qualifier.FOR_ALL:
        return True
    if operator.qualifier is Qualifier.FOR_ANY:
        return operator.if_exists and choice("policy.forAnyValueIfExists") == "true"
    return operator.if_exists or comparison.is_negated(operator.name)
