"""The world while it is being read: nouns go in as their resources come, attachments when all nouns are there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cogsim.errors import InputError, Location
from cogsim.load.cloudformation.fragment import Environment
from cogsim.load.cloudformation.notes import Notes
from cogsim.world.world import World

#: When an attachment happens: users of pools before their groups, everything that changes a noun after the nouns.
USERS, ATTACHMENTS = 0, 1


@dataclass(slots=True)
class Draft:
    """`roles`, `users` and `groups` find IAM's nouns by account and name, as attachments name them."""

    world: World
    notes: Notes
    roles: dict[tuple[str, str, str], str] = field(default_factory=dict)
    users: dict[tuple[str, str, str], str] = field(default_factory=dict)
    groups: dict[tuple[str, str, str], str] = field(default_factory=dict)
    #: Where each thing that may be defined once only was defined first, by kind and key.
    defined: dict[tuple[str, str], Location] = field(default_factory=dict)
    waiting: list[tuple[int, int, Callable[[], None]]] = field(default_factory=list)
    #: The position of the resource being read among all resources as written: attachments happen in that order.
    position: int = 0

    def define(self, kind: str, key: str, place: Location) -> None:
        """Note that the thing is defined at `place`; InputError where it was defined at another one before."""
        first = self.defined.setdefault((kind, key), place)
        if first is not place:
            raise InputError(f"the {kind} {key} is defined twice, first at {first}", place)

    def later(self, phase: int, change: Callable[[], None]) -> None:
        self.waiting.append((phase, self.position, change))

    def finish(self) -> World:
        """Apply what waited, in the order of the files."""
        for _, _, change in sorted(self.waiting, key=lambda entry: entry[:2]):
            change()
        return self.world

    def name_key(self, environment: Environment, name: str) -> tuple[str, str, str]:
        return (environment.partition, environment.account, name)
