"""A policy as far as it can be understood, with the place of every word: what the checks of validation look at.

`parse` refuses a document at its first fault; a draft keeps what is sound and collects a finding for each fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cogsim.errors import Location
from cogsim.lint.policy_codes import CODES
from cogsim.lint.policy_finding import PolicyFinding
from cogsim.load.nodes import Node
from cogsim.policy.document import Operator, PolicyKind
from cogsim.policy.grammar import is_placeholder
from cogsim.policy.malformed import Path


@dataclass(frozen=True, slots=True)
class Word:
    """A text with its place. `form` is its JSON type: string, number or boolean."""

    text: str
    location: Location
    path: Path
    form: str = "string"

    def finding(self, code: str, message: str, fix: str = "") -> PolicyFinding:
        return PolicyFinding(code, CODES[code], message, self.location, self.path, fix)

    @property
    def open(self) -> bool:
        """Whether it holds a reference that stayed unresolved, which no check of form can judge."""
        return is_placeholder(self.text)


@dataclass(frozen=True, slots=True)
class Element:
    """`Action`, `NotAction`, `Resource` or `NotResource` with its values; `name` carries the element's own place."""

    name: Word
    negated: bool
    values: tuple[Word, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(word.text for word in self.values)


@dataclass(frozen=True, slots=True)
class PrincipalDraft:
    """`Principal` or `NotPrincipal`: the bare text where it is one, and the entries kind by kind."""

    name: Word
    negated: bool
    bare: Word | None = None
    entries: tuple[tuple[str, Word], ...] = ()

    def of(self, kind: str) -> Iterator[Word]:
        return (word for found, word in self.entries if found == kind)


@dataclass(frozen=True, slots=True)
class Test:
    """One key under one operator. `operator` is None where AWS has none of that name."""

    written: Word
    operator: Operator | None
    key: Word
    values: tuple[Word, ...]
    listed: bool

    @property
    def folded(self) -> str:
        """The key as IAM compares it."""
        return self.key.text.casefold()

    @property
    def name(self) -> str:
        """The operator without prefix and suffix, or nothing."""
        return self.operator.name if self.operator else ""

    @property
    def negated(self) -> bool:
        return "Not" in self.name

    @property
    def positive(self) -> bool:
        """Whether it fails where the key is absent."""
        from cogsim.policy.document import Qualifier

        sound = self.operator is not None and self.name != "Null" and not self.negated
        return bool(
            sound and self.operator and not self.operator.if_exists and self.operator.qualifier is not Qualifier.FOR_ALL
        )


@dataclass(frozen=True, slots=True)
class StatementDraft:
    """One statement; elements that are missing or not understood are None or empty."""

    name: Word
    effect: str = ""
    sid: Word | None = None
    actions: Element | None = None
    resources: Element | None = None
    principals: PrincipalDraft | None = None
    tests: tuple[Test, ...] = ()
    node: Node | None = None

    @property
    def allows(self) -> bool:
        return self.effect == "Allow"

    def tested(self, *keys: str) -> Iterator[Test]:
        """The tests of any of the keys, or of tags where a key ends in a slash."""
        folded = [key.casefold() for key in keys]
        for test in self.tests:
            if any(test.folded.startswith(key) if key.endswith("/") else test.folded == key for key in folded):
                yield test


@dataclass(frozen=True, slots=True)
class Draft:
    """A document of a kind, attached to a resource of the CloudFormation type where that is known. `length` counts what
    the size limit of its kind counts."""

    kind: PolicyKind
    name: Word
    resource_type: str | None = None
    version: Word | None = None
    statements: tuple[StatementDraft, ...] = ()
    length: int = 0
    faults: tuple[PolicyFinding, ...] = field(default=(), repr=False)

    @property
    def has_variables(self) -> bool:
        return self.version is not None and self.version.text == "2012-10-17"

    @property
    def is_caller_side(self) -> bool:
        """Whether it is attached to those who call, and so grants what they may do."""
        return self.kind in (PolicyKind.IDENTITY, PolicyKind.BOUNDARY, PolicyKind.SESSION)

    @property
    def is_resource_side(self) -> bool:
        """Whether it is attached to a resource, a role's trust policy left out."""
        return self.kind in (PolicyKind.RESOURCE, PolicyKind.KMS_KEY, PolicyKind.ENDPOINT)
