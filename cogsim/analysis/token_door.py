"""A component that takes tokens, as the matrix asks it: the same decision as the running cloud's, on an offer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cogsim.analysis.token_kinds import Use
from cogsim.analysis.token_offers import Offer
from cogsim.analysis.token_targets import Target
from cogsim.decision import Decision
from cogsim.errors import Location

#: The component's decision on an offer; a Refusal refuses, everything else accepts.
Ask = Callable[[Offer], Decision[Any]]


@dataclass(frozen=True, slots=True)
class Door:
    """A component by its `key` (`identity-pool:Identities/Spa`), as people read it, where it is configured, and whose
    tokens it is for; `expects` is the make it is meant for, where it takes none of those that are tried."""

    key: str
    shown: str
    where: Location | None
    target: Target
    ask: Ask
    expects: Use = "id"
