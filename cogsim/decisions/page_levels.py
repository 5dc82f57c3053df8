"""A level of authentication that an app asks the pages for, by `acr_values`. # idp:step-up

1. Plans below Essentials have no levels: what is asked for is passed over, and the age of the sign-in with it.
2. Of several levels the first counts that the user can reach. Names that the pool does not know are passed over.
3. An open session is good for no more than what was proved when it began.
4. On the page a sign-in begins with the password; the level says which second factor follows it.
"""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.progress import Progress
from cogsim.decisions.refusals import UNSEEN_TEXTS, refused
from cogsim.decisions.step_up import aim, choose_level, has_levels, level_of, wanted_levels
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool

_SOURCE = "idp:step-up"
_WEAKER = "cognito.acrWithOpenSession"
#: What a sign-in on the page begins with.
_FIRST = ("PASSWORD",)


def asked_levels(pool: UserPool, query: Mapping[str, str]) -> Decision[tuple[int, ...] | Refusal]:
    """The levels of `acr_values` in their order, none where none are asked for; or the refusal for the app."""
    question, values = "does the app ask for a level?", query.get("acr_values")
    if values is None:
        return decided((), Step(question, "no", "no acr_values", _SOURCE))
    if not has_levels(pool):
        place = pool.origin.at("UserPoolTier")
        return decided((), Step(question, "passed over", pool.tier, "idp:feature-plans", location=place))
    found = wanted_levels(pool, values)
    if isinstance(found.value, Refusal):
        refusal = Refusal("invalid_request", "Invalid acr_values")
        return refused(refusal, question, "none that the pool knows", _SOURCE, assumption=UNSEEN_TEXTS)
    return found


def asked_age(pool: UserPool, query: Mapping[str, str]) -> int | None:
    """`max_age` in seconds, where the pool's plan heeds it."""
    age = query.get("max_age")
    return int(age) if age is not None and has_levels(pool) else None


def too_weak(
    pool: UserPool, user: PoolUser, progress: Progress, levels: tuple[int, ...]
) -> tuple[str, str | None] | None:
    """Why an open session of `user`, begun by `progress`, does not do for the levels asked for, and the assumption
    that this rests on; None where it does."""
    if not levels or choice(_WEAKER) == "answered":
        return None
    wanted, reached = choose_level(pool, user, _FIRST, levels, progress).value, level_of(progress) or 0
    if isinstance(wanted, int) and reached >= wanted:
        return None
    return f"of level {reached}, and the app asks for {', '.join(map(str, levels))}", _WEAKER


def page_aim(
    pool: UserPool, user: PoolUser, progress: Progress, levels: tuple[int, ...], asked: str
) -> Decision[Progress | Refusal]:
    """The progress of a sign-in on the page that goes for one of `levels`, `asked` being acr_values; or a refusal
    where the user reaches none."""
    chosen = choose_level(pool, user, _FIRST, levels, progress)
    if isinstance(chosen.value, Refusal):
        return Decision(chosen.value, chosen.steps)
    aimed = aim(progress, chosen.value, asked)
    return Decision(aimed.value, (*chosen.steps, *aimed.steps))
