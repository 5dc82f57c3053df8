"""How risky a sign-in looks: signs, points and levels.

AWS publishes what it looks at and not how it weighs it, so the weights are ours, every step says so, and the assumption
`cognito.riskScoring` chooses between adding the signs up and going by the strongest alone. # idp:adaptive

1. A first sign-in has nothing to be compared with: no risk.
2. What looks like an earlier sign-in that came through is no sign: the same address, device and country.
3. Signs: an address, a device or a country never seen; a journey faster than an aeroplane; wrong passwords just before;
   an event with this address or device that somebody called invalid.
4. What an earlier sign-in proved by a second factor counts as known from then on, since it came through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Step, decided
from cogsim.decisions.auth_events import AuthEvent
from cogsim.world.locations import Place

_SCORING = "cognito.riskScoring"
_SOURCE = "idp:adaptive"

#: From how many points on a sign-in is of a level.
LEVELS = (("High", 65), ("Medium", 40), ("Low", 15))
#: Nothing flies faster (km/h).
FASTEST = 1000.0


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that speaks against a sign-in: what, how many points, what was found."""

    name: str
    points: int
    found: str


@dataclass(frozen=True, slots=True)
class Looks:
    """A sign-in as threat protection sees it; `at` in seconds."""

    at: float
    ip_address: str | None
    fingerprint: str | None
    place: Place | None


def level(looks: Looks, history: Sequence[AuthEvent], failures: int) -> Decision[str | None]:
    """Low, Medium or High, or None for no risk; one step for each sign. `history` is the user's, the oldest first,
    and `failures` the wrong passwords in a row just before."""
    trusted = [event for event in history if event.type == "SignIn" and event.trusted]
    if not trusted:
        question = "what speaks against the sign-in?"
        return decided(None, _step(question, "nothing to compare with", "no earlier sign-in"))
    signs = [sign for sign in _signs(looks, trusted, history, failures) if sign is not None]
    score = sum(sign.points for sign in signs)
    if choice(_SCORING) == "strongest":
        score = max((sign.points for sign in signs), default=0)
    found = next((name for name, least in LEVELS if score >= least), None)
    steps = [_step("what speaks against the sign-in?", sign.name, f"{sign.found}: {sign.points}") for sign in signs]
    total = _step("how risky is the sign-in?", found or "NoRisk", f"{score} points, {choice(_SCORING)}")
    return decided(found, *steps, total)


def _signs(
    looks: Looks, trusted: Sequence[AuthEvent], history: Sequence[AuthEvent], failures: int
) -> tuple[Sign | None, ...]:
    return (
        _address(looks, trusted),
        _device(looks, trusted),
        _country(looks, trusted),
        _journey(looks, trusted[-1]),
        Sign("wrong passwords just before", min(5 * failures, 25), str(failures)) if failures else None,
        _called_invalid(looks, history),
    )


def _address(looks: Looks, trusted: Sequence[AuthEvent]) -> Sign | None:
    if looks.ip_address is None or looks.ip_address in {event.ip_address for event in trusted}:
        return None
    return Sign("an address never seen", 15, looks.ip_address)


def _device(looks: Looks, trusted: Sequence[AuthEvent]) -> Sign | None:
    known = {event.fingerprint for event in trusted if event.fingerprint is not None}
    if looks.fingerprint is None or not known or looks.fingerprint in known:
        return None
    return Sign("a device never seen", 25, "another fingerprint")


def _country(looks: Looks, trusted: Sequence[AuthEvent]) -> Sign | None:
    known = {event.place.country for event in trusted if event.place is not None}
    if looks.place is None or not known or looks.place.country in known:
        return None
    return Sign("a country never seen", 25, looks.place.country)


def _journey(looks: Looks, last: AuthEvent) -> Sign | None:
    """A journey from the last sign-in that nobody makes in the time."""
    if looks.place is None or last.place is None:
        return None
    way = distance(last.place, looks.place)
    hours = (looks.at - last.at) / 3600.0
    if way is None or way <= FASTEST * hours + 50.0:
        return None
    return Sign("a journey nobody makes", 40, f"{way:.0f} km in {hours:.2f} h")


def _called_invalid(looks: Looks, history: Sequence[AuthEvent]) -> Sign | None:
    bad = [event for event in history if event.feedback is not None and event.feedback[0] == "Invalid"]
    for event in bad:
        same_device = looks.fingerprint is not None and event.fingerprint == looks.fingerprint
        if same_device or (looks.ip_address is not None and event.ip_address == looks.ip_address):
            return Sign("it looks like a sign-in that was called invalid", 40, event.id)
    return None


def distance(one: Place, other: Place) -> float | None:
    """Kilometres over the ground between two places; None where a degree is unknown."""
    degrees = (one.latitude, one.longitude, other.latitude, other.longitude)
    if any(each is None for each in degrees):
        return None
    north, east, north2, east2 = (radians(each) for each in degrees if each is not None)
    half = sin((north2 - north) / 2) ** 2 + cos(north) * cos(north2) * sin((east2 - east) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(min(half, 1.0)))


def _step(question: str, answer: str, found: str) -> Step:
    return Step(question, answer, found, _SOURCE, Basis.ASSUMED, assumption=_SCORING)
