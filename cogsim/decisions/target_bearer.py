"""Does an application take the token in Authorization, which a load balancer's rule may have validated before it.

1. `issuer`: it is the application's own; where nobody asks, any issuer of the world signs for itself.
2. `signature`: it is signed by RS256 under a key of that issuer. A rule that validates tokens stands before its own
   targets alone: who reaches the application otherwise, or by a rule that validates nothing, sends what he likes.
3. `expiry`: it is in force.
4. `client`: it was made for the application's own client: `client_id`, or `aud` where there is none. A rule that has no
   additional claim takes every client's.
Each may be left out, and is said to be. # elb:verify-jwt
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.api_token import bearer, keys_of
from cogsim.frozen import thaw
from cogsim.tokens.jwt import read, verify
from cogsim.world.load_balancer_target import Target
from cogsim.world.world import World

_SOURCE, _UNAUTHORIZED = "elb:verify-jwt", "401"


@dataclass(frozen=True, slots=True)
class _Sent:
    """A token as its reader has it: what it says, and its text."""

    text: str
    claims: Mapping[str, Any]
    now: float


def believes_bearer(world: World, target: Target, value: str, now: float) -> Decision[Mapping[str, Any] | Refusal]:
    """The claims of the token in the header's `value`, or 401; `now` in seconds."""
    text = bearer(value)
    parsed = read(text)
    if isinstance(parsed, Refusal):
        return _refused("is it a well-formed token?", parsed.message, ())
    sent = _Sent(text, thaw(parsed.claims), now)
    steps: tuple[Step, ...] = ()
    for check, (question, fault_of) in _CHECKS.items():
        if check in target.skips:
            place = target.origin.at("Skips")
            steps += (Step(f"does the target check the {check}?", "no", "Skips", _SOURCE, location=place),)
            continue
        fault = fault_of(world, target, sent)
        if fault is not None:
            return _refused(question, fault, steps)
        steps += (Step(question, "yes", "", _SOURCE),)
    subject = sent.claims.get("sub")
    if not isinstance(subject, str) or not subject:
        return _refused("does it say whose it is?", "no sub", steps)
    whose = Step("who asks?", subject, "by the token in Authorization", _SOURCE, decides=True)
    return decided(sent.claims, whose, after=steps)


def _issuer(_world: World, target: Target, sent: _Sent) -> str | None:
    issuer = sent.claims.get("iss")
    return None if issuer == target.issuer else f"iss {str(issuer)[:80]}"


def _signature(world: World, target: Target, sent: _Sent) -> str | None:
    issuer = str(sent.claims.get("iss")) if "issuer" in target.skips else target.issuer or ""
    keys = keys_of(world, issuer)
    if keys is None:
        return f"nobody knows the keys of {issuer[:80]}"
    signed = verify(sent.text, keys, types=("JWT", "at+jwt")).value
    return signed.message if isinstance(signed, Refusal) else None


def _expiry(_world: World, _target: Target, sent: _Sent) -> str | None:
    ends = sent.claims.get("exp")
    good = isinstance(ends, int | float) and not isinstance(ends, bool) and ends > sent.now
    return None if good else f"exp {str(ends)[:20]}"


def _client(_world: World, target: Target, sent: _Sent) -> str | None:
    made_for = sent.claims.get("client_id", sent.claims.get("aud"))
    return None if made_for == target.client_id else f"made for {str(made_for)[:80]}"


_CHECKS: dict[str, tuple[str, Callable[[World, Target, _Sent], str | None]]] = {
    "issuer": ("is it of the expected issuer?", _issuer),
    "signature": ("does the signature hold?", _signature),
    "expiry": ("is it in force?", _expiry),
    "client": ("is it for the expected client?", _client),
}


def _refused(question: str, found: str, after: tuple[Step, ...]) -> Decision[Any]:
    return decided(Refusal(_UNAUTHORIZED, found), Step(question, "no", found, _SOURCE, decides=True), after=after)
