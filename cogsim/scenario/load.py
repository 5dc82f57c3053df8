"""A scenario file → `Scenario`: every field known, every value of its kind, every fault with its place."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from cogsim.assumptions import all_assumptions
from cogsim.clock import DEFAULT_START, instant
from cogsim.errors import InputError, suggest
from cogsim.load.files import parse_document, read_document
from cogsim.load.nodes import Node, Record, Scalar, Series, kind_of
from cogsim.scenario.document import AccessRow, Advance, Invariant, Leakage, Scenario, Step
from cogsim.scenario.fields import fields, items, text, truth
from cogsim.scenario.parameters import untyped
from cogsim.scenario.references import Entries, parse
from cogsim.scenario.steps import step

_LAST_INSTANT = instant("8999-12-31T00:00:00Z")
_FIELDS = (
    *("name", "description", "world", "seed", "start", "assume", "story", "steps", "access", "invariants"),
    *("leaks", "refused"),
)


def load(path: str | Path) -> Scenario:
    """The scenario in the file at `path`; InputError with its place for anything that is none."""
    return _scenario(read_document(Path(path)), str(path))


def loads(written: str, file: str) -> Scenario:
    """The scenario in the text `written`, as if it stood at `file`."""
    return _scenario(parse_document(written, file), file)


def _scenario(node: Node, file: str) -> Scenario:
    if isinstance(node, Record) and node.get("Resources") is not None and node.get("steps") is None:
        raise node.error("a template, not a scenario: a scenario names it as its `world:`")
    record = fields(node, "a scenario", _FIELDS, required=("world",))
    path = Path(file)
    start = _start(record.get("start"))
    told = [*_stories(record.get("story"), path.parent), *items(record, "steps")]
    steps = tuple(step(number, item) for number, item in enumerate(told, 1))
    _check_time(start, steps)
    scenario = Scenario(
        name=_text_of(record, "name") or path.stem,
        file=file,
        worlds=_worlds(record, path.parent),
        seed=_text_of(record, "seed") or path.name,
        start=start,
        assume=tuple(_assumptions(record.get("assume"))),
        steps=steps,
        access=tuple(_access_row(item) for item in items(record, "access")),
        invariants=tuple(_invariant(item) for item in items(record, "invariants")),
        leakage=_leakage(record),
    )
    if not (scenario.steps or scenario.access or scenario.invariants):
        raise node.error("a scenario without steps, access or invariants asks nothing")
    return scenario


def _text_of(record: Record, name: str) -> str:
    node = record.get(name)
    return text(node, name) if node is not None else ""


def _worlds(record: Record, folder: Path) -> tuple[Path, ...]:
    node = record.get("world")
    nodes = node.items if isinstance(node, Series) else (node,)
    paths = []
    for each in nodes:
        assert each is not None
        path = Path(os.path.normpath(folder / text(each, "world")))
        if not path.exists():
            raise each.error(f"there is no world at {path}")
        paths.append(path)
    if not paths:
        raise record.key("world").error("a scenario needs a world")
    return tuple(paths)


def _stories(node: Node | None, folder: Path) -> Iterator[Node]:
    """The steps of other files, which are played before those that stand here: one story in several worlds."""
    if node is None:
        return
    for each in node.items if isinstance(node, Series) else (node,):
        path = Path(os.path.normpath(folder / text(each, "story")))
        if not path.exists():
            raise each.error(f"there is no story at {path}")
        yield from items(fields(read_document(path), "a story", ("description", "steps"), ("steps",)), "steps")


def _leakage(record: Record) -> Leakage | None:
    node = record.get("leaks")
    if node is None:
        if record.get("refused") is not None:
            raise record.key("refused").error("refused goes with leaks: an empty list where nothing leaks")
        return None
    listed = {name: tuple(text(each, name) for each in items(record, name)) for name in ("leaks", "refused")}
    return Leakage(listed["leaks"], listed["refused"], record.key("leaks").location)


def _start(node: Node | None) -> float:
    if node is None:
        return DEFAULT_START
    try:
        start = instant(text(node, "start"))
    except InputError as error:
        raise error if error.location else node.error(error.message) from None
    if not 0 <= start <= _LAST_INSTANT:
        raise node.error("a story starts between the years 1970 and 8999")
    return start


def _check_time(start: float, steps: tuple[Step, ...]) -> None:
    """Calendars end with the year 9999, and tokens and sessions look ahead from now."""
    now = start
    for each in steps:
        now += each.action.seconds if isinstance(each.action, Advance) else 0
        if now > _LAST_INSTANT:
            raise InputError("the story leaves the year 8999", each.location)


def _assumptions(node: Node | None) -> Iterable[tuple[str, str]]:
    if node is None:
        return
    known = all_assumptions()
    for name, value in fields(node, "assume", None):
        if name not in known:
            raise fields(node, "assume", None).key(name).error(f"unknown assumption {name!r}", suggest(name, known))
        chosen = text(value, name)
        if chosen not in known[name].choices:
            near = suggest(chosen, known[name].choices)
            raise value.error(f"{name} is one of {', '.join(known[name].choices)}, not {chosen!r}", near)
        yield name, chosen


def _access_row(node: Node) -> AccessRow:
    required = ("who", "action", "resource", "allowed")
    record = fields(node, "a row of access", (*required, "context"), required)
    values = dict(record)
    context = untyped(values["context"]) if "context" in values else Entries()
    if not isinstance(context, Entries):
        raise values["context"].error(f"context is a mapping, not {kind_of(values['context'])}")
    action = text(values["action"], "action")
    if ":" not in action or "*" in action:
        raise values["action"].error(f"an action is written service:Action, not {action!r}")
    return AccessRow(
        who=parse(text(values["who"], "who"), values["who"].location),
        action=action,
        resource=parse(text(values["resource"], "resource"), values["resource"].location),
        allowed=truth(values["allowed"], "allowed"),
        context=context,
        location=node.location,
    )


def _invariant(node: Node) -> Invariant:
    """`- name`, or `- name: {…}`."""
    if isinstance(node, Scalar) and not node.is_null:
        return Invariant(node.text, Entries(), node.location)
    if not isinstance(node, Record) or len(node.entries) != 1:
        raise node.error("an invariant is written `name: {what it is about}`")
    ((name, spec),) = node
    return Invariant(name, untyped(spec), node.key(name).location)


def scenario_steps(nodes: Iterable[Node]) -> tuple[Step, ...]:
    """Steps that stand outside a scenario file, numbered from 1: attacks are written so."""
    return tuple(step(number, item) for number, item in enumerate(nodes, 1))
