"""What a server takes from the machine that it runs on: the time of day, and a text that nobody can guess.

Nothing else of cogsim reads either. Both stay outside the cloud: the instants of calls are in the journal, so that a
replay asks no clock; the token guards the server's own endpoints and no decision ever sees it.
"""

from __future__ import annotations

import os
import time


def wall_clock() -> float:
    """Seconds since the epoch, by the machine."""
    return time.time()


def unguessable() -> str:
    """A token of 128 bits, as text."""
    return os.urandom(16).hex()
