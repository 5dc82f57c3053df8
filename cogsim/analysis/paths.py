"""How somebody becomes a role: every way to a session of it, those over other roles by sts:AssumeRole included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogsim.analysis.passage import Passage
from cogsim.analysis.role_chains import with_chains
from cogsim.analysis.sessions import passages
from cogsim.analysis.who import RoleHolder, Who, resolve
from cogsim.decisions.caller import RoleSession
from cogsim.errors import InputError
from cogsim.world.world import World

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("who", "via", "principal", "hops", "where")


def ways_to(world: World, who: Who | str, role: str) -> list[Passage]:
    """The passages of `who` that end in a session of the role (its name, logical id or ARN), the shortest first."""
    target = resolve(world, role)
    if not isinstance(target, RoleHolder):
        raise InputError(f"{role!r} is no role")
    found = with_chains(world, passages(world, who))
    held = [(each.caller, each) for each in found]
    ending = [each for caller, each in held if isinstance(caller, RoleSession) and caller.role_arn == target.role.arn]
    return sorted(ending, key=_roles_between)


def paths(world: World, who: Who | str, role: str) -> pd.DataFrame:
    """A row for every way of `who` to a session of the role: who, via, principal (ARN), hops (the roles in between, as
    a number), where (file:line of the last line that decided)."""
    import pandas as pd

    found = ways_to(world, who, role)
    rows = [(each.who, each.via, _arn(each), str(_roles_between(each)), _where(each)) for each in found]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def _roles_between(passage: Passage) -> int:
    return sum(name == "chained" for step in passage.outcome.steps for name, _ in step.facts)


def _arn(passage: Passage) -> str:
    assert isinstance(passage.caller, RoleSession)
    return passage.caller.arn


def _where(passage: Passage) -> str:
    return next((str(step.location) for step in reversed(passage.outcome.deciding) if step.location), "")
