"""Condition keys that a question states and no policy of the world reads: a misspelt one would change nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cogsim.analysis.policies import hanging
from cogsim.errors import suggest
from cogsim.policy.document import Policy
from cogsim.world.world import World

_VARIABLE = re.compile(r"\$\{([^}*?$,]+)")


def unread_keys(world: World, stated: Iterable[str]) -> list[tuple[str, str | None]]:
    """Those of the `stated` keys that nothing reads, each with the key that may have been meant."""
    read = {key.casefold(): key for policy in _policies(world) for key in _keys(policy)}
    return [(key, suggest(key, read.values())) for key in stated if key.casefold() not in read]


def _policies(world: World) -> Iterator[Policy]:
    yield from (held.policy for held in hanging(world))
    yield from (role.trust for role in world.roles.values())


def _keys(policy: Policy) -> Iterator[str]:
    for statement in policy.statements:
        texts = [*(statement.resources.values if statement.resources else ())]
        for condition in statement.conditions:
            yield condition.key
            texts += condition.values
        yield from (found.strip() for text in texts for found in _VARIABLE.findall(text))
