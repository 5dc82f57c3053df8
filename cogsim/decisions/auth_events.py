"""What a pool with threat protection remembers of each sign-in, sign-up and change of password. # idp:adaptive"""

from __future__ import annotations

from dataclasses import dataclass

from cogsim.world.locations import Place


@dataclass(frozen=True, slots=True)
class AuthEvent:
    """One event of a user's history; the texts are those of AdminListUserAuthEvents, `at` in seconds.

    `risk` is the level (None: no risk), `decision` NoRisk, AccountTakeover or Block; `challenges` are (name, result)
    pairs; `feedback` is Valid or Invalid, by whom and when.
    """

    id: str
    type: str
    at: float
    response: str = "InProgress"
    decision: str = "NoRisk"
    risk: str | None = None
    compromised: bool = False
    challenges: tuple[tuple[str, str], ...] = ()
    ip_address: str | None = None
    device: str | None = None
    fingerprint: str | None = None
    place: Place | None = None
    feedback: tuple[str, str, float] | None = None

    @property
    def trusted(self) -> bool:
        """Whether later sign-ins that look like it look right: it came through, and nobody called it invalid."""
        return self.response == "Pass" and (self.feedback is None or self.feedback[0] == "Valid")
