"""A decision in words: a step for every statement that spoke of the action, for what had to allow, for every layer."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from cogsim.decision import Basis, Step
from cogsim.errors import Location
from cogsim.policy.document import Statement
from cogsim.policy.reference.review import Entry, Review, Reviews
from cogsim.policy.request import Request

_NAMES = {
    "rcp": "resource control policies", "scp": "service control policies", "vpc-endpoint": "VPC endpoint policy",
    "resource": "resource-based policy", "trust": "role trust policy", "identity": "identity-based policies",
    "boundary": "permissions boundary", "session": "session policy",
}  # fmt: skip


class Check(NamedTuple):
    """One layer's own answer: whether it stands in the way, and the statements that allow.

    `step` tells the step that says so; it is asked whether that decided.
    """

    layer: str
    holds: bool
    step: Callable[[bool], Step]
    by: tuple[Entry, ...] = ()


class Needed(NamedTuple):
    """Which layers must allow, and the rule that says so."""

    layers: tuple[str, ...]
    why: str
    source: str = "ug:eval-logic§same-account"
    assumption: str | None = None


class Telling(NamedTuple):
    """What a decision found; `by` are the statements that decided, `settled` the layer, `last` a step of its own."""

    reviews: Reviews
    needed: Needed
    request: Request
    checks: list[Check]
    by: tuple[Entry, ...] = ()
    settled: Check | None = None
    last: tuple[Step, ...] = ()

    def steps(self) -> tuple[Step, ...]:
        """Every statement that spoke of the action, what had to allow, every layer's answer; what decided is marked."""
        told: list[Step] = []
        by = {id(entry) for entry in self.by}
        for found in self.reviews.in_order:
            for entry in found.entries:
                told += entry.steps(decides=id(entry) in by)
        request = self.request
        accounts = f"{request.principal.account or 'no account'}, {request.resource_account or 'not said'}"
        told.append(_rule(self.needed, accounts))
        for check in self.checks:
            told.append(check.step(check is self.settled))
        return (*told, *self.last)


@lru_cache(maxsize=1024)
def _rule(needed: Needed, accounts: str) -> Step:
    return Step(
        question="what must allow, besides the filters?",
        answer=", ".join(_NAMES[layer] for layer in needed.layers) + f": {needed.why}",
        found=accounts,
        source=needed.source,
        basis=Basis.ASSUMED if needed.assumption else Basis.DOCUMENTED,
        assumption=needed.assumption,
    )


def layer_step(found: Review, holds: bool, source: str, answer: str, decides: bool) -> Step:
    """Whether one layer allows; `answer` says so in other words than yes and no."""
    near = None if holds else found.nearest
    said = answer or (("yes" if holds else "no") if found.present else "there is none")
    count = f"{len(found.entries)} of {found.size} statements speak of the action" if found.present else ""
    if near is None:
        return _layer_step(found.layer, said, count, source, bool(found.allows), None, decides)
    count = f"{near.label} fails on its {near.reading.failing}; {count}"
    location = near.reading.statement.location
    return _layer_step(found.layer, said, count, source, bool(found.allows), location, decides)


@lru_cache(maxsize=4096)  # what a layer says is one of few
def _layer_step(
    layer: str, answer: str, count: str, source: str, allows: bool, location: Location | None, decides: bool
) -> Step:
    verb = "do" if layer == "identity" else "does"
    facts = (("layer", layer), ("effect", "Allow" if allows else "none"))
    question = f"{verb} the {_NAMES[layer]} allow?"
    return Step(question, answer, count, source, location=location, facts=facts, decides=decides)


def levels_step(layer: str, levels: tuple[Review, ...], given: bool, empty: Review | None, decides: bool) -> Step:
    """Whether every level of an organization allows; `empty` is the first that does not."""
    names = tuple([level.level for level in levels])
    return _levels_step(layer, names, given, None if empty is None else empty.level, decides)


@lru_cache(maxsize=1024)
def _levels_step(layer: str, levels: tuple[str, ...], given: bool, empty: str | None, decides: bool) -> Step:
    question = f"do the {_NAMES[layer]} allow at every level?"
    source = "org:scp-evaluation" if layer == "scp" else "org:rcps"
    if empty is not None:
        facts = (("layer", layer), ("level", empty), ("effect", "none"))
        return Step(question, "no", f"nothing allows at {empty}", source, facts=facts, decides=decides)
    if not levels:
        answer = "they do not apply to this caller" if given else "there are none"
        return Step(question, answer, source=source, facts=(("layer", layer),))
    return Step(question, "yes", ", ".join(levels), source, facts=(("layer", layer), ("effect", "Allow")))


def blocked_step(public: Statement, decides: bool) -> Step:
    """That Block Public Access passes a bucket policy over."""
    return Step(
        question="does the resource-based policy allow?",
        answer="no: RestrictPublicBuckets keeps a public policy to the bucket's own account",
        found=f"the statement {public.sid or ''} is public".replace("  ", " "),
        source="s3:block-public-access",
        location=public.location,
        facts=(("layer", "resource"), ("effect", "none"), ("blocked", "RestrictPublicBuckets")),
        decides=decides,
    )


def partition_step(own: str, target: str, decides: bool) -> Step:
    """That caller and resource stand in different partitions."""
    facts = (("layer", "partition"), ("effect", "none"))
    found = f"{own}, {target}"
    return Step("are both in one partition?", "no", found, "ug:cross-account", facts=facts, decides=decides)
