"""Formulas: atoms about the open keys joined by and, or, not; what is known is folded away while they are built."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cogsim.policy.symbolic.atoms import Atom


@dataclass(frozen=True, slots=True)
class Not:
    """The formula that is true where `part` is not."""

    part: Formula


@dataclass(frozen=True, slots=True)
class All:
    """The formula that is true where every part is."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """The formula that is true where some part is."""

    parts: tuple[Formula, ...]


Formula = bool | Atom | Not | All | Any


def negation(part: Formula) -> Formula:
    """Not `part`; a double negation falls away."""
    if isinstance(part, bool):
        return not part
    return part.part if isinstance(part, Not) else Not(part)


def conjunction(parts: Iterable[Formula]) -> Formula:
    """All of `parts`; true where there is none."""
    kept: dict[Formula, None] = {}
    for part in parts:
        if part is False:
            return False
        kept.update(dict.fromkeys(part.parts if isinstance(part, All) else () if part is True else (part,)))
    return next(iter(kept)) if len(kept) == 1 else All(tuple(kept)) if kept else True


def disjunction(parts: Iterable[Formula]) -> Formula:
    """Any of `parts`; false where there is none."""
    kept: dict[Formula, None] = {}
    for part in parts:
        if part is True:
            return True
        kept.update(dict.fromkeys(part.parts if isinstance(part, Any) else () if part is False else (part,)))
    return next(iter(kept)) if len(kept) == 1 else Any(tuple(kept)) if kept else False


def atoms_of(formula: Formula) -> set[Atom]:
    """Every atom that stands in `formula`."""
    if isinstance(formula, bool):
        return set()
    if isinstance(formula, Not):
        return atoms_of(formula.part)
    if isinstance(formula, All | Any):
        return set().union(*map(atoms_of, formula.parts))
    return {formula}
