"""The policies of one layer read against a request: what applied, what nearly did, and the steps that say so."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from cogsim.assumptions import choice
from cogsim.decision import Basis, Step
from cogsim.policy.document import Effect
from cogsim.policy.layers import Layers, NamedPolicy, ResourceRule
from cogsim.policy.reference.principal import Strength
from cogsim.policy.reference.statement import Circumstances, Element, Facts, Reading, Statements, read_on
from cogsim.policy.request import Request

_DOCUMENTED, _ASSUMED = Basis.DOCUMENTED, Basis.ASSUMED
_ALLOW = Effect.ALLOW


class Entry(NamedTuple):
    """One statement's reading with the place it has among the layers."""

    layer: str
    level: str
    policy: str
    reading: Reading

    def steps(self, decides: bool = False) -> list[Step]:
        """The step that tells of the statement, and one more for each further assumption it rests on."""
        reading = self.reading
        statement, telling, assumptions = reading.statement, reading.telling, reading.assumptions
        # the page on the first element that failed; of a grant, on the last that spoke
        speaking = telling[-1] if reading.applies else telling[0]
        told = Step(
            f"does {self.label} of {self.policy} apply?",
            f"yes: {statement.effect}" if reading.applies else f"no: {speaking.name}",
            speaking.found if len(telling) == 1 else "; ".join([element.found for element in telling]),
            speaking.source,
            _ASSUMED if assumptions else _DOCUMENTED,
            statement.location,
            assumptions[0] if assumptions else None,
            self._facts(None if reading.applies else speaking),
            decides,
        )
        return [told, *map(rests_on, assumptions[1:])] if assumptions else [told]

    @property
    def label(self) -> str:
        sid = self.reading.statement.sid
        return f"statement {self.reading.number} ({sid})" if sid else f"statement {self.reading.number}"

    def _facts(self, failed: Element | None) -> Facts:
        layer, level, policy, reading = self
        return (
            ("layer", layer),
            *((("level", level),) if level else ()),
            ("policy", policy),
            ("statement", str(reading.number)),
            ("sid", reading.statement.sid or ""),
            ("effect", "Allow" if reading.statement.effect is _ALLOW else "Deny"),
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
        for entry in self.entries:
            if not entry.reading.applies and entry.reading.statement.effect is _ALLOW:
                return entry
        return None

    @property
    def strength(self) -> Strength:
        """The closest naming of the caller by an Allow that applies."""
        return max([entry.reading.strength for entry in self.allows], default=Strength.NONE)


class Reviews(NamedTuple):
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
        return _reviewed(layer, level, policies, request, around) if policies else _without(layer, level, policies)

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


@lru_cache(maxsize=1024)
def _without(layer: str, level: str, policies: tuple[()] | None) -> Review:
    """The review of a layer that has no policy."""
    return Review(layer, level, policies is not None)


def _reviewed(
    layer: str, level: str, policies: tuple[NamedPolicy, ...], request: Request, around: Circumstances
) -> Review:
    entries: list[Entry] = []
    size, can_allow = 0, False
    for named in policies:
        policy = named.policy
        statements = policy.derived(Statements)
        size += len(policy.statements)
        can_allow = can_allow or statements.can_allow
        for statement, number in statements.that_speak_of(request.action):
            entries.append(Entry(layer, level, named.name, read_on(statement, number, policy, request, around)))
    applying = [entry for entry in entries if entry.reading.applies]
    allows = tuple([entry for entry in applying if entry.reading.statement.effect is _ALLOW])
    denies = tuple([entry for entry in applying if entry.reading.statement.effect is not _ALLOW])
    return Review(layer, level, True, tuple(entries), allows, denies, size, can_allow)


def rests_on(assumption: str) -> Step:
    """A step for an assumption that a step before rests on besides its own."""
    from cogsim.assumptions import all_assumptions

    entry = all_assumptions()[assumption]
    return Step(entry.question, choice(assumption), "", entry.source, Basis.ASSUMED, assumption=assumption)
