"""How long access goes on after each event: played from the sign-in on, on the virtual clock, through the door."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cogsim.clock import duration, iso
from cogsim.errors import AwsError, InputError, suggest
from cogsim.lab.lifetimes.access import Access, Got
from cogsim.lab.lifetimes.accesses import accesses
from cogsim.lab.lifetimes.aws_access import late_access, vended_late
from cogsim.lab.lifetimes.event import EVENTS, NOTHING, Event
from cogsim.lab.lifetimes.holding import Holding, NotHere
from cogsim.lab.lifetimes.measure import End, Refused, ask_after, end_of
from cogsim.lab.lifetimes.operator import with_operators
from cogsim.lab.lifetimes.who import signed_in
from cogsim.simulation import Simulation
from cogsim.world.world import World

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("event", "access", "seconds", "goes on", "ends at", "then")


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long one access goes on after one event: whole seconds, 0 at once, None never ending by itself. `natural` is
    the same where nothing happens; `ends_at` is in seconds since the epoch; `then` is what the holder meets; `brief` is
    what charts call the access."""

    event: Event
    access: str
    shown: str
    seconds: int | None
    natural: int | None
    ends_at: float | None
    then: str
    brief: str = ""

    @property
    def words(self) -> str:
        """As tables say it."""
        if self.seconds is None:
            return "never ends by itself"
        if self.seconds == 0:
            return "at once"
        return f"{'until it expires: ' if self.seconds == self.natural else 'for '}{span(self.seconds)}"


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Every event with every access. `left_out` are events that can't happen here and ways that were not had, each with
    the reason; `began` is the sign-in, and the events happen `after` seconds later."""

    who: str
    client: str
    began: float
    after: float
    rows: tuple[Lifetime, ...]
    left_out: tuple[str, ...] = ()

    @property
    def events(self) -> tuple[Event, ...]:
        """The events that happened, in order."""
        return tuple({row.event.key: row.event for row in self.rows}.values())

    def of(self, event: str, access: str) -> Lifetime:
        """One row by the keys; InputError with a suggestion where there is none."""
        found = [row for row in self.rows if row.event.key == event and row.access == access]
        if not found:
            keys = [row.access if any(r.event.key == event for r in self.rows) else row.event.key for row in self.rows]
            wrong = access if any(row.event.key == event for row in self.rows) else event
            raise InputError(f"there is no {wrong!r}", suggestion=suggest(wrong, keys))
        return found[0]

    def frame(self) -> pd.DataFrame:
        """A row for each event and access: event, access, seconds (None: never), goes on, ends at (ISO 8601), then."""
        import pandas as pd

        frame = pd.DataFrame([row_of(row) for row in self.rows], columns=list(COLUMNS))
        return frame.astype({"seconds": "Int64"})

    def as_dict(self) -> dict[str, Any]:
        """The rows as JSON has them."""
        return {
            "who": self.who,
            "client": self.client,
            "signed_in_at": iso(self.began),
            "event_after_seconds": self.after,
            "lifetimes": [dict(zip(COLUMNS, row_of(row), strict=True)) for row in self.rows],
            "left_out": list(self.left_out),
        }

    def __str__(self) -> str:
        from cogsim.lab.lifetimes.text import lifetimes_text

        return lifetimes_text(self)

    def _repr_html_(self) -> str:
        from cogsim.markup import html_table

        return html_table(COLUMNS, [row_of(row) for row in self.rows])


def row_of(row: Lifetime) -> tuple[Any, ...]:
    """A row in the columns of `frame`."""
    ends_at = None if row.ends_at is None else iso(row.ends_at)
    return (row.event.key, row.access, row.seconds, row.words, ends_at, row.then)


def span(seconds: int) -> str:
    """`59m 59s`, `29d 23h 59m 59s`."""
    parts, rest = [], seconds
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        number, rest = divmod(rest, size)
        if number:
            parts.append(f"{number}{unit}")
    return " ".join(parts) or "0s"


def rounded(seconds: int) -> str:
    """As people say it, to the minute or the hour: `1 h` for 59m 59s, `7 h 50 min`, `30 d`."""
    if seconds < 100:
        return f"{seconds} s"
    minutes, hours, days = (round(seconds / size) for size in (60, 3600, 86_400))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return _in_units(minutes, 60, "h", "min")
    return _in_units(hours, 24, "d", "h") if days < 365 else _in_units(days, 365, "y", "d")


def _in_units(number: int, size: int, unit: str, smaller: str) -> str:
    whole, rest = divmod(number, size)
    return f"{whole} {unit} {rest} {smaller}" if rest else f"{whole} {unit}"


def lifetimes(
    world: World,
    who: str | None = None,
    client: str | None = None,
    *,
    after: str | float = "1s",
    events: Iterable[str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Lifetimes:
    """After each event, how long each way of access goes on that somebody has who signed in `after` before it.

    `who` is a user of a pool whose password the world knows, or somebody outside (a person of an AD FS or of a provider
    of OpenID Connect, a job, a developer's user, a guest), `client` the app client; else the first that get in.
    `events` are keys of `event.EVENTS`, all unless given; `progress` hears of each before it is played. Bad input
    raises InputError.
    """
    chosen = _chosen(events)
    sim = Simulation(with_operators(world))
    name, held = signed_in(sim, who, client)
    began, ways = sim.now, tuple(accesses(sim, held))
    first = {access.key: ask_after(sim, access, 0) for access in ways}
    left_out = [*held.missing, *_not_working(ways, first)]
    sim.advance(duration(after))
    working = [(access, got) for access in ways if not isinstance(got := first[access.key], Refused)]
    natural: dict[str, int | None] = {}
    rows: list[Lifetime] = []
    for number, event in enumerate(chosen, 1):
        if progress is not None and event.key != NOTHING:
            progress(f"{number} of {len(chosen)}: {event.shown}")
        twin = sim.fork()
        try:
            event.happen(twin, held)
        except (NotHere, AwsError) as reason:
            left_out.append(f"{event.key}: {reason}")
            continue
        rows += _measured(twin, held, event, working, natural)
    kept = tuple(row for row in rows if events is None or row.event.key != NOTHING or NOTHING in tuple(events))
    return Lifetimes(name, held.through, began, duration(after), kept, tuple(left_out))


def _chosen(events: Iterable[str] | None) -> list[Event]:
    """The events in order, the one that changes nothing first: the natural ends are its."""
    names = tuple(EVENTS) if events is None else tuple(events)
    for name in names:
        if name not in EVENTS:
            raise InputError(
                f"there is no event {name!r}; there are {', '.join(EVENTS)}", suggestion=suggest(name, EVENTS)
            )
    return [event for key, event in EVENTS.items() if key in names or key == NOTHING]


def _not_working(ways: Iterable[Access], first: dict[str, Got | Refused]) -> Iterator[str]:
    for access in ways:
        got = first[access.key]
        if isinstance(got, Refused):
            yield f"{access.shown}: refused from the beginning, {got}"


def _measured(
    sim: Simulation,
    held: Holding,
    event: Event,
    working: list[tuple[Access, Got]],
    natural: dict[str, int | None],
) -> Iterator[Lifetime]:
    for access, got in working:
        end = end_of(sim, access, got)
        yield _lifetime(sim, event, access, end, natural)
        if access.key.startswith("exchange:") and end.seconds is not None:
            yield _late(sim, held, event, access, end, natural)


def _late(
    sim: Simulation, held: Holding, event: Event, access: Access, exchange: End, natural: dict[str, int | None]
) -> Lifetime:
    """How long the last credentials go on that the exchange gives."""
    late = vended_late(sim, held, access, exchange.seconds or 0)
    if late is None:
        name = access.key.partition(":")[2]
        words = f"AWS credentials vended at the last second by identity pool {name}"
        gone = late_access(name, words, access.ask)
        return _lifetime(sim, event, gone, End(0, exchange.then), natural)
    end = end_of(late.sim, late.access, late.before)
    if end.seconds != 0:
        end = _later(end, int(late.sim.now - sim.now))
    return _lifetime(sim, event, late.access, end, natural)


def _later(end: End, seconds: int) -> End:
    return End(None if end.seconds is None else end.seconds + seconds, end.then)


def _lifetime(sim: Simulation, event: Event, access: Access, end: End, natural: dict[str, int | None]) -> Lifetime:
    key = access.key
    if event.key == NOTHING:
        natural[key] = end.seconds
    ends_at = None if end.seconds is None else sim.now + end.seconds
    return Lifetime(event, key, access.shown, end.seconds, natural[key], ends_at, end.then, access.brief)
