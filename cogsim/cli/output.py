"""What commands print, and how: data on standard output, remarks on standard error, colours for people only."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cogsim.errors import InputError, Location

if TYPE_CHECKING:
    from cogsim.decision import Decision, Step
    from cogsim.world.world import World


#: Control characters but line ends and tabs, and those that turn the direction of writing.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def colour(text: str, name: str) -> str:
    """`text` in a colour, where standard output is a terminal and NO_COLOR is not set."""
    return click.style(text, fg=name) if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text


def say(text: str) -> None:
    """Text for standard output. A name in a template is somebody's input: what would steer a terminal is shown as
    escapes."""
    click.echo(visible(text))


def print_json(value: Any) -> None:
    """`value` as indented JSON; the same value gives the same bytes."""
    click.echo(visible(json.dumps(value, indent=2, ensure_ascii=False)))


def remark(text: str) -> None:
    """A line for the person at the keyboard, on standard error."""
    click.echo(visible(text), err=True)


def progress(text: str) -> None:
    """How far long work is: a line on standard error that the next one takes the place of, where somebody watches; an
    empty text takes it away."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[2K{visible(text)}", err=True, nl=False)


def visible(text: str) -> str:
    """The text with what would steer a terminal as escapes."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def load_world(paths: tuple[str, ...]) -> World:
    """The world in the files; a remark says what of it could not be resolved."""
    from cogsim.load.detect import load

    world = load(*paths)
    remark_unresolved(world)
    return world


def remark_unresolved(world: World) -> None:
    """Say that the world has references that nothing answers, where it has."""
    number = len(world.completeness.unresolved)
    if number:
        remark(f"{number} reference{'s' if number > 1 else ''} could not be resolved; `cogsim load` lists them")


def step_dict(step: Step) -> dict[str, Any]:
    """A step of a decision as JSON has it."""
    return {
        "question": step.question,
        "answer": step.answer,
        "found": step.found,
        "where": str(step.location) if step.location else None,
        "source": step.source,
        "basis": str(step.basis),
        "assumption": step.assumption,
        "facts": dict(step.facts),
        "decides": step.decides,
    }


def decision_dict(decision: Decision[Any]) -> dict[str, Any]:
    """A decision as JSON has it."""
    return {"value": str(decision.value), "steps": [step_dict(step) for step in decision.steps]}


def write_file(target: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file beside `target`, and rename it when it is whole: a failure leaves nothing behind."""
    _make_parent(target)
    part = target.with_name(f".{target.stem}.{os.getpid()}.part{target.suffix}")
    try:
        write(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def write_directory(target: Path, write: Callable[[Path], object]) -> list[Path]:
    """Let `write` fill a directory beside `target`, and move its files in when all are whole. Gives their new places;
    other files in `target` stay."""
    import shutil

    _make_parent(target)
    if target.exists() and not target.is_dir():
        raise InputError("a file, where a directory is wanted", Location(str(target)))
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    part.mkdir()
    try:
        write(part)
        written = sorted(path.relative_to(part) for path in part.rglob("*") if path.is_file())
        if not target.exists():
            part.rename(target)
        else:
            for path in written:
                (target / path).parent.mkdir(parents=True, exist_ok=True)
                (part / path).replace(target / path)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return [target / path for path in written]


def _make_parent(target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", Location(str(target))) from None
