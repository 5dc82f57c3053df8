"""The journal of a run: every call and every move of the clock, from which the same state is built again.

One JSON value a line. Line 1 is the header, line n the entry that `$from: [n, path]` speaks of. What a line holds is
said where it is written (`journal_lines.py`). What is read is somebody's input: anything malformed is an InputError at
its line; a last line without its end is torn, and left out with a notice.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from cogsim.aws.cloud import Cloud
from cogsim.aws.journal_lines import FORMAT, Scribe, header
from cogsim.decisions.call_origin import CallOrigin
from cogsim.errors import InputError, Location

#: The members of a call's origin that are no texts.
_ORIGIN_TYPES: dict[str, type] = {"tls": bool, "signature_age": int}
_HEADER_TEXTS = ("cogsim", "botocore", "seed", "world")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a call (`call` is the operation) or, where that is None, a move of the clock by `advance` seconds, or
    with `reset` the run's new beginning at the instant `at`.

    `params` and `signer` are as written, references unresolved; `error` the code AWS answered with; `outline` and
    `digest` sum up the answer; `roles` are those that services took on the way; `derived` sums up what values of the
    client's own making were made from.
    """

    line: int
    at: float
    call: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict, repr=False)
    signer: Any = field(default=None, repr=False)
    origin: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    outline: str = ""
    digest: str = ""
    derived: str | None = None
    advance: float = 0.0
    reset: bool = False
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal as read: where from, what run it is of, its entries, notices such as a torn last line, and the
    functions given in code that the run had, by ARN or name. A redacted one is to be looked at, not to be replayed."""

    file: str
    cogsim: str
    botocore: str
    seed: str
    start: float
    world: str
    assumptions: Mapping[str, str]
    entries: tuple[Entry, ...] = field(repr=False)
    notices: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    redacted: bool = False


def write(cloud: Cloud, path: str | Path) -> None:
    """Write the journal of everything that happened in `cloud` to `path`; InputError where it cannot be written."""
    scribe = Scribe()
    lines = [header(cloud.initial, cloud.seed, cloud.start, cloud.functions)]
    lines += [scribe.write(cloud, entry) for entry in cloud.log]
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o600)  # a file that was there before keeps its mode otherwise
            file.writelines(lines)
    except OSError as error:
        raise InputError(f"cannot write the journal: {error.strerror}", Location(str(path))) from None


def read(path: str | Path) -> Journal:
    """The journal at `path`. A torn last line is dropped with a notice; anything else malformed is an InputError."""
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read the journal: {error.strerror}", Location(str(path))) from None
    return parse(raw, str(path))


def parse(raw: bytes, file: str, after: tuple[int, int] = (0, 0)) -> Journal:
    """The journal whose text is `raw`; `file` is what errors and notices call it. `after` gives the number of bytes,
    and of lines, whose entries are not wanted and not read."""
    skipped, passed = after
    head = raw[: raw.find(b"\n") + 1] if skipped else b""
    texts = [*head.split(b"\n")[:1], *raw[skipped:].split(b"\n")] if skipped else raw.split(b"\n")
    offset = max(passed - 1, 0)
    notices: tuple[str, ...] = ()
    if texts[-1] and not _whole(texts[-1]):
        notices = (f"{Location(file, len(texts) + offset)}: the last line is torn and was left out",)
        texts[-1] = b""
    if texts[-1] == b"":
        texts.pop()
    if not texts:
        raise InputError("the journal is empty or its first line is torn", Location(file, 1))
    first = _parsed(texts[0], file, 1)
    places = [Location(file, number) for number in range(2 + offset, len(texts) + 1 + offset)]
    entries = tuple(
        _entry(_parsed(text, file, place.line), place) for text, place in zip(texts[1:], places, strict=True)
    )
    return _journal(first, Location(file, 1), entries, notices)


def _whole(text: bytes) -> bool:
    """Whether a line without its end is complete: no piece of an object is JSON."""
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _parsed(text: bytes, file: str, number: int) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError("not a line of a journal: it is no JSON", Location(file, number)) from None
    if not isinstance(value, dict):
        raise InputError("not a line of a journal: it is no object", Location(file, number))
    return value


def _journal(header: dict[str, Any], place: Location, entries: tuple[Entry, ...], notices: tuple[str, ...]) -> Journal:
    if "cogsim-journal" not in header:
        raise InputError("not a journal of cogsim: its first line is no header", place)
    if header["cogsim-journal"] != FORMAT:
        raise InputError(f"the journal's format is {header['cogsim-journal']!r}, this version reads {FORMAT}", place)
    for name in _HEADER_TEXTS:
        _expect(header, name, str, place)
    chosen = header.get("assumptions", {})
    if not isinstance(chosen, dict) or not all(isinstance(value, str) for value in chosen.values()):
        raise InputError("'assumptions' must map names to answers", place)
    start = _expect(header, "start", float, place)
    versions = (header["cogsim"], header["botocore"])
    functions = header.get("functions", [])
    if not isinstance(functions, list) or not all(isinstance(name, str) for name in functions):
        raise InputError("'functions' must be a list of names", place)
    return Journal(
        *(place.file, *versions),
        seed=header["seed"],
        start=start,
        world=header["world"],
        assumptions=chosen,
        entries=entries,
        notices=notices,
        functions=tuple(functions),
        redacted="redacted" in header,
    )


def _entry(line: dict[str, Any], place: Location) -> Entry:
    at = _expect(line, "at", float, place)
    if "advance" in line:
        seconds = _expect(line, "advance", float, place)
        if seconds < 0:
            raise InputError("time can't go backwards", place)
        return Entry(place.line, at, advance=seconds)
    if "reset" in line:
        if line["reset"] is not True:
            raise InputError("'reset' is true where it stands", place)
        return Entry(place.line, at, reset=True)
    answer = _expect(line, "answer", dict, place)
    origin = _expect(line, "from", dict, place)
    for name, value in origin.items():
        if name not in {entry.name for entry in fields(CallOrigin)}:
            raise InputError(f"a call's origin has no {name!r}", place)
        if type(value) is not _ORIGIN_TYPES.get(name, str):
            raise InputError(f"the {name!r} of a call's origin is a {type(value).__name__}", place)
    return Entry(
        place.line,
        at,
        _expect(line, "call", str, place),
        _expect(line, "params", dict, place),
        line.get("as"),
        origin,
        None if answer.get("error") is None else _expect(answer, "error", str, place),
        _expect(answer, "outline", str, place),
        _expect(answer, "digest", str, place),
        None if line.get("derived") is None else _expect(line, "derived", str, place),
        roles=tuple(str(role) for role in answer.get("roles", ())),
    )


def _expect(line: Mapping[str, Any], name: str, kind: type, place: Location) -> Any:
    value = line.get(name)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (isinstance(value, float) and not math.isfinite(value)):
        raise InputError(f"{name!r} is missing, or not of the type a journal has there", place)
    return value
