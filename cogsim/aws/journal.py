"""The journal of a run: every call and every move of the clock, from which the same state is built again.

1. It holds secrets: passwords, codes, tokens, keys. The first line says so and the file is its owner's alone (0600).
2. A value that an earlier answer gave (a token, an id, a session, a key) is written as where it came from, a code as
   the message it was read in: on a changed world the replay uses that world's own values.
3. What is written is enough: calls that services make of one another are not in it, they happen again. Functions given
   in code cannot be written: the header names them, and a replay needs them again.

One JSON value a line. Line 1 is the header, line n the entry that `$from: [n, path]` speaks of.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from cogsim._version import __version__
from cogsim.assumptions import all_assumptions, choice
from cogsim.aws.call import Credentials, Outcome, ServicePrincipal
from cogsim.aws.cloud import Advance, Cloud
from cogsim.aws.journal_values import References, Spoken, digest, encoded, outline
from cogsim.decisions.call_origin import CallOrigin
from cogsim.errors import InputError, Location
from cogsim.persistent import Map, SortedMap
from cogsim.world.world import World

FORMAT = 1
_NOTICE = "This file holds secrets (passwords, codes, tokens, keys): keep it to yourself."
_HEADER_TEXTS = ("cogsim", "botocore", "seed", "world")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a call (`call` is the operation) or, where that is None, a move of the clock by `advance` seconds.

    `params` and `signer` are as written, references unresolved; `error` the code AWS answered with; `outline` and
    `digest` sum up the answer; `derived` sums up what values of the client's own making were made from.
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


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal as read: where from, what run it is of, its entries, notices such as a torn last line, and the
    functions given in code that the run had, by ARN or name."""

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


def write(cloud: Cloud, path: str | Path) -> None:
    """Write the journal of everything that happened in `cloud` to `path`; InputError where it cannot be written."""
    text = "".join(json.dumps(line, separators=(",", ":"), ensure_ascii=True) + "\n" for line in _lines(cloud))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            os.fchmod(descriptor, 0o600)  # a file that was there before keeps its mode otherwise
            file.write(text)
    except OSError as error:
        raise InputError(f"cannot write the journal: {error.strerror}", Location(str(path))) from None


def read(path: str | Path) -> Journal:
    """The journal at `path`. A torn last line is dropped with a notice; anything else malformed is an InputError."""
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read the journal: {error.strerror}", Location(str(path))) from None
    texts = raw.split(b"\n")
    notices: tuple[str, ...] = ()
    if texts[-1] and not _whole(texts[-1]):
        notices = (f"{Location(str(path), len(texts))}: the last line is torn and was left out",)
        texts[-1] = b""
    lines = [_parsed(text, str(path), number) for number, text in enumerate(texts if texts[-1] else texts[:-1], 1)]
    if not lines:
        raise InputError("the journal is empty or its first line is torn", Location(str(path), 1))
    entries = tuple(_entry(line, Location(str(path), number)) for number, line in enumerate(lines[1:], 2))
    return _journal(lines[0], Location(str(path), 1), entries, notices)


def botocore_version() -> str:
    """The version of botocore whose models check the calls."""
    import botocore

    return str(botocore.__version__)


def world_digest(world: World) -> str:
    """A digest of everything in `world` that can change an answer, the same in every process."""
    summed = hashlib.sha256()
    _feed(world, summed)
    return summed.hexdigest()


def _lines(cloud: Cloud) -> list[dict[str, Any]]:
    changed = {name: choice(name) for name, entry in all_assumptions().items() if choice(name) != entry.default}
    header = {
        "cogsim-journal": FORMAT,
        "notice": _NOTICE,
        "cogsim": __version__,
        "botocore": botocore_version(),
        "seed": cloud.seed,
        "start": cloud.start,
        "world": world_digest(cloud.initial),
        "assumptions": changed,
    }
    if cloud.functions:
        header["functions"] = sorted(cloud.functions)
    references = References(cloud.state)
    lines: list[dict[str, Any]] = [header]
    for number, entry in enumerate(cloud.log, 2):
        if isinstance(entry, Advance):
            lines.append({"advance": entry.seconds, "at": entry.at})
        else:
            lines.append(_call_line(cloud, entry, number, references))
    return lines


def _call_line(cloud: Cloud, outcome: Outcome, number: int, references: References) -> dict[str, Any]:
    call = outcome.call
    spoken = references.at(call.at)
    line: dict[str, Any] = {"call": call.operation, "params": encoded(call.params, spoken)}
    if (derived := spoken.derived(call.params)) is not None:
        line["derived"] = derived
    line |= {
        "as": _signer(cloud.initial, call.credentials, spoken),
        "from": _origin(call.origin),
        "at": call.at,
        "answer": {
            "error": outcome.error.code if outcome.error else None,
            "outline": outline(call.operation, outcome.response),
            "digest": digest(
                outcome.response if outcome.error is None else [outcome.error.code, outcome.error.message]
            ),
        },
    }
    references.heard(call.params)
    references.answered(number, call.operation, outcome.response)
    return line


def _signer(world: World, credentials: Credentials | ServicePrincipal | None, spoken: Spoken) -> Any:
    """How a call was signed: a user of the world by ARN and key number, else the keys themselves."""
    match credentials:
        case None:
            return None
        case ServicePrincipal():
            return {"service": asdict(credentials)}
        case Credentials():
            key = world.access_keys.get(credentials.access_key_id)
            if key is not None and key.secret == credentials.secret_access_key and credentials.session_token is None:
                keys = [other.id for other in world.access_keys.values() if other.user_arn == key.user_arn]
                return {"user": key.user_arn, "key": keys.index(key.id)}
            return {"keys": encoded(asdict(credentials), spoken)}


def _origin(origin: CallOrigin) -> dict[str, Any]:
    given = asdict(origin)
    return {entry.name: given[entry.name] for entry in fields(CallOrigin) if given[entry.name] != entry.default}


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
    )


def _entry(line: dict[str, Any], place: Location) -> Entry:
    at = _expect(line, "at", float, place)
    if "advance" in line:
        seconds = _expect(line, "advance", float, place)
        if seconds < 0:
            raise InputError("time can't go backwards", place)
        return Entry(place.line, at, advance=seconds)
    answer = _expect(line, "answer", dict, place)
    origin = _expect(line, "from", dict, place)
    for name, value in origin.items():
        if name not in {entry.name for entry in fields(CallOrigin)}:
            raise InputError(f"a call's origin has no {name!r}", place)
        if not isinstance(value, bool if name == "tls" else str):
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
    )


def _expect(line: Mapping[str, Any], name: str, kind: type, place: Location) -> Any:
    value = line.get(name)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (isinstance(value, float) and not math.isfinite(value)):
        raise InputError(f"{name!r} is missing, or not of the type a journal has there", place)
    return value


def _feed(value: Any, summed: Any) -> None:
    """Add `value` to the digest: its type, its size, its parts; maps by key, dataclasses by their compared fields."""
    match value:
        case None | bool() | int() | float() | str() | bytes():
            raw = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
            summed.update(f"{type(value).__name__}:{len(raw)}:".encode() + raw)
        case tuple() | list():
            summed.update(f"list:{len(value)}:".encode())
            for item in value:
                _feed(item, summed)
        case frozenset() | set():
            _feed(sorted(value), summed)
        case Map() | SortedMap() | Mapping():
            summed.update(f"map:{len(value)}:".encode())
            for key in sorted(value):
                _feed(key, summed)
                _feed(value[key], summed)
        case _ if hasattr(value, "__dataclass_fields__"):
            compared = [entry.name for entry in fields(value) if entry.compare]
            summed.update(f"{type(value).__name__}:{len(compared)}:".encode())
            for name in compared:
                _feed(getattr(value, name), summed)
        case _:
            raise TypeError(f"a world holds a {type(value).__name__}, which has no digest")
