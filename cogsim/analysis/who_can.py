"""Who may do something: the same question for everybody; and what everybody may do, for a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from cogsim.analysis.actions import check_action, check_resource
from cogsim.analysis.answers import MOST_SHOWN, Answer, Crowd, everybody, tried, walked
from cogsim.analysis.newcomers import NOBODY_YET, newcomers
from cogsim.analysis.passage import Passage
from cogsim.analysis.probes import Probe, probes, survey
from cogsim.analysis.strangers import strangers
from cogsim.analysis.who import RoleHolder
from cogsim.decisions.caller import RoleSession
from cogsim.world.world import World

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("who", "principal", "via", "answer", "because", "where")

#: What is asked of a way that ends before any credentials.
_NOTHING = Probe("", "", "")


def who_can(world: World, action: str, resource: str) -> pd.DataFrame:
    """A row for everybody and every way to credentials: who, principal (ARN), via, answer, because, where (file:line).

    Users of every pool by every app client and identity pool, people of brokers, directories and providers outside AWS,
    jobs, developers' users, guests, roles as anybody holds them (without session tags), IAM users, and unsigned
    requests; and strangers, as "anybody whom … vouches for". Of more than 20 people of a directory or provider, those
    whom the question cannot tell apart stand in one row. Sorted; `answer` is Allowed, ExplicitlyDenied,
    ImplicitlyDenied, NoSession (the way ends before any credentials) or Unknown (it leads through something not
    modelled).
    """
    return framed(answers(world, action, resource))


def answers(world: World, action: str, resource: str) -> list[Answer]:
    """The answers of `who_can`, with all their steps."""
    check_action(action)
    check_resource(action, resource)
    found = [
        (crowd.others, passage) for crowd in everybody(world, asked=resource) for passage in walked(world, crowd.who)
    ]
    found += [("", passage) for passage in strangers(world, [passage for _, passage in found], resource)]
    return [replace(tried(world, passage, action, resource), who=f"{passage.who}{others}") for others, passage in found]


def framed(found: Iterable[Answer]) -> pd.DataFrame:
    """Answers in the columns of `who_can`, sorted."""
    return _frame(found, COLUMNS)


def access_table(world: World) -> pd.DataFrame:
    """What everybody may do with the objects and tables that the world knows: the columns of `who_can`, and action,
    resource and context (the condition keys that the question added).

    In a pool of more than 20 users, those whom nothing can tell apart stand in one row.
    """
    return _frame(list(access(world)), ("who", "principal", "via", "action", "resource", "context", *COLUMNS[3:]))


def access(world: World) -> Iterator[Answer]:
    """The answers of `access_table`, with all their steps; a way that ends before any credentials gives one.

    Also for whoever signs up next, a role that a pool vends to nobody of the world being asked about as theirs, and for
    strangers whom providers vouch for.
    """
    found = [(crowd, passage) for crowd in everybody(world, most=MOST_SHOWN) for passage in walked(world, crowd.who)]
    coming = newcomers(world, [passage for _, passage in found])
    others = strangers(world, [passage for _, passage in found])
    asked = [(crowd.shown, passage) for crowd, passage in held_by_somebody(found, (*coming, *others))]
    asked += [(NOBODY_YET, passage) for passage in coming] + [(passage.who, passage) for passage in others]
    surveyed = survey(world, [passage.caller for _, passage in asked if passage.caller is not None])
    for who, passage in asked:
        for probe in probes(world, surveyed, passage.caller) if passage.caller else (_NOTHING,):
            yield replace(tried(world, passage, probe.action, probe.resource, probe.context), who=who)


def held_by_somebody(found: list[tuple[Crowd, Passage]], coming: Iterable[Passage]) -> list[tuple[Crowd, Passage]]:
    """Without the roles as anybody holds them, where somebody holds them: one of the world, or one `coming`."""
    known = [passage for crowd, passage in found if not isinstance(crowd.who, RoleHolder)]
    held = {each.caller.role_arn for each in (*known, *coming) if isinstance(each.caller, RoleSession)}
    return [pair for pair in found if not (isinstance(pair[0].who, RoleHolder) and pair[0].who.role.arn in held)]


def _frame(answers: Iterable[Answer], columns: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    rows = sorted(tuple(_cell(answer, column) for column in columns) for answer in answers)
    return pd.DataFrame(rows, columns=list(columns), dtype="str")


def _cell(answer: Answer, column: str) -> str:
    if column == "answer":
        return answer.result
    if column == "context":
        return ", ".join(f"{key}={value}" for key, value in answer.context)
    if column == "where":
        return str(answer.where or "")
    return str(getattr(answer, column))
