"""The log before a checkpoint, made again from the journal: the same calls on the same world end the same way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cogsim.aws.cloud import Cloud, Functions
from cogsim.aws.journal import parse
from cogsim.aws.journal_lines import Scribe
from cogsim.aws.journal_replay import Replay, play_on
from cogsim.clock import Clock
from cogsim.serve.durable.checkpoint import Checkpoint
from cogsim.serve.durable.past_log import LogEntry, Past
from cogsim.world.world import World


def past_of(path: Path, kept: Checkpoint, world: World, seed: str, functions: Functions | None) -> Past:
    """The log up to the checkpoint `kept`, by the calls that the journal at `path` has up to its line."""
    size, begun, start = kept.size, kept.begun, kept.standing.start  # and not all that the checkpoint holds

    def replayed() -> Sequence[LogEntry]:
        with open(path, "rb") as file:
            journal = parse(file.read(size), str(path))
        cloud = Cloud(world, seed, Clock(start), functions)
        exact(play_on(journal, cloud, Scribe(begun)), str(path))
        return cloud.log

    return Past(kept.line - begun, replayed)


def exact(played: Replay, file: str) -> None:
    """Raise where a replay ended otherwise than the journal of the same world says: a server whose tokens are not those
    it gave must not go on."""
    differences = (*played.unknown, *played.changed)
    if differences:
        raise RuntimeError(
            f"{file}: the same calls on the same world end otherwise, which is a bug of cogsim; the first of "
            f"{len(differences)}: {differences[0]}"
        )
