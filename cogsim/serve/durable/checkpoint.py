"""A checkpoint: how a cloud stood after a line of its journal, in a file beside it.

1. It is written whole beside its place, brought to stable storage, and renamed: there is the old one or the new one.
2. It names what it belongs to: the versions, the schema of the values, all of the world at the start, and the journal
   up to its line by digest. One that does not fit is left aside with a reason, and the journal is replayed whole.
3. The world is written as what changed since the start: nouns that are the very objects they were are left out.
4. Its last line is the digest of all others, so a torn or edited file does not fit. It holds what the journal holds,
   secrets among them, and is its owner's alone.

One JSON value a line: the header, rows of world, state and references, the end.
"""

from __future__ import annotations

import base64
import gc
import hashlib
import json
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from itertools import chain
from pathlib import Path
from typing import Any

from cogsim._version import __version__
from cogsim.aws.cloud import Standing
from cogsim.aws.journal_lines import NOTICE, botocore_version
from cogsim.aws.journal_references import Sayings
from cogsim.aws.state import State
from cogsim.persistent import Map
from cogsim.serve.durable.encoding import pack, schema, unpack
from cogsim.serve.durable.journal_file import sync_directory
from cogsim.world.world import World

FORMAT = 1
#: Bytes that are written at once: between two writes other threads get their turn.
_PORTION = 1 << 16
_ANSWER = struct.Struct(">16sII")
_ROWS = 2000


class Unfit(Exception):
    """A checkpoint that cannot be used, and why."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How a cloud stood after `line`, when its journal had `size` bytes with that digest. `begun` is the line after
    which its log begins: the header's, or that of the last new beginning. `world` is the whole digest of the world at
    the start."""

    standing: Standing
    told: Sayings
    line: int
    begun: int
    size: int
    digest: str
    world: str = ""


def place_of(journal: Path) -> Path:
    """Where the checkpoint of a journal is."""
    return journal.with_name(journal.name + ".checkpoint")


def write(checkpoint: Checkpoint, initial: World, path: Path) -> int:
    """Write the checkpoint of a run that began with `initial`, and say how many bytes it has; OSError where it cannot
    be written, TypeError where it holds what has no encoding. Either way the file that was there stays."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
        size = _write_lines(checkpoint, initial, descriptor)
        os.fsync(descriptor)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    part.replace(path)
    sync_directory(path.parent)
    return size


def read(path: Path, initial: World, world: str, journal: bytes) -> Checkpoint | None:
    """The checkpoint at `path` for a run that began with `initial`, whose whole digest is `world`, and has `journal`;
    None where there is no file, Unfit where it cannot be used."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unfit(error.strerror or "cannot be read") from None
    body, end = raw[: raw.rfind(b"\n", 0, -1) + 1], raw[raw.rfind(b"\n", 0, -1) + 1 :]
    if not body or end != _end(hashlib.sha256(body).hexdigest()):
        raise Unfit("it is torn or was changed")
    try:
        with _no_garbage_collected():
            rows = map(json.loads, body.splitlines())
            head = next(rows)
            _check(head, world, journal)
            return _assembled(head, rows, initial)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, StopIteration, RecursionError, struct.error):
        raise Unfit("it makes no sense") from None


@contextmanager
def _no_garbage_collected() -> Iterator[None]:
    """Hundreds of thousands of objects are made and all are kept: looking for garbage among them takes most of the
    time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _write_lines(checkpoint: Checkpoint, initial: World, descriptor: int) -> int:
    summed, portion, size = hashlib.sha256(), bytearray(), 0
    for row in chain((_head(checkpoint),), _rows(checkpoint, initial)):
        portion += json.dumps(row, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"
        if len(portion) >= _PORTION:
            summed.update(portion)
            size += _write_all(descriptor, bytes(portion))
            portion.clear()
    summed.update(portion)
    return size + _write_all(descriptor, bytes(portion) + _end(summed.hexdigest()))


def _write_all(descriptor: int, data: bytes) -> int:
    written = 0
    while written < len(data):
        written += os.write(descriptor, data[written:])
    return written


def _end(digest: str) -> bytes:
    return b'{"end":"' + digest.encode("ascii") + b'"}\n'


def _head(checkpoint: Checkpoint) -> dict[str, Any]:
    standing = checkpoint.standing
    return {
        "cogsim-checkpoint": FORMAT,
        "notice": NOTICE,
        "cogsim": __version__,
        "botocore": botocore_version(),
        "schema": schema(),
        "world": checkpoint.world,
        "journal": [checkpoint.line, checkpoint.size, checkpoint.digest, checkpoint.begun],
        "now": standing.now,
        "start": standing.start,
        "numbers": standing.numbers,
    }


def _check(head: dict[str, Any], world: str, journal: bytes) -> None:
    if (head["cogsim-checkpoint"], head["cogsim"], head["botocore"], head["schema"]) != (
        *(FORMAT, __version__, botocore_version()),
        schema(),
    ):
        raise Unfit("another version wrote it")
    if head["world"] != world:
        raise Unfit("the world's files have changed since")
    _, size, digest, _ = head["journal"]
    if size > len(journal) or hashlib.sha256(journal[:size]).hexdigest() != digest:
        raise Unfit("it is of another journal")


def _rows(checkpoint: Checkpoint, initial: World) -> Iterator[list[Any]]:
    yield from _world_rows(initial, checkpoint.standing.world)
    state = checkpoint.standing.state
    for name, table in state.tables.items():
        yield ["table", name]
        for key, record in table.items():
            yield ["record", name, pack(key), pack(record)]
    for stream, number in state.draws.items():
        yield ["draws", pack(stream), number]
    yield from _told_rows(checkpoint.told)


def _world_rows(initial: World, world: World) -> Iterator[list[Any]]:
    for entry in fields(World):
        was, now = getattr(initial, entry.name), getattr(world, entry.name)
        if was is now:
            continue
        if not (isinstance(was, Map) and isinstance(now, Map)):
            yield ["world", entry.name, pack(now)]
            continue
        for key in now:
            if key not in was or was[key] is not now[key]:
                yield ["noun", entry.name, pack(key), pack(now[key])]
        for key in was:
            if key not in now:
                yield ["gone", entry.name, pack(key)]


def _told_rows(told: Sayings) -> Iterator[list[Any]]:
    """What references remember: answers as digest, line and number of the path, packed by the thousand."""
    paths: dict[tuple[str | int, ...], int] = {}
    packed = bytearray()
    for mark, (line, path) in told.answers.items():
        packed += _ANSWER.pack(mark, line, paths.setdefault(path, len(paths)))
    for path in paths:
        yield ["path", list(path)]
    step = _ANSWER.size * _ROWS
    for start in range(0, len(packed), step):
        yield ["answers", base64.b64encode(packed[start : start + step]).decode("ascii")]
    given = b"".join(sorted(told.given))
    for start in range(0, len(given), 16 * _ROWS):
        yield ["given", base64.b64encode(given[start : start + 16 * _ROWS]).decode("ascii")]


def _assembled(head: dict[str, Any], rows: Iterator[list[Any]], initial: World) -> Checkpoint:
    changes: dict[str, Any] = {}
    nouns: dict[str, dict[Any, Any]] = {}
    gone: dict[str, list[Any]] = {}
    tables: dict[str, dict[Any, Any]] = {}
    draws: dict[Any, int] = {}
    paths: list[tuple[str | int, ...]] = []
    answers: dict[bytes, tuple[int, tuple[str | int, ...]]] = {}
    given: list[bytes] = []
    for row in rows:
        match row:
            case ["world", name, value]:
                changes[name] = unpack(value)
            case ["noun", name, key, value]:
                nouns.setdefault(name, {})[unpack(key)] = unpack(value)
            case ["gone", name, key]:
                gone.setdefault(name, []).append(unpack(key))
            case ["table", name]:
                tables[name] = {}
            case ["record", name, key, value]:
                tables[name][unpack(key)] = unpack(value)
            case ["draws", stream, number]:
                draws[unpack(stream)] = number
            case ["path", path]:
                paths.append(tuple(path))
            case ["answers", text]:
                found = _ANSWER.iter_unpack(base64.b64decode(text, validate=True))
                answers.update((mark, (line, paths[number])) for mark, line, number in found)
            case ["given", text]:
                raw = base64.b64decode(text, validate=True)
                given += [raw[start : start + 16] for start in range(0, len(raw), 16)]
            case _:
                raise ValueError("no row of a checkpoint")
    state = State(Map({name: Map(table) for name, table in tables.items()}), Map(draws))
    world = _changed(initial, changes, nouns, gone)
    line, size, digest, begun = head["journal"]
    standing = Standing(world, state, head["now"], head["start"], head["numbers"])
    return Checkpoint(standing, Sayings(answers, frozenset(given)), line, begun, size, digest, head["world"])


def _changed(
    initial: World, changes: dict[str, Any], nouns: dict[str, dict[Any, Any]], gone: dict[str, list[Any]]
) -> World:
    """The world at the start with what changed since."""
    for name in sorted({*nouns, *gone}):
        held: Map[Any, Any] = getattr(initial, name)
        for key in gone.get(name, ()):
            held = held.delete(key)
        changes[name] = held.update(nouns.get(name, {}))
    return replace(initial, **changes)
