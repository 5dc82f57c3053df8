"""What can be asked of an open key: is it there, what is its value, and what a policy makes of it."""

from __future__ import annotations

from dataclasses import dataclass

from cogsim.policy.document import Condition, PolicyKind
from cogsim.policy.request import Context
from cogsim.policy.symbolic import comparison, plain, resources
from cogsim.policy.symbolic.wildcards import Pieces, shown

VALUE, SOME, EVERY = "value", "some", "every"

_PHRASES = {
    "StringEquals": "is", "StringNotEquals": "is not", "StringEqualsIgnoreCase": "is, in any case,",
    "StringNotEqualsIgnoreCase": "is not, in any case,", "StringLike": "is like", "StringNotLike": "is not like",
    "NumericEquals": "=", "NumericNotEquals": "is a number other than", "NumericLessThan": "<",
    "NumericLessThanEquals": "<=", "NumericGreaterThan": ">", "NumericGreaterThanEquals": ">=",
    "DateEquals": "is at", "DateNotEquals": "is a date other than", "DateLessThan": "is before",
    "DateLessThanEquals": "is at or before", "DateGreaterThan": "is after", "DateGreaterThanEquals": "is at or after",
    "Bool": "is", "BinaryEquals": "is the bytes", "IpAddress": "in", "NotIpAddress": "is an address outside",
    "ArnEquals": "is an ARN like", "ArnNotEquals": "is not an ARN like", "ArnLike": "is an ARN like",
    "ArnNotLike": "is not an ARN like",
}  # fmt: skip
_READ_AS = {"Numeric": "a number", "Date": "a date", "IpAddress": "an address"}


@dataclass(frozen=True, slots=True)
class OpenKey:
    """A key whose value is not known: its name, whether it is a list at its source, and the type of its values in the
    words of the service authorization reference, where that is known."""

    name: str
    is_list: bool = False
    type: str | None = None

    @property
    def folded(self) -> str:
        return self.name.casefold()

    def reads(self, operator: str) -> bool:
        """Whether every value that the key can have can be read under `operator`."""
        kind = comparison.family(operator)
        return kind is None or comparison.TYPES[kind] == self.type


@dataclass(frozen=True, slots=True)
class Present:
    """The key has a value."""

    key: OpenKey

    def holds(self, context: Context) -> bool:
        found = context.get(self.key.name)
        return found is not None and bool(found.values)

    def text(self, negated: bool = False) -> str:
        return f"{self.key.name} is {'absent' if negated else 'present'}"


@dataclass(frozen=True, slots=True)
class Compared:
    """The key is present, and its value, some or every one of its values passes `operator` against `wanted`."""

    key: OpenKey
    operator: str
    wanted: tuple[Pieces, ...]
    over: str = VALUE

    def holds(self, context: Context) -> bool:
        found = context.get(self.key.name)
        if found is None or not found.values:
            return False
        answers = (comparison.holds(self.operator, value, self.wanted) for value in found.values)
        return all(answers) if self.over == EVERY else any(answers)

    def text(self, negated: bool = False) -> str:
        phrase = _PHRASES[self.operator]
        listed = ", ".join(map(_quoted, self.wanted))
        one_of = "one of " if phrase in ("is", "is not") else ""
        said = f"{phrase} {one_of}({listed})" if len(self.wanted) > 1 else f"{phrase} {listed}"
        if self.over == VALUE:
            return f"{self.key.name} {_denied(said) if negated else said}"
        quantity = {(SOME, True): "no", (EVERY, True): "not every"}.get((self.over, negated), self.over)
        return f"{quantity} value of {self.key.name} {said}"


@dataclass(frozen=True, slots=True)
class Readable:
    """The key's single value is of the kind that a family of operators reads."""

    key: OpenKey
    family: str

    def holds(self, context: Context) -> bool:
        found = context.get(self.key.name)
        values = found.values if found else ()
        return len(values) == 1 and comparison.READERS[self.family](values[0]) is not None

    def text(self, negated: bool = False) -> str:
        return f"{self.key.name} is {'not ' if negated else ''}{_READ_AS[self.family]}"


@dataclass(frozen=True, slots=True)
class Whole:
    """A condition that cannot be taken apart, because an open key stands in its values."""

    key: OpenKey
    condition: Condition

    def holds(self, context: Context) -> bool:
        return plain.condition_holds(self.condition, context, variables=True)

    def text(self, negated: bool = False) -> str:
        said = f"{self.condition.operator} {self.condition.key} {', '.join(self.condition.values)}"
        return f"not ({said})" if negated else f"({said})"


@dataclass(frozen=True, slots=True)
class Fits:
    """The request's resource fits a pattern that an open key stands in."""

    key: OpenKey
    written: str
    resource: str
    kind: PolicyKind

    def holds(self, context: Context) -> bool:
        return resources.fits_arn(self.written, self.resource, self.kind, context, variables=True)

    def text(self, negated: bool = False) -> str:
        return f"{self.resource} {'does not fit' if negated else 'fits'} {self.written}"


Atom = Present | Compared | Readable | Whole | Fits

_ORDER = (Present, Readable, Compared, Whole, Fits)


def order(atom: Atom) -> tuple[str, int, str]:
    """A total order: by key, what is more general first."""
    return atom.key.folded, _ORDER.index(type(atom)), atom.text()


def _quoted(pieces: Pieces) -> str:
    text = shown(pieces)
    return text if text and not set(" ,()'") & set(text) else f"'{text}'"


def _denied(said: str) -> str:
    if said == "is true":
        return "is false"
    if said.startswith("is not "):
        return "is " + said.removeprefix("is not ")
    if said.startswith("is "):
        return "is not " + said.removeprefix("is ")
    return f"not {said}"
