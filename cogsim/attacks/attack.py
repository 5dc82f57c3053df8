"""What an attack is: where a world is open to it, and how it is played there, by the adversary alone."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cogsim.errors import InputError, NotModelled, suggest
from cogsim.lint.finding import Finding, Place
from cogsim.world.world import World


@dataclass(frozen=True, slots=True)
class Opening:
    """A place of a world where an attack's preconditions hold: what the adversary would use, and where it stands."""

    subject: str
    places: tuple[Place, ...]
    #: What the attack needs to know again when it is played: names and ids.
    details: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, name: str) -> str:
        return dict(self.details)[name]


@dataclass(frozen=True, slots=True)
class Attack:
    """A published attack. `openings` reads the world; `play` runs the steps on a copy of it and gives the finding that
    they prove, or None where the world withstands them. `stop` is the one decisive check; `sources` cite it."""

    id: str
    title: str
    summary: str
    stop: str
    sources: tuple[str, ...]
    openings: Callable[[World], Iterable[Opening]] = field(repr=False)
    play: Callable[[World, Opening], Finding | None] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one attack at one opening: the finding, or none, or why it could not be played to the end."""

    attack: str
    opening: Opening
    finding: Finding | None
    unplayed: str = ""


def all_attacks() -> tuple[Attack, ...]:
    """Every attack of the library, by id."""
    library = importlib.import_module("cogsim.attacks.library")
    modules = (importlib.import_module(f"{library.__name__}.{m.name}") for m in pkgutil.iter_modules(library.__path__))
    return tuple(sorted((module.ATTACK for module in modules), key=lambda attack: attack.id))


def attack_called(name: str) -> Attack:
    """The attack with this id; InputError with a suggestion where there is none."""
    by_id = {attack.id: attack for attack in all_attacks()}
    if name not in by_id:
        raise InputError(f"no attack is called {name!r}", suggestion=suggest(name, by_id))
    return by_id[name]


def play(world: World, attacks: Iterable[Attack] | None = None) -> tuple[Played, ...]:
    """Play every attack at every opening of `world`, each on a copy of its own. The world itself does not change."""
    return tuple(
        _play_one(world, attack, opening)
        for attack in (all_attacks() if attacks is None else attacks)
        for opening in attack.openings(world)
    )


def _play_one(world: World, attack: Attack, opening: Opening) -> Played:
    """What cogsim cannot run is said so: an attack that was not played proves nothing, least of all safety."""
    try:
        return Played(attack.id, opening, attack.play(world, opening))
    except (NotModelled, InputError) as error:
        return Played(attack.id, opening, None, str(error))


def findings(played: Iterable[Played]) -> tuple[Finding, ...]:
    """The findings among the results, in order."""
    return tuple(one.finding for one in played if one.finding is not None)
