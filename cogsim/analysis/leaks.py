"""The leak check: what a call gave away or changed of data that is not the caller's, and what of their own it refused.

1. What was read is taken from the answer, what was written from the difference of the world before and after, so a
   write is found by whatever operation it was made. A request that names a key and is not refused tells at least
   whether there is anything, whatever it answers (`named_items`, `named_objects`).
2. Whose it is, the data says (`world.tenancy`); whose person the caller is, administrators say (`analysis.tenants`).
   No policy, tag or claim is consulted: a check that asked them would share their mistakes.
3. A thing of nobody's, or of a tenant that is shared, is no leak; who belongs to no tenant owns nothing.
4. Not looked at: numbers that nobody's key or filter is in (a table's ItemCount, capacity), settings of buckets and
   tables, how long an answer took, and what an API or a target behind a load balancer answers, which is nobody's row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cogsim.analysis.leak import Exchange, Kind, Leak, Owners, Touched
from cogsim.analysis.leaked_items import changed_items, read_items
from cogsim.analysis.leaked_objects import changed_objects, read_objects
from cogsim.analysis.named_items import named_items
from cogsim.analysis.named_objects import CONTENT, METADATA, is_there, named_objects
from cogsim.analysis.tenants import Standing
from cogsim.decision import Step

#: The services whose data has owners.
STORES = ("s3", "dynamodb")
_ORDER = tuple(Kind)


def leaks(service: str, exchange: Exchange, caller: Standing, because: Step | None = None) -> tuple[Leak, ...]:
    """Everything of others that the call told or changed, the worst of each thing alone; `because` is the step that let
    it. Nothing for an operator, and for a world without tenancies."""
    owners = Owners.of(exchange.before)
    if not owners.rules or caller.operator or service not in STORES:
        return ()
    shared = {name for tenancy in exchange.before.tenancies.values() for name in tenancy.shared}
    found: dict[tuple[str, str], Leak] = {}
    for touched in _touched(service, exchange, owners):
        for owner in touched.owners:
            known = owner in shared and touched.kind != Kind.CHANGE
            if owner not in caller.tenants and not known:
                leak = _leak(exchange, caller, touched, owner, because)
                held = found.get((touched.thing, owner))
                if held is None or _ORDER.index(touched.kind) < _ORDER.index(held.kind):
                    found[touched.thing, owner] = leak
    worse = {leak.owner for leak in found.values() if leak.kind != Kind.PRESENCE}
    return tuple(leak for leak in found.values() if leak.kind != Kind.PRESENCE or leak.owner not in worse)


def _leak(exchange: Exchange, caller: Standing, touched: Touched, owner: str, because: Step | None) -> Leak:
    tenants = tuple(sorted(caller.tenants))
    return Leak(caller.name, tenants, exchange.operation, touched.thing, owner, touched.kind, because)


def _touched(service: str, exchange: Exchange, owners: Owners) -> Iterator[Touched]:
    if service == "s3":
        yield from read_objects(exchange, owners)
        yield from changed_objects(exchange, owners)
        yield from (each.touched for each in named_objects(exchange, owners) if each.answered)
    else:
        yield from read_items(exchange, owners)
        yield from changed_items(exchange, owners)
        yield from (touched for part, touched in named_items(exchange, owners) if part.answered)


def withheld(service: str, exchange: Exchange, caller: Standing, because: Step | None = None) -> tuple[Leak, ...]:
    """The caller's own data that the call was refused; of a call that was refused as a whole, where everything that it
    names is theirs, for it may have been refused for the rest."""
    owners = Owners.of(exchange.before)
    if not owners.rules or service not in STORES or not caller.tenants:
        return ()
    asked = list(_refused(service, exchange, owners))
    own = [each for each in asked if each.owners and set(each.owners) <= caller.tenants]
    if exchange.error is not None and own != asked:
        return ()
    refused = (replace(each, kind=Kind.WITHHELD) for each in dict.fromkeys(own))
    return tuple(_leak(exchange, caller, each, each.owners[0], because) for each in refused)


def _refused(service: str, exchange: Exchange, owners: Owners) -> Iterator[Touched]:
    """What the call names and was refused; to read an object that is not there is refused to many, and no data is."""
    if service == "dynamodb":
        yield from (touched for part, touched in named_items(exchange, owners) if part.refused)
        return
    reads = exchange.operation in CONTENT or exchange.operation in METADATA
    for each in named_objects(exchange, owners):
        if each.refused and (not reads or is_there(exchange, each.touched)):
            yield each.touched


def given(service: str, exchange: Exchange) -> tuple[str, ...]:
    """The objects or items that an answer holds, in its order, each once: `bucket/key`, or `table[key]`."""
    reader = read_objects if service == "s3" else read_items
    return tuple(dict.fromkeys(each.thing for each in reader(exchange, Owners.of(exchange.before))))
