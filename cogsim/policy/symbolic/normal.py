"""One form for equal formulas: the shortest sum of terms, given what the atoms have to do with one another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

from cogsim.errors import NotModelled
from cogsim.policy.request import Context
from cogsim.policy.symbolic import atoms
from cogsim.policy.symbolic.atoms import EVERY, SOME, VALUE, Atom, Compared, Fits, Present, Readable, Whole
from cogsim.policy.symbolic.comparison import family, holds
from cogsim.policy.symbolic.diagram import FALSE, TRUE, Diagram
from cogsim.policy.symbolic.formula import All, Any, Formula, Not, atoms_of, conjunction, disjunction, negation
from cogsim.policy.symbolic.wildcards import shown

MAX_ATOMS = 200
ABSENT = " or absent"


@dataclass(frozen=True, slots=True)
class Literal:
    """An atom that must be true, or must not."""

    atom: Atom
    true: bool = True

    def holds(self, context: Context) -> bool:
        return self.atom.holds(context) is self.true

    def __str__(self) -> str:
        return self.atom.text(negated=not self.true)


@dataclass(frozen=True, slots=True)
class Expression:
    """A sum of terms: true where every literal of one of them is. No term is false, and one without literals true."""

    terms: tuple[tuple[Literal, ...], ...]

    @property
    def constant(self) -> bool | None:
        """The answer where it does not depend on any key."""
        return False if not self.terms else True if self.terms == ((),) else None

    def holds(self, context: Context) -> bool:
        """The answer in `context`, which says everything."""
        return any(all(literal.holds(context) for literal in term) for term in self.terms)

    def __str__(self) -> str:
        if self.constant is not None:
            return "always" if self.constant else "never"
        texts = [" and ".join(_told(term)) for term in self.terms]
        several = len(texts) > 1
        joined = (f"({text})" if several and (" and " in text or text.endswith(ABSENT)) else text for text in texts)
        return " or ".join(joined)


def normal(formula: Formula) -> Expression:
    """`formula` in its one form. Raises NotModelled where it has more than `MAX_ATOMS` atoms."""
    ordered = sorted(atoms_of(formula), key=atoms.order)
    if len(ordered) > MAX_ATOMS:
        raise NotModelled(f"a condition of more than {MAX_ATOMS} tests")
    diagram = Diagram()
    numbers = {atom: number for number, atom in enumerate(ordered)}
    drawn = _drawn(formula, diagram, numbers)
    told = [ordered[number] for number in sorted(diagram.variables_of(drawn))]
    possible = _drawn(conjunction(_ties(told)), diagram, numbers)
    lower, upper = diagram.both(drawn, possible), diagram.either(drawn, diagram.negation(possible))
    terms = diagram.terms(lower, upper)
    return Expression(tuple(tuple(Literal(ordered[atom], value) for atom, value in term) for term in terms))


def _drawn(formula: Formula, diagram: Diagram, numbers: dict[Atom, int]) -> int:
    if isinstance(formula, bool):
        return TRUE if formula else FALSE
    if isinstance(formula, Not):
        return diagram.negation(_drawn(formula.part, diagram, numbers))
    if isinstance(formula, All | Any):
        every = isinstance(formula, All)
        found = TRUE if every else FALSE
        for part in formula.parts:
            drawn = _drawn(part, diagram, numbers)
            found = diagram.both(found, drawn) if every else diagram.either(found, drawn)
        return found
    return diagram.variable(numbers[formula])


# What the atoms about one key have to do with one another


def _ties(ordered: list[Atom]) -> Iterator[Formula]:
    """Formulas that are true whatever the request: they let terms be left out, and hold by the atoms' meaning."""
    by_key: dict[str, list[Atom]] = {}
    for atom in ordered:
        if not isinstance(atom, Whole | Fits):
            by_key.setdefault(atom.key.folded, []).append(atom)
    for same in by_key.values():
        for one, other in permutations(same, 2):
            if _implies(one, other):
                yield disjunction((negation(one), other))
            elif _excludes(one, other):
                yield negation(conjunction((one, other)))


def _implies(one: Atom, other: Atom) -> bool:
    if isinstance(other, Present):
        return True
    if isinstance(other, Readable) and isinstance(one, Compared):
        return family(one.operator) == other.family
    if not (isinstance(one, Compared) and isinstance(other, Compared)):
        return False
    values = _values(one)
    if values is not None and other.over == VALUE:
        return all(holds(other.operator, value, other.wanted) for value in values)
    same = one.operator == other.operator and set(one.wanted) <= set(other.wanted) and "Not" not in one.operator
    return same and (one.over, other.over) in {(VALUE, VALUE), (SOME, SOME), (EVERY, EVERY), (EVERY, SOME)}


def _excludes(one: Atom, other: Atom) -> bool:
    if not (isinstance(one, Compared) and isinstance(other, Compared) and other.over == VALUE):
        return False
    values = _values(one)
    return values is not None and not any(holds(other.operator, value, other.wanted) for value in values)


def _values(atom: Compared) -> list[str] | None:
    """All the values with which the atom is true, where they can be listed."""
    exact = atom.operator == "StringEquals" or (atom.key.type == "Bool" and atom.operator == "Bool")
    listed = exact and atom.over == VALUE
    return [shown(one) for one in atom.wanted] if listed else None


# Text


def _told(term: tuple[Literal, ...]) -> list[str]:
    """A term's literals. What a negation leaves open about absence is said with it, and so is that it does not."""
    said = {
        literal.atom.key for literal in term if isinstance(literal.atom, Compared) and literal.atom.operator == "Bool"
    }
    present = {literal.atom.key for literal in term if isinstance(literal.atom, Present) and literal.true}
    settled = present | {literal.atom.key for literal in term if literal.true}
    texts = []
    for literal in term:
        atom = literal.atom
        about_value = isinstance(atom, Readable) or (isinstance(atom, Compared) and atom.over != SOME)
        if isinstance(literal.atom, Present) and literal.atom.key in said & present:
            continue  # that it is false, or true, says that it is present
        open_ = about_value and not literal.true and literal.atom.key not in settled
        texts.append(f"{literal}{ABSENT}" if open_ else str(literal))
    return [f"({text})" if text.endswith(ABSENT) and len(texts) > 1 else text for text in texts]
