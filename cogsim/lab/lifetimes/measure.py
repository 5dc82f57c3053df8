"""The second at which access ends: asked in forks, at the known expiries first, by halving where none of them is it.

1. A fork costs nothing and its clock is its own, so every second can be asked; nothing of one question reaches another.
2. The end is exact: the second before it access was there, at it access is not. That is asked, never reckoned.
3. Access that has ended does not come back while nothing happens: without that, halving would find some end, not the
   first. Beyond ten years and a day nothing is asked: no token of a user pool lives longer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cogsim.errors import AwsError
from cogsim.lab.lifetimes.access import Access, Got
from cogsim.simulation import Simulation

#: Seconds after which access that goes on is said never to end by itself. # idp:tokens §lifetimes
HORIZON = 3651 * 86_400


@dataclass(frozen=True, slots=True)
class Refused:
    """AWS's refusal, or the verifier's."""

    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}".removesuffix(": ")


@dataclass(frozen=True, slots=True)
class End:
    """Whole seconds that access went on (None: it never ended), and what was answered then; `then` is empty where
    there was no end."""

    seconds: int | None
    then: str = ""


def ask_after(sim: Simulation, access: Access, seconds: int) -> Got | Refused:
    """What access gives `seconds` from now, in a fork."""
    twin = sim.fork()
    if seconds:
        twin.advance(seconds)
    try:
        return access.ask(twin)
    except AwsError as error:
        return Refused(error.code, error.message)


def end_of(sim: Simulation, access: Access, before: Got) -> End:
    """When access ends that gave `before`, counted from `sim`'s now."""

    def goes_on(seconds: int) -> bool:
        return ask_after(sim, access, seconds) == before

    if not goes_on(0):
        return End(0, told(ask_after(sim, access, 0), before))
    low, high = 0, None
    for candidate in sorted({math.ceil(end - sim.now) for end in access.ends}):
        if candidate <= low:
            continue
        if not goes_on(candidate):
            high = candidate
            break
        low = candidate
    if high is None:
        if goes_on(HORIZON):
            return End(None)
        high = HORIZON
    if high - low > 1 and goes_on(high - 1):
        low = high - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if goes_on(middle) else (low, middle)
    return End(high, told(ask_after(sim, access, high), before))


def told(answer: Got | Refused, before: Got) -> str:
    """What the holder meets: the refusal, or what is given in place of what was given before."""
    if isinstance(answer, Refused):
        return str(answer)
    changed = [name for name in sorted({*answer, *before}) if answer.get(name) != before.get(name)]
    return "; ".join(f"{name}: {_one(before.get(name))} becomes {_one(answer.get(name))}" for name in changed)


def _one(value: str | None) -> str:
    return "nothing" if value is None else value
