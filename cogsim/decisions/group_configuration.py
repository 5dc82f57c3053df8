"""Groups as they are configured: how many there may be, and what a change leaves. # idp:groups"""

from __future__ import annotations

from dataclasses import replace

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.pool_members import UserPoolGroup
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

#: Groups of a pool, and groups that a user may be in. # idp:quotas §objects
MOST_GROUPS, MOST_MEMBERSHIPS = 10_000, 100
_OMITTED = "cognito.updateGroupOmitted"


def check_room_for_group(world: World, pool: UserPool) -> Check:
    """Whether the pool may have one more group."""
    held = sum(1 for pool_id, _ in world.pool_groups if pool_id == pool.id)
    question = "may the pool have one more group?"
    if held < MOST_GROUPS:
        return passed(question, f"{held} of {MOST_GROUPS}", "idp:quotas§objects")
    refusal = Refusal("LimitExceededException", f"Maximum number of groups ({MOST_GROUPS}) reached.")
    return refused(refusal, question, f"{held}", "idp:quotas§objects", assumption=UNSEEN_TEXTS)


def check_room_for_membership(user: PoolUser, name: str) -> Check:
    """Whether the user may be in one more group."""
    question = "may the user be in one more group?"
    if name in user.groups or len(user.groups) < MOST_MEMBERSHIPS:
        return passed(question, f"{len(user.groups)} of {MOST_MEMBERSHIPS}", "idp:quotas§objects")
    refusal = Refusal(INVALID_PARAMETER, f"Maximum number of groups for a user ({MOST_MEMBERSHIPS}) reached.")
    return refused(refusal, question, f"{len(user.groups)}", "idp:quotas§objects", assumption=UNSEEN_TEXTS)


def changed_group(
    group: UserPoolGroup, description: str | None, role_arn: str | None, precedence: int | None
) -> Decision[UserPoolGroup]:
    """The group after an update: what the request leaves out stays, or goes."""
    clears = choice(_OMITTED) == "cleared"
    changed = replace(
        group,
        description=description if description is not None else ("" if clears else group.description),
        role_arn=role_arn if role_arn is not None or clears else group.role_arn,
        precedence=precedence if precedence is not None or clears else group.precedence,
    )
    given = {"Description": description, "RoleArn": role_arn, "Precedence": precedence}
    omitted = ", ".join(name for name, value in given.items() if value is None)
    question = "what becomes of members that the request leaves out?"
    if not omitted:
        return decided(changed, Step(question, "there are none", group.name, "idp:groups"))
    answer = "they go" if clears else "they stay"
    return decided(changed, Step(question, answer, omitted, "idp:groups", Basis.ASSUMED, assumption=_OMITTED))
