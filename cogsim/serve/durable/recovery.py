"""Recovery: the cloud that a journal's server had, to the byte, and a recorder that goes on where it stopped.

1. Nothing in the file is changed before its header has been found to be a journal's of this very run: the same world,
   seed, functions, assumptions and versions. What differs is said, with what can be done.
2. A last line without its end was never acknowledged: it is dropped with a notice. Any other line that cannot be read
   is an error at its place.
3. From a checkpoint that fits, only the calls after it are made again; else all of them since the run last began anew.
   Either way each answer is held against the digest that the journal has of it, and a difference is a bug of ours: it
   is raised, since a server whose tokens are not those it gave must not go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cogsim._version import __version__
from cogsim.aws.cloud import Cloud, Functions
from cogsim.aws.journal import Journal, parse
from cogsim.aws.journal_digest import whole_world_digest
from cogsim.aws.journal_lines import NOTICE, Scribe, as_line, assumed, botocore_version, header
from cogsim.aws.journal_replay import differing, play_on, refuse_redacted
from cogsim.clock import Clock
from cogsim.errors import InputError, Location
from cogsim.serve.durable import checkpoint
from cogsim.serve.durable.checkpoint import Unfit
from cogsim.serve.durable.journal_file import JournalFile
from cogsim.serve.durable.past_log import PastLog
from cogsim.serve.durable.past_replay import exact, past_of
from cogsim.serve.durable.recorder import EVERY, KEPT, FileRecorder
from cogsim.world.world import World

#: How every journal begins, whatever run it is of.
_OPENING = as_line({"cogsim-journal": 1, "notice": NOTICE})[:-2]

#: What to do where a journal is of another run.
_REMEDIES = {
    "seed": "start with --seed {seed}",
    "world": "serve the world it began with, or see by `cogsim replay` what the change changes",
    "version of cogsim": "use cogsim {cogsim}, or see by `cogsim replay` what differs",
    "version of botocore": "install botocore {botocore}, or see by `cogsim replay` what differs",
}


@dataclass(frozen=True, slots=True)
class Recovered:
    """The cloud as it was, the recorder that takes what comes, and sentences on what was found."""

    cloud: Cloud
    recorder: FileRecorder
    notices: tuple[str, ...] = ()


def recover(
    path: str | Path,
    world: World,
    seed: str = "cogsim",
    start: float | None = None,
    functions: Functions | None = None,
    every: int = EVERY,
    kept: int = KEPT,
) -> Recovered:
    """The cloud of the journal at `path`, or a new one that begins at `start` where there is no journal yet.

    `every` is how many entries there are between checkpoints, at least, `kept` how many before one stay in memory.
    InputError where the journal is in use, of another run, or damaged; the file is then as it was.
    """
    file = JournalFile(Path(path))
    try:
        notices = _torn_header(file)
        if not file.raw or notices:
            cloud = Cloud(world, seed, Clock() if start is None else Clock(start), functions)
            file.begin(header(world, seed, cloud.start, cloud.functions))
            return Recovered(cloud, FileRecorder(file, Scribe(), every=every, kept=kept), notices)
        return _continued(file, world, seed, functions, every, kept)
    except BaseException:
        file.close()
        raise


def _torn_header(file: JournalFile) -> tuple[str, ...]:
    """A notice where the file is the beginning of a first line: no call was ever answered there."""
    torn = b"\n" not in file.raw and (_OPENING.startswith(file.raw) or file.raw.startswith(_OPENING))
    return (f"{file.path}:1: the first line is torn, and the journal begins anew",) if torn and file.raw else ()


def _continued(
    file: JournalFile, world: World, seed: str, functions: Functions | None, every: int, kept: int
) -> Recovered:
    name, end = str(file.path), file.raw.find(b"\n") + 1
    _refuse(parse(file.raw[: end or None], name), world, seed, functions)
    notices: list[str] = []
    found = _resumed(file, world, seed, functions, notices)
    cloud, scribe, since, begun, journal = found or _replayed(file, world, seed, functions)
    notices += journal.notices
    _mend(file)
    file.forget()
    size = checkpoint.place_of(file.path).stat().st_size if found else 0
    recorder = FileRecorder(file, scribe, begun, since, size, every, kept)
    recorder.consider(cloud)
    return Recovered(cloud, recorder, tuple(notices))


def _refuse(journal: Journal, world: World, seed: str, functions: Functions | None) -> None:
    """InputError where the journal is of another run than this one would be."""
    refuse_redacted(journal)
    others = differing(journal, world, seed)
    place = Location(journal.file, 1)
    if others:
        told = {"seed": journal.seed, "cogsim": journal.cogsim, "botocore": journal.botocore}
        now = {"seed": seed, "cogsim": __version__, "botocore": botocore_version()}
        what = [
            f"{other} ({told[key]}, here {now[key]})" if (key := other.split()[-1]) in told else other
            for other in others
        ]
        remedies = "; ".join(_REMEDIES[other].format(**told) for other in others)
        raise InputError(f"the journal is of another {' and '.join(what)}: name another journal, or {remedies}", place)
    if set(journal.functions) != set(functions or {}):
        given, had = (", ".join(sorted(names)) or "none" for names in (functions or {}, journal.functions))
        raise InputError(f"the run had other functions given in code: {had}, here {given}", place)
    if dict(journal.assumptions) != assumed():
        raise InputError(f"the run had other assumptions: {dict(journal.assumptions)}, here {assumed()}", place)


_Found = tuple[Cloud, Scribe, int, int, Journal]


def _resumed(
    file: JournalFile, world: World, seed: str, functions: Functions | None, notices: list[str]
) -> _Found | None:
    """The cloud by the checkpoint and what came after it; None, with a notice, where that does not work."""
    place = checkpoint.place_of(file.path)
    try:
        kept = checkpoint.read(place, world, whole_world_digest(world), file.raw) if place.exists() else None
        if kept is None:
            return None
        journal = parse(file.raw, str(file.path), (kept.size, kept.line))
        past = past_of(file.path, kept, world, seed, functions)
        cloud = Cloud.resume(world, seed, kept.standing, PastLog(past), functions)
        scribe = Scribe(kept.line, kept.told, kept.standing.state)
        scribe.references.apart = kept.line
        played = play_on(journal, cloud, scribe)
        if played.changed or played.unknown:
            raise Unfit("the calls after it go otherwise")
    except (Unfit, InputError) as error:
        notices.append(f"{place}: the checkpoint is not used: {error}")
        return None
    resets = [entry.line for entry in journal.entries if entry.reset]
    return played.cloud, scribe, len(journal.entries), resets[-1] if resets else kept.begun, journal


def _replayed(file: JournalFile, world: World, seed: str, functions: Functions | None) -> _Found:
    """The cloud by all calls since the run last began anew."""
    journal = parse(file.raw, str(file.path))
    resets = [entry for entry in journal.entries if entry.reset]
    begun, start = (resets[-1].line, resets[-1].at) if resets else (1, journal.start)
    cloud, scribe = Cloud(world, seed, Clock(start), functions), Scribe(begun)
    exact(play_on(journal, cloud, scribe), str(file.path))
    return cloud, scribe, len(journal.entries), begun, journal


def _mend(file: JournalFile) -> None:
    """Bring the file's end to an end of line: a torn line goes, a whole one that lacks its end gets it."""
    whole = file.raw.rfind(b"\n") + 1
    torn = file.raw[whole:]
    complete = bool(torn) and not parse(file.raw, str(file.path)).notices
    file.cut(file.size if complete else whole)
    if complete:
        file.append(b"\n")
