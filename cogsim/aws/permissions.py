"""What a cloud's door was told of permissions, for as long as its world is the same.

Whether a caller may do something follows from the world, the call and the assumptions in force, and from the instant
only where a policy speaks of time. So an answer is good again while nothing in the world was written, and clients that
read ask the same many times.

1. An answer is remembered for one world, and all of them are forgotten with it: no write leaves an old answer behind.
2. Everything else that was asked is the key; what cannot be one is decided anew. A session is known as itself, and kept
   alive as long as it is one.
3. At another instant an answer is good if no policy that bears on it reads the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.assumptions import chosen
from cogsim.decision import Decision
from cogsim.decisions.authorization import authorise, reads_time
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Caller, FederatedUser, RoleSession
from cogsim.policy.layers import Result
from cogsim.world.world import World

#: How many answers are remembered of one world.
_MOST = 4096


@dataclass(slots=True)
class _Answer:
    """An answer, the instant it was given at, and whether it is good at others; None until somebody asks."""

    decision: Decision[Result]
    now: float
    caller: Caller
    timeless: bool | None = None


class Permissions:
    """The answers of one world: the latest that was asked about."""

    __slots__ = ("_answers", "_world")

    def __init__(self) -> None:
        self._world: World | None = None
        self._answers: dict[Any, _Answer] = {}

    def may(
        self,
        world: World,
        caller: Caller,
        action: str,
        resource: str,
        *,
        origin: CallOrigin,
        now: float,
        context: Mapping[str, Any],
        resource_account: str | None,
        wildcard_only: bool,
    ) -> Decision[Result]:
        """What `authorise` answers."""
        if world is not self._world or len(self._answers) > _MOST:
            self._world, self._answers = world, {}
        who = id(caller) if isinstance(caller, RoleSession | FederatedUser) else caller
        key = (action, resource, who, origin, tuple(context.items()), resource_account, wildcard_only, chosen())
        try:
            known = self._answers.get(key)
        except TypeError:  # a list among the context's values
            key, known = None, None  # type: ignore[assignment]
        if known is not None and (known.now == now or _timeless(known, world, resource)):
            return known.decision
        decision = authorise(
            world, caller, action, resource, origin=origin, now=now, context=context,
            resource_account=resource_account, wildcard_only=wildcard_only,
        )  # fmt: skip
        if key is not None:
            self._answers[key] = _Answer(decision, now, caller)
        return decision


def _timeless(answer: _Answer, world: World, resource: str) -> bool:
    if answer.timeless is None:
        answer.timeless = not reads_time(world, answer.caller, resource)
    return answer.timeless
