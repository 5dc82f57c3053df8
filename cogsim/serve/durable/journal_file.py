"""An open journal on disk: locked, appended to, and on stable storage before anybody is told.

1. One server a journal: the file is locked as long as it is open, and a second server is refused.
2. The file is its owner's alone (0600) from its first byte on.
3. A batch is one write at the end of the file and one fsync. When either fails, what was written of the batch is cut
   off again as far as that can be done, and nothing is appended any more: after a failed fsync nobody knows what is on
   the disk, so only a restart, which reads it, may go on.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cogsim.errors import InputError, Location


class JournalFailed(Exception):
    """The journal could not be written: nothing of the batch is kept, and nothing more will be until a restart."""


class JournalFile:
    """The journal at `path`, created where there is none, and locked until `close`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._failure: str | None = None
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        try:
            self._descriptor = os.open(path, flags, 0o600)
        except OSError as error:
            raise InputError(f"cannot open the journal: {error.strerror}", Location(str(path))) from None
        try:
            self._lock()
            self.raw = self._read()
        except BaseException:
            os.close(self._descriptor)
            raise
        self.size = len(self.raw)
        self._summed = hashlib.sha256(self.raw)

    def _lock(self) -> None:
        import fcntl

        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(
                "another server has this journal open: stop it, or name another journal", Location(str(self.path))
            ) from None

    def _read(self) -> bytes:
        with open(self._descriptor, "rb", closefd=False) as file:
            return file.read()

    @property
    def digest(self) -> str:
        """The SHA-256 of everything in the file."""
        return self._summed.hexdigest()

    def begin(self, header: bytes) -> None:
        """Make the file one that holds the header alone; its name is on stable storage too."""
        self.cut(0)
        self.append(header)
        sync_directory(self.path.parent)

    def cut(self, size: int) -> None:
        """Keep the first `size` bytes alone, of those that were read at the start."""
        os.fchmod(self._descriptor, 0o600)
        if size != self.size:
            os.ftruncate(self._descriptor, size)
            os.fsync(self._descriptor)
        self.size, self._summed = size, hashlib.sha256(self.raw[:size])

    def forget(self) -> None:
        """Let go of what was read; the file cannot be cut any more."""
        self.raw = b""

    def append(self, data: bytes) -> None:
        """Add `data` at the end; it is on stable storage when this returns. JournalFailed where it is not."""
        if self._failure is not None:
            raise JournalFailed(f"{self.path}: nothing is written since an earlier failure: {self._failure}")
        try:
            written = 0
            while written < len(data):
                written += os.write(self._descriptor, data[written:])
            os.fsync(self._descriptor)
        except OSError as error:
            self.fail(error.strerror or str(error))
            raise JournalFailed(f"{self.path}: the journal cannot be written: {self._failure}") from error
        self.size += len(data)
        self._summed.update(data)

    def fail(self, why: str) -> None:
        """Append nothing from now on, and cut off what does not belong to a whole batch."""
        self._failure = why
        try:
            os.ftruncate(self._descriptor, self.size)
            os.fsync(self._descriptor)
        except OSError:  # a restart drops a torn line, and a whole one was never answered: either is right
            return

    def close(self) -> None:
        """Let the file go; a second time does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def sync_directory(directory: Path) -> None:
    """Bring the names in `directory` to stable storage."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
