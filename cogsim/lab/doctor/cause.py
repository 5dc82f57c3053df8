"""A cause with its cure, and the registry of those who can read one from a symptom."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module

from cogsim.decision import Step
from cogsim.errors import Location
from cogsim.lab.doctor.question import Question
from cogsim.lab.doctor.symptom import Symptom
from cogsim.world.world import World

Changed = tuple[World, Question]


@dataclass(frozen=True, slots=True)
class Cure:
    """A change that takes a cause away: in words, as what to write, and as a function on copies.

    `in_world` tells a change of the configuration from one of the call.
    """

    say: str
    write: str
    apply: Callable[[World, Question], Changed] = field(compare=False, repr=False)
    in_world: bool = True


@dataclass(frozen=True, slots=True)
class Cause:
    """One known cause: `key` is its name for programs, `what` one sentence, `why` the explanation with the values that
    were found, `where` the line of configuration that decides (None: the call decides). Where there is no cure,
    `advice` says what to do and why that cannot be tried here."""

    key: str
    what: str
    why: str
    where: Location | None = None
    cure: Cure | None = None
    advice: str = ""
    source: str = ""


Reader = Callable[[Symptom], Cause | None]
_READERS: dict[str, list[Reader]] = {}


def reads(*questions: str) -> Callable[[Reader], Reader]:
    """Declare a reader of symptoms, by the question of the step that refused, or by one of its facts: `layer:trust`,
    `check:Audience`; `error:Code` is for refusals that no step explains."""

    def declare(reader: Reader) -> Reader:
        for question in questions:
            _READERS.setdefault(question, []).append(reader)
        return reader

    return declare


@cache
def cause_readers() -> dict[str, list[Reader]]:
    """Every reader, by what it reads; modules of `causes` are found, not listed."""
    package = import_module("cogsim.lab.doctor.causes")
    for module in sorted(each.name for each in pkgutil.iter_modules(package.__path__)):
        import_module(f"{package.__name__}.{module}")
    return _READERS


def cause_of(symptom: Symptom) -> Cause | None:
    """The cause that a reader names; None where no known one fits."""
    known = cause_readers()
    for key in _keys(symptom):
        for reader in known.get(key, ()):
            found = reader(symptom)
            if found is not None:
                return found
    return None


def _keys(symptom: Symptom) -> Iterator[str]:
    step = symptom.refusing
    if step is not None:
        yield step.question
        yield from _fact_keys(step)
    yield f"error:{symptom.code}"


def _fact_keys(step: Step) -> Iterator[str]:
    for name, value in step.facts:
        if name in ("layer", "check"):
            yield f"{name}:{value}"
