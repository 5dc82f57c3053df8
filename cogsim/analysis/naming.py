"""What tables, pictures and questions call a thing of the world: its logical id, or its name where it has none."""

from __future__ import annotations

from typing import Protocol

from cogsim.world.names import is_named
from cogsim.world.origin import Origin
from cogsim.world.world import World


class Named(Protocol):
    """A thing with a name and an origin."""

    @property
    def name(self) -> str: ...

    @property
    def origin(self) -> Origin: ...


def called(world: World, noun: Named) -> str:
    """The name that tables and pictures show: the logical id, with its stack where several have it, else the name."""
    return called_by(world, noun.origin, noun.name)


def called_by(world: World, origin: Origin, otherwise: str) -> str:
    """The same for a thing that is told by something else than a name: the entity id of an AD FS, an issuer's URL."""
    if not origin.logical_id:
        return otherwise
    return origin.logical_id if is_named(world, origin.logical_id) else f"{origin.stack}/{origin.logical_id}"


def logical_ids(origin: Origin) -> tuple[str, ...]:
    """The ways to write the logical id."""
    return (origin.logical_id, f"{origin.stack}/{origin.logical_id}") if origin.logical_id else ()
