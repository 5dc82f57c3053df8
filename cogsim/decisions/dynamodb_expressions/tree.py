"""What expressions are made of once they are parsed."""

from __future__ import annotations

from dataclasses import dataclass

from cogsim.world.attribute_value import Value

#: A step into a document: an attribute's or a map's name, or a position in a list.
Element = str | int


@dataclass(frozen=True, slots=True)
class Path:
    """A document path. Before placeholders are put in, names may begin with `#`."""

    elements: tuple[Element, ...]

    @property
    def top(self) -> str:
        """The attribute that the path begins with."""
        return str(self.elements[0])

    def __str__(self) -> str:
        return "[" + ", ".join(f"[{each}]" if isinstance(each, int) else each for each in self.elements) + "]"


@dataclass(frozen=True, slots=True)
class Reference:
    """A value's placeholder, `:name`, or in PartiQL a question mark by its number."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that stands in the expression."""

    value: Value


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its operands."""

    name: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """Two operands compared by `=`, `<>`, `<`, `<=`, `>` or `>=`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between:
    """An operand between two bounds, both included."""

    operand: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In:
    """An operand that is one of several."""

    operand: Node
    choices: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """PartiQL's `IS MISSING` and `IS NULL`, and their negation: `what` is MISSING or NULL."""

    operand: Node
    what: str
    negated: bool


@dataclass(frozen=True, slots=True)
class And:
    """Two conditions that have both to be true."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Or:
    """Two conditions of which one has to be true."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Not:
    """A condition that must not be true."""

    inner: Node


@dataclass(frozen=True, slots=True)
class Sum:
    """Two operands added or subtracted; `operator` is `+` or `-`."""

    operator: str
    left: Node
    right: Node


Node = Path | Reference | Constant | Call | Compare | Between | In | Missing | And | Or | Not | Sum


@dataclass(frozen=True, slots=True)
class Action:
    """One action of an update: its section (SET, REMOVE, ADD, DELETE), the path, and the operand where it has one."""

    section: str
    path: Path
    operand: Node | None = None
