"""Which records a run leaves: one for each call and each account it concerns, in the total order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cogsim.aws.call import Outcome
from cogsim.aws.domain_model import DOMAIN_SERVICE
from cogsim.aws.execute_api_model import API_SERVICE
from cogsim.aws.load_balancer_model import LOAD_BALANCER_SERVICE
from cogsim.aws.own_model import SERVICE
from cogsim.aws.trail.event import event_of
from cogsim.aws.trail.pages import page_records
from cogsim.aws.trail.record import record
from cogsim.aws.trail.signin import signin_records

if TYPE_CHECKING:
    from cogsim.aws.cloud import Cloud


def records(cloud: Cloud, data_events: bool = True) -> list[dict[str, Any]]:
    """The CloudTrail records of everything that happened, calls between services included, as JSON values.

    A call across accounts leaves one in each account, with one sharedEventID. A call leaves none where AWS cannot tell
    whose account it concerns: credentials that proved nothing, a public call that names no pool, role or bucket there
    is. `data_events=False` gives what a trail with its default selectors records: management events only.
    # ct:record-contents, ct:data-events, s3:cloudtrail §cross-account
    """
    made: list[dict[str, Any]] = []
    before = cloud.initial
    for outcome in in_order(_without_work(entry) for entry in cloud.log if isinstance(entry, Outcome)):
        if outcome.call.service == DOMAIN_SERVICE:
            made.extend(page_records(outcome, before, cloud.seed))
            before = outcome.world or before
            continue
        if outcome.call.service == SERVICE:
            made.extend(signin_records(outcome, cloud.seed))
            before = outcome.world or before
            continue
        if outcome.call.service in (API_SERVICE, LOAD_BALANCER_SERVICE):
            before = outcome.world or before
            continue
        event = event_of(outcome, before)
        if data_events or not event.data:
            made.extend(record(event, account, cloud.seed) for account in event.accounts)
        before = event.world
    return made


def _without_work(outcome: Outcome) -> Outcome:
    """A page's outcome without the operations that it rests on: the trail shows the page alone, also where a load
    balancer asks for it. # idp:cloudtrail"""
    if outcome.call.service == LOAD_BALANCER_SERVICE:
        return replace(outcome, children=tuple(map(_without_work, outcome.children)))
    return replace(outcome, children=()) if outcome.call.service == DOMAIN_SERVICE else outcome


def in_order(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Outcomes and those of the calls they caused, by number."""
    return sorted(_with_children(outcomes), key=lambda outcome: outcome.number)


def _with_children(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    for outcome in outcomes:
        yield outcome
        yield from _with_children(outcome.children)
