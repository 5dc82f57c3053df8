"""The frozen syntax tree of a policy: what was written, with the place it was written at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self, TypeVar

from cogsim.errors import Location

T = TypeVar("T")


class Remembering:
    """A frozen value with room for what is derived from it alone: not compared, shown, copied or pickled with it."""

    __slots__ = ("_derived",)
    _derived: dict[Any, Any]

    def derived(self, make: Callable[[Self], T]) -> T:
        """What `make` gives for this value, asked once as long as the value lives."""
        try:
            found: T = self._derived[make]
        except AttributeError:
            object.__setattr__(self, "_derived", {})
            return self.derived(make)
        except KeyError:
            found = self._derived[make] = make(self)
        return found


class Effect(StrEnum):
    """What a statement says; also the answer of a decision."""

    ALLOW = "Allow"
    DENY = "Deny"


class PolicyKind(StrEnum):
    """Which elements a policy may hold, and in which layer it acts. # ug:grammar"""

    IDENTITY = "identity"
    BOUNDARY = "boundary"
    SESSION = "session"
    TRUST = "trust"
    RESOURCE = "resource"
    KMS_KEY = "kms-key"
    ENDPOINT = "vpc-endpoint"
    SCP = "scp"
    RCP = "rcp"


class Qualifier(StrEnum):
    """The set operator in front of a condition operator."""

    FOR_ALL = "ForAllValues"
    FOR_ANY = "ForAnyValue"


@dataclass(frozen=True, slots=True)
class Operator:
    """A condition operator taken apart: `ForAnyValue:StringLikeIfExists` is (StringLike, FOR_ANY, True)."""

    name: str
    qualifier: Qualifier | None = None
    if_exists: bool = False

    def __str__(self) -> str:
        prefix = f"{self.qualifier}:" if self.qualifier else ""
        return f"{prefix}{self.name}{'IfExists' if self.if_exists else ''}"


@dataclass(frozen=True, slots=True)
class Condition(Remembering):
    """One key under one operator. Conditions of a statement are joined by AND, `values` by OR (NOR when negated)."""

    operator: Operator
    key: str
    values: tuple[str, ...]
    location: Location | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Principals:
    """The `Principal` or `NotPrincipal` element. `everyone` is the bare `"*"`; `{"AWS": "*"}` stays in `entries`.

    `entries` are (kind, value) with kind one of AWS, Federated, Service, CanonicalUser, in the order written.
    """

    everyone: bool
    entries: tuple[tuple[str, str], ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Patterns:
    """`Action`/`NotAction` or `Resource`/`NotResource`: patterns as written, joined by OR, and whether negated."""

    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `resources` is None where the policy type forbids or omits the element (trust policies).

    In trust policies `principals_at` and `actions_at` are the places of these elements."""

    effect: Effect
    actions: Patterns
    resources: Patterns | None = None
    principals: Principals | None = None
    conditions: tuple[Condition, ...] = ()
    sid: str | None = None
    location: Location | None = field(default=None, compare=False, repr=False)
    principals_at: Location | None = field(default=None, compare=False, repr=False)
    actions_at: Location | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Policy(Remembering):
    """A policy document. `version` is 2008-10-17 where the document names none. # ug:version"""

    statements: tuple[Statement, ...]
    version: str = "2008-10-17"
    id: str | None = None
    kind: PolicyKind = PolicyKind.IDENTITY
    #: Whether the document itself named its version, so that it can be written back as it was.
    version_written: bool = True
    location: Location | None = field(default=None, compare=False, repr=False)

    @property
    def has_variables(self) -> bool:
        """Variables are substituted only under 2012-10-17. # ug:variables"""
        return self.version == "2012-10-17"
