"""The points where AWS's documents are silent or disagree, each a named switch with a default."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib import resources

from cogsim.errors import InputError, suggest


@dataclass(frozen=True, slots=True)
class Assumption:
    """A question, the answers one may choose, the default, and where the question stands."""

    name: str
    question: str
    choices: tuple[str, ...]
    default: str
    source: str


@cache
def all_assumptions() -> dict[str, Assumption]:
    """Every entry of assumptions.toml by name, in the file's order."""
    table = tomllib.loads(resources.files("cogsim").joinpath("assumptions.toml").read_text(encoding="utf-8"))
    return {
        name: Assumption(name, entry["question"], tuple(entry["choices"]), entry["default"], entry["source"])
        for name, entry in table.items()
    }


_chosen: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("chosen assumptions", default=())


def choice(name: str) -> str:
    """The answer in force for the assumption `name`: the default unless `assuming` says otherwise."""
    for said, value in _chosen.get():
        if said == name:
            return value
    return all_assumptions()[name].default


def chosen() -> tuple[tuple[str, str], ...]:
    """What `assuming` says in this context: a value that stands for all answers in force."""
    return _chosen.get()


@contextmanager
def assuming(choices: Mapping[str, str]) -> Iterator[None]:
    """Within the block, the named assumptions take these answers; an unknown name or answer is an InputError."""
    known = all_assumptions()
    for name, value in choices.items():
        if name not in known:
            raise InputError(f"unknown assumption {name!r}", suggestion=suggest(name, known))
        if value not in known[name].choices:
            raise InputError(f"{name} is one of {', '.join(known[name].choices)}, not {value!r}")
    token = _chosen.set((*sorted(choices.items()), *_chosen.get()))
    try:
        yield
    finally:
        _chosen.reset(token)
