"""Which resources are worth asking about: those the world holds and those its policies speak of.

A bucket is asked about by *areas*: the parts of it that policies name (`acme/*`, `private/${…:sub}/*`), and the first
segment of keys that no policy names. An area with variables stands for many places: it is asked about twice, as the
caller's own place and as another's. Tags make few places (one a tenant) and become areas of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cogsim.analysis.passage import NOW
from cogsim.analysis.policies import hanging
from cogsim.arn import Arn
from cogsim.decisions.caller import Caller
from cogsim.decisions.request_context import ContextValue, principal_keys
from cogsim.policy.document import Effect, Statement
from cogsim.policy.request import Values
from cogsim.world.bucket import Bucket
from cogsim.world.table import Table
from cogsim.world.world import World

OBJECT_ACTIONS = ("s3:DeleteObject", "s3:GetObject", "s3:PutObject")
ITEM_ACTIONS = ("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query")
_LEADING_KEYS = "dynamodb:leadingkeys"
_VARIABLE = re.compile(r"\$\{([^}*?$,]+)(?:,[^}]*)?\}")
_TAG = "aws:principaltag/"

#: The last part of a key that nobody has, and the name of somebody who is not there.
PROBE, ANOTHER = "cogsim-probe", "cogsim-another"


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """A part of a bucket: `pattern` is what a policy says after the bucket's name, without a `*` at its end; `exact`
    where it said no `*` there. The empty pattern is the whole bucket."""

    bucket: str
    pattern: str
    exact: bool = False

    @property
    def node(self) -> str:
        return f"{self.bucket}/{self.pattern}"

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(match[1].strip().casefold() for match in _VARIABLE.finditer(self.pattern))


@dataclass(frozen=True, slots=True)
class Probe:
    """One question: `node` is the thing it is about, `scope` is `own` or `another's` in an area with variables."""

    node: str
    action: str
    resource: str
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is to ask about in a world: the areas of every bucket, and the partition keys that policies name."""

    areas: Mapping[str, tuple[Area, ...]]
    partition_keys: tuple[str, ...]


def survey(world: World, callers: Iterable[Caller] = ()) -> Survey:
    """The survey of a world; the tags of `callers` name the places of patterns that hold tags."""
    holders: list[Mapping[str, str]] = [_keys(world, caller) for caller in callers]
    resources = sorted(set(_resources(world)))
    found = {bucket.name: _areas(world, bucket, resources, holders) for bucket in world.buckets.values()}
    values = {
        value
        for statement in _statements(world)
        for condition in statement.conditions
        if condition.key.casefold() == _LEADING_KEYS
        for value in condition.values
    }
    return Survey(found, tuple(sorted(values)))


def probes(world: World, surveyed: Survey, caller: Caller | None) -> list[Probe]:
    """The questions for one caller, sorted by what they are about."""
    keys = _keys(world, caller)
    found: list[Probe] = []
    for bucket in world.buckets.values():
        found.append(Probe(bucket.name, "s3:ListBucket", bucket.arn))
        for area in surveyed.areas[bucket.name]:
            found += _of_area(world, bucket, area, keys)
    for table in world.tables.values():
        found += _of_table(table, surveyed.partition_keys, keys)
    return found


def _areas(
    world: World, bucket: Bucket, resources: Iterable[str], holders: list[Mapping[str, str]]
) -> tuple[Area, ...]:
    """The areas of a bucket, sorted; `holders` are the condition keys of callers, for the tags in patterns."""
    named = {area for value in resources for area in _area(bucket, value)}
    found = {filled for area in named for filled in _filled_with_tags(area, holders)}
    patterns = [_as_regex(area) for area in found if area.pattern]
    for key in world.objects.get(bucket.name) or ():
        if not any(pattern.match(key) for pattern in patterns):
            head, slash, _ = key.partition("/")
            found.add(Area(bucket.name, head + slash, not slash))
    return tuple(sorted(found))


def _keys(world: World, caller: Caller | None) -> dict[str, str]:
    """The caller's own condition keys that have one value, folded."""
    if caller is None:
        return {}
    keys = principal_keys(world, caller, NOW)
    single = {name: _single(value) for name, value in keys.items()}
    return {name.casefold(): value for name, value in single.items() if value is not None}


def _single(value: ContextValue) -> str | None:
    if isinstance(value, Values):
        return value.values[0] if len(value.values) == 1 and not value.multivalued else None
    return value if isinstance(value, str) else None


def _statements(world: World) -> Iterator[Statement]:
    return (statement for held in hanging(world) for statement in held.policy.statements)


def _resources(world: World) -> Iterator[str]:
    """Every resource that an Allow names."""
    for statement in _statements(world):
        if statement.effect is Effect.ALLOW and statement.resources and not statement.resources.negated:
            yield from statement.resources.values


def _area(bucket: Bucket, value: str) -> Iterator[Area]:
    arn = Arn.try_parse(value)
    name, slash, path = arn.resource.partition("/") if arn and arn.service == "s3" else ("", "", "")
    if slash and name == bucket.name:
        yield Area(name, path.rstrip("*"), not path.endswith("*"))


def _filled_with_tags(area: Area, holders: list[Mapping[str, str]]) -> set[Area]:
    """The area with the tags of every holder in place; itself where it has no tags, or nobody has them."""
    tags = [name for name in area.variables if name.startswith(_TAG)]
    if not tags:
        return {area}
    filled = {_fill(area, {name: keys[name] for name in tags}) for keys in holders if all(tag in keys for tag in tags)}
    return filled or {area}


def _fill(area: Area, keys: Mapping[str, str]) -> Area:
    """The area with the variables of `keys` in place; others stay."""
    pattern = _VARIABLE.sub(lambda match: keys.get(match[1].strip().casefold(), match[0]), area.pattern)
    return Area(area.bucket, pattern, area.exact)


def _as_regex(area: Area) -> re.Pattern[str]:
    pattern = _VARIABLE.sub("*", area.pattern)
    parts = (
        "[^/]*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern)
    )
    return re.compile("".join(parts) + ("$" if area.exact else ""), re.DOTALL)


def _of_area(world: World, bucket: Bucket, area: Area, keys: Mapping[str, str]) -> Iterator[Probe]:
    if not area.variables:
        yield from _of_place(world, bucket, area, area.node, "")
        return
    if all(name in keys for name in area.variables):
        yield from _of_place(world, bucket, _fill(area, keys), area.node, "own")
    strangers = dict.fromkeys(area.variables, ANOTHER)
    yield from _of_place(world, bucket, _fill(area, strangers), area.node, "another's")


def _of_place(world: World, bucket: Bucket, place: Area, node: str, scope: str) -> Iterator[Probe]:
    """One object of the place, there or not, and the list of the place."""
    key = _object_in(world, place)
    for action in OBJECT_ACTIONS:
        yield Probe(node, action, f"{bucket.arn}/{key}", scope=scope)
    if place.pattern and not place.exact and not {"*", "?"} & set(place.pattern):
        yield Probe(node, "s3:ListBucket", bucket.arn, {"s3:prefix": place.pattern}, scope)


def _object_in(world: World, place: Area) -> str:
    """The first object of the place, or a key that nothing has."""
    if "*" in place.pattern or "?" in place.pattern:
        return place.pattern.replace("*", PROBE).replace("?", "x") + ("" if place.exact else PROBE)
    if place.exact:
        return place.pattern
    held = world.objects.get(place.bucket)
    for key, _ in held.scan(place.pattern) if held is not None and place.pattern else ():
        return key if key.startswith(place.pattern) else place.pattern + PROBE
    return place.pattern + PROBE


def _of_table(table: Table, partition_keys: tuple[str, ...], keys: Mapping[str, str]) -> Iterator[Probe]:
    """The table as a whole, then the items of the partition keys that policies speak of."""
    yield Probe(table.name, "dynamodb:Scan", table.arn)
    yield from _of_items(table, table.name, PROBE, "")
    for value in partition_keys:
        area = Area(table.name, value.rstrip("*"), True)
        if not area.variables:
            yield from _of_items(table, area.node, area.pattern, "")
            continue
        if all(name in keys for name in area.variables):
            yield from _of_items(table, area.node, _fill(area, keys).pattern, "own")
        yield from _of_items(table, area.node, _fill(area, dict.fromkeys(area.variables, ANOTHER)).pattern, "another's")


def _of_items(table: Table, node: str, leading: str, scope: str) -> Iterator[Probe]:
    for action in ITEM_ACTIONS:
        yield Probe(node, action, table.arn, {"dynamodb:LeadingKeys": (leading,)}, scope)
