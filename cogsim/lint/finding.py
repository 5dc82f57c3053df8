"""A finding: what is wrong, how bad, how sure, where it stands, the trace that proves it, and the smallest fix."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cogsim.errors import Location


class Severity(StrEnum):
    """How bad it is if it is so."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Confidence(StrEnum):
    """How sure it is: proved by a replay, or inferred from the configuration alone."""

    PROVED = "proved"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Place:
    """A line of configuration with what to read there."""

    location: Location | None
    note: str


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One call of the trace: who made which operation, and what came of it."""

    who: str
    operation: str
    result: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `rule` is the id of the rule or attack; severity and confidence are separate; `trace` is the proof;
    `sources` are ids of sources.toml."""

    rule: str
    title: str
    severity: Severity
    confidence: Confidence
    summary: str
    places: tuple[Place, ...] = ()
    trace: tuple[TraceStep, ...] = ()
    fix: str = ""
    sources: tuple[str, ...] = ()
