"""What a user's groups put into tokens: the groups, the roles, and the one role that is preferred.

1. Groups stand in the order of precedence, the strongest (lowest number) first and those without one last.
2. `cognito:roles` are the distinct roles of those groups.
3. The preferred role: a sole role, or else the sole role of the strongest precedence. Where the strongest groups differ
   in their role there is none: a tie is never broken by name. # idp:groups §precedence
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Location, Refusal, Step, decided
from cogsim.decisions.refusals import GROUP_NOT_FOUND, Check, passed, refused
from cogsim.world.origin import unresolved_facts
from cogsim.world.pool_members import UserPoolGroup
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

_ORDER = "cognito.groupOrder"
_SHADOW = "cognito.rolelessGroupShadows"


@dataclass(frozen=True, slots=True)
class GroupClaims:
    """The claims `cognito:groups`, `cognito:roles` and `cognito:preferred_role`; empty and None where absent."""

    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    preferred_role: str | None = None


def group_claims(world: World, user: PoolUser) -> Decision[GroupClaims]:
    """The group claims of `user` now: memberships are read when a token is issued."""
    held = [world.pool_groups[user.pool_id, name] for name in user.groups if (user.pool_id, name) in world.pool_groups]
    groups = sorted(held, key=lambda group: group.name if choice(_ORDER) == "name" else (_strength(group), group.name))
    if not groups:
        return decided(GroupClaims(), Step("which groups is the user in?", "none", user.username, "idp:groups"))
    names = tuple(group.name for group in groups)
    listed = Step(
        "which groups is the user in?", ", ".join(names), user.username, "idp:groups", Basis.ASSUMED, assumption=_ORDER
    )
    roles = tuple(dict.fromkeys(group.role_arn for group in groups if group.role_arn))
    preferred, step = _preferred(groups, roles)
    return decided(GroupClaims(names, roles, preferred), listed, step)


def _strength(group: UserPoolGroup) -> float:
    """A group without precedence is weaker than any with one."""
    return math.inf if group.precedence is None else group.precedence


def _preferred(groups: list[UserPoolGroup], roles: tuple[str, ...]) -> tuple[str | None, Step]:
    question, source = "which role do the groups prefer?", "idp:groups§precedence"
    if len(roles) <= 1:
        sole = roles[0] if roles else None
        place = _place(groups, sole)
        return sole, Step(question, sole or "none", f"{len(roles)} distinct roles", source, location=place)
    shadowing = choice(_SHADOW) == "yes"
    competing = groups if shadowing else [group for group in groups if group.role_arn]
    best = min(map(_strength, competing))
    strongest = [group for group in competing if _strength(group) == best]
    winners = {group.role_arn for group in strongest if group.role_arn}
    preferred = min(winners) if len(winners) == 1 else None
    found = f"precedence {'null' if best == math.inf else int(best)}: " + ", ".join(
        f"{group.name} ({group.role_arn or 'no role'})" for group in strongest
    )
    unsettled = any(group.role_arn is None and _strength(group) <= best for group in groups)
    return preferred, Step(
        question,
        preferred or "none",
        found,
        source,
        Basis.ASSUMED if unsettled else Basis.DOCUMENTED,
        _place(strongest, preferred),
        _SHADOW if unsettled else None,
        unresolved_facts(*sorted(winners)) if len(winners) > 1 else (),
    )


def _place(groups: list[UserPoolGroup], role: str | None) -> Location | None:
    for group in groups:
        if role is not None and group.role_arn == role:
            return group.origin.at("RoleArn")
    return groups[0].origin.at("Precedence") if groups else None


def check_group_exists(world: World, pool: UserPool, name: str) -> Check:
    """Whether the pool has a group of that name."""
    if (pool.id, name) in world.pool_groups:
        return passed("is there such a group?", name, "idp:groups")
    return refused(GROUP_NOT_FOUND, "is there such a group?", name, "idp:groups")


def check_group_name_free(world: World, pool: UserPool, name: str) -> Check:
    """Whether the pool has no group of that name yet."""
    question = "is the name of the group free?"
    if (pool.id, name) not in world.pool_groups:
        return passed(question, name, "idp:groups")
    refusal = Refusal("GroupExistsException", "A group with the name already exists.")
    return refused(refusal, question, name, "idp:groups")
