"""What keeps a live cloud's calls safe: a recorder, which is told of each batch before any of its calls is answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cogsim.aws.call import Outcome
    from cogsim.aws.cloud import Advance, Cloud


class Recorder(Protocol):
    """Takes what happened in a cloud to a safe place. The engine thread alone calls it, one call at a time."""

    @property
    def notices(self) -> Sequence[str]:
        """What went wrong and endangers nothing, oldest first; it only grows."""

    def record(self, cloud: Cloud, entries: Sequence[Outcome | Advance]) -> None:
        """Keep `entries`, the newest of `cloud.log` in their order; they are durable when this returns.

        What is raised stops the server: nothing of the batch was answered as done.
        """

    def reset(self, cloud: Cloud) -> None:
        """Keep that the run began anew: `cloud` is a new one of the same world and seed, with an empty log, at the
        instant of its clock. Durable when this returns."""

    def close(self) -> None:
        """Let go of what is open; nothing is recorded afterwards."""


class NoRecorder:
    """Keeps nothing: a server without a journal."""

    notices: Sequence[str] = ()

    def record(self, cloud: Cloud, entries: Sequence[Outcome | Advance]) -> None:
        return

    def reset(self, cloud: Cloud) -> None:
        return

    def close(self) -> None:
        return
