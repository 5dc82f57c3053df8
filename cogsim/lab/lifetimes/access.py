"""A way of access: a question that can be asked in a fork at any later second, and when it may end by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cogsim.simulation import Simulation

#: What the holder gets, told part by part: equal exactly where the access is. An AwsError is a refusal.
Got = Mapping[str, str]
Ask = Callable[[Simulation], Got]
#: Between a sign-in and the next one (seconds).
MOMENT = 0.001


@dataclass(frozen=True, slots=True)
class Access:
    """A way of access by its `key`, in words and (`brief`) as charts head it, and the instants (seconds) at which it
    may end by itself."""

    key: str
    shown: str
    ask: Ask
    ends: tuple[float, ...] = ()
    brief: str = ""
