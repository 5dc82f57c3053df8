"""The policies of one layer read against a request: what applied, what nearly did, and the steps that say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cogsim.assumptions import choice
from cogsim.decision import Basis, Step
from cogsim.policy.document import Effect
from cogsim.policy.layers import Layers, NamedPolicy, ResourceRule
from cogsim.policy.reference.principal import Strength
from cogsim.policy.reference.statement import Circumstances, Reading, action_element, read
from cogsim.policy.request import Request


class Entry(NamedTuple):
    """One statement's reading with the place it has among the layers."""

    layer: str
    level: str
    policy: str
    reading: Reading

    def steps(self, decides: bool = False) -> list[Step]:
        """The step that tells of the statement, and one more for each further assumption it rests on."""
        reading = self.reading
        failed = reading.failed
        source = failed.source if failed else _source_of_grant(reading)
        first, *others = reading.assumptions or (None,)
        told = Step(
            question=f"does {self.name} apply?",
            answer=f"no: {failed.name}" if failed else f"yes: {reading.effect}",
            found=_found(reading),
            source=source,
            basis=Basis.ASSUMED if first else Basis.DOCUMENTED,
            location=reading.statement.location,
            assumption=first,
            facts=self.facts,
            decides=decides,
        )
        return [told, *(rests_on(name) for name in others if name)]

    @property
    def name(self) -> str:
        return f"{self.label} of {self.policy}"

    @property
    def label(self) -> str:
        sid = f" ({self.reading.statement.sid})" if self.reading.statement.sid else ""
        return f"statement {self.reading.number}{sid}"

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        reading = self.reading
        failed = reading.failed
        return (
            ("layer", self.layer),
            *((("level", self.level),) if self.level else ()),
            ("policy", self.policy),
            ("statement", str(reading.number)),
            ("sid", reading.statement.sid or ""),
            ("effect", reading.effect.value),
            ("applies", "no" if failed else "yes"),
            *((("element", failed.name), *failed.facts) if failed else ()),
        )


class Review(NamedTuple):
    """One layer, or one level of it: `present` tells no policy at all from policies that say nothing.

    `entries` are the statements that speak of the action; the others are in `size` only. `can_allow` says whether
    there is an Allow at all, of whatever action.
    """

    layer: str
    level: str = ""
    present: bool = True
    entries: tuple[Entry, ...] = ()
    allows: tuple[Entry, ...] = ()
    denies: tuple[Entry, ...] = ()
    size: int = 0
    can_allow: bool = False

    @property
    def nearest(self) -> Entry | None:
        """The first grant that speaks of the action and fails: a reader of a refusal looks there first."""
        grants = (entry for entry in self.entries if entry.reading.effect is Effect.ALLOW)
        return next((entry for entry in grants if not entry.reading.applies), None)

    @property
    def strength(self) -> Strength:
        """The closest naming of the caller by an Allow that applies."""
        return max((entry.reading.strength for entry in self.allows), default=Strength.NONE)


@dataclass(frozen=True, slots=True)
class Reviews:
    """All layers, read."""

    rcps: tuple[Review, ...]
    scps: tuple[Review, ...]
    endpoint: Review
    resource: Review
    identity: Review
    boundary: Review
    session: Review

    @property
    def in_order(self) -> tuple[Review, ...]:
        """In the order in which a Deny is named where several layers deny. # ug:eval-logic §explicit-deny"""
        return (self.identity, self.resource, self.boundary, self.session, *self.scps, *self.rcps, self.endpoint)


def review(layers: Layers, request: Request, *, scps: bool, rcps: bool) -> Reviews:
    """Every policy of `layers` read against `request`; `scps` and `rcps` say whether those bear on it at all."""
    around = Circumstances(has_boundary=layers.boundary is not None, gateway=layers.endpoint_is_gateway)

    def one(layer: str, policies: tuple[NamedPolicy, ...] | None, level: str = "") -> Review:
        entries = tuple(
            Entry(layer, level, named.name, read(statement, number, named.policy, request, around))
            for named in policies or ()
            for number, statement in enumerate(named.policy.statements, 1)
            if action_element(statement.actions, request.action).holds
        )
        return _reviewed(layer, level, policies, entries)

    resource_layer = "trust" if layers.resource_rule is ResourceRule.TRUST else "resource"
    return Reviews(
        rcps=tuple(one("rcp", level.policies, level.name) for level in layers.rcps) if rcps else (),
        scps=tuple(one("scp", level.policies, level.name) for level in layers.scps) if scps else (),
        endpoint=one("vpc-endpoint", layers.endpoint),
        resource=one(resource_layer, (layers.resource,) if layers.resource else None),
        identity=one("identity", layers.identity),
        boundary=one("boundary", layers.boundary),
        session=one("session", layers.session),
    )


def _reviewed(layer: str, level: str, policies: tuple[NamedPolicy, ...] | None, entries: tuple[Entry, ...]) -> Review:
    if not policies:
        return Review(layer, level, policies is not None)
    statements = [statement for named in policies for statement in named.policy.statements]
    applying = [entry for entry in entries if entry.reading.applies]
    return Review(
        layer=layer,
        level=level,
        present=policies is not None,
        entries=entries,
        allows=tuple(entry for entry in applying if entry.reading.effect is Effect.ALLOW),
        denies=tuple(entry for entry in applying if entry.reading.effect is Effect.DENY),
        size=len(statements),
        can_allow=any(statement.effect is Effect.ALLOW for statement in statements),
    )


def rests_on(assumption: str) -> Step:
    """A step for an assumption that a step before rests on besides its own."""
    from cogsim.assumptions import all_assumptions

    entry = all_assumptions()[assumption]
    return Step(entry.question, choice(assumption), "", entry.source, Basis.ASSUMED, assumption=assumption)


def _found(reading: Reading) -> str:
    """What decided: the elements that failed, or the conditions and the resource of a statement that applies."""
    if reading.failed is not None:
        return "; ".join([element.found for element in reading.elements if not element.holds])
    told = ("Condition", "Resource", "NotResource")
    return "; ".join([element.found for element in reading.elements if element.name in told])


def _source_of_grant(reading: Reading) -> str:
    """The page on the last element that spoke: a condition's, or that of the resource."""
    return reading.elements[-1].source
