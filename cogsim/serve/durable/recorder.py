"""The recorder of a served cloud: each batch goes to its journal before it is answered, and checkpoints now and then.

1. A batch is durable when `record` returns. Where it cannot be written, JournalFailed is raised then and ever after:
   the cloud in memory is ahead of what is safe, so nothing of it may be answered until a restart.
2. A checkpoint is made of values that cannot change, in a thread of its own, while the engine goes on. One that fails
   costs time at the next restart and nothing else; `notices` says so.
3. The bigger a checkpoint is, the longer it is until the next: what is written stays in proportion to what happened.
4. What a checkpoint has made safe need not stay in memory: a long log is cut there, and is played again from the
   journal when somebody asks for what is in it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cogsim.aws.call import Outcome
from cogsim.aws.cloud import Advance, Cloud
from cogsim.aws.journal_digest import whole_world_digest
from cogsim.aws.journal_lines import Scribe
from cogsim.serve.durable import checkpoint
from cogsim.serve.durable.checkpoint import Checkpoint
from cogsim.serve.durable.journal_file import JournalFailed, JournalFile
from cogsim.serve.durable.past_log import PastLog
from cogsim.serve.durable.past_replay import past_of

#: After how many entries a checkpoint is made, and for how many bytes of the last one there is one entry more.
EVERY, BYTES_AN_ENTRY = 1000, 4096

#: How many entries before a checkpoint stay in memory, some six kilobytes each.
KEPT = 50_000


class FileRecorder:
    """Appends to a journal that is open. `begun` is the line after which the cloud's log begins, `since` how many
    entries there are beyond the last checkpoint, `size` how many bytes that has."""

    def __init__(
        self,
        file: JournalFile,
        scribe: Scribe,
        begun: int = 1,
        since: int = 0,
        size: int = 0,
        every: int = EVERY,
        kept: int = KEPT,
    ) -> None:
        self.notices: list[str] = []
        self._file = file
        self._scribe = scribe
        self._begun, self._since, self._size, self._every = begun, since, size, every
        self._kept = kept
        self._safe: Checkpoint | None = None
        self._world: str | None = None
        self._writing: threading.Thread | None = None
        self._stopped = False

    def record(self, cloud: Cloud, entries: Sequence[Outcome | Advance]) -> None:
        """Keep `entries`, the newest of the cloud's log; they are durable when this returns, or JournalFailed."""
        self._append(self._scribe.write(cloud, entry) for entry in entries)
        self._since += len(entries)
        self.consider(cloud)
        self._relieve(cloud)

    def reset(self, cloud: Cloud) -> None:
        """Keep that the run began anew, at the instant of `cloud`."""
        self._append(self._scribe.reset(clock.now) for clock in (cloud.clock,))
        self._begun = self._scribe.line
        self._since += 1

    def consider(self, cloud: Cloud) -> None:
        """Make a checkpoint of `cloud`, whose log has all been recorded, where one is due."""
        busy = self._writing is not None and self._writing.is_alive()
        if not busy and self._since >= self._every + self._size // BYTES_AN_ENTRY:
            taken = self._take(cloud)
            self._writing = threading.Thread(target=self._write, args=(taken, cloud), name="cogsim-checkpoint")
            self._writing.daemon = True
            self._writing.start()

    def _relieve(self, cloud: Cloud) -> None:
        """Let go of what was in the log at the last checkpoint, where that is much. Places in the log stay."""
        safe = self._safe
        if safe is None or safe.begun != self._begun:
            return
        length = safe.line - safe.begun
        gone = cloud.log.past.length if isinstance(cloud.log, PastLog) else 0
        if length - gone > self._kept:
            past = past_of(self._file.path, safe, cloud.initial, cloud.seed, cloud.functions)
            cloud.log = PastLog(past, cloud.log[length:])

    def checkpoint(self, cloud: Cloud) -> None:
        """Make a checkpoint of `cloud` now, and return when it is there."""
        self._wait()
        self._write(self._take(cloud), cloud)

    def close(self) -> None:
        """Let go of the journal; nothing is recorded afterwards."""
        self._wait()
        self._stopped = True
        self._file.close()

    def _append(self, lines: Iterable[bytes]) -> None:
        if self._stopped:
            raise JournalFailed(f"{self._file.path}: the journal is closed")
        try:
            data = b"".join(lines)  # a line that cannot be made fails the batch as a disk does
        except BaseException as error:
            self._file.fail(f"{type(error).__name__}: {error}")
            raise
        self._file.append(data)

    def _take(self, cloud: Cloud) -> Checkpoint:
        """The checkpoint of now. From here on the journal says what answers up to this line held, since whoever
        resumes after it has not got them."""
        line = self._scribe.line
        self._scribe.references.apart, self._since = line, 0
        told = self._scribe.references.sayings()
        return Checkpoint(cloud.standing, told, line, self._begun, self._file.size, self._file.digest)

    def _write(self, taken: Checkpoint, cloud: Cloud) -> None:
        try:
            if self._world is None:  # of a large world this takes seconds, so not in the engine's thread
                self._world = whole_world_digest(cloud.initial)
            self._size = checkpoint.write(
                replace(taken, world=self._world), cloud.initial, checkpoint.place_of(self._file.path)
            )
            self._safe = taken
        except (OSError, TypeError, ValueError, RecursionError) as error:
            self.notices.append(f"{checkpoint.place_of(self._file.path)}: no checkpoint was written: {error}")

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.join()
