"""What a load has to say beside the world: the raw material of the completeness statement."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from cogsim.errors import Location
from cogsim.world.world import Completeness


@dataclass(slots=True)
class Notes:
    """Collects as a load goes; `unresolved`, `properties` and `warnings` keep the first of equal entries."""

    read: Counter[str] = field(default_factory=Counter)
    ignored: list[tuple[str, str, str]] = field(default_factory=list)
    properties: dict[tuple[str, str], None] = field(default_factory=dict)
    unresolved: dict[tuple[str, str, str], None] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)
    stacks: list[tuple[str, str, str, str, str]] = field(default_factory=list)

    def warn(self, place: Location | None, sentence: str) -> None:
        self.warnings[f"{place}: {sentence}" if place else sentence] = None

    def completeness(self) -> Completeness:
        return Completeness(
            read=dict(sorted(self.read.items())),
            ignored=tuple(self.ignored),
            properties=tuple(self.properties),
            unresolved=tuple(self.unresolved),
            warnings=tuple(self.warnings),
            stacks=tuple(self.stacks),
        )
