"""Decision diagrams: one node for equal functions of numbered variables, and the shortest sums that cover them.

# R. E. Bryant, Graph-Based Algorithms for Boolean Function Manipulation (1986)
# S. Minato, Fast Generation of Prime-Irredundant Covers from Binary Decision Diagrams (1993)
"""

from __future__ import annotations

from cogsim.errors import NotModelled

FALSE, TRUE = 0, 1
MAX_NODES = 50_000
MAX_TERMS = 2_000

Term = tuple[tuple[int, bool], ...]
"""Variables by number, each with the value it must have."""


class Diagram:
    """Functions of variables in one fixed order; a function is a number, and equal functions are equal numbers."""

    def __init__(self) -> None:
        self._nodes: list[tuple[int, int, int]] = [(1 << 30, FALSE, FALSE), (1 << 30, TRUE, TRUE)]
        self._numbers: dict[tuple[int, int, int], int] = {}
        self._chosen: dict[tuple[int, int, int], int] = {}
        self._covers: dict[tuple[int, int], tuple[tuple[Term, ...], int]] = {}

    def variable(self, number: int) -> int:
        return self._node(number, FALSE, TRUE)

    def negation(self, part: int) -> int:
        return self.choice(part, FALSE, TRUE)

    def both(self, left: int, right: int) -> int:
        return self.choice(left, right, FALSE)

    def either(self, left: int, right: int) -> int:
        return self.choice(left, TRUE, right)

    def choice(self, test: int, then: int, otherwise: int) -> int:
        """`then` where `test` is true, `otherwise` elsewhere."""
        if test == TRUE or then == otherwise:
            return then
        if test == FALSE:
            return otherwise
        asked = (test, then, otherwise)
        if asked not in self._chosen:
            top = min(self._nodes[part][0] for part in asked)
            low = self.choice(*(self._at(part, top, False) for part in asked))
            high = self.choice(*(self._at(part, top, True) for part in asked))
            self._chosen[asked] = self._node(top, low, high)
        return self._chosen[asked]

    def variables_of(self, function: int) -> set[int]:
        """The variables that `function` depends on."""
        found: set[int] = set()
        seen, waiting = {FALSE, TRUE}, [function]
        while waiting:
            part = waiting.pop()
            if part not in seen:
                seen.add(part)
                variable, low, high = self._nodes[part]
                found.add(variable)
                waiting += [low, high]
        return found

    def terms(self, lower: int, upper: int) -> tuple[Term, ...]:
        """Terms whose sum is true wherever `lower` is and only where `upper` is: none can be left out or shortened.
        Raises NotModelled beyond `MAX_TERMS`."""
        return tuple(sorted((tuple(sorted(term)) for term in self._cover(lower, upper)[0]), key=_length_first))

    def _cover(self, lower: int, upper: int) -> tuple[tuple[Term, ...], int]:
        if lower == FALSE:
            return (), FALSE
        if upper == TRUE:
            return ((),), TRUE
        asked = (lower, upper)
        if asked not in self._covers:
            self._covers[asked] = self._split_cover(lower, upper)
        return self._covers[asked]

    def _split_cover(self, lower: int, upper: int) -> tuple[tuple[Term, ...], int]:
        top = min(self._nodes[lower][0], self._nodes[upper][0])
        low, high = self._at(lower, top, False), self._at(lower, top, True)
        may_low, may_high = self._at(upper, top, False), self._at(upper, top, True)
        without, covered_low = self._cover(self.both(low, self.negation(may_high)), may_low)
        with_, covered_high = self._cover(self.both(high, self.negation(may_low)), may_high)
        left_low = self.both(low, self.negation(covered_low))
        left_high = self.both(high, self.negation(covered_high))
        free, covered_free = self._cover(self.either(left_low, left_high), self.both(may_low, may_high))
        terms = (
            *(((top, False), *term) for term in without),
            *(((top, True), *term) for term in with_),
            *free,
        )
        if len(terms) > MAX_TERMS:
            raise NotModelled(f"a condition of more than {MAX_TERMS} alternatives")
        covered = self.either(self.choice(self.variable(top), covered_high, covered_low), covered_free)
        return terms, covered

    def _node(self, variable: int, low: int, high: int) -> int:
        if low == high:
            return low
        if len(self._nodes) > MAX_NODES:
            raise NotModelled("a condition that ties so many tests together")
        asked = (variable, low, high)
        if asked not in self._numbers:
            self._numbers[asked] = len(self._nodes)
            self._nodes.append(asked)
        return self._numbers[asked]

    def _at(self, part: int, variable: int, value: bool) -> int:
        own, low, high = self._nodes[part]
        return part if own != variable else high if value else low


def _length_first(term: Term) -> tuple[int, Term]:
    return len(term), tuple((variable, not value) for variable, value in term)
